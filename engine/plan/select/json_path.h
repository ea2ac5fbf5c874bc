// Labels and paths of SQLite's JSON functions and operators, where they are constants: 'a', 3,
// '$.a[0]."b c"', '$[#-1]'.
#pragma once

#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"

namespace arbors::plan::select {

// The steps that a label stands for. Throws Error{Invalid} for what is no path, and for labels that
// versions of SQLite understand differently.
std::vector<PathStep> json_steps(const Value& label);

}  // namespace arbors::plan::select
