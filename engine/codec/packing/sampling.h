// Picks positions to sample: one in each of `samples` equal slots, at a scattered place within it,
// since even steps would meet a periodic stream always in the same phase. Divides by nothing but
// `samples`, a constant where it matters.
#pragma once

#include <cstddef>
#include <cstdint>

namespace arbors::codec {

constexpr std::size_t sample_position(std::size_t i, std::size_t samples, std::size_t count) {
  const std::size_t begin = i * count / samples, end = (i + 1) * count / samples;
  std::uint64_t scattered = (i + 1) * std::uint64_t{0x9E3779B97F4A7C15};
  scattered = (scattered ^ scattered >> 32) * 0xD6E8FEB86659FD93 >> 32;
  return begin + (scattered * (end - begin) >> 32);
}

}  // namespace arbors::codec
