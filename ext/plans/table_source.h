// Ordinary tables and views of the database as sources of plans: read through SQLite once, into
// memory.
#pragma once

#include <vector>

#include "engine/exec/stages/run_plan.h"
#include "engine/plan/select/catalog.h"
#include "ext/session/arbor_name.h"

namespace arbors::ext {

// The columns that `SELECT *` shows, with their declared affinities and collations.
std::vector<plan::select::Column> table_columns(Session& session, const ArborName& table);

// The collation that a table's column was declared with, as far as the engine knows it.
Collation declared_collation(sqlite3* db, const ArborName& table, const std::string& column);

// The rows. Throws Error{Invalid} for a blob, which no tree holds.
exec::BoundSource bind_table(Session& session, const plan::Source& source);

}  // namespace arbors::ext
