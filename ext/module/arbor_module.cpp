#include "ext/module/arbor_module.h"

#include <algorithm>
#include <array>

#include "ext/host/sql_value.h"
#include "ext/host/statements.h"
#include "ext/module/update.h"
#include "ext/planning/best_index.h"
#include "ext/scan/cursor.h"
#include "ext/scan/match.h"
#include "ext/session/arbor_name.h"
#include "ext/session/read_callbacks.h"
#include "ext/table/arbor_table.h"
#include "sql/access/read_scope.h"
#include "sql/access/sqlite_error.h"
#include "sql/tables/layout.h"

namespace arbors::ext {
namespace {

using TableCallbacks = ReadCallbacks<ArborTable, ArborCursor>;

ArborTable& table_of(sqlite3_vtab* table) { return TableCallbacks::of(table); }

SessionPtr& session_of(void* aux) { return *static_cast<SessionPtr*>(aux); }

std::string arguments_text(std::span<const char* const> arguments) {
  std::string text;
  for (const char* argument : arguments) text += (text.empty() ? "" : ", ") + std::string(argument);
  return text;
}

store::Options store_options(const Declaration& declaration,
                             std::span<const char* const> arguments) {
  store::Options options;
  options.batch_trees = declaration.batch_trees;
  options.retain = declaration.retain;
  options.retain_for = declaration.retain_for;
  options.found_columns = declaration.found_columns;
  for (const DeclaredColumn& column : declaration.columns)
    options.declared.push_back({column.name, column.type, column.collation});
  options.key = declaration.key;
  options.declaration = arguments_text(arguments);
  return options;
}

// Lists the table's data columns: the declared ones as declared, then the found ones, then those of
// objects.
std::vector<TableColumn> list_columns(const Declaration& declaration, store::Store& store) {
  std::vector<TableColumn> columns;
  columns.reserve(store.columns().size() + store.object_columns().size());
  for (const DeclaredColumn& column : declaration.columns)
    columns.push_back({column.name, column.path, column.affinity, column.collation,
                       /*object=*/false, lower_ascii(column.type) == "boolean"});
  for (const store::Column& column : store.columns())
    if (!column.declared) columns.push_back({column.name, column.path, Affinity::None, {}});
  for (const store::Column& column : store.object_columns())
    columns.push_back({column.name, column.path, Affinity::None, {}, /*object=*/true});
  return columns;
}

std::string declaration_sql(const ArborTable& table, const Declaration& declaration) {
  std::string sql = "CREATE TABLE x(";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    sql += quote_identifier(table.columns[i].name);
    if (i < declaration.columns.size() && !declaration.columns[i].type.empty())
      sql += ' ' + declaration.columns[i].type;
    if (table.columns[i].collation != Collation::Binary)
      sql += " COLLATE " + std::string(collation_name(table.columns[i].collation));
    sql += table.columns[i].object ? " HIDDEN, " : ", ";
  }
  // SQLite refuses to select * from a table without a visible column.
  const bool visible = !table.columns.empty() && !table.columns.front().object;
  sql += visible ? "\"_tree\" TEXT HIDDEN, " : "\"_tree\" TEXT, ";
  sql += "\"_index\" INTEGER HIDDEN, \"_generation\" INTEGER HIDDEN, \"_patch\" HIDDEN";
  if (table.has_name_column) sql += ", " + quote_identifier(table.name) + " HIDDEN";
  return sql + ")";
}

// Gives the table a hidden column of its own name, unless another one has it.
void name_own_column(ArborTable& table) {
  const std::string own = lower_ascii(table.name);
  const auto is_own = [&](const std::string& name) {
    return name.size() == own.size() && lower_ascii(name) == own;
  };
  for (std::size_t at = 0; at < table.columns.size(); ++at)
    if (is_own(table.columns[at].name)) table.own_column = static_cast<int>(at);
  table.has_name_column =
      table.own_column < 0 && std::ranges::count(store::kHiddenColumns, own) == 0;
}

void check_sqlite(sqlite3* db, int result) {
  if (result != SQLITE_OK) store::throw_sqlite(db, result);
}

using Arguments = std::span<const char* const>;

// The store of a table that is being made: one that a function has made for it, or a new one.
StorePtr created_store(const ArborTable& table, const Declaration& declaration,
                       Arguments arguments) {
  Session& session = *table.session;
  StorePtr store = session.undeclared(table.schema, table.name);
  session.set_undeclared(nullptr);
  if (store) return store;
  return store::Store::create(session.connection(), table.schema, table.name,
                              store_options(declaration, arguments));
}

// The store of a table that there is: the one that is open, or opened now.
StorePtr opened_store(Session& session, const std::string& schema, const std::string& name) {
  StorePtr store = session.connected(schema, name);
  if (!store) return store::Store::open(session.connection(), schema, name);
  store->unlock();
  return store;
}

int open_table(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** out,
               char** message, bool create) {
  return guarded(message, [&] {
    const SessionPtr& session = session_of(aux);
    const HostLimits::Watch watch(session->limits());
    const store::ReadScope one_state(db);
    auto table = std::make_unique<ArborTable>(session);
    table->schema = argv[1];
    table->name = argv[2];
    if (create) check_new_name(table->name);
    const Arguments arguments(argv + 3, static_cast<std::size_t>(argc - 3));
    const Declaration declaration = parse_declaration(arguments);
    const StorePtr store = create ? created_store(*table, declaration, arguments)
                                  : opened_store(*session, table->schema, table->name);
    // SQLite counts a table that it just created as part of the transaction, without xBegin. It
    // tells a table that it connects anew of nothing before xBegin.
    if (create) {
      store->begin();
      store->unlock();
    }
    session->remember(table->schema, table->name, store);
    if (store->options().declaration != arguments_text(arguments))
      throw_corrupt("the CREATE statement of '" + table->name +
                    "' is not the one that it was made with");
    table->store = store;
    table->columns = list_columns(declaration, *store);
    table->utf8 = store->is_utf8();
    name_own_column(*table);
    check_sqlite(db, sqlite3_declare_vtab(db, declaration_sql(*table, declaration).c_str()));
    check_sqlite(db, sqlite3_vtab_config(db, SQLITE_VTAB_CONSTRAINT_SUPPORT, 1));
    check_sqlite(db, sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS));
    *out = table.release();
    return SQLITE_OK;
  });
}

int create_table(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** out,
                 char** message) {
  return open_table(db, aux, argc, argv, out, message, true);
}

int connect_table(sqlite3* db, void* aux, int argc, const char* const* argv, sqlite3_vtab** out,
                  char** message) {
  return open_table(db, aux, argc, argv, out, message, false);
}

// Kept apart from column(), which an UPDATE calls for every column that there is.
[[gnu::noinline]] int read_column(sqlite3_vtab_cursor* cursor, sqlite3_context* context,
                                  int number) {
  return TableCallbacks::column(cursor, context, number);
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  if (TableCallbacks::of(cursor).stays(context, number)) return SQLITE_OK;
  return read_column(cursor, context, number);
}

int destroy_table(sqlite3_vtab* table) {
  const int result = guarded(&table->zErrMsg, [&] {
    ArborTable& arbor = table_of(table);
    arbor.store->destroy();
    // A statement may hold the table as it was before it was renamed, and so the store.
    arbor.session->forget(arbor.schema, arbor.name);
    return SQLITE_OK;
  });
  if (result == SQLITE_OK) delete &table_of(table);
  return result;
}

int find_function(sqlite3_vtab* table, int arity, const char* name,
                  void (**function)(sqlite3_context*, int, sqlite3_value**), void** data) {
  if (arity != 2 || lower_ascii(name) != "match") return 0;
  *function = match_function;
  *data = &table_of(table);
  return 1;
}

int rename_table(sqlite3_vtab* table, const char* name) {
  return guarded(&table->zErrMsg, [&] {
    ArborTable& arbor = table_of(table);
    check_new_name(name);
    arbor.store->rename(name);
    arbor.session->forget(arbor.schema, arbor.name);  // after a rollback it is another's again
    arbor.session->remember(arbor.schema, name, arbor.store);
    arbor.name = name;
    return SQLITE_OK;
  });
}

int is_shadow_name(const char* suffix) {
  return store::is_shadow_part(lower_ascii(suffix)) ? 1 : 0;
}

// Runs one of the store's transaction hooks.
template <typename Hook>
int run_hook(sqlite3_vtab* table, Hook hook) {
  return guarded(&table->zErrMsg, [&] {
    const InsertRowidKept kept(table_of(table).session->db());
    hook(*table_of(table).store);
    return SQLITE_OK;
  });
}

int begin(sqlite3_vtab* table) {
  return run_hook(table, [](store::Store& store) { store.begin(); });
}
int sync(sqlite3_vtab* table) {
  const HostLimits::Watch watch(table_of(table).session->limits());
  return run_hook(table, [](store::Store& store) { store.sync(); });
}
int commit(sqlite3_vtab* table) {
  return run_hook(table, [](store::Store& store) { store.commit(); });
}
int rollback(sqlite3_vtab* table) {
  return run_hook(table, [](store::Store& store) { store.rollback(); });
}
int savepoint(sqlite3_vtab* table, int n) {
  return run_hook(table, [n](store::Store& store) { store.savepoint(n); });
}
int release(sqlite3_vtab* table, int n) {
  return run_hook(table, [n](store::Store& store) { store.release(n); });
}
int rollback_to(sqlite3_vtab* table, int n) {
  return run_hook(table, [n](store::Store& store) { store.rollback_to(n); });
}

// PRAGMA integrity_check; quick_check (1 among the flags) leaves it at what opening checks.
int check_integrity(sqlite3_vtab* table, const char*, const char*, int flags, char** faults) {
  return guarded(&table->zErrMsg, [&] {
    if ((flags & 1) != 0) return SQLITE_OK;
    const HostLimits::Watch watch(table_of(table).session->limits());
    std::string lines;
    for (const std::string& fault : table_of(table).store->check()) {
      lines += (lines.empty() ? "" : "\n") + fault;
    }
    if (!lines.empty()) *faults = sqlite3_mprintf("%s", lines.c_str());
    return SQLITE_OK;
  });
}

#if SQLITE_VERSION_NUMBER >= 3044000
using Module = sqlite3_module;
#else
// As SQLite 3.44 and later read it: they tell by iVersion that the last member is there, and older
// ones do not look.
struct Module : sqlite3_module {
  int (*xIntegrity)(sqlite3_vtab* table, const char* schema, const char* name, int flags,
                    char** faults);
};
static_assert(sizeof(Module) == sizeof(sqlite3_module) + sizeof(void*));
#endif

constexpr Module kArborModule = [] {
  Module module{};
  module.iVersion = 4;
  module.xCreate = create_table;
  module.xConnect = connect_table;
  module.xBestIndex = arbor_best_index;
  module.xDisconnect = TableCallbacks::disconnect;
  module.xDestroy = destroy_table;
  module.xOpen = TableCallbacks::open;
  module.xClose = TableCallbacks::close;
  module.xFilter = TableCallbacks::filter;
  module.xNext = TableCallbacks::next;
  module.xEof = TableCallbacks::at_end;
  module.xColumn = column;
  module.xRowid = TableCallbacks::rowid;
  module.xUpdate = arbor_update;
  module.xBegin = begin;
  module.xSync = sync;
  module.xCommit = commit;
  module.xRollback = rollback;
  module.xFindFunction = find_function;
  module.xRename = rename_table;
  module.xSavepoint = savepoint;
  module.xRelease = release;
  module.xRollbackTo = rollback_to;
  module.xShadowName = is_shadow_name;
  module.xIntegrity = check_integrity;
  return module;
}();

}  // namespace

int register_arbor_module(const SessionPtr& session) {
  return register_module(session->db(), "arbor", kArborModule, session);
}

}  // namespace arbors::ext
