// The streams that a relation's rows come out of: in the scan's order, in one that is known, or in
// one made by sorting.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/rows/row_run.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/scan/scan_ahead.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/sort/order.h"
#include "engine/exec/sort/walked_order.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

// Hands out the rows of a scan as they come, cut to a slice. Stops reading when it is full; batches
// that nobody asked for by its end count as skipped.
class ScanStream : public RowStream {
 public:
  ScanStream(const ScanInput& input, const plan::Slice& slice, TreeShapePtr shape,
             const ExecutionContext& context);
  ~ScanStream() override { scan_.settle(); }
  RowRunPtr next() override;

 private:
  Scan scan_;
  std::optional<ScanAhead> ahead_;  // where rows are filtered or exploded
  std::uint64_t skip_;
  std::optional<std::uint64_t> left_;
  TreeShapePtr shape_;
  const ExecutionContext& context_;
};

// Hands out given rows in windows that grow.
class PickedStream : public RowStream {
 public:
  PickedStream(ScanInput input, std::vector<RowRef> rows, TreeShapePtr shape,
               const ExecutionContext& context);
  RowRunPtr next() override;

 private:
  ScanInput input_;
  std::vector<RowRef> rows_;
  TreeShapePtr shape_;
  const ExecutionContext& context_;
  std::uint64_t at_ = 0;
  std::uint64_t window_;
};

// Hands out the rows of a scan in sorted order, cut to a slice. Sorts when first asked; where only
// the beginning may be wanted (`expected_rows`, a large source, or one that offers the order by an
// index), finds that first and sorts the rest when more is asked for.
class OrderedStream : public RowStream {
 public:
  OrderedStream(ScanInput input, plan::Sort sort, const plan::Slice& slice,
                std::uint64_t expected_rows, const ExecutionContext& context);
  RowRunPtr next() override;

 private:
  void order(std::uint64_t needed);
  std::uint64_t wanted() const;

  ScanInput input_;
  plan::Sort sort_;
  plan::Slice slice_;
  TreeShapePtr shape_;           // whole trees
  std::uint64_t expected_rows_;  // 0: not known
  const ExecutionContext& context_;
  std::optional<WalkedOrder> walked_;  // while rows_ comes from an index
  std::vector<RowRef> rows_;           // from the first row of the order on
  std::optional<OrderedRows> sorted_;  // all of them, instead
  std::vector<SortedColumn> columns_;  // of sorted_
  bool complete_ = false;              // there is every row that the slice can want
  std::uint64_t at_;                   // the next row to hand out
  std::uint64_t window_;
};

// Beyond this many rows a heap of candidates costs more than sorting all.
inline constexpr std::uint64_t kMostHeapRows = 16'384;

// Cuts `count` rows from `first` on.
expr::Selection cut(const expr::Selection& rows, std::uint64_t first, std::uint64_t count);

}  // namespace arbors::exec
