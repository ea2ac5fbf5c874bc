#include "ext/row_restriction.h"

#include <algorithm>
#include <cmath>

#include "engine/exec/scan/row_selector.h"
#include "ext/sql_value.h"
#include "ext/term_condition.h"

namespace arbors::ext {
namespace {

using Range = std::pair<std::int64_t, std::int64_t>;
using Set = std::vector<std::int64_t>;
constexpr Range kAll{INT64_MIN, INT64_MAX};
constexpr Range kNothing{1, 0};

// Tells which integers satisfy `integer op value` under INTEGER affinity; a superset, kAll where
// that is not plain.
Range admitted(TermOp op, const Value& raw) {
  const Value value = apply_affinity(raw, Affinity::Integer);
  if (value.is_null()) return kNothing;
  if (value.kind == ValueKind::Integer) {
    const std::int64_t at = value.integer;
    switch (op) {
      case TermOp::Equal:
        return {at, at};
      case TermOp::Less:
        return at == INT64_MIN ? kNothing : Range{INT64_MIN, at - 1};
      case TermOp::LessEqual:
        return {INT64_MIN, at};
      case TermOp::Greater:
        return at == INT64_MAX ? kNothing : Range{at + 1, INT64_MAX};
      case TermOp::GreaterEqual:
        return {at, INT64_MAX};
      default:
        return kAll;
    }
  }
  if (value.kind != ValueKind::Real || std::abs(value.real) > 9e18) return kAll;
  const auto below = static_cast<std::int64_t>(std::floor(value.real));
  switch (op) {
    case TermOp::Less:
    case TermOp::LessEqual:
      return {INT64_MIN, below};
    case TermOp::Greater:
    case TermOp::GreaterEqual:
      return {below, INT64_MAX};
    default:
      return kAll;
  }
}

void intersect(std::optional<Range>& range, const Range& other) {
  if (!range) {
    range = other;
    return;
  }
  range->first = std::max(range->first, other.first);
  range->second = std::min(range->second, other.second);
}

void intersect(std::optional<Set>& set, Set other) {
  std::sort(other.begin(), other.end());
  other.erase(std::unique(other.begin(), other.end()), other.end());
  if (set)
    std::erase_if(other, [&](std::int64_t value) {
      return !std::binary_search(set->begin(), set->end(), value);
    });
  set = std::move(other);
}

// Restricts by rowid or position as a term says.
void restrict(const Term& term, sqlite3_value* argument, std::optional<Range>& range,
              std::optional<Set>& set) {
  if (term.op != TermOp::In) return intersect(range, admitted(term.op, to_value(argument)));
  std::vector<std::int64_t> members;
  for (const Value& value : in_values(argument)) {
    const Range one = admitted(TermOp::Equal, value);
    if (one == kAll) return;  // a member that is no plain integer: SQLite checks
    if (one != kNothing) members.push_back(one.first);
  }
  intersect(set, std::move(members));
}

// Lists what a range and a set have in common, where that is at most `most`.
std::optional<Set> names(const std::optional<Range>& range, const std::optional<Set>& set,
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

bool admits(const std::optional<Range>& range, const std::optional<Set>& set, std::int64_t value) {
  if (range && (value < range->first || value > range->second)) return false;
  return !set || std::binary_search(set->begin(), set->end(), value);
}

}  // namespace

ColumnKind column_kind(const ArborTable& table, const std::string& name) {
  const int number = table.column_number(name);
  if (number < 0) return ColumnKind::Rowid;
  if (table.is_data(number)) return ColumnKind::Data;
  if (number == table.hidden(ArborTable::Hidden::Index)) return ColumnKind::Position;
  if (number == table.hidden(ArborTable::Hidden::Generation)) return ColumnKind::Generation;
  return ColumnKind::Name;
}

plan::RowRestriction row_restriction(const ArborTable& table, const ScanSpec& spec,
                                     std::span<sqlite3_value*> arguments) {
  plan::RowRestriction rows;
  for (const Term& term : spec.terms) {
    if (term.op == TermOp::Match) continue;
    const ColumnKind kind = column_kind(table, term.column);
    if (kind != ColumnKind::Rowid && kind != ColumnKind::Position) continue;
    sqlite3_value* argument = arguments[static_cast<std::size_t>(term.argument) - 1];
    if (kind == ColumnKind::Rowid)
      restrict(term, argument, rows.rowids, rows.rowid_set);
    else
      restrict(term, argument, rows.positions, rows.position_set);
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
  intersect(rows.position_set, std::move(positions));
}

}  // namespace arbors::ext
