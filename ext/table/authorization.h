// What a host's authorizer (sqlite3_set_authorizer) keeps from SQL is kept from plans and MATCH
// too, which read columns without SQLite. It is asked by preparing a SELECT of them. What it
// ignores, which SQL reads as NULL, is refused here like what it denies.
//
// A path asks for the column that it is or lies in; whole trees, and paths in no column, for _tree.
#pragma once

#include <vector>

#include "engine/plan/logical_plan.h"
#include "ext/session/arbor_name.h"
#include "ext/session/session.h"
#include "ext/table/arbor_table.h"

namespace arbors::ext {

// Asks for all that a plan reads of stored Arbors: its conditions and keys, and the trees that come
// out. Views and handles in it have been replaced by their plans. Throws SqliteError{SQLITE_AUTH}.
void authorize(Session& session, const plan::Node& plan);

// The same for the paths of a MATCH.
void authorize(const ArborTable& table, const expr::Expr& condition);

// Tells of each path of an Arbor whether SQL could read its values.
std::vector<bool> readable(Session& session, const ArborName& arbor, store::Store& store,
                           const std::vector<Path>& paths);

}  // namespace arbors::ext
