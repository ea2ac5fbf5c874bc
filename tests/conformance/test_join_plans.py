#!/usr/bin/env python3
"""Joins and windows of plans, compared with SQLite over ordinary tables of the same rows: keys of every kind, NULLs, collations and casts, residual
conditions, one batch and many, one thread and two."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
VALUES = [None, None, 0, 1, 2, 1.0, 2.5, -0.0, 9007199254740993, 9007199254740992.0, 1e300, "1", "2", "1.0", "a", "A", "a ", "b", "", "9007199254740993"]
SMALL = [value for value in VALUES if not isinstance(value, (int, float)) or 0 < value < 10] + [0, 3, -1.5]  # sums of these round alike everywhere
# (in a plan, in SQL), over the left tree and over the right one
KEYS = [("a = a", "l.a = r.a"), ("a = b", "l.a = r.b"), ("b = a", "l.b = r.a"), ("a is a", "l.a IS r.a"), ("cast(a as text) = b", "CAST(l.a AS TEXT) = r.b"), ("cast(a as integer) = b", "CAST(l.a AS INTEGER) = r.b"),
        ("a COLLATE NOCASE = b", "l.a COLLATE NOCASE = r.b"), ("a = b COLLATE RTRIM", "l.a = r.b COLLATE RTRIM"), ("a || '' = b", "l.a || '' = r.b"), ("id % 5 = id % 5", "l.id % 5 = r.id % 5"), ("a + 0 = b", "l.a + 0 = r.b"), ("upper(a) = a", "upper(l.a) = r.a")]
OTHERS = [("", ""), ("", ""), (" and r.id > id", " AND r.id > l.id"), (" and r.b is not null", " AND r.b IS NOT NULL"), (" and b = 1", " AND l.b = 1"), (" and (r.a <> a or r.b > 1)", " AND (r.a <> l.a OR r.b > 1)")]
CALLS = ["row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(3)", "lag(a)", "lead(a, 2, id)", "lag(b, -1)", "count()", "count(a)", "sum(id)", "avg(b)", "total(b)", "min(a)", "max(b)", "count() filter (where id % 2 = 0)", "max(id) filter (where b = 1)"]
FRAMED = ["first", "last", "count", "sum", "min", "max", "avg"]
FRAMES = ["", " rows between 2 preceding and current row", " rows between 1 preceding and 1 following", " rows between unbounded preceding and unbounded following", " rows between current row and unbounded following", " rows between 3 preceding and 2 preceding",
          " rows between 1 following and 3 following", " groups between 1 preceding and current row", " range between current row and unbounded following", " groups between unbounded preceding and 1 following"]


def rows_of(choose, count, values=VALUES):
    return [(index, choose.choice(values), choose.choice(values)) for index in range(count)]


def opened(tables, batch_trees, threads):
    database = harness.connect(OPTIONS.extension)
    database.execute("PRAGMA automatic_index=OFF")  # on two columns of differing collations it loses pairs in SQLite 3.40
    database.execute(f"SELECT arbor_config('threads', {threads}), arbor_config('parallel_trees', 0)").fetchall()
    for name, rows in tables.items():
        database.execute(f"CREATE TABLE t{name}(id, a, b)")
        database.executemany(f"INSERT INTO t{name} VALUES (?, ?, ?)", rows)
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees={batch_trees})")
        trees = [{key: value for key, value in zip("iab", row) if value is not None or index % 2} for index, row in enumerate(rows)]
        trees = [{("id" if key == "i" else key): value for key, value in tree.items()} for tree in trees]
        if trees:
            sources.call(database, "arbor_append", name, json.dumps(trees))
    return database


def given(database, plan):
    return [tuple(json.loads(tree).values()) for tree, in database.execute("SELECT tree FROM arbor_rows(?)", (plan,))]


def worlds(choose, values=VALUES):
    """Tables small and empty, in batches of some trees, read by one thread or two."""
    sizes = [(30, 20), (12, 40), (0, 9), (9, 0), (60, 60)]
    for left, right in sizes if OPTIONS.quick else sizes * 4:
        yield opened({"p": rows_of(choose, left, values), "q": rows_of(choose, right, values)}, choose.choice([4, 7, 1000]), choose.choice([1, 2]))


def test_joins(report):
    choose = random.Random(11)
    for database in worlds(choose):
        for key, sql_key in KEYS:
            more, sql_more = choose.choice(KEYS) if choose.random() < 0.3 else ("", "")
            other, sql_other = choose.choice(OTHERS)
            on, sql_on = key + (" and " + more if more else "") + other, sql_key + (" AND " + sql_more if sql_more else "") + sql_other
            for kind, sql in (("join", "SELECT l.id, r.id FROM tp l JOIN tq r ON {0} ORDER BY l.id, r.id"), ("left join", "SELECT l.id, r.id FROM tp l LEFT JOIN tq r ON {0} ORDER BY l.id, r.id"), ("semi join", "SELECT id FROM tp l WHERE EXISTS (SELECT 1 FROM tq r WHERE {0}) ORDER BY id"),
                              ("anti join", "SELECT id FROM tp l WHERE NOT EXISTS (SELECT 1 FROM tq r WHERE {0}) ORDER BY id")):
                fields = "id, coalesce(r.id, null) as other" if kind in ("join", "left join") else "id"
                for before in ("", " | sort_by id", " | filter id >= 0 | head 1000"):
                    plan = f"p{before} | {kind} (q) as r on {on} | select {fields}"
                    report.equal(given(database, plan), database.execute(sql.format(sql_on)).fetchall(), plan)
            counted = f"p | join (q) as r on {on} | group_by r.b as k {{ count() as n, sum(id) as s }}"
            want = database.execute(f"SELECT r.b, count(*), sum(l.id) FROM tp l JOIN tq r ON {sql_on} GROUP BY 1 ORDER BY 1").fetchall()
            report.check(given(database, counted) == want, counted, "which of equal keys stands for all is not compared")
            swapped = f"p | select it as l | join (q) as r on {'l.' + key if key[0] in 'ab' and key[1] == ' ' else 'l.a = a'} | aggregate count() as n, sum(l.id * r.id) as s"
            want = database.execute(f"SELECT count(*), sum(l.id * r.id) FROM tp l JOIN tq r ON {sql_key if key[0] in 'ab' and key[1] == ' ' else 'l.a = r.a'}").fetchall()
            report.equal(given(database, swapped), want, swapped)


def test_windows(report):
    choose = random.Random(12)
    for database in worlds(choose, [value for value in SMALL if value != "9007199254740993"]):
        for _ in range(25 if OPTIONS.quick else 60):
            by = choose.choice(["", "a", "a, b", "b COLLATE NOCASE", "id % 3"])
            order = choose.choice(["", "id", "b desc, id", "b", "a nulls last", "id % 4 desc"])
            frame = choose.choice(FRAMES)
            call = choose.choice(CALLS) if choose.random() < 0.5 else choose.choice(FRAMED) + "(" + choose.choice("ab" if frame.find("rows") < 0 else ["id"]) + ")" + frame
            if not order and ("groups" in call or "range" in call):
                continue
            plan = f"p | window{' by ' + by if by else ''}{' order ' + order if order else ''} {{ {call} as n }} | select id, n"
            sql_call = call.replace("count()", "count(*)").replace("first(", "first_value(").replace("last(", "last_value(")
            function, _, sql_frame = sql_call.partition(") ")
            if "filter" in call:
                function, sql_frame = sql_call, ""
            elif sql_frame:
                function += ")"
            sql = f"SELECT id, {function} OVER ({'PARTITION BY ' + by if by else ''} {'ORDER BY ' + order if order else ''} {sql_frame}) FROM tp ORDER BY id"
            got, want = given(database, plan), database.execute(sql).fetchall()
            if not order or order in ("b", "a nulls last", "id % 4 desc"):
                if any(word in call for word in ("row_number", "ntile", "lag", "lead", "rows ", "first", "last")):
                    continue  # among equal rows SQLite promises no order
            rounded = [[(row[0], round(row[1], 9) if isinstance(row[1], float) and abs(row[1]) < 1e15 else row[1]) for row in rows] for rows in (got, want)]
            report.equal(*rounded, f"{plan}\n{sql}")


def test_first_of_each(report):
    choose = random.Random(13)
    for database in worlds(choose):
        for most in (0, 1, 3):
            plan = f"p | window by a order b desc, id {{ row_number() as n }} | filter n <= {most} | select id, n"
            want = database.execute(f"SELECT id, n FROM (SELECT id, row_number() OVER (PARTITION BY a ORDER BY b DESC, id) AS n FROM tp) WHERE n <= {most} ORDER BY id").fetchall()
            report.equal(given(database, plan), want, plan)


def test_joined_after_windows(report):
    """A join's bounds rule out trees of the scan, not elements that a window has numbered."""
    for batch_trees in (4, 1000):
        database = opened({"p": [], "q": [(index, index * 3, None) for index in range(4, 9)]}, batch_trees, 2)
        trees = [{"id": index, "l": [index % 7, index % 5 + 0.5, "x"][: index % 4]} for index in range(40)]
        sources.call(database, "arbor_append", "p", json.dumps(trees))
        for kind, sql in (("semi join (q)", "WHERE id IN (SELECT a FROM q)"), ("join (q) as r", "JOIN q ON q.a = n.id")):
            plan = f"p | explode l as e | window by typeof(e) order e, id {{ row_number() as n }} | {kind} on id = a | sort_by id, n | select id, e, n"
            want = database.execute("WITH n AS (SELECT p.id, e.value AS e, row_number() OVER (PARTITION BY typeof(e.value) ORDER BY e.value, p.id) AS n "
                                    f"FROM p, json_each(p.l) e) SELECT n.id, n.e, n.n FROM n {sql} ORDER BY 1, 3").fetchall()
            report.equal(given(database, plan), want, plan)


def test_bad_joins(report):
    database = opened({"p": [(1, 1, 1)], "q": [(1, 1, 1)]}, 4, 1)
    for plan, words in (("p | join (q) on a = a", ("`as n`",)), ("p | join (q) as r on a < a", ("equality",)), ("p | join (q) as r on 1 = a", ("equality",)), ("p | join (q) as a on a = a", ("field a", "another name")), ("p | join q as r on a = a", ("'('",)), ("p | left (q) as r on a = a", ("join",)),
                        ("p | window { lag() }", ("lag(e",)), ("p | window { sum(distinct a) }", ("distinct",)), ("p | window { nothing(a) }", ("nothing",)), ("p | window { sum(a) range between 1 preceding and current row }", ("range",)),
                        ("p | window { sum(a) rows between current row and 1 preceding }", ("frame",)), ("p | window { ntile(0) }", ("ntile",)), ("p | rename a as x, b as x", ("x",)), ("p | rename a as", ("name",))):
        report.raises(lambda plan=plan: given(database, plan), plan, *words)
    database.execute("SELECT arbor_config('max_index_entries', 1)").fetchall()
    sources.call(database, "arbor_append", "q", "[{\"a\":1}]")
    report.raises(lambda: given(database, "p | join (q) as r on a = a"), "too many keys", "max_index_entries")


def test_unknown_paths(report):
    database = opened({"p": rows_of(random.Random(1), 20), "q": []}, 4, 1)
    sources.call(database, "arbor_append", "p", "[{\"c\":{\"year\":1,\"deep\":[{\"x\":1}]}}]")
    explained = sources.call(database, "arbor_explain", "p | filter c.yeer > 1 | select c.deep[0].x, idd, nothing_like_it")
    for note in ("no tree has c.yeer; nearest: c.year", "no tree has idd; nearest: id", "no tree has nothing_like_it\n"):
        report.check(note in explained, f"{note}: {explained}")
    elsewhere = sources.call(database, "arbor_explain", "p | select yeer, q.c.deeep, b.xx")
    for note in ("no tree has yeer; nearest: c.year", "no tree has q.c.deeep; nearest: c.deep", "no tree has b.xx; nearest: c.deep[*].x"):
        report.check(note in elsewhere, f"{note}: {elsewhere}")
    report.check("no tree has" not in sources.call(database, "arbor_explain", "p | explode c as m | select m.key, m.value, keys(c), list_len(c.deep)"), "members of objects are known")
    report.equal(given(database, "p | filter yeer = 1"), [], "a path that no tree has is NULL")
    sources.call(database, "arbor_config", "strict_paths", 1)
    report.raises(lambda: given(database, "p | filter c.yeer = 1"), "a strict path", "no tree has c.yeer", "c.year")
    report.raises(lambda: given(database, "p | join (p) as o on id = idd"), "a strict key", "no tree has idd")
    report.equal(given(database, "q | filter yeer = 1"), [], "of an empty Arbor nothing is said")
    report.equal(len(given(database, "p | filter c.year = 1 | select c")), 1, "a path that is there")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
