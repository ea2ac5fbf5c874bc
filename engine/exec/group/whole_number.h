// Where integers and reals are one value to SQL.
#pragma once

#include <cstdint>

namespace arbors::exec {

// Gives the integer that a real equals exactly; false where there is none.
inline bool as_integer(double value, std::int64_t& integer) {
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return false;
  integer = static_cast<std::int64_t>(value);
  return static_cast<double>(integer) == value;
}

}  // namespace arbors::exec
