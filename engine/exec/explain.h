// Says in words what a plan means, what the optimizer made of it, how it runs, what it decodes and
// what it costs; with a run, what the run observed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/query.h"
#include "engine/plan/optimize/optimizer.h"

namespace arbors::exec {

// Writes the sections asked for, of `logical, optimized, physical, decode_plan, costs`; all that
// `sections` (comma separated) names, or the default ones where it is empty. Throws Error{Invalid}
// for an unknown section. `plan` is as parsed, not optimized. Reads no tree; `costs` reads
// statistics of the sources.
std::string explain(const plan::NodePtr& plan, std::string_view sections, const SourceBinder& bind,
                    const ExecutionContext& context);

struct RunBounds {
  std::optional<std::uint64_t> max_trees;
  std::optional<std::chrono::milliseconds> time_budget;
};

// The same sections, then a run within the bounds: trees, time and counters. Says PARTIAL where a
// bound ended it.
std::string explain_analyze(const plan::NodePtr& plan, std::string_view sections,
                            const RunBounds& bounds, const SourceBinder& bind,
                            const ExecutionContext& context);

// Reads {"max_trees": n, "time_budget_ms": n, "sections": "…"}; `sections` receives the last.
RunBounds parse_run_bounds(std::string_view json, std::string& sections);

}  // namespace arbors::exec
