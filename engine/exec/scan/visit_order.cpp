#include "engine/exec/scan/visit_order.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "engine/expr/deduce/path_statistics.h"
#include "engine/plan/window.h"

namespace arbors::exec {
namespace {

using batch::Statistics;
using batch::Tag;

// The best key that a segment may hold: first by class, then by number or text.
struct Promise {
  int rank = 0;  // of the class: 0 where nothing is known, or NULLs stand first
  double number = 0;
  std::string text;
};

struct NumberRange {
  bool any = false;
  double low = 0, high = 0;

  void add(double least, double greatest) {
    low = any ? std::min(low, least) : least;
    high = any ? std::max(high, greatest) : greatest;
    any = true;
  }
};

NumberRange numbers_of(const Statistics& statistics) {
  NumberRange range;
  if (statistics.count(Tag::False) != 0) range.add(0, 0);
  if (statistics.count(Tag::True) != 0) range.add(1, 1);
  if (statistics.count(Tag::Integer) != 0)
    range.add(static_cast<double>(statistics.integer_min),
              static_cast<double>(statistics.integer_max));
  if (statistics.count(Tag::Real) != 0 || statistics.count(Tag::BigNumber) != 0)
    range.add(statistics.real_min, statistics.real_max);
  return range;
}

// The classes in the order of a sort: numbers before texts, or texts before numbers.
constexpr int kFirst = 1, kSecond = 2, kLast = 3;

Promise least_of(const Statistics& statistics) {
  const NumberRange numbers = numbers_of(statistics);
  if (numbers.any) return {kFirst, numbers.low, {}};
  if (statistics.count(Tag::String) != 0) return {kSecond, 0, statistics.string_min};
  return {kLast, 0, {}};
}

Promise greatest_of(const Statistics& statistics) {
  if (statistics.count(Tag::String) != 0)
    return statistics.string_max_open ? Promise{} : Promise{kFirst, 0, statistics.string_max};
  const NumberRange numbers = numbers_of(statistics);
  if (numbers.any) return {kSecond, numbers.high, {}};
  return {kLast, 0, {}};
}

Promise promise_of(batch::BatchReader& batch, const plan::SortKey& key, const Path& path) {
  const expr::PathStatistics found = expr::path_statistics(batch, path);
  if (!found.known) return {};
  const Statistics* statistics = found.statistics;
  const bool nulls = statistics == nullptr || (statistics->kinds() & batch::kNullTags) != 0;
  if (nulls && !key.nulls_last) return {};
  if (statistics == nullptr) return {kLast, 0, {}};
  if ((statistics->kinds() & batch::kNestedTags) != 0) return {};
  return key.descending ? greatest_of(*statistics) : least_of(*statistics);
}

bool better(const Promise& left, const Promise& right, bool descending) {
  if (left.rank != right.rank) return left.rank < right.rank;
  const Promise &low = descending ? right : left, &high = descending ? left : right;
  return low.number != high.number ? low.number < high.number : low.text < high.text;
}

// Each row is a tree of the source, and the rows of a block ascend with them.
bool has_rows_of_trees(const ScanInput& input) {
  return std::ranges::all_of(input.steps, [](const ScanStep& step) {
    const auto* change = std::get_if<ChangeStep>(&step);
    return change != nullptr ? change->change->keeps_trees()
                             : std::holds_alternative<FilterStep>(step);
  });
}

bool sorts_by_place(const ScanInput& input, const plan::SortKey& key) {
  using By = plan::SortKey::By;
  using plan::WindowKind;
  if (!has_rows_of_trees(input)) return false;
  const plan::WindowCall* call = identity_read(key.expr, input);
  const auto reads = [&](WindowKind kind) {
    return call != nullptr && call->function->kind == kind;
  };
  if (key.by == By::Position || reads(WindowKind::Position)) return true;
  return (key.by == By::Rowid || reads(WindowKind::Rowid)) && input.source->rowids_ascend();
}

}  // namespace

VisitOrder::VisitOrder(const ScanInput& input, const plan::SortKey& key)
    : by_place_(sorts_by_place(input, key)), segments_(input.source->segments().size()) {
  std::iota(segments_.begin(), segments_.end(), 0U);
  const auto* read = key.expr ? key.expr->as<expr::PathRead>() : nullptr;
  // Where rows are named already, few batches are left to choose from.
  const bool named = input.restriction.rowid_set || input.restriction.position_set;
  if (!by_place_ && !named && read != nullptr && !read->path.through_array() &&
      input.keeps_rows()) {
    std::vector<Promise> promises;
    for (const Segment& segment : input.source->segments())
      promises.push_back(promise_of(*input.source->open_batch(segment.batch), key, read->path));
    std::stable_sort(segments_.begin(), segments_.end(),
                     [&](std::uint32_t left, std::uint32_t right) {
                       return better(promises[left], promises[right], key.descending);
                     });
  }
  lowest_after_.resize(segments_.size());
  auto lowest = static_cast<std::uint32_t>(segments_.size());
  for (std::size_t at = segments_.size(); at-- > 0;) {
    lowest_after_[segments_[at]] = lowest;
    lowest = std::min(lowest, segments_[at]);
  }
}

}  // namespace arbors::exec
