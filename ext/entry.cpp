// The entry point: what `.load ./arbors` calls.
#include "ext/entry.h"

#include <mutex>

#include "engine/base/number_text.h"
#include "ext/functions/functions.h"
#include "ext/functions/listings.h"
#include "ext/host/guard.h"
#include "ext/host/host_functions.h"
#include "ext/module/arbor_module.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/session/session.h"
#include "sql/access/sqlite_error.h"

extern "C" {
SQLITE_EXTENSION_INIT1
}

namespace arbors::ext {
namespace {

constexpr int kOldestSqlite = 3038000;   // sqlite3_vtab_in, _rhs_value, _distinct
constexpr int kLongJsonReals = 3053002;  // JSON functions write 17 digits; 15 before

void check(sqlite3* db, int result) {
  if (result != SQLITE_OK) store::throw_sqlite(db, result);
}

void write_real(char* out, int size, int digits, double value) {
  sqlite3_snprintf(size, out, "%!0.*g", digits, value);
}

// SQLITE_DBCONFIG_FP_DIGITS, whatever header this is compiled with; before 3.53 it is not known,
// and a real has 15 digits.
int text_digits(sqlite3* db) {
  constexpr int kFpDigits = 1023;
  int digits = 0;
  const int result = sqlite3_db_config(db, kFpDigits, 0, &digits);
  return result == SQLITE_OK && digits > 0 ? digits : 15;
}

}  // namespace

void write_reals_as_sqlite(sqlite3* db) {
  const int json_digits = sqlite3_libversion_number() >= kLongJsonReals ? 17 : 15;
  set_real_formatter(write_real, text_digits(db), json_digits);
}

void register_extension(sqlite3* db) {
  if (sqlite3_libversion_number() < kOldestSqlite)
    throw Error(ErrorCode::Unsupported,
                std::string("arbors needs SQLite 3.38 or newer; this is ") + sqlite3_libversion());
  write_reals_as_sqlite(db);
  ask_sqlite_for_functions();
  if (Session::serves(db)) return;  // loaded once more
  const auto session = std::make_shared<Session>(db);
  session->keep_plans(std::make_shared<PlanSession>(*session));
  check(db, register_arbor_module(session));
  for (const RowTable& listing : listings()) check(db, register_row_table(session, listing));
  check(db, register_functions(session, storage_functions()));
  check(db, register_functions(session, option_functions()));
  check(db, register_functions(session, history_functions()));
  check(db, register_functions(session, settings_functions()));
  check(db, register_functions(session, plan_functions()));
  check(db, register_functions(session, save_functions()));
  check(db, register_rows_function(session));
  check(db, register_arrow_function(session));
  check(db, register_marshal_function(session));
  check(db, register_diff_function(session));
  check(db, register_view_module(session));
  session->all_registered();
}

}  // namespace arbors::ext

namespace {

// The table of routines is one for the process. A second SQLite library (an application's beside
// Python's, say) would put its own in the place of the first one's, whose connections would then be
// handed to routines that know nothing of them. Takes the table over where none of these is left.
bool takes_over(const sqlite3_api_routines* api) {
  if (sqlite3_api == api) return true;
  if (arbors::ext::Session::alive() > 0) return false;
  SQLITE_EXTENSION_INIT2(api)
  return true;
}

std::mutex loading;  // held until the new connection counts

// Both entry points call this, not one another: a host makes their names global, and another copy
// of the extension has the same ones.
int load(sqlite3* db, char** message, const sqlite3_api_routines* api) {
  if (arbors::ext::opens_host_connection()) return SQLITE_OK;
  const std::lock_guard lock(loading);
  if (!takes_over(api)) {
    if (message != nullptr)
      *message = api->mprintf(
          "arbors is in use by another SQLite library of this process, and serves one at a time: "
          "close that one's connections, or load arbors from a copy of its file");
    return SQLITE_ERROR;
  }
  return arbors::ext::guarded(message, [&] {
    arbors::ext::register_extension(db);
    return SQLITE_OK;
  });
}

}  // namespace

// A program that links SQLite and this may name it to sqlite3_auto_extension().
extern "C" __attribute__((visibility("default"))) int sqlite3_arbors_init(
    sqlite3* db, char** message, const sqlite3_api_routines* api) {
  return load(db, message, api);
}

#ifndef SQLITE_CORE
// What SQLite calls first, whatever the file's name is.
extern "C" __attribute__((visibility("default"))) int sqlite3_extension_init(
    sqlite3* db, char** message, const sqlite3_api_routines* api) {
  return load(db, message, api);
}
#endif
