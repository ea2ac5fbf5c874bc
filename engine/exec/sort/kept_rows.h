// The rows that a scan keeps, by their number in its order, since what is sorted are numbers. They
// take no memory while each block keeps a run of its own, and 8 bytes each else: to look lists up
// in any order takes longer.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/expr/evaluate/selection.h"

namespace arbors::exec {

class KeptRows {
 public:
  // There will be so many, as far as known.
  explicit KeptRows(std::size_t count) : expected_(count) {}
  // Adds those of the next segment.
  void add(std::uint32_t segment, const expr::Selection& rows);
  std::size_t size() const { return size_; }
  // The rows of the given numbers, in their order.
  std::vector<RowRef> in_order(const std::vector<std::uint32_t>& numbers) const;

 private:
  static constexpr unsigned kStride = 12;  // numbers of a stride, as a power of 2

  struct Run {
    std::uint32_t segment;
    std::uint32_t first_row;
    std::size_t first;  // its first row's number
  };
  void list_all();
  RowRef row(std::size_t number) const;

  std::size_t expected_;
  std::size_t size_ = 0;
  std::vector<Run> runs_;
  std::vector<std::size_t> ends_;       // one past each run's last number
  std::vector<std::uint32_t> runs_at_;  // the run of each stride's first number
  std::vector<RowRef> listed_;          // all, instead of runs, once a block has a list
};

}  // namespace arbors::exec
