// The rows that a scan keeps, by their number in its order, since what is sorted are numbers. They
// take no memory while each block keeps a run of its own, and 2 bytes each else.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/expr/evaluate/selection.h"

namespace arbors::exec {

// Rows of a segment that lie close together: a run, or the offsets from the first one.
struct KeptRun {
  std::uint32_t segment = 0;
  std::uint32_t first_row = 0;
  std::uint32_t size = 0;
  std::vector<std::uint16_t> offsets;  // none: those that follow the first
};

// Makes runs of a selection: one, unless its rows are far apart. For any thread.
std::vector<KeptRun> kept_runs(std::uint32_t segment, const expr::Selection& rows);

class KeptRows {
 public:
  // Adds those that come next in the scan's order.
  void add(std::vector<KeptRun> runs);
  std::size_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  // The rows of the given numbers, in their order.
  std::vector<RowRef> in_order(std::span<const std::uint32_t> numbers) const;

 private:
  static constexpr unsigned kStride = 8;  // numbers of a stride, as a power of 2

  RowRef row(std::size_t number) const;

  std::vector<KeptRun> runs_;
  std::vector<std::size_t> ends_;       // one past each run's last number
  std::vector<std::uint32_t> runs_at_;  // the run of each stride's first number
};

}  // namespace arbors::exec
