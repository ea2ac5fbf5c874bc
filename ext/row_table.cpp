#include "ext/row_table.h"

#include <memory>
#include <string>

#include "ext/guard.h"
#include "ext/sql_value.h"
#include "sql/sqlite_error.h"

namespace arbors::ext {
namespace {

struct Aux {
  SessionPtr session;
  const RowTable* table;
};

struct Connected : sqlite3_vtab {
  Connected() : sqlite3_vtab() {}
  ~Connected() { sqlite3_free(zErrMsg); }  // SQLite does not after every callback

  SessionPtr session;
  const RowTable* table = nullptr;
};

struct Cursor : sqlite3_vtab_cursor {
  std::vector<Value> arguments;
  TableRows rows;
  std::size_t row = 0;
};

Connected& connected(sqlite3_vtab* table) { return *static_cast<Connected*>(table); }
Cursor& cursor_of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }

int connect(sqlite3* db, void* raw, int, const char* const*, sqlite3_vtab** out, char** message) {
  return guarded(message, [&] {
    const Aux& aux = *static_cast<Aux*>(raw);
    std::string sql = std::string("CREATE TABLE x(") + aux.table->columns;
    if (*aux.table->arguments != '\0') sql += std::string(", ") + aux.table->arguments;
    const int declared = sqlite3_declare_vtab(db, (sql + ")").c_str());
    if (declared != SQLITE_OK) store::throw_sqlite(db, declared);
    auto table = std::make_unique<Connected>();
    table->session = aux.session;
    table->table = aux.table;
    *out = table.release();
    return SQLITE_OK;
  });
}

int disconnect(sqlite3_vtab* table) {
  delete &connected(table);
  return SQLITE_OK;
}

// Takes the arguments, in their order; refuses a plan that lacks one.
int plan_arguments(const RowTable& table, sqlite3_index_info* info) {
  std::vector<int> constraint_of(table.most_arguments, -1);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const int argument = constraint.iColumn - static_cast<int>(table.visible);
    if (argument < 0 || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    constraint_of[static_cast<std::size_t>(argument)] = i;
  }
  int taken = 0;
  for (const int i : constraint_of) {
    if (i < 0) continue;
    info->aConstraintUsage[i].argvIndex = ++taken;
    info->aConstraintUsage[i].omit = 1;
  }
  info->estimatedCost = 1000;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

int best_index(sqlite3_vtab* table, sqlite3_index_info* info) {
  return guarded(&table->zErrMsg, [&] { return plan_arguments(*connected(table).table, info); });
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
    const Connected& table = connected(base->pVtab);
    cursor.arguments.clear();
    for (int i = 0; i < argc; ++i) cursor.arguments.push_back(to_value(argv[i]));
    if (cursor.arguments.size() < table.table->most_arguments)
      throw_invalid(std::string(table.table->name) + " needs its argument: " + table.table->name +
                    "('players')");
    cursor.rows = table.table->rows(*table.session, cursor.arguments);
    cursor.row = 0;
    return SQLITE_OK;
  });
}

int next_row(sqlite3_vtab_cursor* cursor) {
  ++cursor_of(cursor).row;
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* cursor) {
  return cursor_of(cursor).row >= cursor_of(cursor).rows.size() ? 1 : 0;
}

int read_column(sqlite3_vtab_cursor* base, sqlite3_context* context, int number) {
  return guarded(&base->pVtab->zErrMsg, [&] {
    const Cursor& cursor = cursor_of(base);
    const std::vector<Value>& row = cursor.rows[cursor.row];
    const auto column = static_cast<std::size_t>(number);
    if (column < row.size()) {
      set_result(context, row[column]);
    } else if (column - row.size() < cursor.arguments.size()) {
      set_result(context, cursor.arguments[column - row.size()]);
    }
    return SQLITE_OK;
  });
}

int read_rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  *rowid = static_cast<sqlite3_int64>(cursor_of(cursor).row) + 1;
  return SQLITE_OK;
}

// No xCreate: the table exists under its own name only, as a function.
const sqlite3_module kRowTableModule = {
    0,       nullptr,  connect, best_index,  disconnect, nullptr, open_cursor, close_cursor,
    filter,  next_row, at_end,  read_column, read_rowid, nullptr, nullptr,     nullptr,
    nullptr, nullptr,  nullptr, nullptr,     nullptr,    nullptr, nullptr,     nullptr,
};

}  // namespace

int register_row_table(const SessionPtr& session, const RowTable& table) {
  auto aux = std::make_unique<Aux>(Aux{session, &table});
  return sqlite3_create_module_v2(session->db(), table.name, &kRowTableModule, aux.release(),
                                  [](void* raw) { delete static_cast<Aux*>(raw); });
}

}  // namespace arbors::ext
