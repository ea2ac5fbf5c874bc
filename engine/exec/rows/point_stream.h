// Rows of a source read one by one, by their places: what repeated look-ups of a few rows cost
// little with, since segments stay open from one to the next.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/exec/rows/direct_run.h"
#include "engine/exec/rows/ordered_run.h"

namespace arbors::exec {

class PointReader {
 public:
  // `context` outlives the reader and its runs.
  PointReader(TreeSourcePtr source, const ExecutionContext& context)
      : source_(std::move(source)), context_(context) {}

  // Gives a run of that row alone.
  RowRunPtr open(const RowRef& place);
  // Gives those of the rows for which a condition is true.
  std::vector<RowRef> passing(const std::vector<RowRef>& places, const expr::Expr& condition);

 private:
  friend class PointRun;
  // All rows of a segment's batch, and the columns read of them so far.
  struct Home {
    std::unique_ptr<DirectRun> rows;
    std::vector<std::pair<Path, ColumnBlock>> columns;
  };

  const std::shared_ptr<Home>& home(std::uint32_t segment);

  TreeSourcePtr source_;
  const ExecutionContext& context_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Home>> homes_;  // by segment
};

class PointStream : public RowStream {
 public:
  // `reader` outlives the stream.
  PointStream(PointReader& reader, std::vector<RowRef> places)
      : reader_(reader), places_(std::move(places)) {}
  RowRunPtr next() override {
    return at_ < places_.size() ? reader_.open(places_[at_++]) : nullptr;
  }

 private:
  PointReader& reader_;
  std::vector<RowRef> places_;
  std::size_t at_ = 0;
};

}  // namespace arbors::exec
