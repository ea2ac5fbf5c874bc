// What one cheap pass over a stream of integers finds out, from which every encoding estimates its
// size without being tried.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace arbors::codec {

// The element of an integer stream: std::int64_t (integers) or std::uint32_t (codes).
template <typename T>
concept Lane = std::same_as<T, std::int64_t> || std::same_as<T, std::uint32_t>;

// Differences and offsets are computed wrapping, in the unsigned type.
template <Lane T>
using Wrapped = std::make_unsigned_t<T>;

template <Lane T>
struct Facts {
  unsigned depth = 0;  // how many streams this one lies in
  std::size_t count = 0;
  T min = 0, max = 0;
  std::size_t runs = 0;        // stretches of equal values
  std::size_t frame_bits = 0;  // sum over blocks of values * width of (max - min)
  std::size_t delta_bits = 0;  // the same for the differences between neighbours
  std::vector<T> sample;       // up to kSampleValues, spread evenly, sorted
};

inline constexpr std::size_t kSampleValues = 256;

template <Lane T>
Facts<T> study(std::span<const T> values, unsigned depth = 0);

}  // namespace arbors::codec
