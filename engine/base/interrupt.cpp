#include "engine/base/interrupt.h"

#include <exception>

#include "engine/base/error.h"
#include "engine/base/thread_slot.h"

namespace arbors {
namespace {

// Where a thread finds its innermost scope; without the memory for it, nothing is polled.
const ThreadSlot kScope;

InterruptScope* innermost() noexcept { return static_cast<InterruptScope*>(kScope.get()); }

}  // namespace

bool Interrupt::ask() {
  if (!raised() && ask_ && ask_()) raised_ = true;
  return raised();
}

InterruptScope::InterruptScope(Interrupt* interrupt, Thread thread)
    : interrupt_(interrupt), asks_(thread == Thread::Caller), before_(innermost()) {
  kScope.set(this);
}

InterruptScope::~InterruptScope() { kScope.set(before_); }

void InterruptScope::question() {
  left_ = kStepsBetweenQuestions;
  if (interrupt_ == nullptr) return;
  const bool stop = asks_ ? interrupt_->ask() : interrupt_->raised();
  if (stop && std::uncaught_exceptions() == 0) throw Error(ErrorCode::Interrupted, "interrupted");
}

Interrupt* current_interrupt() noexcept {
  const InterruptScope* scope = innermost();
  return scope == nullptr ? nullptr : scope->interrupt();
}

bool is_worker_thread() noexcept {
  const InterruptScope* scope = innermost();
  return scope != nullptr && scope->is_of_worker();
}

void poll_interrupt(std::uint64_t steps) {
  InterruptScope* scope = innermost();
  if (scope != nullptr) scope->work(static_cast<std::int64_t>(steps));
}

}  // namespace arbors
