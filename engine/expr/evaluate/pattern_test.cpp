#include "engine/expr/evaluate/pattern_test.h"

#include <algorithm>

#include "engine/base/interrupt.h"
#include "engine/expr/evaluate/truth.h"
#include "engine/expr/search/code_points.h"

namespace arbors::expr {
namespace {

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view before_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

}  // namespace

PatternTest::PatternTest(Pattern kind, std::string_view pattern, std::string_view escape)
    : fold_case_(kind == Pattern::Like) {
  pattern = before_nul(pattern);
  if (kind == Pattern::Like) {
    read_like(pattern, escape);
  } else {
    read_glob(pattern);
  }
  choose_shape();
}

void PatternTest::add_bytes(std::string_view bytes) {
  for (const char c : bytes) steps_.push_back({Step::Kind::Byte, fold_case_ ? fold(c) : c, 0});
}

void PatternTest::read_like(std::string_view pattern, std::string_view escape) {
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t size = utf8_size(pattern, at);
    const std::string_view character = pattern.substr(at, size);
    at += size;
    if (!escape.empty() && character == escape) {
      if (at == pattern.size()) return steps_.push_back({Step::Kind::Nothing});
      const std::size_t escaped = utf8_size(pattern, at);
      add_bytes(pattern.substr(at, escaped));
      at += escaped;
    } else if (character == "%") {
      steps_.push_back({Step::Kind::AnyRun});
    } else if (character == "_") {
      steps_.push_back({Step::Kind::AnyCharacter});
    } else {
      add_bytes(character);
    }
  }
}

void PatternTest::read_glob(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at++];
    if (c == '*') {
      steps_.push_back({Step::Kind::AnyRun});
    } else if (c == '?') {
      steps_.push_back({Step::Kind::AnyCharacter});
    } else if (c == '[') {
      at = read_class(pattern, at);
    } else {
      add_bytes({&c, 1});
    }
  }
}

// Reads `[…]` after its bracket. A class that does not end matches nothing, as in SQLite.
std::size_t PatternTest::read_class(std::string_view pattern, std::size_t at) {
  CharacterClass found;
  const auto next = [&] { return at < pattern.size() ? utf8_next(pattern, at) : U'\0'; };
  char32_t c = next();
  if (c == U'^') {
    found.inverted = true;
    c = next();
  }
  if (c == U']') {
    found.ranges.emplace_back(U']', U']');
    c = next();
  }
  char32_t prior = 0;
  while (c != 0 && c != U']') {
    const bool more = at < pattern.size() && pattern[at] != ']';
    if (c == U'-' && more && prior > 0) {
      found.ranges.emplace_back(prior, next());
      prior = 0;
    } else {
      found.ranges.emplace_back(c, c);
      prior = c;
    }
    c = next();
  }
  if (c == 0) {
    steps_.push_back({Step::Kind::Nothing});
    return pattern.size();
  }
  steps_.push_back({Step::Kind::Class, 0, static_cast<std::uint32_t>(classes_.size())});
  classes_.push_back(std::move(found));
  return at;
}

void PatternTest::choose_shape() {
  const auto is_byte = [](const Step& step) { return step.kind == Step::Kind::Byte; };
  for (const Step& step : steps_) {
    if (!is_byte(step)) break;
    prefix_ += step.byte;
  }
  std::size_t begin = 0;
  std::size_t end = steps_.size();
  while (begin < end && steps_[begin].kind == Step::Kind::AnyRun) ++begin;
  while (end > begin && steps_[end - 1].kind == Step::Kind::AnyRun) --end;
  const auto first = steps_.begin() + static_cast<long>(begin);
  const auto last = steps_.begin() + static_cast<long>(end);
  if (!std::all_of(first, last, is_byte)) return;
  for (auto step = first; step != last; ++step) literal_ += step->byte;
  const bool open_front = begin > 0;
  const bool open_back = end < steps_.size();
  if (open_front) {
    // A pattern of runs alone has them all at its front.
    shape_ = open_back || literal_.empty() ? Shape::Infix : Shape::Suffix;
  } else {
    shape_ = open_back ? Shape::Prefix : Shape::Whole;
  }
  if (shape_ == Shape::Infix && !literal_.empty()) finder_.emplace(literal_, fold_case_);
}

bool PatternTest::literal_at(std::string_view text, std::size_t at) const {
  if (text.size() - at < literal_.size()) return false;
  if (!fold_case_) return text.compare(at, literal_.size(), literal_) == 0;
  for (std::size_t i = 0; i < literal_.size(); ++i) {
    if (fold(text[at + i]) != literal_[i]) return false;
  }
  return true;
}

bool PatternTest::find_literal(std::string_view text) const {
  return !finder_ || finder_->find(text) != std::string_view::npos;
}

void PatternTest::answer(const batch::TextPool& texts, std::span<std::uint8_t> answers) const {
  if (finder_ && texts.folded == 0) return find_in_all(texts, answers);
  PolledSteps steps;
  for (std::size_t text = 0; text < answers.size(); ++text, steps.step())
    answers[text] = truth_of((*this)(texts[text]));
}

// Searches the heap as if it were one text. A place may lie across the end of a text, or behind a
// NUL, which ends it: then the search goes on.
void PatternTest::find_in_all(const batch::TextPool& texts, std::span<std::uint8_t> answers) const {
  std::fill(answers.begin(), answers.end(), kFalse);
  const std::string_view heap(texts.heap.data(), texts.offsets.back());
  std::size_t text = 0;
  for (std::size_t at = finder_->find(heap); at != std::string_view::npos;
       at = finder_->find(heap, at)) {
    while (texts.offsets[text + 1] <= at) ++text;
    const std::size_t begin = texts.offsets[text], end = texts.offsets[text + 1];
    if (at + literal_.size() > end) {
      ++at;
      continue;
    }
    if (before_nul(heap.substr(begin, end - begin)).size() >= at + literal_.size() - begin)
      answers[text] = kTrue;
    at = end;
  }
}

bool PatternTest::operator()(std::string_view text) const {
  text = before_nul(text);
  switch (shape_) {
    case Shape::Whole:
      return text.size() == literal_.size() && literal_at(text, 0);
    case Shape::Prefix:
      return literal_at(text, 0);
    case Shape::Suffix:
      return text.size() >= literal_.size() && literal_at(text, text.size() - literal_.size());
    case Shape::Infix:
      return find_literal(text);
    default:
      return match_general(text);
  }
}

std::size_t PatternTest::take(const Step& step, std::string_view text, std::size_t at) const {
  if (at >= text.size()) return 0;
  switch (step.kind) {
    case Step::Kind::Byte:
      return (fold_case_ ? fold(text[at]) : text[at]) == step.byte ? 1 : 0;
    case Step::Kind::AnyCharacter:
      return utf8_size(text, at);
    case Step::Kind::Class: {
      std::size_t end = at;
      const char32_t c = utf8_next(text, end);
      const CharacterClass& set = classes_[step.character_class];
      const bool in = std::any_of(set.ranges.begin(), set.ranges.end(), [c](const auto& range) {
        return c >= range.first && c <= range.second;
      });
      return in != set.inverted ? end - at : 0;
    }
    default:
      return 0;
  }
}

// Matches greedily from left to right; on a mismatch the latest run takes one more character.
// Earlier runs need no second thought: what they left to the right is found as early as can be.
bool PatternTest::match_general(std::string_view text) const {
  std::size_t step = 0;
  std::size_t at = 0;
  std::size_t run_step = steps_.size();  // none yet
  std::size_t run_at = 0;
  PolledSteps steps;
  for (;; steps.step()) {
    if (step < steps_.size() && steps_[step].kind == Step::Kind::AnyRun) {
      run_step = step++;
      run_at = at;
      continue;
    }
    if (step == steps_.size() && at == text.size()) return true;
    const std::size_t taken = step < steps_.size() ? take(steps_[step], text, at) : 0;
    if (taken > 0) {
      ++step;
      at += taken;
      continue;
    }
    if (run_step == steps_.size() || run_at >= text.size()) return false;
    run_at += utf8_size(text, run_at);
    at = run_at;
    step = run_step + 1;
  }
}

}  // namespace arbors::expr
