// A source of trees that are lists of fields and come once, column by column: they wait in memory
// up to a bound, beyond it encoded in a temporary file.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/exec/scan/column_batch.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

// Batches added one after the other, until they are read.
class ColumnSpool {
 public:
  static constexpr std::uint64_t kMemory = 96U << 20;

  // `memory_bytes`: what the batches may take that wait in memory.
  explicit ColumnSpool(std::uint64_t memory_bytes = kMemory);
  ~ColumnSpool();

  void add(std::shared_ptr<ColumnBatch> batch);
  // Gives the trees, and ends writing.
  TreeSourcePtr finish();

 private:
  struct Written;

  std::shared_ptr<Written> written_;
};

}  // namespace arbors::exec
