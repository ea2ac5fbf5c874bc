// JSON merge patches (RFC 7396): a patch that is an object sets the members that it has, enters
// objects, and removes by null; any other patch takes the value's place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"

namespace arbors::json {

// Gives `value` with `patch` applied; an empty text is no value. Both are minimal JSON texts, and
// so is the result. Members keep their order, new ones come last.
std::string merge_patch(std::string_view value, std::string_view patch);

struct PatchedScalar {
  Path path;         // object keys only, at least one
  std::string json;  // what is set there
};

// Lists what a patch sets, where that is scalars alone: no null, no array, no empty object.
std::optional<std::vector<PatchedScalar>> patched_scalars(std::string_view patch);

}  // namespace arbors::json
