// xBestIndex: takes what the engine can do of a query's constraints, order and limit, and says what
// it will cost.
#pragma once

#include "ext/table/arbor_table.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

int arbor_best_index(sqlite3_vtab* table, sqlite3_index_info* info);

}  // namespace arbors::ext
