// A pointer that each thread has of its own, null at first. No thread_local: where memory is short,
// the first look at one ends the process.
#pragma once

#include <pthread.h>

namespace arbors {

class ThreadSlot {
 public:
  ThreadSlot() noexcept : made_(pthread_key_create(&key_, nullptr) == 0) {}
  ThreadSlot(const ThreadSlot&) = delete;
  ThreadSlot& operator=(const ThreadSlot&) = delete;
  ~ThreadSlot() {
    if (made_) pthread_key_delete(key_);
  }
  void* get() const noexcept { return made_ ? pthread_getspecific(key_) : nullptr; }
  // Without the memory for it, the pointer stays what it was.
  void set(const void* value) const noexcept {
    if (made_) pthread_setspecific(key_, value);
  }

 private:
  pthread_key_t key_{};
  bool made_;
};

}  // namespace arbors
