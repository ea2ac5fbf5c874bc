// Rows of a source read one by one, by their places: what look-ups of a few rows cost little with,
// since they need no plan, and batches stay open from one to the next.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "engine/batch/trees/row_reader.h"
#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/rows/row_run.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

class PointReader {
 public:
  // Opens a batch of the source; asked again with each row, so that whoever keeps batches open can
  // let go of them in time.
  using Open = std::function<batch::RowReaderPtr(BatchId)>;

  PointReader(TreeSourcePtr source, Open open)
      : source_(std::move(source)), open_(std::move(open)) {}
  PointReader(const PointReader&) = delete;
  PointReader& operator=(const PointReader&) = delete;
  ~PointReader();

  // Gives a run of that row alone.
  RowRunPtr open(const RowRef& place);
  // Leaves those of the rows for which a condition is true.
  void keep_passing(std::vector<RowRef>& places, const expr::Expr& condition);

 private:
  const batch::RowReaderPtr& rows_of(const Segment& segment);

  TreeSourcePtr source_;
  Open open_;
  batch::RowReaderPtr rows_;  // of the batch read last
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
