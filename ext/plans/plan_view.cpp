#include <algorithm>
#include <memory>

#include "engine/exec/query/query.h"
#include "engine/exec/query/source_statistics.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/select/select.h"
#include "ext/host/handed_text.h"
#include "ext/host/sql_value.h"
#include "ext/host/statements.h"
#include "ext/planning/constraint_ops.h"
#include "ext/planning/outer_joins.h"
#include "ext/planning/planner_knowledge.h"
#include "ext/planning/scan_spec.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/plans/view_columns.h"
#include "ext/plans/view_lookups.h"
#include "ext/scan/row_restriction.h"
#include "ext/scan/term_condition.h"
#include "ext/session/arbor_name.h"
#include "ext/session/declaration.h"
#include "ext/session/read_callbacks.h"
#include "sql/access/read_scope.h"

namespace arbors::ext {
namespace {

// Nothing is known of a computed column's values before the plan is run.
const PathFacts kUnknownFacts{.kinds = 0xFFFF};

struct View : sqlite3_vtab {
  SessionPtr session;
  ArborName name;
  std::string text;  // of the plan
  plan::NodePtr plan;
  std::vector<TableColumn> columns;    // then the hidden _tree and _index
  bool utf8 = true;                    // the database's encoding, in whose bytes texts are ordered
  std::weak_ptr<ViewLookups> lookups;  // of the statement that reads it

  bool is_data(int column) const {
    return column >= 0 && column < static_cast<int>(columns.size());
  }
  int tree_column() const { return static_cast<int>(columns.size()); }
  int index_column() const { return tree_column() + 1; }
};

class ViewCursor : public sqlite3_vtab_cursor {
 public:
  explicit ViewCursor(View& view)
      : sqlite3_vtab_cursor{},
        view_(view),
        hold_(view.session->limits().hold()),
        lookups_(ViewLookups::shared(view.lookups)) {}

  void filter(const char* words, std::span<sqlite3_value*> arguments);
  void next() {
    ++index_;
    if (++row_ >= run_->size()) next_run();
  }
  bool at_end() const { return run_ == nullptr; }
  void column(sqlite3_context* context, int number);
  std::int64_t rowid() const {
    return 1 + (source_ ? static_cast<std::int64_t>(run_->position(row_)) : index_);
  }

 private:
  void read_spec(const char* words);
  void allow_plan() const;
  void allow_column(int number);
  void freeze();
  std::optional<plan::RowRestriction> look_up(std::span<sqlite3_value*> arguments);
  void next_run() {
    const HostLimits::Watch watch(view_.session->limits());
    blocks_.assign(view_.columns.size(), {});
    row_ = 0;
    do {
      run_ = stream_->next();
    } while (run_ && run_->size() == 0);
  }

  View& view_;
  const HostLimits::Hold hold_;
  ScanSpec spec_;
  std::string words_;           // that spec_ was read from
  exec::TreeSourcePtr source_;  // the plan's rows, where they are read again and again
  std::shared_ptr<ViewLookups> lookups_;
  std::shared_ptr<ViewLookups::Lookup> repeated_;  // in these words
  std::uint32_t filters_ = 0;                      // the same, by this cursor
  exec::SourceBinder bind_source_ = [this](const plan::Source&) {
    return exec::BoundSource(source_);
  };
  exec::RowStreamPtr stream_;
  exec::RowRunPtr run_;
  std::uint32_t row_ = 0;
  std::int64_t index_ = 0;
  std::vector<exec::ColumnBlock> blocks_;
  std::vector<bool> allowed_;  // columns, _tree last, that the host lets the statement read
  HandedText tree_;
};

using ViewCallbacks = ReadCallbacks<View, ViewCursor>;

// The plan's text: the arguments as they stood, without the quotes around the whole.
std::string plan_text(int argc, const char* const* argv) {
  std::string text;
  for (int i = 3; i < argc; ++i) text += (i > 3 ? "," : "") + std::string(argv[i]);
  const bool quoted = argc == 4 && text.size() >= 2 &&
                      (text.front() == '\'' || text.front() == '"') && text.front() == text.back();
  if (!quoted) return text;
  std::string inside;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    inside += text[i];
    if (text[i] == text.front()) ++i;  // a quote doubled
  }
  return inside;
}

// Connects though an Arbor that the plan reads is gone: a table that cannot be connected cannot be
// dropped either. Reading it says what is missing.
std::vector<ViewColumn> columns_now(Session& session, const plan::NodePtr& plan, bool creates) {
  try {
    return view_columns(session, *session.plans().with_views(plan));
  } catch (const Error& error) {
    if (creates || error.code() != ErrorCode::NotFound) throw;
    return {};
  }
}

// Reads the plan. That of a SELECT whose tables are gone is empty until it is read again.
void read_plan(View& view, bool creates) {
  try {
    view.plan = view.session->plans().parse(view.text);
  } catch (const Error& error) {
    if (creates || error.code() != ErrorCode::NotFound) throw;
    view.plan = plan::make(plan::Source{plan::Source::Kind::Json, {}, "[]", {}, {}, {}});
  }
}

int connect_view(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** out,
                 char** message, bool creates) {
  return guarded(message, [&] {
    const store::ReadScope one_state(db);
    auto view = std::make_unique<View>();
    view->session = *static_cast<SessionPtr*>(aux);
    view->text = plan_text(argc, argv);
    read_plan(*view, creates);
    view->name = {argv[1], argv[2]};
    std::string sql = "CREATE TABLE x(";
    for (const ViewColumn& column : columns_now(*view->session, view->plan, creates)) {
      view->columns.push_back({column.name, column.path, Affinity::None, {}, false});
      sql += quote_identifier(column.name) + ' ' + column.type + ", ";
    }
    const char* hidden = view->columns.empty() ? "" : " HIDDEN";
    sql += std::string("\"_tree\" TEXT") + hidden + ", \"_index\" INTEGER HIDDEN)";
    for_each_row(db, "PRAGMA encoding", {},
                 [&](sqlite3_stmt* row) { view->utf8 = column_text(row, 0) == "UTF-8"; });
    if (sqlite3_declare_vtab(db, sql.c_str()) != SQLITE_OK) throw_invalid(sqlite3_errmsg(db));
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    view->session->plans().remember_view(view->name, view->plan);
    *out = view.release();
    return SQLITE_OK;
  });
}

int create_view(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** out,
                char** message) {
  return connect_view(db, aux, argc, argv, out, message, true);
}

int connect_view_again(sqlite3* db, void* aux, int argc, const char* const* argv,
                       sqlite3_vtab** out, char** message) {
  return connect_view(db, aux, argc, argv, out, message, false);
}

int disconnect_view(sqlite3_vtab* table) {
  const View& view = ViewCallbacks::of(table);
  view.session->plans().forget_view(view.name, view.plan);
  delete &view;
  return SQLITE_OK;
}

// The condition that a constraint is for the plan, but for its argument; nullopt where it is left
// to SQLite.
std::optional<Term> term_of(const View& view, sqlite3_index_info& info, int at) {
  const auto& constraint = info.aConstraint[at];
  const std::optional<TermOp> op = term_op(constraint.op);
  if (!op || !view.is_data(constraint.iColumn) || *op == TermOp::Match) return std::nullopt;
  if (*op == TermOp::NotEqual || *op == TermOp::IsNot) return std::nullopt;
  sqlite3* db = view.session->db();
  if (*op == TermOp::Like && may_be_redefined(db, "like")) return std::nullopt;
  if (*op == TermOp::Glob && may_be_redefined(db, "glob")) return std::nullopt;
  const auto collation = known_collation(sqlite3_vtab_collation(&info, at));
  if (!collation) return std::nullopt;
  if (is_range(*op) && !view.utf8 && *collation == Collation::Binary) return std::nullopt;
  const bool in = *op == TermOp::Equal && sqlite3_vtab_in(&info, at, -1) != 0;
  if (in) sqlite3_vtab_in(&info, at, 1);
  return Term{view.columns[static_cast<std::size_t>(constraint.iColumn)].name,
              in ? TermOp::In : *op, 0, false, *collation};
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

// Takes conditions on columns as a superset (SQLite checks again), an order, and LIMIT as a hint.
// Positions are those in the plan's own rows: where they are read, it gives all, as they come.
int plan_scan(View& view, sqlite3_index_info& info) {
  ScanSpec spec;
  int arguments = 0;
  double rows = 100000;
  int limit = -1;
  const bool positions = (info.colUsed >> std::min(view.index_column(), 63) & 1) != 0;
  for (int i = 0; i < info.nConstraint; ++i) {
    if (info.aConstraint[i].usable == 0) continue;
    if (info.aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT) limit = i;
    std::optional<Term> term = positions ? std::nullopt : term_of(view, info, i);
    if (!term) continue;
    info.aConstraintUsage[i].argvIndex = ++arguments;
    const bool no_argument = term->op == TermOp::IsNull || term->op == TermOp::IsNotNull;
    if (!no_argument) term->argument = arguments;
    rows *= term->op == TermOp::Equal || term->op == TermOp::In ? 0.1 : 0.5;
    spec.terms.push_back(*std::move(term));
  }
  const int distinct = sqlite3_vtab_distinct(&info);
  if (!positions && distinct != 2) spec.keys = keys_of(view, info);
  if (!spec.keys.empty()) {
    spec.order = distinct == 1 ? ScanSpec::Order::Grouped : ScanSpec::Order::Sorted;
    info.orderByConsumed = 1;
  }
  if (limit >= 0 && (info.nOrderBy == 0 || info.orderByConsumed != 0)) {
    info.aConstraintUsage[limit].argvIndex = ++arguments;
    spec.limit = arguments;
  }
  // About the same cost whatever is pushed: a row's number depends on it, so that SQLite must never
  // put several scans together for an OR, which it does by rowid where that looks cheaper.
  info.estimatedCost = 100000 - 1000 * std::min(arguments, 20);
  info.estimatedRows = static_cast<sqlite3_int64>(rows);
  info.idxStr = sqlite3_mprintf("%s", to_text(spec).c_str());
  info.needToFreeIdxStr = 1;
  return info.idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int plan_view(sqlite3_vtab* table, sqlite3_index_info* info) {
  return guarded(&table->zErrMsg, [&] { return plan_scan(ViewCallbacks::of(table), *info); });
}

const TableColumn& column_named(const View& view, const std::string& name) {
  for (const TableColumn& column : view.columns)
    if (column.name == name) return column;
  throw_invalid("no such column: " + name);
}

plan::NodePtr scan_plan(const View& view, plan::NodePtr node, const ScanSpec& spec,
                        std::span<sqlite3_value*> arguments) {
  std::vector<expr::ExprPtr> conditions;
  for (const Term& term : spec.terms) {
    sqlite3_value* argument =
        term.argument == 0 ? nullptr : arguments[static_cast<std::size_t>(term.argument) - 1];
    conditions.push_back(
        term_condition(column_named(view, term.column), kUnknownFacts, term, argument));
  }
  if (!conditions.empty())
    node = plan::make(plan::Filter{expr::and_all(std::move(conditions))}, {node});
  if (!spec.keys.empty()) {
    plan::Sort sort;
    sort.grouped = spec.order == ScanSpec::Order::Grouped;
    for (const OrderKey& key : spec.keys) {
      plan::SortKey by;
      by.expr = expr::path(column_named(view, key.column).path);
      by.descending = by.nulls_last = key.descending;
      sort.keys.push_back(std::move(by));
    }
    node = plan::make(std::move(sort), {node});
  }
  return node;
}

bool is_equality(const Term& term) { return term.op == TermOp::Equal; }

// Conditions and orders change the numbers of rows, by which SQLite knows them again in a RIGHT or
// FULL JOIN: there the plan is run once, and its rows are the source of every scan.
void ViewCursor::read_spec(const char* words) {
  spec_ = parse_scan_spec(words);
  words_ = words;
  source_.reset();
  Session& session = *view_.session;
  if (plan::select::is_select(view_.text)) {  // its names are those of now
    view_.plan = session.plans().parse(view_.text);
    session.plans().remember_view(view_.name, view_.plan);
  }
  const auto doubtful = [](const Term& term) { return may_stand_in_outer_on(term.op); };
  if (std::any_of(spec_.terms.begin(), spec_.terms.end(), doubtful) && may_join_outer(session.db()))
    std::erase_if(spec_.terms, doubtful);
  if ((!spec_.terms.empty() || !spec_.keys.empty()) && may_join_right(session.db())) freeze();
  repeated_ = nullptr;
  filters_ = 0;
  const bool looks_up = std::any_of(spec_.terms.begin(), spec_.terms.end(), is_equality);
  if (looks_up) repeated_ = lookups_->of(words_, session.plans(), view_.plan);
}

void ViewCursor::freeze() {
  Session& session = *view_.session;
  const exec::SourceBinder& bind = session.plans().binder();
  source_ = exec::open(
      {exec::optimized(session.plans().with_views(view_.plan), bind), bind, session.execution()});
}

// Finds the rows of a repeated equality, as a join asks for them, in a hash table of the plan's
// rows instead of by running the plan again; nullopt where that is not worth it.
std::optional<plan::RowRestriction> ViewCursor::look_up(std::span<sqlite3_value*> arguments) {
  constexpr std::uint32_t kRunsBeforeTable = 3;
  if (repeated_ == nullptr) return std::nullopt;
  const exec::ExecutionContext& execution = view_.session->execution();
  ViewLookups::Lookup& repeated = *repeated_;
  const bool repeats = ++filters_ > kRunsBeforeTable;
  if (!repeats && ++repeated.filters <= repeated.enough && !repeated.table) return std::nullopt;
  if (!repeated.rows) {
    if (!source_) freeze();
    repeated.rows = source_;
  }
  source_ = repeated.rows;
  if (!repeated.table) {
    if (source_->trees() > execution.budgets.max_index_entries) return std::nullopt;
    std::vector<exec::KeyLookup::Key> keys;
    repeated.arguments.clear();
    for (const Term& term : spec_.terms) {
      if (!is_equality(term)) continue;
      keys.push_back({expr::path(column_named(view_, term.column).path), term.collation});
      repeated.arguments.push_back(term.argument);
    }
    repeated.table.emplace(source_, keys, execution);
  }
  plan::RowRestriction rows;
  keep_places(rows, *source_, repeated.table->find(to_values(arguments, repeated.arguments)));
  return rows;
}

// Asks the host whether it lets the statement read what decides which rows there are.
void ViewCursor::allow_plan() const {
  PlanSession& plans = view_.session->plans();
  std::vector<plan::NamedExpr> fields;
  const auto add = [&](const std::string& name) {
    const Path& path = column_named(view_, name).path;
    fields.push_back({std::to_string(fields.size()), expr::path(path)});
  };
  for (const Term& term : spec_.terms) add(term.column);
  for (const OrderKey& key : spec_.keys) add(key.column);
  plan::NodePtr plan = plans.with_views(view_.plan);
  const bool plain = fields.empty();
  if (!plain) plan = plan::make(plan::Project{std::move(fields)}, {plan});
  plans.allow(plan, {.trees = !plain, .condition = nullptr});
}

// The same for the values of a column, or whole trees, once a cursor.
void ViewCursor::allow_column(int number) {
  const auto at = static_cast<std::size_t>(number);
  allowed_.resize(view_.columns.size() + 1);
  if (allowed_[at]) return;
  PlanSession& plans = view_.session->plans();
  plan::NodePtr plan = plans.with_views(view_.plan);
  if (view_.is_data(number)) {
    plan::NamedExpr field{"value", expr::path(view_.columns[at].path)};
    plan = plan::make(plan::Project{{std::move(field)}}, {plan});
  }
  plans.allow(plan);
  allowed_[at] = true;
}

void ViewCursor::filter(const char* words, std::span<sqlite3_value*> arguments) {
  if (words_ != words) {
    read_spec(words);
    allow_plan();
  }
  std::uint64_t expected = 0;
  if (spec_.limit != 0) {
    const Value limit = to_value(arguments[static_cast<std::size_t>(spec_.limit) - 1]);
    if (limit.kind == ValueKind::Integer && limit.integer > 0)
      expected = static_cast<std::uint64_t>(limit.integer);
  }
  Session& session = *view_.session;
  run_.reset();
  std::optional<plan::RowRestriction> found = look_up(arguments);
  const bool looked_up = found.has_value();
  const exec::SourceBinder& bind = source_ ? bind_source_ : session.plans().binder();
  plan::Source frozen;
  if (found) frozen.rows = *std::move(found);
  plan::NodePtr rows =
      source_ ? plan::make(std::move(frozen)) : session.plans().with_views(view_.plan);
  rows = scan_plan(view_, std::move(rows), spec_, arguments);
  if (!looked_up) rows = exec::optimized(rows, bind);
  stream_ = exec::execute(rows, bind, session.execution(), expected);
  index_ = 0;
  next_run();
}

void ViewCursor::column(sqlite3_context* context, int number) {
  if (view_.is_data(number)) {
    const auto column = static_cast<std::size_t>(number);
    exec::ColumnBlock& block = blocks_[column];
    if (row_ - block.first >= block.count) {
      allow_column(number);
      const HostLimits::Watch watch(view_.session->limits());
      block = run_->column(view_.columns[column].path, row_);
    }
    set_result(context, *block.vector, row_ - block.first);
  } else if (number == view_.tree_column()) {
    allow_column(number);
    const HostLimits::Watch watch(view_.session->limits());
    run_->tree(row_, tree_.begin());
    tree_.set_result(context);
  } else {
    sqlite3_result_int64(context, index_);
  }
}

}  // namespace

int register_view_module(const SessionPtr& session) {
  static const sqlite3_module module =
      ViewCallbacks::module(create_view, connect_view_again, plan_view, disconnect_view);
  return register_module(session->db(), "arbor_view", module, session);
}

}  // namespace arbors::ext
