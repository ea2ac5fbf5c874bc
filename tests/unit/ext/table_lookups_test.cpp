#include "ext/session/table_lookups.h"

#include "sql/access/sqlite_error.h"
#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// How many prepared statements a connection has.
int statements_of(sqlite3* db) {
  int count = 0;
  for (sqlite3_stmt* made = sqlite3_next_stmt(db, nullptr); made != nullptr;
       made = sqlite3_next_stmt(db, made))
    ++count;
  return count;
}

int deny_reads(void*, int action, const char*, const char*, const char*, const char*) {
  return action == SQLITE_READ ? SQLITE_DENY : SQLITE_OK;
}

TEST_CASE("tables and views are found by name, case ignored", "[ext][lookups]") {
  TestConnection connection;
  connection.ask(
      "CREATE TABLE plain(x); CREATE TEMP VIEW Seen AS SELECT 1; ATTACH ':memory:' AS o;"
      "CREATE TABLE o.far(x)");
  TableLookups lookups(connection.db());
  const auto looked_up = [&] {
    CHECK(lookups.find("main", "PLAIN") == "plain");
    CHECK(lookups.find("temp", "seen") == "Seen");
    CHECK(lookups.find("o", "Far") == "far");
    CHECK_FALSE(lookups.find("main", "far"));
    CHECK_FALSE(lookups.find("temp", "plain"));
  };
  looked_up();
  const TableLookups::Hold hold(lookups);
  looked_up();
  looked_up();
}

TEST_CASE("statements are kept while somebody holds them, and no longer", "[ext][lookups]") {
  TestConnection connection;
  TableLookups lookups(connection.db());
  const int before = statements_of(connection.db());
  CHECK_FALSE(lookups.find("main", "a"));
  CHECK(statements_of(connection.db()) == before);
  {
    const TableLookups::Hold first(lookups);
    const TableLookups::Hold second(lookups);
    for (int i = 0; i < 3; ++i) CHECK_FALSE(lookups.find("main", "a"));
    CHECK(statements_of(connection.db()) == before + 1);
  }
  CHECK(statements_of(connection.db()) == before);
}

TEST_CASE("a kept look-up sees what was made and dropped since", "[ext][lookups]") {
  TestConnection connection;
  TableLookups lookups(connection.db());
  const TableLookups::Hold hold(lookups);
  CHECK_FALSE(lookups.find("main", "a"));
  connection.ask("CREATE TABLE a(x)");
  CHECK(lookups.find("main", "a") == "a");
  connection.ask("DROP TABLE a");
  CHECK_FALSE(lookups.find("main", "a"));
}

TEST_CASE("an authorizer that was set later is asked about a kept look-up", "[ext][lookups]") {
  TestConnection connection;
  TableLookups lookups(connection.db());
  const TableLookups::Hold hold(lookups);
  CHECK_FALSE(lookups.find("main", "a"));
  sqlite3_set_authorizer(connection.db(), deny_reads, nullptr);
  CHECK_THROWS_AS(lookups.find("main", "a"), store::SqliteError);
  sqlite3_set_authorizer(connection.db(), nullptr, nullptr);
  CHECK_FALSE(lookups.find("main", "a"));
}

TEST_CASE("a connection closes though Arbors were looked up", "[ext][lookups]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE a USING arbor");
  for (int i = 0; i < 3; ++i)
    CHECK(connection.ask("SELECT count(*) FROM arbor_rows('SELECT * FROM a')") == "0\n");
}  // the connection checks it

}  // namespace
}  // namespace arbors::ext
