#include "sql/state/stored_batch.h"

#include "engine/batch/columns/column_codec.h"

namespace arbors::store {

StoredBatch::StoredBatch(ChunkTablePtr chunks, std::shared_ptr<const PathDictionary> paths,
                         exec::BatchId batch, const BatchFacts& facts,
                         std::shared_ptr<StatisticsCache> cache)
    : chunks_(std::move(chunks)),
      paths_(std::move(paths)),
      batch_(batch),
      facts_(facts),
      cache_(cache ? std::move(cache) : std::make_shared<StatisticsCache>()) {
  // Every batch has a root column: without one, absent paths could not be told from a lost batch.
  const batch::Statistics* root = statistics(kRootPath);
  if (root == nullptr) chunks_->fail_missing(batch_, facts_.nonce);
  if (root->rows != facts_.trees) {
    throw_corrupt(chunks_->describe(batch_) + " does not hold as many trees as it says");
  }
}

StoredBatch::~StoredBatch() { settle(); }

void StoredBatch::settle() {
  if (pools_needed_ == pools_settled_) return;
  pools_settled_ = pools_needed_;
  pools_decoded_ = 0;
  Counters& counters = chunks_->connection()->counters;
  if (facts_.pools > pools_needed_) counters.pools_skipped += facts_.pools - pools_needed_;
}

StoredBatch::Column& StoredBatch::find(PathId path) {
  const auto [entry, added] = columns_.try_emplace(path);
  if (added) {
    try {
      entry->second.statistics = cache_->get(*chunks_, path, batch_, facts_.nonce);
    } catch (...) {
      columns_.erase(entry);
      throw;
    }
  }
  return entry->second;
}

const batch::Statistics* StoredBatch::statistics(PathId path) {
  return find(path).statistics.get();
}

void StoredBatch::load(std::span<const PathId> paths) {
  for (const PathId path : paths) {
    Column& column = find(path);
    if (column.statistics != nullptr) fetch(path, column);
  }
}

void StoredBatch::fetch(PathId path, Column& column) {
  if (column.fetched) return;
  Counters& counters = chunks_->connection()->counters;
  column.vector = chunks_->connection()->cache.find(facts_.nonce, path);
  if (column.vector != nullptr) {
    ++counters.cache_hits;
  } else {
    column.data = chunks_->data(path, batch_, facts_.nonce);
  }
  column.fetched = true;
  pools_needed_ += batch::pool_count(*column.statistics);
}

// Decodes a column that was fetched, and counts that.
template <typename Decode>
auto StoredBatch::decode(PathId path, Column& column, Decode decode) {
  decltype(decode(column.data, column.statistics->rows, paths_->size())) decoded;
  try {
    decoded = decode(column.data, column.statistics->rows, paths_->size());
  } catch (const Error& error) {
    column.fetched = false;  // another query may find it mended
    if (error.code() != ErrorCode::Corrupt) throw;
    throw_corrupt(chunks_->describe(batch_) + ", path " + paths_->text(path) + ": " + error.what() +
                  "; run SELECT arbor_check('" + chunks_->table() + "')");
  }
  Counters& counters = chunks_->connection()->counters;
  if (pools_decoded_ == 0) ++counters.batches_decoded;
  pools_decoded_ += decoded.pools;
  counters.pools_decoded += decoded.pools;
  return decoded;
}

batch::VectorPtr StoredBatch::column(PathId path) {
  Column& column = find(path);
  if (column.statistics == nullptr) return nullptr;
  fetch(path, column);
  if (column.vector != nullptr) return column.vector;
  column.vector = decode(path, column, batch::decode_column).vector;
  column.data = Bytes();
  chunks_->connection()->cache.put(facts_.nonce, path, column.vector, chunks_.get());
  return column.vector;
}

batch::SparseColumnPtr StoredBatch::sparse_column(PathId path) {
  constexpr std::uint64_t kMostDenseBytes = 64U << 20;  // of a batch's columns
  constexpr std::uint32_t kSparse = 16;                 // one value in so many rows
  if (std::uint64_t{facts_.pools} * facts_.trees * sizeof(std::int64_t) < kMostDenseBytes)
    return nullptr;
  Column& column = find(path);
  if (column.statistics == nullptr || column.vector != nullptr) return nullptr;
  const batch::Statistics& statistics = *column.statistics;
  const std::uint32_t present = statistics.rows - statistics.count(batch::Tag::Missing);
  if (present >= statistics.rows / kSparse) return nullptr;
  fetch(path, column);
  if (column.vector != nullptr) return nullptr;  // the cache had it
  return decode(path, column, batch::decode_sparse_column).column;
}

}  // namespace arbors::store
