// XXH3's 64 bits of many bytes, as wide as the processor allows: each chunk that is read is checked
// whole, which was a tenth of what a tree by its rowid costs.
#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace arbors {

std::uint64_t checksum(ByteSpan bytes, std::uint64_t seed = 0);

}  // namespace arbors
