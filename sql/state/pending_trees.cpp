#include "sql/state/pending_trees.h"

#include <algorithm>

#include "engine/batch/build/batch_builder.h"
#include "sql/tables/nonces.h"

namespace arbors::store {

namespace {

constexpr std::size_t kFirstHeap = 4 << 10, kHeap = 256 << 10;  // bytes; each twice the last
constexpr std::size_t kMergeWidth = 8;  // neighbours of one size that become one block

// The size class of a block: blocks of a class are within a factor of kMergeWidth.
unsigned size_class(const PendingBlock& block) {
  unsigned size = 0;
  for (std::uint32_t trees = block.built->trees; trees >= kMergeWidth; trees /= kMergeWidth) ++size;
  return size;
}

}  // namespace

PendingBlock build_block(std::span<const std::string_view> texts, PathDictionary& paths) {
  try {
    return {0, std::make_shared<const batch::BuiltBatch>(batch::build_batch(texts, paths)),
            random_u64(), std::make_shared<SharedStatistics>()};
  } catch (const batch::DocumentError& error) {
    throw_corrupt(std::string("a pending tree is not JSON: ") + error.what());
  }
}

std::size_t block_of(const std::vector<PendingBlock>& blocks, std::uint32_t text) {
  const auto after =
      std::upper_bound(blocks.begin(), blocks.end(), text,
                       [](std::uint32_t value, const PendingBlock& b) { return value < b.first; });
  return static_cast<std::size_t>(after - blocks.begin()) - 1;
}

std::uint32_t PendingTrees::add(std::string_view text) {
  const auto has_room = [&] {
    return !heaps_.empty() && heaps_.back().capacity() - heaps_.back().size() >= text.size();
  };
  if (!has_room()) {
    const std::size_t usual = heaps_.empty() ? kFirstHeap : 2 * heaps_.back().capacity();
    std::vector<char> heap;
    heap.reserve(std::max(std::min(usual, kHeap), text.size()));
    heaps_.push_back(std::move(heap));
  }
  texts_.emplace_back();  // the last that may fail
  std::vector<char>& heap = heaps_.back();
  const std::size_t begin = heap.size();
  heap.insert(heap.end(), text.begin(), text.end());
  texts_.back() = {heap.data() + begin, text.size()};
  bytes_ += text.size();
  return size() - 1;
}

std::vector<std::string_view> PendingTrees::from(std::uint32_t number) const {
  return {texts_.begin() + number, texts_.end()};
}

const std::vector<PendingBlock>& PendingTrees::blocks(PathDictionary& paths) {
  const std::uint32_t built = blocks_.empty() ? 0 : blocks_.back().end();
  if (built == size()) return blocks_;
  std::uint32_t first = built;
  // Takes the small blocks before the new texts along while there are kMergeWidth of a class.
  for (;;) {
    std::size_t same = 0;
    while (same < blocks_.size() &&
           size_class(blocks_[blocks_.size() - 1 - same]) == size_class(blocks_.back())) {
      ++same;
    }
    if (same < kMergeWidth - 1) break;
    first = blocks_[blocks_.size() - same].first;
    blocks_.resize(blocks_.size() - same);
  }
  PendingBlock block = build_block(from(first), paths);
  block.first = first;
  blocks_.push_back(std::move(block));
  return blocks_;
}

}  // namespace arbors::store
