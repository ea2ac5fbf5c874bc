// Sets or removes values inside a JSON text and gives keys other names, the rest staying as it is:
// what writing a table's column does to its tree, and what reshaping stages do.
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

// Gives `tree` with the members of `object` as its own: those whose keys it has are replaced. Both
// stay as they are where either is no object.
std::string with_members(std::string_view tree, std::string_view object);

// A key at the end of `steps` (keys only, at least one) and the one that takes its place.
struct KeyName {
  std::span<const PathStep> steps;
  std::string_view name;
};
// Gives `tree` with other keys, members keeping their places; those that had such a key before are
// gone. All steps are those of the tree as it came.
std::string with_names(std::string_view tree, std::span<const KeyName> names);

}  // namespace arbors::json
