#include "sql/tables/random.h"

#include <unistd.h>

#include <mutex>
#include <random>

namespace arbors::store {
namespace {

std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

// No generator for each thread: a thread's own data ends the process where memory is short.
std::uint64_t random_u64() {
  static std::mutex mutex;
  static std::mt19937_64 generator = seeded();
  static pid_t process = ::getpid();
  const std::lock_guard lock(mutex);
  if (const pid_t now = ::getpid(); now != process) {
    generator = seeded();
    process = now;
  }
  return generator();
}

}  // namespace arbors::store
