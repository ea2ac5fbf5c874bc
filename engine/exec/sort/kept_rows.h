// The rows that a scan keeps, by their number in its order: what is sorted are numbers, and rows of
// a block that keeps all of its own take no memory.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/expr/evaluate/selection.h"

namespace arbors::exec {

class KeptRows {
 public:
  // Adds those of the next segment.
  void add(std::uint32_t segment, const expr::Selection& rows);
  std::size_t size() const { return size_; }
  // The rows of the given numbers, in their order.
  std::vector<RowRef> in_order(const std::vector<std::uint32_t>& numbers) const;

 private:
  static constexpr unsigned kStride = 12;  // numbers of a stride, as a power of 2

  struct Block {
    std::uint32_t segment;
    expr::Selection rows;
  };
  std::size_t block_of(std::size_t number) const;

  std::size_t size_ = 0;
  std::vector<Block> blocks_;
  std::vector<std::size_t> ends_;         // one past each block's last number
  std::vector<std::uint32_t> blocks_at_;  // the block of each stride's first number
};

}  // namespace arbors::exec
