// Runs a logical plan: binds its sources and hands out rows.
#pragma once

#include "engine/exec/rows/row_run.h"
#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {

// Starts an (optimized) plan. Reads nothing until the first run is asked for. `context` must
// outlive the stream. `expected_rows` is how many rows the caller will most likely take (0: not
// known): a hint for finding the first of an order, never a limit. Throws Error as evaluating does.
RowStreamPtr execute(const plan::NodePtr& plan, const SourceBinder& bind,
                     const ExecutionContext& context, std::uint64_t expected_rows = 0);

}  // namespace arbors::exec
