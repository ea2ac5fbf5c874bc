// Asks SQLite itself for its functions, on connections of our own that hold nothing: what the
// engine's HostCall stands for. Any thread may ask; each has a connection for itself meanwhile.
#pragma once

namespace arbors::ext {

// Lets the engine ask, for the reals of texts too. register_extension does it.
void ask_sqlite_for_functions();

// Closes those that nobody uses: all, where no session is left.
void close_host_connections();

// Tells whether this thread is opening such a connection: SQLite runs automatic extensions on it,
// perhaps this one, which has nothing to do there.
bool opens_host_connection();

}  // namespace arbors::ext
