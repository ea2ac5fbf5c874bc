#include "engine/expr/forms/value_set.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "engine/base/scalar.h"

namespace arbors::expr {
namespace {

bool less(const Value& left, const Value& right) { return compare(left, right) < 0; }

// Gives the integer a number equals; nothing where it equals none.
std::optional<std::int64_t> as_integer(const Value& number) {
  if (number.kind == ValueKind::Integer) return number.integer;
  const std::int64_t integer = truncate_to_integer(number.real);
  return arbors::compare(integer, number.real) == 0 ? std::optional(integer) : std::nullopt;
}

template <typename T>
void sort_unique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

}  // namespace

ValueSet::ValueSet(std::vector<Value> items, Collation collation, Coercion coercion)
    : collation_(collation), coercion_(coercion), items_(std::move(items)) {
  holds_null_ =
      std::any_of(items_.begin(), items_.end(), [](const Value& v) { return v.is_null(); });
  std::erase_if(items_, [](const Value& v) { return v.is_null(); });
  std::sort(items_.begin(), items_.end(), less);
  // Of 2 and 2.0, texts differ.
  const auto same = [this](const Value& a, const Value& b) {
    return compare(a, b) == 0 && (a.kind == b.kind || !reads_text());
  };
  items_.erase(std::unique(items_.begin(), items_.end(), same), items_.end());
  for (const Value& item : items_) {
    if (reads_numeric()) {
      const Value number = item.is_text() ? numeric_value(item.text) : Value::null();
      if (!number.is_null()) {
        add_number(number);
        if (coercion_ == Coercion::Numeric) continue;
      }
    }
    if (item.is_number() && coercion_ != Coercion::Text) add_number(item);
    if (item.is_number() && reads_text()) add_text(apply_affinity(item, Affinity::Text));
    if (!item.is_number()) add_text(item);
  }
  sort_unique(integers_);
  sort_unique(reals_);
  std::sort(texts_.begin(), texts_.end(),
            [this](const Value& a, const Value& b) { return compare(a, b, collation_) < 0; });
}

bool ValueSet::reads_numeric() const {
  return coercion_ != Coercion::None && coercion_ != Coercion::Text;
}

bool ValueSet::reads_text() const {
  return coercion_ == Coercion::Text || coercion_ == Coercion::Superset;
}

void ValueSet::add_number(const Value& number) {
  if (const auto integer = as_integer(number)) {
    integers_.push_back(*integer);
  } else {
    reals_.push_back(number.real);
  }
}

void ValueSet::add_text(const Value& text) { texts_.push_back(text); }

bool ValueSet::holds_text(const Scalar& text) const {
  const auto at = std::lower_bound(texts_.begin(), texts_.end(), text,
                                   [this](const Value& item, const Scalar& key) {
                                     return compare(Scalar(item), key, collation_) < 0;
                                   });
  return at != texts_.end() && compare(Scalar(*at), text, collation_) == 0;
}

bool ValueSet::holds_number(const Scalar& number) const {
  if (number.kind == ValueKind::Integer) {
    return std::binary_search(integers_.begin(), integers_.end(), number.integer);
  }
  if (const auto integer = as_integer(Value::of(number.real))) {
    return std::binary_search(integers_.begin(), integers_.end(), *integer);
  }
  return std::binary_search(reals_.begin(), reals_.end(), number.real);
}

bool ValueSet::contains(const Scalar& value) const {
  if (value.is_null()) return false;
  if (value.is_number()) {
    if (coercion_ != Coercion::Text && holds_number(value)) return true;
    if (!reads_text()) return false;
    std::string text;
    append_text(text, value);
    return holds_text(Scalar(std::string_view(text)));
  }
  if (value.is_text() && reads_numeric()) {
    const Value number = numeric_value(value.text);
    if (!number.is_null()) {
      if (holds_number(Scalar(number))) return true;
      if (coercion_ == Coercion::Numeric) return false;
    }
  }
  return holds_text(value);
}

}  // namespace arbors::expr
