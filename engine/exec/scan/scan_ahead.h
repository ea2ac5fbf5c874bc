// A scan whose segments are filtered ahead of whoever reads them: the caller's thread fetches
// batches and loads their bytes, workers decode, filter and explode them, and the blocks come out
// in the scan's order, the same as without workers.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/exec/scan/read_path.h"
#include "engine/exec/scan/scan.h"

namespace arbors::exec {

class ScanAhead {
 public:
  // Something to be done with each block that a worker has narrowed, by that worker: blocks that
  // the caller reads without workers are not given to it.
  using Prepare = std::function<void(const ScannedRows& block)>;

  // Reads on from where `scan` stands, which outlives this. `paths`: what the scan's own filter and
  // steps read, the bounds, and `prepare`. Where threads do not pay, this is Scan::next.
  ScanAhead(Scan& scan, std::vector<ReadPath> paths, const ExecutionContext& context,
            Prepare prepare = {});
  ~ScanAhead();

  // As Scan::next. A bound holds for every segment that is fetched from now on; one that is weaker
  // than it could be by now costs time alone. An error of a segment comes where its rows would.
  bool next(ScannedRows& out, const expr::ExprPtr& bound = nullptr);

 private:
  class Crew;
  Scan& scan_;
  std::vector<ReadPath> paths_;
  Prepare prepare_;
  unsigned workers_;
  std::uint32_t alone_ = 0;     // segments that were read without the crew
  std::unique_ptr<Crew> crew_;  // once that pays
};

}  // namespace arbors::exec
