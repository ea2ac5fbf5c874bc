#include <memory>

#include "ext/host/statements.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/plans/view_columns.h"
#include "ext/plans/view_cursor.h"
#include "ext/plans/view_planning.h"
#include "ext/plans/view_table.h"
#include "ext/session/declaration.h"
#include "ext/session/read_callbacks.h"
#include "sql/access/read_scope.h"

namespace arbors::ext {
namespace {

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
    const bool later = error.code() == ErrorCode::NotFound || error.code() == ErrorCode::Limit;
    if (creates || !later) throw;
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

int plan_view(sqlite3_vtab* table, sqlite3_index_info* info) {
  return guarded(&table->zErrMsg, [&] {
    View& view = ViewCallbacks::of(table);
    view.session->tell_planned(view.name.schema, view.name.table, nullptr, /*is_view=*/true);
    return plan_view_scan(view, *info);
  });
}

}  // namespace

int register_view_module(const SessionPtr& session) {
  static const sqlite3_module module =
      ViewCallbacks::module(create_view, connect_view_again, plan_view, disconnect_view);
  return register_module(session->db(), "arbor_view", module, session);
}

}  // namespace arbors::ext
