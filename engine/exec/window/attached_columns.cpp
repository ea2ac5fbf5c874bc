#include "engine/exec/window/attached_columns.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "engine/exec/scan/scan.h"

namespace arbors::exec {

AttachedColumns::AttachedColumns(std::vector<RowRef> rows, std::shared_ptr<ColumnBatch> batch)
    : batch_(std::move(batch)) {
  if (std::is_sorted(rows.begin(), rows.end())) {
    rows_ = std::move(rows);
    return;
  }
  values_.resize(rows.size());
  std::iota(values_.begin(), values_.end(), 0U);
  std::sort(values_.begin(), values_.end(),
            [&](std::uint32_t left, std::uint32_t right) { return rows[left] < rows[right]; });
  rows_.reserve(rows.size());
  for (const std::uint32_t at : values_) rows_.push_back(rows[at]);
}

void AttachedColumns::apply(ScannedRows& block) const {
  const Mounts before = block.mounted();
  std::vector<std::uint32_t> values(before.rows(), batch::kNoRow);
  auto row = std::lower_bound(rows_.begin(), rows_.end(), RowRef{block.index, 0});
  for (; row != rows_.end() && row->segment == block.index; ++row) {
    const auto at = static_cast<std::uint32_t>(row - rows_.begin());
    if (row->row >= values.size())
      throw std::logic_error("the rows of a window were numbered anew");
    values[row->row] = values_.empty() ? at : values_[at];
  }
  block.mounts = std::make_shared<const Mounts>(before.attach(batch_, std::move(values)));
}

}  // namespace arbors::exec
