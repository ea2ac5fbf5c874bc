#include "ext/table/arbor_table.h"

#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// The `name type` of each visible column.
std::string columns(const TestConnection& connection, const std::string& table) {
  return connection.ask("SELECT name || ' ' || type FROM pragma_table_info('" + table + "')");
}

TEST_CASE("declared columns come first, then the paths found, in order of appearance",
          "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(z INTEGER, \"b.c\" TEXT COLLATE NOCASE)");
  CHECK(columns(connection, "t") == "z INTEGER\nb.c TEXT\n");
  connection.ask(R"(SELECT arbor_append('t', '{"q":1,"b":{"c":"X","d":[1,{"e":2}]},"z":3}'))");
  CHECK(columns(connection, "t") == "z INTEGER\nb.c TEXT\nq \nb.d \n");
  CHECK(connection.ask("SELECT * FROM t WHERE \"b.c\" = 'x'") == "3|X|1|[1,{\"e\":2}]\n");
}

TEST_CASE("with columns=declared the table shows no other", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(a, columns=declared)");
  connection.ask(R"(SELECT arbor_append('t', '{"a":1,"b":2}'))");
  CHECK(connection.ask("SELECT * FROM t") == "1\n");
  CHECK(connection.ask("SELECT _tree FROM t WHERE t MATCH 'b = 2'") == "{\"a\":1,\"b\":2}\n");
}

TEST_CASE("a declared name that is no path is a key", "[ext][table]") {
  TestConnection connection;
  CHECK(connection.ask("CREATE VIRTUAL TABLE t USING arbor(\"two words\" TEXT, \"a[0]\")") == "");
  connection.ask("INSERT INTO t(\"two words\", \"a[0]\") VALUES (1, 2)");
  CHECK(connection.ask("SELECT _tree FROM t") == "{\"two words\":\"1\",\"a[0]\":2}\n");
  CHECK(connection.ask("SELECT arbor_optimize('t'); SELECT \"two words\", \"a[0]\" FROM t") ==
        "{\"batches_before\":0,\"batches\":1}\n1|2\n");
}

TEST_CASE("a declared column is the only one of its path, and listed with it", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(a, \"b.c\" TEXT, \"two words\")");
  connection.ask(R"(SELECT arbor_append('t', '{"a":1,"b":{"c":2,"d":3},"two words":4}'))");
  CHECK(columns(connection, "t") == "a \nb.c TEXT\ntwo words \nb.d \n");
  CHECK(connection.ask("SELECT path, \"column\" FROM arbor_schema('t')") ==
        "$|NULL\na|a\nb|b\nb.c|b.c\nb.d|b.d\n\"two words\"|two words\n");
}

TEST_CASE("an infinite number stays one when it is written back", "[ext][table]") {
  TestConnection connection;
  connection.ask(R"(SELECT arbor_append('t', '[{"a":1e400},{"a":-1e400}]'))");
  CHECK(connection.ask("UPDATE t SET a = a") == "");
  CHECK(connection.ask("SELECT a = 9e999, a = -9e999, _tree FROM t") ==
        "1|0|{\"a\":1e999}\n0|1|{\"a\":-1e999}\n");
}

TEST_CASE("an Arbor needs a name", "[ext][table]") {
  TestConnection connection;
  CHECK(connection.ask("CREATE VIRTUAL TABLE \"\" USING arbor") == "error: an Arbor needs a name");
}

TEST_CASE("of names that differ in case only the first has a column", "[ext][table]") {
  TestConnection connection;
  connection.ask(R"(SELECT arbor_append('t', '{"a":1,"A":2,"_Tree":3,"T":4}'))");
  CHECK(columns(connection, "t") == "a \nT \n");
  CHECK(connection.ask("SELECT path, \"column\" FROM arbor_schema('t') WHERE path <> '$'") ==
        "a|a\nA|NULL\n_Tree|NULL\nT|T\n");
  CHECK(connection.ask("SELECT count(*) FROM t WHERE t MATCH '\"A\" = 2'") == "1\n");
}

TEST_CASE("a key that SQL cannot name has no column, and harms none", "[ext][table]") {
  TestConnection connection;
  connection.ask(R"(SELECT arbor_append('t', '{"a\u0000b":1,"c":2}'))");
  CHECK(connection.ask("SELECT * FROM t") == "2\n");
  CHECK(connection.ask("SELECT _tree FROM t") == "{\"a\\u0000b\":1,\"c\":2}\n");
}

TEST_CASE("a statement prepared before values of another kind came in answers as SQLite would",
          "[ext][table]") {
  TestConnection connection;
  const auto [declared, condition, later] = GENERATE(table<std::string, std::string, std::string>({
      {"a INTEGER", "a = 5", "\"5\""},
      {"a REAL", "a >= 5", "\"5\""},
      {"a TEXT", "a = '5'", "5"},
  }));
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(" + declared + ")");
  const std::string first = declared == "a TEXT" ? "\"5\"" : "5";
  connection.ask("INSERT INTO t(_tree) VALUES ('{\"a\":" + first + "}')");
  const std::string query = "SELECT count(*) FROM t WHERE " + condition;
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(connection.db(), query.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  CHECK(sqlite3_step(statement) == SQLITE_ROW);
  CHECK(sqlite3_column_int(statement, 0) == 1);
  sqlite3_reset(statement);
  connection.ask("INSERT INTO t(_tree) VALUES ('{\"a\":" + later + "}')");
  CHECK(sqlite3_step(statement) == SQLITE_ROW);
  CHECK(sqlite3_column_int(statement, 0) == 2);
  sqlite3_finalize(statement);
}

TEST_CASE("texts with NULs compare and match as in SQLite", "[ext][table]") {
  TestConnection connection;
  connection.ask(R"(SELECT arbor_append('t', '[{"s":"a\u0000b"},{"s":"A\u0000cc"},{"s":"ab"}]'))");
  const auto condition = GENERATE(values<std::string>(
      {"s = char(97,0,99) COLLATE NOCASE", "s > char(97,0,98) COLLATE NOCASE", "s = char(97,0,98)",
       "s < char(97,0,99)", "s LIKE 'a'", "s GLOB 'a'", "s LIKE 'a_'"}));
  connection.ask("CREATE TABLE plain AS SELECT s FROM t");
  INFO(condition);
  CHECK(connection.ask("SELECT hex(s) FROM t WHERE " + condition) ==
        connection.ask("SELECT hex(s) FROM plain WHERE " + condition));
}

TEST_CASE("a look-up that is repeated finds what a scan finds", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(a TEXT, b TEXT COLLATE NOCASE, c INTEGER, d)");
  connection.ask(R"(SELECT arbor_append('t', '[{"a":0.30000000000000004,"b":"X","c":"7","d":1.0},)"
                 R"({"a":7,"b":"x","c":7,"d":1},{"a":"7","b":"a\u0000b","c":7.0,"d":"1"}]'))");
  const auto [column, value, found] = GENERATE(table<std::string, std::string, std::string>({
      {"a", "'0.3'", "1"},
      {"a", "'7'", "2"},
      {"b", "'x'", "2"},
      {"b", "char(65,0,67)", "1"},
      {"c", "'7'", "3"},
      {"c", "7.0", "3"},
      {"d", "1", "2"},
      {"d", "'1'", "1"},
  }));
  // A sum of no table's column has no affinity and is not known while planning.
  connection.ask("CREATE TABLE keys AS SELECT " + value + " AS k UNION ALL SELECT " + value +
                 " UNION ALL SELECT " + value + " UNION ALL SELECT " + value +
                 " UNION ALL SELECT " + value);
  INFO(column << " = " << value);
  CHECK(connection.ask("SELECT (SELECT count(*) FROM t WHERE t." + column +
                       " = iif(keys.rowid > 0, keys.k, NULL)) FROM keys") ==
        found + "\n" + found + "\n" + found + "\n" + found + "\n" + found + "\n");
}

TEST_CASE("inequality heeds the collation that SQLite does not tell", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(n COLLATE NOCASE, r COLLATE RTRIM, b, i INT)");
  connection.ask(R"(SELECT arbor_append('t', '[{"n":"a","r":"a ","b":"a","i":"a"},)"
                 R"({"n":"A","r":"a","b":"A","i":"A"},{"n":"b","r":"b","b":"b","i":1}]'))");
  const auto [condition, rows] = GENERATE(table<std::string, std::string>({
      {"n <> 'a'", "3\n"},
      {"n IS NOT 'a'", "3\n"},
      {"r <> 'a'", "3\n"},
      {"b <> 'a'", "2\n3\n"},
      {"b <> 'a' COLLATE NOCASE", "3\n"},
      {"i <> 'a' COLLATE NOCASE", "3\n"},
      {"i IS NOT 'a' COLLATE NOCASE", "3\n"},
      {"n <> 'a' COLLATE BINARY", "2\n3\n"},
      {"'a' <> n", "3\n"},
  }));
  INFO(condition);
  CHECK(connection.ask("SELECT rowid FROM t WHERE " + condition) == rows);
}

TEST_CASE("a real in a TEXT column compares as its text", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(a TEXT)");
  connection.ask(R"(SELECT arbor_append('t', '[{"a":1e22},{"a":3},{"a":7}]'))");
  CHECK(connection.ask("SELECT rowid FROM t WHERE a < 5") == "1\n2\n");
}

TEST_CASE("a REAL column's integers are compared as doubles in an IN list", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(a REAL)");
  connection.ask(
      R"(SELECT arbor_append('t', '[{"a":9223372036854775807},{"a":"9007199254740993 "},)"
      R"({"a":-9007199254740993},{"a":3}]'))");
  if (GENERATE(false, true)) connection.ask("SELECT arbor_create_index('t', 'a')");
  const auto [list, rows] = GENERATE(table<std::string, std::string>({
      {"'9223372036854775808', 'x', 'y'", "1\n"},
      {"9007199254740992, 2, 'y'", "2\n"},
      {"-9007199254740992.0, 2, 3", "3\n4\n"},
      {"9007199254740994, 2, 'y'", ""},
  }));
  INFO(list);
  CHECK(connection.ask("SELECT rowid FROM t WHERE a IN (" + list + ")") == rows);
}

TEST_CASE("a table that a rollback brings back keeps its own columns", "[ext][table]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(z); INSERT INTO t(z) VALUES (1), (2)");
  connection.ask("BEGIN; SAVEPOINT s; ALTER TABLE t RENAME TO u");
  connection.ask("CREATE VIRTUAL TABLE t USING arbor; SELECT count(*) FROM t; ROLLBACK TO s");
  CHECK(connection.ask("SELECT arbor_optimize('t')") == "{\"batches_before\":0,\"batches\":1}\n");
  CHECK(connection.ask("SELECT * FROM t; SELECT arbor_check('t')") == "1\n2\nok\n");
}

// A switch in SQL: fail_now() gives what it holds.
void fail_now(sqlite3_context* context, int, sqlite3_value**) {
  sqlite3_result_int(context, *static_cast<bool*>(sqlite3_user_data(context)) ? 1 : 0);
}

TEST_CASE("a savepoint that cannot begin loses nothing of what came before it", "[ext][table]") {
  TestConnection connection;
  bool failing = false;
  sqlite3_create_function(connection.db(), "fail_now", 0, SQLITE_UTF8, &failing, fail_now, nullptr,
                          nullptr);
  connection.ask("CREATE VIRTUAL TABLE a USING arbor; CREATE VIRTUAL TABLE b USING arbor");
  connection.ask(R"(SELECT arbor_append('b', '[{"x":1},{"x":2},{"x":3}]'))");
  connection.ask(
      "CREATE TEMP TRIGGER no BEFORE INSERT ON a_pending WHEN fail_now() "
      "BEGIN SELECT raise(ABORT, 'not now'); END");
  const std::string insert = R"(INSERT INTO a(_tree) VALUES ('{"y":1}');)";
  REQUIRE(connection.ask("BEGIN;" + insert + "DELETE FROM b;" + insert) == "");
  const std::string statement = GENERATE("INSERT INTO b(_tree) SELECT _tree FROM a", "SAVEPOINT s");
  // SQLite tells a of the new savepoint first, b not at all, and both of its rollback.
  failing = true;
  CHECK(connection.ask(statement) == "error: constraint failed");
  CHECK(connection.ask("SELECT count(*) FROM b") == "0\n");
  failing = false;
  const std::string end = GENERATE("COMMIT", "ROLLBACK");
  CHECK(connection.ask(end) == "");
  const bool kept = end == "COMMIT";
  CHECK(connection.ask("SELECT count(*) FROM a") == (kept ? "2\n" : "0\n"));
  CHECK(connection.ask("SELECT count(*) FROM b") == (kept ? "0\n" : "3\n"));
  CHECK(connection.ask("SELECT arbor_check('a'), arbor_check('b')") == "ok|ok\n");
}

// A connection with an Arbor t of batches of 4 trees, whose folds fail while `failing` is set.
struct FailingFolds {
  FailingFolds() {
    sqlite3_create_function(connection.db(), "fail_now", 0, SQLITE_UTF8, &failing, fail_now,
                            nullptr, nullptr);
    connection.ask("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4)");
    connection.ask(
        "CREATE TEMP TRIGGER no BEFORE INSERT ON t_segment WHEN fail_now() "
        "BEGIN SELECT raise(ABORT, 'not now'); END");
  }
  std::string insert(int count) const {
    std::string answers;
    for (int i = 0; i < count; ++i) answers += connection.ask("INSERT INTO t(a) VALUES (1)");
    return answers;
  }

  bool failing = false;
  TestConnection connection;
};

TEST_CASE("what failed half-way and SQLite does not undo is never committed", "[ext][table]") {
  FailingFolds folds;
  const TestConnection& connection = folds.connection;
  connection.ask("INSERT INTO t(_tree) VALUES ('{\"a\":0}'); SELECT arbor_sync('t')");
  const std::string start = GENERATE("BEGIN", "BEGIN; SAVEPOINT s");
  connection.ask(start);
  REQUIRE(folds.insert(3) == "");
  folds.failing = true;
  const std::string insert =
      GENERATE("INSERT INTO t(a) VALUES (1)", "INSERT OR IGNORE INTO t(a) VALUES (1)");
  connection.ask(insert);
  folds.failing = false;
  CHECK_THAT(connection.ask("SELECT count(*) FROM t"), ContainsSubstring("failed half-way"));
  CHECK_THAT(folds.insert(1), ContainsSubstring("failed half-way"));
  if (start == "BEGIN") {
    CHECK_THAT(connection.ask("COMMIT"), ContainsSubstring("failed half-way"));
    CHECK(sqlite3_get_autocommit(connection.db()) != 0);
  } else {
    CHECK(connection.ask("ROLLBACK TO s; SELECT count(*) FROM t; COMMIT") == "1\n");
  }
  CHECK(connection.ask("SELECT count(*), arbor_check('t') FROM t") == "1|ok\n");
  CHECK(folds.insert(4) == "");
  CHECK(connection.ask("SELECT count(*), arbor_check('t') FROM t") == "5|ok\n");
}

TEST_CASE("a statement that fails in a fold is undone", "[ext][table]") {
  FailingFolds folds;
  const TestConnection& connection = folds.connection;
  connection.ask("INSERT INTO t(_tree) VALUES ('{\"a\":0}'); SELECT arbor_sync('t')");
  const std::string start = GENERATE("", "BEGIN");
  connection.ask(start);
  folds.failing = true;
  CHECK_THAT(connection.ask("INSERT INTO t(a) SELECT value FROM json_each('[1,2,3,4,5]')"),
             ContainsSubstring("error"));
  folds.failing = false;
  CHECK(connection.ask("SELECT count(*), arbor_check('t') FROM t") == "1|ok\n");
}

TEST_CASE("of a table that is rolled back as it was made nothing is written", "[ext][table]") {
  TestConnection connection;
  const std::string insert = "INSERT INTO t(_tree) VALUES ('{\"new\":1}');";
  const std::string make =
      "SAVEPOINT s; DROP TABLE IF EXISTS t;"
      "CREATE VIRTUAL TABLE t USING arbor;" +
      insert;
  CHECK(connection.ask("BEGIN;" + make + "ROLLBACK TO s; COMMIT") == "");
  CHECK(connection.ask("SELECT name FROM sqlite_schema") == "");
  connection.ask(R"(SELECT arbor_append('t', '[{"old":1},{"old":2}]'))");
  const std::string old = GENERATE("", "UPDATE t SET old = 3 WHERE old = 1;");
  const std::string more = GENERATE("", "INSERT INTO t(_tree) SELECT _tree FROM t;");
  CHECK(connection.ask("BEGIN;" + old + make + more + insert + "ROLLBACK TO s; COMMIT") == "");
  CHECK(connection.ask("SELECT count(*), arbor_check('t') FROM t") == "2|ok\n");
  CHECK(connection.ask("SELECT sum(old) FROM t") == (old.empty() ? "3\n" : "5\n"));
}

TEST_CASE("in a UTF-16 database texts are ordered as SQLite orders them", "[ext][table]") {
  TestConnection connection;
  connection.ask("PRAGMA encoding = 'UTF-16le'");
  connection.ask(
      R"(SELECT arbor_append('t', '[{"a":"\u0101"},{"a":"b"},{"a":"\u0100"},{"a":"A"}]'))");
  connection.ask("CREATE TABLE plain AS SELECT a FROM t");
  const std::string rest = GENERATE(values<std::string>(
      {"ORDER BY a", "ORDER BY a DESC LIMIT 1", "WHERE a > 'b'", "WHERE a BETWEEN 'A' AND 'b'",
       "WHERE a = 'b'", "WHERE a > 'a' COLLATE NOCASE", "GROUP BY a"}));
  INFO(rest);
  CHECK(connection.ask("SELECT hex(a) FROM t " + rest) ==
        connection.ask("SELECT hex(a) FROM plain " + rest));
}

}  // namespace
}  // namespace arbors::ext
