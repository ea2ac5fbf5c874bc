// top_k n by path  over a source with a kept-up index on the path takes the first trees from it, in
// its order, where the statistics promise that few are looked at until there are n. The sort stays:
// it orders the trees of equal keys, and all of them where the index turns out to cost more.
#include <algorithm>
#include <optional>

#include "engine/expr/deduce/selectivity.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/index_candidates.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

using Order = IndexSearch::Order;

const Path* indexed_path(const SortKey& key) {
  if (key.by != SortKey::By::Expression || key.collation != Collation::Binary) return nullptr;
  const Path* path = bare_path(*key.expr);
  return path == nullptr || path->steps.empty() || path->through_array() ? nullptr : path;
}

// A sort for the first trees of a source that has an index in its order, and the conditions between
// the two.
struct WalkableSort {
  const Sort* sort;
  const Path* path;
  const Source* source;
  std::vector<expr::ExprPtr> conditions;
};

std::optional<WalkableSort> walkable(const Node& node, const SourceFacts& facts) {
  const auto* sort = std::get_if<Sort>(&node.op);
  if (sort == nullptr || !sort->limit || *sort->limit == 0 || sort->grouped || sort->distinct)
    return std::nullopt;
  WalkableSort found{sort, indexed_path(sort->keys.front()), nullptr, {}};
  const Node* below = node.inputs.front().get();
  while (const auto* filter = std::get_if<Filter>(&below->op)) {
    for (expr::ExprPtr& condition : conjuncts(filter->predicate))
      found.conditions.push_back(std::move(condition));
    below = below->inputs.front().get();
  }
  found.source = std::get_if<Source>(&below->op);
  if (found.path == nullptr || found.source == nullptr || !may_use_index(*found.source) ||
      !found.source->rows.none() || !facts.has_index(*found.source, *found.path))
    return std::nullopt;
  const bool walked = found.source->search && found.source->search->order != Order::Any;
  return walked ? std::nullopt : std::optional(std::move(found));
}

}  // namespace

NodePtr walk_index(const NodePtr& node, const SourceFacts& facts) {
  const std::optional<WalkableSort> found = walkable(*node, facts);
  if (!found) return nullptr;
  const auto& [sort, path, source, conditions] = *found;
  const bool descending = sort->keys.front().descending;
  IndexSearch walk{*path, {every_key()}, descending ? Order::Descending : Order::Ascending, true};
  FirstTrees first;
  first.count = static_cast<double>(*sort->limit);
  first.nulls_first = !sort->keys.front().nulls_last;
  double otherwise = 1;
  for (const IndexCandidate& candidate : index_candidates(*source, conditions, facts)) {
    otherwise = std::min(otherwise, candidate.selectivity * kLookUp);
    if (candidate.search.path != *path || !candidate.bounded) continue;
    walk.ranges = candidate.search.ranges;
    walk.nulls = false;
    first.walked = candidate.selectivity;
  }
  for (const expr::ExprPtr& condition : conditions)
    first.passing *= facts.selectivity(*source, *condition);
  const PathKnowledge known = facts.values(*source, *path);
  if (!walk.nulls) first.nulls_first = false;
  if (walk_work(first, known) >= known.trees * otherwise) return nullptr;
  return over(*node, with_search(*node->inputs.front(), walk));
}

}  // namespace arbors::plan
