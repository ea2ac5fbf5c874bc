#include "sql/savepoint.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

// Writes a row under a savepoint; keeps it, or is interrupted meanwhile, as by another thread.
void write_row(sqlite3_context* context, int, sqlite3_value** arguments) {
  sqlite3* db = sqlite3_context_db_handle(context);
  try {
    Savepoint change(db, "change");
    execute(db, "INSERT INTO t VALUES (1)");
    if (sqlite3_value_int(arguments[0]) != 0) {
      sqlite3_interrupt(db);
      throw Error(ErrorCode::Interrupted, "interrupted");
    }
    change.keep();
  } catch (const Error& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

TEST_CASE("a savepoint that is not kept leaves nothing", "[store]") {
  Database database;
  database.run("CREATE TABLE t(a)");
  {
    Savepoint dropped(database.db(), "change");
    database.run("INSERT INTO t VALUES (1)");
  }
  CHECK(database.number("SELECT count(*) FROM t") == 0);
  {
    Savepoint outer(database.db(), "change");
    database.run("INSERT INTO t VALUES (1)");
    {
      Savepoint inner(database.db(), "change");
      database.run("INSERT INTO t VALUES (2)");
    }
    outer.keep();
  }
  CHECK(database.number("SELECT group_concat(a) FROM t") == 1);
  CHECK(sqlite3_get_autocommit(database.db()) != 0);
}

TEST_CASE("a savepoint is undone although an interrupt is pending", "[store]") {
  Database database;
  database.run("CREATE TABLE t(a)");
  sqlite3_create_function(database.db(), "write_row", 1, SQLITE_UTF8, nullptr, write_row, nullptr,
                          nullptr);
  database.run("SELECT write_row(0)");
  CHECK_THROWS_WITH(database.run("SELECT write_row(1)"), "interrupted");
  CHECK(sqlite3_get_autocommit(database.db()) != 0);
  CHECK(database.number("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a savepoint inside a statement that writes is refused with the reason", "[store]") {
  Database database;
  database.run("CREATE TABLE t(a)");
  sqlite3_create_function(database.db(), "write_row", 1, SQLITE_UTF8, nullptr, write_row, nullptr,
                          nullptr);
  CHECK_THROWS_WITH(database.run("CREATE TABLE u AS SELECT write_row(0)"),
                    Catch::Matchers::Contains("in a SELECT of its own"));
  CHECK(database.number("SELECT count(*) FROM t") == 0);
}
