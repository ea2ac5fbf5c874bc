#include <memory>

#include "ext/guard.h"
#include "ext/plan_session.h"
#include "ext/plan_tables.h"
#include "ext/sql_value.h"

namespace arbors::ext {
namespace {

constexpr int kParameters = 16;
enum Column { kIndex, kTree, kPlan, kFirstParameter };

struct Rows : sqlite3_vtab {
  SessionPtr session;
};

struct Cursor : sqlite3_vtab_cursor {
  std::unique_ptr<exec::TreeStream> trees;
  std::vector<Value> arguments;  // the plan, then its parameters
  std::string tree;
  std::int64_t index = -1;
  bool at_end = true;

  void next() {
    ++index;
    at_end = !trees->next(tree);
  }
};

Cursor& cursor_of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }

int connect(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out, char** message) {
  return guarded(message, [&] {
    std::string sql = "CREATE TABLE x(idx INTEGER, tree TEXT, plan HIDDEN";
    for (int i = 1; i <= kParameters; ++i) sql += ", p" + std::to_string(i) + " HIDDEN";
    if (sqlite3_declare_vtab(db, (sql + ")").c_str()) != SQLITE_OK)
      throw_invalid(sqlite3_errmsg(db));
    auto rows = std::make_unique<Rows>();
    rows->session = *static_cast<SessionPtr*>(aux);
    *out = rows.release();
    return SQLITE_OK;
  });
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<Rows*>(table);
  return SQLITE_OK;
}

// Takes the plan and its parameters, in their order; refuses to run without the plan.
int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  int constraint_of[1 + kParameters];
  std::fill(std::begin(constraint_of), std::end(constraint_of), -1);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn < kPlan || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    constraint_of[constraint.iColumn - kPlan] = i;
  }
  int taken = 0;
  for (const int i : constraint_of) {
    if (i < 0) break;  // arguments come without gaps
    info->aConstraintUsage[i].argvIndex = ++taken;
    info->aConstraintUsage[i].omit = 1;
  }
  if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == kIndex && info->aOrderBy[0].desc == 0)
    info->orderByConsumed = 1;
  info->estimatedCost = 10000;
  info->estimatedRows = 1000;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  return guarded(static_cast<char**>(nullptr), [&] {
    *out = std::make_unique<Cursor>().release();
    return SQLITE_OK;
  });
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete &cursor_of(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int, const char*, int argc, sqlite3_value** argv) {
  return guarded(&base->pVtab->zErrMsg, [&] {
    Cursor& cursor = cursor_of(base);
    Session& session = *static_cast<Rows*>(base->pVtab)->session;
    if (argc == 0) throw_invalid("arbor_rows needs a plan: arbor_rows('players | head 5')");
    cursor.arguments.clear();
    for (int i = 0; i < argc; ++i) cursor.arguments.push_back(to_value(argv[i]));
    const std::span<const Value> parameters(cursor.arguments.begin() + 1, cursor.arguments.end());
    const exec::Query query = session.plans().query(text_argument(argv[0], "the plan"), parameters);
    cursor.trees =
        std::make_unique<exec::TreeStream>(exec::execute(query.plan, query.bind, query.context));
    cursor.index = -1;
    cursor.next();
    return SQLITE_OK;
  });
}

int next_row(sqlite3_vtab_cursor* cursor) {
  return guarded(&cursor->pVtab->zErrMsg, [&] {
    cursor_of(cursor).next();
    return SQLITE_OK;
  });
}

int at_end(sqlite3_vtab_cursor* cursor) { return cursor_of(cursor).at_end ? 1 : 0; }

int read_column(sqlite3_vtab_cursor* base, sqlite3_context* context, int number) {
  return guarded(&base->pVtab->zErrMsg, [&] {
    const Cursor& cursor = cursor_of(base);
    if (number == kIndex) {
      sqlite3_result_int64(context, cursor.index);
    } else if (number == kTree) {
      set_json(context, cursor.tree);
    } else if (static_cast<std::size_t>(number - kPlan) < cursor.arguments.size()) {
      set_result(context, cursor.arguments[static_cast<std::size_t>(number - kPlan)]);
    }
    return SQLITE_OK;
  });
}

int read_rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  *rowid = cursor_of(cursor).index + 1;
  return SQLITE_OK;
}

const sqlite3_module kRowsModule = {
    0,       nullptr,  connect, best_index,  disconnect, nullptr, open_cursor, close_cursor,
    filter,  next_row, at_end,  read_column, read_rowid, nullptr, nullptr,     nullptr,
    nullptr, nullptr,  nullptr, nullptr,     nullptr,    nullptr, nullptr,     nullptr,
};

}  // namespace

int register_rows_function(const SessionPtr& session) {
  auto aux = std::make_unique<SessionPtr>(session);
  return sqlite3_create_module_v2(session->db(), "arbor_rows", &kRowsModule, aux.release(),
                                  [](void* raw) { delete static_cast<SessionPtr*>(raw); });
}

}  // namespace arbors::ext
