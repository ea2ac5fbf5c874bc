#!/usr/bin/env python3
"""Look-ups that one statement repeats: the rows that SQLite finds in a table of its own, by a hash table that is made once, told by arbor_stats(); and joins ordered by what statistics say of ranges."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
COLUMNS = ("a", "b", "c", "d")


def value(dice):
    return dice.choice((None, True, dice.randrange(4), dice.randrange(4) / 2, str(dice.randrange(4)), "1.0", " 1", "x", "X", "x ", "", 2**60 + dice.randrange(2), float(2**60)))


def pair(dice, rows):
    """An Arbor, a view of it and an ordinary table of the same rows, and what is asked for."""
    database = harness.connect(OPTIONS.extension)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(d COLLATE NOCASE, batch_trees={dice.choice((7, 64, 1000))})")
    trees = [{column: value(dice) for column in COLUMNS if dice.random() < 0.9} for _ in range(rows)]
    sources.call(database, "arbor_append", "t", sources.array(trees + [dict.fromkeys(COLUMNS, 0)]))
    database.execute("CREATE TABLE p(id INTEGER PRIMARY KEY, a, b, c, d COLLATE NOCASE)")
    database.execute("INSERT INTO p SELECT rowid, a, b, c, d FROM t")
    database.execute("CREATE VIRTUAL TABLE v USING arbor_view('t | select a, b, c')")
    database.execute("CREATE TABLE w(id INTEGER PRIMARY KEY, a, b, c)")
    database.execute("INSERT INTO w SELECT id, a, b, c FROM p")
    database.execute("CREATE TABLE o(n INTEGER PRIMARY KEY, a, b, c, d)")
    database.executemany("INSERT INTO o(a, b, c, d) VALUES (?, ?, ?, ?)", [[value(dice) for _ in COLUMNS] for _ in range(30)])
    return database


def test_random_keys(report):
    dice = random.Random(harness.seed_of(OPTIONS))
    for round_number in range(10 if OPTIONS.quick else 100):
        database = pair(dice, dice.choice((3, 60, 300)))
        for arbor, table, columns in (("t", "p", COLUMNS), ("v", "w", COLUMNS[:3])):
            for _ in range(8):
                keys = dice.sample(columns, dice.randrange(1, len(columns) + 1))
                right = {key: dice.choice((f"o.{key}", f"o.{dice.choice(COLUMNS)}", f"o.{key} COLLATE NOCASE", f"CAST(o.{key} AS TEXT)", "1", "'x'")) for key in keys}
                on = " AND ".join(f"s.{key} = {right[key]}" for key in keys)
                for sql in (f"SELECT o.n, count(*), total(s.a) FROM o JOIN {{}} s ON {on} GROUP BY 1 ORDER BY 1", f"SELECT n, (SELECT count(*) FROM {{}} s WHERE {on}) FROM o ORDER BY 1", f"SELECT n FROM o WHERE EXISTS (SELECT 1 FROM {{}} s WHERE {on}) ORDER BY 1",
                            f"WITH RECURSIVE r(n, x) AS (SELECT 0, 0 UNION ALL SELECT r.n + 1, (SELECT count(*) FROM {{}} s, o WHERE o.n = r.n AND {on}) FROM r WHERE r.n < 20) SELECT * FROM r"):
                    want, got = (database.execute(sql.format(name)).fetchall() for name in (table, arbor))
                    report.equal(got, want, f"round {round_number}: {sql.format(arbor)}")
        database.close()


def test_changes_between_look_ups(report):
    """What a statement, or the next one, writes between two look-ups is seen as without a hash table."""
    with harness.scratch() as folder:
        database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
        database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=50)")
        sources.call(database, "arbor_append", "t", sources.array([{"k": index % 20, "n": index} for index in range(200)]))
        database.execute("CREATE VIRTUAL TABLE v USING arbor_view('t | select k, n')")
        ask = "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 30) SELECT sum((SELECT count(*) FROM {} s WHERE s.k = r.i)) FROM r"
        for name in "tv":
            report.equal(database.execute(ask.format(name)).fetchone()[0], 200, f"{name}: before")
        database.execute("INSERT INTO t(k, n) VALUES (3, 1000), (30, 1001)")
        database.execute("DELETE FROM t WHERE k = 5")
        for name in "tv":
            report.equal(database.execute(ask.format(name)).fetchone()[0], 192, f"{name}: after an insertion and a deletion")
        other = harness.connect(OPTIONS.extension, f"{folder}/d.db")
        other.execute("DELETE FROM t WHERE k = 6")
        for name in "tv":
            report.equal(database.execute(ask.format(name)).fetchone()[0], 182, f"{name}: after another connection's deletion")
        database.close()
        other.close()


def read(database):
    counters = json.loads(sources.call(database, "arbor_stats"))
    return counters["pools_decoded"] + counters["cache_hits"]


def counted(database, sql):
    sources.call(database, "arbor_reset_stats")
    answer = database.execute(sql).fetchall()
    return answer, read(database)


def test_one_table_serves_all_look_ups(report):
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=500)")
    sources.call(database, "arbor_append", "t", sources.array([{"n": index, "a": index % 10, "b": index // 10 % 10, "c": index // 100 % 10} for index in range(5000)]))
    database.execute("CREATE VIRTUAL TABLE v USING arbor_view('t | select n, a, b, c')")
    database.execute("CREATE VIRTUAL TABLE s USING arbor_view('SELECT n, a FROM t WHERE n >= 0')")
    probes = 400
    database.execute(f"CREATE TABLE o AS WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {probes - 1}) SELECT n, n % 10 AS a, n / 10 % 10 AS b, n / 100 AS c FROM r")
    batches, few = 10, 150  # three scans, the pass that makes the table, and the columns that are handed out
    database.execute("CREATE VIRTUAL TABLE g USING arbor_view('t | group_by n { min(a) as a }')")
    for name in "tg":
        for sql in ("SELECT sum((SELECT n FROM {} s WHERE s.n = o.n)) FROM o", "SELECT count(*) FROM o WHERE EXISTS (SELECT 1 FROM {} s WHERE s.n = o.n)",
                    f"WITH RECURSIVE r(i, x) AS (SELECT 0, 0 UNION ALL SELECT i + 1, (SELECT n FROM {{}} s WHERE s.n = r.i) FROM r WHERE i < {probes}) SELECT count(*) FROM r", "SELECT count(*) FROM o JOIN {} s ON s.n = o.n"):
            _, reads = counted(database, sql.format(name))
            report.check(reads <= few + probes, f"{sql.format(name)}: at most one column a probe", f"{reads} columns of {batches} batches")
    # A probe finds five rows, each in another batch. Of a view's row all four fields are computed.
    for name, others, most in (("t", "", 10), ("v", "", 20)):
        answer, reads = counted(database, f"SELECT count(*) FROM o CROSS JOIN {name} s ON s.a = o.a AND s.b = o.b AND s.c = o.c{others}")
        report.equal(answer, [(5 * probes,)], f"{name}: three columns together")
        # Of one column 500 rows would be found each time: too many to hand out without a scan.
        report.check(reads <= few + most * probes, f"{name}: three columns are hashed together", f"{reads} columns read")
    database.close()


def outer_table(database, sql):
    return database.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()[0][3].split()[1]


def test_ranges_are_planned_from_statistics(report):
    database = harness.connect(OPTIONS.extension)
    for name, count in (("big", 10000), ("small", 500)):
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees=1000)")
        sources.call(database, "arbor_append", name, sources.array([{"k": index, "n": index, "r": index / 4, "s": f"s{index}"} for index in range(count)]))
    join = "SELECT count(*) FROM {} JOIN {} ON big.k = small.k WHERE "
    for first, second in (("big", "small"), ("small", "big")):
        for condition, outer in (("big.n BETWEEN 4000 AND 4010", "big"), ("big.r > 2499", "big"), ("big.n < 20 AND big.r >= 0", "big"), ("big.n >= 0", "small"), ("big.n < 9000 AND big.r < 2400.5", "small"), ("big.n > 100 AND small.n < 3", "small"), ("big.n > 1e9", "big")):
            report.equal(outer_table(database, join.format(first, second) + condition), outer, f"{first}, {second} where {condition}: the outer table")
    database.close()


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
