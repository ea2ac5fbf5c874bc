// skip 5 | head 10 | head 3  becomes one cut: 3 trees from the sixth on.
#include <algorithm>

#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

NodePtr fuse_slices(const NodePtr& node, const SourceFacts&) {
  const auto* outer = std::get_if<Slice>(&node->op);
  if (outer == nullptr) return nullptr;
  if (outer->offset == 0 && !outer->limit) return node->inputs.front();
  const Node& below = *node->inputs.front();
  const auto* inner = std::get_if<Slice>(&below.op);
  if (inner == nullptr || outer->offset > UINT64_MAX - inner->offset) return nullptr;
  Slice fused{inner->offset + outer->offset, outer->limit};
  if (inner->limit) {
    const std::uint64_t left = *inner->limit - std::min(*inner->limit, outer->offset);
    fused.limit = std::min(left, outer->limit.value_or(left));
  }
  return make(fused, below.inputs);
}

}  // namespace arbors::plan
