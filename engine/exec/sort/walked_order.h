// The first rows of an order from a kept-up index of its first key: reads keys in their order, and
// only the rows that stand under them, until there are rows enough.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

class WalkedOrder {
 public:
  // Tells whether the scan's source offers the order that the sort begins with.
  static bool serves(const ScanInput& input, const plan::Sort& sort);

  // `sort` and `context` outlive the object.
  WalkedOrder(ScanInput input, const plan::Sort& sort, const ExecutionContext& context);

  // Appends to `rows`, which holds what earlier calls gave, until there are `count` of them or
  // more, or all there are. False where sorting all rows costs less, or the index no longer shows
  // the source's state: `rows` are the first of the order all the same, and there will be no more.
  bool extend(std::vector<RowRef>& rows, std::uint64_t count);
  bool complete() const { return keys_done_ && nulls_done_; }

 private:
  bool add_nulls(std::vector<RowRef>& rows, std::uint64_t wanted);
  bool add_keys(std::vector<RowRef>& rows, std::uint64_t wanted);
  expr::ExprPtr also(expr::ExprPtr condition) const;

  KeyOrderPtr order_;
  ScanInput input_;  // without the order
  const plan::Sort& sort_;
  const ExecutionContext& context_;
  std::uint64_t left_;         // rows that may be looked up yet
  std::uint64_t entries_ = 0;  // asked of the index the last time
  std::optional<Value> last_;  // key
  std::uint64_t nulls_ = 0;    // rows without a key that were given
  bool keys_done_ = false, nulls_done_;
};

}  // namespace arbors::exec
