// The module `arbor`: connects a table to its store, declares its columns, forwards the
// transaction's events. Reading is in cursor.h, planning in best_index.h, writing in update.h.
#pragma once

#include "ext/session/session.h"

namespace arbors::ext {

// Registers the module with the session's connection; a result code of SQLite's.
int register_arbor_module(const SessionPtr& session);

}  // namespace arbors::ext
