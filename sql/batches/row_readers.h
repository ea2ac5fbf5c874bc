// The batches that an Arbor keeps open for rows read one by one, from one query to the next, by
// their nonces: finding a row again and again then costs no more than the row.
//
// What is kept stays within the cache's bound: whenever the cache of decoded columns lets go of
// one, all batches are closed, since they may hold it still. Besides, they may know so many paths
// and places of keys together. For the connection's thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "engine/batch/trees/row_reader.h"
#include "sql/batches/connection.h"
#include "sql/batches/statistics_cache.h"
#include "sql/tables/segment_table.h"

namespace arbors::store {

class RowReaders {
 public:
  explicit RowReaders(ConnectionPtr connection);

  // Gives the reader of the batch under a key; `open` makes it where it is not open.
  template <typename Open>
  const batch::RowReaderPtr& get(std::uint64_t key, const Open& open) {
    close_departed();
    if (const auto known = readers_.find(key); known != readers_.end()) return known->second;
    make_room();
    return readers_.emplace(key, open()).first->second;
  }

  // Closes all where the cache has let go of a column since they were opened.
  void close_departed() {
    if (connection_->cache.departures() != departures_) close();
  }

  // Gives the reader of a stored batch.
  const batch::RowReaderPtr& stored(const ChunkTablePtr& chunks,
                                    const std::shared_ptr<const PathDictionary>& paths,
                                    exec::BatchId batch, const BatchFacts& facts);

  // What stored batches that are opened here share.
  const std::shared_ptr<StatisticsCache>& statistics() const { return statistics_; }

 private:
  void close();
  void make_room();

  ConnectionPtr connection_;
  std::shared_ptr<StatisticsCache> statistics_;
  std::unordered_map<std::uint64_t, batch::RowReaderPtr> readers_;
  std::uint64_t departures_;
};

}  // namespace arbors::store
