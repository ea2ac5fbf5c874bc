#include "ext/planning/outer_joins.h"

#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// Whether an outer join may be about while `sql` runs: asked from within.
bool about(const TestConnection& connection, const std::string& sql) {
  bool may = false;
  const auto ask = [](sqlite3_context* context, int, sqlite3_value**) {
    *static_cast<bool*>(sqlite3_user_data(context)) =
        may_join_outer(sqlite3_context_db_handle(context));
  };
  sqlite3_create_function(connection.db(), "ask", 0, SQLITE_UTF8, &may, ask, nullptr, nullptr);
  INFO(sql);
  CHECK(sqlite3_exec(connection.db(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  return may;
}

TEST_CASE("an outer join is seen in the statement that runs", "[ext][outer_joins]") {
  TestConnection connection;
  connection.ask("CREATE TABLE a(x, copyright, \"left\"); INSERT INTO a VALUES (1, 2, 3)");
  for (const char* sql :
       {"SELECT ask()", "SELECT ask() FROM a JOIN a b", "SELECT ask(), a.copyright FROM a JOIN a b",
        "SELECT ask(), 'full' FROM a", "SELECT ask(), a.x AS leftjoin FROM a CROSS JOIN a b"})
    CHECK_FALSE(about(connection, sql));
  for (const char* sql :
       {"SELECT ask() FROM a LEFT JOIN a b", "SELECT ask() FROM a natural left\nouter JOIN a b",
        "SELECT ask() FROM a RIGHT/**/JOIN a b", "SELECT ask() FROM a full join a b"})
    CHECK(about(connection, sql));
}

TEST_CASE("an outer join is seen in views and triggers of every database", "[ext][outer_joins]") {
  TestConnection connection;
  connection.ask(
      "CREATE TABLE a(x); INSERT INTO a VALUES (1); ATTACH ':memory:' AS other; CREATE TABLE "
      "other.b(y)");
  CHECK_FALSE(about(connection, "SELECT ask() FROM a"));
  const std::string made = GENERATE(values<std::string>(
      {"VIEW v AS SELECT 1 FROM a LEFT JOIN a b", "TEMP VIEW v AS SELECT 1 FROM a LEFT JOIN a b",
       "VIEW other.v AS SELECT 1 FROM b RIGHT JOIN b c",
       "TRIGGER t AFTER INSERT ON a BEGIN SELECT 1 FROM a FULL JOIN a b; END"}));
  CHECK(connection.ask("CREATE " + made) == "");
  CHECK(about(connection, "SELECT ask() FROM a"));
}

}  // namespace
}  // namespace arbors::ext
