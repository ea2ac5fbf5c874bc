#include "engine/exec/sort/kept_rows.h"

#include <algorithm>

namespace arbors::exec {

std::vector<KeptRun> kept_runs(std::uint32_t segment, const expr::Selection& rows) {
  if (rows.empty()) return {};
  if (rows.is_run()) return {{segment, rows.first(), rows.size(), {}}};
  std::vector<KeptRun> runs;
  const std::span<const std::uint32_t> list = rows.rows();
  for (auto at = list.begin(); at != list.end();) {
    const std::uint32_t first = *at;
    const auto end = std::upper_bound(
        at, list.end(), first,
        [](std::uint32_t from, std::uint32_t row) { return row - from > UINT16_MAX; });
    const auto size = static_cast<std::size_t>(end - at);
    KeptRun run{segment, first, static_cast<std::uint32_t>(size), {}};
    if (*(end - 1) - first >= size) {
      run.offsets.resize(size);
      std::transform(at, end, run.offsets.begin(), [first](std::uint32_t row) {
        return static_cast<std::uint16_t>(row - first);
      });
    }
    runs.push_back(std::move(run));
    at = end;
  }
  return runs;
}

void KeptRows::add(std::vector<KeptRun> runs) {
  for (KeptRun& run : runs) {
    ends_.push_back(size() + run.size);
    runs_.push_back(std::move(run));
    while (runs_at_.size() << kStride < size())
      runs_at_.push_back(static_cast<std::uint32_t>(runs_.size() - 1));
  }
}

RowRef KeptRows::row(std::size_t number) const {
  const std::size_t stride = number >> kStride;
  std::size_t at = runs_at_[stride];
  const std::size_t last = stride + 1 < runs_at_.size() ? runs_at_[stride + 1] : runs_.size() - 1;
  // Of long runs there are two at most to choose from, and no branch: rows come in any order.
  if (last - at < 2) {
    at += static_cast<std::size_t>(number >= ends_[at]);
  } else {
    const auto from = ends_.begin() + static_cast<std::ptrdiff_t>(at);
    const auto to = ends_.begin() + static_cast<std::ptrdiff_t>(last);
    at = static_cast<std::size_t>(std::upper_bound(from, to, number) - ends_.begin());
  }
  const KeptRun& run = runs_[at];
  const std::size_t place = number - (ends_[at] - run.size);
  const std::size_t offset = run.offsets.empty() ? place : run.offsets[place];
  return {run.segment, run.first_row + static_cast<std::uint32_t>(offset)};
}

std::vector<RowRef> KeptRows::in_order(std::span<const std::uint32_t> numbers) const {
  std::vector<RowRef> rows(numbers.size());
  std::transform(numbers.begin(), numbers.end(), rows.begin(),
                 [this](std::uint32_t number) { return row(number); });
  return rows;
}

}  // namespace arbors::exec
