// explode tags | filter tags = 'x'  over a source with a kept-up index on tags[*] explodes the
// trees alone that the index finds, where the statistics promise few: a tree without such an
// element gives no row that the filter lets through. The filter stays. `FROM t, json_each(t.tags)
// AS e` is such an explode.
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/index_candidates.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

// Where the exploded list is in the source's trees, and that source.
struct ExplodedSource {
  Path list;
  const Source* source = nullptr;
};

std::optional<ExplodedSource> exploded_source(const Node& explode) {
  expr::ExprPtr list = expr::path(std::get<Explode>(explode.op).path);
  const Node* below = explode.inputs.front().get();
  while (!std::holds_alternative<Source>(below->op)) {
    if (const auto shape = shape_of(*below))
      list = shape->resolve(list);
    else if (!std::holds_alternative<Filter>(below->op))
      return std::nullopt;
    if (list == nullptr || bare_path(*list) == nullptr) return std::nullopt;
    below = below->inputs.front().get();
  }
  const Path* path = bare_path(*list);
  if (path->through_array()) return std::nullopt;
  return ExplodedSource{*path, &std::get<Source>(below->op)};
}

// A condition on the exploded element as one that sees the element as its root; null where it reads
// other fields besides.
expr::ExprPtr of_element(const expr::ExprPtr& condition, const Path& element) {
  return rewrite_leaves(condition, [&](const expr::ExprPtr& leaf) -> expr::ExprPtr {
    const auto* read = leaf->as<expr::PathRead>();
    if (read == nullptr) return leaf;
    if (!starts_with(read->path, element)) return nullptr;
    const auto rest = static_cast<std::ptrdiff_t>(element.steps.size());
    return expr::path(Path{{read->path.steps.begin() + rest, read->path.steps.end()}},
                      read->affinity);
  });
}

}  // namespace

NodePtr choose_element_index(const NodePtr& node, const SourceFacts& facts) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const Node& exploded = *node->inputs.front();
  const auto* explode = std::get_if<Explode>(&exploded.op);
  if (explode == nullptr) return nullptr;
  const auto from = exploded_source(exploded);
  if (!from || !may_use_index(*from->source)) return nullptr;
  if (from->source->search && from->source->search->order != IndexSearch::Order::Any)
    return nullptr;
  const Path element =
      explode->as.empty() ? explode->path : Path{{{PathStep::Kind::Key, explode->as, 0}}};
  std::vector<expr::ExprPtr> conditions;
  for (const expr::ExprPtr& condition : conjuncts(filter->predicate)) {
    if (const expr::ExprPtr inside = of_element(without_text_checks(condition, element), element))
      conditions.push_back(expr::call("list_any", {expr::path(from->list), inside}));
  }
  const std::vector<IndexCandidate> candidates = index_candidates(*from->source, conditions, facts);
  const IndexCandidate* best = best_of(candidates, *from->source);
  if (best == nullptr) return nullptr;
  IndexSearch search = search_of(*best);
  // What is no array may be exploded too.
  search.ranges.push_back({no_array_key(), no_array_key()});
  return with_search(*node, search);
}

}  // namespace arbors::plan
