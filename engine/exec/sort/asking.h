// A comparison that asks now and then whether to stop: for sorts that may take seconds.
#pragma once

#include <cstdint>
#include <utility>

#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

template <typename Compare>
class Asking {
 public:
  // `context` outlives the comparison.
  Asking(const ExecutionContext& context, Compare compare)
      : context_(context), compare_(std::move(compare)) {}

  // Throws Error{Interrupted} where the caller asked to stop.
  template <typename Item>
  bool operator()(const Item& left, const Item& right) {
    constexpr std::uint32_t kBetweenQuestions = 1U << 16;  // less than 50 ms of comparisons
    if (++asked_ % kBetweenQuestions == 0) context_.check_interrupt();
    return compare_(left, right);
  }

 private:
  const ExecutionContext& context_;
  Compare compare_;
  std::uint32_t asked_ = 0;
};

}  // namespace arbors::exec
