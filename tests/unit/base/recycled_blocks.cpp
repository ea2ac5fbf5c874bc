#include "engine/base/recycled_blocks.h"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include "tests/unit/catch.h"

namespace arbors {
namespace {

constexpr std::size_t kBig = RecycledBlocks::kLeast;

std::atomic<int> discarded = 0;
void discard(void* block) {
  ++discarded;
  ::operator delete(block);
}
void* block_of(std::size_t size) { return ::operator new(size); }

TEST_CASE("a block that was given back is taken again", "[recycled_blocks]") {
  RecycledBlocks blocks(discard);
  CHECK(blocks.take(kBig) == nullptr);
  void* const block = block_of(kBig);
  REQUIRE(blocks.keep(block, kBig));
  CHECK(blocks.bytes() == kBig);
  CHECK(blocks.take(kBig + 1) == nullptr);
  CHECK(blocks.take(kBig / 2) == nullptr);  // too big for it
  CHECK(blocks.take(kBig) == block);
  CHECK(blocks.bytes() == 0);
  ::operator delete(block);
}

TEST_CASE("of blocks that are big enough the smallest is taken", "[recycled_blocks]") {
  RecycledBlocks blocks(discard);
  void* const bigger = block_of(kBig + 200);
  void* const big = block_of(kBig + 100);
  void* const small = block_of(kBig);
  for (const auto& [block, size] :
       {std::pair{big, kBig + 100}, {bigger, kBig + 200}, {small, kBig}})
    REQUIRE(blocks.keep(block, size));
  CHECK(blocks.take(kBig + 50) == big);
  CHECK(blocks.take(kBig + 50) == bigger);
  CHECK(blocks.take(kBig + 50) == nullptr);
  ::operator delete(big);
  ::operator delete(bigger);
}

TEST_CASE("no more is kept than there is room for, and what came first goes first",
          "[recycled_blocks]") {
  discarded = 0;
  {
    RecycledBlocks blocks(discard);
    const std::size_t half = RecycledBlocks::kMost / 2;
    CHECK_FALSE(blocks.keep(nullptr, RecycledBlocks::kMost + 1));
    void* const first = block_of(half);
    void* const second = block_of(half);
    REQUIRE(blocks.keep(first, half));
    REQUIRE(blocks.keep(second, half));
    REQUIRE(blocks.keep(block_of(kBig), kBig));
    CHECK(discarded == 1);
    CHECK(blocks.bytes() == half + kBig);
    CHECK(blocks.take(half) == second);
    REQUIRE(blocks.keep(second, half));
  }
  CHECK(discarded == 3);
}

TEST_CASE("many small blocks push out older ones, too", "[recycled_blocks]") {
  discarded = 0;
  RecycledBlocks blocks(discard);
  constexpr int kMany = 500;
  for (int i = 0; i < kMany; ++i) REQUIRE(blocks.keep(block_of(kBig), kBig));
  CHECK(discarded > 0);
  CHECK(blocks.release());
  CHECK(discarded == kMany);
  CHECK_FALSE(blocks.release());
}

TEST_CASE("threads never hold the same block at once", "[recycled_blocks]") {
  RecycledBlocks blocks(discard);
  std::atomic<bool> shared = false;
  const auto work = [&](std::uint8_t mark) {
    for (int round = 0; round < 2000; ++round) {
      const std::size_t size = kBig + 64 * (round % 7);
      void* block = blocks.take(size);
      if (block == nullptr) block = block_of(size);
      std::memset(block, mark, size);
      std::this_thread::yield();
      const auto* bytes = static_cast<const std::uint8_t*>(block);
      for (std::size_t at = 0; at < size; at += 1024) shared = shared || bytes[at] != mark;
      if (!blocks.keep(block, size)) ::operator delete(block);
    }
  };
  std::vector<std::thread> threads;
  for (std::uint8_t mark = 1; mark <= 4; ++mark) threads.emplace_back(work, mark);
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(shared);
}

}  // namespace
}  // namespace arbors
