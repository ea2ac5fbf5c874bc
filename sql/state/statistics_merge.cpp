#include "sql/state/statistics_merge.h"

#include <algorithm>

namespace arbors::store {

namespace {

using batch::Statistics;
using batch::Tag;

bool same_bounds(const Statistics& a, const Statistics& b) {
  return a.integer_min == b.integer_min && a.integer_max == b.integer_max &&
         a.real_min == b.real_min && a.real_max == b.real_max && a.string_min == b.string_min &&
         a.string_max == b.string_max;
}

// Takes values as repeated where the batches' bounds agree or few were distinct, as new otherwise.
std::uint32_t merge_distinct(const Statistics& a, const Statistics& b) {
  const bool repeated = same_bounds(a, b) || b.distinct < b.rows / 4;
  const std::uint64_t sum = std::uint64_t{a.distinct} + b.distinct;
  return repeated ? std::max(a.distinct, b.distinct)
                  : static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX));
}

void merge_strings(Statistics& into, const Statistics& from) {
  if (from.count(Tag::String) == 0) return;
  const bool first = into.count(Tag::String) == 0;
  if (first || from.string_min < into.string_min) into.string_min = from.string_min;
  if (first || from.string_max > into.string_max) into.string_max = from.string_max;
  into.string_max_open |= from.string_max_open;
  into.numeric_strings |= from.numeric_strings;
  into.ascii_strings &= from.ascii_strings;
}

}  // namespace

void StatisticsMerge::add(const Statistics& from) {
  if (empty_) {
    total_ = from;
    total_.string_filter.clear();
    empty_ = false;
    return;
  }
  total_.distinct = merge_distinct(total_, from);
  merge_strings(total_, from);
  if (from.count(Tag::Integer) > 0) {
    const bool first = total_.count(Tag::Integer) == 0;
    total_.integer_min = first ? from.integer_min : std::min(total_.integer_min, from.integer_min);
    total_.integer_max = first ? from.integer_max : std::max(total_.integer_max, from.integer_max);
    if (!from.integer_sum) total_.integer_sum.reset();
    if (total_.integer_sum) *total_.integer_sum += *from.integer_sum;
  }
  if (from.count(Tag::Real) + from.count(Tag::BigNumber) > 0) {
    const bool first = total_.count(Tag::Real) + total_.count(Tag::BigNumber) == 0;
    total_.real_min = first ? from.real_min : std::min(total_.real_min, from.real_min);
    total_.real_max = first ? from.real_max : std::max(total_.real_max, from.real_max);
  }
  total_.rows += from.rows;
  for (unsigned tag = 0; tag < batch::kTags; ++tag) total_.counts[tag] += from.counts[tag];
}

}  // namespace arbors::store
