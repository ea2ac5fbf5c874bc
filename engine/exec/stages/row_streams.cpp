#include "engine/exec/stages/row_streams.h"

#include <algorithm>

#include "engine/exec/rows/direct_run.h"
#include "engine/exec/scan/parallel_scan.h"

namespace arbors::exec {
namespace {

// Sources above this size are not sorted whole before somebody asks for more than kFirstRows.
constexpr std::uint64_t kLargeSource = 20'000;
constexpr std::uint64_t kFirstRows = 256;

// Rows that an index is asked for before anybody has asked for more.
constexpr std::uint64_t kFirstWalked = 4;

std::vector<RowRef> cut(const std::vector<RowRef>& rows, std::uint64_t first, std::uint64_t count) {
  const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

// Windows grow to the buffer's budget.
std::uint64_t after_window(std::uint64_t window, const ExecutionContext& context) {
  return std::min(window * 16, std::max<std::uint64_t>(context.budgets.max_buffer_trees, 1));
}

TreeShapePtr whole_trees() { return std::make_shared<const TreeShape>(plan::RowShape()); }

}  // namespace

expr::Selection cut(const expr::Selection& rows, std::uint64_t first, std::uint64_t count) {
  if (first == 0 && count == rows.size()) return rows;
  if (rows.is_run())
    return expr::Selection::run(rows.first() + static_cast<std::uint32_t>(first),
                                static_cast<std::uint32_t>(count));
  const auto part = rows.rows().subspan(first, count);
  return expr::Selection::list({part.begin(), part.end()});
}

ScanStream::ScanStream(const ScanInput& input, const plan::Slice& slice, TreeShapePtr shape,
                       const ExecutionContext& context)
    : scan_(input, context),
      skip_(slice.offset),
      left_(slice.limit),
      shape_(std::move(shape)),
      context_(context) {
  if (input.predicate || !input.steps.empty())
    ahead_.emplace(scan_, paths_read(input, {}), context);
}

RowRunPtr ScanStream::next() {
  ScannedRows scanned;
  while (!(left_ && *left_ == 0) && (ahead_ ? ahead_->next(scanned) : scan_.next(scanned))) {
    const std::uint64_t size = scanned.rows.size();
    const std::uint64_t first = std::min(skip_, size);
    const std::uint64_t count = left_ ? std::min(*left_, size - first) : size - first;
    skip_ -= first;
    if (count == 0) continue;
    if (left_) *left_ -= count;
    scanned.rows = cut(scanned.rows, first, count);
    return std::make_unique<DirectRun>(scan_.source(), std::move(scanned), shape_, context_);
  }
  return nullptr;
}

PickedStream::PickedStream(ScanInput input, std::vector<RowRef> rows, TreeShapePtr shape,
                           const ExecutionContext& context)
    : input_(std::move(input)),
      rows_(std::move(rows)),
      shape_(std::move(shape)),
      context_(context),
      window_(kFirstRows) {}

RowRunPtr PickedStream::next() {
  const std::uint64_t last = std::min<std::uint64_t>(rows_.size(), at_ + window_);
  if (at_ >= last) return nullptr;
  std::vector<RowRef> rows = cut(rows_, at_, last - at_);
  at_ = last;
  window_ = after_window(window_, context_);
  return std::make_unique<OrderedRun>(input_, std::move(rows), shape_, context_);
}

OrderedStream::OrderedStream(ScanInput input, plan::Sort sort, const plan::Slice& slice,
                             std::uint64_t expected_rows, const ExecutionContext& context)
    : input_(std::move(input)),
      sort_(std::move(sort)),
      slice_(slice),
      shape_(whole_trees()),
      expected_rows_(expected_rows),
      context_(context),
      at_(slice.offset),
      window_(expected_rows > 0 ? expected_rows : kFirstRows) {
  if (sort_.limit) {
    const std::uint64_t left = *sort_.limit - std::min(*sort_.limit, slice.offset);
    slice_.limit = std::min(slice_.limit.value_or(UINT64_MAX), left);
  }
  if (!WalkedOrder::serves(input_, sort_)) return;
  walked_.emplace(input_, sort_, context_);
  if (expected_rows == 0) window_ = kFirstWalked;
}

// The number of rows, from the first of the order, that the slice can want.
std::uint64_t OrderedStream::wanted() const {
  if (!slice_.limit || *slice_.limit > UINT64_MAX - slice_.offset) return UINT64_MAX;
  return slice_.offset + *slice_.limit;
}

void OrderedStream::order(std::uint64_t needed) {
  const std::uint64_t most = wanted();
  if (walked_) {
    if (walked_->extend(rows_, std::min(most, needed))) {
      complete_ = walked_->complete() || rows_.size() >= most;
      return;
    }
    walked_.reset();
    rows_.clear();
  }
  const bool is_first = rows_.empty() && !sort_.grouped && needed <= kMostHeapRows &&
                        (expected_rows_ > 0 || input_.source->trees() > kLargeSource);
  if (!sort_.distinct && (most <= kMostHeapRows || is_first)) {
    const std::uint64_t count = std::min(most, needed);
    Scan scan(input_, context_);
    rows_ = order_first(scan, sort_, count, context_);
    complete_ = count == most || rows_.size() < count;
    return;
  }
  sorted_ = order_all(input_, sort_, context_, &columns_);
  rows_ = {};
  complete_ = true;
}

RowRunPtr OrderedStream::next() {
  if (at_ > UINT64_MAX - window_) return nullptr;
  const std::uint64_t end = std::min(wanted(), at_ + window_);
  if (end > rows_.size() && !complete_) order(end);
  const std::uint64_t last = std::min<std::uint64_t>(end, sorted_ ? sorted_->size() : rows_.size());
  if (at_ >= last) return nullptr;
  const std::uint64_t count = last - at_;
  auto run = std::make_unique<OrderedRun>(
      input_, sorted_ ? sorted_->cut(at_, count) : cut(rows_, at_, count), shape_, context_);
  for (const SortedColumn& column : columns_)
    run->set_column(column.path, column.values.values(column.ranks.cut(at_, count)));
  at_ = last;
  window_ = after_window(window_, context_);
  return run;
}

}  // namespace arbors::exec
