#include "ext/planning/index_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/number_text.h"

namespace arbors::ext {
namespace {

using store::KeyRange;
using Ranges = std::vector<KeyRange>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Reals that are equal as texts differ by less than this part of themselves: SQLite reads and
// writes 15 digits, or fewer where a connection asks for that.
double text_precision() {
  constexpr double kOfFifteenDigits = 2e-14;
  return std::max(kOfFifteenDigits, 20 * std::pow(10, -real_text_digits()));
}

Value least_number() { return Value::of(-kInfinity); }
Value most_number() { return Value::of(kInfinity); }
Value least_text() { return Value::of(std::string()); }
Value beyond_texts() { return Value::blob({}); }  // JSON has no blobs

bool is_numeric(Affinity affinity) {
  return affinity != Affinity::None && affinity != Affinity::Text;
}

bool is_lower(TermOp op) { return op == TermOp::Greater || op == TermOp::GreaterEqual; }

// Adds the numbers that may equal a real; false where that is not plain.
bool add_real(Ranges& ranges, double real) {
  if (!std::isfinite(real)) return false;
  const double reach = std::abs(real) * text_precision();
  ranges.push_back({Value::of(real - reach), Value::of(real + reach)});
  return true;
}

bool add_number(Ranges& ranges, const Value& number, Affinity column) {
  // A REAL column's integers are compared as doubles in an IN list.
  if (number.kind == ValueKind::Integer && column == Affinity::Real)
    return add_real(ranges, static_cast<double>(number.integer));
  if (number.kind == ValueKind::Real) return add_real(ranges, number.real);
  ranges.push_back({number, number});
  return true;
}

// Adds the keys that may equal a value. Texts that read as numbers stand under the number as well,
// so a number finds them there.
bool add_equal(Ranges& ranges, const Value& value, Affinity column, bool without_affinity) {
  if (value.is_null() || value.kind == ValueKind::Blob) return true;
  if (without_affinity) {
    ranges.push_back({value, value});
    return true;
  }
  if (value.is_number()) return add_number(ranges, value, column);
  ranges.push_back({value, value});
  if (value.text == "Inf" || value.text == "-Inf") return false;  // the text of a real
  const Value number = numeric_value(value.text, false);
  return number.is_null() || add_number(ranges, number, column);
}

std::optional<Ranges> equal_ranges(Affinity column, const KeyCondition& condition) {
  Ranges ranges;
  const bool without_affinity = condition.exact && column == Affinity::None;
  for (const Value& right : condition.rights)
    if (!add_equal(ranges, right, column, without_affinity)) return std::nullopt;
  return ranges;
}

struct Bound {
  Value value;
  bool exact = false;
};

bool unset_or_exact(const std::optional<Bound>& bound) { return !bound || bound->exact; }

// Both bounds in SQLite's own order: where all rows are converted alike, or none.
Ranges ordered_range(const std::optional<Bound>& low, const std::optional<Bound>& high) {
  return {{low ? low->value : least_number(), high ? high->value : beyond_texts()}};
}

// Numbers and texts apart, since a number may be compared as its text and a text as its number. A
// row under two keys is found by one of them whichever conversion made it meet the bounds.
Ranges converted_ranges(const std::optional<Bound>& low, const std::optional<Bound>& high) {
  if (low && high) {
    if (low->value.is_number()) return {{low->value, high->value}, {least_text(), beyond_texts()}};
    return {{least_number(), most_number()}, {low->value, high->value}};
  }
  if (low) {
    if (low->value.is_number()) return {{low->value, beyond_texts()}};
    return {{least_number(), most_number()}, {low->value, beyond_texts()}};
  }
  if (high->value.is_text()) return {{least_number(), high->value}};
  return {{least_number(), high->value},
          {least_text(), apply_affinity(high->value, Affinity::Text)}};
}

// The bound that a condition sets; none: one that keys in their order do not show.
std::optional<Bound> bound_of(Affinity column, const KeyCondition& condition) {
  Value value = condition.rights.front();
  if (is_numeric(column)) value = apply_affinity(std::move(value), Affinity::Numeric);
  if (value.kind == ValueKind::Blob) return std::nullopt;
  // Numbers as texts have another order.
  if (column == Affinity::Text && value.is_number()) return std::nullopt;
  // A text that may be read as a number, by the other side's affinity, is below every text then.
  const bool may_be_number = value.is_text() && !numeric_value(value.text).is_null();
  if (is_lower(condition.op) && !condition.exact && may_be_number) return std::nullopt;
  return Bound{std::move(value), condition.exact};
}

std::optional<Ranges> bounded_ranges(Affinity column, const std::vector<KeyCondition>& conditions) {
  std::optional<Bound> low, high;
  for (const KeyCondition& condition : conditions) {
    if (condition.rights.front().is_null()) return Ranges{};
    std::optional<Bound>& bound = is_lower(condition.op) ? low : high;
    if (!bound) bound = bound_of(column, condition);
  }
  if (!low && !high) return std::nullopt;
  const bool all_exact = unset_or_exact(low) && unset_or_exact(high);
  if (is_numeric(column) || (all_exact && column == Affinity::None))
    return ordered_range(low, high);
  if (low && high && low->value.is_number() != high->value.is_number()) high.reset();
  return converted_ranges(low, high);
}

Ranges merged(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const KeyRange& left, const KeyRange& right) {
    return compare(left.low, right.low) < 0;
  });
  Ranges apart;
  for (KeyRange& range : ranges) {
    if (compare(range.low, range.high) > 0) continue;
    if (apart.empty() || compare(apart.back().high, range.low) < 0) {
      apart.push_back(std::move(range));
    } else if (compare(apart.back().high, range.high) < 0) {
      apart.back().high = std::move(range.high);
    }
  }
  return apart;
}

}  // namespace

bool is_index_op(TermOp op) {
  return op == TermOp::Equal || op == TermOp::In ||
         (op >= TermOp::Less && op <= TermOp::GreaterEqual);
}

std::optional<Ranges> key_ranges(Affinity column, const std::vector<KeyCondition>& conditions) {
  for (const KeyCondition& condition : conditions) {
    if (condition.op == TermOp::Equal || condition.op == TermOp::In)
      return equal_ranges(column, condition);
  }
  return bounded_ranges(column, conditions);
}

Ranges value_ranges(Affinity column, const std::vector<KeyCondition>& conditions,
                    bool numeric_texts) {
  const Ranges all{{least_number(), beyond_texts()}};
  if (conditions.empty()) return all;
  std::optional<Ranges> ranges = key_ranges(column, conditions);
  if (!ranges) return all;
  const bool by_value =
      column == Affinity::None &&
      std::all_of(conditions.begin(), conditions.end(), [](const auto& one) { return one.exact; });
  if (numeric_texts && !by_value) ranges->push_back({least_text(), beyond_texts()});
  return merged(*std::move(ranges));
}

}  // namespace arbors::ext
