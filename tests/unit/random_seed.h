// Where random unit tests take their seed from: ARBORS_SEED, as tests/run.sh sets it, else chance.
#pragma once

#include <cstdlib>
#include <random>

namespace arbors {

inline unsigned random_seed() {
  const char* given = std::getenv("ARBORS_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

}  // namespace arbors
