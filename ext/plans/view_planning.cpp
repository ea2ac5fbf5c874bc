#include "ext/plans/view_planning.h"

#include <algorithm>

#include "ext/planning/operators.h"
#include "ext/planning/planner_knowledge.h"
#include "ext/planning/scan_spec.h"

namespace arbors::ext {
namespace {

// The condition that a constraint is for the plan, but for its argument; nullopt where it is left
// to SQLite.
std::optional<Term> term_of(const View& view, sqlite3_index_info& info, int at) {
  const auto& constraint = info.aConstraint[at];
  const Operator* const known = constraint_operator(constraint.op);
  if (known == nullptr || !view.is_data(constraint.iColumn)) return std::nullopt;
  const TermOp op = known->op;
  if (op == TermOp::Match || op == TermOp::NotEqual || op == TermOp::IsNot) return std::nullopt;
  if (!known->function.empty() && may_be_redefined(view.session->db(), known->function))
    return std::nullopt;
  const auto collation = known_collation(sqlite3_vtab_collation(&info, at));
  if (!collation) return std::nullopt;
  if (is_range(op) && !view.utf8 && *collation == Collation::Binary) return std::nullopt;
  const bool in = op == TermOp::Equal && sqlite3_vtab_in(&info, at, -1) != 0;
  if (in) sqlite3_vtab_in(&info, at, 1);
  return Term{view.columns[static_cast<std::size_t>(constraint.iColumn)].name, in ? TermOp::In : op,
              0, false, *collation};
}

// The keys of an order that the plan can give: on columns, as the engine orders texts.
std::vector<OrderKey> keys_of(const View& view, const sqlite3_index_info& info) {
  std::vector<OrderKey> keys;
  for (int i = 0; i < info.nOrderBy; ++i) {
    const auto& by = info.aOrderBy[i];
    if (!view.utf8 || !view.is_data(by.iColumn)) return {};
    keys.push_back({view.columns[static_cast<std::size_t>(by.iColumn)].name, by.desc != 0});
  }
  return keys;
}

// What one xBestIndex has taken so far.
struct ViewDraft {
  ScanSpec spec;
  int arguments = 0;
  double rows = 100000;
};

int take_argument(ViewDraft& draft, sqlite3_index_info& info, int at) {
  info.aConstraintUsage[at].argvIndex = ++draft.arguments;
  return draft.arguments;
}

// Takes conditions on columns as a superset: SQLite checks again.
void take_terms(ViewDraft& draft, const View& view, sqlite3_index_info& info) {
  for (int i = 0; i < info.nConstraint; ++i) {
    if (info.aConstraint[i].usable == 0) continue;
    std::optional<Term> term = term_of(view, info, i);
    if (!term) continue;
    const int argument = take_argument(draft, info, i);
    if (takes_argument(term->op)) term->argument = argument;
    draft.rows *= term->op == TermOp::Equal || term->op == TermOp::In ? 0.1 : 0.5;
    draft.spec.terms.push_back(*std::move(term));
  }
}

void take_order(ViewDraft& draft, const View& view, sqlite3_index_info& info) {
  const int distinct = sqlite3_vtab_distinct(&info);
  if (distinct != 2) draft.spec.keys = keys_of(view, info);
  if (draft.spec.keys.empty()) return;
  draft.spec.order = distinct == 1 ? ScanSpec::Order::Grouped : ScanSpec::Order::Sorted;
  info.orderByConsumed = 1;
}

// Takes LIMIT as a hint.
void take_limit(ViewDraft& draft, sqlite3_index_info& info) {
  if (info.nOrderBy != 0 && info.orderByConsumed == 0) return;
  int limit = -1;
  for (int i = 0; i < info.nConstraint; ++i)
    if (info.aConstraint[i].usable != 0 && info.aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT)
      limit = i;
  if (limit >= 0) draft.spec.limit = take_argument(draft, info, limit);
}

}  // namespace

int plan_view_scan(View& view, sqlite3_index_info& info) {
  ViewDraft draft;
  // Positions are those in the plan's own rows: where they are read, it gives all, as they come.
  const bool positions = (info.colUsed >> std::min(view.index_column(), 63) & 1) != 0;
  if (!positions) {
    take_terms(draft, view, info);
    take_order(draft, view, info);
  }
  take_limit(draft, info);
  // About the same cost whatever is pushed: a row's number depends on it, so that SQLite must never
  // put several scans together for an OR, which it does by rowid where that looks cheaper.
  info.estimatedCost = 100000 - 1000 * std::min(draft.arguments, 20);
  info.estimatedRows = static_cast<sqlite3_int64>(draft.rows);
  info.idxStr = sqlite3_mprintf("%s", to_text(draft.spec).c_str());
  info.needToFreeIdxStr = 1;
  return info.idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

}  // namespace arbors::ext
