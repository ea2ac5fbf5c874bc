#include "ext/planning/best_index.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "engine/plan/cost_model.h"
#include "ext/host/guard.h"
#include "ext/host/sql_value.h"
#include "ext/planning/column_ranges.h"
#include "ext/planning/constraint_ops.h"
#include "ext/planning/exactness.h"
#include "ext/planning/index_search.h"
#include "ext/planning/outer_joins.h"
#include "ext/planning/planner_knowledge.h"
#include "ext/planning/scan_spec.h"
#include "ext/session/declaration.h"
#include "sql/access/read_scope.h"

namespace arbors::ext {
namespace {

using Constraint = sqlite3_index_info::sqlite3_index_constraint;

constexpr std::string_view kRowidName;  // as ScanSpec has it

// What sqlite3_vtab_distinct() says.
constexpr int kGroupBy = 1;
constexpr int kDistinct = 2;

constexpr double kManyTexts = 1000;
constexpr double kUnknownRange = 0.3;  // share of the rows
constexpr double kTreeCost = 100;      // of building a row's tree, in rows handed out
constexpr int kToldColumns = 63;       // of colUsed; its last bit stands for all others
constexpr std::size_t kMostDistinctKeys = 8;

constexpr batch::TagSet kTexts = batch::tag_bit(batch::Tag::String) | batch::kNullTags;
constexpr batch::TagSet kIntegers = batch::tag_bit(batch::Tag::Integer) |
                                    batch::tag_bit(batch::Tag::False) |
                                    batch::tag_bit(batch::Tag::True) | batch::kNullTags;
// Rows that an order is read for: where a LIMIT is a parameter, and where there is none but a
// reader may stop soon.
constexpr double kUnknownLimit = 100;
constexpr double kFirstRows = 16;
constexpr int kOffsetIsSafe = 3050000;  // versions that offer OFFSET only where no term is hidden

// The collation under which all is equal that is so under either, if there is one.
std::optional<Collation> looser(Collation left, Collation right) {
  if (left == Collation::Binary) return right;
  if (right == Collation::Binary || left == right) return left;
  return std::nullopt;
}

// Decides on one table and one set of usable constraints.
class Planner {
 public:
  Planner(ArborTable& table, sqlite3_index_info& info)
      : table_(table), info_(info), knowledge_(table) {}

  int plan();

 private:
  bool take(int at, const Constraint& constraint);
  bool take_match(int at, int column);
  bool take_data(int at, const Constraint& constraint, TermOp op);
  bool take_identity(int at, const Constraint& constraint, TermOp op);
  void take_argument(int at, bool exact);
  void note_index(const TableColumn& column, const Term& term, double selectivity);
  void choose_index();
  void walk_index();
  void take_order();
  void take_limit();
  bool add_key(int column, bool descending);
  void order_within_groups();
  void take_distinct();
  std::vector<int> columns_used() const;
  void estimate();

  std::optional<Value> known_right(int at) const;
  double known_count(int at, double unknown) const;
  bool may_be_prefix(int column) const;
  bool may_be_exact(TermOp op) const { return alone_ || !may_stand_in_outer_on(op); }
  // Whether SQLite orders texts as the engine does. In UTF-16 databases BINARY compares the bytes
  // of UTF-16; the other collations always see UTF-8.
  bool orders_alike(Collation collation) const {
    return table_.utf8 || collation != Collation::Binary;
  }
  ArborTable& table_;
  sqlite3_index_info& info_;
  PlannerKnowledge knowledge_;
  ScanSpec spec_;
  int arguments_ = 0;
  bool alone_ = false;      // the query reads this table only
  bool all_exact_ = true;   // every constraint is taken, and exactly
  bool unique_ = false;     // at most one row
  bool current_ = true;     // the newest generation is asked, which indexes know
  bool by_row_ = false;     // MATCH is left to SQLite, which asks it of each row's tree
  bool looked_up_ = false;  // found by identity or by a hash look-up, without a scan
  bool by_place_ = false;   // rowids or positions are named
  double first_ = 0;        // rows that SQLite's LIMIT takes, those before its OFFSET too; 0: none
  double selectivity_ = 1;

  // An index that some conditions could be looked up in.
  struct IndexChoice {
    std::string column;
    double selectivity = 1;
    bool equal = false;
  };
  std::vector<IndexChoice> choices_;
  std::optional<IndexChoice> choice_;

  ColumnRanges ranges_;
};

std::optional<Value> Planner::known_right(int at) const {
  sqlite3_value* value = nullptr;
  if (sqlite3_vtab_rhs_value(&info_, at, &value) != SQLITE_OK || value == nullptr)
    return std::nullopt;
  return to_value(value);
}

// The count that a LIMIT or OFFSET says, where planning knows it; -1 for one below zero.
double Planner::known_count(int at, double unknown) const {
  const std::optional<Value> value = known_right(at);
  if (!value || value->kind != ValueKind::Integer) return unknown;
  return static_cast<double>(std::max<std::int64_t>(value->integer, -1));
}

void Planner::take_argument(int at, bool exact) {
  info_.aConstraintUsage[at].argvIndex = ++arguments_;
  info_.aConstraintUsage[at].omit = exact ? 1 : 0;
  if (!exact) all_exact_ = false;
}

// Takes one usable constraint; false where it is left to SQLite.
bool Planner::take(int at, const Constraint& constraint) {
  const std::optional<TermOp> op = term_op(constraint.op);
  if (!op) return false;
  const int column = constraint.iColumn;
  if (*op == TermOp::Match) return take_match(at, column);
  if (table_.is_data(column)) return take_data(at, constraint, *op);
  if (column == table_.hidden(ArborTable::Hidden::Generation)) {
    // One generation is read; what else is asked of it SQLite checks.
    if (*op != TermOp::Equal || !current_) return false;
    take_argument(at, true);
    spec_.terms.push_back({table_.column_name(column), *op, arguments_, true});
    current_ = false;
    return true;
  }
  return take_identity(at, constraint, *op);
}

// Takes MATCH on _tree and on the column that is named as the table: the hidden one or, where it
// took that one's place, a data column, which SQLite cannot ask again.
bool Planner::take_match(int at, int column) {
  if (column < 0 || (column != table_.hidden(ArborTable::Hidden::Tree) &&
                     lower_ascii(table_.column_name(column)) != lower_ascii(table_.name)))
    table_.refuse_match();
  const bool exact = table_.is_data(column) || may_be_exact(TermOp::Match);
  take_argument(at, exact);
  spec_.terms.push_back({table_.column_name(column), TermOp::Match, arguments_, exact});
  selectivity_ *= 0.25;
  return true;
}

// Takes a look-up or a range by rowid or position.
bool Planner::take_identity(int at, const Constraint& constraint, TermOp op) {
  const bool rowid = constraint.iColumn < 0;
  if (!rowid && constraint.iColumn != table_.hidden(ArborTable::Hidden::Index)) return false;
  if (op > TermOp::GreaterEqual) return false;
  by_place_ = true;
  const bool in = op == TermOp::Equal && sqlite3_vtab_in(&info_, at, -1) != 0;
  const std::optional<Value> right = in ? std::nullopt : known_right(at);
  take_argument(at, right && right->kind == ValueKind::Integer);
  if (in) sqlite3_vtab_in(&info_, at, 1);
  spec_.terms.push_back({rowid ? std::string(kRowidName) : table_.column_name(constraint.iColumn),
                         in ? TermOp::In : op, arguments_, info_.aConstraintUsage[at].omit != 0});
  if (op == TermOp::Equal) {
    unique_ = unique_ || !in;
    looked_up_ = true;
    selectivity_ = std::min(selectivity_, 10.0 / (knowledge_.trees() + 10));
  } else {
    selectivity_ *= 0.3;
  }
  return true;
}

bool Planner::take_data(int at, const Constraint& constraint, TermOp op) {
  const int column = constraint.iColumn;
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  const PathFacts known = knowledge_.facts(column);
  const double rows = std::max<double>(1, static_cast<double>(known.rows));
  if (op == TermOp::Like && may_be_redefined(table_.session->db(), "like")) return false;
  if (op == TermOp::Glob && may_be_redefined(table_.session->db(), "glob")) return false;
  if (op == TermOp::IsNull || op == TermOp::IsNotNull) {
    take_argument(at, may_be_exact(op));  // the argument is NULL and not looked at
    spec_.terms.push_back({home.name, op, 0, may_be_exact(op)});
    selectivity_ *= op == TermOp::IsNull ? known.nulls / rows : 1 - known.nulls / rows;
    return true;
  }
  const bool in = op == TermOp::Equal && sqlite3_vtab_in(&info_, at, -1) != 0;
  const std::optional<Value> right = in ? std::nullopt : known_right(at);
  // SQLite says BINARY of every <> and IS NOT. Beside a known value it is the column's collation;
  // else BINARY keeps every row that another one could.
  const bool told = op != TermOp::NotEqual && op != TermOp::IsNot;
  std::optional<Collation> collation = told ? known_collation(sqlite3_vtab_collation(&info_, at))
                                            : (right ? home.collation : Collation::Binary);
  // Of (a, b) IN (SELECT …) SQLite offers a = ? and b = ?, and says a's collation of both.
  const bool may_be_part =
      op == TermOp::Equal && !in && !right && collation && *collation != home.collation;
  if (may_be_part) collation = looser(*collation, home.collation);
  if (!collation || (is_range(op) && !orders_alike(*collation))) return false;
  const bool exact = !in && is_comparison(op) && may_be_exact(op) && (told || right) &&
                     !may_be_part && !(op == TermOp::Less && may_be_prefix(column)) &&
                     comparison_is_exact(home.affinity, known, right);
  take_argument(at, exact);
  if (in) sqlite3_vtab_in(&info_, at, 1);
  spec_.terms.push_back({home.name, in ? TermOp::In : op, arguments_, exact, *collation});
  double selectivity = kUnknownRange;
  if (in) {
    selectivity = std::min(1.0, 5 / known.distinct);
  } else if (op == TermOp::Equal || op == TermOp::Is) {
    selectivity = 1 / known.distinct;
    looked_up_ = looked_up_ || op == TermOp::Equal;
  } else if (op == TermOp::NotEqual || op == TermOp::IsNot) {
    selectivity = 0.9;
  } else if (is_range(op) && right) {
    selectivity = ranges_.narrow(column, op, *right, known).value_or(kUnknownRange);
  }
  selectivity_ *= selectivity;
  note_index(home, spec_.terms.back(), selectivity);
  return true;
}

// Tells whether a column has a lower bound beside which `<` may be the upper one of a prefix:
// SQLite makes such a pair of LIKE 'x%'. Where both are left to the scan, it asks LIKE too late in
// an outer join, of the row that it makes up.
bool Planner::may_be_prefix(int column) const {
  for (int i = 0; i < info_.nConstraint; ++i) {
    const Constraint& other = info_.aConstraint[i];
    if (other.usable != 0 && other.iColumn == column && other.op == SQLITE_INDEX_CONSTRAINT_GE) {
      const std::optional<Value> low = known_right(i);
      if (low && low->is_text()) return true;
    }
  }
  return false;
}

void Planner::note_index(const TableColumn& column, const Term& term, double selectivity) {
  if (!is_index_op(term.op) || term.collation != Collation::Binary ||
      !knowledge_.has_index(column.path))
    return;
  const bool equal = !is_range(term.op);
  const auto known = std::find_if(choices_.begin(), choices_.end(), [&](const IndexChoice& choice) {
    return choice.column == column.name;
  });
  if (known == choices_.end()) {
    choices_.push_back({column.name, selectivity, equal});
  } else if (equal) {
    *known = {column.name, known->equal ? std::min(known->selectivity, selectivity) : selectivity,
              true};
  } else if (!known->equal) {
    known->selectivity *= selectivity;
  }
}

// Takes the index that finds the fewest rows.
void Planner::choose_index() {
  if (!current_ || unique_ || choices_.empty()) return;
  choice_ = *std::min_element(choices_.begin(), choices_.end(),
                              [](const IndexChoice& left, const IndexChoice& right) {
                                return left.selectivity < right.selectivity;
                              });
  spec_.indexed = choice_->column;
}

// Takes the rows in the order of an index where the first of them cost less so than found or
// scanned, and sorted.
void Planner::walk_index() {
  if (!current_ || by_place_ || spec_.order != ScanSpec::Order::Sorted) return;
  const std::string& name = spec_.keys.front().column;
  const int column = table_.column_number(name);
  if (!table_.is_data(column)) return;
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  if (home.collation != Collation::Binary || !knowledge_.has_index(home.path)) return;
  plan::FirstTrees first{first_ > 0 ? first_ : kFirstRows, selectivity_};
  bool nulls = true;
  for (const IndexChoice& choice : choices_) {
    if (choice.column != name) continue;
    first.walked = choice.selectivity;
    nulls = false;
  }
  for (const Term& term : spec_.terms)
    nulls = nulls && (term.column != name || term.op != TermOp::IsNotNull);
  first.nulls_first = nulls && !spec_.keys.front().descending;
  const PathFacts known = knowledge_.facts(column);
  const double trees = knowledge_.trees();
  const double batch_trees = table_.store->options().batch_trees;
  const double otherwise =
      choice_ ? std::min(trees, plan::kLookUp * trees * choice_->selectivity) : trees;
  if (plan::walk_work(first, {trees, known.nulls, known.distinct, batch_trees}) >= otherwise)
    return;
  choice_.reset();
  spec_.indexed = name;
  spec_.walked = true;
}

bool Planner::add_key(int column, bool descending) {
  if (column < 0) {
    spec_.keys.push_back({std::string(kRowidName), descending});
    return true;
  }
  if (table_.is_data(column)) {
    if (!orders_alike(table_.columns[static_cast<std::size_t>(column)].collation)) return false;
  } else if (column != table_.hidden(ArborTable::Hidden::Index)) {
    return false;
  }
  spec_.keys.push_back({table_.column_name(column), descending});
  return true;
}

void Planner::take_order() {
  const int distinct = sqlite3_vtab_distinct(&info_);
  if (info_.nOrderBy == 0) return;
  if (distinct == kDistinct) return take_distinct();
  for (int i = 0; i < info_.nOrderBy; ++i) {
    if (!add_key(info_.aOrderBy[i].iColumn, info_.aOrderBy[i].desc != 0)) {
      spec_.keys.clear();
      return;
    }
  }
  spec_.order = distinct == kGroupBy ? ScanSpec::Order::Grouped : ScanSpec::Order::Sorted;
  info_.orderByConsumed = 1;
  if (distinct == kGroupBy) order_within_groups();
}

// Orders each group by the column of most texts. SQLite does not say what it aggregates: where it
// counts distinct texts, it keeps them in a B-tree, and filling that in order takes a fraction of
// the time; where it does not, the order costs little beside handing out texts. A column with a
// condition is hardly what is counted.
void Planner::order_within_groups() {
  double most = kManyTexts;
  const TableColumn* chosen = nullptr;
  for (const int column : columns_used()) {
    if (!table_.is_data(column)) continue;
    const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
    const auto named = [&](const auto& part) { return part.column == home.name; };
    if (std::any_of(spec_.keys.begin(), spec_.keys.end(), named) ||
        std::any_of(spec_.terms.begin(), spec_.terms.end(), named))
      continue;
    const PathFacts known = knowledge_.facts(column);
    if ((known.kinds & ~kTexts) != 0 || known.distinct <= most) continue;
    most = known.distinct;
    chosen = &home;
  }
  if (chosen != nullptr) spec_.keys.push_back({chosen->name, false});
}

// Leaves duplicates out where SQLite asks for distinct rows: those that agree on every column that
// it reads, so that no condition tells them apart. Only columns whose equal values are the same
// value in every respect: 1 and 1.0, or two texts under NOCASE, are not.
void Planner::take_distinct() {
  if ((info_.colUsed >> kToldColumns) != 0) return;
  for (const int column : columns_used()) {
    const batch::TagSet kinds =
        table_.is_data(column) ? knowledge_.facts(column).kinds : batch::kAnyTags;
    if (spec_.keys.size() == kMostDistinctKeys ||
        ((kinds & ~kTexts) != 0 && (kinds & ~kIntegers) != 0)) {
      spec_.keys.clear();
      return;
    }
    spec_.keys.push_back({table_.column_name(column), false});
  }
  if (!spec_.keys.empty()) spec_.order = ScanSpec::Order::Distinct;
}

// The columns below the 63rd that the query reads.
std::vector<int> Planner::columns_used() const {
  std::vector<int> columns;
  for (int column = 0; column < kToldColumns; ++column)
    if ((info_.colUsed >> column & 1) != 0) columns.push_back(column);
  return columns;
}

// Takes LIMIT as a hint: SQLite stops at it anyway, and before 3.41 offers it even where a term
// that it does not show (a comparison of two columns of this table) still drops rows. For the same
// reason only newer versions leave OFFSET to the scan.
void Planner::take_limit() {
  if (info_.nOrderBy > 0 && info_.orderByConsumed == 0) return;
  int limit = -1, offset = -1;
  for (int i = 0; i < info_.nConstraint; ++i) {
    if (info_.aConstraint[i].usable == 0) continue;
    if (info_.aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT) limit = i;
    if (info_.aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_OFFSET) offset = i;
  }
  if (limit < 0) return;
  const bool skip = all_exact_ && sqlite3_libversion_number() >= kOffsetIsSafe;
  take_argument(limit, false);
  spec_.limit = arguments_;
  first_ = std::max(0.0, known_count(limit, kUnknownLimit));
  if (offset < 0) return;
  if (first_ > 0) first_ += std::max(0.0, known_count(offset, 0));
  take_argument(offset, skip);
  spec_.offset = arguments_;
  spec_.skip = skip;
}

void Planner::estimate() {
  const double trees = knowledge_.trees();
  const double found = std::max(1.0, trees * selectivity_);
  // A scan decodes and filters a batch at a time: far cheaper a row than handing one out.
  double scan = looked_up_ ? std::log2(trees + 2) : trees * 0.05;
  if (choice_)
    scan = std::min(scan, 5 + (choice_->equal ? 0 : trees * choice_->selectivity * 0.05));
  const double order = spec_.keys.empty() ? 0 : found * 0.1;
  info_.estimatedCost = 5 + scan + found * (by_row_ ? kTreeCost : 1) + order;
  info_.estimatedRows = unique_ ? 1 : static_cast<sqlite3_int64>(found);
  if (unique_) info_.idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
}

int Planner::plan() {
  // SQLite offers LIMIT only to the one table of a query.
  for (int i = 0; i < info_.nConstraint; ++i)
    alone_ = alone_ || info_.aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT;
  for (int i = 0; i < info_.nConstraint; ++i) {
    const Constraint& constraint = info_.aConstraint[i];
    if (constraint.op == SQLITE_INDEX_CONSTRAINT_LIMIT ||
        constraint.op == SQLITE_INDEX_CONSTRAINT_OFFSET)
      continue;
    const bool needed = constraint.iColumn == table_.hidden(ArborTable::Hidden::Generation) &&
                        constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (constraint.usable == 0 && needed) return SQLITE_CONSTRAINT;
    by_row_ = by_row_ || (constraint.usable == 0 && constraint.op == SQLITE_INDEX_CONSTRAINT_MATCH);
    if (constraint.usable == 0 || !take(i, constraint)) all_exact_ = false;
  }
  choose_index();
  take_order();
  take_limit();
  walk_index();
  estimate();
  info_.idxStr = sqlite3_mprintf("%s", to_text(spec_).c_str());
  info_.needToFreeIdxStr = 1;
  return info_.idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

}  // namespace

int arbor_best_index(sqlite3_vtab* base, sqlite3_index_info* info) {
  auto& table = *static_cast<ArborTable*>(base);
  return guarded(&table.zErrMsg, [&] {
    const store::ReadScope one_state(table.session->db());
    return Planner(table, *info).plan();
  });
}

}  // namespace arbors::ext
