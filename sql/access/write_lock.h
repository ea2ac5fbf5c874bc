// SQLite's write lock, taken before anything is read. A transaction that reads first and then
// writes does not wait for another writer: SQLite calls no busy handler then, and in WAL mode what
// it has read may be out of date for good.
#pragma once

#include <string>

#include "sql/access/sqlite.h"

namespace arbors::store {

// Locks a database for writing until the savepoint or transaction around it ends, waiting as the
// connection's busy handler says where the connection reads nothing of that database yet. `table`:
// one of the database, as far as the connection knows; empty where it knows none. Throws SQLite's
// error where the lock cannot be had.
void lock_for_writing(sqlite3* db, const std::string& schema, const std::string& table);

// Tells whether a database has a table, as far as the connection knows: reads nothing but a schema
// that was not loaded yet.
bool knows_table(sqlite3* db, const std::string& schema, const std::string& table);

}  // namespace arbors::store
