#include "engine/expr/deduce/test_outcomes.h"

#include <algorithm>

namespace arbors::expr {
namespace {

using batch::Statistics;
using batch::Tag;

// Where a column's bounds lie to a range.
Outcomes by_bounds(bool disjoint, bool inside, bool inverted) {
  if (!disjoint && !inside) return Outcomes::either();
  return Outcomes::only(truth_of(inside != inverted));
}

template <typename T>
Outcomes numbers(T least, T greatest, T low, T high, bool inverted) {
  const bool disjoint = low > high || greatest < low || least > high;
  return by_bounds(disjoint, !disjoint && least >= low && greatest <= high, inverted);
}

// Where a column's texts lie to a range of them. string_min is no text above the least one,
// string_max none below the greatest; so what they prove of themselves holds for every text.
class TextBounds {
 public:
  TextBounds(const Statistics& known, const TextRange& range) : known_(known), range_(range) {}

  bool disjoint() const { return below() || above() || absent(); }
  bool inside() const { return from_low() && to_high(); }

 private:
  bool below() const {  // every text is below the range
    if (!range_.low || known_.string_max_open) return false;
    const int order = known_.string_max.compare(*range_.low);
    return order < 0 || (order == 0 && range_.low_open);
  }
  bool above() const {
    if (!range_.high) return false;
    const int order = known_.string_min.compare(*range_.high);
    return order > 0 || (order == 0 && range_.high_open);
  }
  bool absent() const {
    const bool equality = range_.low && range_.high && *range_.low == *range_.high;
    return equality && !known_.may_hold_string(*range_.low);
  }
  bool from_low() const {
    if (!range_.low) return true;
    const int order = known_.string_min.compare(*range_.low);
    return order > 0 || (order == 0 && !range_.low_open);
  }
  bool to_high() const {
    if (!range_.high) return true;
    if (known_.string_max_open) return false;
    const int order = known_.string_max.compare(*range_.high);
    return order < 0 || (order == 0 && !range_.high_open);
  }

  const Statistics& known_;
  const TextRange& range_;
};

Outcomes strings(const Statistics& known, const Range& range) {
  const TextRange& texts = range.texts;
  if (texts.none || texts.all()) return Outcomes::only(truth_of(texts.all() != range.inverted));
  if (texts.collation != Collation::Binary) return Outcomes::either();
  const TextBounds bounds(known, texts);
  const bool disjoint = bounds.disjoint();
  return by_bounds(disjoint, !disjoint && bounds.inside(), range.inverted);
}

Outcomes any_text(const Range& range) {
  const TextRange& texts = range.texts;
  const bool one = texts.none || texts.all();
  return one ? Outcomes::only(truth_of(texts.all() != range.inverted)) : Outcomes::either();
}

// What one way to compare may answer for the rows that are not NULL.
Outcomes way_outcomes(const ConstantTest::Way& way, const Statistics& known) {
  Outcomes result = Outcomes::none();
  const Range& range = way.range;
  const bool as_text = way.convert == Coercion::Text;
  const auto number = [&](Outcomes outcome) { result.add(as_text ? Outcomes::either() : outcome); };
  if (known.count(Tag::False) > 0) number(Outcomes::only(truth_of(range.holds(std::int64_t{0}))));
  if (known.count(Tag::True) > 0) number(Outcomes::only(truth_of(range.holds(std::int64_t{1}))));
  if (known.count(Tag::Integer) > 0) {
    number(numbers(known.integer_min, known.integer_max, range.integer_low, range.integer_high,
                   range.inverted));
  }
  if (known.count(Tag::Real) > 0 || known.count(Tag::BigNumber) > 0) {
    number(
        numbers(known.real_min, known.real_max, range.real_low, range.real_high, range.inverted));
  }
  if (known.count(Tag::String) > 0) {
    const bool converted = way.convert == Coercion::Numeric && known.numeric_strings;
    result.add(converted ? Outcomes::either() : strings(known, range));
  }
  if ((known.kinds() & batch::kNestedTags) != 0) result.add(any_text(range));
  return result;
}

bool has_nulls(const Statistics& known) { return (known.kinds() & batch::kNullTags) != 0; }

std::string successor(std::string text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) == 0xFF) text.pop_back();
  if (!text.empty()) text.back() = static_cast<char>(static_cast<unsigned char>(text.back()) + 1);
  return text;
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return text;
}

}  // namespace

Outcomes outcomes(const ConstantTest& test, const Statistics* known) {
  if (known == nullptr) return Outcomes::only(kUnknown);
  Outcomes result = Outcomes::only(kFalse);
  for (const ConstantTest::Way& way : test.ways()) {
    const Outcomes more = way_outcomes(way, *known);
    // Rows that are all NULL have no outcome here.
    if (!more.may_be(kFalse) && !more.may_be(kTrue)) return Outcomes::only(kUnknown);
    result = result.with(more, [](auto a, auto b) { return std::max(a, b); });
  }
  if (has_nulls(*known)) result.add(Outcomes::only(kUnknown));
  return result;
}

Outcomes outcomes(const PatternTest& test, const Statistics* known) {
  if (known == nullptr) return Outcomes::only(kUnknown);
  Outcomes result = Outcomes::none();
  if (has_nulls(*known)) result.add(Outcomes::only(kUnknown));
  const auto others = static_cast<batch::TagSet>(~(batch::kNullTags | batch::tag_bit(Tag::String)));
  if ((known->kinds() & others) != 0) result.add(Outcomes::either());
  if (known->count(Tag::String) == 0) return result;
  // Every spelling of the prefix lies between its upper-case and its lower-case one.
  const std::string first = test.fold_case() ? upper(test.prefix()) : test.prefix();
  const std::string after = successor(test.prefix());
  const bool below = !known->string_max_open && known->string_max < first;
  const bool above = !after.empty() && known->string_min >= after;
  result.add(below || above ? Outcomes::only(kFalse) : Outcomes::either());
  return result;
}

Outcomes null_outcomes(const Statistics* known) {
  if (known == nullptr) return Outcomes::only(kTrue);
  Outcomes result = Outcomes::none();
  if (has_nulls(*known)) result.add(Outcomes::only(kTrue));
  if ((known->kinds() & static_cast<batch::TagSet>(~batch::kNullTags)) != 0) {
    result.add(Outcomes::only(kFalse));
  }
  return result;
}

}  // namespace arbors::expr
