#include <algorithm>
#include <numeric>

#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/parallel_scan.h"
#include "engine/exec/scan/scan_ahead.h"
#include "engine/exec/scan/visit_order.h"
#include "engine/exec/sort/order.h"
#include "engine/exec/sort/sort_key_values.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

// Rows pushed before the threshold is applied again to the rest of a batch.
constexpr std::uint32_t kChunk = 1024;

struct Candidate {
  std::vector<Value> keys;
  RowRef row;
};

int compare_keys(const plan::SortKey& key, const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) {
    if (left.is_null() && right.is_null()) return 0;
    return left.is_null() == key.nulls_last ? 1 : -1;
  }
  const int order = compare(left, right, key.collation);
  return key.descending ? -order : order;
}

struct ComesBefore {
  const plan::Sort& sort;
  bool operator()(const Candidate& left, const Candidate& right) const {
    for (std::size_t i = 0; i < sort.keys.size(); ++i) {
      const int order = compare_keys(sort.keys[i], left.keys[i], right.keys[i]);
      if (order != 0) return order < 0;
    }
    return left.row < right.row;
  }
};

// The best `count` candidates so far, the worst of them on top.
class Best {
 public:
  Best(const plan::Sort& sort, std::uint64_t count) : sort_(sort), count_(count), before_{sort} {}

  void offer(Candidate candidate) {
    if (heap_.size() < count_) {
      heap_.push_back(std::move(candidate));
      std::push_heap(heap_.begin(), heap_.end(), before_);
    } else if (before_(candidate, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), before_);
      heap_.back() = std::move(candidate);
      std::push_heap(heap_.begin(), heap_.end(), before_);
    }
  }

  // A predicate that every row from `next` on in the source's order which can still enter
  // satisfies; null while all can.
  expr::ExprPtr threshold(const RowRef& next) const {
    const plan::SortKey& key = sort_.keys.front();
    if (heap_.size() < count_ || key.by != plan::SortKey::By::Expression) return nullptr;
    const Value& worst = heap_.front().keys.front();
    // A row with an equal only key enters where it comes before the worst.
    const bool ties = sort_.keys.size() > 1 || next < heap_.front().row;
    if (worst.is_null()) {
      if (key.nulls_last) return ties ? nullptr : expr::is_null(key.expr, true);
      return ties ? expr::is_null(key.expr) : expr::boolean(false);
    }
    if (worst.kind == ValueKind::Blob) return nullptr;
    using expr::Comparison;
    const Comparison op = key.descending ? (ties ? Comparison::GreaterEqual : Comparison::Greater)
                                         : (ties ? Comparison::LessEqual : Comparison::Less);
    expr::ExprPtr better =
        expr::compare(op, key.expr, expr::constant(worst), key.collation, expr::Coercion::None);
    if (key.nulls_last) return better;
    return expr::or_any({std::move(better), expr::is_null(key.expr)});
  }

  std::vector<RowRef> finish() {
    std::sort_heap(heap_.begin(), heap_.end(), before_);
    std::vector<RowRef> rows;
    for (const Candidate& candidate : heap_) rows.push_back(candidate.row);
    return rows;
  }

 private:
  const plan::Sort& sort_;
  std::uint64_t count_;
  ComesBefore before_;
  std::vector<Candidate> heap_;
};

// Sorting by rowid or position needs no keys: takes rows as they come, or from behind.
std::vector<RowRef> first_by_place(Scan& scan, bool descending, std::uint64_t count) {
  const auto segments = static_cast<std::uint32_t>(scan.source()->segments().size());
  if (descending) {
    std::vector<std::uint32_t> backward(segments);
    std::iota(backward.rbegin(), backward.rend(), 0U);
    scan.visit(std::move(backward));
  }
  std::vector<RowRef> rows;
  ScannedRows scanned;
  while (rows.size() < count && scan.next(scanned)) {
    const std::uint32_t found = scanned.rows.size();
    for (std::uint32_t i = 0; i < found && rows.size() < count; ++i)
      rows.push_back({scanned.index, scanned.rows[descending ? found - 1 - i : i]});
  }
  scan.settle();
  return rows;
}

expr::Selection split_front(expr::Selection& rows, std::uint32_t count) {
  count = std::min(count, rows.size());
  std::vector<std::uint32_t> front, rest;
  for (std::uint32_t i = 0; i < rows.size(); ++i) (i < count ? front : rest).push_back(rows[i]);
  rows = expr::Selection::list(std::move(rest));
  return expr::Selection::list(std::move(front));
}

}  // namespace

std::vector<RowRef> order_first(Scan& scan, const plan::Sort& sort, std::uint64_t count,
                                const ExecutionContext& context) {
  if (count == 0) return {};
  const VisitOrder visits(scan.input(), sort.keys.front());
  if (visits.by_place()) return first_by_place(scan, sort.keys.front().descending, count);
  scan.visit(visits.segments());
  Best best(sort, count);
  ScannedRows scanned;
  expr::ExprPtr threshold;
  const SortKeyValues key_values(sort);
  ScanAhead ahead(scan, paths_read(scan.input(), key_values.expressions()), context);
  while (ahead.next(scanned, threshold)) {
    while (!scanned.rows.empty()) {
      const expr::Selection chunk = split_front(scanned.rows, kChunk);
      std::vector<batch::VectorPtr> keys;
      for (std::size_t key = 0; key < sort.keys.size(); ++key)
        keys.push_back(key_values.values(key, scanned, chunk));
      for (std::uint32_t i = 0; i < chunk.size(); ++i) {
        Candidate candidate{{}, {scanned.index, chunk[i]}};
        for (const batch::VectorPtr& key : keys) candidate.keys.push_back(batch::value_at(*key, i));
        best.offer(std::move(candidate));
      }
      if (scanned.rows.empty()) break;
      threshold = best.threshold({scanned.index, scanned.rows[0]});
      if (threshold) scanned.filter(RowExpr(threshold));
    }
    threshold = best.threshold({visits.lowest_after(scanned.index), 0});
  }
  return best.finish();
}

}  // namespace arbors::exec
