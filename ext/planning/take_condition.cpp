#include "ext/planning/take_condition.h"

#include <algorithm>

#include "ext/planning/exactness.h"
#include "ext/planning/index_search.h"
#include "ext/planning/operators.h"
#include "ext/planning/outer_joins.h"
#include "ext/session/declaration.h"

namespace arbors::ext {
namespace {

using Constraint = sqlite3_index_info::sqlite3_index_constraint;
using Hidden = ArborTable::Hidden;

constexpr std::string_view kRowidName;  // as ScanSpec has it

// Shares of the rows that conditions keep of which statistics say nothing.
constexpr double kMatching = 0.25;
constexpr double kUnknownRange = 0.3;
constexpr double kUnequal = 0.9;

// What is known of the right side of a constraint.
struct KnownRight {
  bool list = false;           // of an IN, which SQLite hands over at once
  std::optional<Value> value;  // not of a list

  TermOp op(TermOp offered) const { return list ? TermOp::In : offered; }
};

KnownRight right_of(ScanDraft& draft, int at, TermOp op) {
  if (op == TermOp::Equal && sqlite3_vtab_in(&draft.info, at, -1) != 0) return {true, {}};
  return {false, draft.known_right(at)};
}

void take_right(ScanDraft& draft, int at, const KnownRight& right, bool exact) {
  draft.take_argument(at, exact);
  if (right.list) sqlite3_vtab_in(&draft.info, at, 1);
}

bool may_be_exact(const ScanDraft& draft, TermOp op) {
  return draft.alone || !may_stand_in_outer_on(op);
}

// Takes MATCH on _tree and on the column that is named as the table: the hidden one or, where it
// took that one's place, a data column, which SQLite cannot ask again.
bool take_match(ScanDraft& draft, int at, int column) {
  const ArborTable& table = draft.table;
  if (column < 0 || (column != table.hidden(Hidden::Tree) &&
                     lower_ascii(table.column_name(column)) != lower_ascii(table.name)))
    table.refuse_match();
  const bool exact = table.is_data(column) || may_be_exact(draft, TermOp::Match);
  draft.take_argument(at, exact);
  draft.spec.terms.push_back({table.column_name(column), TermOp::Match, draft.arguments, exact});
  draft.selectivity *= kMatching;
  return true;
}

// One generation is read; what else is asked of it SQLite checks.
bool take_generation(ScanDraft& draft, int at, TermOp op) {
  if (op != TermOp::Equal || !draft.current) return false;
  draft.table.write_scans.expect_generations();
  draft.take_argument(at, true);
  const int column = draft.table.hidden(Hidden::Generation);
  draft.spec.terms.push_back({draft.table.column_name(column), op, draft.arguments, true});
  draft.current = false;
  return true;
}

// Takes a look-up or a range by rowid or position.
bool take_identity(ScanDraft& draft, int at, int column, TermOp op) {
  if (column >= 0 && column != draft.table.hidden(Hidden::Index)) return false;
  if (op != TermOp::Equal && !is_range(op)) return false;
  draft.by_place = true;
  const KnownRight right = right_of(draft, at, op);
  const bool exact = right.value && right.value->kind == ValueKind::Integer;
  take_right(draft, at, right, exact);
  draft.spec.terms.push_back(
      {column < 0 ? std::string(kRowidName) : draft.table.column_name(column), right.op(op),
       draft.arguments, exact});
  if (op != TermOp::Equal) {
    draft.selectivity *= kUnknownRange;
    return true;
  }
  draft.unique = draft.unique || !right.list;
  draft.looked_up = true;
  if (!draft.unique)
    draft.selectivity = std::min(draft.selectivity, 10.0 / (draft.knowledge.trees() + 10));
  return true;
}

// Takes IS NULL and IS NOT NULL; their argument is NULL and not looked at.
bool take_null_test(ScanDraft& draft, int at, const TableColumn& home, TermOp op,
                    const PathFacts& known) {
  const bool exact = may_be_exact(draft, op);
  draft.take_argument(at, exact);
  draft.spec.terms.push_back({home.name, op, 0, exact});
  const double nulls = known.nulls / std::max<double>(1, static_cast<double>(known.rows));
  draft.selectivity *= op == TermOp::IsNull ? nulls : 1 - nulls;
  return true;
}

// The collation under which all is equal that is so under either, if there is one.
std::optional<Collation> looser(Collation left, Collation right) {
  if (left == Collation::Binary) return right;
  if (right == Collation::Binary || left == right) return left;
  return std::nullopt;
}

// The collation that a condition is taken with.
struct TakenCollation {
  Collation collation = Collation::Binary;
  bool sure = true;  // it is SQLite's own; else one under which no row is lost
};

// nullopt: SQLite's own is none that the engine knows.
std::optional<TakenCollation> collation_of(ScanDraft& draft, int at, TermOp op,
                                           const KnownRight& right, Collation home) {
  // SQLite says BINARY of every <> and IS NOT. Beside a known value it is the column's collation;
  // else BINARY keeps every row that another one could.
  if (op == TermOp::NotEqual || op == TermOp::IsNot)
    return right.value ? TakenCollation{home, true} : TakenCollation{Collation::Binary, false};
  const auto told = known_collation(sqlite3_vtab_collation(&draft.info, at));
  if (!told) return std::nullopt;
  // Of (a, b) IN (SELECT …) SQLite offers a = ? and b = ?, and says a's collation of both.
  const bool may_be_part = op == TermOp::Equal && !right.list && !right.value && *told != home;
  if (!may_be_part) return TakenCollation{*told, true};
  const auto loose = looser(*told, home);
  return loose ? std::optional(TakenCollation{*loose, false}) : std::nullopt;
}

// Tells whether a column has a lower bound beside which `<` may be the upper one of a prefix:
// SQLite makes such a pair of LIKE 'x%'. Where both are left to the scan, it asks LIKE too late in
// an outer join, of the row that it makes up.
bool may_end_prefix(const ScanDraft& draft, int column) {
  for (int i = 0; i < draft.info.nConstraint; ++i) {
    const Constraint& other = draft.info.aConstraint[i];
    if (other.usable == 0 || other.iColumn != column || other.op != SQLITE_INDEX_CONSTRAINT_GE)
      continue;
    const std::optional<Value> low = draft.known_right(i);
    if (low && low->is_text()) return true;
  }
  return false;
}

bool is_exact(const ScanDraft& draft, int column, TermOp op, const KnownRight& right,
              const TakenCollation& collation, const PathFacts& known) {
  return !right.list && is_comparison(op) && may_be_exact(draft, op) && collation.sure &&
         !(op == TermOp::Less && may_end_prefix(draft, column)) &&
         comparison_is_exact(draft.data_column(column).affinity, known, right.value);
}

// Estimates the share of the rows that a condition keeps.
double share_kept(ScanDraft& draft, int column, TermOp op, const KnownRight& right,
                  const PathFacts& known) {
  if (right.list) return std::min(1.0, 5 / known.distinct);
  if (op == TermOp::Equal || op == TermOp::Is) return 1 / known.distinct;
  if (op == TermOp::NotEqual || op == TermOp::IsNot) return kUnequal;
  if (!is_range(op) || !right.value) return kUnknownRange;
  return draft.ranges.narrow(column, op, *right.value, known).value_or(kUnknownRange);
}

// Takes a condition on a column of data.
bool take_data(ScanDraft& draft, int at, int column, const Operator& offered) {
  const TableColumn& home = draft.data_column(column);
  const PathFacts known = draft.knowledge.facts(column);
  const TermOp op = offered.op;
  if (!offered.function.empty() && may_be_redefined(draft.table.session->db(), offered.function))
    return false;
  if (!takes_argument(op)) return take_null_test(draft, at, home, op, known);
  const KnownRight right = right_of(draft, at, op);
  const auto collation = collation_of(draft, at, op, right, home.collation);
  if (!collation || (is_range(op) && !draft.orders_alike(collation->collation))) return false;
  const bool exact = is_exact(draft, column, op, right, *collation, known);
  take_right(draft, at, right, exact);
  const Term& term = draft.spec.terms.emplace_back(
      Term{home.name, right.op(op), draft.arguments, exact, collation->collation});
  draft.looked_up = draft.looked_up || term.op == TermOp::Equal;
  const double share = share_kept(draft, column, op, right, known);
  draft.selectivity *= share;
  if (is_index_op(term.op) && term.collation == Collation::Binary &&
      draft.knowledge.has_index(home.path))
    draft.indexes.add(home.name, term.op, share);
  return true;
}

}  // namespace

bool take_condition(ScanDraft& draft, int at) {
  const Constraint& constraint = draft.info.aConstraint[at];
  const Operator* const known = constraint_operator(constraint.op);
  if (known == nullptr) return false;
  const int column = constraint.iColumn;
  if (known->op == TermOp::Match) return take_match(draft, at, column);
  if (draft.table.is_data(column)) return take_data(draft, at, column, *known);
  if (column == draft.table.hidden(Hidden::Generation))
    return take_generation(draft, at, known->op);
  return take_identity(draft, at, column, known->op);
}

}  // namespace arbors::ext
