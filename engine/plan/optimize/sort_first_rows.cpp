// sort_by e | head n  becomes  top_k n by e: no more rows are kept in order than can be shown.
#include <algorithm>

#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

NodePtr sort_first_rows(const NodePtr& node, const SourceFacts&) {
  const auto* slice = std::get_if<Slice>(&node->op);
  if (slice == nullptr || !slice->limit || slice->offset > UINT64_MAX - *slice->limit)
    return nullptr;
  const Node& below = *node->inputs.front();
  const auto* sort = std::get_if<Sort>(&below.op);
  if (sort == nullptr || sort->grouped || sort->distinct) return nullptr;
  const std::uint64_t wanted = slice->offset + *slice->limit;
  if (slice->offset != 0 && sort->limit.value_or(UINT64_MAX) <= wanted) return nullptr;
  Sort first = *sort;
  first.limit = std::min(wanted, sort->limit.value_or(UINT64_MAX));
  const NodePtr sorted = make(std::move(first), below.inputs);
  return slice->offset == 0 ? sorted : over(*node, sorted);
}

}  // namespace arbors::plan
