// The operators of a scan's terms, a row of one table each: as SQLite's constraints, as words of
// idxStr, as the engine's comparisons. Collation names besides.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"
#include "ext/planning/scan_spec.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

struct Operator {
  TermOp op;
  std::string_view word;                       // in idxStr
  std::optional<int> code;                     // SQLite's constraint; IN is offered as =
  std::optional<expr::Comparison> comparison;  // where it is one of the engine's
  std::string_view function = {};              // of SQL that it calls, which may be redefined
};

// In an order in which no word is the beginning of a later one.
std::span<const Operator> operators();
const Operator& operator_of(TermOp op);
// The operator of a constraint code; null for LIMIT, OFFSET and what no scan takes.
const Operator* constraint_operator(int code);

std::optional<expr::Comparison> comparison_of(TermOp op);
bool is_comparison(TermOp op);  // =, the ranges, <>, IS, IS NOT
bool is_range(TermOp op);
bool takes_argument(TermOp op);

// The collation of that name; nullopt for one that the engine does not know.
std::optional<Collation> known_collation(const char* name);

}  // namespace arbors::ext
