#include <memory>

#include "ext/host/handed_text.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_arguments.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/session/read_callbacks.h"

namespace arbors::ext {
namespace {

enum PlanRowsColumn { kRowIndex, kRowTree, kRowPlan };

struct PlanRowsAux {
  SessionPtr session;
  bool files;  // plans may read files
};

struct PlanRows : sqlite3_vtab {
  SessionPtr session;
  bool files = false;
};

class PlanCursor : public sqlite3_vtab_cursor {
 public:
  explicit PlanCursor(const PlanRows& rows)
      : sqlite3_vtab_cursor{},
        session_(*rows.session),
        hold_(session_.limits().hold()),
        files_(rows.files) {}

  void filter(const char*, std::span<sqlite3_value*> arguments) {
    if (arguments.empty()) throw_invalid("arbor_rows needs a plan: arbor_rows('players | head 5')");
    arguments_.clear();
    for (sqlite3_value* argument : arguments) arguments_.push_back(to_value(argument));
    run_.reset();
    if (arguments_.front().is_null()) return;  // no rows, as in SQLite's own functions
    const exec::Query query = session_.plans().query(text_argument(arguments[0], "the plan"),
                                                     to_parameters(arguments.subspan(1)));
    rows_ = files_ ? session_.plans().execute_with_files(query)
                   : exec::execute(query.plan, query.bind, query.context);
    index_ = 0;
    next_run();
  }

  void next() {
    ++index_;
    if (++row_ >= run_->size()) next_run();
  }

  bool at_end() const { return run_ == nullptr; }
  std::int64_t rowid() const { return index_ + 1; }

  void column(sqlite3_context* context, int number) {
    if (number == kRowIndex) {
      sqlite3_result_int64(context, index_);
    } else if (number == kRowTree) {
      const HostLimits::Watch watch(session_.limits());
      run_->tree(row_, tree_.begin());
      tree_.set_result(context);
    } else if (static_cast<std::size_t>(number - kRowPlan) < arguments_.size()) {
      set_result(context, arguments_[static_cast<std::size_t>(number - kRowPlan)]);
    }
  }

 private:
  void next_run() {
    const HostLimits::Watch watch(session_.limits());
    row_ = 0;
    do {
      run_ = rows_->next();
    } while (run_ && run_->size() == 0);
  }

  Session& session_;
  const HostLimits::Hold hold_;
  const bool files_;
  exec::RowStreamPtr rows_;
  exec::RowRunPtr run_;
  std::uint32_t row_ = 0;         // of the run
  std::vector<Value> arguments_;  // the plan, then its parameters
  HandedText tree_;
  std::int64_t index_ = 0;
};

using RowsCallbacks = ReadCallbacks<PlanRows, PlanCursor>;

int connect_rows(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out,
                 char** message) {
  return guarded(message, [&] {
    const PlanRowsAux& given = *static_cast<PlanRowsAux*>(aux);
    // Files are no business of views, triggers and the schema.
    if (given.files) sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    const std::string sql =
        "CREATE TABLE x(idx INTEGER, tree TEXT, " + plan_argument_columns(false) + ')';
    if (sqlite3_declare_vtab(db, sql.c_str()) != SQLITE_OK) throw_invalid(sqlite3_errmsg(db));
    auto rows = std::make_unique<PlanRows>();
    rows->session = given.session;
    rows->files = given.files;
    *out = rows.release();
    return SQLITE_OK;
  });
}

int plan_rows(sqlite3_vtab*, sqlite3_index_info* info) {
  const int taken = take_plan_arguments(info, kRowPlan);
  if (taken != SQLITE_OK) return taken;
  if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == kRowIndex && info->aOrderBy[0].desc == 0)
    info->orderByConsumed = 1;
  info->estimatedCost = 10000;
  info->estimatedRows = 1000;
  return SQLITE_OK;
}

}  // namespace

int register_rows_function(const SessionPtr& session) {
  static const sqlite3_module module =
      RowsCallbacks::module(nullptr, connect_rows, plan_rows, RowsCallbacks::disconnect);
  const int registered =
      register_module(session->db(), "arbor_rows", module, PlanRowsAux{session, false});
  if (registered != SQLITE_OK) return registered;
  return register_module(session->db(), "arbor_file_rows", module, PlanRowsAux{session, true});
}

}  // namespace arbors::ext
