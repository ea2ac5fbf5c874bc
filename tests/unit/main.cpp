// Starts every unit test of the project; `arbors_tests '[codec]'` runs those of one tag.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "ext/entry.h"
#include "ext/host/host_functions.h"
#include "tests/unit/host.h"

int main(int count, char** words) {
  arbors::take_sqlite_routines();
  sqlite3* db = nullptr;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) return 1;
  arbors::ext::write_reals_as_sqlite(db);  // so that the engine alone can be compared with SQLite
  arbors::ext::ask_sqlite_for_functions();
  sqlite3_close(db);
  return Catch::Session().run(count, words);
}
