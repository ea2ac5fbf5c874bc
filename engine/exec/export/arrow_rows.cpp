#include "engine/exec/export/arrow_rows.h"

#include <algorithm>
#include <numeric>

#include "engine/exec/scan/parallel_scan.h"
#include "engine/exec/stages/row_streams.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kEnoughRows = 16'384;  // not to wait for more
constexpr std::size_t kEnoughBytes = 32U << 20;
constexpr std::size_t kMostWindowBytes = 64U << 20;  // of more than one tree

}  // namespace

// The blocks of a scan as tables, in the scan's order.
class ArrowRows::Blocks {
 public:
  Blocks(const ArrowRelation& relation, const ExecutionContext& context)
      : relation_(relation),
        scan_(relation.relation().input, context),
        ahead_(scan_, paths_read(scan_.input(), relation.read()), context, preparation()),
        skip_(relation.relation().slice.offset),
        left_(relation.relation().slice.limit) {}
  ~Blocks() { scan_.settle(); }

  // Appends the next block's tables; false at the end.
  bool next(std::deque<ArrowTable>& out) {
    ScannedRows block;
    while (!(left_ && *left_ == 0) && ahead_.next(block)) {
      const std::uint64_t size = block.rows.size();
      const std::uint64_t first = std::min(skip_, size);
      const std::uint64_t count = left_ ? std::min(*left_, size - first) : size - first;
      skip_ -= first;
      if (left_) *left_ -= count;
      if (count == 0) continue;
      std::vector<ArrowTable> tables = take_prepared(block.index);
      if (tables.empty()) relation_.encode(block, cut(block.rows, first, count), tables);
      std::move(tables.begin(), tables.end(), std::back_inserter(out));
      return true;
    }
    return false;
  }

 private:
  // Rows that a slice may leave out are not worth a worker's time.
  ScanAhead::Prepare preparation() {
    if (relation_.relation().sliced()) return {};
    return [this](const ScannedRows& block) {
      std::vector<ArrowTable> tables;
      relation_.encode(block, block.rows, tables);
      const std::lock_guard lock(mutex_);
      prepared_[block.index] = std::move(tables);
    };
  }
  std::vector<ArrowTable> take_prepared(std::uint32_t index) {
    const std::lock_guard lock(mutex_);
    const auto found = prepared_.find(index);
    if (found == prepared_.end()) return {};
    std::vector<ArrowTable> tables = std::move(found->second);
    prepared_.erase(found);
    return tables;
  }

  const ArrowRelation& relation_;
  std::mutex mutex_;
  std::unordered_map<std::uint32_t, std::vector<ArrowTable>> prepared_;  // by block
  Scan scan_;
  ScanAhead ahead_;
  std::uint64_t skip_;
  std::optional<std::uint64_t> left_;
};

ArrowRows::ArrowRows(Relation relation, const ExecutionContext& context, std::size_t most_offset)
    : relation_(std::move(relation), context, most_offset),
      context_(context),
      enough_bytes_(std::min(most_offset, kEnoughBytes)) {
  if (!relation_.relation().picked) blocks_ = std::make_unique<Blocks>(relation_, context_);
}

ArrowRows::~ArrowRows() = default;

std::optional<ArrowTable> ArrowRows::next() {
  std::vector<ArrowTable> parts;
  std::uint64_t rows = 0;
  std::size_t bytes = 0;
  while (rows < kEnoughRows && bytes < enough_bytes_ && more()) {
    const ArrowTable& part = ready_.front();
    const std::size_t part_bytes = part.bytes();
    if (!parts.empty() && (rows + part.rows > kMostArrowRows || bytes + part_bytes > enough_bytes_))
      break;
    rows += part.rows;
    bytes += part_bytes;
    parts.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  if (parts.empty()) return std::nullopt;
  return parts.size() == 1 ? std::move(parts.front()) : concatenate(columns(), parts);
}

// Sees to it that a table is ready; false at the end.
bool ArrowRows::more() {
  while (ready_.empty()) {
    if (blocks_) {
      if (!blocks_->next(ready_)) return false;
      continue;
    }
    const std::uint64_t size = relation_.relation().picked->size();
    if (at_ >= size) return false;
    std::uint64_t count =
        std::min(size - at_, std::max<std::uint64_t>(context_.budgets.max_buffer_trees, 1));
    while (!window(count)) count = (count + 1) / 2;
    at_ += count;
  }
  return true;
}

// Gathers the next picked rows: encodes them segment by segment, then puts them in their order.
// False where they are too many to be held at once.
bool ArrowRows::window(std::uint64_t count) {
  const std::span<const RowRef> window =
      std::span(*relation_.relation().picked).subspan(at_, count);
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t left, std::uint32_t right) { return window[left] < window[right]; });
  std::vector<std::uint32_t> places(count);  // of each row among those that were encoded
  std::vector<ArrowTable> parts;
  std::size_t bytes = 0;
  std::uint32_t encoded = 0;
  for (std::size_t at = 0; at < count;) {
    context_.check_interrupt();
    const std::uint32_t segment = window[order[at]].segment;
    std::vector<std::uint32_t> rows;
    for (; at < count && window[order[at]].segment == segment; ++at) {
      const std::uint32_t row = window[order[at]].row;
      if (rows.empty() || rows.back() != row) rows.push_back(row), ++encoded;
      places[order[at]] = encoded - 1;
    }
    const std::size_t known = parts.size();
    relation_.encode(reopen(relation_.relation().input, segment, context_),
                     expr::Selection::list(std::move(rows)), parts);
    for (std::size_t i = known; i < parts.size(); ++i) bytes += parts[i].bytes();
    if (bytes > kMostWindowBytes && count > 1) return false;
  }
  const ArrowTable all = concatenate(columns(), parts);
  for (std::uint64_t first = 0; first < count; first += kMostArrowRows)
    ready_.push_back(pick(
        columns(), all,
        std::span(places).subspan(first, std::min<std::uint64_t>(count - first, kMostArrowRows))));
  return true;
}

}  // namespace arbors::exec
