#include "sql/state/tree_comparison.h"

#include <algorithm>

#include "engine/base/interrupt.h"
#include "engine/json/edit/difference.h"

namespace arbors::store {

namespace {

std::string text_at(Snapshot& snapshot, const Place& place) {
  const exec::Segment& segment = snapshot.segments()[place.segment];
  std::string text;
  const batch::RowReaderPtr rows = snapshot.open_rows(segment.batch);
  rows->write_tree(segment.first_row + place.row, text);
  return text;
}

}  // namespace

TreeComparison::TreeComparison(std::shared_ptr<Snapshot> before, std::shared_ptr<Snapshot> after,
                               std::vector<std::int64_t> rowids)
    : snapshots_{std::move(before), std::move(after)}, rowids_(std::move(rowids)) {
  std::ranges::sort(rowids_);
  rowids_.erase(std::unique(rowids_.begin(), rowids_.end()), rowids_.end());
}

bool TreeComparison::next() {
  while (next_text())
    if (is_other_value()) return true;
  return false;
}

bool TreeComparison::is_other_value() const {
  return !texts_[0] || !texts_[1] || !json::is_same_value(*texts_[0], *texts_[1]);
}

bool TreeComparison::next_text() {
  while (at_ < rowids_.size()) {
    poll_interrupt();
    const std::int64_t row = rowids_[at_++];
    const auto before = snapshots_[0]->find_rowid(row), after = snapshots_[1]->find_rowid(row);
    if (!before && !after) continue;
    if (before && after) {
      const auto stored = snapshots_[0]->stored_row(*before);
      if (stored && stored == snapshots_[1]->stored_row(*after)) continue;
    }
    texts_[0].reset();
    texts_[1].reset();
    if (before) texts_[0] = text_at(*snapshots_[0], *before);
    if (after) texts_[1] = text_at(*snapshots_[1], *after);
    if (texts_[0] != texts_[1]) return true;
  }
  return false;
}

}  // namespace arbors::store
