// The texts of pending trees, and the batches in memory that snapshots read them through. Texts are
// only added; blocks of them are built once and merged as they grow, so that reading after each of
// many small writes costs each text a few parses, not one for every read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/column_buffer.h"
#include "sql/state/shared_statistics.h"

namespace arbors::store {

struct PendingBlock {
  std::uint32_t first = 0;  // the number of its first text
  std::shared_ptr<const batch::BuiltBatch> built;
  std::uint64_t nonce = 0;  // random: the key of its columns in the connection's cache
  std::shared_ptr<SharedStatistics> statistics;
  std::uint32_t end() const { return first + built->trees; }
};

// Of a state's pending texts: its trees, and values that stand in others.
struct PendingBlocks {
  std::vector<PendingBlock> trees, values;
};

// Builds texts as a block; new paths go to `paths`.
PendingBlock build_block(std::span<const std::string_view> texts, PathDictionary& paths);

// Finds a text's block among blocks that cover it.
std::size_t block_of(const std::vector<PendingBlock>& blocks, std::uint32_t text);

class PendingTrees {
 public:
  PendingTrees() = default;
  PendingTrees(const PendingTrees&) = delete;
  PendingTrees& operator=(const PendingTrees&) = delete;

  std::uint32_t add(std::string_view text);  // gives its number
  std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }
  std::size_t bytes() const { return bytes_; }
  // A view that stays valid.
  std::string_view operator[](std::uint32_t number) const { return texts_[number]; }
  std::vector<std::string_view> from(std::uint32_t number) const;

  // Builds what is not built yet; new paths go to `paths`. Blocks are in order and cover all texts.
  const std::vector<PendingBlock>& blocks(PathDictionary& paths);

 private:
  // The texts lie one behind the other in a few heaps, which do not grow: allocated one by one, a
  // batch's worth cost as much as checking them.
  std::vector<std::vector<char>> heaps_;
  std::vector<std::string_view> texts_;
  std::size_t bytes_ = 0;
  std::vector<PendingBlock> blocks_;
};

}  // namespace arbors::store
