// A block of pending trees as a reader. Its vectors are shared through the connection's cache and
// its statistics through the block, so that opening it again costs next to nothing.
#pragma once

#include <memory>
#include <optional>

#include "engine/batch/columns/memory_batch.h"
#include "sql/batches/connection.h"
#include "sql/state/pending_trees.h"

namespace arbors::store {

class PendingBatch : public batch::BatchReader {
 public:
  PendingBatch(PendingBlock block, std::shared_ptr<const PathDictionary> paths,
               ConnectionPtr connection);

  std::uint32_t trees() const override { return block_.built->trees; }
  const PathDictionary& paths() const override { return *paths_; }
  const batch::Statistics* statistics(PathId path) override;
  bool tells_exactly(PathId /*path*/) const override { return true; }
  void load(std::span<const PathId>) override {}
  batch::VectorPtr column(PathId path) override;

 private:
  batch::MemoryBatch& batch();

  PendingBlock block_;
  std::shared_ptr<const PathDictionary> paths_;
  ConnectionPtr connection_;
  std::optional<batch::MemoryBatch> batch_;  // made when something is not shared yet
};

}  // namespace arbors::store
