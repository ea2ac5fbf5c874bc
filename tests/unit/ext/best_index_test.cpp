#include "ext/planning/best_index.h"

#include "ext/planning/outer_joins.h"
#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// n holds numbers, s texts, m both, l arrays.
class Pets : public TestConnection {
 public:
  Pets() {
    ask(R"(SELECT arbor_append('t', '[{"n":1,"s":"ant","m":1,"l":[1]},{"n":2,"s":"bee","m":"2"},)"
        R"({"n":3,"s":"cat","m":null,"l":[]},{"n":4.5,"s":"Dog","m":"x"}]'))");
    REQUIRE(ask("SELECT count(*) FROM t") == "4\n");
  }
};

// Words of conditions that are exact only under versions of SQLite that do not offer those of an
// outer join's ON to the wrong table.
std::string doubtful(const std::string& term) {
  return (may_stand_in_outer_on(TermOp::NotEqual) ? "prefilter " : "filter ") + term;
}

TEST_CASE("each condition that SQL can say is pushed down, in these words", "[ext][best_index]") {
  const auto [where, words] = GENERATE(table<std::string, std::string>({
      {"n = 1", R"(filter "n" = ?1)"},
      {"1 = n", R"(filter "n" = ?1)"},
      {"n < 2", R"(filter "n" < ?1)"},
      {"n <= 2", R"(filter "n" <= ?1)"},
      {"n > 2.5", R"(filter "n" > ?1)"},
      {"2 <= n", R"(filter "n" >= ?1)"},
      {"n <> 2", doubtful(R"("n" <> ?1)")},
      {"n IS 2", R"(filter "n" is ?1)"},
      {"n IS NOT 2", doubtful(R"("n" is not ?1)")},
      {"n IS NULL", R"(filter "n" is null)"},
      {"n IS NOT NULL", doubtful(R"("n" is not null)")},
      {"n NOTNULL", doubtful(R"("n" is not null)")},
      {"n BETWEEN 1 AND 2", R"(filter "n" >= ?1 and "n" <= ?2)"},
      {"s = 'bee'", R"(filter "s" = ?1)"},
      {"s COLLATE NOCASE = 'BEE'", R"(filter "s" = ?1 collate NOCASE)"},
      {"s > 'b' COLLATE RTRIM", R"(prefilter "s" > ?1 collate RTRIM)"},
      {"s LIKE '%b'", R"(prefilter "s" like ?1)"},
      {"s GLOB '*b'", R"(prefilter "s" glob ?1)"},
      {"n IN (1, 3)", R"(prefilter "n" in ?1)"},
      {"s IN (SELECT 'bee')", R"(prefilter "s" in ?1)"},
      {"rowid = 2", "filter rowid = ?1"},
      {"rowid IN (1, 2)", "prefilter rowid in ?1"},
      {"rowid > 2 AND rowid <= 3", "filter rowid > ?1 and rowid <= ?2"},
      {"_index = 0", R"(filter "_index" = ?1)"},
      {"_index BETWEEN 1 AND 2", R"(filter "_index" >= ?1 and "_index" <= ?2)"},
      {"_generation = 1", R"(filter "_generation" = ?1)"},
      {"t MATCH 'n > 2'", doubtful(R"("t" match ?1)")},
      {"n > 1 AND s LIKE '_c%'", R"(filter "n" > ?1; prefilter "s" like ?2)"},
  }));
  Pets pets;
  CHECK(pets.words("SELECT 1 FROM t WHERE " + where) == words);
}

TEST_CASE("what an affinity could change is left to SQLite's own check", "[ext][best_index]") {
  const std::string where =
      GENERATE(values<std::string>({"m = 1", "s = 1", "n = ?", "s = ?", "n = 1 + 1", "rowid = '2'",
                                    "rowid = ?", "_index < 1.5"}));
  Pets pets;
  INFO(where);
  CHECK(pets.words("SELECT 1 FROM t WHERE " + where).find("prefilter ") != std::string::npos);
}

TEST_CASE("a numeric column's comparisons are exact whatever stands on the right",
          "[ext][best_index]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(a INTEGER, b TEXT)");
  connection.ask("INSERT INTO t(_tree) VALUES ('{\"a\":5}'), ('{\"a\":\"5\"}')");
  const auto [where, count] = GENERATE(table<std::string, std::string>({
      {"a = 5", "2\n"},
      {"a = '5'", "2\n"},
      {"a = 4 + 1", "2\n"},
      {"a >= '5.0' || ''", "2\n"},
      {"a = CAST(5 AS TEXT)", "2\n"},
      {"a < x'00'", "2\n"},
  }));
  INFO(where);
  CHECK(connection.words("SELECT 1 FROM t WHERE " + where).find("filter \"a\"") == 0);
  CHECK(connection.ask("SELECT count(*) FROM t WHERE " + where) == count);
}

TEST_CASE("exact conditions are not compared again, others are", "[ext][best_index]") {
  Pets pets;
  const auto comparisons = [&](const std::string& where) {
    return pets.ask("EXPLAIN SELECT 1 FROM t WHERE " + where).find("|Ne|") != std::string::npos;
  };
  CHECK_FALSE(comparisons("n = 1"));
  CHECK_FALSE(comparisons("s = 'bee'"));
  CHECK(comparisons("m = 1"));
  CHECK_FALSE(comparisons("m = '1'"));
  CHECK(comparisons("n = 1 + 1"));
}

TEST_CASE("what cannot be pushed down is answered all the same", "[ext][best_index]") {
  const auto [where, answer] = GENERATE(table<std::string, std::string>({
      {"n + 1 = 2", "1\n"},
      {"n = 1 OR s = 'bee'", "1\n2\n"},
      {"s NOT LIKE 'b%' AND n NOT IN (1, 3)", "4\n"},
      {"s LIKE 'b%' ESCAPE '!'", "2\n"},
      {"_tree ->> '$.n' = 3", "3\n"},
      {"t MATCH 'n > 3' OR s = 'ant'", "1\n4\n"},
      {"NOT t MATCH 'n > 1'", "1\n"},
      {"m > 'a'", "4\n"},
      {"m = 2", ""},
      {"m = CAST(2 AS INTEGER)", "2\n"},
      {"n = '1'", ""},
      {"l = '[1]'", "1\n"},
      {"rowid = '2'", "2\n"},
      {"rowid = 2.5", ""},
      {"_index < 1.5", "1\n2\n"},
      {"_index = -1", ""},
  }));
  Pets pets;
  INFO(where);
  CHECK(pets.ask("SELECT rowid FROM t WHERE " + where) == answer);
}

TEST_CASE("a limit is known to the scan where SQLite tells it", "[ext][best_index]") {
  const auto [query, words] = GENERATE(table<std::string, std::string>({
      {"SELECT n FROM t LIMIT 2", "limit ?1"},
      {"SELECT n FROM t LIMIT 2 OFFSET 1", "limit ?1 offset ?2"},
      {"SELECT n FROM t WHERE n > 1 LIMIT 2", R"(filter "n" > ?1; limit ?2)"},
      {"SELECT n FROM t ORDER BY s DESC LIMIT 2", R"(order by "s" desc; limit ?1)"},
      {"SELECT n FROM t WHERE m = 1 LIMIT 2", R"(prefilter "m" = ?1; limit ?2)"},
      // An order of SQLite's, a condition on no column, groups, a join.
      {"SELECT n FROM t ORDER BY n + 1 LIMIT 2", "all rows"},
      {"SELECT n FROM t WHERE n > 1 AND n + 1 > 3 LIMIT 2", R"(filter "n" > ?1)"},
      {"SELECT count(*) FROM t LIMIT 2", "all rows"},
      {"SELECT 1 FROM t, (SELECT 1 UNION ALL SELECT 2) LIMIT 2", "all rows"},
  }));
  Pets pets;
  CHECK(pets.words(query) == words);
}

TEST_CASE("limits count what plain SQLite would count", "[ext][best_index]") {
  const auto [query, answer] = GENERATE(table<std::string, std::string>({
      {"SELECT n FROM t LIMIT 2 OFFSET 1", "2\n3\n"},
      {"SELECT n FROM t LIMIT -1 OFFSET 3", "4.5\n"},
      {"SELECT n FROM t LIMIT 0", ""},
      {"SELECT n FROM t LIMIT 9 OFFSET -5", "1\n2\n3\n4.5\n"},
      {"SELECT n FROM t LIMIT 2 OFFSET 9", ""},
      {"SELECT s FROM t ORDER BY s DESC LIMIT 2", "cat\nbee\n"},
      {"SELECT n FROM t ORDER BY n + 1 DESC LIMIT 1", "4.5\n"},
      {"SELECT n FROM t WHERE s LIKE '%A%' LIMIT 1 OFFSET 1", "3\n"},
      {"SELECT n FROM t WHERE t MATCH 'n > 1' LIMIT 1 OFFSET 1", "3\n"},
      {"SELECT n FROM t LIMIT 'x'", "error: datatype mismatch"},
  }));
  Pets pets;
  INFO(query);
  CHECK(pets.ask(query) == answer);
}

TEST_CASE("an order on columns is consumed, sorted or merely grouped", "[ext][best_index]") {
  const auto [query, words] = GENERATE(table<std::string, std::string>({
      {"SELECT n FROM t ORDER BY s", R"(order by "s")"},
      {"SELECT n FROM t ORDER BY s DESC, n", R"(order by "s" desc, "n")"},
      {"SELECT n FROM t ORDER BY _index DESC", R"(order by "_index" desc)"},
      {"SELECT n FROM t ORDER BY rowid DESC", "order by rowid desc"},
      {"SELECT s, count(*) FROM t GROUP BY s", R"(group by "s")"},
      {"SELECT DISTINCT s FROM t", R"(distinct "s")"},
      {"SELECT DISTINCT s FROM t WHERE n > 1", R"(filter "n" > ?1)"},
      {"SELECT DISTINCT m FROM t", "all rows"},
      {"SELECT DISTINCT s FROM t WHERE length(_tree) > 1", "all rows"},
      {"SELECT DISTINCT s FROM t ORDER BY s", R"(order by "s")"},
      // Another collation, NULLs elsewhere, an expression: SQLite sorts.
      {"SELECT n FROM t ORDER BY s COLLATE NOCASE", "all rows"},
      {"SELECT n FROM t ORDER BY s NULLS LAST", "all rows"},
      {"SELECT n FROM t ORDER BY s, n + 1", "all rows"},
      {"SELECT n FROM t ORDER BY _tree", "all rows"},
  }));
  Pets pets;
  CHECK(pets.words(query) == words);
  // For DISTINCT SQLite keeps its own tree of what it has seen, whatever the order.
  const std::string plan = pets.ask("EXPLAIN QUERY PLAN " + query);
  const bool sorts = plan.find("TEMP B-TREE FOR") != plan.find("TEMP B-TREE FOR DISTINCT");
  CHECK(sorts == (words == "all rows" && query.find("DISTINCT") == std::string::npos));
}

TEST_CASE("groups are ordered by the column with the most texts", "[ext][best_index]") {
  TestConnection connection;
  connection.ask(
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) "
      "SELECT arbor_append('t', json_group_array(json_object('g', i % 3, 'few', 'x' || (i % 9), "
      "'i', "
      "i, "
      "'many', iif(i % 11 = 0, NULL, 'name ' || (i * 7919 % 2003))))) FROM n; "
      "CREATE TABLE p AS SELECT g, few, i, many FROM t");
  const auto [query, words] = GENERATE(table<std::string, std::string>({
      {"SELECT g, count(*), count(DISTINCT many), max(few) FROM t GROUP BY g",
       R"(group by "g", "many")"},
      {"SELECT g, count(DISTINCT few), sum(i) FROM t GROUP BY g", R"(group by "g")"},
      {"SELECT g, count(DISTINCT i), min(many), max(many) FROM t WHERE few <> 'x1' GROUP BY g",
       doubtful(R"("few" <> ?1; group by "g", "many")")},
      {"SELECT g, count(DISTINCT few) FROM t WHERE many > 'name 2' GROUP BY g",
       R"(filter "many" > ?1; group by "g")"},
      {"SELECT many, count(DISTINCT few) FROM t GROUP BY many", R"(group by "many")"},
  }));
  INFO(query);
  CHECK(connection.words(query) == words);
  std::string plain = query;
  plain.replace(plain.find(" FROM t"), 7, " FROM p");
  CHECK(connection.ask(query + " ORDER BY 1") == connection.ask(plain + " ORDER BY 1"));
}

TEST_CASE("rows that repeat are left out of distinct ones, unless their rowids are asked for",
          "[ext][best_index]") {
  TestConnection connection;
  connection.ask(R"(SELECT arbor_append('t', '[{"i":1,"s":"a"},{"i":1,"s":"a"},{"i":2,"s":"b"},)"
                 R"({"i":null,"s":"b"},{"s":"b"},{"i":1,"s":"a"},{"i":2,"s":"A"}]'))");
  const auto [query, answer] = GENERATE(table<std::string, std::string>({
      {"SELECT DISTINCT s FROM t", "A\na\nb\n"},
      {"SELECT DISTINCT i, s FROM t", "NULL|b\n1|a\n2|A\n2|b\n"},
      {"SELECT DISTINCT s FROM t WHERE i IS NULL OR i = 2", "A\nb\n"},
      {"SELECT DISTINCT s FROM t WHERE rowid = 6", "a\n"},
      {"SELECT DISTINCT s FROM t WHERE rowid % 6 = 0", "a\n"},
      {"SELECT DISTINCT s FROM t WHERE s = 'a' AND rowid + 0 IN (2, 6)", "a\n"},
      {"SELECT DISTINCT x.s FROM t AS x, t AS y WHERE y._index = x.rowid - 5", "A\na\nb\n"},
  }));
  INFO(query);
  const std::string keys = query.find("i, s") != std::string::npos ? "1, 2" : "1";
  CHECK(connection.ask("SELECT * FROM (" + query + " LIMIT -1) ORDER BY " + keys) == answer);
}

TEST_CASE("an equal column on the other side of a join is looked up", "[ext][best_index]") {
  Pets pets;
  pets.ask("CREATE TABLE names(s TEXT); INSERT INTO names VALUES ('bee'), ('cat'), ('eel')");
  const std::string join = "SELECT t.n FROM names JOIN t ON t.s = names.s ORDER BY names.rowid";
  CHECK(pets.words(join) == R"(prefilter "s" = ?1)");
  CHECK(pets.ask(join) == "2\n3\n");
}

TEST_CASE("a look-up by rowid or position says that it finds one row at most",
          "[ext][best_index]") {
  Pets pets;
  pets.ask("CREATE TABLE ids(id INTEGER PRIMARY KEY)");
  // Only a unique look-up lets SQLite drop the right side of a left join that nothing reads.
  CHECK(pets.ask("EXPLAIN QUERY PLAN SELECT ids.id FROM ids LEFT JOIN t ON t.rowid = ids.id")
            .find(" t ") == std::string::npos);
  CHECK(pets.ask("EXPLAIN QUERY PLAN SELECT ids.id FROM ids LEFT JOIN t ON t.n = ids.id")
            .find(" t ") != std::string::npos);
}

TEST_CASE("conditions on the left table in an outer join's ON leave none of its rows out",
          "[ext][best_index]") {
  const std::string condition =
      GENERATE(values<std::string>({"t.n <> 2", "t.n IS NOT 2", "t.m IS NOT NULL", "t.s LIKE 'b%'",
                                    "t.s GLOB 'b*'", "t.t MATCH 'n = 2'", "t.n = 2", "t.n > 2"}));
  Pets pets;
  INFO(condition);
  pets.ask("CREATE TABLE other AS SELECT n FROM t");
  const std::string join =
      "SELECT count(*) FROM t LEFT JOIN other ON other.n = t.n AND " + condition;
  CHECK(pets.ask(join) == "4\n");
  pets.ask("CREATE VIEW joined AS " + join);
  CHECK(pets.ask("SELECT * FROM joined") == "4\n");
  // In WHERE they do.
  const std::string kept = pets.ask("SELECT count(*) FROM t WHERE " + condition);
  CHECK(kept != "4\n");
  CHECK(pets.ask("SELECT count(*) FROM t LEFT JOIN other ON other.n = t.n WHERE " + condition) ==
        kept);
  CHECK(pets.ask("SELECT count(*) FROM (SELECT 1 FROM t WHERE " + condition + " LIMIT 9)") == kept);
}

TEST_CASE("a LIKE that SQLite makes a range of keeps the rows of an outer join without a partner",
          "[ext][best_index]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE t USING arbor(s COLLATE NOCASE)");
  connection.ask("INSERT INTO t VALUES ('ant'), ('Bee'); CREATE TABLE one AS SELECT 1");
  const auto [condition, answer] = GENERATE(table<std::string, std::string>({
      {"s LIKE 'b%' ESCAPE '!'", "Bee\n"},
      {"s LIKE 'x%' ESCAPE '!'", "NULL\n"},
      {"s LIKE 'x%'", "NULL\n"},
      {"s >= 'x' AND s < 'y'", "NULL\n"},
      {"s >= 'B' AND s < 'c'", "Bee\n"},
  }));
  INFO(condition);
  CHECK(connection.ask("SELECT s FROM one LEFT JOIN t ON " + condition) == answer);
}

TEST_CASE("MATCH is true, false or unknown wherever it is asked", "[ext][best_index]") {
  Pets pets;
  CHECK(pets.ask("SELECT t MATCH 'n', t MATCH 'n > 1', t MATCH 'nothing' FROM t WHERE n < 3") ==
        "1|0|NULL\n1|1|NULL\n");
  CHECK(pets.ask("SELECT t MATCH 'n > 1' FROM t WHERE t MATCH 'n > 1' AND n < 3") == "1\n");
  CHECK(pets.ask("SELECT count(*) FROM t x RIGHT JOIN t y ON y.t MATCH 'n = ' || x.n") == "4\n");
}

TEST_CASE("MATCH stands after the table's name or after _tree", "[ext][best_index]") {
  Pets pets;
  const auto [where, word] = GENERATE(table<const char*, const char*>({
      {"n MATCH 'n > 2'", "error: MATCH stands after"},
      {"rowid MATCH 'n > 2'", "error: MATCH stands after"},
      {"_index MATCH 'n > 2'", "error: MATCH stands after"},
      {"_tree MATCH 'n > 3'", "4.5\n"},
      {"n MATCH 'n > 2' OR n = 1", "error: MATCH stands after"},
  }));
  INFO(where);
  CHECK_THAT(pets.ask(std::string("SELECT n FROM t WHERE ") + where), StartsWith(word));
}

TEST_CASE("MATCH works where a declared column has the table's name", "[ext][best_index]") {
  TestConnection connection;
  connection.ask("CREATE VIRTUAL TABLE u USING arbor(u, b); INSERT INTO u VALUES (1, 2), (3, 4)");
  CHECK(connection.ask("SELECT u, b FROM u WHERE u MATCH 'u = 3 and b = 4'") == "3|4\n");
  CHECK(connection.ask("SELECT u, b FROM u WHERE u = 1") == "1|2\n");
}

TEST_CASE("what MATCH and a generation are compared with is checked", "[ext][best_index]") {
  Pets pets;
  for (const char* where :
       {"t MATCH 'n >'", "t MATCH NULL", "t MATCH 5", "t MATCH 'n >' OR n = 1"}) {
    INFO(where);
    CHECK_THAT(pets.ask(std::string("SELECT n FROM t WHERE ") + where), StartsWith("error: "));
  }
  CHECK(pets.ask("SELECT n FROM t WHERE _generation = 'one'") ==
        "error: _generation is compared with an integer");
}

}  // namespace
}  // namespace arbors::ext
