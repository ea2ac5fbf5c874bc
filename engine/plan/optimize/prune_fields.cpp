// select over select becomes one select, and aggregates of a grouping that the select above does
// not read are not computed.
#include <algorithm>

#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

NodePtr one_select(const Project& outer, const Node& below) {
  const auto shape = shape_of(below);
  Project fused = outer;
  for (NamedExpr& field : fused.fields) {
    field.expr = shape->resolve(field.expr);
    if (!field.expr || (field.spread && bare_path(*field.expr) == nullptr)) return nullptr;
  }
  return make(std::move(fused), below.inputs);
}

void add_paths(const expr::Expr& expr, std::vector<Path>& paths) {
  for (Path& path : expr::paths(expr)) paths.push_back(std::move(path));
}

// Drops unread aggregates below; `read` are the paths that the stages above look at.
NodePtr without_unread(const NodePtr& node, std::vector<Path> read) {
  if (const auto* filter = std::get_if<Filter>(&node->op)) {
    add_paths(*filter->predicate, read);
  } else if (const auto* sort = std::get_if<Sort>(&node->op)) {
    for (const SortKey& key : sort->keys)
      if (key.expr) add_paths(*key.expr, read);
  } else if (!std::holds_alternative<Slice>(node->op)) {
    const auto* group = std::get_if<GroupBy>(&node->op);
    if (group == nullptr || group->gather_trees) return nullptr;
    GroupBy pruned = *group;
    std::erase_if(pruned.aggregates, [&](const AggregateCall& call) {
      const Path name{{{PathStep::Kind::Key, call.name, 0}}};
      return std::none_of(read.begin(), read.end(), [&](const Path& path) {
        return path.steps.empty() || starts_with(path, name);
      });
    });
    if (pruned.aggregates.size() == group->aggregates.size()) return nullptr;
    return make(std::move(pruned), node->inputs);
  }
  const NodePtr below = without_unread(node->inputs.front(), std::move(read));
  return below ? over(*node, below) : nullptr;
}

}  // namespace

NodePtr prune_fields(const NodePtr& node, const SourceFacts&) {
  const auto* project = std::get_if<Project>(&node->op);
  if (project == nullptr) return nullptr;
  const Node& below = *node->inputs.front();
  if (std::holds_alternative<Project>(below.op)) return one_select(*project, below);
  std::vector<Path> read;
  for (const NamedExpr& field : project->fields) add_paths(*field.expr, read);
  const NodePtr input = without_unread(node->inputs.front(), std::move(read));
  return input ? over(*node, input) : nullptr;
}

}  // namespace arbors::plan
