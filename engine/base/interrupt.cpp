#include "engine/base/interrupt.h"

#include <pthread.h>

#include <exception>

#include "engine/base/error.h"

namespace arbors {
namespace {

// Where a thread finds its innermost scope. No thread_local: where memory is short, the first look
// at one ends the process.
class ScopeOfThread {
 public:
  ScopeOfThread() noexcept : made_(pthread_key_create(&key_, nullptr) == 0) {}
  ScopeOfThread(const ScopeOfThread&) = delete;
  ScopeOfThread& operator=(const ScopeOfThread&) = delete;
  ~ScopeOfThread() {
    if (made_) pthread_key_delete(key_);
  }
  InterruptScope* get() const noexcept {
    return made_ ? static_cast<InterruptScope*>(pthread_getspecific(key_)) : nullptr;
  }
  // Without the memory for it, nothing is polled.
  void set(InterruptScope* scope) const noexcept {
    if (made_) pthread_setspecific(key_, scope);
  }

 private:
  pthread_key_t key_{};
  bool made_;
};

const ScopeOfThread kScope;

}  // namespace

bool Interrupt::ask() {
  if (!raised() && ask_ && ask_()) raised_ = true;
  return raised();
}

InterruptScope::InterruptScope(Interrupt* interrupt, Thread thread)
    : interrupt_(interrupt), asks_(thread == Thread::Caller), before_(kScope.get()) {
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
  const InterruptScope* scope = kScope.get();
  return scope == nullptr ? nullptr : scope->interrupt();
}

void poll_interrupt(std::uint64_t steps) {
  InterruptScope* scope = kScope.get();
  if (scope != nullptr) scope->work(static_cast<std::int64_t>(steps));
}

}  // namespace arbors
