#include "sql/mirror.h"

namespace arbors::store {

Mirror::Mirror(std::vector<SegmentVersion> segments) : segments_(std::move(segments)) {
  for (std::size_t at = 0; at < segments_.size(); ++at) {
    index_.add(at, segments_[at].run);
    trees_ += segments_[at].run.count;
    segments_seal_ ^= segments_[at].seal;
  }
  index_.sort();
}

void Mirror::add_segment(SegmentVersion segment) {
  index_.add(segments_.size(), segment.run);
  index_.sort();
  trees_ += segment.run.count;
  segments_seal_ ^= segment.seal;
  segments_.push_back(std::move(segment));
}

std::optional<Mirror::At> Mirror::find_live(std::int64_t rowid) const {
  std::optional<At> place;
  index_.any(rowid, [&](std::size_t segment) {
    const exec::Segment& run = segments_[segment].run;
    const auto row = row_of(run, rowid);
    if (!row || !run.is_live(*row)) return false;
    place = At{segment, *row};
    return true;
  });
  return place;
}

const std::uint32_t* Mirror::overlay(const At& at) const {
  const auto found = overlays_.find(at.segment);
  if (found == overlays_.end()) return nullptr;
  const auto row = found->second.find(at.row);
  return row == found->second.end() ? nullptr : &row->second;
}

const Mirror::Overlays* Mirror::overlays(std::size_t segment) const {
  const auto found = overlays_.find(segment);
  return found == overlays_.end() ? nullptr : &found->second;
}

std::optional<std::string_view> Mirror::pending_text(std::int64_t rowid) const {
  std::uint32_t text = kErased;
  if (const auto pending = inserted_at_.find(rowid); pending != inserted_at_.end()) {
    text = inserted_[pending->second].text;
  } else if (const auto at = find_live(rowid)) {
    if (const std::uint32_t* number = overlay(*at)) text = *number;
  }
  if (text == kErased) return std::nullopt;
  return texts_[text];
}

std::optional<Mirror::At> Mirror::find_stored(std::int64_t rowid) const {
  if (inserted_at_.contains(rowid)) return std::nullopt;
  auto at = find_live(rowid);
  if (at && overlay(*at) != nullptr) at.reset();
  return at;
}

bool Mirror::contains(std::int64_t rowid) const {
  if (inserted_at_.contains(rowid)) return true;
  const auto at = find_live(rowid);
  if (!at) return false;
  const std::uint32_t* text = overlay(*at);
  return text == nullptr || *text != kErased;
}

void Mirror::insert(std::int64_t rowid, std::string tree) {
  inserted_at_.emplace(rowid, inserted_.size());
  inserted_.push_back({rowid, texts_.add(std::move(tree))});
  ++trees_;
}

bool Mirror::erase(std::int64_t rowid) {
  const auto pending = inserted_at_.find(rowid);
  if (pending != inserted_at_.end()) {
    inserted_[pending->second].text = kErased;
    inserted_at_.erase(pending);
    --trees_;
    return true;
  }
  const auto at = find_live(rowid);
  if (!at) return false;
  const auto [row, added] = overlays_[at->segment].try_emplace(at->row, kErased);
  if (!added) {
    if (row->second == kErased) return false;
    row->second = kErased;
    --replaced_;
  }
  ++erased_;
  --trees_;
  return true;
}

bool Mirror::replace(std::int64_t rowid, std::string tree) {
  const auto pending = inserted_at_.find(rowid);
  if (pending != inserted_at_.end()) {
    inserted_[pending->second].text = texts_.add(std::move(tree));
    return true;
  }
  const auto at = find_live(rowid);
  if (!at) return false;
  const auto [row, added] = overlays_[at->segment].try_emplace(at->row, kErased);
  if (!added && row->second == kErased) return false;
  if (added) ++replaced_;
  row->second = texts_.add(std::move(tree));
  return true;
}

void Mirror::apply(Record& record) {
  bool fits = true;
  switch (record.op) {
    case Op::Insert:
      fits = !contains(record.rowid);
      if (fits) insert(record.rowid, std::move(record.tree));
      break;
    case Op::Erase:
      fits = erase(record.rowid);
      break;
    case Op::Replace:
    case Op::Carried:
      fits = replace(record.rowid, std::move(record.tree));
      break;
    case Op::Base:
    case Op::Counts:
      break;
  }
  if (!fits) {
    throw_corrupt("record " + std::to_string(record.seq) + " of the change log does not fit row " +
                  std::to_string(record.rowid));
  }
}

}  // namespace arbors::store
