#include "ext/scan/scan_plan.h"

#include <algorithm>
#include <functional>

#include "engine/expr/forms/builder.h"
#include "engine/expr/text/parser.h"
#include "ext/planning/index_search.h"
#include "ext/scan/term_condition.h"
#include "ext/table/store_source.h"

namespace arbors::ext {
namespace {

// What may be in a path of which nothing is known: serves where few rows are looked at, and asking
// the statistics of every batch would cost more than the finest condition saves.
const PathFacts kAnything = PathFacts::unknown();

constexpr std::size_t kMostKeys = 4;  // of a hash look-up
constexpr double kFewFound = 4;       // rows that a further key need not leave out

// The conditions on the indexed column that its index answers.
std::vector<KeyCondition> key_conditions(const ScanRequest& request) {
  std::vector<KeyCondition> conditions;
  for (const Condition& condition : request.conditions())
    if (condition.is_on(request.indexed()) && is_index_op(condition.op) &&
        condition.collation == Collation::Binary)
      conditions.push_back({condition.op, condition.exact, condition.right.values()});
  return conditions;
}

// What the index is asked for whose order the scan's begins with.
plan::IndexSearch walk_of(ArborTable& table, const std::shared_ptr<store::Snapshot>& snapshot,
                          const ScanRequest& request) {
  using Order = plan::IndexSearch::Order;
  const TableColumn& column = *request.indexed();
  const PathFacts& facts = table.facts.of(snapshot, column.path);
  const std::vector<KeyCondition> conditions = key_conditions(request);
  const bool not_null =
      !conditions.empty() ||
      std::any_of(request.conditions().begin(), request.conditions().end(), [&](const auto& one) {
        return one.is_on(&column) && one.op == TermOp::IsNotNull;
      });
  return {column.path, value_ranges(column.affinity, conditions, facts.numeric_texts),
          request.order()->keys.front().descending ? Order::Descending : Order::Ascending,
          !not_null && facts.may_be_null()};
}

// Tells whether every row that was found meets a condition, but for hardly any that SQLite leaves
// out, which compares again what is not exact.
bool is_met_by(const ScannedRows& rows, const Condition& condition, const ScanRequest& request) {
  return rows.by == ScannedRows::By::Index && condition.is_on(request.indexed()) &&
         condition.op == TermOp::Equal && !condition.exact;
}

// The conditions that the plan checks of each row.
std::vector<expr::ExprPtr> plan_conditions(ArborTable& table,
                                           const std::shared_ptr<store::Snapshot>& snapshot,
                                           const ScanRequest& request, const ScannedRows& rows) {
  std::vector<expr::ExprPtr> conditions;
  for (const Condition& condition : request.conditions()) {
    if (condition.column.kind == ColumnKind::Match)
      conditions.push_back(expr::parse_expression(condition.right.value().text));
    const TableColumn* const data = condition.column.data;
    if (data == nullptr || is_met_by(rows, condition, request)) continue;
    const PathFacts& facts = rows.few() ? kAnything : table.facts.of(snapshot, data->path);
    conditions.push_back(term_condition(condition, facts));
  }
  return conditions;
}

}  // namespace

std::optional<std::vector<std::int64_t>> search_index(ArborTable& table,
                                                      const ScanRequest& request) {
  if (!request.looks_up()) return std::nullopt;
  const TableColumn& column = *request.indexed();
  const std::vector<KeyCondition> conditions = key_conditions(request);
  if (conditions.empty()) return std::nullopt;
  const auto ranges = key_ranges(column.affinity, conditions);
  if (!ranges) return std::nullopt;
  return find_rows(*table.store, column.path, *ranges);
}

plan::NodePtr filtered_in_order(plan::NodePtr node, std::vector<expr::ExprPtr> conditions,
                                const ScanRequest& request) {
  if (!conditions.empty())
    node = plan::make(plan::Filter{expr::and_all(std::move(conditions))}, {node});
  if (request.order()) node = plan::make(*request.order(), {node});
  return node;
}

plan::NodePtr make_plan(ArborTable& table, const std::shared_ptr<store::Snapshot>& snapshot,
                        const ScanRequest& request, ScannedRows rows) {
  std::vector<expr::ExprPtr> conditions = plan_conditions(table, snapshot, request, rows);
  plan::Source source;
  source.rows = std::move(rows.rows);
  if (request.walks()) source.search = walk_of(table, snapshot, request);
  plan::NodePtr node =
      filtered_in_order(plan::make(std::move(source)), std::move(conditions), request);
  if (const auto skipped = request.skipped_rows()) {
    plan::Slice slice;
    slice.offset = *skipped;
    node = plan::make(slice, {node});
  }
  return node;
}

std::vector<const Condition*> lookup_conditions(ArborTable& table, const ScanRequest& request,
                                                const std::shared_ptr<store::Snapshot>& snapshot) {
  struct Candidate {
    const Condition* condition;
    double distinct;
  };
  std::vector<Candidate> candidates;
  for (const Condition& condition : request.conditions()) {
    const TableColumn* const column = condition.column.data;
    if (condition.op != TermOp::Equal || column == nullptr) continue;
    const PathFacts& facts = table.facts.of(snapshot, column->path);
    // As a text, which TEXT affinity makes of it, a real may lose digits; a hash of all misses
    // some.
    if (column->affinity == Affinity::Text && facts.may_be_real()) continue;
    candidates.push_back({&condition, facts.distinct});
  }
  std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::distinct);
  std::vector<const Condition*> conditions;
  double rows = static_cast<double>(snapshot->trees());  // that a look-up finds
  for (const Candidate& candidate : candidates) {
    const bool enough = !conditions.empty() && (rows <= kFewFound || candidate.distinct <= 1);
    if (enough || conditions.size() == kMostKeys) break;
    conditions.push_back(candidate.condition);
    rows /= candidate.distinct;
  }
  return conditions;
}

expr::ExprPtr exact_condition(const ScanRequest& request) {
  std::vector<expr::ExprPtr> conditions;
  for (const Condition& condition : request.conditions())
    if (condition.exact && condition.column.data != nullptr)
      conditions.push_back(term_condition(condition, kAnything));
  return conditions.empty() ? nullptr : expr::and_all(std::move(conditions));
}

}  // namespace arbors::ext
