// Stages that choose and order rows by their place: on positions alone where the rows are a
// source's own, so that nothing is read; else on the list of rows.
#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "engine/base/error.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/exec/stages/pcg_random.h"
#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {
namespace {

void keep_positions(Relation& relation, std::uint64_t first, std::uint64_t count) {
  relation.input.restriction.positions = {static_cast<std::int64_t>(first),
                                          static_cast<std::int64_t>(first + count) - 1};
}

// The row of the source's tree at a position.
RowRef row_at(const TreeSource& source, std::uint64_t position) {
  const auto segments = source.segments();
  const auto after = std::upper_bound(
      segments.begin(), segments.end(), position,
      [](std::uint64_t at, const Segment& segment) { return at < segment.position; });
  // Segments without trees share the position of the next one: the last that begins here has some.
  const Segment& home = *(after - 1);
  plan::RowRestriction only;
  only.positions = {static_cast<std::int64_t>(position), static_cast<std::int64_t>(position)};
  const expr::Selection row = RowSelector(source, only).rows_of(home);
  return {static_cast<std::uint32_t>(&home - segments.data()), row[0]};
}

std::uint64_t place_of(std::int64_t position, std::uint64_t count, const char* stage) {
  const std::int64_t from_start =
      position < 0 ? position + static_cast<std::int64_t>(count) : position;
  if (from_start < 0 || static_cast<std::uint64_t>(from_start) >= count)
    throw_invalid(std::string(stage) + ": position " + std::to_string(position) +
                  " is out of range (there are " + std::to_string(count) + " trees)");
  return static_cast<std::uint64_t>(from_start);
}

}  // namespace

void slice_rows(Relation& relation, const plan::Slice& slice, const ExecutionContext&) {
  const auto kept = [&](std::uint64_t count) {
    const std::uint64_t first = std::min(slice.offset, count);
    return std::pair(first, std::min(slice.limit.value_or(count), count - first));
  };
  if (relation.picked) {
    const auto [first, count] = kept(relation.picked->size());
    const auto begin = relation.picked->begin() + static_cast<std::ptrdiff_t>(first);
    relation.picked = std::vector<RowRef>(begin, begin + static_cast<std::ptrdiff_t>(count));
  } else if (relation.is_positional()) {
    const auto [first, all] = positions_of(relation);
    const auto [skipped, count] = kept(all);
    keep_positions(relation, first + skipped, count);
  } else {
    plan::Slice& of_scan = relation.slice;
    const std::uint64_t left = of_scan.limit.value_or(UINT64_MAX);
    const std::uint64_t skipped = std::min(slice.offset, left);
    of_scan.offset = skipped > UINT64_MAX - of_scan.offset ? UINT64_MAX : of_scan.offset + skipped;
    if (of_scan.limit) *of_scan.limit -= skipped;
    if (slice.limit) of_scan.limit = std::min(of_scan.limit.value_or(UINT64_MAX), *slice.limit);
  }
}

void tail_rows(Relation& relation, std::uint64_t count, const ExecutionContext& context) {
  if (!relation.is_positional()) pick(relation, context);
  const std::uint64_t all = count_rows(relation, context);
  slice_rows(relation, {all - std::min(all, count), std::nullopt}, context);
}

void take_rows(Relation& relation, const std::vector<std::int64_t>& positions,
               const ExecutionContext& context) {
  std::vector<RowRef> rows;
  if (relation.is_positional()) {
    const auto [first, count] = positions_of(relation);
    for (const std::int64_t position : positions)
      rows.push_back(row_at(*relation.input.source, first + place_of(position, count, "take")));
  } else {
    pick(relation, context);
    for (const std::int64_t position : positions)
      rows.push_back((*relation.picked)[place_of(position, relation.picked->size(), "take")]);
  }
  relation.picked = std::move(rows);
}

// Chooses without listing all (Floyd's algorithm; Bentley and Floyd, 1987).
void sample_rows(Relation& relation, const plan::Sample& sample, const ExecutionContext& context) {
  if (!relation.is_positional()) pick(relation, context);
  const std::uint64_t all = count_rows(relation, context);
  const std::uint64_t count = std::min(all, sample.count);
  Random random(sample.seed);
  std::unordered_set<std::uint64_t> chosen;
  for (std::uint64_t last = all - count; last < all; ++last)
    if (!chosen.insert(random.below(last + 1)).second) chosen.insert(last);
  std::vector<std::uint64_t> places(chosen.begin(), chosen.end());
  std::sort(places.begin(), places.end());
  if (!relation.picked) {
    const std::uint64_t first = positions_of(relation).first;
    std::vector<std::int64_t> positions;
    for (const std::uint64_t place : places)
      positions.push_back(static_cast<std::int64_t>(first + place));
    relation.input.restriction.position_set = std::move(positions);
    return;
  }
  std::vector<RowRef> rows;
  for (const std::uint64_t place : places) rows.push_back((*relation.picked)[place]);
  relation.picked = std::move(rows);
}

// Shuffles as Fisher and Yates do.
void shuffle_rows(Relation& relation, std::uint64_t seed, const ExecutionContext& context) {
  pick(relation, context);
  Random random(seed);
  std::vector<RowRef>& rows = *relation.picked;
  for (std::size_t left = rows.size(); left > 1; --left)
    std::swap(rows[left - 1], rows[random.below(left)]);
}

void reverse_rows(Relation& relation, const ExecutionContext& context) {
  pick(relation, context);
  std::reverse(relation.picked->begin(), relation.picked->end());
}

}  // namespace arbors::exec
