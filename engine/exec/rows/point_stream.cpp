#include "engine/exec/rows/point_stream.h"

#include <algorithm>

#include "engine/exec/scan/row_selector.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/evaluate/filter.h"

namespace arbors::exec {
namespace {

class PointRun : public RowRun {
 public:
  PointRun(const Segment& segment, batch::RowReaderPtr rows, std::uint32_t row)
      : segment_(segment), rows_(std::move(rows)), row_(row) {}

  std::uint32_t size() const override { return 1; }
  std::int64_t rowid(std::uint32_t) const override {
    return segment_.rowid(row_ - segment_.first_row);
  }
  std::uint64_t position(std::uint32_t) const override { return position_of(segment_, row_); }
  ColumnBlock column(const Path& path, std::uint32_t) override {
    batch::RowReader::Value value = rows_->value(path, row_);
    // The run's row 0 may lie in the midst of a vector whose other rows are not the run's: the
    // block begins before 0, in the arithmetic of its numbers.
    return {std::move(value.vector), 0 - value.row, value.row + 1};
  }
  batch::VectorPtr evaluate(const RowExpr& expr) override {
    const batch::Scope scope(rows_->batch());
    return expr::evaluate(*expr.expr(), {scope}, expr::Selection::run(row_, 1));
  }
  void tree(std::uint32_t, std::string& out) override { rows_->write_tree(row_, out); }

 private:
  const Segment& segment_;  // the source's, which the reader holds
  batch::RowReaderPtr rows_;
  std::uint32_t row_;
};

}  // namespace

PointReader::~PointReader() {
  if (rows_) rows_->settle();
}

const batch::RowReaderPtr& PointReader::rows_of(const Segment& segment) {
  batch::RowReaderPtr rows = open_(segment.batch);
  if (rows == rows_) return rows_;
  if (rows_) rows_->settle();
  return rows_ = std::move(rows);
}

RowRunPtr PointReader::open(const RowRef& place) {
  const Segment& segment = source_->segments()[place.segment];
  return std::make_unique<PointRun>(segment, rows_of(segment), place.row);
}

void PointReader::keep_passing(std::vector<RowRef>& places, const expr::Expr& condition) {
  std::erase_if(places, [&](const RowRef& place) {
    const batch::Scope scope(rows_of(source_->segments()[place.segment])->batch());
    expr::Selection row = expr::Selection::run(place.row, 1);
    expr::filter(condition, {scope}, row);
    return row.empty();
  });
}

}  // namespace arbors::exec
