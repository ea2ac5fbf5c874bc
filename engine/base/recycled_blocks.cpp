#include "engine/base/recycled_blocks.h"

#include <algorithm>
#include <new>

namespace arbors {
namespace {

// How much bigger than asked for a block may be: an eighth.
constexpr std::size_t most_for(std::size_t size) { return size + size / 8; }

constinit RecycledBlocks blocks([](void* block) { ::operator delete(block); });

}  // namespace

RecycledBlocks& recycled_blocks() noexcept { return blocks; }

// Held for some tens of nanoseconds.
class RecycledBlocks::Lock {
 public:
  explicit Lock(std::atomic_flag& flag) noexcept : flag_(flag) {
    constexpr int kLooks = 200;
    for (int i = 0; i < kLooks && !held_; ++i)
      held_ =
          !flag_.test(std::memory_order_relaxed) && !flag_.test_and_set(std::memory_order_acquire);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (held_) flag_.clear(std::memory_order_release);
  }
  explicit operator bool() const noexcept { return held_; }

 private:
  std::atomic_flag& flag_;
  bool held_ = false;
};

RecycledBlocks::~RecycledBlocks() {
  ended_ = true;
  release();
}

void RecycledBlocks::remove(std::size_t at) noexcept {
  bytes_ -= blocks_[at].size;
  std::copy(blocks_.begin() + at + 1, blocks_.begin() + count_, blocks_.begin() + at);
  --count_;
}

void* RecycledBlocks::take(std::size_t size) noexcept {
  if (bytes() < size) return nullptr;
  const Lock lock(locked_);
  if (!lock) return nullptr;
  std::size_t best = count_;
  for (std::size_t i = count_; i-- > 0;) {
    const std::size_t found = blocks_[i].size;
    if (found < size || found > most_for(size)) continue;
    if (best == count_ || found < blocks_[best].size) best = i;
    if (found == size) break;
  }
  if (best == count_) return nullptr;
  void* const block = blocks_[best].place;
  remove(best);
  return block;
}

bool RecycledBlocks::keep(void* block, std::size_t size) noexcept {
  if (size > kMost || ended_) return false;
  for (;;) {
    void* oldest = nullptr;
    {
      const Lock lock(locked_);
      if (!lock) return false;
      if (count_ < kBlocks && bytes() + size <= kMost) {
        blocks_[count_++] = {block, size};
        bytes_ += size;
        return true;
      }
      oldest = blocks_.front().place;
      remove(0);
    }
    discard_(oldest);
  }
}

bool RecycledBlocks::release() noexcept {
  bool any = false;
  for (;;) {
    void* last = nullptr;
    {
      const Lock lock(locked_);
      if (!lock || count_ == 0) return any;
      last = blocks_[count_ - 1].place;
      remove(count_ - 1);
    }
    discard_(last);
    any = true;
  }
}

}  // namespace arbors
