// Values computed of all rows of a scan, as a step of that scan: each block's rows find theirs by
// their places, as another mount beside them.
#pragma once

#include <memory>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/scan/block_change.h"
#include "engine/exec/scan/column_batch.h"

namespace arbors::exec {

class AttachedColumns : public BlockChange {
 public:
  // Row rows[i] of the scan sees row i of the batch. No row is there twice.
  AttachedColumns(std::vector<RowRef> rows, std::shared_ptr<ColumnBatch> batch);

  void apply(ScannedRows& block) const override;
  bool mounts() const override { return true; }
  bool knows_rows() const override { return true; }
  std::vector<const RowExpr*> expressions() const override { return {}; }

 private:
  std::vector<RowRef> rows_;           // ascending
  std::vector<std::uint32_t> values_;  // the row of the batch of each; empty: the same
  std::shared_ptr<ColumnBatch> batch_;
};

}  // namespace arbors::exec
