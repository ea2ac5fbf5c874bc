// Puts the conditions of a filter in the order in which they rule rows out most cheaply: by what a
// condition rejects for what it costs.
#include <algorithm>

#include "engine/expr/builder.h"
#include "engine/expr/function.h"
#include "engine/expr/prune.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

// Estimates the work per row, a comparison of a column with a constant being 1.
double cost(const expr::Expr& expr) {
  double own = 1;
  if (expr.as<expr::Constant>() != nullptr) own = 0;
  if (expr.as<expr::PathRead>() != nullptr) own = 0.2;
  if (expr.as<expr::Match>() != nullptr) own = 8;
  if (const auto* call = expr.as<expr::Call>())
    own = call->function->shape == expr::Function::Shape::Scalar ? 4 : 30;
  for (const expr::ExprPtr& arg : expr.args) own += cost(*arg);
  return own;
}

}  // namespace

NodePtr order_conditions(const NodePtr& node) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr || filter->predicate->as<expr::And>() == nullptr) return nullptr;
  struct Ranked {
    double rank;
    expr::ExprPtr condition;
  };
  std::vector<Ranked> ranked;
  for (const expr::ExprPtr& condition : filter->predicate->args)
    ranked.push_back({(1 - expr::selectivity(*condition)) / cost(*condition), condition});
  const auto better = [](const Ranked& a, const Ranked& b) { return a.rank > b.rank; };
  if (std::is_sorted(ranked.begin(), ranked.end(), better)) return nullptr;
  std::stable_sort(ranked.begin(), ranked.end(), better);
  std::vector<expr::ExprPtr> conditions;
  for (Ranked& one : ranked) conditions.push_back(std::move(one.condition));
  return make(Filter{expr::and_all(std::move(conditions))}, node->inputs);
}

}  // namespace arbors::plan
