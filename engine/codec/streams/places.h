// Which values of a stream are asked for, where not all are.
#pragma once

#include <cstdint>
#include <span>

namespace arbors::codec {

// Places of values in a stream, from 0 on: ascending, each once, below the stream's count.
using Places = std::span<const std::uint32_t>;

}  // namespace arbors::codec
