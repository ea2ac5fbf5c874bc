// What differs between two JSON texts: the values, each with its path.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "engine/base/path.h"

namespace arbors::json {

// Shows each value that differs, a view of either text, none where it is missing. Objects on both
// sides are entered; arrays, and values of two kinds, are shown whole. The order of keys is none of
// a difference. Both must be minimal JSON text.
using EachDifference = std::function<void(const Path& path, std::optional<std::string_view> before,
                                          std::optional<std::string_view> after)>;
void for_each_difference(std::string_view before, std::string_view after,
                         const EachDifference& each);

// Tells whether two texts are the same but for the order of keys.
bool is_same_value(std::string_view left, std::string_view right);

}  // namespace arbors::json
