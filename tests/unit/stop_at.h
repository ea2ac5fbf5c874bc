// Asks work on this thread to stop at a question of one's choice, and counts the questions.
#pragma once

#include "engine/base/interrupt.h"

namespace arbors {

class StopAt {
 public:
  // 0: never.
  explicit StopAt(unsigned question) : question_(question) {}
  unsigned asked() const { return asked_; }

 private:
  unsigned question_;
  unsigned asked_ = 0;
  Interrupt interrupt_{[this] { return ++asked_ == question_; }};
  InterruptScope scope_{&interrupt_, InterruptScope::Thread::Caller};
};

}  // namespace arbors
