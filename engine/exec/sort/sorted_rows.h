// Puts rows in order by their ranks (sort_ranks.h), in linear time.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/sort/ranks.h"

namespace arbors::exec {

// Sorts row numbers 0..n-1 by their ranks, key after key, equal rows in their order. Each element
// of `keys` has n ranks.
std::vector<std::uint32_t> sorted_rows(const std::vector<Ranks>& keys);

}  // namespace arbors::exec
