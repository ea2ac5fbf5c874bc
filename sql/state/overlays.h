// What lies over the rows of one segment while it is pending: other trees in the place of rows, or
// other values of some of their paths. Sorted by rows.
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

// Numbers of pending texts by rows, ascending. They stand in blocks of neighbouring rows, so that
// adding one moves few others, however many there are.
class Overlays {
 public:
  struct Entry {
    std::uint32_t row;   // of the segment
    std::uint32_t text;  // its number
  };
  using Block = std::vector<Entry>;  // ascending by rows

  class Iterator {
   public:
    Iterator(const std::vector<Block>& blocks, std::size_t block)
        : blocks_(&blocks), block_(block) {
      pass_empty();
    }
    const Entry& operator*() const { return (*blocks_)[block_][at_]; }
    Iterator& operator++() {
      if (++at_ == (*blocks_)[block_].size()) {
        ++block_;
        at_ = 0;
        pass_empty();
      }
      return *this;
    }
    bool operator==(const Iterator& other) const = default;

   private:
    void pass_empty() {
      while (block_ < blocks_->size() && (*blocks_)[block_].empty()) ++block_;
    }

    const std::vector<Block>* blocks_;
    std::size_t block_;
    std::size_t at_ = 0;
  };

  std::optional<std::uint32_t> text(std::uint32_t row) const {
    const std::size_t number = row / kRowsOfBlock;
    if (number >= blocks_.size()) return std::nullopt;
    const auto at = lower(blocks_[number], row);
    return at == blocks_[number].end() || at->row != row ? std::nullopt : std::optional(at->text);
  }
  // Where a set() of this row shall not fail, this comes before it.
  void make_room(std::uint32_t row) {
    const std::size_t number = row / kRowsOfBlock;
    if (number >= blocks_.size()) blocks_.resize(number + 1);
    store::make_room(blocks_[number]);
  }
  bool set(std::uint32_t row, std::uint32_t text) {  // true where the row had none
    make_room(row);
    Block& block = blocks_[row / kRowsOfBlock];
    const auto at = block.begin() + (lower(block, row) - block.cbegin());
    if (at != block.end() && at->row == row) {
      at->text = text;
      return false;
    }
    block.insert(at, {row, text});
    ++size_;
    return true;
  }
  bool remove(std::uint32_t row) {
    const std::size_t number = row / kRowsOfBlock;
    if (number >= blocks_.size()) return false;
    const auto at = lower(blocks_[number], row);
    if (at == blocks_[number].end() || at->row != row) return false;
    blocks_[number].erase(at);
    --size_;
    return true;
  }

  std::size_t size() const { return size_; }
  Iterator begin() const { return {blocks_, 0}; }
  Iterator end() const { return {blocks_, blocks_.size()}; }

 private:
  static constexpr std::uint32_t kRowsOfBlock = 256;

  static Block::const_iterator lower(const Block& block, std::uint32_t row) {
    return std::ranges::lower_bound(block, row, {}, &Entry::row);
  }

  std::vector<Block> blocks_;
  std::size_t size_ = 0;
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
    return (trees.remove(row) ? 1 : 0) + remove_values(row);
  }
  std::size_t remove_values(std::uint32_t row) {
    std::size_t removed = 0;
    for (auto at = values.begin(); at != values.end();) {
      removed += at->second.remove(row) ? 1 : 0;
      at = at->second.size() == 0 ? values.erase(at) : std::next(at);
    }
    return removed;
  }
};

}  // namespace arbors::store
