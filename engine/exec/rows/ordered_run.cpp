#include "engine/exec/rows/ordered_run.h"

#include <algorithm>
#include <numeric>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/scan/reshape.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

constexpr std::uint64_t kTextBytes = 16U << 20;  // texts of a window's trees held in memory

// Sorts numbers by a key below `keys` that each has, equal ones in their order.
template <typename KeyOf>
std::vector<std::uint32_t> counted(const std::vector<std::uint32_t>& numbers, std::size_t keys,
                                   KeyOf key_of) {
  std::vector<std::uint32_t> ends(keys + 1, 0);
  for (const std::uint32_t number : numbers) ++ends[key_of(number) + std::size_t{1}];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> order(numbers.size());
  for (const std::uint32_t number : numbers) order[ends[key_of(number)]++] = number;
  return order;
}

// Orders a window by segment and row: by counting, unless it is small beside what it spans.
std::vector<std::uint32_t> by_place(std::span<const RowRef> window) {
  std::vector<std::uint32_t> order(window.size());
  std::iota(order.begin(), order.end(), 0U);
  std::uint32_t segment = 0, row = 0;
  for (const RowRef& place : window) {
    segment = std::max(segment, place.segment);
    row = std::max(row, place.row);
  }
  if (std::max(segment, row) / 4 < window.size()) {
    order = counted(order, row + std::size_t{1}, [&](std::uint32_t i) { return window[i].row; });
    return counted(order, segment + std::size_t{1},
                   [&](std::uint32_t i) { return window[i].segment; });
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    const RowRef &a = window[left], &b = window[right];
    return a.segment != b.segment ? a.segment < b.segment : a.row < b.row;
  });
  return order;
}

}  // namespace

OrderedRun::OrderedRun(const ScanInput& input, std::vector<RowRef> rows, TreeShapePtr shape,
                       const ExecutionContext& context)
    : input_(input), rows_(std::move(rows)), shape_(std::move(shape)), context_(context) {}

void OrderedRun::for_each_block(const Visit& visit) {
  if (by_place_.empty()) by_place_ = by_place(rows_);
  const Places& order = by_place_;
  for (std::size_t at = 0; at < order.size();) {
    context_.check_interrupt();
    const std::uint32_t segment = rows_[order[at]].segment;
    std::vector<std::uint32_t> rows;
    Places among, places;
    for (; at < order.size() && rows_[order[at]].segment == segment; ++at) {
      const std::uint32_t row = rows_[order[at]].row;
      if (rows.empty() || rows.back() != row) rows.push_back(row);
      among.push_back(static_cast<std::uint32_t>(rows.size()) - 1);
      places.push_back(order[at]);
    }
    ScannedRows block = reopen(input_, segment, context_);
    visit(block, expr::Selection::list(std::move(rows)), among, places);
  }
}

// The row of the segment's batch that a row is or comes from.
std::uint32_t OrderedRun::tree_row(std::uint32_t row) const {
  if (input_.keeps_rows()) return rows_[row].row;
  const ScannedRows block = reopen(input_, rows_[row].segment, context_);
  return block.tree_of(rows_[row].row);
}

std::int64_t OrderedRun::rowid(std::uint32_t row) const {
  const Segment& home = input_.source->segments()[rows_[row].segment];
  return home.rowid(tree_row(row) - home.first_row);
}

std::uint64_t OrderedRun::position(std::uint32_t row) const {
  return position_of(input_.source->segments()[rows_[row].segment], tree_row(row));
}

batch::VectorPtr OrderedRun::evaluate(const RowExpr& expr) {
  batch::VectorBuilder builder;
  builder.resize(size());
  for_each_block(
      [&](ScannedRows& block, const auto& rows, const Places& among, const Places& places) {
        builder.place(*block.evaluate(expr, rows), among, places);
      });
  return builder.finish();
}

ColumnBlock OrderedRun::column(const Path& path, std::uint32_t) {
  for (const auto& [known, values] : known_)
    if (known == path) return {values, 0, size()};
  const expr::ExprPtr value = shape_->shape().resolve(expr::path(path));
  if (value) return {evaluate(RowExpr(value)), 0, size()};
  batch::VectorBuilder builder;
  builder.resize(size());
  for_each_block([&](ScannedRows& block, const expr::Selection& rows, const Places& among,
                     const Places& places) {
    block.rows = rows;
    builder.place(*reshaped_path(shape_, block, path, context_), among, places);
  });
  return {builder.finish(), 0, size()};
}

void OrderedRun::tree(std::uint32_t row, std::string& out) {
  write_trees();
  texts_->read(trees_[row], out);
}

void OrderedRun::write_trees() {
  if (texts_) return;
  TextHeap texts(kTextBytes);
  trees_.resize(size());
  std::string text;
  for_each_block([&](ScannedRows& block, const expr::Selection& rows, const Places& among,
                     const Places& places) {
    ShapedTrees trees(shape_, block, rows, context_);
    for (std::size_t i = 0; i < places.size(); ++i) {
      text.clear();
      trees.write(among[i], text);
      trees_[places[i]] = texts.add(text);
    }
  });
  texts_ = std::move(texts);
}

}  // namespace arbors::exec
