#include "sql/state/inserted_rows.h"

#include <algorithm>

#include "sql/state/overlays.h"

namespace arbors::store {

std::optional<std::size_t> InsertedRows::find(std::int64_t rowid) const {
  if (places_) {
    const auto found = places_->find(rowid);
    return found == places_->end() ? std::nullopt : std::optional(found->second);
  }
  if (rows_.empty() || rowid < rows_.front().rowid || rowid > rows_.back().rowid)
    return std::nullopt;
  const auto found = std::ranges::lower_bound(rows_, rowid, {}, &Row::rowid);
  if (found->rowid != rowid || found->text == kErased) return std::nullopt;
  return static_cast<std::size_t>(found - rows_.begin());
}

std::size_t InsertedRows::count_from(std::size_t at) const {
  if (erased_ == 0) return rows_.size() - at;
  return static_cast<std::size_t>(
      std::count_if(rows_.begin() + static_cast<std::ptrdiff_t>(at), rows_.end(),
                    [](const Row& row) { return row.text != kErased; }));
}

void InsertedRows::add(const Row& row, std::size_t bytes) {
  if (!places_ && !rows_.empty() && row.rowid <= rows_.back().rowid) note_unordered();
  make_room(rows_);
  if (places_) places_->emplace(row.rowid, rows_.size());  // the last that may fail
  rows_.push_back(row);
  bytes_ += bytes;
}

void InsertedRows::erase(std::size_t at) {
  if (places_) places_->erase(rows_[at].rowid);
  rows_[at].text = kErased;
  ++erased_;
}

void InsertedRows::note_unordered() {
  std::unordered_map<std::int64_t, std::size_t> places;
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    if (rows_[at].text != kErased) places.emplace(rows_[at].rowid, at);
  }
  places_ = std::move(places);
}

}  // namespace arbors::store
