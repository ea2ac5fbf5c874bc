// The statistics of stored chunks that a snapshot's readers have asked for, and which paths each
// batch has, so that opening a batch again and ruling it out again costs no look-up in SQLite.
// Bounded; belongs to one snapshot, so that it ends with what it tells of. For the connection's
// thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sql/batches/chunk_table.h"

namespace arbors::store {

using StatisticsPtr = std::shared_ptr<const batch::Statistics>;

class StatisticsCache {
 public:
  // Gives a chunk's statistics, read where they are not known; null where the batch lacks the path,
  // as its root's chunk says, or lacks its root. Throws where a chunk is gone that should be there.
  StatisticsPtr get(ChunkTable& chunks, PathId path, std::uint32_t batch, std::uint64_t nonce);

 private:
  using Paths = std::vector<PathId>;

  bool has(ChunkTable& chunks, PathId path, std::uint32_t batch, std::uint64_t nonce);

  // Those of so many batches in a row lie together, as scans ask for them.
  static constexpr std::int64_t kBatches = 8;
  std::unordered_map<std::int64_t, std::array<StatisticsPtr, kBatches>> known_;
  std::size_t count_ = 0;                           // of known_
  std::unordered_map<std::uint32_t, Paths> paths_;  // of a batch, without the root, ascending
};

}  // namespace arbors::store
