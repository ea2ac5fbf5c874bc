// Whether a pushed-down comparison can be answered without SQLite's own check. SQLite applies
// affinities only there, and does not tell the affinity of the right side; so a comparison is exact
// only where no affinity that the right side may have could change its answer.
#pragma once

#include <optional>

#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"
#include "ext/table/table_facts.h"

namespace arbors::ext {

// `right` is the value known at planning, or nullopt. `facts` are those of the column's path.
bool comparison_is_exact(Affinity column, const PathFacts& facts,
                         const std::optional<Value>& right);

// The coercion by which an exact comparison of such a column is evaluated: what SQLite does where
// the right side has no affinity. So a prepared statement stays right when values of other kinds
// come in after it was planned.
expr::Coercion exact_coercion(Affinity column);

// The coercion under which a comparison that SQLite checks again admits every row that it could
// keep, whatever the affinity of the right side, whose value is known by now.
expr::Coercion superset_coercion(Affinity column, const PathFacts& facts, const Value& right);

}  // namespace arbors::ext
