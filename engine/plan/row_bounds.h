// Which rowids or places a condition on them admits: what scans of SQL and filters of plans
// restrict a source by, so that it looks at no others.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"

namespace arbors::plan {

using RowRange = std::pair<std::int64_t, std::int64_t>;  // inclusive
inline constexpr RowRange kAllRows{INT64_MIN, INT64_MAX};
inline constexpr RowRange kNoRows{1, 0};

// The integers that satisfy `integer op value`; a superset, kAllRows where that is not plain.
RowRange admitted_rows(expr::Comparison op, const Value& value);

// Intersect with a range, or with a set in any order.
void keep_range(std::optional<RowRange>& range, const RowRange& other);
void keep_set(std::optional<std::vector<std::int64_t>>& set, std::vector<std::int64_t> other);

}  // namespace arbors::plan
