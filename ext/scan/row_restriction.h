// Rows by their names: what a scan's conditions say of rowids and positions, and where those rows
// are that they name one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/plan/logical_plan.h"
#include "ext/scan/scan_request.h"

namespace arbors::ext {

// Those rows that the conditions on rowid and _index admit; where a right side is not plain, more.
plan::RowRestriction row_restriction(const ScanRequest& request);

// The rowids, ascending, that the rows are among, where they are at most `most` and no position is
// asked for; else nullopt.
std::optional<std::vector<std::int64_t>> named_rowids(const plan::RowRestriction& rows,
                                                      std::size_t most);

// Where the rows are, in order, if at most `most` are named; else nullopt.
std::optional<std::vector<exec::RowRef>> named_places(store::Snapshot& snapshot,
                                                      const plan::RowRestriction& rows,
                                                      std::size_t most);

// Restricts the rows to those of some places besides.
void keep_places(plan::RowRestriction& rows, const exec::TreeSource& source,
                 const std::vector<exec::RowRef>& places);

}  // namespace arbors::ext
