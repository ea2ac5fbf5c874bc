#include "engine/exec/sort/kept_rows.h"

#include <algorithm>

namespace arbors::exec {

void KeptRows::add(std::uint32_t segment, const expr::Selection& rows) {
  if (rows.empty()) return;
  // A list may have room for far more rows than it has.
  const auto listed = rows.rows();
  blocks_.push_back({size_, segment,
                     rows.is_run() ? rows : expr::Selection::list({listed.begin(), listed.end()})});
  size_ += rows.size();
  while (block_at_.size() << kStride < size_)
    block_at_.push_back(static_cast<std::uint32_t>(blocks_.size() - 1));
}

RowRef KeptRows::row(std::uint32_t number) const {
  const std::size_t stride = number >> kStride;
  const auto first = blocks_.begin() + block_at_[stride];
  const auto last =
      stride + 1 < block_at_.size() ? blocks_.begin() + block_at_[stride + 1] + 1 : blocks_.end();
  const auto after = std::upper_bound(
      first, last, number, [](std::size_t at, const Block& block) { return at < block.first; });
  const Block& block = *std::prev(after);
  return {block.segment, block.rows[number - block.first]};
}

std::vector<RowRef> KeptRows::in_order(const std::vector<std::uint32_t>& numbers) const {
  std::vector<RowRef> rows(numbers.size());
  std::transform(numbers.begin(), numbers.end(), rows.begin(),
                 [this](std::uint32_t number) { return row(number); });
  return rows;
}

}  // namespace arbors::exec
