// What lies over the rows of one segment while it is pending: other trees in the place of rows, or
// other values of some of their paths. Sorted by rows, and small enough to be copied when a
// snapshot shares it while the mirror goes on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/base/path_dictionary.h"

namespace arbors::store {

// Makes adding one element more something that cannot fail.
template <typename Element>
void make_room(std::vector<Element>& elements) {
  if (elements.size() == elements.capacity()) elements.reserve(2 * elements.size() + 4);
}

// Numbers of pending texts by rows.
class Overlays {
 public:
  struct Entry {
    std::uint32_t row;   // of the segment
    std::uint32_t text;  // its number
  };

  std::optional<std::uint32_t> text(std::uint32_t row) const {
    const auto at = lower(row);
    return at == entries_.end() || at->row != row ? std::nullopt : std::optional(at->text);
  }
  // Where a set() shall not fail, this comes before it.
  void make_room() { store::make_room(entries_); }
  bool set(std::uint32_t row, std::uint32_t text) {  // true where the row had none
    const auto at = entries_.begin() + (lower(row) - entries_.cbegin());
    if (at != entries_.end() && at->row == row) {
      at->text = text;
      return false;
    }
    entries_.insert(at, {row, text});
    return true;
  }
  bool remove(std::uint32_t row) {
    const auto at = lower(row);
    if (at == entries_.end() || at->row != row) return false;
    entries_.erase(at);
    return true;
  }

  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<Entry>::const_iterator lower(std::uint32_t row) const {
    return std::lower_bound(
        entries_.begin(), entries_.end(), row,
        [](const Entry& entry, std::uint32_t value) { return entry.row < value; });
  }

  std::vector<Entry> entries_;
};

// A row has either another tree or other values.
struct SegmentOverlays {
  Overlays trees;
  std::map<PathId, Overlays> values;

  std::size_t size() const {
    std::size_t size = trees.size();
    for (const auto& [path, rows] : values) size += rows.size();
    return size;
  }
  std::size_t remove(std::uint32_t row) {  // tells how many there were
    std::size_t removed = trees.remove(row) ? 1 : 0;
    for (auto at = values.begin(); at != values.end();) {
      removed += at->second.remove(row) ? 1 : 0;
      at = at->second.size() == 0 ? values.erase(at) : std::next(at);
    }
    return removed;
  }
};

}  // namespace arbors::store
