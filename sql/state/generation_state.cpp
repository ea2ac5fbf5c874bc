#include "sql/state/generation_state.h"

#include <algorithm>

#include "engine/json/edit/edit.h"
#include "engine/json/values/json_value.h"
#include "sql/tables/nonces.h"

namespace arbors::store {

std::string with_values(std::string tree, std::span<const SetValue> values,
                        const PathDictionary& paths) {
  for (const SetValue& value : values) {
    const Path path = paths.path(value.path);
    const std::string_view raw = json::find_raw_in_minimal(tree, path.steps);
    if (raw.empty()) {
      tree = json::with_value(tree, path.steps, value.json);
    } else {
      tree.replace(static_cast<std::size_t>(raw.data() - tree.data()), raw.size(), value.json);
    }
  }
  return tree;
}

GenerationState::GenerationState(std::vector<SegmentVersion> segments)
    : segments_(std::move(segments)) {
  for (std::size_t at = 0; at < segments_.size(); ++at) {
    index_.add(at, segments_[at].run);
    trees_ += segments_[at].run.count;
    segments_seal_ ^= segments_[at].seal;
  }
  index_.sort();
}

void GenerationState::add_segment(SegmentVersion segment) {
  make_room(segments_);
  index_.add(segments_.size(), segment.run);
  index_.sort();
  trees_ += segment.run.count;
  segments_seal_ ^= segment.seal;
  segments_.push_back(std::move(segment));
}

std::optional<GenerationState::At> GenerationState::find_live(std::int64_t rowid) const {
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

const SegmentOverlays* GenerationState::overlays(std::size_t segment) const {
  const auto found = overlays_.find(segment);
  return found == overlays_.end() ? nullptr : &found->second;
}

SegmentVersion GenerationState::stored(std::size_t segment) const {
  SegmentVersion version = segments_[segment];
  if (const auto run = stored_runs_.find(segment); run != stored_runs_.end())
    version.run = run->second;
  return version;
}

std::uint64_t GenerationState::start_of(std::size_t segment) const {
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

std::optional<GenerationState::Found> GenerationState::find(std::int64_t rowid) const {
  Found found;
  found.rowid = rowid;
  if (const auto pending = inserted_.find(rowid)) {
    found.text = inserted_[*pending].text;
    found.position = trees_ - inserted_.count_from(*pending);
    return found;
  }
  found.stored = find_live(rowid);
  if (!found.stored) return std::nullopt;
  const auto& [segment, row] = *found.stored;
  if (const SegmentOverlays* overlays = this->overlays(segment)) {
    found.text = overlays->trees.text(row).value_or(kErased);
  }
  const exec::Segment& run = segments_[segment].run;
  found.position = start_of(segment) + count_live_before(run, row);
  return found;
}

std::optional<std::string_view> GenerationState::pending_text(std::int64_t rowid) const {
  std::uint32_t text = kErased;
  if (const auto pending = inserted_.find(rowid)) {
    text = inserted_[*pending].text;
  } else if (const auto at = find_live(rowid)) {
    if (const SegmentOverlays* overlays = this->overlays(at->segment)) {
      text = overlays->trees.text(at->row).value_or(kErased);
    }
  }
  if (text == kErased) return std::nullopt;
  return texts_[text];
}

std::optional<GenerationState::At> GenerationState::find_stored(std::int64_t rowid) const {
  if (inserted_.find(rowid)) return std::nullopt;
  auto at = find_live(rowid);
  if (at) {
    const SegmentOverlays* overlays = this->overlays(at->segment);
    if (overlays != nullptr && overlays->trees.text(at->row)) at.reset();
  }
  return at;
}

std::vector<SetValue> GenerationState::values_over(const At& at) const {
  std::vector<SetValue> values;
  const SegmentOverlays* overlays = this->overlays(at.segment);
  if (overlays == nullptr) return values;
  for (const auto& [path, rows] : overlays->values) {
    if (const auto text = rows.text(at.row)) values.push_back({path, std::string(values_[*text])});
  }
  return values;
}

std::size_t GenerationState::bytes_over(std::size_t segment) const {
  std::size_t bytes = 0;
  const SegmentOverlays* overlays = this->overlays(segment);
  if (overlays == nullptr) return 0;
  for (const auto& [row, text] : overlays->trees) bytes += texts_[text].size();
  for (const auto& [path, rows] : overlays->values) {
    for (const auto& [row, text] : rows) bytes += values_[text].size();
  }
  return bytes;
}

std::vector<ReplacedRow> GenerationState::replaced_rows(std::size_t segment) const {
  const SegmentOverlays* overlays = this->overlays(segment);
  if (overlays == nullptr) return {};
  struct Over {
    std::uint32_t row;
    PathId path;  // kRootPath: the tree
    std::uint32_t text;
  };
  std::vector<Over> all;
  all.reserve(overlays->size());
  for (const auto& [row, text] : overlays->trees) all.push_back({row, kRootPath, text});
  for (const auto& [path, rows] : overlays->values) {
    for (const auto& [row, text] : rows) all.push_back({row, path, text});
  }
  const bool sorted = overlays->values.size() + (overlays->trees.size() > 0 ? 1 : 0) == 1;
  if (!sorted) std::ranges::stable_sort(all, {}, &Over::row);
  std::vector<ReplacedRow> replaced;
  replaced.reserve(all.size());
  std::uint32_t last = UINT32_MAX;
  for (const auto& [row, path, text] : all) {
    if (row != last) replaced.emplace_back().rowid = segments_[segment].run.rowid(row);
    last = row;
    if (path == kRootPath) {
      replaced.back().tree = texts_[text];
    } else {
      replaced.back().values.push_back({path, std::string(values_[text])});
    }
  }
  return replaced;
}

bool GenerationState::contains(std::int64_t rowid) const {
  return inserted_.find(rowid) || find_live(rowid);
}

void GenerationState::insert(std::int64_t rowid, std::string_view tree) {
  const std::uint32_t text = texts_.add(tree);
  inserted_.add({rowid, text}, tree.size());  // the last that may fail
  ++trees_;
}

bool GenerationState::erase(std::int64_t rowid) {
  if (const auto pending = inserted_.find(rowid)) {
    inserted_.erase(*pending);
    --trees_;
    return true;
  }
  const auto at = find_live(rowid);
  if (!at) return false;
  exec::Segment& run = segments_[at->segment].run;
  stored_runs_.try_emplace(at->segment, run);
  mark_dead(run, at->row);  // the last that may fail
  drop_overlays(*at);
  --run.count;
  starts_.clear();
  ++erased_;
  --trees_;
  return true;
}

void GenerationState::drop_overlays(const At& at) {
  const auto overlays = overlays_.find(at.segment);
  if (overlays == overlays_.end()) return;
  const std::size_t removed = overlays->second.remove(at.row);
  if (removed == 0) return;
  replaced_ -= removed;
  if (overlays->second.size() == 0) overlays_.erase(overlays);
  patched_.erase(at.segment);
}

// Tells what of a stored row is kept by a text that is to be over it.
json::KeptMembers GenerationState::kept_by(std::uint32_t text, const SegmentOverlays& overlays,
                                           std::uint32_t row, json::KeptMembers kept) const {
  if (const auto before = overlays.trees.text(row)) {
    kept = this->kept(*before);
    const bool still = texts_[text].starts_with(texts_[*before].substr(0, kept.bytes));
    return still ? kept : json::KeptMembers();
  }
  const auto is_over = [row](const auto& values) { return values.second.text(row).has_value(); };
  return std::ranges::any_of(overlays.values, is_over) ? json::KeptMembers() : kept;
}

bool GenerationState::replace(std::int64_t rowid, std::string_view tree, json::KeptMembers kept) {
  if (const auto pending = inserted_.find(rowid)) {
    inserted_.set_text(*pending, texts_.add(tree));
    return true;
  }
  const auto at = find_live(rowid);
  if (!at) return false;
  const std::uint32_t text = texts_.add(tree);
  kept_.resize(texts_.size());
  SegmentOverlays& overlays = overlays_[at->segment];
  overlays.trees.make_room(at->row);  // the last that may fail
  kept_[text] = kept_by(text, overlays, at->row, kept);
  if (overlays.trees.set(at->row, text)) {
    replaced_ -= overlays.remove_values(at->row);
    ++replaced_;
  }
  patched_.erase(at->segment);
  return true;
}

bool GenerationState::set(std::int64_t rowid, std::span<const SetValue> values,
                          const PathDictionary& paths) {
  if (const auto pending = pending_text(rowid)) {
    return replace(rowid, with_values(std::string(*pending), values, paths));
  }
  const auto at = find_live(rowid);
  if (!at) return false;
  SegmentOverlays& overlays = overlays_[at->segment];
  std::uint32_t text = values_.size();
  for (const SetValue& value : values) {
    values_.add(value.json);
    overlays.values[value.path].make_room(at->row);
  }
  // Nothing fails from here on.
  patched_.erase(at->segment);
  for (const SetValue& value : values) {
    if (overlays.values[value.path].set(at->row, text++)) ++replaced_;
  }
  return true;
}

PendingBlocks GenerationState::blocks(PathDictionary& paths) {
  return {texts_.blocks(paths), values_.blocks(paths)};
}

namespace {

// Collects the blocks that overlays use, and the runs of them that stand in the place of rows.
class PatchRuns {
 public:
  PatchRuns(const std::vector<PendingBlock>& blocks, std::vector<PendingBlock>& used)
      : blocks_(blocks), used_(used), parts_(blocks.size()) {}

  PatchedRows of(const Overlays& overlays, std::uint32_t first_row) {
    PatchedRows rows;
    for (const auto& [row, text] : overlays) {
      const std::size_t block = block_of(blocks_, text);
      if (parts_[block] == 0) {
        used_.push_back(blocks_[block]);
        parts_[block] = static_cast<std::uint32_t>(used_.size());
      }
      rows.rows.push_back(first_row + row);
      rows.runs.push_back({parts_[block], text - blocks_[block].first, 1});
    }
    return rows;
  }

 private:
  const std::vector<PendingBlock>& blocks_;
  std::vector<PendingBlock>& used_;
  std::vector<std::uint32_t> parts_;  // of the blocks in use, from 1 on
};

// Tells whether a log may hold such a value.
bool is_settable(const SetValue& value, const PathDictionary& paths) {
  return value.path != kRootPath && value.path < paths.size() &&
         paths[value.path].domain == kRootPath && !value.json.empty() &&
         value.json.front() != '{' && value.json.front() != '[';
}

}  // namespace

std::shared_ptr<PatchedFacts> GenerationState::patched(std::size_t segment,
                                                       const PendingBlocks& blocks) const {
  if (const auto known = patched_.find(segment); known != patched_.end()) return known->second;
  auto facts = std::make_shared<PatchedFacts>();  // kept when it is whole: memory may run out
  facts->nonce = random_u64();
  const SegmentOverlays& overlays = overlays_.at(segment);
  const std::uint32_t first_row = segments_[segment].run.first_row;
  facts->trees = PatchRuns(blocks.trees, facts->blocks).of(overlays.trees, first_row);
  PatchRuns values(blocks.values, facts->value_blocks);
  for (const auto& [path, rows] : overlays.values) {
    facts->values.emplace(path, values.of(rows, first_row));
  }
  patched_.emplace(segment, facts);
  return facts;
}

bool GenerationState::carry(ReplacedRow& row, const PathDictionary& paths) {
  if (row.values.empty()) return replace(row.rowid, row.tree);
  return std::ranges::all_of(row.values,
                             [&](const SetValue& value) { return is_settable(value, paths); }) &&
         set(row.rowid, row.values, paths);
}

bool GenerationState::apply_to_rows(Record& record, const PathDictionary& paths) {
  switch (record.op) {
    case Op::Insert:
      if (contains(record.rowid)) return false;
      insert(record.rowid, record.tree);
      return true;
    case Op::Erase:
      return erase(record.rowid) &&
             std::ranges::all_of(record.more, [this](std::int64_t row) { return erase(row); });
    case Op::Replace:
      return replace(record.rowid, record.tree);
    case Op::Set: {
      // One without values says that the row was replaced by the same.
      if (record.values.empty()) return contains(record.rowid);
      ReplacedRow row{record.rowid, {}, std::move(record.values)};
      return carry(row, paths);
    }
    case Op::Carried:
      return std::ranges::all_of(record.carried,
                                 [&](ReplacedRow& row) { return carry(row, paths); });
    case Op::Base:
    case Op::Counts:
      return true;
  }
  return false;
}

void GenerationState::apply(Record& record, const PathDictionary& paths) {
  bool fits = false;
  try {
    fits = apply_to_rows(record, paths);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Invalid) throw;  // a value that the tree has no place for
  }
  if (!fits) {
    throw_corrupt("record " + std::to_string(record.seq) + " of the change log does not fit row " +
                  std::to_string(record.rowid));
  }
}

}  // namespace arbors::store
