#!/usr/bin/env python3
"""Arbors and arbor_view tables in joins and row values, compared with ordinary tables of the same rows."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
TREES = [{"id": index, "k": index * 7 % 5, "s": "aAbB"[index % 4], **({"v": index % 3} if index % 4 else {})} for index in range(40)]
VIEWS = ["p", "p | filter id >= 3", "p | sort_by k desc, id | head 25", "p | select id, k, v, s | reverse", "p | explode n as e outer", "p | group_by id, k, v, s { count() as c }", "(p | filter id < 20) | append (p | filter id >= 30)"]


def opened(batch_trees=16):
    database = harness.connect(OPTIONS.extension)
    database.execute(f"CREATE VIRTUAL TABLE p USING arbor(batch_trees={batch_trees})")
    sources.call(database, "arbor_append", "p", json.dumps(TREES))
    return database


def view(database, plan):
    """The view v of a plan, and w, an ordinary table of its rows."""
    database.execute("DROP TABLE IF EXISTS v")
    database.execute("DROP TABLE IF EXISTS w")
    database.execute(f"CREATE VIRTUAL TABLE v USING arbor_view({sources.quoted(plan)})")
    database.execute("CREATE TABLE w AS SELECT *, _index AS place FROM v")


JOINS = ["SELECT a.id, b.id FROM {0} a LEFT JOIN {1} b ON a.k = b.v AND a.v IS NOT NULL WHERE b.s IS NOT 'a'", "SELECT a.id, b.id FROM {0} a LEFT JOIN {1} b ON a.id = b.id + 3 AND a.s LIKE 'a' AND a.s <> 'A'", "SELECT a.id, b.id FROM {0} a RIGHT JOIN {1} b ON a.k = b.v",
         "SELECT a.id, b.id FROM {0} a RIGHT JOIN {1} b ON a.id = b.id + 3 ORDER BY b.k, b.id", "SELECT a.id, b.id FROM {0} a FULL JOIN {1} b ON a.id = b.id + 3 AND b.v > 0 ORDER BY b.s", "SELECT a.id, b.id, c.id FROM {0} a LEFT JOIN {1} b ON a.k = b.v RIGHT JOIN {0} c ON c.id = b.id + 1",
         "SELECT k, count(*), sum(a.id) FROM {0} a FULL JOIN {1} b USING (k) GROUP BY k", "SELECT a.id, b.id FROM {0} a FULL JOIN (SELECT * FROM {1} ORDER BY k, id LIMIT 5) b ON a.id = b.id", "SELECT a.id FROM {0} a WHERE (a.s, a.k) IN (SELECT s, v FROM {1})", "SELECT a.id FROM {0} a WHERE EXISTS (SELECT 1 FROM {1} b WHERE b.v = a.k AND b.id <> a.id)"]


def test_views_joined(report):
    """A view's rows stay themselves in outer joins, whatever is pushed into the plan."""
    database = opened()
    for plan in VIEWS:
        view(database, plan)
        for sql in JOINS:
            plain = sorted(database.execute(sql.format("w", "w")).fetchall(), key=repr)
            for left, right in (("v", "v"), ("v", "w"), ("w", "v")):
                report.equal(sorted(database.execute(sql.format(left, right)).fetchall(), key=repr), plain, f"{plan}: {sql.format(left, right)}")


def test_positions(report):
    """_index is the place in the plan's own rows, whatever else is asked."""
    database = opened()
    for plan in VIEWS:
        view(database, plan)
        for rest in ("WHERE k = 2", "WHERE {0} < 7 AND v > 0", "WHERE {0} IN (2, 3, 9) AND s = 'A'", "ORDER BY s, id DESC LIMIT 5", "WHERE v = 1 ORDER BY {0} DESC", "WHERE s > 'B' GROUP BY k, id"):
            got, want = (database.execute(f"SELECT id, {name} FROM {table} {rest.format(name)}").fetchall() for table, name in (("v", "_index"), ("w", "place")))
            report.equal(sorted(got), sorted(want), f"{plan}: {rest}")


def test_row_values(report):
    """A collation that a column declares holds in (a, b) IN (SELECT …), on either place."""
    for declared in ("k, s COLLATE NOCASE", "s COLLATE NOCASE, k", "k COLLATE RTRIM, s COLLATE NOCASE", "k INTEGER, s"):
        database = harness.connect(OPTIONS.extension)
        database.execute(f"CREATE VIRTUAL TABLE p USING arbor({declared})")
        database.execute(f"CREATE TABLE w({declared})")
        database.execute("CREATE TABLE side(k, s)")
        database.executemany("INSERT INTO side VALUES (?, ?)", [(1, "a"), (2, "A"), (3, "zz"), ("4 ", "B"), (None, "a"), ("x", "Y")])
        rows = [(1, "A"), (2, "a"), (3, "ZZ"), ("4", "b"), (None, "A"), ("X", "y"), *((index, f"s{index}") for index in range(10, 400))]
        for table in ("p", "w"):
            database.executemany(f"INSERT INTO {table}(k, s) VALUES (?, ?)", rows)
        for columns in ("k, s", "s, k"):
            sql = f"SELECT rowid FROM {{}} WHERE ({columns}) IN (SELECT {columns} FROM side) ORDER BY 1"
            report.equal(database.execute(sql.format("p")).fetchall(), database.execute(sql.format("w")).fetchall(), f"{declared}: {sql}")


def test_views_and_the_host(report):
    """A view asks the application's LIKE and GLOB, and orders texts as the database's encoding has them."""
    database = opened()
    view(database, "p")
    for name in ("LIKE", "GLOB"):
        database.create_function(name, 2, lambda pattern, text: True)
        report.equal(database.execute(f"SELECT count(*) FROM v WHERE s {name} 'none'").fetchone(), (40,), name)
    database = harness.connect(OPTIONS.extension)
    database.execute("PRAGMA encoding = 'UTF-16le'")
    sources.call(database, "arbor_append", "p", json.dumps([{"id": 1, "s": "\U0001f600"}, {"id": 2, "s": "\uffee"}, {"id": 3, "s": "a"}]))
    view(database, "p")
    for rest in ("ORDER BY s", "ORDER BY s DESC LIMIT 1", "WHERE s > '\U0001f600'", "WHERE s <= '\U0001f600' ORDER BY id"):
        report.equal(database.execute(f"SELECT id FROM v {rest}").fetchall(), database.execute(f"SELECT id FROM w {rest}").fetchall(), rest)


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
