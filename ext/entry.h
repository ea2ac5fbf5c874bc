// Everything that the extension adds to one connection. The loadable extension calls this from its
// entry point; tests, which link SQLite itself, call it on a connection of theirs.
#pragma once

#include "sql/access/sqlite.h"

namespace arbors::ext {

// Registers the modules and functions. Throws Error{Unsupported} for a host that is too old.
void register_extension(sqlite3* db);

// Lets SQLite turn the engine's reals to text, with as many digits as the connection gives them;
// register_extension does it too.
void write_reals_as_sqlite(sqlite3* db);

}  // namespace arbors::ext
