// The hidden columns of table-valued functions over plans: the plan, its parameters, and options
// where the function has any, which a query names: `… WHERE options = '{…}'`.
#pragma once

#include <string>

#include "sql/access/sqlite.h"

namespace arbors::ext {

// How the columns stand in a declaration, behind the visible ones: `plan HIDDEN, p1 HIDDEN, …`.
std::string plan_argument_columns(bool with_options);

// Takes the plan and its parameters, in their order, then the options; refuses to run without what
// is given but not known yet. `first` is the plan's column. idxStr says "options" where the last
// argument of xFilter is these.
int take_plan_arguments(sqlite3_index_info* info, int first);

}  // namespace arbors::ext
