// One generation of one stored Arbor, as a tree source: stored batches, patched ones where pending
// trees replace rows, and last the batches built in memory from pending trees. It keeps its state
// whatever is written, optimized or vacuumed by this connection while it is held.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/exec/source/tree_source.h"
#include "sql/batches/chunk_table.h"
#include "sql/batches/row_readers.h"
#include "sql/batches/statistics_cache.h"
#include "sql/state/generation_state.h"
#include "sql/state/pending_row.h"

namespace arbors::store {

// Where a tree is: row `row` (from the segment's start) of the snapshot's segment `segment`.
struct Place {
  std::size_t segment = 0;
  std::uint32_t row = 0;
};

class Snapshot final : public exec::TreeSource, public BatchHolder {
 public:
  // Cuts a snapshot from a state. `blocks` cover the state's texts, `readers` are what the Arbor
  // keeps open.
  Snapshot(std::int64_t generation, ChunkTablePtr chunks,
           std::shared_ptr<const PathDictionary> paths, const GenerationState& state,
           const PendingBlocks& blocks, const std::shared_ptr<RowReaders>& readers);
  // Cuts out some rows alone, so that finding a row costs the same however large the Arbor is. They
  // come in order of their positions, which are those that they have in the Arbor.
  Snapshot(std::int64_t generation, ChunkTablePtr chunks,
           std::shared_ptr<const PathDictionary> paths, const GenerationState& state,
           std::span<const GenerationState::Found> rows,
           const std::shared_ptr<RowReaders>& readers);

  std::int64_t generation() const override { return generation_; }

  const PathDictionary& paths() const override { return *paths_; }
  std::uint64_t trees() const override { return trees_; }
  std::span<const exec::Segment> segments() const override { return segments_; }
  bool rowids_ascend() const override { return rowids_ascend_; }
  bool readers_apart() const override { return true; }  // each is opened anew
  bool has_index(const Path& path) const override;
  batch::BatchReaderPtr open_batch(exec::BatchId batch) override;
  // Opens a batch for rows that are read one by one; kept open for the next ones, see RowReaders.
  batch::RowReaderPtr open_rows(exec::BatchId batch);

  // Says which paths the Arbor's kept-up indexes are on: those know the newest state, which this
  // snapshot must show.
  void offer_indexes(std::vector<Path> paths) { indexed_ = std::move(paths); }

  std::optional<Place> find_rowid(std::int64_t rowid);  // of a live tree
  std::optional<Place> find_position(std::int64_t position) const;
  bool holds(exec::BatchId batch, std::uint64_t nonce) const override;  // a stored batch

  // Where a tree lies that is stored as it is; the same place always holds the same tree. nullopt
  // where it is pending, or lies under pending values.
  struct StoredRow {
    std::uint64_t nonce;
    std::uint32_t row;
    bool operator==(const StoredRow&) const = default;
  };
  std::optional<StoredRow> stored_row(const Place& place) const;
  // The rowids of trees that another snapshot of the same Arbor may lack or show otherwise; where
  // it is known which pending ones do, without these.
  enum class Pending { Known, Unknown };
  std::vector<std::int64_t> rows_apart(const Snapshot& other, Pending pending) const;

  // Batches in memory and patched ones are numbered from here; stored ones stay below.
  static constexpr exec::BatchId kPendingBatch = 0x80000000;
  static constexpr exec::BatchId kPatchedBatch = 0xC0000000;
  // The stored batch that a batch reads from, if any.
  std::optional<exec::BatchId> stored_batch(exec::BatchId batch) const;
  // Tells whether a batch's statistics of a path are those of its rows as they are, and not also
  // of what lies under pending trees and values.
  bool counts_exactly(exec::BatchId batch, PathId path) const;

 private:
  Snapshot(std::int64_t generation, ChunkTablePtr chunks,
           std::shared_ptr<const PathDictionary> paths, const std::shared_ptr<RowReaders>& readers,
           std::shared_ptr<StatisticsCache> statistics);

  // What a segment reads of a stored batch.
  struct StoredRun {
    std::uint64_t nonce;
    std::uint32_t first_row, rows;
    auto operator<=>(const StoredRun&) const = default;
  };
  std::optional<StoredRun> stored_run(const exec::Segment& segment) const;

  void add_segments(const GenerationState& state, const PendingBlocks& blocks);
  void add_pending_row(const GenerationState& state, const GenerationState::Found& found,
                       std::vector<SetValue> values);
  void add_patched(const exec::Segment& run, std::shared_ptr<PatchedFacts> facts);
  void add_pending(std::int64_t rowid, std::uint32_t text);
  void add_pending_runs(const GenerationState& state);
  void add(exec::Segment&& segment);
  const std::shared_ptr<PendingRow>* pending_row(exec::BatchId batch) const;
  void note_order();

  std::int64_t generation_;
  ChunkTablePtr chunks_;
  std::shared_ptr<const PathDictionary> paths_;
  std::vector<PendingBlock> blocks_;                       // numbered from kPendingBatch,
  std::vector<std::shared_ptr<PendingRow>> pending_rows_;  // and so are these, where rows are cut
  struct Patched {
    exec::BatchId stored;
    std::shared_ptr<PatchedFacts> facts;
  };
  std::vector<Patched> patched_;
  std::unordered_map<exec::BatchId, BatchFacts> facts_;
  std::shared_ptr<RowReaders> readers_;  // of stored batches
  RowReaders own_readers_;               // of the others, by their numbers
  std::shared_ptr<StatisticsCache> statistics_;
  std::vector<exec::Segment> segments_;
  std::uint64_t trees_ = 0;
  bool rowids_ascend_ = true;
  std::vector<Path> indexed_;
  std::optional<RowIndex> index_;  // made when first asked
};

}  // namespace arbors::store
