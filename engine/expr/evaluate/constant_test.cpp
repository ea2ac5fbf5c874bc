#include "engine/expr/evaluate/constant_test.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/base/interrupt.h"
#include "engine/base/number_text.h"
#include "engine/expr/evaluate/truth.h"

namespace arbors::expr {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A range that holds every value (or none) of each kind, to be narrowed.
Range everything() { return {kLeast, kMost, -kInfinity, kInfinity, {}, false}; }
void drop_integers(Range& range) {
  std::tie(range.integer_low, range.integer_high) = std::pair(kMost, kLeast);
}
void drop_reals(Range& range) {
  std::tie(range.real_low, range.real_high) = std::pair(kInfinity, -kInfinity);
}

// Bounds integers from above by a number: `<` it where open, else `<=`.
void integers_below(Range& range, const Value& bound, bool open) {
  if (bound.kind == ValueKind::Integer) {
    if (open && bound.integer == kLeast) return drop_integers(range);
    range.integer_high = std::min(range.integer_high, bound.integer - (open ? 1 : 0));
    return;
  }
  if (arbors::compare(kLeast, bound.real) > (open ? -1 : 0)) return drop_integers(range);
  const std::int64_t floor = truncate_to_integer(std::floor(bound.real));
  const bool exact = arbors::compare(floor, bound.real) == 0;
  range.integer_high = std::min(range.integer_high, floor - (open && exact ? 1 : 0));
}

void integers_above(Range& range, const Value& bound, bool open) {
  if (bound.kind == ValueKind::Integer) {
    if (open && bound.integer == kMost) return drop_integers(range);
    range.integer_low = std::max(range.integer_low, bound.integer + (open ? 1 : 0));
    return;
  }
  if (arbors::compare(kMost, bound.real) < (open ? 1 : 0)) return drop_integers(range);
  const std::int64_t ceiling = truncate_to_integer(std::ceil(bound.real));
  const bool exact = arbors::compare(ceiling, bound.real) == 0;
  range.integer_low = std::max(range.integer_low, ceiling + (open && exact ? 1 : 0));
}

// Bounds reals by the double next to the bound, so that an integer bound is compared exactly.
void reals_below(Range& range, const Value& bound, bool open) {
  double high = bound.real;
  if (bound.kind == ValueKind::Integer) {
    high = static_cast<double>(bound.integer);
    const int order = arbors::compare(bound.integer, high);
    open = order < 0 || (open && order == 0);
  }
  if (open && high == -kInfinity) return drop_reals(range);
  range.real_high = std::min(range.real_high, open ? std::nextafter(high, -kInfinity) : high);
}

void reals_above(Range& range, const Value& bound, bool open) {
  double low = bound.real;
  if (bound.kind == ValueKind::Integer) {
    low = static_cast<double>(bound.integer);
    const int order = arbors::compare(bound.integer, low);
    open = order > 0 || (open && order == 0);
  }
  if (open && low == kInfinity) return drop_reals(range);
  range.real_low = std::max(range.real_low, open ? std::nextafter(low, kInfinity) : low);
}

// Narrows a range to the values below (or equal to) a bound: numbers < texts < blobs.
void bound_above(Range& range, const Value& bound, bool open) {
  if (bound.is_number()) {
    integers_below(range, bound, open);
    reals_below(range, bound, open);
    range.texts.none = true;
  } else if (bound.is_text()) {
    range.texts.high = bound.text;
    range.texts.high_open = open;
  }
}

void bound_below(Range& range, const Value& bound, bool open) {
  if (bound.is_number()) {
    integers_above(range, bound, open);
    reals_above(range, bound, open);
    return;
  }
  drop_integers(range);
  drop_reals(range);
  if (bound.is_text()) {
    range.texts.low = bound.text;
    range.texts.low_open = open;
  } else {
    range.texts.none = true;
  }
}

Value converted(const Value& constant, Coercion way) {
  if (way == Coercion::Numeric) return apply_affinity(constant, Affinity::Numeric);
  if (way == Coercion::Text) return apply_affinity(constant, Affinity::Text);
  return constant;
}

Range range_of(Comparison op, const Value& constant, Collation collation) {
  Range range = everything();
  range.texts.collation = collation;
  const bool equality = op == Comparison::Equal || op == Comparison::NotEqual;
  if (equality || op == Comparison::Less || op == Comparison::LessEqual) {
    bound_above(range, constant, op == Comparison::Less);
  }
  if (equality || op == Comparison::Greater || op == Comparison::GreaterEqual) {
    bound_below(range, constant, op == Comparison::Greater);
  }
  range.inverted = op == Comparison::NotEqual;
  return range;
}

std::vector<Coercion> ways_of(Coercion coercion) {
  switch (coercion) {
    case Coercion::Superset:
      return {Coercion::None, Coercion::Numeric, Coercion::Text};
    case Coercion::NumericSuperset:
      return {Coercion::None, Coercion::Numeric};
    default:
      return {coercion};
  }
}

bool same_numbers(const Range& a, const Range& b) {
  return a.integer_low == b.integer_low && a.integer_high == b.integer_high &&
         a.real_low == b.real_low && a.real_high == b.real_high && a.inverted == b.inverted;
}

// A bound that texts are compared with by bytes, the first of them in words: most texts differ
// there, and a call of memcmp costs more than the rest.
class Bound {
 public:
  explicit Bound(std::string_view text) : text_(text) {
    for (std::size_t word = 0; word < kWords && (word + 1) * kWord <= text.size(); ++word)
      words_[word] = read(text.data() + word * kWord);
  }

  int order(std::string_view text) const {
    const std::size_t common = std::min(text.size(), text_.size());
    std::size_t at = 0;
    for (std::size_t word = 0; word < kWords && at + kWord <= common; ++word, at += kWord) {
      const std::uint64_t found = read(text.data() + at);
      if (found != words_[word]) return found < words_[word] ? -1 : 1;
    }
    if (at < common) {
      const int rest = std::memcmp(text.data() + at, text_.data() + at, common - at);
      if (rest != 0) return rest;
    }
    return text.size() == text_.size() ? 0 : text.size() < text_.size() ? -1 : 1;
  }

 private:
  static constexpr std::size_t kWord = 8, kWords = 2;
  // In the order of bytes.
  static std::uint64_t read(const char* from) {
    std::uint64_t word;
    std::memcpy(&word, from, kWord);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    return word;
  }

  std::string_view text_;
  std::array<std::uint64_t, kWords> words_{};
};

// Answers a test for texts by bytes.
void answer_by_bytes(const Range& range, const batch::TextPool& pool,
                     std::span<std::uint8_t> answers) {
  const TextRange& texts = range.texts;
  const Bound low(texts.low ? *texts.low : std::string_view());
  const Bound high(texts.high ? *texts.high : std::string_view());
  const int least = texts.low_open ? 1 : 0, most = texts.high_open ? -1 : 0;
  in_polled_blocks(answers.size(), [&](std::size_t entry, std::size_t end) {
    for (; entry < end; ++entry) {
      const std::string_view text = pool[entry];
      const bool in = !texts.none && (!texts.low || low.order(text) >= least) &&
                      (!texts.high || high.order(text) <= most);
      answers[entry] = truth_of(in != range.inverted);
    }
  });
}

}  // namespace

bool TextRange::holds(std::string_view text) const {
  if (none) return false;
  if (low) {
    const int order = compare(text, *low, collation);
    if (order < 0 || (order == 0 && low_open)) return false;
  }
  if (high) {
    const int order = compare(text, *high, collation);
    if (order > 0 || (order == 0 && high_open)) return false;
  }
  return true;
}

ConstantTest::ConstantTest(Comparison op, const Value& constant, Collation collation,
                           Coercion coercion) {
  for (const Coercion way : ways_of(coercion)) {
    ways_.push_back({way, range_of(op, converted(constant, way), collation)});
  }
}

std::optional<ConstantTest> ConstantTest::between(const Between& form, const Value& low,
                                                  const Value& high) {
  const bool one_pass = form.low_collation == form.high_collation && form.low == form.high &&
                        form.low <= Coercion::Text;
  if (!one_pass) return std::nullopt;
  Range range = everything();
  range.texts.collation = form.low_collation;
  bound_below(range, converted(low, form.low), false);
  bound_above(range, converted(high, form.high), false);
  range.inverted = form.negated;
  ConstantTest test;
  test.ways_.push_back({form.low, std::move(range)});
  return test;
}

bool ConstantTest::passes(const Way& way, const Scalar& value) {
  if (value.is_number() && way.convert == Coercion::Text) {
    std::string text;
    append_text(text, value);
    return way.range.holds(std::string_view(text));
  }
  if (value.kind == ValueKind::Integer) return way.range.holds(value.integer);
  if (value.kind == ValueKind::Real) return way.range.holds(value.real);
  if (way.convert == Coercion::Numeric) {
    const Value number = numeric_value(value.text);
    if (!number.is_null()) return passes(way, Scalar(number));
  }
  return way.range.holds(value.text);
}

bool ConstantTest::operator()(const Scalar& value) const {
  return std::any_of(ways_.begin(), ways_.end(),
                     [&](const Way& way) { return passes(way, value); });
}

void ConstantTest::answer(const batch::TextPool& texts, std::span<std::uint8_t> answers) const {
  const Range* range = this->texts();
  if (range != nullptr && range->texts.collation == Collation::Binary)
    return answer_by_bytes(*range, texts, answers);
  PolledSteps steps;
  for (std::size_t entry = 0; entry < answers.size(); ++entry, steps.step())
    answers[entry] = truth_of((*this)(Scalar(texts[entry])));
}

const Range* ConstantTest::numbers() const {
  const bool one = std::all_of(ways_.begin(), ways_.end(), [this](const Way& way) {
    return way.convert != Coercion::Text && same_numbers(way.range, ways_.front().range);
  });
  return one ? &ways_.front().range : nullptr;
}

const Range* ConstantTest::texts() const {
  const bool one = ways_.size() == 1 && ways_.front().convert != Coercion::Numeric;
  return one ? &ways_.front().range : nullptr;
}

std::optional<bool> ConstantTest::all_texts() const {
  const Range* range = texts();
  if (range == nullptr || !(range->texts.all() || range->texts.none)) return std::nullopt;
  return range->texts.all() != range->inverted;
}

std::pair<std::uint32_t, std::uint32_t> code_range(const TextRange& range,
                                                   const batch::TextPool& pool) {
  const auto size = static_cast<std::uint32_t>(pool.size());
  if (range.none) return {0, 0};
  // Finds the first code whose text is not below (or, with `after`, is above) a bound.
  const auto find = [&](const std::string& bound, bool after) {
    std::uint32_t low = 0;
    for (std::uint32_t high = size; low < high;) {
      const std::uint32_t middle = low + (high - low) / 2;
      const int order = pool[middle].compare(bound);
      if (order < 0 || (after && order == 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const std::uint32_t first = range.low ? find(*range.low, range.low_open) : 0;
  const std::uint32_t last = range.high ? find(*range.high, !range.high_open) : size;
  return {first, std::max(first, last)};
}

}  // namespace arbors::expr
