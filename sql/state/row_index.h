// Finds which of many segments may hold a rowid: their rowid ranges, sorted. Ranges may overlap
// (rowids that users chose, moved rows), so it lists candidates.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/exec/source/tree_source.h"

namespace arbors::store {

// Finds a rowid's row in one segment, live or not.
std::optional<std::uint32_t> row_of(const exec::Segment& segment, std::int64_t rowid);

class RowIndex {
 public:
  void add(std::size_t segment, const exec::Segment& run);
  void sort();

  // Calls `found(segment)` for each segment whose range holds the rowid until it returns true.
  template <typename Found>
  bool any(std::int64_t rowid, Found&& found) const {
    for (std::size_t at = upper_bound(rowid); at-- > 0;) {
      if (ranges_[at].greatest_so_far < rowid) return false;
      if (ranges_[at].last >= rowid && found(ranges_[at].segment)) return true;
    }
    return false;
  }

 private:
  struct Range {
    std::int64_t first, last;
    std::int64_t greatest_so_far;  // of `last`, this range and those before it
    std::size_t segment;
  };
  std::size_t upper_bound(std::int64_t rowid) const;

  std::vector<Range> ranges_;
};

}  // namespace arbors::store
