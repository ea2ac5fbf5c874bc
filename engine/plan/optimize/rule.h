// A rewriting of plans: a name, what it does, and a function that looks at one node and gives the
// node to put in its place, or null to leave it.
#pragma once

#include <string_view>

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

struct Rule {
  std::string_view name;
  std::string_view help;  // one line, for explain and the reference page
  NodePtr (*apply)(const NodePtr& node);
};

// The rules, one file each.
NodePtr fold_constants(const NodePtr& node);
NodePtr fuse_filters(const NodePtr& node);
NodePtr push_filter_down(const NodePtr& node);
NodePtr order_conditions(const NodePtr& node);
NodePtr fuse_slices(const NodePtr& node);
NodePtr push_slice_down(const NodePtr& node);
NodePtr push_sort_down(const NodePtr& node);
NodePtr sort_first_rows(const NodePtr& node);
NodePtr drop_group_order(const NodePtr& node);
NodePtr prune_fields(const NodePtr& node);

}  // namespace arbors::plan
