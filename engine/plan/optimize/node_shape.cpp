#include "engine/plan/optimize/node_shape.h"

namespace arbors::plan {

std::optional<RowShape> shape_of(const Node& node) {
  if (const auto* project = std::get_if<Project>(&node.op))
    return RowShape().select(project->fields);
  if (const auto* add = std::get_if<AddField>(&node.op)) return RowShape().add(*add);
  if (const auto* drop = std::get_if<Drop>(&node.op)) return RowShape().drop(drop->paths);
  if (const auto* names = std::get_if<Rename>(&node.op)) return RowShape().rename(names->names);
  return std::nullopt;
}

NodePtr over(const Node& node, NodePtr input) {
  std::vector<NodePtr> inputs = node.inputs;
  inputs.front() = std::move(input);
  return make(node.op, std::move(inputs));
}

NodePtr with_search(const Node& node, const IndexSearch& search) {
  if (!std::holds_alternative<Source>(node.op))
    return over(node, with_search(*node.inputs.front(), search));
  Source looked_up = std::get<Source>(node.op);
  looked_up.search = search;
  return make(std::move(looked_up));
}

}  // namespace arbors::plan
