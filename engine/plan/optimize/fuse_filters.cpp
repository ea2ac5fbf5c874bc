// filter a | filter b  becomes  filter a AND b.
#include "engine/expr/forms/builder.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

NodePtr fuse_filters(const NodePtr& node, const SourceFacts&) {
  const auto* outer = std::get_if<Filter>(&node->op);
  if (outer == nullptr) return nullptr;
  const Node& below = *node->inputs.front();
  const auto* inner = std::get_if<Filter>(&below.op);
  if (inner == nullptr) return nullptr;
  return make(Filter{expr::and_all({inner->predicate, outer->predicate})}, below.inputs);
}

}  // namespace arbors::plan
