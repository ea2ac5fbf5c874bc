// Moves a filter below a stage that does not change what it tests: through select, add_field and
// drop by substitution, below an order or an index_by, into both sides of an append, and, condition
// by condition, below an explode whose elements it does not look at and a window whose partitions
// it chooses. Joins have a rule of their own.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"
#include "engine/plan/window.h"

namespace arbors::plan {
namespace {

NodePtr filtered(const expr::ExprPtr& predicate, const NodePtr& input) {
  return make(Filter{predicate}, {input});
}

// Tells whether an expression reads anything at or around a path.
bool touches(const expr::Expr& expr, const Path& path) {
  const std::vector<Path> read = expr::paths(expr);
  return std::any_of(read.begin(), read.end(), [&](const Path& other) {
    return starts_with(other, path) || starts_with(path, other);
  });
}

NodePtr below_explode(const Filter& filter, const Node& node, const Explode& explode) {
  std::vector<expr::ExprPtr> above, below;
  for (const expr::ExprPtr& condition : conjuncts(filter.predicate)) {
    bool sees = touches(*condition, explode.path);
    if (!explode.as.empty())
      sees = sees || touches(*condition, Path{{{PathStep::Kind::Key, explode.as, 0}}});
    if (!explode.key.empty())
      sees = sees || touches(*condition, Path{{{PathStep::Kind::Key, explode.key, 0}}});
    (sees ? above : below).push_back(condition);
  }
  if (below.empty()) return nullptr;
  const NodePtr exploded = over(node, filtered(expr::and_all(below), node.inputs.front()));
  return above.empty() ? exploded : filtered(expr::and_all(above), exploded);
}

// Tells whether a condition chooses whole partitions of a window.
bool of_partitions(const expr::Expr& condition, const Window& window) {
  const std::vector<Path> read = expr::paths(condition);
  return same_for_equals(condition) && !read.empty() &&
         std::all_of(read.begin(), read.end(), [&](const Path& path) {
           return std::any_of(window.by.begin(), window.by.end(), [&](const expr::ExprPtr& by) {
             const Path* key = bare_path(*by);
             return key != nullptr && !key->steps.empty() && path == *key &&
                    std::none_of(window.calls.begin(), window.calls.end(),
                                 [&](const WindowCall& call) {
                                   return key->steps.front().key == call.name;
                                 });
           });
         });
}

bool reads_a_call(const expr::Expr& condition, const Window& window) {
  return std::any_of(window.calls.begin(), window.calls.end(), [&](const WindowCall& call) {
    return touches(condition, Path{{{PathStep::Kind::Key, call.name, 0}}});
  });
}

NodePtr below_window(const Filter& filter, const Node& node, const Window& window) {
  if (window.first_rows) return nullptr;
  const bool identity = is_identity(window);
  std::vector<expr::ExprPtr> above, below;
  for (const expr::ExprPtr& condition : conjuncts(filter.predicate))
    (of_partitions(*condition, window) || (identity && !reads_a_call(*condition, window)) ? below
                                                                                          : above)
        .push_back(condition);
  if (below.empty()) return nullptr;
  const NodePtr input = over(node, filtered(expr::and_all(below), node.inputs.front()));
  return above.empty() ? input : filtered(expr::and_all(above), input);
}

}  // namespace

NodePtr push_filter_down(const NodePtr& node, const SourceFacts&) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const Node& below = *node->inputs.front();
  if (const auto shape = shape_of(below)) {
    const expr::ExprPtr predicate = shape->resolve(filter->predicate);
    return predicate ? over(below, filtered(predicate, below.inputs.front())) : nullptr;
  }
  if (const auto* sort = std::get_if<Sort>(&below.op); sort != nullptr && !sort->limit)
    return over(below, filtered(filter->predicate, below.inputs.front()));
  if (std::holds_alternative<Reverse>(below.op) || std::holds_alternative<IndexBy>(below.op))
    return over(below, filtered(filter->predicate, below.inputs.front()));
  if (std::holds_alternative<Concat>(below.op))
    return make(Concat{}, {filtered(filter->predicate, below.inputs[0]),
                           filtered(filter->predicate, below.inputs[1])});
  if (const auto* explode = std::get_if<Explode>(&below.op))
    return below_explode(*filter, below, *explode);
  if (const auto* window = std::get_if<Window>(&below.op))
    return below_window(*filter, below, *window);
  return nullptr;
}

}  // namespace arbors::plan
