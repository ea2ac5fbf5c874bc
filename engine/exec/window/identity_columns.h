// What trees are in their source, their rowids and places, as a step of the scan: each block's rows
// find theirs without any other being read.
#pragma once

#include "engine/exec/scan/block_change.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

class IdentityColumns : public BlockChange {
 public:
  // `generation`: of the source that the scan reads.
  IdentityColumns(std::vector<plan::WindowCall> calls, std::int64_t generation)
      : calls_(std::move(calls)), generation_(generation) {}

  void apply(ScannedRows& block) const override;
  bool mounts() const override { return true; }
  bool keeps_trees() const override { return true; }
  const plan::WindowCall* identity(std::string_view name) const override;
  std::vector<const RowExpr*> expressions() const override { return {}; }

 private:
  std::vector<plan::WindowCall> calls_;
  std::int64_t generation_;
};

}  // namespace arbors::exec
