// A run of equal values in a stream.
#pragma once

#include <cstdint>

namespace arbors::codec {

template <typename T>
struct Run {
  T value;
  std::uint32_t length;
  bool operator==(const Run&) const = default;
};

}  // namespace arbors::codec
