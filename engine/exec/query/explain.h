// Says in words what a plan means, what the optimizer made of it, how it runs, what it decodes and
// what it costs; with a run, what the run observed.
#pragma once

#include <string>
#include <string_view>

#include "engine/exec/query/explain_options.h"
#include "engine/exec/query/query.h"
#include "engine/plan/optimize/optimizer.h"

namespace arbors::exec {

// Writes the sections that `sections` names (comma separated, case ignored), of `logical,
// optimized, physical, decode_plan, costs`, or the default ones where it is empty. Throws
// Error{Invalid} for an unknown section, Error{NotFound} for a source that there is none of. `plan`
// is as parsed, not optimized. Reads no tree; `costs` reads statistics of the sources.
std::string explain(const plan::NodePtr& plan, std::string_view sections, const SourceBinder& bind,
                    const ExecutionContext& context);

// The same sections, then a run within the bounds: trees, time and counters. Says PARTIAL where a
// bound ended it.
std::string explain_analyze(const plan::NodePtr& plan, std::string_view sections,
                            const RunBounds& bounds, const SourceBinder& bind,
                            const ExecutionContext& context);

}  // namespace arbors::exec
