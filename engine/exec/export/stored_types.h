// What the statistics of a scan's source say of paths of its rows.
#pragma once

#include <span>

#include "engine/exec/export/seen_values.h"
#include "engine/exec/scan/scan.h"

namespace arbors::exec {

struct StoredTypes {
  const RowExpr* expr;  // a path alone
  SeenValues seen = {};
  // False where statistics do not tell: where some batch keeps what the path leads through as text,
  // or an object where an array is exploded.
  bool known = true;
};

// Sees what is stored at each path, in any tree of the source, batch by batch; no row is read but
// where trees were taken out of a batch whose statistics would tell something new. The scan's steps
// make no new trees.
void see_stored(const ScanInput& input, std::span<StoredTypes> paths);

}  // namespace arbors::exec
