#include "sql/tables/nonces.h"

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <new>
#include <random>

namespace arbors::store {
namespace {

// Raised in a child process, whose generator would give the same numbers as its parent's.
std::atomic<bool> forked = false;

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
  static const bool told = ::pthread_atfork(nullptr, nullptr, [] { forked = true; }) == 0;
  if (!told) throw std::bad_alloc();
  const std::lock_guard lock(mutex);
  if (forked.exchange(false)) generator = seeded();
  return generator();
}

}  // namespace arbors::store
