// Which rows of a scope are meant: ascending row numbers, as a run (no memory) or a list. What a
// filter narrows and an evaluation walks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace arbors::expr {

class Selection {
 public:
  Selection() = default;
  static Selection all(std::uint32_t rows) { return run(0, rows); }
  static Selection run(std::uint32_t first, std::uint32_t count) {
    Selection selection;
    selection.first_ = first;
    selection.count_ = count;
    return selection;
  }
  static Selection list(std::vector<std::uint32_t> rows) {
    Selection selection;
    selection.is_run_ = false;
    selection.count_ = static_cast<std::uint32_t>(rows.size());
    selection.rows_ = std::move(rows);
    return selection;
  }

  std::uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  bool is_run() const { return is_run_; }
  bool is_all_of(std::uint32_t rows) const { return is_run_ && first_ == 0 && count_ == rows; }
  std::uint32_t first() const { return is_run_ ? first_ : rows_.front(); }  // not of an empty list
  std::uint32_t operator[](std::size_t i) const {
    return is_run_ ? first_ + static_cast<std::uint32_t>(i) : rows_[i];
  }
  // The row numbers of a list selection.
  std::span<const std::uint32_t> rows() const { return rows_; }
  // Writes a run out as a list, so that rows() holds every row.
  void make_list() {
    if (!is_run_) return;
    rows_.resize(count_);
    for (std::uint32_t i = 0; i < count_; ++i) rows_[i] = first_ + i;
    is_run_ = false;
  }

 private:
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  bool is_run_ = true;
  std::vector<std::uint32_t> rows_;
};

// Gives the rows at the given positions of a selection, which ascend.
inline Selection at_positions(const Selection& selection,
                              std::span<const std::uint32_t> positions) {
  std::vector<std::uint32_t> rows(positions.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = selection[positions[i]];
  return Selection::list(std::move(rows));
}

}  // namespace arbors::expr
