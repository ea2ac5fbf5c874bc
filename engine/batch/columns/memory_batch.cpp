#include "engine/batch/columns/memory_batch.h"

#include "engine/batch/columns/column_vector.h"
#include "engine/batch/columns/statistics_maker.h"

namespace arbors::batch {

MemoryBatch::MemoryBatch(std::shared_ptr<const BuiltBatch> built,
                         std::shared_ptr<const PathDictionary> paths)
    : built_(std::move(built)), paths_(std::move(paths)) {
  for (const ColumnBuffer& buffer : built_->columns) columns_[buffer.path].buffer = &buffer;
}

MemoryBatch::Column* MemoryBatch::find(PathId path) {
  const auto column = columns_.find(path);
  return column == columns_.end() ? nullptr : &column->second;
}

const Statistics* MemoryBatch::statistics(PathId path) {
  Column* const column = find(path);
  if (column == nullptr) return nullptr;
  if (!column->statistics)
    column->statistics = std::make_unique<Statistics>(compute_statistics(*column->buffer));
  return column->statistics.get();
}

VectorPtr MemoryBatch::column(PathId path) {
  Column* const column = find(path);
  if (column == nullptr) return nullptr;
  if (!column->vector) column->vector = make_vector(*column->buffer);
  return column->vector;
}

}  // namespace arbors::batch
