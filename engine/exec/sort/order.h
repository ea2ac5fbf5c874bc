// Puts the rows of a scan in order: all of them, by ranks, or only the first k, by a heap whose
// threshold rules later batches out. Holds row references and keys, never trees.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/sort/ranked_values.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

// Sorts every row of the scan by the keys of `sort`, equal rows in their order. With `distinct`,
// gives the first row of each group of equal keys only. `columns`, where given, receives the keys
// that are paths and whose ranks tell their values, for the rows in their order.
std::vector<RowRef> order_all(const ScanInput& input, const plan::Sort& sort,
                              const ExecutionContext& context,
                              std::vector<SortedColumn>* columns = nullptr);

// Gives the first `count` rows of order_all, looking only at rows that can still be among them.
std::vector<RowRef> order_first(Scan& scan, const plan::Sort& sort, std::uint64_t count,
                                const ExecutionContext& context);

}  // namespace arbors::exec
