// How long work is told to stop. Whoever calls the engine installs an Interrupt for a scope; every
// loop that may run long polls it, with a measure of the work done. The thread that calls asks the
// caller now and then; its workers look at a flag. Nothing is asked where no scope is installed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace arbors {

// Steps of work, some 10 to 100 ns each, between two questions.
constexpr std::int64_t kStepsBetweenQuestions = 1 << 13;

// What typed loops, and loops over texts, do in a step.
constexpr std::size_t kRowsAStep = 4;
constexpr std::size_t kBytesAStep = 64;

// What may ask work to stop. Outlives the scopes and the workers that obey it.
class Interrupt {
 public:
  // `ask` runs on the thread that calls, as often as there is work; true stops. It must not throw.
  explicit Interrupt(std::function<bool()> ask) : ask_(std::move(ask)) {}

  bool raised() const noexcept { return raised_.load(std::memory_order_relaxed); }
  bool ask();  // raised from the first yes on
  void reset() noexcept { raised_ = false; }

 private:
  std::function<bool()> ask_;
  std::atomic<bool> raised_ = false;
};

// While it lives, this thread polls `interrupt` (null: nothing); then what it polled before.
class InterruptScope {
 public:
  enum class Thread : std::uint8_t { Caller, Worker };
  InterruptScope(Interrupt* interrupt, Thread thread);
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
  ~InterruptScope();

  Interrupt* interrupt() const { return interrupt_; }
  bool is_of_worker() const { return !asks_; }
  void work(std::int64_t steps) {
    if ((left_ -= steps) <= 0) question();
  }

 private:
  void question();

  Interrupt* interrupt_;
  bool asks_;
  std::int64_t left_ = kStepsBetweenQuestions;
  InterruptScope* before_;
};

// What this thread polls, to be handed to a worker's scope; null: nothing.
Interrupt* current_interrupt() noexcept;

// Tells whether this thread works for another (base/workers.h), which alone may touch storage.
bool is_worker_thread() noexcept;

// Throws Error{Interrupted} where this thread was asked to stop; costs a few nanoseconds. `steps`
// says how much was done since the last call. Never throws while another exception is under way;
// no destructor may call it.
void poll_interrupt(std::uint64_t steps = kStepsBetweenQuestions);

// Polls once in so many steps, for loops whose steps are cheaper than a poll.
class PolledSteps {
 public:
  void step(std::uint64_t steps = 1) {
    if ((done_ += steps) < kMost) return;
    poll_interrupt(std::exchange(done_, 0));
  }

 private:
  static constexpr std::uint64_t kMost = 1024;
  std::uint64_t done_ = 0;
};

// Calls work(first, end) for blocks of so many rows, and polls between them: for loops over all
// rows of an array that may be huge.
template <typename Work>
void in_polled_blocks(std::size_t rows, Work work) {
  constexpr std::size_t kBlock = 1 << 16;
  for (std::size_t first = 0; first < rows;) {
    const std::size_t end = rows - first > kBlock ? first + kBlock : rows;
    work(first, end);
    poll_interrupt((end - first) / kRowsAStep);
    first = end;
  }
}

// A comparison that polls: for sorts that may take seconds.
template <typename Compare>
class PolledCompare {
 public:
  explicit PolledCompare(Compare compare) : compare_(std::move(compare)) {}
  template <typename Item>
  bool operator()(const Item& left, const Item& right) {
    steps_.step();
    return compare_(left, right);
  }

 private:
  Compare compare_;
  PolledSteps steps_;
};

}  // namespace arbors
