// A Bloom filter over the strings of one column of one batch, for columns of few different strings:
// a byte a string, four probes, about 2 % of wrong "perhaps". Its words are stored: neither the
// hash nor the probes may change.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

class StringFilter {
 public:
  static constexpr std::size_t kMostDistinct = 2048;

  static std::uint64_t hash(std::string_view text);
  static std::vector<std::uint64_t> make(const TextPool& texts, std::size_t distinct);
  static bool may_hold(std::span<const std::uint64_t> words, std::string_view text);
};

}  // namespace arbors::batch
