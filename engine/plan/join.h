// How the keys of a join compare, and which conditions of one are keys: what the stage's parser and
// SELECT build their joins with.
#pragma once

#include <string>

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

// Decides collation and coercion of `left = right` from the two expressions, as SQLite does.
JoinKey join_key(expr::ExprPtr left, expr::ExprPtr right);

// Adds a condition over {left…, as: right}: an equality whose one side reads only the left tree and
// whose other only the right one becomes a key, what is joined by AND is added one by one, all else
// joins the residual.
void add_condition(Join& join, const expr::ExprPtr& condition);

// Rewrites an expression over {left…, as: right} that reads only the right tree into one over it;
// null where it reads anything else (a constant reads neither).
expr::ExprPtr over_right(const expr::ExprPtr& expr, const std::string& as);
// Tells whether an expression over {left…, as: right} reads nothing of the right tree.
bool reads_left_only(const expr::Expr& expr, const std::string& as);

}  // namespace arbors::plan
