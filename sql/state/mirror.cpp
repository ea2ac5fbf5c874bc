#include "sql/state/mirror.h"

#include <algorithm>

#include "sql/tables/random.h"

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

const Overlays* Mirror::overlays(std::size_t segment) const {
  const auto found = overlays_.find(segment);
  return found == overlays_.end() ? nullptr : &found->second;
}

SegmentVersion Mirror::stored(std::size_t segment) const {
  SegmentVersion version = segments_[segment];
  if (const auto run = stored_runs_.find(segment); run != stored_runs_.end())
    version.run = run->second;
  return version;
}

std::uint64_t Mirror::start_of(std::size_t segment) const {
  if (starts_.size() != segments_.size()) {
    starts_.clear();
    std::uint64_t position = 0;
    for (const SegmentVersion& version : segments_) {
      starts_.push_back(position);
      position += version.run.count;
    }
  }
  return starts_[segment];
}

std::optional<Mirror::Found> Mirror::find(std::int64_t rowid) const {
  Found found;
  found.rowid = rowid;
  if (const auto pending = inserted_at_.find(rowid); pending != inserted_at_.end()) {
    found.text = inserted_[pending->second].text;
    std::uint64_t after = 0;
    for (std::size_t at = pending->second; at < inserted_.size(); ++at) {
      after += inserted_[at].text == kErased ? 0 : 1;
      if (inserted_erased_ == 0) {
        after = inserted_.size() - at;
        break;
      }
    }
    found.position = trees_ - after;
    return found;
  }
  found.stored = find_live(rowid);
  if (!found.stored) return std::nullopt;
  const auto& [segment, row] = *found.stored;
  if (const Overlays* overlays = this->overlays(segment)) {
    found.text = overlays->text(row).value_or(kErased);
  }
  const exec::Segment& run = segments_[segment].run;
  found.position = start_of(segment) + count_live_before(run, row);
  return found;
}

std::optional<std::string_view> Mirror::pending_text(std::int64_t rowid) const {
  std::uint32_t text = kErased;
  if (const auto pending = inserted_at_.find(rowid); pending != inserted_at_.end()) {
    text = inserted_[pending->second].text;
  } else if (const auto at = find_live(rowid)) {
    if (const Overlays* overlays = this->overlays(at->segment)) {
      text = overlays->text(at->row).value_or(kErased);
    }
  }
  if (text == kErased) return std::nullopt;
  return texts_[text];
}

std::optional<Mirror::At> Mirror::find_stored(std::int64_t rowid) const {
  if (inserted_at_.contains(rowid)) return std::nullopt;
  auto at = find_live(rowid);
  if (at) {
    const Overlays* overlays = this->overlays(at->segment);
    if (overlays != nullptr && overlays->text(at->row)) at.reset();
  }
  return at;
}

bool Mirror::contains(std::int64_t rowid) const {
  return inserted_at_.contains(rowid) || find_live(rowid);
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
    ++inserted_erased_;
    inserted_at_.erase(pending);
    --trees_;
    return true;
  }
  const auto at = find_live(rowid);
  if (!at) return false;
  const auto overlays = overlays_.find(at->segment);
  if (overlays != overlays_.end() && overlays->second.remove(at->row)) {
    --replaced_;
    if (overlays->second.size() == 0) overlays_.erase(overlays);
    patched_.erase(at->segment);
  }
  exec::Segment& run = segments_[at->segment].run;
  stored_runs_.try_emplace(at->segment, run);
  mark_dead(run, at->row);
  --run.count;
  starts_.clear();
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
  patched_.erase(at->segment);
  const std::uint32_t text = texts_.add(std::move(tree));
  if (overlays_[at->segment].set(at->row, text)) ++replaced_;
  return true;
}

std::shared_ptr<PatchedFacts> Mirror::patched(std::size_t segment,
                                              const std::vector<PendingBlock>& blocks) const {
  if (const auto known = patched_.find(segment); known != patched_.end()) return known->second;
  auto facts = std::make_shared<PatchedFacts>();  // kept when it is whole: memory may run out
  facts->nonce = random_u64();
  std::vector<std::uint32_t> parts(blocks.size());  // of the blocks that are used, from 1 on
  for (const auto& [row, text] : overlays_.at(segment)) {
    const std::size_t block = block_of(blocks, text);
    if (parts[block] == 0) {
      facts->blocks.push_back(blocks[block]);
      parts[block] = static_cast<std::uint32_t>(facts->blocks.size());
    }
    facts->rows.push_back(segments_[segment].run.first_row + row);
    facts->replacements.push_back({parts[block], text - blocks[block].first, 1});
  }
  patched_.emplace(segment, facts);
  return facts;
}

void Mirror::apply(Record& record) {
  bool fits = true;
  switch (record.op) {
    case Op::Insert:
      fits = !contains(record.rowid);
      if (fits) insert(record.rowid, std::move(record.tree));
      break;
    case Op::Erase:
      fits = erase(record.rowid) && std::all_of(record.more.begin(), record.more.end(),
                                                [this](std::int64_t row) { return erase(row); });
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
