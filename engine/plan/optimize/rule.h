// A rewriting of plans: a name, what it does, and a function that looks at one node, and at what is
// known of the sources, and gives the node to put in its place, or null to leave it.
#pragma once

#include <string_view>

#include "engine/plan/cost_model.h"
#include "engine/plan/logical_plan.h"

namespace arbors::plan {

struct Rule {
  std::string_view name;
  std::string_view help;  // one line, for explain and the reference page
  NodePtr (*apply)(const NodePtr& node, const SourceFacts& facts);
};

// The rules, one file each.
NodePtr fold_constants(const NodePtr& node, const SourceFacts& facts);
NodePtr unite_alternatives(const NodePtr& node, const SourceFacts& facts);
NodePtr fuse_filters(const NodePtr& node, const SourceFacts& facts);
NodePtr push_filter_down(const NodePtr& node, const SourceFacts& facts);
NodePtr push_into_join(const NodePtr& node, const SourceFacts& facts);
NodePtr first_of_partitions(const NodePtr& node, const SourceFacts& facts);
NodePtr order_conditions(const NodePtr& node, const SourceFacts& facts);
NodePtr fuse_slices(const NodePtr& node, const SourceFacts& facts);
NodePtr push_slice_down(const NodePtr& node, const SourceFacts& facts);
NodePtr push_sort_down(const NodePtr& node, const SourceFacts& facts);
NodePtr sort_first_rows(const NodePtr& node, const SourceFacts& facts);
NodePtr drop_group_order(const NodePtr& node, const SourceFacts& facts);
NodePtr drop_join_order(const NodePtr& node, const SourceFacts& facts);
NodePtr prune_fields(const NodePtr& node, const SourceFacts& facts);
NodePtr restrict_rows(const NodePtr& node, const SourceFacts& facts);
NodePtr choose_index(const NodePtr& node, const SourceFacts& facts);
NodePtr choose_element_index(const NodePtr& node, const SourceFacts& facts);
NodePtr walk_index(const NodePtr& node, const SourceFacts& facts);

}  // namespace arbors::plan
