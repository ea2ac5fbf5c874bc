// Moves conditions above and of a join to the side that they look at: the scan of either side tests
// them. An equality of both sides above an inner join becomes a pair of its keys.
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/join.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

using JoinKind = Join::Kind;

bool gives_pairs(const Join& join) {
  return join.kind == JoinKind::Inner || join.kind == JoinKind::Left;
}

struct Conditions {
  std::vector<expr::ExprPtr> above, left, right;
};

NodePtr filtered_by(const std::vector<expr::ExprPtr>& conditions, const NodePtr& input) {
  return conditions.empty() ? input : make(Filter{expr::and_all(conditions)}, {input});
}

expr::ExprPtr of_right_alone(const expr::ExprPtr& condition, const std::string& as) {
  return expr::paths(*condition).empty() ? nullptr : over_right(condition, as);
}

// Conditions on the trees that a join gives.
NodePtr from_above(const Filter& filter, const Node& node, Join join) {
  Conditions sorted;
  const std::size_t keys = join.keys.size();
  for (const expr::ExprPtr& condition : conjuncts(filter.predicate)) {
    Join alone;
    alone.as = join.as;
    if (!gives_pairs(join) || reads_left_only(*condition, join.as)) {
      sorted.left.push_back(condition);
    } else if (join.kind != JoinKind::Inner) {
      sorted.above.push_back(condition);
    } else if (const expr::ExprPtr right = of_right_alone(condition, join.as)) {
      sorted.right.push_back(right);
    } else if (add_condition(alone, condition); !alone.keys.empty()) {
      join.keys.push_back(alone.keys.front());
    } else {
      sorted.above.push_back(condition);
    }
  }
  if (sorted.left.empty() && sorted.right.empty() && join.keys.size() == keys) return nullptr;
  return filtered_by(sorted.above,
                     make(std::move(join), {filtered_by(sorted.left, node.inputs[0]),
                                            filtered_by(sorted.right, node.inputs[1])}));
}

// Conditions on partners.
NodePtr from_residual(const Node& node, Join join) {
  Conditions sorted;
  const bool left_too = join.kind == JoinKind::Inner || join.kind == JoinKind::Semi;
  for (const expr::ExprPtr& condition : conjuncts(join.residual)) {
    if (const expr::ExprPtr right = of_right_alone(condition, join.as))
      sorted.right.push_back(right);
    else if (left_too && reads_left_only(*condition, join.as))
      sorted.left.push_back(condition);
    else
      sorted.above.push_back(condition);
  }
  if (sorted.left.empty() && sorted.right.empty()) return nullptr;
  join.residual = sorted.above.empty() ? nullptr : expr::and_all(sorted.above);
  return make(std::move(join), {filtered_by(sorted.left, node.inputs[0]),
                                filtered_by(sorted.right, node.inputs[1])});
}

}  // namespace

NodePtr push_into_join(const NodePtr& node, const SourceFacts&) {
  if (const auto* join = std::get_if<Join>(&node->op))
    return join->residual && !join->null_aware ? from_residual(*node, *join) : nullptr;
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const Node& below = *node->inputs.front();
  const auto* join = std::get_if<Join>(&below.op);
  return join == nullptr ? nullptr : from_above(*filter, below, *join);
}

}  // namespace arbors::plan
