#include "sql/state/row_index.h"

#include <algorithm>

namespace arbors::store {

std::optional<std::uint32_t> row_of(const exec::Segment& segment, std::int64_t rowid) {
  if (segment.rowids.empty()) {
    if (rowid < segment.first_rowid || rowid - segment.first_rowid >= segment.rows) {
      return std::nullopt;
    }
    return static_cast<std::uint32_t>(rowid - segment.first_rowid);
  }
  const auto found = std::find(segment.rowids.begin(), segment.rowids.end(), rowid);
  if (found == segment.rowids.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - segment.rowids.begin());
}

void RowIndex::add(std::size_t segment, const exec::Segment& run) {
  Range range{run.first_rowid, run.first_rowid + (run.rows - 1), 0, segment};
  if (!run.rowids.empty()) {
    const auto [least, greatest] = std::minmax_element(run.rowids.begin(), run.rowids.end());
    range.first = *least;
    range.last = *greatest;
  }
  ranges_.push_back(range);
}

void RowIndex::sort() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  std::int64_t greatest = INT64_MIN;
  for (Range& range : ranges_) {
    greatest = std::max(greatest, range.last);
    range.greatest_so_far = greatest;
  }
}

std::size_t RowIndex::upper_bound(std::int64_t rowid) const {
  const auto at =
      std::upper_bound(ranges_.begin(), ranges_.end(), rowid,
                       [](std::int64_t value, const Range& range) { return value < range.first; });
  return static_cast<std::size_t>(at - ranges_.begin());
}

}  // namespace arbors::store
