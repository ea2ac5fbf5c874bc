#include "ext/host/statements.h"

#include "engine/base/error.h"
#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

ErrorCode code_of(sqlite3* db, const std::string& sql) {
  try {
    execute(db, sql);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::Invalid;
}

TEST_CASE("a query shows each row, with its parameters bound", "[ext][statements]") {
  TestConnection connection;
  std::string seen;
  for_each_row(connection.db(), "SELECT ?1 || value, NULL FROM json_each('[1,2]')", {"it's "},
               [&](sqlite3_stmt* row) { seen += column_text(row, 0) + column_text(row, 1) + ';'; });
  CHECK(seen == "it's 1;it's 2;");
}

TEST_CASE("SQLite's errors keep their kind and message", "[ext][statements]") {
  TestConnection connection;
  connection.ask("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1)");
  CHECK(code_of(connection.db(), "INSERT INTO t VALUES (1)") == ErrorCode::Constraint);
  CHECK(code_of(connection.db(), "SELEKT") == ErrorCode::Invalid);
  connection.ask("PRAGMA query_only = 1");
  CHECK(code_of(connection.db(), "DELETE FROM t") == ErrorCode::ReadOnly);
}

TEST_CASE("no statement stays open, also where showing a row throws", "[ext][statements]") {
  TestConnection connection;
  CHECK_THROWS_AS(for_each_row(connection.db(), "SELECT 1 UNION ALL SELECT 2", {},
                               [](sqlite3_stmt*) { throw_invalid("enough"); }),
                  Error);
  CHECK(sqlite3_next_stmt(connection.db(), nullptr) == nullptr);
}

}  // namespace
}  // namespace arbors::ext
