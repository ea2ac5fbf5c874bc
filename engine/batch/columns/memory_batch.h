// A built batch read in place, never encoded: pending rows, Arbors in memory, `json '[…]'` sources.
// Vectors and statistics are made column by column, when first asked for.
#pragma once

#include <memory>
#include <unordered_map>

#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/columns/column_buffer.h"

namespace arbors::batch {

class MemoryBatch : public BatchReader {
 public:
  // Shares both; the dictionary knows every path that the batch names and outlives no reader.
  MemoryBatch(std::shared_ptr<const BuiltBatch> built, std::shared_ptr<const PathDictionary> paths);

  std::uint32_t trees() const override { return built_->trees; }
  const PathDictionary& paths() const override { return *paths_; }
  const Statistics* statistics(PathId path) override;
  bool tells_exactly(PathId /*path*/) const override { return true; }
  void load(std::span<const PathId>) override {}
  VectorPtr column(PathId path) override;

 private:
  struct Column {
    const ColumnBuffer* buffer = nullptr;
    std::unique_ptr<Statistics> statistics;
    VectorPtr vector;
  };
  Column* find(PathId path);

  std::shared_ptr<const BuiltBatch> built_;
  std::shared_ptr<const PathDictionary> paths_;
  std::unordered_map<PathId, Column> columns_;
};

}  // namespace arbors::batch
