#include "engine/exec/sort/kept_rows.h"

#include <algorithm>

namespace arbors::exec {

void KeptRows::add(std::uint32_t segment, const expr::Selection& rows) {
  if (rows.empty()) return;
  // A list may have room for far more rows than it has.
  const auto listed = rows.rows();
  blocks_.push_back(
      {segment, rows.is_run() ? rows : expr::Selection::list({listed.begin(), listed.end()})});
  size_ += rows.size();
  ends_.push_back(size_);
  while (blocks_at_.size() << kStride < size_)
    blocks_at_.push_back(static_cast<std::uint32_t>(blocks_.size() - 1));
}

std::size_t KeptRows::block_of(std::size_t number) const {
  const std::size_t stride = number >> kStride;
  const std::size_t first = blocks_at_[stride];
  const std::size_t last =
      stride + 1 < blocks_at_.size() ? blocks_at_[stride + 1] : blocks_.size() - 1;
  // Of large blocks there are two at most to choose from, and no branch: rows come in any order.
  if (last - first < 2) return first + static_cast<std::size_t>(number >= ends_[first]);
  const auto from = ends_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto to = ends_.begin() + static_cast<std::ptrdiff_t>(last);
  return static_cast<std::size_t>(std::upper_bound(from, to, number) - ends_.begin());
}

std::vector<RowRef> KeptRows::in_order(const std::vector<std::uint32_t>& numbers) const {
  std::vector<RowRef> rows(numbers.size());
  std::transform(numbers.begin(), numbers.end(), rows.begin(), [this](std::uint32_t number) {
    const std::size_t at = block_of(number);
    const Block& block = blocks_[at];
    const std::size_t first = ends_[at] - block.rows.size();
    return RowRef{block.segment, block.rows[number - first]};
  });
  return rows;
}

}  // namespace arbors::exec
