// Estimates how many different values a stream holds from at most 4,096 of them, evenly spaced, by
// their hashes: counts the different ones among the first half and among all of the sample, and
// lets their number grow on as it grew (Heaps' law). Exact for short streams, near it for keys and
// for small sets; a planner's estimate, no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arbors::batch {

inline constexpr std::size_t kDistinctSample = 4096;

// Spreads the bits of a number over all 64 (splitmix64's last steps, Vigna 2015).
constexpr std::uint64_t mix_bits(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

// Takes the sample's hashes in order, from a stream of `values` values.
std::uint32_t estimate_distinct(const std::vector<std::uint64_t>& sample, std::size_t values);

// `hash(i)` gives 64 well-mixed bits of value i.
template <typename Hash>
std::uint32_t estimate_distinct(std::size_t values, Hash hash) {
  const std::size_t size = values < kDistinctSample ? values : kDistinctSample;
  std::vector<std::uint64_t> sample(size);
  // Even positions first, odd ones after, so that each half is spread over the whole stream.
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t position = i < (size + 1) / 2 ? 2 * i : 2 * (i - (size + 1) / 2) + 1;
    sample[i] = hash(values == size ? position : position * values / kDistinctSample);
  }
  return estimate_distinct(sample, values);
}

}  // namespace arbors::batch
