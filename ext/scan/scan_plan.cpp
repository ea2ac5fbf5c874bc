#include "ext/scan/scan_plan.h"

#include <algorithm>
#include <functional>

#include "engine/expr/forms/builder.h"
#include "engine/expr/text/parser.h"
#include "ext/host/sql_value.h"
#include "ext/planning/index_search.h"
#include "ext/scan/row_restriction.h"
#include "ext/scan/term_condition.h"
#include "ext/table/bound_store.h"

namespace arbors::ext {
namespace {

// What may be in a path of which nothing is known: serves where few rows are looked at, and asking
// the statistics of every batch would cost more than the finest condition saves.
const PathFacts kAnything = PathFacts::unknown();

constexpr std::size_t kMostKeys = 4;  // of a hash look-up
constexpr double kFewFound = 4;       // rows that a further key need not leave out

plan::SortKey sort_key(const ArborTable& table, const OrderKey& key) {
  plan::SortKey sort;
  sort.descending = key.descending;
  sort.nulls_last = key.descending;  // NULLs are least
  switch (column_kind(table, key.column)) {
    case ColumnKind::Rowid:
      sort.by = plan::SortKey::By::Rowid;
      break;
    case ColumnKind::Position:
      sort.by = plan::SortKey::By::Position;
      break;
    default: {
      const auto number = static_cast<std::size_t>(table.column_number(key.column));
      sort.expr = expr::path(table.columns[number].path);
      sort.collation = table.columns[number].collation;
    }
  }
  return sort;
}

const TableColumn& indexed_column(const ArborTable& table, const ScanSpec& spec) {
  return table.columns.at(static_cast<std::size_t>(table.column_number(spec.indexed)));
}

// The conditions on the indexed column that its index answers.
std::vector<KeyCondition> key_conditions(const ScanSpec& spec,
                                         std::span<sqlite3_value*> arguments) {
  std::vector<KeyCondition> conditions;
  for (const Term& term : spec.terms) {
    if (term.column != spec.indexed || !is_index_op(term.op) || term.collation != Collation::Binary)
      continue;
    sqlite3_value* argument = arguments[static_cast<std::size_t>(term.argument) - 1];
    conditions.push_back(
        {term.op, term.exact,
         term.op == TermOp::In ? in_values(argument) : std::vector<Value>{to_value(argument)}});
  }
  return conditions;
}

// What the index is asked for whose order the scan's begins with.
plan::IndexSearch walk_of(ArborTable& table, const std::shared_ptr<store::Snapshot>& snapshot,
                          const ScanSpec& spec, std::span<sqlite3_value*> arguments) {
  using Order = plan::IndexSearch::Order;
  const TableColumn& column = indexed_column(table, spec);
  const PathFacts& facts = table.facts.of(snapshot, column.path);
  const std::vector<KeyCondition> conditions = key_conditions(spec, arguments);
  const bool not_null = !conditions.empty() ||
                        std::any_of(spec.terms.begin(), spec.terms.end(), [&](const Term& term) {
                          return term.column == spec.indexed && term.op == TermOp::IsNotNull;
                        });
  return {column.path, value_ranges(column.affinity, conditions, facts.numeric_texts),
          spec.keys.front().descending ? Order::Descending : Order::Ascending,
          !not_null && facts.may_be_null()};
}

// Reads a LIMIT's or OFFSET's value as SQLite does.
std::int64_t whole_number(sqlite3_value* argument) {
  const Value value = apply_affinity(to_value(argument), Affinity::Integer);
  if (value.kind != ValueKind::Integer) throw_invalid("datatype mismatch: LIMIT takes an integer");
  return value.integer;
}

}  // namespace

std::optional<std::vector<std::int64_t>> search_index(ArborTable& table, const ScanSpec& spec,
                                                      std::span<sqlite3_value*> arguments) {
  if (spec.indexed.empty() || spec.walked) return std::nullopt;
  const TableColumn& column = indexed_column(table, spec);
  const std::vector<KeyCondition> conditions = key_conditions(spec, arguments);
  if (conditions.empty()) return std::nullopt;
  const auto ranges = key_ranges(column.affinity, conditions);
  if (!ranges) return std::nullopt;
  return find_rows(*table.store, column.path, *ranges);
}

plan::NodePtr make_plan(ArborTable& table, const std::shared_ptr<store::Snapshot>& snapshot,
                        const ScanSpec& spec, std::span<sqlite3_value*> arguments,
                        plan::RowRestriction rows, bool found, bool few) {
  const auto argument = [&](int number) {
    return number == 0 ? nullptr : arguments[static_cast<std::size_t>(number) - 1];
  };
  plan::Source source;
  source.rows = std::move(rows);
  std::vector<expr::ExprPtr> conditions;
  for (const Term& term : spec.terms) {
    sqlite3_value* value = argument(term.argument);
    const ColumnKind kind =
        term.op == TermOp::Match ? ColumnKind::Name : column_kind(table, term.column);
    switch (kind) {
      case ColumnKind::Rowid:
      case ColumnKind::Position:
      case ColumnKind::Generation:
        break;
      case ColumnKind::Name:
        conditions.push_back(expr::parse_expression(text_argument(value, "MATCH's expression")));
        break;
      case ColumnKind::Data: {
        const auto number = static_cast<std::size_t>(table.column_number(term.column));
        const TableColumn& column = table.columns[number];
        // SQLite compares again what is not exact: the index has found hardly any other rows.
        if (found && term.column == spec.indexed && term.op == TermOp::Equal && !term.exact) break;
        const PathFacts& facts = few ? kAnything : table.facts.of(snapshot, column.path);
        conditions.push_back(term_condition(column, facts, term, value));
      }
    }
  }
  if (spec.walked) source.search = walk_of(table, snapshot, spec, arguments);
  plan::NodePtr node = plan::make(std::move(source));
  if (!conditions.empty())
    node = plan::make(plan::Filter{expr::and_all(std::move(conditions))}, {node});
  if (!spec.keys.empty()) {
    plan::Sort sort;
    sort.distinct = spec.order == ScanSpec::Order::Distinct;
    sort.grouped = sort.distinct || spec.order == ScanSpec::Order::Grouped;
    for (const OrderKey& key : spec.keys) {
      sort.keys.push_back(sort_key(table, key));
      if (sort.distinct) sort.keys.back().collation = Collation::Binary;
    }
    node = plan::make(std::move(sort), {node});
  }
  if (spec.skip) {
    plan::Slice slice;
    slice.offset =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, whole_number(argument(spec.offset))));
    node = plan::make(slice, {node});
  }
  return node;
}

std::uint64_t expected_rows(const ScanSpec& spec, std::span<sqlite3_value*> arguments) {
  if (spec.limit == 0) return 0;
  const std::int64_t limit = whole_number(arguments[static_cast<std::size_t>(spec.limit) - 1]);
  if (limit < 0) return 0;
  std::int64_t offset = 0;
  if (spec.offset != 0 && !spec.skip)
    offset = std::max<std::int64_t>(
        0, whole_number(arguments[static_cast<std::size_t>(spec.offset) - 1]));
  return static_cast<std::uint64_t>(limit) + static_cast<std::uint64_t>(offset);
}

AskedGeneration asked_generation(const ArborTable& table, const ScanSpec& spec,
                                 std::span<sqlite3_value*> arguments) {
  for (const Term& term : spec.terms) {
    if (column_kind(table, term.column) != ColumnKind::Generation) continue;
    const Value value = apply_affinity(
        to_value(arguments[static_cast<std::size_t>(term.argument) - 1]), Affinity::Integer);
    if (value.is_null()) return {true, std::nullopt};
    if (value.kind != ValueKind::Integer) throw_invalid("_generation is compared with an integer");
    return {false, value.integer};
  }
  return {};
}

std::vector<const Term*> lookup_terms(ArborTable& table, const ScanSpec& spec,
                                      const std::shared_ptr<store::Snapshot>& snapshot) {
  struct Candidate {
    const Term* term;
    double distinct;
  };
  std::vector<Candidate> candidates;
  for (const Term& term : spec.terms) {
    if (term.op != TermOp::Equal || column_kind(table, term.column) != ColumnKind::Data) continue;
    const auto number = static_cast<std::size_t>(table.column_number(term.column));
    const TableColumn& column = table.columns[number];
    const PathFacts& facts = table.facts.of(snapshot, column.path);
    // As a text, which TEXT affinity makes of it, a real may lose digits; a hash of all misses
    // some.
    if (column.affinity == Affinity::Text && facts.may_be_real()) continue;
    candidates.push_back({&term, facts.distinct});
  }
  std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::distinct);
  std::vector<const Term*> terms;
  double rows = static_cast<double>(snapshot->trees());  // that a look-up finds
  for (const Candidate& candidate : candidates) {
    const bool enough = !terms.empty() && (rows <= kFewFound || candidate.distinct <= 1);
    if (enough || terms.size() == kMostKeys) break;
    terms.push_back(candidate.term);
    rows /= candidate.distinct;
  }
  return terms;
}

std::optional<expr::ExprPtr> exact_condition(const ArborTable& table, const ScanSpec& spec,
                                             std::span<sqlite3_value*> arguments) {
  std::vector<expr::ExprPtr> conditions;
  for (const Term& term : spec.terms) {
    if (!term.exact) continue;
    if (term.op == TermOp::Match) return std::nullopt;
    const ColumnKind kind = column_kind(table, term.column);
    if (kind != ColumnKind::Data) continue;
    const auto number = static_cast<std::size_t>(table.column_number(term.column));
    sqlite3_value* argument =
        term.argument == 0 ? nullptr : arguments[static_cast<std::size_t>(term.argument) - 1];
    conditions.push_back(term_condition(table.columns[number], kAnything, term, argument));
  }
  return conditions.empty() ? nullptr : expr::and_all(std::move(conditions));
}

}  // namespace arbors::ext
