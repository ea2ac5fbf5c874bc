// What a stream is gone through for without room for all of it: a sink takes the values in their
// order, in the form in which they are stored, until it has what it wants.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "engine/codec/integers/facts.h"
#include "engine/codec/packing/bits.h"

namespace arbors::codec {

// Each function takes what comes next and gives whether more is wanted.
template <Lane T>
class Sink {
 public:
  virtual ~Sink() = default;

  // Values, kBlockValues at most.
  virtual bool values(std::span<const T> next) = 0;

  // Runs of equal values, which are all of the stream.
  virtual bool runs(std::span<const std::uint32_t> lengths, std::span<const T> heads) {
    std::array<T, kBlockValues> block;
    std::size_t filled = 0;
    for (std::size_t run = 0; run < heads.size(); ++run) {
      for (std::size_t left = lengths[run]; left > 0;) {
        const std::size_t part = std::min(left, kBlockValues - filled);
        std::fill_n(block.begin() + static_cast<std::ptrdiff_t>(filled), part, heads[run]);
        left -= part;
        filled += part;
        if (filled < kBlockValues) break;
        if (!values(block)) return false;
        filled = 0;
      }
    }
    return filled == 0 || values({block.data(), filled});
  }

  // As many values as `count`, which are all of the stream: the same, but for others[i] at
  // positions[i]. These ascend and are below `count`.
  virtual bool exceptions(T same, std::size_t count, std::span<const std::uint32_t> positions,
                          std::span<const T> others) {
    std::array<T, kBlockValues> block;
    for (std::size_t first = 0, next = 0; first < count; first += kBlockValues) {
      const std::size_t size = std::min(kBlockValues, count - first);
      std::fill_n(block.begin(), size, same);
      for (; next < positions.size() && positions[next] < first + size; ++next)
        block[positions[next] - first] = others[next];
      if (!values({block.data(), size})) return false;
    }
    return true;
  }
};

}  // namespace arbors::codec
