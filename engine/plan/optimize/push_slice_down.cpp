// Cuts before select, add_field and drop, which make one tree of one tree.
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

NodePtr push_slice_down(const NodePtr& node, const SourceFacts&) {
  if (!std::holds_alternative<Slice>(node->op)) return nullptr;
  const Node& below = *node->inputs.front();
  if (!shape_of(below)) return nullptr;
  return over(below, over(*node, below.inputs.front()));
}

}  // namespace arbors::plan
