// Keeps the rows for which an expression is true (neither false nor NULL). Conjunctions narrow the
// selection step by step; comparisons of a path with a constant run on the column as it lies.
#pragma once

#include "engine/expr/evaluate/eval_context.h"
#include "engine/expr/evaluate/selection.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

// Narrows `selection` to the rows where `expr` is true; order stays ascending.
void filter(const Expr& expr, const EvalContext& context, Selection& selection);

// Counts the rows that filter() would keep, without listing them where the conditions are plain.
std::uint32_t count_true(const Expr& expr, const EvalContext& context, Selection selection);

}  // namespace arbors::expr
