// group_by … | sort_by e: groups come in key order and sorting is stable, so ties stand in key
// order. Saying so in the sort's own keys saves ordering the groups first; aggregates that see no
// order save it too.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

// Rebuilds a chain of filters over an ordered grouping with the grouping unordered; null where the
// chain ends in something else. `group` gets the grouping.
NodePtr unordered(const NodePtr& node, GroupBy& group) {
  if (std::holds_alternative<Filter>(node->op)) {
    const NodePtr below = unordered(node->inputs.front(), group);
    return below ? over(*node, below) : nullptr;
  }
  const auto* found = std::get_if<GroupBy>(&node->op);
  if (found == nullptr || found->gather_trees || !found->in_key_order) return nullptr;
  group = *found;
  group.in_key_order = false;
  return make(group, node->inputs);
}

expr::ExprPtr field(const std::string& name) {
  return expr::path(Path{{{PathStep::Kind::Key, name, 0}}});
}

bool sorts_by(const Sort& sort, const expr::Expr& expr) {
  return std::any_of(sort.keys.begin(), sort.keys.end(),
                     [&](const SortKey& key) { return key.expr && expr::equal(*key.expr, expr); });
}

}  // namespace

NodePtr drop_group_order(const NodePtr& node, const SourceFacts&) {
  GroupBy group;
  if (const auto* aggregate = std::get_if<Aggregate>(&node->op)) {
    for (const AggregateCall& call : aggregate->aggregates)
      if (call.function->ordered) return nullptr;
    const NodePtr input = unordered(node->inputs.front(), group);
    return input ? over(*node, input) : nullptr;
  }
  const auto* sort = std::get_if<Sort>(&node->op);
  if (sort == nullptr || sort->grouped || sort->distinct) return nullptr;
  const NodePtr input = unordered(node->inputs.front(), group);
  if (!input) return nullptr;
  Sort whole = *sort;
  for (const NamedExpr& key : group.keys) {
    SortKey tie;
    tie.expr = field(key.name);
    tie.collation = expr::collation(*key.expr, *key.expr);
    if (!sorts_by(*sort, *tie.expr)) whole.keys.push_back(std::move(tie));
  }
  return make(std::move(whole), {input});
}

}  // namespace arbors::plan
