// What the rules ask of nodes: the shape that a reshaping stage gives its trees, and nodes put
// over others.
#pragma once

#include <optional>

#include "engine/plan/logical_plan.h"
#include "engine/plan/row_shape.h"

namespace arbors::plan {

// The shape that select, add_field and drop give, over their input's trees; none for other stages.
std::optional<RowShape> shape_of(const Node& node);

// The node itself over another first input.
NodePtr over(const Node& node, NodePtr input);

// The same nodes over their source, which looks trees up by `search`. Each has a first input, down
// to the source.
NodePtr with_search(const Node& node, const IndexSearch& search);

}  // namespace arbors::plan
