// The text of a condition for MATCH with its parameters put in.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace arbors::ext {

// Gives the expression with each `?n` as the n-th value. Throws Error{Invalid} where it is none, or
// has more parameters.
std::string bound_match(std::string_view expression, std::span<const Value> parameters);

}  // namespace arbors::ext
