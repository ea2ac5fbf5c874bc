// Which columns a plan's trees have as a table: the fields that its stages name, and those of the
// Arbors whose trees they keep.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"
#include "ext/session/session.h"

namespace arbors::ext {

struct ViewColumn {
  std::string name;
  Path path;
  std::string type;  // declared to SQL; empty where values may be of any kind
};

// Columns in the order of the trees' fields, each name once (case ignored), as many as a table may
// have. `plan` has no views left in it. Throws Error{NotFound} for a source that there is none of.
std::vector<ViewColumn> view_columns(Session& session, const plan::Node& plan);

}  // namespace arbors::ext
