#include "ext/planning/index_search.h"

#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// k holds numbers, texts, texts that read as numbers, a boolean, an array, nothing.
class Keyed : public TestConnection {
 public:
  explicit Keyed(const std::string& declared = "") {
    ask("CREATE VIRTUAL TABLE t USING arbor(" + declared + ")");
    ask(R"(SELECT arbor_append('t', '[{"k":1,"n":1},{"k":2.5,"n":2},{"k":"b","n":3},)"
        R"({"k":"2.50","n":4},{"k":true,"n":5},{"k":[1],"n":6},{"n":7},{"k":"10","n":8},)"
        R"({"k":0.30000000000000004,"n":9},{"k":"0.3","n":10},{"k":9,"n":11}]'))");
    ask("CREATE TABLE o AS SELECT k, n FROM t");
    CHECK(ask("SELECT arbor_create_index('t', 'k')") == "1\n");
  }
};

TEST_CASE("a scan says that it looks rows up by an index", "[ext][index]") {
  const auto [where, words] = GENERATE(table<std::string, std::string>({
      {"k = 'b'", R"(look up "k" by index; filter "k" = ?1)"},
      {"k = ?", R"(look up "k" by index; prefilter "k" = ?1)"},
      {"k IN (1, 2)", R"(look up "k" by index; prefilter "k" in ?1)"},
      {"k BETWEEN 'a' AND 'c'", R"(look up "k" by index; filter "k" >= ?1 and "k" <= ?2)"},
      {"k > 'a' AND n = 5", R"(look up "k" by index; filter "k" > ?1 and "n" = ?2)"},
      {"k = 'b' COLLATE NOCASE", R"(prefilter "k" = ?1 collate NOCASE)"},
      {"k IS 'b'", R"(filter "k" is ?1)"},
      {"k = 'b' AND rowid = 3", R"(filter "k" = ?1 and rowid = ?2)"},
      {"k = 'b' AND _generation = 1", R"(filter "k" = ?1 and "_generation" = ?2)"},
      {"n = 5", R"(filter "n" = ?1)"},
  }));
  const Keyed keyed;
  CHECK(keyed.words("SELECT 1 FROM t WHERE " + where) == words);
}

TEST_CASE("what an index finds is what a scan finds, however SQLite converts", "[ext][index]") {
  const std::string declared = GENERATE(as<std::string>(), "", "k INTEGER", "k TEXT", "k REAL");
  const std::string right =
      GENERATE(as<std::string>(), "1", "2.5", "'2.5'", "'2.50'", "'b'", "'10'", "10", "9", "0.3",
               "'0.3'", "NULL", "x'62'", "CAST(9 AS TEXT)", "CAST('10' AS INTEGER)", "'[1]'",
               "1e999", "'Inf'", "' 1'");
  const std::string op = GENERATE(as<std::string>(), "=", "<", "<=", ">", ">=");
  const Keyed keyed(declared);
  const std::string where = " WHERE k " + op + ' ' + right;
  INFO(declared << where);
  const std::string query = "SELECT count(*), sum(n) FROM ";
  CHECK(keyed.words(query + "t" + where).find("look up") == 0);
  const std::string found = keyed.ask(query + "t" + where);
  CHECK(keyed.ask("SELECT arbor_drop_index('t', 'k')") == "1\n");
  CHECK(found == keyed.ask(query + "t" + where));
}

TEST_CASE("a bound that only the other column's affinity makes a number loses no row",
          "[ext][index]") {
  const std::string op = GENERATE(as<std::string>(), "<", "<=", ">", ">=", "=");
  const Keyed keyed;
  keyed.ask(
      "INSERT INTO t(k, n) VALUES ('1_0', 12); CREATE VIRTUAL TABLE u USING arbor(k NUMERIC)");
  keyed.ask(R"(SELECT arbor_append('u', '[{"k":"3"},{"k":"3x"},{"k":" 9.0"},{"k":2}]'))");
  const std::string query =
      "SELECT u.rowid, t.n FROM u CROSS JOIN t ON u.k " + op + " t.k ORDER BY 1, 2";
  INFO(query);
  CHECK(keyed.ask("EXPLAIN QUERY PLAN " + query).find("look up") != std::string::npos);
  const std::string found = keyed.ask(query);
  CHECK(keyed.ask("SELECT arbor_drop_index('t', 'k')") == "1\n");
  CHECK(found == keyed.ask(query));
}

TEST_CASE("bounds whose right sides are converted differently lose no row", "[ext][index]") {
  const std::string low = GENERATE(as<std::string>(), "1", "'1'", "CAST(1 AS TEXT)", "20",
                                   "CAST(20 AS INTEGER)", "'a'");
  const std::string high = GENERATE(as<std::string>(), "10", "'10'", "CAST(10 AS INTEGER)",
                                    "CAST(10 AS TEXT)", "'z'", "CAST(30 AS INTEGER)");
  const Keyed keyed;
  const std::string query = "SELECT count(*), sum(n) FROM t WHERE k > " + low + " AND k < " + high;
  INFO(query);
  CHECK(keyed.words(query).find("look up") == 0);
  const std::string found = keyed.ask(query);
  CHECK(keyed.ask("SELECT arbor_drop_index('t', 'k')") == "1\n");
  CHECK(found == keyed.ask(query));
}

TEST_CASE("an index serves joins, and follows writes, savepoints and rollback", "[ext][index]") {
  const Keyed keyed;
  CHECK(keyed.ask("SELECT count(*) FROM o JOIN t ON t.k = o.k") == "12\n");  // 1 twice
  keyed.ask("BEGIN; INSERT INTO t(k, n) VALUES ('b', 20); SAVEPOINT a");
  keyed.ask("UPDATE t SET k = 'c' WHERE k = 'b'; DELETE FROM t WHERE k = 9");
  CHECK(keyed.ask("SELECT n FROM t WHERE k = 'c'; SELECT n FROM t WHERE k = 'b'") == "3\n20\n");
  keyed.ask("ROLLBACK TO a");
  CHECK(keyed.ask("SELECT n FROM t WHERE k = 'b'; SELECT n FROM t WHERE k = 9") == "3\n20\n11\n");
  CHECK(keyed.ask("SELECT arbor_drop_index('t', 'k')") == "1\n");
  keyed.ask("ROLLBACK");
  CHECK(keyed.ask("SELECT n FROM t WHERE k = 'b'") == "3\n");
  CHECK(keyed.words("SELECT n FROM t WHERE k = 'b'").find("look up") == 0);
  CHECK(keyed.ask("SELECT arbor_check('t'); PRAGMA integrity_check") == "ok\nok\n");
}

TEST_CASE("an older generation is scanned", "[ext][index]") {
  const Keyed keyed;
  keyed.ask("UPDATE t SET k = 'c' WHERE k = 'b'");
  CHECK(keyed.ask("SELECT n FROM t WHERE k = 'b' AND _generation = 1") == "3\n");
  CHECK(keyed.ask("SELECT n FROM t WHERE k = 'b'").empty());
}

TEST_CASE("the functions of indexes say what they did", "[ext][index]") {
  const Keyed keyed;
  const auto [call, answer] = GENERATE(table<std::string, std::string>({
      {"arbor_create_index('t', 'n')", "1\n"},
      {"arbor_create_index('t', 'never.seen')", "1\n"},
      {"arbor_drop_index('t', 'k')", "1\n"},
      {"arbor_drop_index('t', 'n')", "0\n"},
      {"arbor_create_index('t', 'k')", "error: 't' has an index on 'k' already"},
      {"arbor_create_index('t', 'k[*]')", "1\n"},
      {"arbor_create_index('t', 'k[0]')",
       "error: cannot make an index on 'k[0]': an index takes a path of keys, and of [*] for all "
       "elements of an array"},
  }));
  CHECK(keyed.ask("SELECT " + call) == answer);
  CHECK(keyed.ask("SELECT arbor_create_index('none', 'k')").find("none") != std::string::npos);
}

TEST_CASE("renaming and dropping take the tables of indexes along", "[ext][index]") {
  const Keyed keyed;
  keyed.ask("ALTER TABLE t RENAME TO s; INSERT INTO s(k) VALUES ('b')");
  CHECK(keyed.ask("SELECT count(*) FROM s WHERE k = 'b'; SELECT arbor_check('s')") == "2\nok\n");
  keyed.ask("DROP TABLE s");
  CHECK(keyed.ask("SELECT name FROM sqlite_schema WHERE type = 'table'") == "o\n");
}

}  // namespace
}  // namespace arbors::ext
