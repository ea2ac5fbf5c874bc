// Values that the tests of indexes look up.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/value.h"

namespace arbors::store::tests {

inline Value number(std::int64_t value) { return Value::of(value); }
inline Value text(const char* value) { return Value::of(std::string(value)); }

}  // namespace arbors::store::tests
