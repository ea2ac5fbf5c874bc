"""The same text asked again and again, while what its names mean changes under it: each answer is that of now, as SQLite gives it."""
import itertools
import json
import sqlite3

import harness

NUMBERS = itertools.count()
SELECT = "SELECT a, s FROM t WHERE s = 'X' ORDER BY a"
PLAN = "t | filter s = 'X' | sort_by a | select a, s"


def rows(database, text, *parameters):
    marks = "".join(", ?" for _ in parameters)
    return [tuple(json.loads(tree).values()) for tree, in database.execute(f"SELECT tree FROM arbor_rows(?{marks})", (text, *parameters))]


def filled(options, declared="", trees=({"a": 1, "s": "x"}, {"a": 2, "s": "X"})):
    database = harness.connect(options.extension)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor({declared})")
    database.execute("SELECT arbor_append('t', ?)", (json.dumps(trees),))
    return database


def asked(report, database, what, sql=SELECT):
    """Asks twice, so that the second time finds what the first has left; SQLite prepares its own text anew each time."""
    for turn in ("first", "again"):
        report.equal(rows(database, sql), database.execute(f"{sql} -- {next(NUMBERS)}").fetchall(), f"{what}, {turn}")


def test_tables(report):
    """Another table of the name: declared otherwise, an ordinary one, a view, one of another database."""
    database = filled(report.options)
    asked(report, database, "an Arbor")
    for declared in ("a, s TEXT COLLATE NOCASE", "a TEXT, s TEXT", "a, s"):
        database.execute("DROP TABLE t")
        database.execute(f"CREATE VIRTUAL TABLE t USING arbor({declared})")
        database.execute("SELECT arbor_append('t', ?)", (json.dumps([{"a": 1, "s": "x"}, {"a": 2, "s": "X"}]),))
        asked(report, database, declared)
    database.execute("CREATE TEMP TABLE t(a, s TEXT COLLATE NOCASE)")
    database.execute("INSERT INTO temp.t VALUES (7, 'X'), (8, 'x')")
    asked(report, database, "a temporary table before it")
    database.execute("DROP TABLE temp.t")
    asked(report, database, "and without it")
    database.execute("CREATE VIRTUAL TABLE temp.t USING arbor_view('main.t | select a + 10 as a, s')")
    asked(report, database, "a view of a plan before it")
    database.execute("DROP TABLE temp.t")
    database.execute("CREATE TEMP VIEW t AS SELECT 5 AS a, 'X' AS s")
    asked(report, database, "a view of SQLite's before it")
    database.execute("DROP VIEW temp.t")
    database.execute("ALTER TABLE t RENAME TO u")
    for text in (SELECT, PLAN):
        report.raises(lambda text=text: rows(database, text), "no table of the name", "no such")
    database.execute("ATTACH ':memory:' AS other")
    database.execute("CREATE VIRTUAL TABLE other.t USING arbor(a, s COLLATE NOCASE)")
    database.execute("INSERT INTO other.t(a, s) VALUES (3, 'x')")
    asked(report, database, "one of an attached database")
    database.execute("CREATE TABLE main.t(a, s)")
    asked(report, database, "an ordinary one before that")
    database.execute("INSERT INTO main.t VALUES (4, 'X')")
    asked(report, database, "with a row")


def test_made_anew_elsewhere(report):
    """Another connection makes the table anew, declared otherwise, while a statement of this one holds the table that was."""
    scratch = harness.scratch()
    trees = json.dumps([{"a": 1, "s": "x"}, {"a": 2, "s": "X"}])
    declarations = ("a, s", "a, s TEXT COLLATE NOCASE", "s TEXT COLLATE RTRIM, a INTEGER", "a, s TEXT COLLATE NOCASE")
    for number, held in enumerate(("SELECT * FROM t", "INSERT INTO t(a) VALUES (5)", "SELECT tree FROM arbor_rows('t')")):
        other, database = (harness.connect(report.options.extension, f"{scratch.name}/{number}.db") for _ in range(2))
        for declared in declarations:
            other.execute("DROP TABLE IF EXISTS t")
            other.execute(f"CREATE VIRTUAL TABLE t USING arbor({declared})")
            other.execute("SELECT arbor_append('t', ?)", (trees,))
            report.equal(len(rows(database, SELECT)), 2 if "NOCASE" in declared else 1, f"{declared}, with {held!r} prepared")
            asked(report, database, f"{declared}, with {held!r} prepared")
            asked(report, database, f"{declared}, all columns, with {held!r} prepared", "SELECT * FROM t")
            database.execute(held).fetchall()  # stays in the cache of the connection
        other.close()
        database.close()


def test_renamed_and_dropped(report):
    """A dropped Arbor is gone, though a statement still holds it under the name that it had before."""
    for kind, make in enumerate(("ATTACH ':memory:' AS other", "CREATE TABLE t(a, s)", "CREATE VIEW t AS SELECT 3 AS a, 'X' AS s", "CREATE VIRTUAL TABLE t USING arbor_view('u')", "ROLLBACK")):
        database = filled(report.options)
        database.execute("SELECT arbor_append('u', '[{\"a\":7,\"s\":\"X\"}]')").fetchall()
        for sql in ("SELECT * FROM t", "INSERT INTO t(a) VALUES (9)", "SELECT * FROM u"):
            database.execute(sql).fetchall()
        database.execute("ALTER TABLE t RENAME TO t2")
        database.execute("ALTER TABLE t2 RENAME TO t")
        database.execute("BEGIN" if make == "ROLLBACK" else "SELECT 1").fetchall()
        database.execute("DROP TABLE t")
        for text in (SELECT, PLAN, "t"):
            report.raises(lambda text=text: rows(database, text), f"{text} of none", "no such Arbor: t (there are: u)")
        database.execute(make)
        if kind == 0:
            database.execute("CREATE VIRTUAL TABLE other.t USING arbor(a, s)")
        if kind < 2:
            database.execute("INSERT INTO t VALUES (3, 'X')")
        asked(report, database, make)
        if kind != 1 and kind != 2:
            report.equal(rows(database, PLAN)[:1], rows(database, SELECT)[:1], f"{make}, a plan")
        database.close()


def test_columns(report):
    """Columns that come, go again with a rollback, and come as others; what was no column was a path."""
    database = filled(report.options)
    every = "SELECT * FROM t"
    asked(report, database, "two columns", every)
    database.execute("BEGIN")
    database.execute("INSERT INTO t(_tree) VALUES ('{\"a\":3,\"later\":1}')")
    database.execute("SELECT arbor_sync('t')")
    asked(report, database, "three", every)
    database.execute("ROLLBACK")
    asked(report, database, "rolled back", every)
    database.execute("SELECT arbor_append('t', '[{\"a\":4,\"other\":2}]')")
    asked(report, database, "another third", every)
    upper = "SELECT a, LATER FROM t"
    report.raises(lambda: (rows(database, "SELECT a FROM t WHERE o = 1"), rows(database, "SELECT x.b FROM (SELECT a FROM t) x")), "no column b", "no such column")
    before = rows(database, upper)
    report.equal(before, [(1, None), (2, None), (4, None)], "a path that is spelled otherwise")
    database.execute("SELECT arbor_append('t', '[{\"a\":5,\"later\":3}]')")
    asked(report, database, "a column of that name", upper)
    database.execute("SELECT arbor_append('t', '[{\"a\":6,\"o\":{\"p\":1}}]')")
    asked(report, database, "an object", "SELECT a, json_extract(O, '$.p') AS p FROM t WHERE a = 6")


def test_views(report):
    """A view that is made anew, and a handle."""
    database = filled(report.options)
    sql = "SELECT n, s FROM v ORDER BY n"
    for plan in ("t | select a as n, s", "SELECT a * 2 AS n, 'all' AS s FROM t", "t | select a as n, s || '!' as s, 1 as more", "t | select s as n, a as s"):
        database.execute("DROP TABLE IF EXISTS v")
        database.execute(f"CREATE VIRTUAL TABLE v USING arbor_view({plan!r})" if "'" not in plan else f'CREATE VIRTUAL TABLE v USING arbor_view("{plan}")')
        asked(report, database, plan, sql)
        asked(report, database, plan, "SELECT * FROM v")
    handle, = database.execute("SELECT arbor_open('t | head 1')").fetchone()
    report.equal(rows(database, f"SELECT a FROM {handle}"), [(1,)], "a handle")
    report.equal(rows(database, f"SELECT a FROM {handle}"), [(1,)], "a handle again")
    database.execute("SELECT arbor_close(?)", (handle,))
    report.raises(lambda: rows(database, f"SELECT a FROM {handle}"), "a closed one", "no such handle")


def test_parameters(report):
    """Values that are equal, or written alike, but not the same."""
    database = filled(report.options)
    for text in ("SELECT typeof(?1) AS kind, ?1 AS v FROM t LIMIT 1", "t | head 1 | select typeof(?1) as kind, ?1 as v"):
        for value in (1, 1.0, "1", None, "1.0", 0.0, -0.0, 0, 9007199254740993, 9007199254740992.0, 2, 1):
            got = rows(database, text, value)
            report.equal(got, [database.execute("SELECT typeof(?1), ?1", (value,)).fetchone()], f"{text} with {value!r}")
    report.equal(rows(database, "SELECT a FROM t LIMIT ?1", 1), [(1,)], "a limit")
    report.equal(rows(database, "SELECT a FROM t LIMIT ?1", 2), [(1,), (2,)], "another")
    report.equal(rows(database, "SELECT a FROM t LIMIT ?1 OFFSET ?2", 2, 1), [(2,)], "with an offset")
    for _ in range(2):
        report.raises(lambda: rows(database, "SELECT a FROM t LIMIT ?1"), "a parameter that is not given", "parameter")
    for number in range(200):
        report.equal(rows(database, f"SELECT a + {number} AS b FROM t WHERE a = 1"), [(1 + number,)], "one of many texts")
    report.equal(rows(database, "SELECT a + 0 AS b FROM t WHERE a = 1"), [(1,)], "the first of them")


def test_permissions(report):
    """What was allowed is asked for again once the application has set an authorizer."""
    database = filled(report.options)
    for text in (SELECT, PLAN):
        report.equal(rows(database, text), [(2, "X")], "allowed")
    database.set_authorizer(lambda action, one, two, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ and (one, two) == ("t", "s") else sqlite3.SQLITE_OK)
    for text in (SELECT, PLAN):
        for _ in range(2):
            report.raises(lambda text=text: rows(database, text), "denied", ("prohibited", "not authorized"))


if __name__ == "__main__":
    harness.run(globals())
