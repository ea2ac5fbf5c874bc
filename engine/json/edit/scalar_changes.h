// Finds out whether two JSON texts differ in nothing but single scalars inside objects: then these
// tell all that an UPDATE of the whole tree has changed.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/json/edit/kept_members.h"

namespace arbors::json {

struct ScalarChange {
  Path path;              // object keys only, at least one
  std::string_view json;  // what stands there after the change, a piece of that text
};

// Lists the changes between two minimal JSON texts. Nothing where they differ otherwise (in keys or
// their order, inside an array, in the kind of a container) or in more than `most` values. Looks at
// nothing of the members that are known to be kept.
std::optional<std::vector<ScalarChange>> scalar_changes(std::string_view before,
                                                        std::string_view after, std::size_t most,
                                                        KeptMembers kept = {});

}  // namespace arbors::json
