// SQLite as the host of the code under test. The extension's sources call SQLite through the table
// of routines that a host hands to its extensions; a test program, which links SQLite, is its own
// host.
#pragma once

struct sqlite3_api_routines;
extern "C" const sqlite3_api_routines* sqlite3_api;  // ext/entry.cpp defines it

namespace arbors {

// Has SQLite hand its table of routines over, for this process and for good. Call it
// before anything else calls SQLite through the table.
void take_sqlite_routines();

}  // namespace arbors
