#include "sql/state/snapshot.h"

#include <algorithm>

#include "engine/exec/scan/row_selector.h"
#include "sql/batches/stored_batch.h"
#include "sql/state/patched_batch.h"
#include "sql/state/pending_batch.h"

namespace arbors::store {

Snapshot::Snapshot(std::int64_t generation, ChunkTablePtr chunks,
                   std::shared_ptr<const PathDictionary> paths,
                   const std::shared_ptr<RowReaders>& readers,
                   std::shared_ptr<StatisticsCache> statistics)
    : generation_(generation),
      chunks_(std::move(chunks)),
      paths_(std::move(paths)),
      readers_(readers),
      own_readers_(chunks_->connection()),
      statistics_(std::move(statistics)) {}

Snapshot::Snapshot(std::int64_t generation, ChunkTablePtr chunks,
                   std::shared_ptr<const PathDictionary> paths, const GenerationState& state,
                   const PendingBlocks& blocks, const std::shared_ptr<RowReaders>& readers)
    : Snapshot(generation, std::move(chunks), std::move(paths), readers,
               std::make_shared<StatisticsCache>()) {
  blocks_ = blocks.trees;
  add_segments(state, blocks);
  add_pending_runs(state);
  note_order();
}

Snapshot::Snapshot(std::int64_t generation, ChunkTablePtr chunks,
                   std::shared_ptr<const PathDictionary> paths, const GenerationState& state,
                   std::span<const GenerationState::Found> rows,
                   const std::shared_ptr<RowReaders>& readers)
    : Snapshot(generation, std::move(chunks), std::move(paths), readers, readers->statistics()) {
  for (const GenerationState::Found& found : rows) {
    exec::Segment segment;
    segment.rows = segment.count = 1;
    segment.first_rowid = found.rowid;
    std::vector<SetValue> values;
    if (found.stored) values = state.values_over(*found.stored);
    if (found.stored) {
      const SegmentVersion& version = state.segments()[found.stored->segment];
      facts_.emplace(version.run.batch, version.facts);
      segment.batch = version.run.batch;
      segment.first_row = version.run.first_row + found.stored->row;
    }
    if (found.text != GenerationState::kErased || !values.empty()) {
      add_pending_row(state, found, std::move(values));
      segment.batch = kPendingBatch + static_cast<exec::BatchId>(pending_rows_.size()) - 1;
      segment.first_row = 0;
    }
    segment.position = found.position;
    segments_.push_back(std::move(segment));
  }
  trees_ = segments_.size();
  note_order();
}

void Snapshot::add_pending_row(const GenerationState& state, const GenerationState::Found& found,
                               std::vector<SetValue> values) {
  std::function<std::string()> read;
  if (values.empty()) {
    read = [tree = std::string(state.texts()[found.text])] { return tree; };
  } else {
    const SegmentVersion& version = state.segments()[found.stored->segment];
    read = [chunks = chunks_, readers = readers_, paths = paths_, batch = version.run.batch,
            facts = version.facts, row = version.run.first_row + found.stored->row,
            values = std::move(values)] {
      std::string stored;
      const batch::RowReaderPtr rows = readers->stored(chunks, paths, batch, facts);
      rows->write_tree(row, stored);
      return with_values(std::move(stored), values, *paths);
    };
  }
  pending_rows_.push_back(
      std::make_shared<PendingRow>(std::move(read), paths_, chunks_->connection()));
}

void Snapshot::add(exec::Segment&& segment) {
  if (segment.count == 0) return;
  segment.position = trees_;
  trees_ += segment.count;
  segments_.push_back(std::move(segment));
}

void Snapshot::add_segments(const GenerationState& state, const PendingBlocks& blocks) {
  segments_.reserve(state.segments().size() + 1);
  for (std::size_t at = 0; at < state.segments().size(); ++at) {
    const SegmentVersion& version = state.segments()[at];
    facts_.emplace(version.run.batch, version.facts);
    if (state.overlays(at) == nullptr) {
      add(exec::Segment(version.run));
    } else {
      add_patched(version.run, state.patched(at, blocks));
    }
  }
}

void Snapshot::add_patched(const exec::Segment& run, std::shared_ptr<PatchedFacts> facts) {
  exec::Segment segment = run;
  segment.batch = kPatchedBatch + static_cast<exec::BatchId>(patched_.size());
  patched_.push_back({run.batch, std::move(facts)});
  add(std::move(segment));
}

void Snapshot::add_pending(std::int64_t rowid, std::uint32_t text) {
  const std::size_t block = block_of(blocks_, text);
  exec::Segment segment;
  segment.batch = kPendingBatch + static_cast<exec::BatchId>(block);
  segment.first_row = text - blocks_[block].first;
  segment.rows = segment.count = 1;
  segment.first_rowid = rowid;
  add(std::move(segment));
}

void Snapshot::add_pending_runs(const GenerationState& state) {
  std::uint32_t next_text = GenerationState::kErased;  // that would go on with the run
  for (const InsertedRows::Row& inserted : state.inserted()) {
    if (inserted.text == GenerationState::kErased) continue;
    const bool goes_on = inserted.text == next_text &&
                         inserted.text < blocks_[segments_.back().batch - kPendingBatch].end();
    next_text = inserted.text + 1;
    if (!goes_on) {
      add_pending(inserted.rowid, inserted.text);
      continue;
    }
    exec::Segment& run = segments_.back();
    if (run.rowids.empty() && inserted.rowid != run.first_rowid + run.rows) {
      for (std::uint32_t k = 0; k < run.rows; ++k) run.rowids.push_back(run.first_rowid + k);
    }
    if (!run.rowids.empty()) run.rowids.push_back(inserted.rowid);
    ++run.rows;
    ++run.count;
    ++trees_;
  }
}

void Snapshot::note_order() {
  std::int64_t last = INT64_MIN;
  for (const exec::Segment& segment : segments_) {
    if (segment.rowids.empty()) {
      if (segment.first_rowid < last) rowids_ascend_ = false;
      last = segment.first_rowid + (segment.rows - 1);
      continue;
    }
    for (const std::int64_t rowid : segment.rowids) {
      if (rowid < last) rowids_ascend_ = false;
      last = rowid;
    }
  }
}

std::optional<exec::BatchId> Snapshot::stored_batch(exec::BatchId batch) const {
  if (batch >= kPatchedBatch) return patched_.at(batch - kPatchedBatch).stored;
  return batch >= kPendingBatch ? std::nullopt : std::optional(batch);
}

bool Snapshot::counts_exactly(exec::BatchId batch, PathId path) const {
  if (batch < kPatchedBatch) return true;
  const PatchedFacts& facts = *patched_.at(batch - kPatchedBatch).facts;
  return facts.trees.rows.empty() && !facts.values.contains(path);
}

// Null: the batch is none.
const std::shared_ptr<PendingRow>* Snapshot::pending_row(exec::BatchId batch) const {
  const bool is_row = batch >= kPendingBatch && batch < kPatchedBatch && !pending_rows_.empty();
  return is_row ? &pending_rows_.at(batch - kPendingBatch) : nullptr;
}

bool Snapshot::has_index(const Path& path) const {
  return std::find(indexed_.begin(), indexed_.end(), path) != indexed_.end();
}

batch::RowReaderPtr Snapshot::open_rows(exec::BatchId batch) {
  if (batch < kPendingBatch) return readers_->stored(chunks_, paths_, batch, facts_.at(batch));
  if (const auto* row = pending_row(batch)) return *row;
  return own_readers_.get(batch, [&] {
    return std::make_shared<batch::BatchRows>(open_batch(batch), &chunks_->connection()->counters);
  });
}

batch::BatchReaderPtr Snapshot::open_batch(exec::BatchId batch) {
  readers_->close_departed();
  own_readers_.close_departed();
  if (const auto* row = pending_row(batch)) return (*row)->shared_batch();
  const auto stored = stored_batch(batch);
  if (!stored) {
    return std::make_shared<PendingBatch>(blocks_.at(batch - kPendingBatch), paths_,
                                          chunks_->connection());
  }
  auto reader =
      std::make_shared<StoredBatch>(chunks_, paths_, *stored, facts_.at(*stored), statistics_);
  if (*stored == batch) return reader;
  return std::make_shared<PatchedBatch>(
      std::move(reader), paths_, patched_.at(batch - kPatchedBatch).facts, chunks_->connection());
}

std::optional<Place> Snapshot::find_rowid(std::int64_t rowid) {
  std::optional<Place> place;
  const auto found = [&](std::size_t segment) {
    const auto row = row_of(segments_[segment], rowid);
    if (!row || !segments_[segment].is_live(*row)) return false;
    place = Place{segment, *row};
    return true;
  };
  if (rowids_ascend_) {
    const auto after = std::upper_bound(
        segments_.begin(), segments_.end(), rowid,
        [](std::int64_t value, const exec::Segment& segment) { return value < segment.rowid(0); });
    if (after != segments_.begin()) found(static_cast<std::size_t>(after - segments_.begin()) - 1);
    return place;
  }
  if (!index_) {
    RowIndex index;  // kept when it is whole: memory may run out
    for (std::size_t at = 0; at < segments_.size(); ++at) index.add(at, segments_[at]);
    index.sort();
    index_ = std::move(index);
  }
  index_->any(rowid, found);
  return place;
}

std::optional<Place> Snapshot::find_position(std::int64_t position) const {
  if (position < 0 || static_cast<std::uint64_t>(position) >= trees_) return std::nullopt;
  const auto at = static_cast<std::uint64_t>(position);
  const auto after = std::upper_bound(
      segments_.begin(), segments_.end(), at,
      [](std::uint64_t value, const exec::Segment& segment) { return value < segment.position; });
  const auto segment = std::prev(after);
  return Place{static_cast<std::size_t>(segment - segments_.begin()),
               exec::nth_live(*segment, static_cast<std::uint32_t>(at - segment->position))};
}

bool Snapshot::holds(exec::BatchId batch, std::uint64_t nonce) const {
  const auto found = facts_.find(batch);
  return found != facts_.end() && found->second.nonce == nonce;
}

}  // namespace arbors::store
