#include "engine/batch/columns/string_filter.h"

#include <xxhash.h>

namespace arbors::batch {
namespace {

constexpr unsigned kProbes = 4;

// The bit of a probe: double hashing (Kirsch and Mitzenmacher, 2006) scaled to the filter's bits.
std::uint64_t bit_of(std::uint64_t hash, unsigned probe, std::size_t words) {
  const auto low = static_cast<std::uint32_t>(hash);
  const auto high = static_cast<std::uint32_t>(hash >> 32) | 1U;
  const std::uint32_t mixed = low + probe * high;
  return (static_cast<std::uint64_t>(mixed) * (words * 64)) >> 32;
}

}  // namespace

std::uint64_t StringFilter::hash(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

std::vector<std::uint64_t> StringFilter::make(const TextPool& texts, std::size_t distinct) {
  std::vector<std::uint64_t> words((distinct + 7) / 8);
  for (std::size_t entry = 0; entry < texts.size(); ++entry) {
    const std::uint64_t hashed = hash(texts[entry]);
    for (unsigned probe = 0; probe < kProbes; ++probe) {
      const std::uint64_t bit = bit_of(hashed, probe, words.size());
      words[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
  }
  return words;
}

bool StringFilter::may_hold(std::span<const std::uint64_t> words, std::string_view text) {
  const std::uint64_t hashed = hash(text);
  for (unsigned probe = 0; probe < kProbes; ++probe) {
    const std::uint64_t bit = bit_of(hashed, probe, words.size());
    if ((words[bit / 64] >> (bit % 64) & 1) == 0) return false;
  }
  return true;
}

}  // namespace arbors::batch
