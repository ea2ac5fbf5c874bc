#include "sql/batches/row_readers.h"

#include <utility>

#include "sql/batches/stored_batch.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostHeld = 65'536;  // paths and places of keys, about 10 MiB

class StoredRows : public batch::BatchRows {
 public:
  StoredRows(std::shared_ptr<StoredBatch> stored, Counters* counters)
      : BatchRows(stored, counters), stored_(std::move(stored)) {}
  void settle() override { stored_->settle(); }

 private:
  std::shared_ptr<StoredBatch> stored_;
};

}  // namespace

RowReaders::RowReaders(ConnectionPtr connection)
    : connection_(std::move(connection)),
      statistics_(std::make_shared<StatisticsCache>()),
      departures_(connection_->cache.departures()) {}

void RowReaders::close() {
  readers_.clear();
  departures_ = connection_->cache.departures();
}

void RowReaders::make_room() {
  std::size_t held = 0;
  for (const auto& [key, reader] : readers_) held += reader->held();
  if (held > kMostHeld) close();
}

const batch::RowReaderPtr& RowReaders::stored(const ChunkTablePtr& chunks,
                                              const std::shared_ptr<const PathDictionary>& paths,
                                              exec::BatchId batch, const BatchFacts& facts) {
  return get(facts.nonce, [&] {
    return std::make_shared<StoredRows>(
        std::make_shared<StoredBatch>(chunks, paths, batch, facts, statistics_),
        &connection_->counters);
  });
}

}  // namespace arbors::store
