// Hashes of keys: values that SQL takes for equal (value_numbers.h) have the same, so that rows can
// be parted by their keys.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::exec {

// Hashes the keys of each row together; one vector and one collation a key, one or more of them.
std::vector<std::uint64_t> key_hashes(std::span<const batch::VectorPtr> keys,
                                      std::span<const Collation> collations);

}  // namespace arbors::exec
