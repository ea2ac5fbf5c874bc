#include "ext/scan/row_restriction.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/plan/row_bounds.h"
#include "ext/planning/operators.h"

namespace arbors::ext {
namespace {

using Set = std::vector<std::int64_t>;

// Tells which integers satisfy `integer op value` under INTEGER affinity; a superset.
plan::RowRange admitted(TermOp op, const Value& raw) {
  const Value value = apply_affinity(raw, Affinity::Integer);
  const auto comparison = comparison_of(op);
  if (value.is_null()) return plan::kNoRows;
  return comparison ? plan::admitted_rows(*comparison, value) : plan::kAllRows;
}

// Restricts by rowid or position as a condition says.
void restrict(const Condition& condition, std::optional<plan::RowRange>& range,
              std::optional<Set>& set) {
  if (condition.op != TermOp::In)
    return plan::keep_range(range, admitted(condition.op, condition.right.value()));
  Set members;
  for (const Value& value : condition.right.values()) {
    const plan::RowRange one = admitted(TermOp::Equal, value);
    if (one == plan::kAllRows) return;  // a member that is no plain integer: SQLite checks
    if (one != plan::kNoRows) members.push_back(one.first);
  }
  plan::keep_set(set, std::move(members));
}

// Lists what a range and a set have in common, where that is at most `most`.
std::optional<Set> names(const std::optional<plan::RowRange>& range, const std::optional<Set>& set,
                         std::size_t most) {
  if (set) {
    const auto first =
        range ? std::lower_bound(set->begin(), set->end(), range->first) : set->begin();
    const auto last = range ? std::upper_bound(first, set->end(), range->second) : set->end();
    if (first >= last) return Set{};
    if (static_cast<std::size_t>(last - first) > most) return std::nullopt;
    return Set(first, last);
  }
  if (!range) return std::nullopt;
  if (range->first > range->second) return Set{};
  const auto others =
      static_cast<std::uint64_t>(range->second) - static_cast<std::uint64_t>(range->first);
  if (others >= most) return std::nullopt;
  Set all;
  for (std::uint64_t i = 0; i <= others; ++i)
    all.push_back(range->first + static_cast<std::int64_t>(i));
  return all;
}

bool admits(const std::optional<plan::RowRange>& range, const std::optional<Set>& set,
            std::int64_t value) {
  if (range && (value < range->first || value > range->second)) return false;
  return !set || std::binary_search(set->begin(), set->end(), value);
}

}  // namespace

plan::RowRestriction row_restriction(const ScanRequest& request) {
  plan::RowRestriction rows;
  for (const Condition& condition : request.conditions()) {
    if (condition.column.kind == ColumnKind::Rowid)
      restrict(condition, rows.rowids, rows.rowid_set);
    else if (condition.column.kind == ColumnKind::Position)
      restrict(condition, rows.positions, rows.position_set);
  }
  return rows;
}

std::optional<std::vector<std::int64_t>> named_rowids(const plan::RowRestriction& rows,
                                                      std::size_t most) {
  if (rows.positions || rows.position_set) return std::nullopt;
  return names(rows.rowids, rows.rowid_set, most);
}

std::optional<std::vector<exec::RowRef>> named_places(store::Snapshot& snapshot,
                                                      const plan::RowRestriction& rows,
                                                      std::size_t most) {
  const auto rowids = names(rows.rowids, rows.rowid_set, most);
  const auto positions = rowids ? std::nullopt : names(rows.positions, rows.position_set, most);
  if (!rowids && !positions) return std::nullopt;
  std::vector<exec::RowRef> places;
  for (const std::int64_t name : rowids ? *rowids : *positions) {
    const auto place = rowids ? snapshot.find_rowid(name) : snapshot.find_position(name);
    if (!place) continue;
    const exec::Segment& segment = snapshot.segments()[place->segment];
    const std::uint32_t row = segment.first_row + place->row;
    const auto position = static_cast<std::int64_t>(exec::position_of(segment, row));
    if (admits(rows.rowids, rows.rowid_set, segment.rowid(place->row)) &&
        admits(rows.positions, rows.position_set, position))
      places.push_back({static_cast<std::uint32_t>(place->segment), row});
  }
  std::sort(places.begin(), places.end());
  return places;
}

void keep_places(plan::RowRestriction& rows, const exec::TreeSource& source,
                 const std::vector<exec::RowRef>& places) {
  Set positions;
  positions.reserve(places.size());
  for (const exec::RowRef& place : places)
    positions.push_back(
        static_cast<std::int64_t>(exec::position_of(source.segments()[place.segment], place.row)));
  plan::keep_set(rows.position_set, std::move(positions));
}

}  // namespace arbors::ext
