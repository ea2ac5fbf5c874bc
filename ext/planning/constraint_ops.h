// SQLite's constraint codes and collation names as the scans' own.
#pragma once

#include <optional>

#include "engine/base/value.h"
#include "ext/planning/scan_spec.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

// The operator of a constraint code; nullopt for LIMIT, OFFSET and what no scan takes.
std::optional<TermOp> term_op(int code);

bool is_comparison(TermOp op);  // =, the ranges, <>, IS, IS NOT
bool is_range(TermOp op);

// The collation of that name; nullopt for one that the engine does not know.
std::optional<Collation> known_collation(const char* name);

}  // namespace arbors::ext
