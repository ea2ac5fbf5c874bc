// The replaced rows of one segment: which pending text stands in the place of which row. Sorted,
// and small enough to be copied when a snapshot shares it while the mirror goes on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace arbors::store {

class Overlays {
 public:
  struct Entry {
    std::uint32_t row;   // of the segment
    std::uint32_t text;  // its number among the pending trees
  };

  std::optional<std::uint32_t> text(std::uint32_t row) const {
    const auto at = lower(row);
    return at == entries_.end() || at->row != row ? std::nullopt : std::optional(at->text);
  }
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

}  // namespace arbors::store
