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
    "SELECT k FROM p EXCEPT SELECT k FROM q", "SELECT k, m FROM p EXCEPT SELECT k, m FROM q ORDER BY 1, 2", "SELECT DISTINCT k FROM p UNION SELECT k FROM q UNION SELECT m FROM p",
    "SELECT k FROM p UNION ALL SELECT k FROM q UNION SELECT s FROM p", "SELECT k FROM p UNION SELECT k FROM q EXCEPT SELECT m FROM p", "SELECT k, count(*) AS n FROM (SELECT k FROM p WHERE n > 5) AS d GROUP BY k",
    "SELECT k, count(*) AS n FROM (SELECT k FROM p UNION ALL SELECT k FROM q) AS d GROUP BY k", "SELECT k, rank() OVER (PARTITION BY k ORDER BY n) AS r FROM p", "SELECT count(*) AS n FROM (SELECT DISTINCT p.k FROM p JOIN q ON p.n = q.n) AS d", "SELECT count(*) AS n FROM p JOIN q ON p.n = q.n GROUP BY p.k",
    "SELECT count(*) AS n FROM (SELECT p.k FROM p JOIN q ON p.n = q.n UNION SELECT k FROM q) AS d", "SELECT count(*) AS n, k IS NULL AS x FROM (SELECT k FROM p GROUP BY k) AS d GROUP BY k", "SELECT n, min(k) OVER (ORDER BY n ROWS 2 PRECEDING) AS lo FROM p",
]
# What SQLite shows follows from the order in which it reads the tables, or asks conditions.
DOUBTFUL = ["SELECT p.k, count(*) AS n FROM p JOIN q ON p.n = q.n GROUP BY p.k", "SELECT DISTINCT p.k FROM p JOIN q ON p.n = q.n", "SELECT min(p.k) AS lo FROM p JOIN q ON p.n = q.n WHERE p.k > 0",
            "SELECT k, max(n) FILTER (WHERE n > 3) AS m FROM p GROUP BY k", "SELECT * FROM (SELECT k, count(*) AS n FROM p GROUP BY k) AS d WHERE k LIKE '%0'", "SELECT k, n FROM p JOIN (SELECT n FROM q) AS r USING (n) UNION SELECT k, n FROM q",
            "SELECT count(*) AS n, k FROM (SELECT DISTINCT p.k FROM p JOIN q ON p.n = q.n) AS d GROUP BY k", "SELECT DISTINCT k, rank() OVER (ORDER BY m) AS r FROM p",
            "SELECT min(DISTINCT p.k) AS lo FROM p JOIN q ON p.n = q.n WHERE p.k > 0", "SELECT p.m, max(DISTINCT p.m) AS hi FROM p JOIN q ON p.n = q.n GROUP BY q.n % 3, p.m", "SELECT group_concat(DISTINCT p.k) AS g FROM p JOIN q ON p.n = q.n",
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
        plain = f"WITH p AS (SELECT CAST(k AS TEXT) AS k, CAST(n AS INTEGER) AS n, CAST(m AS INTEGER) AS m FROM main.p), q AS (SELECT CAST(k AS TEXT) AS k, n FROM main.q) {sql}"
        report.check(isinstance(trees_of(database, plain), list), plain)


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
