// Work whose n-th allocation fails, by the operator new of tests/fault/allocation.cpp.
#pragma once

#include <cstdint>
#include <new>

#include "tests/fault/fault.h"

namespace arbors {

// Lets operator new fail at its n-th call, or from then on, while this lives.
class OutOfMemory {
 public:
  explicit OutOfMemory(std::int64_t at, fault::Lasting lasting = fault::Lasting::Once) {
    fault::arm(fault::Kind::Allocation, at, lasting);
  }
  OutOfMemory(const OutOfMemory&) = delete;
  OutOfMemory& operator=(const OutOfMemory&) = delete;
  ~OutOfMemory() { fault::disarm(); }
};

// Tells whether work fails where its n-th allocation does.
template <typename Work>
bool fails_at(std::int64_t at, Work&& work) {
  try {
    const OutOfMemory memory(at);
    work();
    return false;
  } catch (const std::bad_alloc&) {
    return true;
  }
}

// Tries work again, failing one allocation later each time, until none fails. Gives the number of
// failures.
template <typename Work>
std::int64_t fail_until_done(Work&& work) {
  std::int64_t at = 1;
  while (fails_at(at, work)) ++at;
  return at - 1;
}

}  // namespace arbors
