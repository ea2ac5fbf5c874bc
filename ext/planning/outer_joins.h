// A fault of SQLite before 3.51 that must not become ours. Of the conditions in the ON clause of an
// outer join it offers those that ordinary tables cannot use (<>, IS NOT, IS NOT NULL, LIKE, GLOB,
// MATCH) also to the tables on the join's left, though a row there that fails the condition stays,
// with NULLs on the right. Nothing in xBestIndex tells such a condition from one of WHERE. So there
// they are never exact, and a scan goes by them only in a statement without an outer join.
#pragma once

#include "ext/planning/scan_spec.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

// Says whether the host may offer conditions of this kind to tables that they must not restrict.
bool may_stand_in_outer_on(TermOp op);

// Says whether a statement that is running may have an outer join, of its own or by a view or
// trigger: errs on the side of yes.
bool may_join_outer(sqlite3* db);

// The same of RIGHT and FULL JOIN, in which SQLite knows the rows of the right table again by
// rowid.
bool may_join_right(sqlite3* db);

}  // namespace arbors::ext
