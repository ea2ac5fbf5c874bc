#include "engine/plan/row_bounds.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace arbors::plan {
namespace {

using Op = expr::Comparison;

constexpr double kSurelyWhole = 9e18;  // reals below have a floor that is an integer

RowRange beside(Op op, std::int64_t at) {
  switch (op) {
    case Op::Equal:
      return {at, at};
    case Op::Less:
      return at == INT64_MIN ? kNoRows : RowRange{INT64_MIN, at - 1};
    case Op::LessEqual:
      return {INT64_MIN, at};
    case Op::Greater:
      return at == INT64_MAX ? kNoRows : RowRange{at + 1, INT64_MAX};
    case Op::GreaterEqual:
      return {at, INT64_MAX};
    default:
      return kAllRows;
  }
}

}  // namespace

RowRange admitted_rows(Op op, const Value& value) {
  if (value.is_null()) return kNoRows;
  if (value.kind == ValueKind::Integer) return beside(op, value.integer);
  if (value.kind != ValueKind::Real || std::abs(value.real) > kSurelyWhole) return kAllRows;
  const auto below = static_cast<std::int64_t>(std::floor(value.real));
  if (op == Op::Less || op == Op::LessEqual) return {INT64_MIN, below};
  if (op == Op::Greater || op == Op::GreaterEqual) return {below, INT64_MAX};
  return kAllRows;
}

void keep_range(std::optional<RowRange>& range, const RowRange& other) {
  if (!range) {
    range = other;
    return;
  }
  range->first = std::max(range->first, other.first);
  range->second = std::min(range->second, other.second);
}

void keep_set(std::optional<std::vector<std::int64_t>>& set, std::vector<std::int64_t> other) {
  std::sort(other.begin(), other.end());
  other.erase(std::unique(other.begin(), other.end()), other.end());
  if (set)
    std::erase_if(other, [&](std::int64_t value) {
      return !std::binary_search(set->begin(), set->end(), value);
    });
  set = std::move(other);
}

}  // namespace arbors::plan
