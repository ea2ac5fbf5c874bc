// xUpdate: INSERT, UPDATE and DELETE on an Arbor's table.
#pragma once

#include "sql/access/sqlite.h"

namespace arbors::ext {

int arbor_update(sqlite3_vtab* table, int argc, sqlite3_value** argv, sqlite3_int64* rowid);

}  // namespace arbors::ext
