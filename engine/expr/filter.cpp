#include "engine/expr/filter.h"

#include <algorithm>

#include "engine/expr/evaluator.h"
#include "engine/expr/truth.h"

namespace arbors::expr {
namespace {

void keep_true(const Expr& expr, const EvalContext& context, Selection& selection) {
  const Truths truths = Evaluator(context, selection).truth(expr);
  keep(selection, truths);
}

}  // namespace

void filter(const Expr& expr, const EvalContext& context, Selection& selection) {
  if (expr.as<And>() == nullptr) return keep_true(expr, context, selection);
  for (const ExprPtr& condition : expr.args) {
    if (selection.empty()) return;
    filter(*condition, context, selection);
  }
}

}  // namespace arbors::expr
