// Puts the conditions of a filter in the order in which they rule trees out most cheaply: by what a
// condition rejects for what it costs.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

NodePtr order_conditions(const NodePtr& node, const SourceFacts& facts) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr || filter->predicate->as<expr::And>() == nullptr) return nullptr;
  struct Ranked {
    double rank;
    expr::ExprPtr condition;
  };
  const Source* source = source_of(*node);
  std::vector<Ranked> ranked;
  for (const expr::ExprPtr& condition : filter->predicate->args)
    ranked.push_back({cost_of(*condition, source, facts).rank(), condition});
  const auto better = [](const Ranked& a, const Ranked& b) { return a.rank > b.rank; };
  if (std::is_sorted(ranked.begin(), ranked.end(), better)) return nullptr;
  std::stable_sort(ranked.begin(), ranked.end(), better);
  std::vector<expr::ExprPtr> conditions;
  for (Ranked& one : ranked) conditions.push_back(std::move(one.condition));
  return make(Filter{expr::and_all(std::move(conditions))}, node->inputs);
}

}  // namespace arbors::plan
