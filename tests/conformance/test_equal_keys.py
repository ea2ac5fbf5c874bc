#!/usr/bin/env python3
"""Of values that are equal but look different (1, 1.0 and true; texts under a collation) a SELECT shows the one that SQLite shows.

At any number of threads, with any size of batches, in parts of the keys where groups are too many, and where which one is a matter of SQLite's plan, an error.
"""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import model  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()

STATEMENTS = [
    "SELECT k, count(*) AS n FROM p GROUP BY k", "SELECT k, s, sum(n) AS t FROM p GROUP BY k, s", "SELECT k + 0 AS z, count(*) AS n FROM p GROUP BY k + 0",
    "SELECT s COLLATE NOCASE AS k, count(*) AS n FROM p GROUP BY 1", "SELECT s, k, max(n) AS m FROM p GROUP BY s COLLATE RTRIM, k",
    "SELECT k, min(n) AS lo FROM p GROUP BY k", "SELECT k, min(n) AS lo, max(m) AS hi FROM p GROUP BY k", "SELECT k, s, max(n % 7) AS hi, min(m) AS lo FROM p GROUP BY k, s",
    "SELECT k, m, min(n) AS lo, max(n % 9) AS hi FROM p GROUP BY k", "SELECT k || '' AS t, min(n) AS lo FROM p GROUP BY k", "SELECT s COLLATE NOCASE AS c, max(n) AS hi FROM p GROUP BY 1 HAVING max(n) > 3 ORDER BY min(m)", "SELECT k, group_concat(DISTINCT s COLLATE NOCASE) AS g FROM p GROUP BY k",
    "SELECT DISTINCT k FROM p", "SELECT DISTINCT k, s COLLATE NOCASE AS c FROM p", "SELECT DISTINCT k FROM p ORDER BY k DESC", "SELECT DISTINCT e.value AS v FROM p, json_each(p.l) AS e",
    "SELECT k, count(*) AS n FROM p GROUP BY k HAVING k LIKE '%.0'", "SELECT k, count(*) AS n FROM p GROUP BY k HAVING count(*) > 3 AND typeof(k) <> 'real'", "SELECT s COLLATE NOCASE AS c, count(*) AS n FROM p GROUP BY 1 HAVING c GLOB '[A-Z]*'",
    "SELECT min(k) AS lo, max(k) AS hi, min(s COLLATE NOCASE) AS a, max(s COLLATE NOCASE) AS z FROM p WHERE k IS NOT NULL", "SELECT s COLLATE NOCASE AS c, min(k) AS lo, max(k) AS hi FROM p GROUP BY 1",
    "SELECT sum(DISTINCT k) AS t, count(DISTINCT k) AS c FROM p WHERE typeof(k) IN ('integer', 'real')", "SELECT m, sum(DISTINCT k) AS t FROM p WHERE typeof(k) IN ('integer', 'real') GROUP BY m",
    "SELECT k FROM p UNION SELECT k FROM q", "SELECT k FROM q UNION SELECT k FROM p ORDER BY 1", "SELECT k, s FROM p INTERSECT SELECT k, s FROM q", "SELECT k FROM p INTERSECT SELECT k FROM q ORDER BY 1 DESC",
    "SELECT n FROM q UNION SELECT DISTINCT s COLLATE NOCASE AS n FROM p", "SELECT DISTINCT s COLLATE NOCASE AS s FROM p EXCEPT SELECT 'x' COLLATE BINARY AS s FROM q", "SELECT n AS k, n % 3 AS n FROM q UNION SELECT DISTINCT s COLLATE RTRIM AS k, n % 3 AS n FROM p ORDER BY 1, 2",
    "SELECT k FROM p EXCEPT SELECT k FROM q", "SELECT k, m FROM p EXCEPT SELECT k, m FROM q ORDER BY 1, 2", "SELECT DISTINCT k FROM p UNION SELECT k FROM q UNION SELECT m FROM p",
    "SELECT k FROM p UNION ALL SELECT k FROM q UNION SELECT s FROM p", "SELECT k FROM p UNION SELECT k FROM q EXCEPT SELECT m FROM p", "SELECT k, count(*) AS n FROM (SELECT k FROM p WHERE n > 5) AS d GROUP BY k",
    "SELECT k, count(*) AS n FROM (SELECT k FROM p UNION ALL SELECT k FROM q) AS d GROUP BY k", "SELECT k, rank() OVER (PARTITION BY k ORDER BY n) AS r FROM p", "SELECT count(*) AS n FROM (SELECT DISTINCT p.k FROM p JOIN q ON p.n = q.n) AS d", "SELECT count(*) AS n FROM p JOIN q ON p.n = q.n GROUP BY p.k",
    "SELECT * FROM (SELECT k, count(*) AS n FROM p GROUP BY k) AS d WHERE k = 1 AND n > 2", "SELECT * FROM (SELECT k, count(*) AS n FROM p GROUP BY k UNION ALL SELECT k, n FROM q) AS d WHERE k IN (1, 2)",
    "SELECT k, n FROM (SELECT k, count(*) OVER (PARTITION BY k) AS n FROM p) AS d WHERE k BETWEEN 0 AND 1 AND n > 1", "SELECT min(n) AS lo, k FROM (SELECT k, n FROM p WHERE n > 3) AS d GROUP BY k",
    "SELECT group_concat(s) AS g FROM (SELECT s FROM p UNION SELECT s FROM q) AS d", "SELECT group_concat(s) AS g, count(*) AS c FROM (SELECT n % 5 AS n, s FROM p EXCEPT SELECT n, s FROM q UNION ALL SELECT n, s FROM q) AS d",
    "SELECT group_concat(n) AS g FROM (SELECT n, count(*) OVER (PARTITION BY m ORDER BY s) AS c FROM p) AS d", "SELECT group_concat(n) AS g FROM (SELECT n, rank() OVER (PARTITION BY s) AS a, rank() OVER (PARTITION BY m ORDER BY s DESC) AS b FROM p) AS d",
    "SELECT count(*) AS n FROM (SELECT p.k FROM p JOIN q ON p.n = q.n UNION SELECT k FROM q) AS d", "SELECT count(*) AS n, k IS NULL AS x FROM (SELECT k FROM p GROUP BY k) AS d GROUP BY k", "SELECT n, min(k) OVER (ORDER BY n ROWS 2 PRECEDING) AS lo FROM p",
]
# What SQLite shows follows from the order in which it reads the tables, or asks conditions.
DOUBTFUL = ["SELECT p.k, count(*) AS n FROM p JOIN q ON p.n = q.n GROUP BY p.k", "SELECT DISTINCT p.k FROM p JOIN q ON p.n = q.n", "SELECT min(p.k) AS lo FROM p JOIN q ON p.n = q.n WHERE p.k > 0",
            "SELECT k, max(n) FILTER (WHERE n > 3) AS m FROM p GROUP BY k", "SELECT * FROM (SELECT k, count(*) AS n FROM p GROUP BY k) AS d WHERE k LIKE '%0'", "SELECT k, n FROM p JOIN (SELECT n FROM q) AS r USING (n) UNION SELECT k, n FROM q",
            "SELECT count(*) AS n, k FROM (SELECT DISTINCT p.k FROM p JOIN q ON p.n = q.n) AS d GROUP BY k", "SELECT DISTINCT k, rank() OVER (ORDER BY m) AS r FROM p",
            "SELECT min(DISTINCT p.k) AS lo FROM p JOIN q ON p.n = q.n WHERE p.k > 0", "SELECT p.m, max(DISTINCT p.m) AS hi FROM p JOIN q ON p.n = q.n GROUP BY q.n % 3, p.m", "SELECT group_concat(DISTINCT p.k) AS g FROM p JOIN q ON p.n = q.n",
            "SELECT * FROM (SELECT k, 0 AS n FROM q UNION ALL SELECT k, count(*) AS n FROM p GROUP BY k) AS d WHERE k LIKE '%0'", "SELECT * FROM (SELECT DISTINCT k FROM p UNION ALL SELECT k FROM q) AS d WHERE k || '' > '1'",
            "SELECT * FROM (SELECT k || '' AS t, count(*) AS n FROM p GROUP BY k) AS d WHERE t = '1.0'", "SELECT * FROM (SELECT DISTINCT k FROM p) AS d WHERE k = CAST(1 AS TEXT)", "SELECT * FROM (SELECT DISTINCT s COLLATE NOCASE AS c FROM p) AS d WHERE c = 'a' COLLATE BINARY",
            "SELECT t FROM (SELECT k || '' AS t FROM (SELECT DISTINCT k FROM p) AS d) AS e WHERE t <> '2.0'", "SELECT k || '' AS t FROM (SELECT DISTINCT k FROM p) AS d WHERE t <> '2.0'",
            "SELECT k, c FROM (SELECT k, count(*) OVER (PARTITION BY k) AS c FROM p) AS d WHERE k LIKE '%0'", "SELECT k, min(n) AS lo FROM (SELECT +k AS k, n FROM p) AS d GROUP BY k", "SELECT k, max(n) AS hi FROM (SELECT coalesce(k, m) AS k, n FROM (SELECT * FROM p) AS d) AS e GROUP BY k",
            "SELECT abs(k) AS a, min(n) AS lo FROM p GROUP BY abs(k)", "SELECT max(p.m) OVER (PARTITION BY p.m) AS hi FROM p JOIN q ON p.n = q.n"]


def tree(rng):
    made = {"k": rng.choice([None, 0, 0.0, 1, 1.0, True, False, 2, 2.0, 7.5, -1, -1.0, "a", "A", "1", "1.0"]), "s": rng.choice(["a", "A", "a ", "b", "B", "B ", "bc", "Bc"]),
            "n": rng.randrange(40), "m": rng.choice([1, 1.0, 2, 2.0, 3]), "l": [rng.choice([1, 1.0, True, "x", 2, 2.0]) for _ in range(rng.randrange(4))]}
    if rng.random() < 0.1:
        del made["k"]
    return made


def opened(rng, count):
    database = harness.connect(OPTIONS.extension)
    trees = {}
    for name in ("p", "q"):
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees={rng.choice((1, 5, 16, 100))})")
        trees[name] = [tree(rng) for _ in range(count)]
        for at in range(0, count, 97):  # several appends: several kinds of statistics
            sources.call(database, "arbor_append", name, json.dumps(trees[name][at:at + 97]))
    sources.call(database, "arbor_config", "parallel_trees", 0)
    return database, trees


def shown(value):
    value = int(value) if isinstance(value, bool) else value
    return (type(value).__name__, value)


def rows_of(database, sql):
    return sorted(repr(tuple(map(shown, row))) for row in database.execute(sql))


def trees_of(database, sql):
    return [json.loads(row[0]) for row in database.execute("SELECT tree FROM arbor_rows(?)", (sql,))]


SETTINGS = [("threads", 1, 250000), ("threads", 2, 250000), ("threads", 3, 250000), ("threads", 2, 3)]


def test_as_sqlite(report):
    """By type and value."""
    rng = random.Random(harness.seed_of(OPTIONS))
    for round_number in range(3 if OPTIONS.quick else 12):
        database, _ = opened(rng, rng.choice((40, 300, 900)))
        for sql in STATEMENTS:
            want = rows_of(database, sql)
            for setting, threads, groups in SETTINGS:
                sources.call(database, "arbor_config", setting, threads)
                sources.call(database, "arbor_config", "max_group_keys", groups)
                got = sorted(repr(tuple(map(shown, each.values()))) for each in trees_of(database, sql))
                report.equal(got, want, f"round {round_number}, {threads} threads, {groups} keys: {sql}")
        sources.call(database, "arbor_config", "max_group_keys", 250000)
        database.close()


def test_doubt(report):
    """An error that names what to do, and the answer where all that is equal is alike."""
    rng = random.Random(harness.seed_of(OPTIONS))
    database, _ = opened(rng, 400)
    for sql in DOUBTFUL:
        report.raises(lambda sql=sql: trees_of(database, sql), sql, "equal but look different", "SQLite itself", "line 1")
        plain = f"WITH p AS (SELECT CAST(k AS TEXT) AS k, CAST(n AS INTEGER) AS n, CAST(m AS INTEGER) AS m, n || '' AS s FROM main.p), q AS (SELECT CAST(k AS TEXT) AS k, n, CAST(m AS INTEGER) AS m FROM main.q) {sql}"
        report.check(isinstance(trees_of(database, plain), list), plain)


def test_parts(report):
    """Where SQLite reads a table by the sides of an OR, one after the other, another row comes first."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor")
    sources.call(database, "arbor_append", "p", json.dumps([{"k": 1.0, "x": at, "y": -at, "n": 0} for at in range(500)] + [{"k": 1, "x": -1, "y": 0, "n": 0}]))
    database.execute("SELECT arbor_create_index('p', 'x'), arbor_create_index('p', 'y')")
    for sql, alike in (("SELECT k, count(*) AS n FROM p WHERE x < 0 OR y < -495 GROUP BY k", "x < 0"), ("SELECT DISTINCT k FROM p WHERE x < 0 OR y < -495", "x < 0"),
                       ("SELECT k, min(n) AS lo FROM p WHERE x < 0 OR y < -495", "x < 0"), ("SELECT k FROM p WHERE x < 0 OR y < -495 UNION SELECT k FROM p WHERE n = 1", "x < 0")):
        plan = [row[3] for row in database.execute("EXPLAIN QUERY PLAN " + sql)]
        report.check("MULTI-INDEX OR" in plan, f"{sql}: read by parts", str(plan))
        report.raises(lambda sql=sql: trees_of(database, sql), sql, "depends on how", "SQLite itself")
        for other in (sql.replace("x < 0 OR y < -495", alike), sql.replace("y < -495", "x = -1"), sql.replace("x < 0 OR y < -495", "+(x < 0 OR y < -495)")):
            report.equal(sorted(repr(tuple(map(shown, each.values()))) for each in trees_of(database, other)), rows_of(database, other), other)
    database.close()


def test_known_constants(report):
    """A column that a condition says is a constant is that constant, as its type makes it, to all other conditions."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(r REAL, i INTEGER, t TEXT, m NUMERIC)")
    sources.call(database, "arbor_append", "p", json.dumps([{"r": r, "i": i, "t": t, "m": m, "k": m} for r in (1, 1.0, 2, "a") for i in (1, 1.0, 3) for t in ("1", 1, "a") for m in (1, 1.0, "x")]))
    for condition in ("r = 1 AND typeof(r) = 'real'", "r = 1 AND typeof(r) = 'integer'", "r = '1' AND r NOT LIKE '%.0'", "i = 1 AND i LIKE '%.0'", "i = 1.0 AND i || '' = '1'", "typeof(m) = 'integer' AND 1.0 = m", "m = 1 AND length(m) = 3",
                      "t = '1' AND typeof(t) = 'text'", "t = '1' AND typeof(t) = 'integer'", "k = 1 AND typeof(k) = 'real'", "k = 1 AND k LIKE '%.0'", "m = 1 AND (m || i = '11' OR m LIKE '%0')",
                      "m = CAST(1 AS INTEGER) AND m LIKE '%.0'", "i = 1 AND i + 0.5 = 1.5 AND quote(i) = '1'"):
        sql = f"SELECT r, i, t, m, k FROM p WHERE {condition}"
        report.equal(sorted(repr(tuple(map(shown, each.values()))) for each in trees_of(database, sql)), rows_of(database, sql), condition)
    for sql in ("SELECT r FROM (SELECT k AS r, t, i FROM p WHERE t = '1') AS d WHERE i = 1", "SELECT n FROM (SELECT t, count(*) AS n FROM p WHERE t = 'a' GROUP BY t) AS d WHERE n = 48"):
        report.equal(sorted(repr(tuple(map(shown, each.values()))) for each in trees_of(database, sql)), rows_of(database, sql), sql)
    for sql in ("SELECT c FROM (SELECT DISTINCT +i AS c FROM p WHERE i = 1) AS d WHERE length(c) > 1", "SELECT r FROM (SELECT r FROM p WHERE typeof(r) = 'integer') AS d WHERE r = 1", "SELECT x FROM (SELECT r AS x FROM p WHERE r || '' = '1') AS d WHERE 1 = x", "SELECT x FROM (SELECT * FROM (SELECT r AS x FROM p WHERE length(r) = 1) AS d) AS e WHERE x = 1","SELECT c FROM (SELECT sum(r) AS c FROM p WHERE i = 1 AND r < 2 GROUP BY r) AS d WHERE c = 24 AND c LIKE '%.0'",
                "WITH w AS MATERIALIZED (SELECT CAST(k AS NUMERIC) AS y FROM p) SELECT y, typeof(y) AS z FROM w"):
        report.raises(lambda sql=sql: trees_of(database, sql), sql, "converts or not as it plans")
    database.close()


def test_plans(report):
    """The first tree's keys stand for a group in plans too."""
    rng = random.Random(harness.seed_of(OPTIONS))
    key = model.field
    for _ in range(2 if OPTIONS.quick else 8):
        database, trees = opened(rng, rng.choice((30, 500)))
        for plan, stage in (("p | group_by k, m { count() as n }", model.grouped({"k": key("k"), "m": key("m")}, {"n": len})), ("p | group_by k { count() as n }", model.grouped({"k": key("k")}, {"n": len})),
                            ("p | group_by m, k", model.grouped({"m": key("m"), "k": key("k")})), ("p | unique_by k, m", model.unique(key("k"), key("m")))):
            want = json.dumps(stage(trees["p"]))
            for threads in (1, 3):
                sources.call(database, "arbor_config", "threads", threads)
                report.equal(json.dumps(trees_of(database, plan)), want, f"{threads} threads: {plan}")
        database.close()


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
