// Includes SQLite's own header: the extension's turns every call into one through the table, which
// is not there yet.
#include "tests/unit/host.h"

#include <sqlite3.h>

#include <cstdlib>

namespace arbors {
namespace {

int take(sqlite3*, char**, const sqlite3_api_routines* routines) {
  sqlite3_api = routines;
  return SQLITE_OK;
}

}  // namespace

void take_sqlite_routines() {
  auto* entry = reinterpret_cast<void (*)()>(take);
  sqlite3_auto_extension(entry);
  sqlite3* db = nullptr;
  const bool opened = sqlite3_open(":memory:", &db) == SQLITE_OK;
  sqlite3_close(db);
  sqlite3_cancel_auto_extension(entry);
  if (!opened || sqlite3_api == nullptr) std::abort();
}

}  // namespace arbors
