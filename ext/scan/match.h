// MATCH where SQLite does not hand it to the scan (under OR, in a result column, in an outer join's
// ON): a function of the row. What stands before it is the table's own column, which hands out the
// row itself, or _tree.
#pragma once

#include <string>

#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"
#include "ext/table/arbor_table.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

// match(expression, column), as xFindFunction gives it to SQLite; its user data is the ArborTable.
void match_function(sqlite3_context* context, int argc, sqlite3_value** argv);

// The expression of a MATCH, which is 1, 0 or NULL for a tree.
expr::ExprPtr parse_match(std::string_view expression);

// What it is for a tree, minimal JSON text.
Value match_tree(const expr::ExprPtr& match, std::string tree);

}  // namespace arbors::ext
