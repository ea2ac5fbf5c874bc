#include "engine/exec/scan/row_selector.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

using RowidRange = std::pair<std::int64_t, std::int64_t>;

// Narrows an optional inclusive range to the span of an ascending set.
void narrow_to_set(std::optional<RowidRange>& range, const std::vector<std::int64_t>& set) {
  RowidRange bounds = set.empty() ? RowidRange{1, 0} : RowidRange{set.front(), set.back()};
  if (range) {
    bounds.first = std::max(bounds.first, range->first);
    bounds.second = std::min(bounds.second, range->second);
  }
  range = bounds;
}

bool in_range(const std::optional<RowidRange>& range, std::int64_t value) {
  return !range || (range->first <= value && value <= range->second);
}

bool in_set(const std::optional<std::vector<std::int64_t>>& set, std::int64_t value) {
  return !set || std::binary_search(set->begin(), set->end(), value);
}

std::int64_t last_position(const Segment& segment) {
  return static_cast<std::int64_t>(segment.position + segment.count) - 1;
}

RowidRange rowid_bounds(const Segment& segment, bool ascend) {
  if (segment.rowids.empty())
    return {segment.first_rowid, segment.first_rowid + static_cast<std::int64_t>(segment.rows) - 1};
  if (ascend) return {segment.rowids.front(), segment.rowids.back()};
  const auto [low, high] = std::minmax_element(segment.rowids.begin(), segment.rowids.end());
  return {*low, *high};
}

// Selects the rows in both ranges of a segment without dead rows or own rowids.
expr::Selection select_ranges(const Segment& segment, const plan::RowRestriction& restriction) {
  std::int64_t first = 0, last = static_cast<std::int64_t>(segment.rows) - 1;
  if (restriction.positions) {
    const auto base = static_cast<std::int64_t>(segment.position);
    first = std::max(first, std::max(restriction.positions->first, base) - base);
    last = std::min(last, std::min(restriction.positions->second, last_position(segment)) - base);
  }
  if (restriction.rowids) {
    const RowidRange bounds = rowid_bounds(segment, true);
    first = std::max(first, std::max(restriction.rowids->first, bounds.first) - bounds.first);
    last = std::min(last, std::min(restriction.rowids->second, bounds.second) - bounds.first);
  }
  if (first > last) return {};
  return expr::Selection::run(segment.first_row + static_cast<std::uint32_t>(first),
                              static_cast<std::uint32_t>(last - first + 1));
}

// Selects the rows that a set names, where row k of the segment is called base + k.
std::vector<std::uint32_t> select_set(const Segment& segment, const std::vector<std::int64_t>& set,
                                      std::int64_t base, const RowidRange& within) {
  std::vector<std::uint32_t> rows;
  const std::int64_t end =
      std::min(base + static_cast<std::int64_t>(segment.rows) - 1, within.second);
  for (auto at = std::lower_bound(set.begin(), set.end(), std::max(base, within.first));
       at != set.end() && *at <= end; ++at)
    rows.push_back(segment.first_row + static_cast<std::uint32_t>(*at - base));
  return rows;
}

}  // namespace

RowSelector::RowSelector(const TreeSource& source, const plan::RowRestriction& restriction)
    : segments_(source.segments()),
      restriction_(restriction),
      rowids_ascend_(source.rowids_ascend()),
      end_(segments_.size()) {
  if (restriction_.rowid_set) narrow_to_set(restriction_.rowids, *restriction_.rowid_set);
  if (restriction_.position_set) narrow_to_set(restriction_.positions, *restriction_.position_set);
  skip_to_first_position();
}

// Skips the segments that lie before the restriction by binary search, so that a point look-up
// costs the logarithm of the number of segments.
void RowSelector::skip_to_first_position() {
  const auto before = [&](const Segment& segment) {
    if (restriction_.positions && last_position(segment) < restriction_.positions->first)
      return true;
    return rowids_ascend_ && restriction_.rowids &&
           rowid_bounds(segment, rowids_ascend_).second < restriction_.rowids->first;
  };
  if (!restriction_.positions && !(rowids_ascend_ && restriction_.rowids)) return;
  at_ = static_cast<std::size_t>(std::partition_point(segments_.begin(), segments_.end(), before) -
                                 segments_.begin());
}

bool RowSelector::admits_segment(const Segment& segment) const {
  if (segment.count == 0) return false;
  if (restriction_.positions &&
      (static_cast<std::int64_t>(segment.position) > restriction_.positions->second ||
       last_position(segment) < restriction_.positions->first))
    return false;
  if (!restriction_.rowids) return true;
  const RowidRange bounds = rowid_bounds(segment, rowids_ascend_);
  return bounds.first <= restriction_.rowids->second && bounds.second >= restriction_.rowids->first;
}

std::vector<std::uint32_t> RowSelector::select_row_by_row(const Segment& segment) const {
  std::vector<std::uint32_t> rows;
  auto position = static_cast<std::int64_t>(segment.position);
  for (std::uint32_t k = 0; k < segment.rows; ++k) {
    if (!segment.is_live(k)) continue;
    const std::int64_t here = position++;
    if (!in_range(restriction_.positions, here)) continue;
    if (restriction_.rowids) {
      const std::int64_t rowid = segment.rowid(k);
      if (!in_range(restriction_.rowids, rowid) || !in_set(restriction_.rowid_set, rowid)) continue;
    }
    if (in_set(restriction_.position_set, here)) rows.push_back(segment.first_row + k);
  }
  return rows;
}

expr::Selection RowSelector::select(const Segment& segment) const {
  using expr::Selection;
  const bool simple = segment.live.empty() && segment.rowids.empty();
  if (!simple) return Selection::list(select_row_by_row(segment));
  const auto& [rowids, rowid_set, positions, position_set] = restriction_;
  if (!rowid_set && !position_set) return select_ranges(segment, restriction_);
  if (rowid_set && !positions)
    return Selection::list(select_set(segment, *rowid_set, segment.first_rowid, *rowids));
  if (position_set && !rowids)
    return Selection::list(select_set(segment, *position_set,
                                      static_cast<std::int64_t>(segment.position), *positions));
  return Selection::list(select_row_by_row(segment));
}

void RowSelector::visit(std::vector<std::uint32_t> segments) {
  visit_ = std::move(segments);
  at_ = 0;
  end_ = visit_.size();
}

bool RowSelector::next(SelectedRows& selected) {
  while (at_ < end_) {
    ++at_;
    const Segment& segment = segments_[segment_index()];
    if (visit_.empty() && past_the_end(segment)) {
      at_ = end_;
      return false;
    }
    if (!admits_segment(segment)) continue;
    selected.segment = &segment;
    selected.rows = select(segment);
    if (!selected.rows.empty()) return true;
  }
  return false;
}

bool RowSelector::past_the_end(const Segment& segment) const {
  if (restriction_.positions &&
      static_cast<std::int64_t>(segment.position) > restriction_.positions->second)
    return true;
  return rowids_ascend_ && restriction_.rowids && segment.count > 0 &&
         rowid_bounds(segment, rowids_ascend_).first > restriction_.rowids->second;
}

std::uint64_t position_of(const Segment& segment, std::uint32_t batch_row) {
  const std::uint32_t k = batch_row - segment.first_row;
  if (segment.live.empty()) return segment.position + k;
  std::uint64_t before = 0;
  for (std::uint32_t word = 0; word < (k >> 6); ++word)
    before += static_cast<std::uint64_t>(std::popcount(segment.live[word]));
  const std::uint64_t mask = (std::uint64_t{1} << (k & 63)) - 1;
  return segment.position + before +
         static_cast<std::uint64_t>(std::popcount(segment.live[k >> 6] & mask));
}

std::uint32_t nth_live(const Segment& segment, std::uint32_t n) {
  if (segment.live.empty()) return n;
  for (std::uint32_t word = 0; word < segment.live.size(); ++word) {
    std::uint64_t bits = segment.live[word];
    const auto ones = static_cast<std::uint32_t>(std::popcount(bits));
    if (n < ones) {
      while (n-- > 0) bits &= bits - 1;
      return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
    }
    n -= ones;
  }
  throw_corrupt("a segment has fewer live rows than it says");
}

}  // namespace arbors::exec
