#include "engine/expr/search/regex.h"

#include <algorithm>
#include <string>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/base/interrupt.h"
#include "engine/expr/search/code_points.h"

namespace arbors::expr {
namespace {

constexpr std::size_t kMaxSteps = 20'000;
constexpr unsigned kMaxRepeat = 1000;
constexpr unsigned kMaxPatternNesting = 200;

bool is_word_point(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

char32_t fold(char32_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

}  // namespace

bool Regex::CharacterClass::holds(char32_t c, bool fold_case) const {
  const auto in = [&](char32_t one) {
    return std::any_of(ranges.begin(), ranges.end(), [one](const auto& range) {
      return one >= range.first && one <= range.second;
    });
  };
  bool found = in(c);
  if (!found && fold_case) {
    found = in(fold(c)) || (c >= 'a' && c <= 'z' && in(c - 32));
  }
  return found != inverted;
}

// Reads a pattern and writes the program by recursive descent, bounded in depth and size.
class RegexCompiler {
 public:
  RegexCompiler(std::string_view pattern, Regex& regex) : pattern_(pattern), regex_(regex) {}

  void compile() {
    if (pattern_.starts_with("(?i)")) {
      regex_.fold_case_ = true;
      at_ = 4;
    }
    alternatives();
    if (at_ < pattern_.size()) fail("a ')' without its '('");
    add({Step::Kind::Found});
  }

 private:
  using Step = Regex::Step;

  [[noreturn]] void fail(const char* why) const {
    throw_invalid("regular expression '" + excerpt(pattern_, at_) + "', byte " +
                  std::to_string(at_ + 1) + ": " + why);
  }

  std::uint32_t here() const { return static_cast<std::uint32_t>(regex_.steps_.size()); }
  std::uint32_t add(Step step) {
    if (regex_.steps_.size() >= kMaxSteps) fail("the expression is too big");
    regex_.steps_.push_back(step);
    return here() - 1;
  }
  // Puts a step before a piece written already; the piece's own targets move by one.
  void insert(std::uint32_t at, Step step) {
    for (std::uint32_t i = at; i < here(); ++i) shift(regex_.steps_[i], at, 1);
    add({});
    std::rotate(regex_.steps_.begin() + at, regex_.steps_.end() - 1, regex_.steps_.end());
    regex_.steps_[at] = step;
  }
  static void shift(Step& step, std::uint32_t from, std::uint32_t by) {
    if (step.kind != Step::Kind::Split && step.kind != Step::Kind::Jump) return;
    if (step.first >= from) step.first += by;
    if (step.kind == Step::Kind::Split && step.second >= from) step.second += by;
  }

  bool at_char(char c) const { return at_ < pattern_.size() && pattern_[at_] == c; }
  bool accept(char c) {
    const bool found = at_char(c);
    at_ += found;
    return found;
  }

  void alternatives() {
    if (++nesting_ > kMaxPatternNesting) fail("nested too deeply");
    const std::uint32_t start = here();
    std::vector<std::uint32_t> jumps;
    sequence();
    for (std::uint32_t begin = start; accept('|');) {
      insert(begin, {Step::Kind::Split, begin + 1, 0});
      for (std::uint32_t& jump : jumps) jump += jump >= begin;
      jumps.push_back(add({Step::Kind::Jump}));
      regex_.steps_[begin].second = here();
      begin = here();
      sequence();
    }
    for (const std::uint32_t jump : jumps) regex_.steps_[jump].first = here();
    --nesting_;
  }

  void sequence() {
    while (at_ < pattern_.size() && !at_char('|') && !at_char(')')) repeated();
  }

  void repeated() {
    const std::uint32_t start = here();
    atom();
    for (;;) {
      if (accept('*')) {
        star(start);
      } else if (accept('+')) {
        add({Step::Kind::Split, start, here() + 1});
      } else if (accept('?')) {
        insert(start, {Step::Kind::Split, start + 1, 0});
        regex_.steps_[start].second = here();
      } else if (at_char('{') && counted(start)) {
        // done
      } else {
        return;
      }
      accept('?');  // a lazy match is found where a greedy one is
    }
  }

  void star(std::uint32_t start) {
    insert(start, {Step::Kind::Split, start + 1, 0});
    add({Step::Kind::Jump, start});
    regex_.steps_[start].second = here();
  }

  // Reads {n}, {n,} or {n,m}; false, and nothing taken, where the brace is a plain character.
  bool counted(std::uint32_t start) {
    const std::size_t before = at_++;
    unsigned least = 0;
    unsigned most = 0;
    if (!number(least)) {
      at_ = before;
      return false;
    }
    bool endless = false;
    most = least;
    if (accept(',')) endless = !number(most);
    if (!accept('}')) {
      at_ = before;
      return false;
    }
    if (!endless && most < least) fail("the bounds of a repetition are out of order");
    const std::vector<Step> piece(regex_.steps_.begin() + start, regex_.steps_.end());
    regex_.steps_.resize(start);
    for (unsigned i = 0; i < least; ++i) copy(piece, start);
    if (endless) {
      const std::uint32_t again = here();
      copy(piece, start);
      star(again);
    }
    std::vector<std::uint32_t> exits;
    for (unsigned i = least; !endless && i < most; ++i) {
      exits.push_back(add({Step::Kind::Split, here() + 1, 0}));
      copy(piece, start);
    }
    for (const std::uint32_t exit : exits) regex_.steps_[exit].second = here();
    return true;
  }

  void copy(const std::vector<Step>& piece, std::uint32_t written_at) {
    const std::uint32_t by = here() - written_at;
    for (Step step : piece) {
      shift(step, 0, by);
      add(step);
    }
  }

  bool number(unsigned& out) {
    const std::size_t start = at_;
    for (out = 0; at_ < pattern_.size() && pattern_[at_] >= '0' && pattern_[at_] <= '9'; ++at_) {
      out = out * 10 + static_cast<unsigned>(pattern_[at_] - '0');
      if (out > kMaxRepeat) fail("a repetition of more than 1000");
    }
    return at_ > start;
  }

  void atom() {
    const char c = pattern_[at_];
    if (c == '*' || c == '+' || c == '?') fail("nothing to repeat");
    if (accept('(')) return group();
    if (accept('[')) return bracket();
    if (accept('^')) return static_cast<void>(add({Step::Kind::Begin}));
    if (accept('$')) return static_cast<void>(add({Step::Kind::End}));
    if (accept('.')) return add_class({true, {{'\n', '\n'}}});
    if (accept('\\')) return escape();
    const char32_t character = utf8_next(pattern_, at_);
    add_class({false, {{character, character}}});
  }

  void group() {
    if (accept('?') && !accept(':'))
      fail("only (?: ) groups, and (?i) at the beginning, are known");
    alternatives();
    if (!accept(')')) fail("a '(' without its ')'");
  }

  void add_class(Regex::CharacterClass set) {
    const auto number = static_cast<std::uint32_t>(regex_.classes_.size());
    regex_.classes_.push_back(std::move(set));
    add({Step::Kind::Class, number});
  }

  // Gives the ranges of \d, \w, \s; nothing for other letters.
  static std::vector<std::pair<char32_t, char32_t>> named(char c) {
    switch (c) {
      case 'd':
        return {{'0', '9'}};
      case 'w':
        return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
      case 's':
        return {{'\t', '\r'}, {' ', ' '}};
      default:
        return {};
    }
  }

  void escape() {
    if (at_ == pattern_.size()) fail("a '\\' at the end");
    const char c = pattern_[at_];
    const char lower = static_cast<char>(c | 0x20);
    if (auto ranges = named(lower); !ranges.empty()) {
      ++at_;
      return add_class({c != lower, std::move(ranges)});
    }
    if (accept('b')) return static_cast<void>(add({Step::Kind::Edge}));
    if (accept('B')) return static_cast<void>(add({Step::Kind::NoEdge}));
    const char32_t character = escaped_character();
    add_class({false, {{character, character}}});
  }

  char32_t escaped_character() {
    if (at_ == pattern_.size()) fail("a '\\' at the end");
    if (accept('n')) return '\n';
    if (accept('t')) return '\t';
    if (accept('r')) return '\r';
    if (accept('x')) {
      const std::string digits(pattern_.substr(at_, 2));
      if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
        fail("\\x takes two hexadecimal digits");
      }
      at_ += 2;
      return static_cast<char32_t>(std::stoul(digits, nullptr, 16));
    }
    if (is_word_point(static_cast<unsigned char>(pattern_[at_]))) fail("this escape is not known");
    return utf8_next(pattern_, at_);
  }

  void bracket() {
    Regex::CharacterClass set;
    set.inverted = accept('^');
    for (bool first = true; first || !at_char(']'); first = false) {
      if (at_ >= pattern_.size()) fail("a '[' without its ']'");
      bool single = true;
      const char32_t low = bracket_character(set, single);
      if (!single) continue;
      char32_t high = low;
      const bool range = at_char('-') && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
      if (range) {
        ++at_;
        high = bracket_character(set, single);
        if (!single || high < low) fail("the bounds of a range are out of order");
      }
      set.ranges.emplace_back(low, high);
    }
    ++at_;
    add_class(std::move(set));
  }

  // Reads one character of a class; \d and its like are added whole, and `single` is false.
  char32_t bracket_character(Regex::CharacterClass& set, bool& single) {
    if (pattern_.substr(at_, 2) == "[:") fail("named classes such as [:alpha:] are not known");
    if (!accept('\\')) return utf8_next(pattern_, at_);
    if (at_ < pattern_.size()) {
      const auto ranges = named(pattern_[at_]);
      if (!ranges.empty()) {
        ++at_;
        set.ranges.insert(set.ranges.end(), ranges.begin(), ranges.end());
        single = false;
        return 0;
      }
    }
    return escaped_character();
  }

  std::string_view pattern_;
  Regex& regex_;
  std::size_t at_ = 0;
  unsigned nesting_ = 0;
};

Regex::Regex(std::string_view pattern) { RegexCompiler(pattern, *this).compile(); }

// The steps that wait for a character, each once.
struct Regex::Threads {
  explicit Threads(std::size_t size) : seen(size, 0) {}
  void clear() {
    std::fill(seen.begin(), seen.end(), 0);
    waiting.clear();
  }
  std::vector<std::uint8_t> seen;
  std::vector<std::uint32_t> waiting;
  std::vector<std::uint32_t> open;  // to be followed
};

bool Regex::follow(std::uint32_t start, Threads& threads, bool begin, bool end, bool edge) const {
  threads.open.assign(1, start);
  while (!threads.open.empty()) {
    const std::uint32_t at = threads.open.back();
    threads.open.pop_back();
    if (threads.seen[at] != 0) continue;
    threads.seen[at] = 1;
    const Step& step = steps_[at];
    const auto pass = [&](bool open) {
      if (open) threads.open.push_back(at + 1);
    };
    switch (step.kind) {
      case Step::Kind::Found:
        return true;
      case Step::Kind::Class:
        threads.waiting.push_back(at);
        break;
      case Step::Kind::Split:
        threads.open.push_back(step.second);
        [[fallthrough]];
      case Step::Kind::Jump:
        threads.open.push_back(step.first);
        break;
      case Step::Kind::Begin:
        pass(begin);
        break;
      case Step::Kind::End:
        pass(end);
        break;
      case Step::Kind::Edge:
        pass(edge);
        break;
      case Step::Kind::NoEdge:
        pass(!edge);
        break;
    }
  }
  return false;
}

bool Regex::found_in(std::string_view text) const {
  Threads threads(steps_.size());
  bool word_before = false;
  std::vector<std::uint32_t> moved;
  PolledSteps steps;
  for (std::size_t at = 0;;) {
    const bool end = at == text.size();
    std::size_t after = at;
    const char32_t c = end ? 0 : utf8_next(text, after);
    const bool word = !end && is_word_point(c);
    const bool edge = word != word_before;
    threads.clear();
    for (const std::uint32_t step : moved) {
      if (follow(step, threads, at == 0, end, edge)) return true;
    }
    if (follow(0, threads, at == 0, end, edge)) return true;  // a match may begin at every place
    if (end) return false;
    moved.clear();
    steps.step(1 + threads.waiting.size());
    for (const std::uint32_t step : threads.waiting) {
      if (classes_[steps_[step].first].holds(c, fold_case_)) moved.push_back(step + 1);
    }
    word_before = word;
    at = after;
  }
}

}  // namespace arbors::expr
