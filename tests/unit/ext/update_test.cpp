#include "ext/module/update.h"

#include "tests/unit/ext/connection.h"
#include "tests/unit/out_of_memory.h"

using namespace arbors;
using namespace arbors::ext;

namespace {

// What SQL sees of the rows, their index and their key.
std::string rows_of(const TestConnection& connection) {
  return connection.ask(
      "SELECT rowid, _tree FROM t ORDER BY rowid; SELECT key, rowid FROM t_index1; "
      "SELECT key, rowid FROM t_index2; SELECT arbor_check('t')");
}

}  // namespace

TEST_CASE("a statement that fails while memory runs out is undone, or all is", "[ext]") {
  // The key is twice the same; no savepoint of SQLite's is around such statements. And the same
  // where one is.
  const std::string statement = GENERATE(values<std::string>({
      "UPDATE t SET id = u.x FROM u WHERE u.id = t.id",
      "UPDATE t SET name = u.x, id = u.x FROM u WHERE u.id = t.id",
      "UPDATE t SET _tree = json_object('id', u.x, 'name', 'new') FROM u WHERE u.id = t.id",
      "UPDATE OR REPLACE t SET id = iif(u.id = 4, NULL, u.x) FROM u WHERE u.id = t.id",
      "UPDATE t SET rowid = rowid + 100, id = CASE id WHEN 4 THEN 8 ELSE id + 6 END",
      "INSERT INTO t(id, name) SELECT x, 'new' FROM u",
  }));
  const auto lasting = GENERATE(fault::Lasting::Once, fault::Lasting::FromThenOn);
  INFO(statement);
  TestConnection connection;
  connection.ask(
      "CREATE VIRTUAL TABLE t USING arbor; SELECT arbor_append('t', "
      R"('[{"id":1,"name":"a"},{"id":2,"name":"b"},{"id":3,"name":"c"},{"id":4,"name":"d"}]');)"
      "SELECT arbor_create_index('t', 'name'); SELECT arbor_option('t', 'key', 'id');"
      "UPDATE t SET name = 'e' WHERE id = 2;"
      "CREATE TABLE u(id, x); INSERT INTO u VALUES (1, 7), (2, 8), (3, 9), (4, 9)");
  const std::string committed = rows_of(connection);
  const auto begin = [&] {
    connection.ask("BEGIN; INSERT INTO t(id, name) VALUES (20, 'f'); DELETE FROM t WHERE id = 20");
  };
  begin();
  const std::string whole = connection.ask(statement);
  REQUIRE(whole.starts_with("error: "));
  const std::string before = rows_of(connection);
  connection.ask("ROLLBACK");
  for (std::int64_t at = 1, calls = 1; at <= calls + 1; ++at) {
    begin();
    int result = SQLITE_OK;
    {
      const OutOfMemory memory(at, lasting);
      result = sqlite3_exec(connection.db(), statement.c_str(), nullptr, nullptr, nullptr);
      calls = fault::disarm();
    }
    INFO("allocation " << at << " of " << calls);
    REQUIRE(result != SQLITE_OK);
    const bool open = sqlite3_get_autocommit(connection.db()) == 0;
    const std::string found = rows_of(connection);
    const bool refuses = open && found.find("ROLLBACK the transaction") != std::string::npos;
    if (!refuses) REQUIRE(found == (open ? before : committed));
    if (open) REQUIRE(connection.ask("ROLLBACK").empty());
    REQUIRE(rows_of(connection) == committed);
  }
}
