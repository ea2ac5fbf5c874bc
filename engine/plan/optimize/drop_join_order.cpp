// Under a grouping or an aggregate that sees no order, a join may give its pairs in any. One that
// keeps left trees does not: of keys that are equal but look different the first tree's is shown.
#include <algorithm>

#include "engine/plan/aggregate.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

bool sees_order(const std::vector<AggregateCall>& calls) {
  return std::any_of(calls.begin(), calls.end(),
                     [](const AggregateCall& call) { return call.function->ordered; });
}

// Rebuilds a chain of stages that keep rows apart with its joins unordered; null where there is
// nothing to change.
NodePtr unordered_joins(const NodePtr& node) {
  const auto* join = std::get_if<Join>(&node->op);
  if (join == nullptr && !shape_of(*node) && !std::holds_alternative<Filter>(node->op) &&
      !std::holds_alternative<Explode>(node->op))
    return nullptr;
  const NodePtr below = unordered_joins(node->inputs.front());
  if (join == nullptr || join->any_order || join->kind != Join::Kind::Inner)
    return below ? over(*node, below) : nullptr;
  Join unordered = *join;
  unordered.any_order = true;
  return make(std::move(unordered), {below ? below : node->inputs[0], node->inputs[1]});
}

}  // namespace

NodePtr drop_join_order(const NodePtr& node, const SourceFacts&) {
  const auto* aggregate = std::get_if<Aggregate>(&node->op);
  const auto* group = std::get_if<GroupBy>(&node->op);
  if (aggregate == nullptr && (group == nullptr || group->gather_trees)) return nullptr;
  if (sees_order(aggregate != nullptr ? aggregate->aggregates : group->aggregates)) return nullptr;
  const NodePtr below = unordered_joins(node->inputs.front());
  return below ? over(*node, below) : nullptr;
}

}  // namespace arbors::plan
