#include "ext/planning/column_ranges.h"

#include <algorithm>

namespace arbors::ext {

std::optional<double> ColumnRanges::narrow(int column, TermOp op, const Value& bound,
                                           const PathFacts& facts) {
  const bool integer = bound.kind == ValueKind::Integer;
  if (!integer && bound.kind != ValueKind::Real) return std::nullopt;
  const double at = integer ? static_cast<double>(bound.integer) : bound.real;
  Range& range = ranges_[column];
  if (op == TermOp::Less || op == TermOp::LessEqual)
    range.high = std::min(range.high, at);
  else
    range.low = std::max(range.low, at);
  const auto share = facts.share_between(range.low, range.high);
  if (!share) return std::nullopt;
  const double before = range.share;
  range.share = std::max(*share, 1 / std::max<double>(1, static_cast<double>(facts.rows)));
  return range.share / before;
}

}  // namespace arbors::ext
