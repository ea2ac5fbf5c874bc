// Orders that are read from a kept-up index.
#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// Two thousand numbers in no order under k, and besides texts, texts that read as numbers, a
// boolean, an array, NULL and nothing; r tells the rows, g has few values.
class Ordered : public TestConnection {
 public:
  explicit Ordered(const std::string& declared = "") {
    ask("CREATE VIRTUAL TABLE t USING arbor(" + declared + (declared.empty() ? "" : ", ") +
        "batch_trees=100)");
    ask(R"(SELECT arbor_append('t', '[{"k":"b","r":-1},{"k":"2.50","r":-2},{"k":"10","r":-3},)"
        R"({"k":true,"r":-4},{"k":[1],"r":-5},{"r":-6},{"k":null,"r":-7},{"k":"0.3","r":-8},)"
        R"({"k":0.30000000000000004,"r":-9},{"k":"9","r":-10},{"k":9.0,"r":-11}]'))");
    ask("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999) "
        "SELECT arbor_append('t', json_group_array(json_object('k', i * 7919 % 2003 - 40, "
        "'r', i, 'g', i % 3))) FROM n");
    CHECK(ask("SELECT arbor_create_index('t', 'k')") == "1\n");
  }
};

TEST_CASE("a scan says that it walks an index", "[ext][index]") {
  const auto [query, words] = GENERATE(table<std::string, std::string>({
      {"ORDER BY k LIMIT 3", R"(walk "k" by index; order by "k"; limit ?1)"},
      {"ORDER BY k DESC, r LIMIT 3", R"(walk "k" by index; order by "k" desc, "r"; limit ?1)"},
      {"ORDER BY k", R"(walk "k" by index; order by "k")"},
      {"WHERE k > 'a' ORDER BY k LIMIT 3",
       R"(walk "k" by index; filter "k" > ?1; order by "k"; limit ?2)"},
      {"WHERE g = 1 ORDER BY k DESC LIMIT 3",
       R"(walk "k" by index; filter "g" = ?1; order by "k" desc; limit ?2)"},
      // Most rows would be looked at, or others than the newest, or in another order.
      {"ORDER BY k LIMIT 300", R"(order by "k"; limit ?1)"},
      {"WHERE r = 5 ORDER BY k LIMIT 3", R"(filter "r" = ?1; order by "k"; limit ?2)"},
      {"WHERE rowid > 5 ORDER BY k LIMIT 3", R"(filter rowid > ?1; order by "k"; limit ?2)"},
      {"WHERE _generation = 1 ORDER BY k LIMIT 3",
       R"(filter "_generation" = ?1; order by "k"; limit ?2)"},
      {"ORDER BY k COLLATE NOCASE LIMIT 3", "all rows"},
      {"ORDER BY r, k LIMIT 3", R"(order by "r", "k"; limit ?1)"},
  }));
  const Ordered ordered;
  CHECK(ordered.words("SELECT r FROM t " + query) == words);
}

TEST_CASE("the greatest key is read from an index", "[ext][index]") {
  const Ordered ordered;
  CHECK(ordered.words("SELECT max(k) FROM t") == R"(walk "k" by index; order by "k" desc)");
  CHECK(ordered.ask("SELECT max(k) FROM t") == "b\n");
  CHECK(ordered.ask("SELECT max(k) FROM t WHERE k < 5000 AND g = 1") == "1962\n");
}

TEST_CASE("a walk gives what sorting gives, however SQLite converts", "[ext][index]") {
  const std::string declared = GENERATE(as<std::string>(), "", "k INTEGER", "k TEXT", "k REAL");
  const Ordered ordered(declared);
  std::vector<std::string> conditions{"", "WHERE g = 2 ", "WHERE k IS NOT NULL ",
                                      "WHERE g IS NULL "};
  for (const char* op : {"=", "<", "<=", ">", ">="})
    for (const char* right :
         {"1", "2.5", "'2.5'", "'2.50'", "'b'", "'10'", "10", "9", "0.3", "'0.3'", "NULL",
          "CAST(9 AS TEXT)", "CAST('10' AS INTEGER)", "'[1]'", "1e999", "' 1'"})
      conditions.push_back(std::string("WHERE k ") + op + ' ' + right + ' ');
  conditions.push_back("WHERE k IN ('10', 9, 3, '0.3', NULL, 1) ");
  std::vector<std::string> queries;
  for (const std::string& condition : conditions)
    for (const char* order : {"k", "k DESC", "k, r DESC"})
      for (const char* window : {"LIMIT 4", "LIMIT 5 OFFSET 7", ""})
        queries.push_back("SELECT r, k FROM t " + condition + "ORDER BY " + order + ' ' + window);
  std::vector<std::string> walked;
  std::size_t walks = 0;
  for (const std::string& query : queries) {
    walks += ordered.words(query).find("walk") == 0 ? 1 : 0;
    walked.push_back(ordered.ask(query));
  }
  CHECK(walks > queries.size() / 2);
  CHECK(ordered.ask("SELECT arbor_drop_index('t', 'k')") == "1\n");
  for (std::size_t at = 0; at < queries.size(); ++at) {
    INFO(declared << ": " << queries[at]);
    CHECK(walked[at] == ordered.ask(queries[at]));
  }
}

TEST_CASE("few batches are read for the first of an order", "[ext][index]") {
  const auto [query, most] = GENERATE(table<std::string, int>({
      {"SELECT r FROM t WHERE k < 5000 ORDER BY k LIMIT 2", 8},
      {"SELECT r FROM t ORDER BY k DESC LIMIT 2", 4},
      {"SELECT max(k) FROM t", 8},
  }));
  const Ordered ordered;
  INFO(query);
  ordered.ask("SELECT arbor_config('cache_bytes', 0); SELECT arbor_reset_stats()");
  ordered.ask(query);
  const int decoded = std::stoi(ordered.ask("SELECT arbor_stats() ->> 'batches_decoded'"));
  CHECK(decoded > 0);
  CHECK(decoded <= most);
}

TEST_CASE("an open cursor goes on in its order whatever is written", "[ext][index]") {
  Ordered ordered;
  const std::string before = ordered.ask("SELECT r FROM t ORDER BY k DESC");
  const std::string change =
      GENERATE(as<std::string>(), "DELETE FROM t WHERE g = 1", "UPDATE t SET k = -k WHERE g = 2",
               "INSERT INTO t(k, r) VALUES ('zz', 1), (500, 2)", "SELECT arbor_optimize('t')",
               "SELECT arbor_drop_index('t', 'k')",
               "SAVEPOINT s; UPDATE t SET k = 1; ROLLBACK TO s; RELEASE s");
  INFO(change);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(ordered.db(), "SELECT r FROM t ORDER BY k DESC", -1, &statement,
                             nullptr) == SQLITE_OK);
  std::string rows;
  for (int row = 0; sqlite3_step(statement) == SQLITE_ROW; ++row) {
    rows += std::to_string(sqlite3_column_int(statement, 0)) + '\n';
    if (row == 20) CHECK(ordered.ask(change).find("error") == std::string::npos);
  }
  CHECK(sqlite3_finalize(statement) == SQLITE_OK);
  CHECK(rows == before);
}

}  // namespace
}  // namespace arbors::ext
