// The parts that rules and lowering look at in an expression: its leaves, which others may take the
// place of (substitution through a select, binding of parameters, constant folding; the tree is
// shared where nothing changes), the conditions that AND joins, a bare path.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/expr/forms/expression.h"

namespace arbors::plan {

// Gives a leaf's replacement: the leaf itself to keep it, null where it cannot be expressed.
using RewriteLeaf = std::function<expr::ExprPtr(const expr::ExprPtr& leaf)>;

// Rewrites every path, parameter and constant in the expression's own scope (not inside the element
// expressions of list functions, whose paths belong to the elements). Null where a leaf gave null.
expr::ExprPtr rewrite_leaves(const expr::ExprPtr& expr, const RewriteLeaf& rewrite);

// Puts values in the place of parameters, everywhere. Throws Error{Invalid} for one that is not
// given.
expr::ExprPtr bind_parameters(const expr::ExprPtr& expr, std::span<const Value> parameters);

// The conditions that a predicate joins by AND; itself where it joins none.
std::vector<expr::ExprPtr> conjuncts(const expr::ExprPtr& predicate);

// Tells whether an expression is a bare path, and which.
const Path* bare_path(const expr::Expr& expr);

// Tells whether a condition holds of all values that are one key (1, 1.0 and true) or of none: it
// compares what paths give as it is, with constants or with each other. LIKE, functions and a
// comparison as texts may tell such values apart.
bool same_for_equals(const expr::Expr& condition);

// Tells whether `path` begins with all steps of `prefix`.
bool starts_with(const Path& path, const Path& prefix);

}  // namespace arbors::plan
