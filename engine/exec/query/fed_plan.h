// Plans over trees that are read once (TreeFeed): the stages next to such a source that look at one
// tree at a time, and slices among them, run as the trees come, and stop reading when a slice is
// full; what they give is handed out, or kept for the stages above that must see it all.
#pragma once

#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {

bool reads_feed(const plan::Node& plan);  // a source of this kind stands in it

// Runs a plan that reads feeds. `context` outlives the stream.
RowStreamPtr execute_fed(const plan::NodePtr& plan, const SourceBinder& bind,
                         const ExecutionContext& context);

}  // namespace arbors::exec
