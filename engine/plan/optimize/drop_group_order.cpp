// group_by … | sort_by e: groups come in key order and sorting is stable, so ties stand in key
// order. Saying so in the sort's own keys saves ordering the groups first; aggregates and groupings
// that see no order save it too.
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

bool shows_order(const std::vector<AggregateCall>& calls) {
  return std::ranges::any_of(calls, [](const AggregateCall& call) {
    const bool picks = call.function->pairs && call.doubt.empty();
    return call.function->ordered || picks;
  });
}

// Whether the order of the trees shows in nothing that an operator makes of them.
bool order_is_lost(const Node& node) {
  if (const auto* aggregate = std::get_if<Aggregate>(&node.op))
    return !shows_order(aggregate->aggregates);
  const auto* group = std::get_if<GroupBy>(&node.op);
  // Of keys that look different the first may be shown, but where that is an error.
  return group != nullptr && !group->gather_trees && !shows_order(group->aggregates) &&
         (group->shown.any || !group->shown.doubt.empty());
}

// The same where fields may be made of the groups' first; names say nothing to whom it is for.
NodePtr unordered_below(const NodePtr& node) {
  GroupBy group;
  if (NodePtr found = unordered(node, group)) return found;
  if (!shape_of(*node) && !std::holds_alternative<Filter>(node->op)) return nullptr;
  const NodePtr below = unordered_below(node->inputs.front());
  return below ? over(*node, below) : nullptr;
}

}  // namespace

NodePtr drop_group_order(const NodePtr& node, const SourceFacts&) {
  if (order_is_lost(*node)) {
    const NodePtr input = unordered_below(node->inputs.front());
    return input ? over(*node, input) : nullptr;
  }
  GroupBy group;
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
