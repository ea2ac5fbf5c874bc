// Orders before select, add_field and drop: the keys are computed from the trees below, so that the
// rules for orders see the stage that makes the rows.
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

NodePtr push_sort_down(const NodePtr& node, const SourceFacts&) {
  const auto* sort = std::get_if<Sort>(&node->op);
  if (sort == nullptr) return nullptr;
  const Node& below = *node->inputs.front();
  const auto shape = shape_of(below);
  if (!shape) return nullptr;
  Sort lower = *sort;
  for (SortKey& key : lower.keys) {
    if (key.by != SortKey::By::Expression) return nullptr;
    key.expr = shape->resolve(key.expr);
    if (!key.expr) return nullptr;
  }
  return over(below, make(std::move(lower), below.inputs));
}

}  // namespace arbors::plan
