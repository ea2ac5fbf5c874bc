#include "sql/state/pending_batch.h"

namespace arbors::store {

PendingBatch::PendingBatch(PendingBlock block, std::shared_ptr<const PathDictionary> paths,
                           ConnectionPtr connection)
    : block_(std::move(block)), paths_(std::move(paths)), connection_(std::move(connection)) {}

batch::MemoryBatch& PendingBatch::batch() {
  if (!batch_) batch_.emplace(block_.built, paths_);
  return *batch_;
}

const batch::Statistics* PendingBatch::statistics(PathId path) {
  return block_.statistics->get(path, [&]() -> std::unique_ptr<const batch::Statistics> {
    const batch::Statistics* made = batch().statistics(path);
    return made == nullptr ? nullptr : std::make_unique<const batch::Statistics>(*made);
  });
}

batch::VectorPtr PendingBatch::column(PathId path) {
  if (batch::VectorPtr known = connection_->cache.find(block_.nonce, path)) return known;
  batch::VectorPtr made = batch().column(path);
  if (made != nullptr) connection_->cache.put(block_.nonce, path, made);
  return made;
}

}  // namespace arbors::store
