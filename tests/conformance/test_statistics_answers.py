#!/usr/bin/env python3
"""Aggregates and counts that statistics answer: the same as SQLite's over the same values, and nothing decoded where they hold, told by arbor_stats()."""
import json
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
UNREAD = {"batches_decoded": 0, "pools_decoded": 0, "bytes_read": 0, "cache_hits": 0}
AGGREGATES = ("count(x)", "min(x)", "max(x)", "sum(x)", "avg(x)", "total(x)")


def stats(database):
    return json.loads(sources.call(database, "arbor_stats"))


def measured(database, plan):
    sources.call(database, "arbor_reset_stats")
    answer = [json.loads(tree) for (tree,) in database.execute("SELECT tree FROM arbor_rows(?)", (plan,))]
    return answer, stats(database)


def unread(counters):
    return {name: counters[name] for name in UNREAD}


def connection(folder, name):
    """One that has decoded nothing yet."""
    return harness.connect(OPTIONS.extension, f"{folder}/{name}.db")


def test_nothing_is_decoded(report):
    trees = [{"i": index * 3 - 700, "b": index % 3 == 0, "k": f"k{index % 50:03}", "r": index / 4 + 1, "o": {"z": index % 7}, "n": None if index % 5 else index, "s": index % 2 or {"odd": 1}} for index in range(1000)]
    with harness.scratch() as folder:
        with connection(folder, "d") as database:
            database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=100)")
            sources.call(database, "arbor_append", "t", sources.array(trees))
        numbers = [tree["i"] for tree in trees]
        for plan, wanted in (
                ("t | aggregate count() as c, count(i) as n, min(i) as a, max(i) as z, sum(i) as s, avg(i) as m, total(i) as t", {"c": 1000, "n": 1000, "a": -700, "z": 2297, "s": sum(numbers), "m": sum(numbers) / 1000, "t": float(sum(numbers))}),
                ("t | aggregate min(o.z) as a, max(o.z) as z, sum(o.z) as s", {"a": 0, "z": 6, "s": sum(index % 7 for index in range(1000))}),
                ("t | aggregate min(r) as a, max(r) as z, min(k) as f, max(k) as l, count(r) as c", {"a": 1.0, "z": 250.75, "f": "k000", "l": "k049", "c": 1000}),
                ("t | aggregate count(n) as c, max(n) as m, sum(n) as s, count(none) as o, sum(none) as p", {"c": 200, "m": 995, "s": sum(range(0, 1000, 5)), "o": 0, "p": None}),
                ("t | aggregate sum(b) as s, min(b) as f, max(b) as t, avg(b) as a", {"s": 334, "f": False, "t": True, "a": 0.334}),
                ("t | aggregate count(s) as c, count(s.odd) as d", {"c": 1000, "d": 500}),
                ("t | filter i >= -700 | aggregate sum(i) as s", {"s": sum(numbers)}),
                ("t | filter i < -400 | aggregate count() as c, max(k) as m", {"c": 100, "m": "k049"}),
                ("t | select i as j | aggregate sum(j) as s", {"s": sum(numbers)}),
                ("SELECT count(*) AS c, min(i) AS a, max(i) AS z, sum(i) AS s, avg(i) AS m, count(n) AS n FROM t", {"c": 1000, "a": -700, "z": 2297, "s": sum(numbers), "m": sum(numbers) / 1000, "n": 200}),
                ("SELECT count(*) AS c, sum(i) AS s FROM t WHERE i >= 200", {"c": 700, "s": sum(number for number in numbers if number >= 200)}),
                ("SELECT max(k) AS m FROM t WHERE i BETWEEN -100 AND 199", {"m": "k049"})):
            with connection(folder, "d") as database:
                answer, counters = measured(database, plan)
                report.equal(answer, [wanted], plan)
                report.equal(unread(counters), UNREAD, f"{plan}: nothing is read")
        for plan, count in (("t | filter i >= 200", 700), ("t | filter i < 200", 300), ("t | filter k >= 'a'", 1000), ("t | filter NOT (i >= 200)", 300)):
            with connection(folder, "d") as database:
                report.equal(sources.call(database, "arbor_count", plan), count, f"arbor_count of {plan}")
                report.equal(unread(stats(database)), UNREAD, f"arbor_count of {plan}: nothing is read")


def test_what_they_do_not_decide_is_read(report):
    """A batch on the bound alone, and one with dead or changed rows."""
    with harness.scratch() as folder:
        with connection(folder, "d") as database:
            database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=100)")
            sources.call(database, "arbor_append", "t", sources.array([{"i": index, "k": index % 10} for index in range(1000)]))
        for plan, wanted, batches in (("t | filter i >= 250 | aggregate count() as c, sum(i) as s", {"c": 750, "s": sum(range(250, 1000))}, 1), ("t | filter i <> 555 | aggregate count() as c", {"c": 999}, 1), ("t | filter k < 5 | aggregate count() as c", {"c": 500}, 10)):
            with connection(folder, "d") as database:
                answer, counters = measured(database, plan)
                report.equal(answer, [wanted], plan)
                report.equal(counters["batches_decoded"], batches, f"{plan}: batches decoded")
        with connection(folder, "d") as database:
            report.equal(sources.call(database, "arbor_count", "t | filter i >= 250"), 750, "arbor_count on the bound")
            report.equal(stats(database)["batches_decoded"], 1, "one batch is decoded for it")
        with connection(folder, "d") as database:
            database.execute("DELETE FROM t WHERE i = 999")
            database.execute("UPDATE t SET i = -5 WHERE i = 0")
        with connection(folder, "d") as database:
            answer, counters = measured(database, "t | aggregate count() as c, min(i) as a, max(i) as z, sum(i) as s")
            report.equal(answer, [{"c": 999, "a": -5, "z": 998, "s": sum(range(999)) - 5}], "after a deletion and an update")
            report.equal(counters["batches_decoded"], 2, "the two batches that changed are decoded")
        with connection(folder, "d") as database:
            answer, counters = measured(database, "t | aggregate max(k) as z")
            report.equal((answer, counters["batches_decoded"]), ([{"z": 9}], 1), "another path is as it was where a value alone changed")


def value(dice):
    """A value of any kind; often one that is hard for bounds."""
    kind = dice.randrange(12)
    return (None, True, False, dice.randrange(-5, 5), dice.randrange(-2**63, 2**63), dice.choice((-0.0, 0.0, 0.5, -1.5, 1e300)), dice.random(), "", dice.choice("abc") * dice.randrange(40), dice.choice(("12", "7x", "-3.5")), [1], {"z": 1})[kind]


def kinds(dice):
    """Values of a few kinds, so that some batches are plain."""
    some = [value(dice) for _ in range(dice.randrange(1, 4))]
    small = dice.random() < 0.5
    return lambda: dice.randrange(-9, 9) if small else dice.choice(some)


def tree(dice, make):
    shape = dice.randrange(8)
    return {} if shape == 0 else {"o": dice.choice((None, 5, [{"x": 1}]))} if shape == 1 else {"x": make(), "o": {"x": make()}}


def asked(database, sql, parameters=()):
    try:
        return database.execute(sql, parameters).fetchall()
    except Exception as error:  # noqa: BLE001
        return "overflow" if "overflow" in str(error) else str(error)


def same(got, want):
    if want == "overflow":
        return True  # SQLite's is one of the order in which it adds; where it gives an error, the engine may answer
    if isinstance(got, str) or isinstance(want, str) or len(got) != len(want):
        return got == want
    return all(a == b and type(a) is type(b) or (isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-12)) for a, b in zip(got, want))


def test_random_values(report):
    dice = random.Random(harness.seed_of(OPTIONS))
    for round_number in range(20 if OPTIONS.quick else 200):
        database = harness.connect(OPTIONS.extension)
        database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={dice.choice((4, 16, 50))})")
        database.execute("CREATE TABLE j(id INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT)")
        for _ in range(dice.randrange(1, 4)):
            make = kinds(dice)
            trees = [tree(dice, make) for _ in range(dice.randrange(1, 120))]
            database.execute("BEGIN")
            sources.call(database, "arbor_append", "t", sources.array(trees))
            database.executemany("INSERT INTO j(doc) VALUES (?)", [(json.dumps(each),) for each in trees])
            database.execute("COMMIT")
            for _ in range(dice.choice((0, 0, 1, 3))):
                row, new = dice.randrange(1, 100), json.dumps(tree(dice, make))
                if dice.random() < 0.5:
                    database.execute("DELETE FROM t WHERE rowid = ?", (row,))
                    database.execute("DELETE FROM j WHERE id = ?", (row,))
                else:
                    database.execute("UPDATE t SET _tree = ? WHERE rowid = ?", (new, row))
                    database.execute("UPDATE j SET doc = ? WHERE id = ?", (new, row))
            if dice.random() < 0.3:
                sources.call(database, "arbor_optimize", "t")
        low = dice.randrange(-9, 9)
        for path in ("x", "o.x"):
            for where in ("", f"x >= {low}", f"x IS NOT NULL AND x < {low}", "typeof(x) = 'integer'"):
                for aggregate in AGGREGATES:
                    condition = f"WHERE {where}" if where else ""
                    want = asked(database, f"SELECT {aggregate.replace('(x)', '(v)')} FROM (SELECT doc ->> '$.{path}' AS v, doc ->> '$.x' AS x FROM j ORDER BY id) {condition}")
                    plan = f"SELECT {aggregate.replace('(x)', f'({path})')} AS a FROM t {condition}"
                    got = asked(database, "SELECT tree ->> '$.a' FROM arbor_rows(?)", (plan,))
                    flat = [got if isinstance(got, str) else list(got[0]), want if isinstance(want, str) else list(want[0])]
                    report.check(same(*flat), f"round {round_number}: {plan}", f"got {got}, want {want}")
        database.close()


def test_the_first_of_equal_bounds(report):
    """Of 1 and 1.0, or of texts that a collation holds equal, SQLite keeps the first row's: in whatever order batches are known, or seen by workers."""
    chance = random.Random(OPTIONS.seed or 5)
    values = [0, 0.0, 1, 1.0, -3, -3.0, True, 9, 9.0, None]
    for number in range(10 if OPTIONS.quick else 60):
        some = chance.sample(values, chance.randint(2, 6))
        with harness.connect(OPTIONS.extension) as database:
            database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={chance.choice((7, 300, 2000))})")
            trees = [{"x": chance.choice(some), "i": chance.choice((0, 4)), "s": chance.choice(("a", "A", "b", "B")), "g": chance.randrange(3)} for _ in range(chance.choice((20, 6000)))]
            sources.call(database, "arbor_append", "t", sources.array(trees))
            database.execute("UPDATE t SET x = 4.0 WHERE rowid % 40 = 9") if number % 3 == 0 else None
            for sql in ("SELECT min(x) AS a, max(x) AS b, typeof(min(x)) AS c, typeof(max(x)) AS d FROM t",
                        "SELECT min(s COLLATE NOCASE) AS a, max(s COLLATE NOCASE) AS b FROM t",
                        "SELECT g, min(x) AS a, max(x) AS b, min(s COLLATE NOCASE) AS c FROM t GROUP BY g ORDER BY g",
                        "SELECT min(coalesce(x, i)) AS a, max(x) AS b FROM t WHERE g = 1"):
                # SQLite sorts for GROUP BY, where equal rows may change places: it is asked group by group.
                group = "SELECT g, min(x), max(x), min(s COLLATE NOCASE) FROM t WHERE g = ? HAVING count(*) > 0"
                wanted = [list(row) for row in database.execute(sql)] if "GROUP" not in sql else [list(row) for g in range(3) for row in database.execute(group, (g,))]
                answer = [list(json.loads(tree).values()) for (tree,) in database.execute("SELECT tree FROM arbor_rows(?)", (sql,))]
                plain = [[int(value) if isinstance(value, bool) else value for value in row] for row in answer]
                report.equal(plain, wanted, f"{number}: {sql} of {some}")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
