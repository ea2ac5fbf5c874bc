// The one place that includes SQLite. In the extension every call goes through the host's table of
// routines; in unit tests and tools (ARBORS_CORE) the library is linked as usual. SQLITE_CORE turns
// the SQLITE_EXTENSION_INIT macros into no-ops, so sources read the same in both.
#pragma once

#ifdef ARBORS_CORE
#define SQLITE_CORE 1
#endif
#include <sqlite3ext.h>
extern "C" {
SQLITE_EXTENSION_INIT3
}
