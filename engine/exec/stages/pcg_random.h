// Random numbers that are the same on every platform: PCG-XSH-RR 64/32 (O'Neill, "PCG: A Family of
// Simple Fast Space-Efficient Statistically Good Algorithms", 2014) and a draw without bias.
#pragma once

#include <bit>
#include <cstdint>

namespace arbors::exec {

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    next();
    state_ += seed;
    next();
  }

  std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005U + 1442695040888963407U;
    const auto mixed = static_cast<std::uint32_t>(((old >> 18) ^ old) >> 27);
    return std::rotr(mixed, static_cast<int>(old >> 59));
  }

  // Draws from 0 .. bound - 1, each as likely: draws again what would favour the small ones.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t uneven = (0 - bound) % bound;
    for (;;) {
      const std::uint64_t high = next();
      const std::uint64_t drawn = high << 32 | next();
      if (drawn >= uneven) return drawn % bound;
    }
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace arbors::exec
