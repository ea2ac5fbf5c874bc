// filter path = 'x'  over a source with a kept-up index on the path looks the rows up in it, where
// the statistics promise few. The filter stays: an index may find more than it lets through.
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/index_candidates.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
NodePtr choose_index(const NodePtr& node, const SourceFacts& facts) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const auto* source = std::get_if<Source>(&node->inputs.front()->op);
  if (source == nullptr || !may_use_index(*source)) return nullptr;
  // An index that is walked in its order serves the sort above.
  if (source->search && source->search->order != IndexSearch::Order::Any) return nullptr;
  const std::vector<IndexCandidate> candidates =
      index_candidates(*source, conjuncts(filter->predicate), facts);
  const IndexCandidate* best = best_of(candidates, *source);
  if (best == nullptr) return nullptr;
  Source looked_up = *source;
  looked_up.search = search_of(*best);
  return over(*node, make(std::move(looked_up)));
}

}  // namespace arbors::plan
