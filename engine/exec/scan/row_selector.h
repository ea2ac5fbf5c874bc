// Which rows of a source are looked at, before any predicate: walks the segments in order, skips
// dead rows, and obeys a restriction on rowids and positions without touching a batch's columns.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/source/tree_source.h"
#include "engine/expr/evaluate/selection.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

// Live rows of one segment: ascending row numbers of its batch.
struct SelectedRows {
  const Segment* segment = nullptr;
  expr::Selection rows;
};

class RowSelector {
 public:
  RowSelector(const TreeSource& source, const plan::RowRestriction& restriction);

  // Gives the next segment's rows that the restriction admits; false at the end. Segments without
  // any are passed over.
  bool next(SelectedRows& selected);

  // Visits these segments, by index, in this order instead. Must come before next().
  void visit(std::vector<std::uint32_t> segments);

  // Selects the rows of one segment, whether next() has given it or not.
  expr::Selection rows_of(const Segment& segment) const {
    return admits_segment(segment) ? select(segment) : expr::Selection();
  }

  // Counts the segments that next() has not looked at yet.
  std::size_t segments_left() const { return end_ - at_; }
  std::size_t segment_index() const {  // of the segment given last
    return visit_.empty() ? at_ - 1 : visit_[at_ - 1];
  }

 private:
  bool admits_segment(const Segment& segment) const;
  expr::Selection select(const Segment& segment) const;
  std::vector<std::uint32_t> select_row_by_row(const Segment& segment) const;
  bool past_the_end(const Segment& segment) const;
  void skip_to_first_position();

  std::span<const Segment> segments_;
  plan::RowRestriction restriction_;
  bool rowids_ascend_;
  std::vector<std::uint32_t> visit_;  // empty: all in order
  std::size_t at_ = 0, end_ = 0;      // in visit_, or in segments_
};

// Tells the sequence position of a live batch row of a segment.
std::uint64_t position_of(const Segment& segment, std::uint32_t batch_row);

// Gives which row of a segment, from its start, its n-th live one is; n < count.
std::uint32_t nth_live(const Segment& segment, std::uint32_t n);

}  // namespace arbors::exec
