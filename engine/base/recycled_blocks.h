// Big blocks of memory that were given back, kept for whoever asks next: allocators hand such
// blocks to the system, and each page of them that is touched again costs a fault. Holds no more
// than kMost bytes, those that were given back last; the oldest go first. Any thread; whoever would
// have to wait is told that there is none, so that a fork in between does no harm.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace arbors {

class RecycledBlocks {
 public:
  // Of a block. Allocators keep smaller ones, and hand them out for any size while they lie in a
  // processor's cache: with those of 32 KiB and more here, counting by hour took 1.08 times as
  // long.
  static constexpr std::size_t kLeast = std::size_t{128} << 10;
  static constexpr std::size_t kMost = std::size_t{24} << 20;  // of all

  // `discard` gives a block back to whom it is from.
  using Discard = void (*)(void* block);
  explicit constexpr RecycledBlocks(Discard discard) : discard_(discard) {}
  RecycledBlocks(const RecycledBlocks&) = delete;
  RecycledBlocks& operator=(const RecycledBlocks&) = delete;
  ~RecycledBlocks();

  // Gives a block of at least `size` bytes, and not many more; null where there is none.
  void* take(std::size_t size) noexcept;
  // Keeps a block of `size` bytes; false where it must be discarded instead.
  bool keep(void* block, std::size_t size) noexcept;
  // Discards all; false where there is none.
  bool release() noexcept;
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kBlocks = 192;
  class Lock;
  struct Block {
    void* place;
    std::size_t size;
  };
  void remove(std::size_t at) noexcept;

  Discard discard_;
  std::atomic_flag locked_ = ATOMIC_FLAG_INIT;
  bool ended_ = false;
  std::size_t count_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  std::array<Block, kBlocks> blocks_{};  // from the one that was kept first
};

// The process's, where the extension was linked to keep any: see ext/recycling_new.cpp.
RecycledBlocks& recycled_blocks() noexcept;

}  // namespace arbors
