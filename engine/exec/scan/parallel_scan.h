// A scan on several threads: the caller's thread fetches batches and loads their bytes, for only it
// may touch storage; workers filter, explode and use the blocks. The caller works along.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/exec/scan/read_path.h"
#include "engine/exec/scan/scan.h"

namespace arbors::exec {

// Calls use(worker, block) once a block with survivors, worker being 0 .. workers - 1; calls of one
// worker come one at a time. Blocks of one worker come in the source's order, but not alternating.
// The first exception stops all and is thrown.
void parallel_scan(Scan& scan, std::span<const ReadPath> paths, unsigned workers,
                   const std::function<void(unsigned worker, ScannedRows& block)>& use);

// Tells whether threads may share a scan, and there are enough trees to be worth it.
bool parallel_scan_pays(const ScanInput& input, const ExecutionContext& context);

// The paths of the scan's batches that its predicate, steps and the given expressions read.
std::vector<ReadPath> paths_read(const ScanInput& input,
                                 std::span<const RowExpr* const> expressions);

}  // namespace arbors::exec
