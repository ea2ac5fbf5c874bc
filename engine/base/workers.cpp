#include "engine/base/workers.h"

#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

#include "engine/base/interrupt.h"
#include "engine/base/thread_slot.h"

namespace arbors {
namespace {

// More than a thread's data for exceptions takes: where so much was to be had and was given back,
// so is that.
constexpr std::size_t kForExceptions = 4096;

bool has_memory() noexcept {
  void* volatile memory = std::malloc(kForExceptions);
  std::free(memory);
  return memory != nullptr;
}

const ThreadSlot kReady;  // not null in threads that have their data

}  // namespace

void ready_for_exceptions() {
  if (kReady.get() != nullptr) return;
  if (!has_memory()) throw std::bad_alloc();
  static_cast<void>(std::uncaught_exceptions());
  kReady.set(&kReady);
}

void Workers::start(unsigned most, const std::function<void(unsigned)>& work) {
  Interrupt* const interrupt = current_interrupt();
  try {
    threads_.reserve(most);
    for (unsigned number = count() + 1; number <= most; ++number)
      threads_.emplace_back([work, number, interrupt] {
        if (!has_memory()) return;  // the others do the work
        static_cast<void>(std::uncaught_exceptions());
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
