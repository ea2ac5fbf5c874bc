#include "ext/scan/row_restriction.h"

#include <algorithm>

#include "engine/exec/scan/row_selector.h"
#include "engine/plan/row_bounds.h"
#include "ext/host/sql_value.h"
#include "ext/scan/term_condition.h"

namespace arbors::ext {
namespace {

using Set = std::vector<std::int64_t>;

// The comparison that a term is, where it is one that bounds rows.
std::optional<expr::Comparison> comparison_of(TermOp op) {
  switch (op) {
    case TermOp::Equal:
      return expr::Comparison::Equal;
    case TermOp::Less:
      return expr::Comparison::Less;
    case TermOp::LessEqual:
      return expr::Comparison::LessEqual;
    case TermOp::Greater:
      return expr::Comparison::Greater;
    case TermOp::GreaterEqual:
      return expr::Comparison::GreaterEqual;
    default:
      return std::nullopt;
  }
}

// Tells which integers satisfy `integer op value` under INTEGER affinity; a superset.
plan::RowRange admitted(TermOp op, const Value& raw) {
  const Value value = apply_affinity(raw, Affinity::Integer);
  const auto comparison = comparison_of(op);
  if (value.is_null()) return plan::kNoRows;
  return comparison ? plan::admitted_rows(*comparison, value) : plan::kAllRows;
}

// Restricts by rowid or position as a term says.
void restrict(const Term& term, sqlite3_value* argument, std::optional<plan::RowRange>& range,
              std::optional<Set>& set) {
  if (term.op != TermOp::In) return plan::keep_range(range, admitted(term.op, to_value(argument)));
  std::vector<std::int64_t> members;
  for (const Value& value : in_values(argument)) {
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
  plan::keep_set(rows.position_set, std::move(positions));
}

}  // namespace arbors::ext
