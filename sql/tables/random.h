// Random numbers for names that must never repeat: batch nonces, gaps in the log's sequence. Each
// thread has its own generator, seeded from the system.
#pragma once

#include <cstdint>
#include <random>

namespace arbors::store {

inline std::uint64_t random_u64() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

}  // namespace arbors::store
