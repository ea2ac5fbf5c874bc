// A source of the trees of a JSON text: the elements of an array, one value, or JSON Lines.
#pragma once

#include <string_view>

#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

// Throws Error{Invalid} naming line and byte.
TreeSourcePtr json_source(std::string_view text);

}  // namespace arbors::exec
