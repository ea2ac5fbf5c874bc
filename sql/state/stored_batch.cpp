#include "sql/state/stored_batch.h"

#include "engine/batch/column_codec.h"

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

batch::VectorPtr StoredBatch::column(PathId path) {
  Column& column = find(path);
  if (column.statistics == nullptr) return nullptr;
  fetch(path, column);
  if (column.vector != nullptr) return column.vector;
  batch::DecodedColumn decoded;
  try {
    decoded = batch::decode_column(column.data, column.statistics->rows, paths_->size());
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
  column.vector = std::move(decoded.vector);
  column.data = Bytes();
  chunks_->connection()->cache.put(facts_.nonce, path, column.vector, chunks_.get());
  return column.vector;
}

}  // namespace arbors::store
