// One stored batch as a reader: fetches statistics and chunks of the paths that are asked for,
// decodes them, and shares decoded columns with the connection's cache.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "sql/batches/chunk_table.h"
#include "sql/batches/statistics_cache.h"
#include "sql/tables/segment_table.h"

namespace arbors::store {

class StoredBatch : public batch::BatchReader {
 public:
  // Throws NotFound where the batch is gone (vacuumed by another connection), Corrupt for damage;
  // what a cache already knows is noticed when data is read. `cache` may be null.
  StoredBatch(ChunkTablePtr chunks, std::shared_ptr<const PathDictionary> paths,
              exec::BatchId batch, const BatchFacts& facts,
              std::shared_ptr<StatisticsCache> cache = nullptr);
  ~StoredBatch() override;

  std::uint32_t trees() const override { return facts_.trees; }
  const PathDictionary& paths() const override { return *paths_; }
  const batch::Statistics* statistics(PathId path) override;
  bool tells_exactly(PathId /*path*/) const override { return true; }
  void load(std::span<const PathId> paths) override;
  batch::VectorPtr column(PathId path) override;
  batch::VectorPtr picked(PathId path, batch::RowSpan rows) override;
  bool picks(PathId path) override;
  bool is_decoded(PathId path) override;
  batch::SparseColumnPtr sparse_column(PathId path) override;
  std::uint64_t stored_bytes(PathId path) override { return chunks_->bytes(path, batch_); }
  // Counts what has been left unread so far, and lets go of rows that were decoded alone; done at
  // the end otherwise.
  void settle();

 private:
  struct Column {
    StatisticsPtr statistics;  // null: the path does not occur
    Bytes data;
    bool fetched = false;
    bool counted = false;  // among the pools needed
    batch::VectorPtr vector;
    batch::PackedVectorPtr packed;           // as the cache holds it: unpacked when it is asked for
    std::vector<std::uint32_t> picked_rows;  // the last that were decoded alone, for an expression
    batch::VectorPtr picked;                 // may read a path more than once
    bool decoded() const { return vector != nullptr || packed != nullptr; }
  };
  Column& find(PathId path);                       // reads its statistics
  void fetch(PathId path, Column& column);         // its data, or its vector from the cache
  bool find_decoded(PathId path, Column& column);  // in the cache
  void note_decoded(PathId path, Column& column);
  batch::VectorPtr pick(PathId path, Column& column, batch::RowSpan rows);
  void count(Column& column);  // as needed
  template <typename Decode>
  auto decode(PathId path, Column& column, std::size_t rows, Decode decode);

  ChunkTablePtr chunks_;
  std::shared_ptr<const PathDictionary> paths_;
  exec::BatchId batch_;
  BatchFacts facts_;
  std::shared_ptr<StatisticsCache> cache_;
  std::unordered_map<PathId, Column> columns_;
  bool has_picked_ = false;  // some column has
  std::uint32_t pools_decoded_ = 0;
  std::uint32_t pools_needed_ = 0;   // cached ones included
  std::uint32_t pools_settled_ = 0;  // of these, when settled last
};

}  // namespace arbors::store
