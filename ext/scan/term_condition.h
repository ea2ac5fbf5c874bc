// From a term of a scan and its argument to the condition that the engine evaluates.
#pragma once

#include <vector>

#include "engine/expr/forms/expression.h"
#include "ext/planning/scan_spec.h"
#include "ext/table/arbor_table.h"

namespace arbors::ext {

// The condition of a term on a data column.
expr::ExprPtr term_condition(const TableColumn& column, const PathFacts& facts, const Term& term,
                             sqlite3_value* argument);

// The members of an IN list that SQLite hands over at once.
std::vector<Value> in_values(sqlite3_value* list);

}  // namespace arbors::ext
