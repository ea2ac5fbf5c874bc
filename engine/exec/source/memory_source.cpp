#include "engine/exec/source/memory_source.h"

#include <string>

#include "engine/base/error.h"

namespace arbors::exec {

MemorySource::MemorySource(std::vector<batch::BatchReaderPtr> batches,
                           std::shared_ptr<const PathDictionary> paths)
    : batches_(std::move(batches)), paths_(std::move(paths)) {
  for (BatchId batch = 0; batch < batches_.size(); ++batch) {
    const std::uint32_t rows = batches_[batch]->trees();
    if (rows == 0) continue;
    Segment segment;
    segment.batch = batch;
    segment.rows = segment.count = rows;
    segment.position = trees_;
    segment.first_rowid = static_cast<std::int64_t>(trees_) + 1;
    segments_.push_back(std::move(segment));
    trees_ += rows;
  }
}

batch::BatchReaderPtr MemorySource::open_batch(BatchId batch) {
  if (batch >= batches_.size()) throw_invalid("no such batch: " + std::to_string(batch));
  return batches_[batch];
}

}  // namespace arbors::exec
