#include <algorithm>
#include <set>

#include "engine/json/edit/kept_members.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostErased = 65536;    // rows before their live bits are stored
constexpr std::size_t kMostReplaced = 65536;  // overlays before segments are rewritten
// In the middle of a transaction, as a multiple of what may be left at its end.
constexpr std::size_t kMostReplacedTogether = 4;
// Inserted trees are folded at the end of a transaction when they fill such a part of a batch: a
// whole one would be a pause. Four small batches are read as fast as one, and hardly larger.
constexpr std::uint32_t kFoldsOfBatch = 4;
// Records that a transaction deletes of those that a fold before it left behind, besides twice as
// many as it wrote itself, so that the log stays short.
constexpr std::uint64_t kPurgedAtOnce = 256;

}  // namespace

void Store::Impl::require_transaction() const {
  if (!writing_) throw_invalid("a write to '" + names_.table + "' outside of a transaction");
}

bool Store::Impl::erase(std::int64_t rowid) {
  require_transaction();
  refresh();
  if (!state_->contains(rowid)) return false;
  const IndexedRow indexed = indexed_row(rowid);
  Change change(*this, rowid);
  generation_for_write();
  state_->erase(rowid);
  unindex_row(rowid, indexed);
  buffered_.push_back({Op::Erase, rowid, GenerationState::kErased});
  ++own_removed_;
  ++mark_.erased;
  fold_when_full();
  change.done();
  return true;
}

bool Store::Impl::replace(std::int64_t rowid, std::string_view tree, OnConflict on_conflict) {
  require_transaction();
  refresh();
  const std::optional<std::string> known = this->tree(rowid);
  const std::string_view before = known ? std::string_view(*known) : std::string_view();
  const json::KeptMembers kept = json::kept_members(before, tree);
  const bool adds = kept.members == json::KeptMembers::kAll;  // members, and changes none
  if (known && !adds && replace_values(rowid, before, tree, kept)) return true;
  std::optional<std::string> text;
  if (kept) text = json::with_kept(kept, before, tree, normalizer_);
  if (!text) text = normalizer_.normalize(tree);
  if (known && !adds && *text != tree && replace_values(rowid, before, *text)) return true;
  // Of keys that a text has twice the last counts, and may change what is before it.
  const bool keeps = text->starts_with(tree.substr(0, kept.bytes));
  return replace_minimal(rowid, *text, on_conflict, keeps ? kept : json::KeptMembers());
}

bool Store::Impl::replace_minimal(std::int64_t rowid, std::string_view tree, OnConflict on_conflict,
                                  json::KeptMembers kept) {
  require_transaction();
  refresh();
  if (!state_->contains(rowid)) return false;
  const IndexedRow before = indexed_row(rowid);
  const IndexedRow after = row_to_index(tree);
  if (key_ != nullptr && !is_same(*before.key, *after.key))
    claim_key(*after.key, rowid, on_conflict);
  return put(rowid, tree, before, after, kept);
}

bool Store::Impl::put(std::int64_t rowid, std::string_view tree, const IndexedRow& before,
                      const IndexedRow& after, json::KeptMembers kept) {
  Change change(*this, rowid);
  generation_for_write();
  state_->replace(rowid, tree, kept);
  buffered_.push_back({Op::Replace, rowid, state_->texts().size() - 1});
  reindex_row(rowid, before, after);
  ++own_added_;
  ++own_removed_;
  fold_when_full();
  change.done();
  return true;
}

// A segment is rewritten at the same cost however many of its rows wait, so the more rows an Arbor
// has, the more of them may wait.
std::size_t Store::Impl::most_replaced() const {
  const std::size_t part = state_->trees() / 16;
  return std::clamp<std::size_t>(std::max<std::size_t>(options_.batch_trees, part), 4,
                                 kMostReplaced);
}

bool Store::Impl::full(std::size_t most_inserted, std::size_t most_replaced) const {
  // Texts that make a whole batch: more would leave a small one behind it.
  return state_->inserted().size() >= most_inserted ||
         state_->inserted_bytes() >= kBatchJsonBytes || state_->replaced() >= most_replaced ||
         state_->erased() >= kMostErased || state_->pending_bytes() >= kMostPendingBytes ||
         state_->pending_texts() >= 2 * (options_.batch_trees + most_replaced);
}

// In the middle of a transaction more rows may wait: folded together, they are spread over the
// segments more densely, and each segment is rewritten fewer times.
void Store::Impl::fold_when_full() {
  if (!full(options_.batch_trees, kMostReplacedTogether * most_replaced())) return;
  if (!awaits_undo()) fold();
}

void Store::Impl::fold_when_due() {
  refuse_torn();
  const bool changed = locked_ && state_ != nullptr && generation_ == write_generation_;
  if (!changed) return;
  const std::size_t part = options_.batch_trees / kFoldsOfBatch;
  if (full(std::max<std::size_t>(part, 1), most_replaced())) fold();
  purge_log(kPurgedAtOnce + 2 * (own_added_ + own_removed_));
}

void Store::Impl::record_paths(const EncodedBatch& batch) {
  for (const StoredColumn& column : batch.columns) {
    columns_->see(*paths_, column.path, column.kinds);
  }
  columns_->record(*path_table_, *paths_);
}

SegmentVersion Store::Impl::store_batch(const EncodedBatch& batch,
                                        const batch::SharedPaths* shared) {
  SegmentVersion segment;
  segment.facts = {batch.nonce, batch.trees, batch.pools, batch.json_bytes};
  segment.born = generation_;
  segment.run.batch = counts_.next_batch++;
  segment.run.rows = segment.run.count = batch.trees;
  if (shared != nullptr) {
    shared->read([&](const PathDictionary&) { record_paths(batch); });
  } else {
    record_paths(batch);
  }
  chunks_->write(segment.run.batch, batch);
  return segment;
}

void Store::Impl::append(const EncodedBatch& batch, const batch::SharedPaths* shared,
                         std::optional<KeyRun> keys) {
  require_transaction();
  refresh();
  if (batch.trees == 0) return;
  if (!state_->inserted().empty()) fold();
  generation_for_write();
  // What was buffered comes before the batch. One record counts all batches that come together, so
  // that SQLite's savepoints around the chunks' statements are none to flush at.
  if (!carried_.empty() || !buffered_.empty()) flush();
  const Raised settling(settling_);
  SegmentVersion segment = store_batch(batch, shared);
  segment.run.first_rowid = counts_.next_rowid;
  counts_.next_rowid += batch.trees;
  const auto& segments = state_->segments();
  segment.pos = segments.empty() ? 0 : segments.back().pos + kPositionGap;
  segment_table_->add(segment);
  index_batch(segment, shared, std::move(keys));
  state_->add_segment(std::move(segment));
  own_added_ += batch.trees;
  bulk_added_ += batch.trees;
  counts_due_ = true;
}

// Rows of a segment as a version of its own.
SegmentVersion Store::Impl::part_of(const SegmentVersion& segment, std::uint32_t from,
                                    std::uint32_t rows) const {
  SegmentVersion part = segment;
  part.id = 0;
  part.born = generation_;
  part.run = slice(segment.run, from, rows);
  return part;
}

// The segments with one more before the live row at a position, which may cut one in two.
std::vector<SegmentVersion> Store::Impl::segments_with(SegmentVersion added,
                                                       std::uint64_t position) const {
  const auto& segments = state_->segments();
  std::size_t at = 0;
  for (; at < segments.size() && position >= segments[at].run.count; ++at)
    position -= segments[at].run.count;
  std::vector<SegmentVersion> wanted(segments.begin(),
                                     segments.begin() + static_cast<std::ptrdiff_t>(at));
  if (at == segments.size()) {
    wanted.push_back(std::move(added));
    return wanted;
  }
  const exec::Segment& run = segments[at].run;
  std::uint32_t row = 0;  // of the live row that it comes before
  for (std::uint64_t live = 0;; ++row) {
    if (run.is_live(row) && live++ == position) break;
  }
  SegmentVersion first = part_of(segments[at], 0, row);
  if (first.run.count > 0) wanted.push_back(std::move(first));
  wanted.push_back(std::move(added));
  wanted.push_back(part_of(segments[at], row, run.rows - row));
  wanted.insert(wanted.end(), segments.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                segments.end());
  return wanted;
}

void Store::Impl::insert_at(std::uint64_t position, const EncodedBatch& batch) {
  require_transaction();
  refresh();
  if (position > state_->trees()) {
    throw_invalid("position " + std::to_string(position) + " is beyond the " +
                  std::to_string(state_->trees()) + " trees of '" + names_.table + "'");
  }
  if (batch.trees == 0) return;
  generation_for_write();
  if (state_->pending()) fold(FoldAll::Yes);
  flush();
  SegmentVersion added = store_batch(batch);
  added.run.first_rowid = counts_.next_rowid;
  index_batch(added);
  counts_.next_rowid += batch.trees;

  set_segments(segments_with(std::move(added), position));
  own_added_ += batch.trees;
  bulk_added_ += batch.trees;
  counts_due_ = true;
}

void Store::Impl::clear() {
  require_transaction();
  refresh();
  generation_for_write();
  own_removed_ += state_->trees();
  for (const auto& index : indexes_) index->clear();
  if (key_ != nullptr) key_->clear();
  set_segments({});
  write_base();
}

namespace {

// Spreads the new segments from `at` to `end` over the gap between their neighbours; false where
// there is no room.
bool spread(std::vector<SegmentVersion>& segments, std::size_t at, std::size_t end) {
  const auto count = static_cast<std::int64_t>(end - at);
  const std::int64_t room = (count + 1) * kPositionGap;
  const bool last = end == segments.size();
  std::int64_t low = at > 0 ? segments[at - 1].pos : last ? 0 : segments[end].pos - room;
  const std::int64_t high = last ? low + room : segments[end].pos;
  const std::int64_t step = (high - low) / (count + 1);
  for (; at < end; ++at) segments[at].pos = low += step;
  return step != 0;
}

// Gives all new segments their positions; false where there is no room.
bool spread_new(std::vector<SegmentVersion>& segments) {
  for (std::size_t at = 0; at < segments.size(); ++at) {
    std::size_t end = at;
    while (end < segments.size() && segments[end].id == 0) ++end;
    if (end > at && !spread(segments, at, end)) return false;
    at = end;  // which is none of them
  }
  return true;
}

}  // namespace

void Store::Impl::set_segments(std::vector<SegmentVersion> wanted) {
  std::set<std::int64_t> kept;
  for (const SegmentVersion& segment : wanted) kept.insert(segment.id);
  for (std::size_t at = 0; at < state_->segments().size(); ++at) {
    if (!kept.contains(state_->segments()[at].id))
      segment_table_->kill(state_->stored(at), generation_);
  }
  if (!spread_new(wanted)) {  // all segments get new versions, far apart
    for (SegmentVersion& segment : wanted) {
      if (segment.id != 0) segment_table_->kill(segment, generation_);
      segment.id = 0;
      segment.born = generation_;
    }
    spread_new(wanted);
  }
  for (SegmentVersion& segment : wanted) {
    if (segment.id == 0) segment_table_->add(segment);
  }
  state_ = std::make_unique<GenerationState>(std::move(wanted));
  changed();
}

}  // namespace arbors::store
