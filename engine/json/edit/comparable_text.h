// Writes a JSON value so that values which SQL takes for equal get the same text: 1, 1.0 and true
// are 1, members stand in the order of their keys, and null ones are left out, since SQL cannot
// tell them from missing ones.
#pragma once

#include <string>
#include <string_view>

namespace arbors::json {

// Containers more than this many levels down are written as they stand.
inline constexpr unsigned kComparableDepth = 100;

// Appends to `out`; `json` must be valid and minimal.
void write_comparable(std::string& out, std::string_view json);

}  // namespace arbors::json
