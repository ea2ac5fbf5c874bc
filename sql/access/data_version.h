// Which committed state of a database a read transaction sees, told without reading a page. SQLite
// counts the commits that a connection has met; the count means something only while a transaction
// reads, and shows nothing of what the connection itself has written and not committed.
#pragma once

#include <optional>
#include <string>

#include "sql/access/sqlite.h"

namespace arbors::store {

// Two equal answers of one connection show the same state. nullopt where no transaction is open,
// or one that writes.
std::optional<unsigned> data_version(sqlite3* db, const std::string& schema);

// The count as it stands, in a transaction that writes or at its end: the state that it began with,
// or made, is meant.
std::optional<unsigned> commits_met(sqlite3* db, const std::string& schema);

}  // namespace arbors::store
