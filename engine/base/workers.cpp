#include "engine/base/workers.h"

#include <array>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

#include "engine/base/interrupt.h"
#include "engine/base/thread_slot.h"

namespace arbors {
namespace {

constexpr std::size_t kGrain = 16;  // sizes of blocks, and between them
constexpr std::size_t kSizes = 32;

// Whether there is memory for a thread's data for exceptions, which is allocated when they are
// first asked for, and ends the process where it cannot be had. A look is not enough, for other
// threads take memory in between: a block of each small size is taken and given back, and glibc
// keeps such blocks for the thread that gave them.
bool has_memory() noexcept {
  std::array<void* volatile, kSizes> blocks{};
  bool all = true;
  for (std::size_t i = 0; i < kSizes; ++i) {
    blocks[i] = std::malloc((i + 1) * kGrain);
    all = all && blocks[i] != nullptr;
  }
  for (void* volatile& block : blocks) std::free(block);
  return all;
}

// Asks for that data. The call is declared pure: one whose result nobody reads is left out.
void take_memory() noexcept {
  [[maybe_unused]] const volatile int asked = std::uncaught_exceptions();
}

const ThreadSlot kReady;  // not null in threads that have their data

}  // namespace

void ready_for_exceptions() {
  if (kReady.get() != nullptr) return;
  if (!has_memory()) throw std::bad_alloc();
  take_memory();
  kReady.set(&kReady);
}

void Workers::start(unsigned most, const std::function<void(unsigned)>& work) {
  Interrupt* const interrupt = current_interrupt();
  try {
    threads_.reserve(most);
    for (unsigned number = count() + 1; number <= most; ++number)
      threads_.emplace_back([work, number, interrupt] {
        if (!has_memory()) return;  // the others do the work
        take_memory();
        const InterruptScope scope(interrupt, InterruptScope::Thread::Worker);
        work(number);
      });
  } catch (const std::system_error&) {
    return;  // no more threads are to be had
  } catch (const std::bad_alloc&) {
    return;
  }
}

void Workers::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace arbors
