// The entry point: what `.load ./arbors` calls.
#include "ext/entry.h"

#include "ext/arbor_table.h"
#include "ext/functions.h"
#include "ext/guard.h"
#include "ext/listings.h"
#include "ext/plan_tables.h"
#include "sql/sqlite_error.h"

extern "C" {
SQLITE_EXTENSION_INIT1
}

namespace arbors::ext {
namespace {

constexpr int kOldestSqlite = 3038000;  // sqlite3_vtab_in, _rhs_value, _distinct

void check(sqlite3* db, int result) {
  if (result != SQLITE_OK) store::throw_sqlite(db, result);
}

}  // namespace

void register_extension(sqlite3* db) {
  if (sqlite3_libversion_number() < kOldestSqlite)
    throw Error(ErrorCode::Unsupported,
                std::string("arbors needs SQLite 3.38 or newer; this is ") + sqlite3_libversion());
  const auto session = std::make_shared<Session>(db);
  check(db, register_arbor_module(session));
  for (const RowTable& listing : listings()) check(db, register_row_table(session, listing));
  check(db, register_functions(session, storage_functions()));
  check(db, register_functions(session, settings_functions()));
  check(db, register_functions(session, plan_functions()));
  check(db, register_functions(session, save_functions()));
  check(db, register_rows_function(session));
  check(db, register_view_module(session));
}

}  // namespace arbors::ext

// With ARBORS_CORE a program calls it, or names it to sqlite3_auto_extension().
extern "C" __attribute__((visibility("default"))) int sqlite3_arbors_init(
    sqlite3* db, char** message, const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api)
  return arbors::ext::guarded(message, [&] {
    arbors::ext::register_extension(db);
    return SQLITE_OK;
  });
}
