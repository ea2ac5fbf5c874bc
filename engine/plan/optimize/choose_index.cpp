// filter path = 'x'  over a source with a kept-up index on the path looks the rows up in it, where
// the statistics promise few. The filter stays: an index may find more than it lets through.
#include <algorithm>

#include "engine/plan/optimize/index_candidates.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"
#include "engine/plan/rewrite.h"

namespace arbors::plan {
namespace {

bool same(const IndexSearch& left, const IndexSearch& right) {
  return left.path == right.path &&
         std::equal(left.ranges.begin(), left.ranges.end(), right.ranges.begin(),
                    right.ranges.end(), [](const KeyRange& a, const KeyRange& b) {
                      return compare(a.low, b.low) == 0 && compare(a.high, b.high) == 0;
                    });
}

}  // namespace

NodePtr choose_index(const NodePtr& node, const SourceFacts& facts) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const auto* source = std::get_if<Source>(&node->inputs.front()->op);
  if (source == nullptr || !may_use_index(*source)) return nullptr;
  // An index that is walked in its order serves the sort above.
  if (source->search && source->search->order != IndexSearch::Order::Any) return nullptr;
  std::vector<IndexCandidate> candidates =
      index_candidates(*source, conjuncts(filter->predicate), facts);
  const auto best = std::min_element(candidates.begin(), candidates.end(),
                                     [](const IndexCandidate& left, const IndexCandidate& right) {
                                       return left.selectivity < right.selectivity;
                                     });
  if (best == candidates.end() || best->selectivity * kLookUp > 1) return nullptr;
  if (source->search && same(*source->search, best->search)) return nullptr;
  Source looked_up = *source;
  looked_up.search = std::move(best->search);
  return over(*node, make(std::move(looked_up)));
}

}  // namespace arbors::plan
