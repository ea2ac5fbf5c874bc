// What a step of a scan does with a block that takes more than the block: finding partners in a
// table, looking up values that were computed of all rows before. Shared by the workers.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/exec/scan/referenced_trees.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

struct ScannedRows;

class BlockChange {
 public:
  virtual ~BlockChange() = default;

  // Changes the block: drops rows, or gives it another mount (mounts.h), with rows of its own or
  // without. Any thread.
  virtual void apply(ScannedRows& block) const = 0;
  // Whether there is another mount afterwards, and the trees it reads, if these are far.
  virtual bool mounts() const = 0;
  virtual ReferencedTreesPtr referenced_trees() const { return nullptr; }
  // Whether each row stays a row of the same tree, and their order.
  virtual bool keeps_trees() const { return false; }
  // What it attaches under that name, where that is a tree's rowid, place or generation; else null.
  virtual const plan::WindowCall* identity(std::string_view /*name*/) const { return nullptr; }
  // Whether it knows the block's rows by their numbers, which a filter before an explode changes.
  virtual bool knows_rows() const { return false; }
  // What apply() evaluates over the block, as it was before, and over the far trees.
  virtual std::vector<const RowExpr*> expressions() const = 0;
};
using BlockChangePtr = std::shared_ptr<const BlockChange>;

}  // namespace arbors::exec
