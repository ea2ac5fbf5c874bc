#include "tests/fault/scenario.h"

#include <fstream>
#include <stdexcept>

#include "tests/fault/database.h"

namespace arbors::fault {
namespace {

constexpr int kBatchTrees = 16;
constexpr int kImported = 70;

// A tree with what the stored form tells apart: runs, dictionaries, arrays, nulls, big numbers.
std::string tree(int id) {
  const std::string number = std::to_string(id);
  std::string text = "{\"id\":" + number + ",\"name\":\"name " + std::to_string(id % 7) + "\"";
  if (id % 3 != 0) text += ",\"score\":" + std::to_string(id) + ".5";
  if (id % 5 == 0) text += ",\"score\":null";
  if (id % 11 == 0) text += ",\"big\":123456789012345678901234567890";
  return text + ",\"tags\":[" + number + ",\"t\"],\"o\":{\"x\":" + number + ",\"long\":\"" +
         std::string(static_cast<std::size_t>(20 + id % 40), 'x') + "\"}}";
}

std::string lines(int first, int count) {
  std::string text;
  for (int id = first; id < first + count; ++id) text += tree(id) + '\n';
  return text;
}

void must(Database& database, const std::string& sql) {
  const Outcome outcome = database.run(sql.c_str());
  if (outcome.code != SQLITE_OK) throw std::runtime_error(sql + ": " + outcome.message);
}

const char* const kInsertSelect =
    "INSERT INTO t(id, name) SELECT value, 'made ' || value FROM json_each('[1,2,3,4,5,6,7,8]')";

}  // namespace

void prepare(const std::string& file, const std::string& folder, const char* journal) {
  std::ofstream(folder + "/lines.jsonl") << lines(1000, kImported);
  Database database(file);
  must(database, std::string("PRAGMA journal_mode=") + journal);
  must(database,
       "CREATE VIRTUAL TABLE t USING arbor(batch_trees=" + std::to_string(kBatchTrees) + ")");
  must(database, "SELECT arbor_append('t', '" + lines(0, 40) + "')");
  must(database, "CREATE TABLE o(a, b)");
  must(database, "INSERT INTO o VALUES (1, 'one'), (2, 'two')");
  database.run("SELECT arbor_create_index('t', 'id')");
  must(database, "INSERT INTO t(_tree) VALUES ('" + tree(500) + "'), ('" + tree(501) + "')");
  must(database, "UPDATE t SET name = 'changed' WHERE id IN (3, 500)");
}

std::vector<Scenario> scenarios(const std::string& folder) {
  const std::string import = folder + "/lines.jsonl";
  return {
      {"read",
       "delete",
       {"SELECT count(*), sum(id), max(name), total(score) FROM t",
        "SELECT id, name, tags FROM t WHERE score > 10 ORDER BY name DESC, id LIMIT 5",
        "SELECT _tree FROM t WHERE id = 7", "SELECT rowid, _index FROM t WHERE name LIKE '%6'",
        "SELECT name, count(*) FROM t GROUP BY name",
        "SELECT count(*), max(name) FROM (SELECT DISTINCT name FROM t)",
        "SELECT count(*) FROM t a JOIN t b ON a.id = b.\"o.x\"",
        "SELECT _tree FROM t WHERE _index IN (1, 30, 41)"}},
      {"listings",
       "wal",
       {"SELECT name, trees FROM arbor_list", "SELECT path, count, min, max FROM arbor_schema('t')",
        "SELECT generation, trees FROM arbor_history('t')", "SELECT arbor_check('t')"}},
      {"create",
       "delete",
       {"CREATE VIRTUAL TABLE u USING arbor(a INTEGER, \"b.c\", batch_trees=4)",
        "INSERT INTO u(a, \"b.c\") VALUES (1, 2), (3, 4)", "SELECT * FROM u"}},
      {"create and drop in a transaction",
       "wal",
       {"BEGIN", "CREATE VIRTUAL TABLE u USING arbor", "INSERT INTO u(_tree) VALUES ('{\"a\":1}')",
        "DROP TABLE u", "CREATE VIRTUAL TABLE u USING arbor(z)",
        "INSERT INTO u(z) VALUES ('again')", "COMMIT"}},
      {"import into a new Arbor",
       "delete",
       {"SELECT json_extract(arbor_import('n', '" + import + "'), '$.trees')"}},
      {"import into an old one",
       "wal",
       {"SELECT json_extract(arbor_import('t', '" + import + "'), '$.trees')",
        "SELECT count(*) FROM t"}},
      {"append",
       "delete",
       {"SELECT json_extract(arbor_append('t', '" + lines(700, 30) + "'), '$.trees')",
        "SELECT arbor_append('t', '{\"new column\":1}') IS NOT NULL",
        "SELECT count(\"new column\") FROM t"}},
      {"append in a transaction",
       "delete",
       {"BEGIN", "INSERT INTO o VALUES (3, 'three')",
        "SELECT arbor_append('t', '" + lines(700, 30) + "') IS NOT NULL",
        "INSERT INTO t(id) VALUES (9)", "COMMIT"}},
      {"insert",
       "delete",
       {"INSERT INTO t(_tree) VALUES ('" + tree(600) + "')",
        "INSERT INTO t(id, name) VALUES (1, 2)", kInsertSelect,
        "INSERT INTO t(_tree) SELECT _tree FROM t WHERE id < 4"}},
      {"update",
       "wal",
       {"UPDATE t SET name = 'new' WHERE id % 2 = 0", "UPDATE t SET \"o.x\" = id WHERE id = 500",
        "UPDATE t SET _tree = '{\"id\":3}' WHERE id = 3", "UPDATE t SET rowid = 900 WHERE id = 4"}},
      {"tag, compare, restore",
       "wal",
       {"SELECT arbor_tag('t', 'a')", "UPDATE t SET name = 'new' WHERE id % 2 = 0",
        "SELECT count(*), sum(rowid) FROM arbor_diff('t', 'a')", "SELECT arbor_vacuum('t') >= 0",
        "SELECT arbor_count('t@a'), arbor_generation('t', 'a')", "SELECT arbor_restore('t', 'a')",
        "SELECT name, tag FROM t, arbor_history('t') WHERE id = 3",
        "SELECT arbor_untag('t', 'a')"}},
      {"delete",
       "delete",
       {"DELETE FROM t WHERE id % 3 = 0", "DELETE FROM t WHERE id = 500",
        "DELETE FROM t WHERE rowid = 2", "DELETE FROM t"}},
      {"transaction over both tables",
       "wal",
       {"BEGIN", "INSERT INTO t(id) VALUES (100)", "INSERT INTO o VALUES (4, 'four')",
        "UPDATE t SET name = 'u' WHERE id < 20", "DELETE FROM t WHERE id BETWEEN 5 AND 12",
        kInsertSelect, "SELECT count(*), sum(id) FROM t", "COMMIT", "SELECT count(*) FROM t"}},
      {"savepoints",
       "delete",
       {"BEGIN", "INSERT INTO t(id) VALUES (100)", "SAVEPOINT a",
        "UPDATE t SET name = 'lost' WHERE id < 9", "SAVEPOINT b", kInsertSelect, "ROLLBACK TO b",
        "DELETE FROM t WHERE id > 20", "ROLLBACK TO a", "SELECT count(*), max(name) FROM t",
        "DELETE FROM t WHERE id = 1", "RELEASE a", "COMMIT"}},
      {"rollback",
       "wal",
       {"BEGIN", "DELETE FROM t", kInsertSelect, "SELECT arbor_optimize('t') IS NOT NULL",
        "ROLLBACK", "SELECT count(*), sum(id) FROM t"}},
      {"optimize",
       "delete",
       {"DELETE FROM t WHERE id % 4 = 1", "SELECT arbor_optimize('t') IS NOT NULL",
        "SELECT arbor_vacuum('t') IS NOT NULL", "SELECT sum(id) FROM t"}},
      {"optimize in a transaction",
       "wal",
       {"BEGIN", "INSERT INTO t(id) VALUES (100)", "SELECT arbor_optimize('t') IS NOT NULL",
        "SELECT arbor_vacuum('t') IS NOT NULL", "COMMIT", "VACUUM"}},
      {"indexes",
       "delete",
       {"SELECT arbor_create_index('t', 'name')", "SELECT count(*) FROM t WHERE name = 'name 3'",
        "UPDATE t SET name = 'name 3' WHERE id < 6", "SELECT id FROM t WHERE name = 'name 3'",
        "SELECT arbor_drop_index('t', 'id')", "SELECT count(*) FROM t WHERE id = 7"}},
      {"a key",
       "delete",
       {"SELECT arbor_option('t', 'key', 'id')",
        "INSERT OR REPLACE INTO t(_tree) VALUES ('" + tree(7) + "'), ('" + tree(800) + "')",
        "INSERT OR IGNORE INTO t(id, name) VALUES (8, 'ignored')",
        "UPDATE OR REPLACE t SET id = 10 WHERE id = 11",
        "INSERT OR REPLACE INTO t(rowid, id) VALUES (3, 12)", "SELECT count(*), sum(id) FROM t",
        "SELECT name FROM t WHERE id = 10", "SELECT arbor_check('t')",
        "SELECT arbor_option('t', 'key', NULL)"}},
      {"upserts in a transaction",
       "wal",
       {"SELECT arbor_option('t', 'key', 'id')", "BEGIN",
        "INSERT OR REPLACE INTO t(id, name) SELECT value, 'new' FROM json_each('[1,2,900,2,901]')",
        "SAVEPOINT a",
        "SELECT arbor_append('t', '" + lines(20, 50) +
            "', '{\"on_conflict\":\"replace\"}') IS NOT NULL",
        "ROLLBACK TO a", "UPDATE OR REPLACE t SET id = 2 WHERE name = 'name 3'",
        "SELECT count(*), sum(id) FROM t", "COMMIT", "SELECT arbor_check('t')"}},
      {"rename",
       "wal",
       {"ALTER TABLE t RENAME TO \"new name\"", "INSERT INTO \"new name\"(id) VALUES (1)",
        "SELECT count(*) FROM \"new name\""}},
      {"drop", "delete", {"DROP TABLE t", "CREATE VIRTUAL TABLE t USING arbor(x)"}},
      {"delete by function", "wal", {"SELECT arbor_delete('t')", "SELECT arbor_delete('t')"}},
      {"save",
       "delete",
       {"SELECT arbor_save('s', 't')", "SELECT arbor_save('s', 't | head 3')",
        "SELECT count(*) FROM s", "SELECT arbor_save_multiple('{\"a\":\"t\",\"s\":\"t\"}')"}},
      {"plans",
       "wal",
       {"SELECT idx, tree FROM arbor_rows('t | filter score > 10 | sort_by id desc | head 7')",
        "SELECT arbor_count('t | filter id > 10')", "SELECT arbor_json('t | tail 3')",
        "SELECT tree FROM arbor_rows('t | group_by name { count(), sum(id) as s }')",
        "SELECT tree FROM arbor_rows('t | explode tags')",
        "SELECT length(arbor_explain('t | filter id > 3')) > 0"}},
      {"export",
       "delete",
       {"SELECT arbor_export('t', '" + folder + "/out.jsonl') IS NOT NULL",
        "SELECT arbor_export('t', '" + folder + "/out.json.gz') IS NOT NULL"}},
  };
}

}  // namespace arbors::fault
