// Words that mean something where an expression may begin or go on, so that a key of that name must
// stand in double quotes there.
#pragma once

#include <string_view>

namespace arbors::expr {

// Tells whether a bare word cannot be the first key of a path (case ignored).
bool is_reserved(std::string_view word);

}  // namespace arbors::expr
