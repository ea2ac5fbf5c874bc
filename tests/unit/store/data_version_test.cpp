#include "sql/access/data_version.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

namespace arbors::store::tests {
namespace {

// The version that a statement which reads sees.
std::optional<unsigned> version_of(Database& database) {
  Statement statement(database.db(), "SELECT count(*) FROM sqlite_schema");
  Statement::Use use(statement);
  use.step();
  return data_version(database.db(), "main");
}

}  // namespace

TEST_CASE("a database's version changes with every commit, whoever makes it", "[store]") {
  const File file;
  Database one(file.path()), other(file.path());
  for (const char* mode : {"delete", "wal"}) {
    one.run(std::string("PRAGMA journal_mode = ") + mode);
    one.run("CREATE TABLE IF NOT EXISTS x(a)");
    const auto before = version_of(one);
    REQUIRE(before);
    CHECK(version_of(one) == before);
    other.run("INSERT INTO x VALUES (1)");
    const auto theirs = version_of(one);
    CHECK(theirs != before);
    one.run("INSERT INTO x VALUES (2)");
    CHECK(version_of(one) != theirs);
  }
}

TEST_CASE("there is no version outside of a transaction, nor within one that writes", "[store]") {
  Database database;
  database.run("CREATE TABLE x(a)");
  CHECK_FALSE(data_version(database.db(), "main"));
  CHECK_FALSE(data_version(database.db(), "nowhere"));
  database.run("BEGIN");
  CHECK(version_of(database));
  database.run("INSERT INTO x VALUES (1)");
  CHECK_FALSE(version_of(database));
  database.run("ROLLBACK");
}

TEST_CASE("a transaction that writes counts once, when it is committed", "[store]") {
  const File file;
  Database one(file.path()), other(file.path());
  for (const char* mode : {"delete", "wal"}) {
    one.run(std::string("PRAGMA journal_mode = ") + mode);
    one.run("CREATE TABLE IF NOT EXISTS x(a)");
    one.run("BEGIN IMMEDIATE");
    const auto before = commits_met(one.db(), "main");
    REQUIRE(before);
    one.run("INSERT INTO x VALUES (1), (2)");
    one.run("UPDATE x SET a = 3");
    CHECK(commits_met(one.db(), "main") == before);
    one.run("COMMIT");
    CHECK(commits_met(one.db(), "main") == *before + 1);
    CHECK(version_of(one) == *before + 1);
    other.run("INSERT INTO x VALUES (4)");
    CHECK(version_of(one) != *before + 1);
  }
  CHECK_FALSE(commits_met(one.db(), "nowhere"));
}

}  // namespace arbors::store::tests
