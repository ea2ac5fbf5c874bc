// Puts the rows of a scan in order: all of them, by ranks, or only the first k, by a heap whose
// threshold rules later batches out. Holds row references and keys, never trees.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/sort/kept_rows.h"
#include "engine/exec/sort/ranked_values.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

// Rows in an order, as the numbers of those that a scan kept: a reference takes more.
class OrderedRows {
 public:
  OrderedRows() = default;
  OrderedRows(KeptRows kept, std::vector<std::uint32_t> order)
      : kept_(std::move(kept)), order_(std::move(order)) {}

  std::size_t size() const { return order_.size(); }
  std::vector<RowRef> cut(std::size_t first, std::size_t count) const {
    return kept_.in_order(std::span(order_).subspan(first, count));
  }

 private:
  KeptRows kept_;
  std::vector<std::uint32_t> order_;
};

// Sorts every row of the scan by the keys of `sort`, equal rows in their order. With `distinct`,
// gives the first row of each group of equal keys only. `columns`, where given, receives the keys
// that are paths and whose ranks tell their values, for the rows in their order.
OrderedRows order_all(const ScanInput& input, const plan::Sort& sort,
                      const ExecutionContext& context,
                      std::vector<SortedColumn>* columns = nullptr);

// Gives the first `count` rows of order_all, looking only at rows that can still be among them.
std::vector<RowRef> order_first(Scan& scan, const plan::Sort& sort, std::uint64_t count,
                                const ExecutionContext& context);

}  // namespace arbors::exec
