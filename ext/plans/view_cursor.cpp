#include "ext/plans/view_cursor.h"

#include <algorithm>

#include "engine/exec/query/source_statistics.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/select/select.h"
#include "ext/host/sql_value.h"
#include "ext/planning/outer_joins.h"
#include "ext/planning/scan_spec.h"
#include "ext/plans/plan_session.h"
#include "ext/scan/row_restriction.h"
#include "ext/scan/scan_plan.h"
#include "ext/scan/term_condition.h"

namespace arbors::ext {
namespace {

// Nothing is known of a computed column's values before the plan is run.
const PathFacts kUnknownFacts{.kinds = 0xFFFF};

FoundColumn find_view_column(const View& view, const std::string& name) {
  for (const TableColumn& column : view.columns)
    if (column.name == name) return {ColumnKind::Data, &column};
  throw_invalid("no such column: " + name);
}

bool is_equality(const Condition& condition) { return condition.op == TermOp::Equal; }

std::vector<expr::ExprPtr> plan_conditions(const ScanRequest& request) {
  std::vector<expr::ExprPtr> conditions;
  for (const Condition& condition : request.conditions())
    conditions.push_back(term_condition(condition, kUnknownFacts));
  return conditions;
}

}  // namespace

// Conditions and orders change the numbers of rows, by which SQLite knows them again in a RIGHT or
// FULL JOIN: there the plan is run once, and its rows are the source of every scan.
void ViewCursor::read_words(const char* words) {
  ScanSpec spec = parse_scan_spec(words);
  words_ = words;
  source_.reset();
  Session& session = *view_.session;
  if (plan::select::is_select(view_.text)) {  // its names are those of now
    view_.plan = session.plans().parse(view_.text);
    session.plans().remember_view(view_.name, view_.plan);
  }
  const auto doubtful = [](const Term& term) { return may_stand_in_outer_on(term.op); };
  if (std::any_of(spec.terms.begin(), spec.terms.end(), doubtful) && may_join_outer(session.db()))
    std::erase_if(spec.terms, doubtful);
  request_ =
      ScanRequest(spec, [this](const std::string& name) { return find_view_column(view_, name); });
  if ((!spec.terms.empty() || !spec.keys.empty()) && may_join_right(session.db())) freeze();
  repeated_ = nullptr;
  filters_ = 0;
  if (std::any_of(request_.conditions().begin(), request_.conditions().end(), is_equality))
    repeated_ = lookups_->of(words_, session.plans(), view_.plan);
}

void ViewCursor::freeze() {
  Session& session = *view_.session;
  const exec::SourceBinder& bind = session.plans().binder();
  source_ = exec::open(
      {exec::optimized(session.plans().with_views(view_.plan), bind), bind, session.execution()});
}

void ViewCursor::make_lookup_rows() {
  if (!repeated_->rows) {
    if (!source_) freeze();
    repeated_->rows = source_;
  }
  source_ = repeated_->rows;
}

// Makes the hash table of a repeated look-up, unless it is there; false where there are too many
// rows.
bool ViewCursor::make_lookup_table() {
  ViewLookups::Lookup& repeated = *repeated_;
  if (repeated.table) return true;
  const exec::ExecutionContext& execution = view_.session->execution();
  if (source_->trees() > execution.budgets.max_index_entries) return false;
  std::vector<exec::KeyLookup::Key> keys;
  repeated.arguments.clear();
  for (const Condition& condition : request_.conditions()) {
    if (!is_equality(condition)) continue;
    keys.push_back({expr::path(condition.column.data->path), condition.collation});
    repeated.arguments.push_back(condition.argument);
  }
  repeated.table.emplace(source_, keys, execution);
  return true;
}

// Finds the rows of a repeated equality, as a join asks for them, in a hash table of the plan's
// rows instead of by running the plan again; nullopt where that is not worth it.
std::optional<plan::RowRestriction> ViewCursor::look_up() {
  constexpr std::uint32_t kRunsBeforeTable = 3;
  if (repeated_ == nullptr) return std::nullopt;
  ViewLookups::Lookup& repeated = *repeated_;
  const bool repeats = ++filters_ > kRunsBeforeTable;
  if (!repeats && ++repeated.filters <= repeated.enough && !repeated.table) return std::nullopt;
  make_lookup_rows();
  if (!make_lookup_table()) return std::nullopt;
  plan::RowRestriction rows;
  keep_places(rows, *source_, repeated.table->find(request_.values_of(repeated.arguments)));
  return rows;
}

// Asks the host whether it lets the statement read what decides which rows there are.
void ViewCursor::allow_plan() const {
  PlanSession& plans = view_.session->plans();
  std::vector<plan::NamedExpr> fields;
  const auto add = [&](const expr::ExprPtr& read) {
    fields.push_back({std::to_string(fields.size()), read});
  };
  for (const Condition& condition : request_.conditions())
    add(expr::path(condition.column.data->path));
  if (request_.order())
    for (const plan::SortKey& key : request_.order()->keys) add(key.expr);
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
    read_words(words);
    allow_plan();
  }
  request_.bind(arguments);
  Session& session = *view_.session;
  run_.reset();
  std::optional<plan::RowRestriction> found = look_up();
  const bool looked_up = found.has_value();
  const exec::SourceBinder& bind = source_ ? bind_source_ : session.plans().binder();
  plan::Source frozen;
  if (found) frozen.rows = *std::move(found);
  plan::NodePtr rows =
      source_ ? plan::make(std::move(frozen)) : session.plans().with_views(view_.plan);
  rows = filtered_in_order(std::move(rows), plan_conditions(request_), request_);
  if (!looked_up) rows = exec::optimized(rows, bind);
  stream_ = exec::execute(rows, bind, session.execution(), request_.expected_rows());
  index_ = 0;
  next_run();
}

void ViewCursor::next_run() {
  const HostLimits::Watch watch(view_.session->limits());
  blocks_.assign(view_.columns.size(), {});
  row_ = 0;
  do {
    run_ = stream_->next();
  } while (run_ && run_->size() == 0);
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

}  // namespace arbors::ext
