// Computes an expression over rows of a scope, a vector at a time, with SQLite's meaning: typed
// loops over numbers, once per distinct text where a pool allows it.
#pragma once

#include "engine/batch/vectors/vector.h"
#include "engine/expr/evaluate/eval_context.h"
#include "engine/expr/evaluate/selection.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

// Gives the values of `expr`: row i of the result is row selection[i] of the scope. Truth values
// are True, False and Null rows (1, 0 and NULL in SQL); objects and arrays are Opaque JSON text.
// Throws Error{Invalid} for a parameter that is not bound, and as functions say.
batch::VectorPtr evaluate(const Expr& expr, const EvalContext& context, const Selection& selection);

// Computes an expression that reads no path.
Value evaluate_constant(const Expr& expr, std::span<const Value> parameters = {});

}  // namespace arbors::expr
