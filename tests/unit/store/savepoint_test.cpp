#include "sql/access/savepoint.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

enum Meanwhile : int { Nothing, Interrupted, MemoryShort, MemoryShortAndExpired };

// Writes a row under a savepoint; keeps it, or fails at what happens meanwhile: an interrupt, as by
// another thread, or that memory runs out, also where statements have to be prepared again.
void write_row(sqlite3_context* context, int, sqlite3_value** arguments) {
  sqlite3* db = sqlite3_context_db_handle(context);
  const int meanwhile = sqlite3_value_int(arguments[0]);
  try {
    Savepoint change(db, "change");
    execute(db, "INSERT INTO t VALUES (1)");
    if (meanwhile == Interrupted) sqlite3_interrupt(db);
    if (meanwhile == MemoryShortAndExpired) execute(db, "PRAGMA writable_schema = RESET");
    if (meanwhile >= MemoryShort) sqlite3_hard_heap_limit64(1);
    execute(db, "INSERT INTO t VALUES (2)");
    change.keep();
  } catch (const Error& error) {
    sqlite3_result_error(context, error.what(), -1);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
  sqlite3_hard_heap_limit64(0);
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

TEST_CASE("a savepoint is undone whatever is the matter", "[store]") {
  Database database;
  database.run("CREATE TABLE t(a)");
  sqlite3_create_function(database.db(), "write_row", 1, SQLITE_UTF8, nullptr, write_row, nullptr,
                          nullptr);
  const int meanwhile = GENERATE(Interrupted, MemoryShort, MemoryShortAndExpired);
  const auto write = [&] { database.run("SELECT write_row(" + std::to_string(meanwhile) + ")"); };
  database.run("SELECT write_row(0)");
  if (meanwhile == Interrupted) {
    CHECK_THROWS_WITH(write(), "interrupted");
  } else {
    CHECK_THROWS_AS(write(), std::bad_alloc);
  }
  CHECK(sqlite3_get_autocommit(database.db()) != 0);
  CHECK(database.number("SELECT count(*) FROM t") == 2);
  // Inside a transaction the savepoint goes, alone or with all: never a part of it.
  database.run("BEGIN; INSERT INTO t VALUES (3)");
  CHECK_THROWS(write());
  const bool open = sqlite3_get_autocommit(database.db()) == 0;
  CHECK(database.number("SELECT count(*) FROM t") == (open ? 3 : 2));
}

TEST_CASE("a savepoint inside a statement that writes is refused with the reason", "[store]") {
  Database database;
  database.run("CREATE TABLE t(a)");
  sqlite3_create_function(database.db(), "write_row", 1, SQLITE_UTF8, nullptr, write_row, nullptr,
                          nullptr);
  CHECK_THROWS_WITH(database.run("CREATE TABLE u AS SELECT write_row(0)"),
                    ContainsSubstring("in a SELECT of its own"));
  CHECK(database.number("SELECT count(*) FROM t") == 0);
}
