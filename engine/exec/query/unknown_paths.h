// Paths that a plan reads and no tree of its source has: misspelt ones, most often.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {

// Says of each such path `no tree has yeer; nearest: year`. Nothing is said of sources without
// trees, of files, and of paths that may lead into opaque text. Reads no payload.
std::vector<std::string> unknown_paths(const plan::Node& plan, const SourceBinder& bind);

// Throws Error{Invalid} with the first of them, where the context is strict about paths.
void refuse_unknown_paths(const plan::Node& plan, const SourceBinder& bind,
                          const ExecutionContext& context);

}  // namespace arbors::exec
