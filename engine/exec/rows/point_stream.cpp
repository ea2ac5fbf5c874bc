#include "engine/exec/rows/point_stream.h"

#include <algorithm>

#include "engine/exec/scan/tree_shape.h"
#include "engine/expr/filter.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kMostHomes = 64;  // whose decoded columns are held at once

}  // namespace

class PointRun : public RowRun {
 public:
  PointRun(std::shared_ptr<PointReader::Home> home, std::uint32_t row)
      : home_(std::move(home)), row_(row) {}

  std::uint32_t size() const override { return 1; }
  std::int64_t rowid(std::uint32_t) const override { return home_->rows->rowid(row_); }
  std::uint64_t position(std::uint32_t) const override { return home_->rows->position(row_); }
  ColumnBlock column(const Path& path, std::uint32_t) override;
  batch::VectorPtr evaluate(const RowExpr& expr) override {
    return home_->rows->block().evaluate(expr, expr::Selection::run(row_, 1));
  }
  void tree(std::uint32_t, std::string& out) override { home_->rows->tree(row_, out); }

 private:
  std::shared_ptr<PointReader::Home> home_;
  std::uint32_t row_;
};

ColumnBlock PointRun::column(const Path& path, std::uint32_t) {
  auto& columns = home_->columns;
  auto known = std::find_if(columns.begin(), columns.end(),
                            [&](const auto& column) { return column.first == path; });
  if (known == columns.end()) known = columns.insert(known, {path, {}});
  ColumnBlock& block = known->second;
  if (row_ - block.first >= block.count) block = home_->rows->column(path, row_);
  // The run's row 0 lies in the midst of the block, whose other rows are not the run's: it begins
  // before 0, in the arithmetic of its numbers.
  return {block.vector, block.first - row_, block.count};
}

const std::shared_ptr<PointReader::Home>& PointReader::home(std::uint32_t segment) {
  if (homes_.size() > kMostHomes) homes_.clear();
  std::shared_ptr<Home>& home = homes_[segment];
  if (!home) {
    static const TreeShapePtr kWhole = std::make_shared<const TreeShape>(plan::RowShape());
    home = std::make_shared<Home>();
    home->rows = std::make_unique<DirectRun>(
        source_, reopen({source_, {}, nullptr, {}}, segment, context_), kWhole, context_);
  }
  return home;
}

RowRunPtr PointReader::open(const RowRef& place) {
  return std::make_unique<PointRun>(home(place.segment), place.row);
}

std::vector<RowRef> PointReader::passing(const std::vector<RowRef>& places,
                                         const expr::Expr& condition) {
  std::vector<RowRef> kept;
  for (const RowRef& place : places) {
    const batch::Scope scope(*home(place.segment)->rows->block().batch);
    expr::Selection row = expr::Selection::run(place.row, 1);
    expr::filter(condition, {scope}, row);
    if (!row.empty()) kept.push_back(place);
  }
  return kept;
}

}  // namespace arbors::exec
