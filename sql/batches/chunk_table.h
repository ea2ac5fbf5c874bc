// X_chunk: the columns of stored batches. Snapshots share it, so that it outlives the store that
// made it; then it prepares its statements anew for each read and keeps none, lest an open one
// keeps the connection from closing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/batch/columns/statistics.h"
#include "sql/access/statement.h"
#include "sql/batches/connection.h"
#include "sql/batches/encoded_batch.h"
#include "sql/tables/layout.h"

namespace arbors::store {

class ChunkTable {
 public:
  ChunkTable(ConnectionPtr connection, const Names& names);

  static constexpr std::int64_t key(PathId path, std::uint32_t batch) {
    return static_cast<std::int64_t>((static_cast<std::uint64_t>(path) << 32) | batch);
  }

  void write(std::uint32_t batch, const EncodedBatch& encoded);
  void erase(std::uint32_t batch, PathId paths);  // of all paths below that number

  // Reads a chunk's statistics, and the paths that it lists; nothing where there is no chunk. A
  // chunk of another batch that took the number, or damage: Error{Corrupt}, naming the batch.
  std::unique_ptr<batch::Statistics> statistics(PathId path, std::uint32_t batch,
                                                std::uint64_t nonce,
                                                std::vector<PathId>* paths = nullptr);
  Bytes data(PathId path, std::uint32_t batch, std::uint64_t nonce);
  // Lends a chunk's bytes where they lie, for the time of the call.
  void with_data(PathId path, std::uint32_t batch, std::uint64_t nonce,
                 const std::function<void(ByteSpan)>& use);

  // Reads a chunk as it is, sealed for another batch.
  StoredColumn copy(PathId path, std::uint32_t batch, std::uint64_t nonce, std::uint64_t to);

  std::uint64_t bytes(PathId path, std::uint32_t batch);  // stored, 0 where there is none

  // Reports a batch whose chunks are not there: NotFound where no segment refers to it any more,
  // Corrupt, saying `what`, where one does.
  [[noreturn]] void fail_missing(std::uint32_t batch, std::uint64_t nonce,
                                 std::string_view what = "is missing");

  void rename(const Names& names);
  void orphan();  // the store is gone

  const ConnectionPtr& connection() const { return connection_; }
  const std::string& table() const { return names_.table; }
  std::string describe(std::uint32_t batch) const;  // for messages: `batch 17 of 'players'`

  void finalize();  // lets go of the statements until they are used again

 private:
  class Reading;
  void prepare();
  template <typename Take>
  void read(PathId path, std::uint32_t batch, std::uint64_t nonce, const Take& take);

  ConnectionPtr connection_;
  Names names_;
  bool orphaned_ = false;
  std::unique_ptr<Statement> put_, read_, erase_, bytes_;
};
using ChunkTablePtr = std::shared_ptr<ChunkTable>;

}  // namespace arbors::store
