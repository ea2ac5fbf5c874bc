// A stored batch kept open for trees that are read one by one, as single updates do: what a batch's
// first tree needs to be looked up serves those after it.
#pragma once

#include <cstdint>
#include <string>

#include "engine/batch/tree_writer.h"
#include "sql/stored_batch.h"

namespace arbors::store {

class RowReader {
 public:
  RowReader(const ChunkTablePtr& chunks, std::shared_ptr<const PathDictionary> paths,
            exec::BatchId batch, const BatchFacts& facts,
            std::shared_ptr<StatisticsCache> statistics)
      : nonce_(facts.nonce),
        batch_(chunks, std::move(paths), batch, facts, std::move(statistics)),
        writer_(batch_, &chunks->connection()->counters) {}

  std::uint64_t nonce() const { return nonce_; }
  void write_tree(std::uint32_t row, std::string& out) {
    writer_.prefetch(row);
    writer_.write_tree(row, out);
  }

 private:
  std::uint64_t nonce_;
  StoredBatch batch_;
  batch::TreeWriter writer_;
};

}  // namespace arbors::store
