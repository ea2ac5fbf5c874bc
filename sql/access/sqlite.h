// The one place that includes SQLite. Every call goes through the host's table of routines, which
// ext/entry.cpp takes over when the extension is loaded; test programs, which link SQLite, hand
// themselves its table (tests/unit/host.h).
#pragma once

#include <sqlite3ext.h>
extern "C" {
SQLITE_EXTENSION_INIT3
}
