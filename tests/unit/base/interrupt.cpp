#include "engine/base/interrupt.h"

#include <atomic>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/workers.h"
#include "tests/unit/catch.h"
#include "tests/unit/stop_at.h"

namespace arbors {
namespace {

bool stopped(std::uint64_t steps) {
  try {
    poll_interrupt(steps);
    return false;
  } catch (const Error& error) {
    return error.code() == ErrorCode::Interrupted;
  }
}

TEST_CASE("nothing is asked where nobody may stop the work", "[interrupt]") {
  CHECK(current_interrupt() == nullptr);
  poll_interrupt();
}

TEST_CASE("work asks once in so many steps", "[interrupt]") {
  const StopAt stop(0);
  for (int i = 0; i < 10 * kStepsBetweenQuestions; ++i) poll_interrupt(1);
  CHECK(stop.asked() == 10);
  PolledSteps steps;
  for (int i = 0; i < 10 * kStepsBetweenQuestions; ++i) steps.step();
  CHECK(stop.asked() == 20);
  in_polled_blocks(10'000'000, [](std::size_t, std::size_t) {});
  CHECK(stop.asked() > 100);
}

TEST_CASE("what was stopped stays stopped", "[interrupt]") {
  const StopAt stop(2);
  CHECK_FALSE(stopped(kStepsBetweenQuestions));
  CHECK(stopped(kStepsBetweenQuestions));
  CHECK(stopped(kStepsBetweenQuestions));
}

TEST_CASE("scopes nest", "[interrupt]") {
  const StopAt outer(1);
  {
    const StopAt inner(0);
    CHECK_FALSE(stopped(kStepsBetweenQuestions));
    CHECK(inner.asked() == 1);
  }
  CHECK(stopped(kStepsBetweenQuestions));
}

TEST_CASE("no destructor throws while another exception is under way", "[interrupt]") {
  struct Polls {
    ~Polls() { poll_interrupt(); }
  };
  const StopAt stop(1);
  try {
    const Polls polls;
    throw Error(ErrorCode::Invalid, "first");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Invalid);
  }
}

TEST_CASE("workers stop when their caller was asked to, and ask nobody", "[interrupt]") {
  std::atomic<int> questions = 0;
  Interrupt interrupt([&] { return ++questions == 3; });
  std::atomic<unsigned> ended = 0;
  unsigned started = 0;
  {
    const InterruptScope scope(&interrupt, InterruptScope::Thread::Caller);
    Workers workers;
    workers.start(2, [&](unsigned) {
      while (!stopped(kStepsBetweenQuestions)) std::this_thread::yield();
      ++ended;
    });
    started = workers.count();
    while (!stopped(kStepsBetweenQuestions)) continue;
  }
  CHECK(questions == 3);
  CHECK(ended == started);
}

}  // namespace
}  // namespace arbors
