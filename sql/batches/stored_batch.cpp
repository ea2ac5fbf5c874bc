#include "sql/batches/stored_batch.h"

#include <algorithm>
#include <utility>

#include "engine/batch/columns/column_codec.h"

namespace arbors::store {

namespace {

// How many rows are few: where there are not many anyway, decoding all of them costs little.
std::uint32_t few_of(std::uint32_t rows) {
  constexpr std::uint32_t kMany = 4096;
  return rows < kMany ? rows / 16 : rows / 8;
}

// Guesses what a column takes when it is decoded, texts left out.
std::size_t decoded_bytes(const batch::Statistics& statistics) {
  return std::size_t{statistics.rows} * (1 + sizeof(std::int64_t));
}

}  // namespace

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
  if (has_picked_) {
    for (auto& [path, column] : columns_) column.picked = nullptr;
    has_picked_ = false;
  }
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
  if (!find_decoded(path, column)) column.data = chunks_->data(path, batch_, facts_.nonce);
  column.fetched = true;
  count(column);
}

bool StoredBatch::find_decoded(PathId path, Column& column) {
  ColumnCache::Held held = chunks_->connection()->cache.look_up(facts_.nonce, path);
  column.vector = std::move(held.vector);
  column.packed = std::move(held.packed);
  if (!column.decoded()) return false;
  ++chunks_->connection()->counters.cache_hits;
  return true;
}

void StoredBatch::count(Column& column) {
  if (column.counted) return;
  column.counted = true;
  pools_needed_ += batch::pool_count(*column.statistics);
}

// Decodes so many rows of a column by decode(rows of the chunk, paths), and counts that.
template <typename Decode>
auto StoredBatch::decode(PathId path, Column& column, std::size_t rows, Decode decode) {
  decltype(decode(column.statistics->rows, paths_->size())) decoded;
  try {
    decoded = decode(column.statistics->rows, paths_->size());
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
  counters.rows_decoded += rows;
  return decoded;
}

batch::VectorPtr StoredBatch::column(PathId path) {
  Column& column = find(path);
  if (column.statistics == nullptr) return nullptr;
  fetch(path, column);
  if (column.packed != nullptr) {
    chunks_->connection()->cache.note_unpacked();
    column.vector = std::exchange(column.packed, nullptr)->unpack();
  }
  if (column.vector != nullptr) return column.vector;
  const auto whole = [&](std::uint32_t rows, std::size_t paths) {
    return batch::decode_column(column.data, rows, paths, batch::Checksum::Known);
  };
  column.vector = decode(path, column, column.statistics->rows, whole).vector;
  column.data = Bytes();
  chunks_->connection()->cache.put(facts_.nonce, path, column.vector, chunks_.get());
  return column.vector;
}

bool StoredBatch::picks(PathId path) {
  const Column& column = find(path);
  return column.statistics != nullptr && column.vector == nullptr &&
         column.statistics->count(batch::Tag::Array) == 0;
}

bool StoredBatch::is_decoded(PathId path) {
  Column& column = find(path);
  if (column.statistics == nullptr) return true;
  note_decoded(path, column);
  return column.vector != nullptr;
}

// Takes what the cache has of a column that was not asked for yet.
void StoredBatch::note_decoded(PathId path, Column& column) {
  if (column.fetched || !find_decoded(path, column)) return;
  column.fetched = true;
  count(column);
}

batch::VectorPtr StoredBatch::picked(PathId path, batch::RowSpan rows) {
  if (!picks(path) || rows.empty()) return nullptr;
  Column& column = find(path);
  const batch::Statistics& statistics = *column.statistics;
  if (rows.size() > few_of(statistics.rows) || rows.back() >= statistics.rows) return nullptr;
  if (column.picked != nullptr && std::ranges::equal(column.picked_rows, rows))
    return column.picked;
  note_decoded(path, column);
  if (column.vector != nullptr) return nullptr;
  if (column.packed == nullptr && !chunks_->connection()->cache.note_pick(
                                      facts_.nonce, path, rows.size(), decoded_bytes(statistics)))
    return nullptr;
  count(column);
  const bool is_packed = column.packed != nullptr;
  batch::VectorPtr picked = is_packed ? column.packed->pick(rows) : pick(path, column, rows);
  column.picked_rows.assign(rows.begin(), rows.end());
  has_picked_ = true;
  return column.picked = std::move(picked);
}

// Reads the chunk where SQLite has it, unless it was fetched before.
batch::VectorPtr StoredBatch::pick(PathId path, Column& column, batch::RowSpan rows) {
  batch::VectorPtr vector;
  const auto pick = [&](ByteSpan data) {
    vector = decode(path, column, rows.size(), [&](std::uint32_t, std::size_t paths) {
               return batch::decode_rows(data, *column.statistics, paths, rows);
             }).vector;
  };
  if (column.fetched) {
    pick(column.data);
  } else {
    chunks_->with_data(path, batch_, facts_.nonce, pick);
  }
  return vector;
}

batch::SparseColumnPtr StoredBatch::sparse_column(PathId path) {
  constexpr std::uint64_t kMostDenseBytes = 64U << 20;  // of a batch's columns
  constexpr std::uint32_t kSparse = 16;                 // one value in so many rows
  if (std::uint64_t{facts_.pools} * facts_.trees * sizeof(std::int64_t) < kMostDenseBytes)
    return nullptr;
  Column& column = find(path);
  if (column.statistics == nullptr || column.decoded()) return nullptr;
  const batch::Statistics& statistics = *column.statistics;
  const std::uint32_t present = statistics.rows - statistics.count(batch::Tag::Missing);
  if (present >= statistics.rows / kSparse) return nullptr;
  fetch(path, column);
  if (column.decoded()) return nullptr;  // the cache had it
  return decode(path, column, present,
                [&](std::uint32_t rows, std::size_t paths) {
                  return batch::decode_sparse_column(column.data, rows, paths,
                                                     batch::Checksum::Known);
                })
      .column;
}

}  // namespace arbors::store
