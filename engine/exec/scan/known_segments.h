// What statistics alone tell of a scan, before anything is read: the segments that a predicate
// rules out, and those whose every row passes, which a caller may not have to read either.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/scan/scan.h"
#include "engine/expr/deduce/prune.h"

namespace arbors::exec {

// Calls take(batch, rows, segment) with the number of rows of each segment that all pass; true says
// that it has no need to read them. Gives the other segments that are not ruled out, to be visited.
// Only for inputs without steps, which change rows.
template <typename Take>
std::vector<std::uint32_t> unknown_segments(const ScanInput& input, const ExecutionContext& context,
                                            const Take& take) {
  std::vector<std::uint32_t> unknown;
  RowSelector selector(*input.source, input.restriction);
  for (SelectedRows selected; selector.next(selected);) {
    context.check_interrupt();
    const batch::BatchReaderPtr batch = input.source->open_batch(selected.segment->batch);
    const expr::Verdict verdict =
        input.predicate ? expr::prune(*input.predicate, *batch) : expr::Verdict::Always;
    const auto segment = static_cast<std::uint32_t>(selector.segment_index());
    if (verdict == expr::Verdict::Never) {
      if (context.counters != nullptr) ++context.counters->batches_pruned;
    } else if (verdict != expr::Verdict::Always || !take(*batch, selected.rows.size(), segment)) {
      unknown.push_back(segment);
    }
  }
  return unknown;
}

}  // namespace arbors::exec
