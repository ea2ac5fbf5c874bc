#include "engine/exec/sort/kept_rows.h"

#include <algorithm>

namespace arbors::exec {

void KeptRows::add(std::uint32_t segment, const expr::Selection& rows) {
  if (rows.empty()) return;
  if (!rows.is_run() && listed_.empty()) list_all();
  if (!rows.is_run() || !listed_.empty()) {
    for (std::uint32_t i = 0; i < rows.size(); ++i) listed_.push_back({segment, rows[i]});
    size_ = listed_.size();
    return;
  }
  runs_.push_back({segment, rows.first(), size_});
  size_ += rows.size();
  ends_.push_back(size_);
  while (runs_at_.size() << kStride < size_)
    runs_at_.push_back(static_cast<std::uint32_t>(runs_.size() - 1));
}

void KeptRows::list_all() {
  listed_.reserve(std::max(expected_, size_));
  listed_.resize(size_);
  for (std::size_t number = 0; number < size_; ++number) listed_[number] = row(number);
  runs_ = {};
  ends_ = {};
  runs_at_ = {};
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
  const Run& run = runs_[at];
  return {run.segment, run.first_row + static_cast<std::uint32_t>(number - run.first)};
}

std::vector<RowRef> KeptRows::in_order(const std::vector<std::uint32_t>& numbers) const {
  std::vector<RowRef> rows(numbers.size());
  const auto put = [&](auto row_of) {
    std::transform(numbers.begin(), numbers.end(), rows.begin(), row_of);
  };
  if (listed_.empty()) {
    put([this](std::uint32_t number) { return row(number); });
  } else {
    put([this](std::uint32_t number) { return listed_[number]; });
  }
  return rows;
}

}  // namespace arbors::exec
