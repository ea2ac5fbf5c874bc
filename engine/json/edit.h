// Sets or removes one value inside a JSON text, the rest staying as it is: what writing a table's
// column does to its tree.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/path.h"

namespace arbors::json {

// Gives `tree` with the value at `steps` (object keys only, at least one) replaced by `value`, a
// JSON text, or removed where there is none. Objects on the way are made as needed. Throws
// Error{Invalid} where a step would enter another kind of value. `tree` must be valid JSON.
std::string with_value(std::string_view tree, std::span<const PathStep> steps,
                       const std::optional<std::string>& value);

}  // namespace arbors::json
