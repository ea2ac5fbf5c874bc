// What trees are in their source, their rowids and places, as a step of the scan: each block's rows
// find theirs without any other being read.
#pragma once

#include "engine/exec/scan/block_change.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

class IdentityColumns : public BlockChange {
 public:
  explicit IdentityColumns(std::vector<plan::WindowCall> calls) : calls_(std::move(calls)) {}

  void apply(ScannedRows& block) const override;
  bool mounts() const override { return true; }
  std::vector<const RowExpr*> expressions() const override { return {}; }

 private:
  std::vector<plan::WindowCall> calls_;
};

}  // namespace arbors::exec
