#!/usr/bin/env python3
"""Columns that a small cache holds packed: every question has the answer that a large cache gives, and asking again decodes nothing."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
BATCHES, BATCH = 8, 16384
SMALL = BATCHES * BATCH * 12  # two columns of integers take 16 bytes a tree, packed at most 7 and newcomers a quarter
TINY = 400_000                # hardly a column of a few batches
TWICE = "t | filter small % 3 = 1 AND time % 7 = 2 | aggregate count() as n, sum(time % 1000) as s"
KINDS = (None, True, False, -3, 2**62, -2**63, 1.5, 10**30, "text", {"in": 1}, [1, 2])

PLANS = [
    TWICE, "t | group_by small { count() as n, min(time) as lo, max(time) as hi } | sort_by small", "t | filter time % 1009 = 5 | select small, time, kind", "t | filter kind = 'b' AND small > 90 | select _index, kind, time",
    "t | group_by kind { count() as n, count(mixed) as m } | sort_by kind", "t | filter mixed = -3 OR mixed = 'text' | select _index, mixed", "t | sort_by time desc | head 40 | select time, mixed", "t | aggregate sum(real) as a, avg(real) as b, count(real) as n",
    "t | explode list as item | group_by item { count() as n } | sort_by item", "t | filter list_len(list) > 6 | select list, small", "t | filter list_any(items, x > 98) | select items", "t | aggregate count(few) as n, sum(few) as s",
    "t | filter few IS NOT NULL | select few, kind", "t | filter small = 17 | head 500", "t | group_by mixed { count() as n }",
]
QUERIES = [
    "SELECT count(*), sum(small), min(time), max(time), total(real) FROM t", "SELECT rowid, small, time, kind, mixed FROM t WHERE rowid % 499 = 1", "SELECT _tree FROM t WHERE rowid % 2003 = 7", "SELECT kind, few FROM t WHERE few > 3 ORDER BY rowid",
    "SELECT mixed FROM t WHERE rowid BETWEEN 20000 AND 20400", "SELECT list, items FROM t WHERE small = 3 AND kind = 'c'", "SELECT small, time FROM t", "SELECT typeof(mixed), count(*) FROM t GROUP BY 1 ORDER BY 1",
]


def tree(rng, at):
    made = {"small": rng.randrange(100), "time": 1732206349000167 + at * 977 + rng.randrange(500), "kind": rng.choice("abc"), "mixed": rng.choice(KINDS),
            "list": [rng.randrange(9) for _ in range(rng.randrange(8))], "items": [{"x": rng.randrange(100)} for _ in range(rng.randrange(3))]}
    if rng.random() < 0.5:
        made["real"] = rng.randrange(4000) / 8
    if rng.random() < 0.01:
        made["few"] = rng.randrange(-5, 5)
    return made


def fill(folder):
    rng = random.Random(harness.seed_of(OPTIONS))
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={BATCH})")
    for batch in range(BATCHES):
        sources.call(database, "arbor_append", "t", sources.array([tree(rng, batch * BATCH + row) for row in range(BATCH)]))
    database.close()


def opened(folder, cache):
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    sources.call(database, "arbor_config", "cache_bytes", cache)
    return database


def ask(database, text):
    try:
        return database.execute(*((text,) if text.startswith("SELECT") else ("SELECT tree FROM arbor_rows(?)", (text,)))).fetchall()
    except Exception as error:  # all caches must say the same
        return str(error)


def decoded(database, text):
    ask(database, text)
    sources.call(database, "arbor_reset_stats")
    ask(database, text)
    return json.loads(sources.call(database, "arbor_stats"))["batches_decoded"]


def compare(report, databases, want, text, when):
    for name, database in databases.items():
        got = ask(database, text)
        report.check(sorted(map(repr, got)) == sorted(map(repr, want)), f"{text} with a {name} cache, {when}")


def test_answers(report):
    with harness.scratch() as folder:
        fill(folder)
        large, databases = opened(folder, 256 << 20), {"small": opened(folder, SMALL), "tiny": opened(folder, TINY)}
        report.equal(decoded(databases["small"], TWICE), 0, "batches decoded where all columns fit packed")
        for turn in range(3):
            for text in PLANS + QUERIES:
                want = ask(large, text)
                report.check(not isinstance(want, str), text, want)
                compare(report, databases, want, text, f"round {turn}")


def test_single_rows(report):
    """Rows of packed columns one by one, in batches that stay open from one statement to the next."""
    with harness.scratch() as folder:
        fill(folder)
        large, small, rng = opened(folder, 256 << 20), opened(folder, SMALL), random.Random(harness.seed_of(OPTIONS))
        for _ in range(2 if OPTIONS.quick else 6):
            ask(small, TWICE)
            for shown in ("small, time", "time, mixed, kind", "_tree", "real, few, list"):
                rows = [rng.randrange(1, BATCHES * BATCH + 1) for _ in range(60)]
                got, want = ([ask(database, f"SELECT {shown} FROM t WHERE rowid = {row}") for row in rows] for database in (small, large))
                report.check(got == want, f"{shown} of single rows", (got, want))


def test_after_writes(report):
    """Batches that were changed have their columns handed over to new ones, packed as they are."""
    with harness.scratch() as folder:
        fill(folder)
        small = opened(folder, SMALL)
        for _ in range(2):
            ask(small, TWICE)
        small.execute("UPDATE t SET small = small + 1000 WHERE rowid % 50 = 1")
        small.execute("DELETE FROM t WHERE rowid % 97 = 3")
        sources.call(small, "arbor_optimize", "t")
        large = opened(folder, 256 << 20)
        for text in PLANS + QUERIES:
            compare(report, {"small": small}, ask(large, text), text, "after writes")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
