// Which paths of its sources a plan decodes, and when: at once for every batch that statistics do
// not rule out, or only where trees survive.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"

namespace arbors::exec {

struct DecodedPaths {
  plan::Source source;
  std::vector<std::string> filter;  // to decide which trees are kept
  std::vector<std::string> keys;    // to order, group, aggregate and explode them
  std::vector<std::string> output;  // of the trees that come out
  std::vector<Path> paths;          // all of these
  bool whole_trees = false;         // comes out with every path
};

// One entry a source, in the plan's order.
std::vector<DecodedPaths> decode_plan(const plan::Node& plan);

}  // namespace arbors::exec
