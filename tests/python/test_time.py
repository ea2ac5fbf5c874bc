"""Generations by time and by name: arbor_history, tags, name@when in plans and SELECTs, _generation, retention; transactions, two connections, damage."""
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clock as clocks  # noqa: E402
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()
CLOCK = None
START = 1_764_324_000_000  # 2025-11-28T10:00:00.000Z


def connect(path=":memory:"):
    """A database whose clock is CLOCK."""
    global CLOCK
    if CLOCK is None:
        CLOCK = clocks.Clock(START)
    return harness.connect(OPTIONS.extension, CLOCK.uri(path), uri=True)


def call(database, name, *arguments):
    return database.execute(f"SELECT {name}({', '.join('?' * len(arguments))})", arguments).fetchone()[0]


def days(database, count, options="retain=100"):
    """An Arbor that gets a tree a day."""
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(d, {options})")
    for day in range(1, count + 1):
        CLOCK.now += clocks.DAY
        database.execute("INSERT INTO t(d) VALUES (?)", (day,))


def fresh(count=0, options="retain=100"):
    database = connect()
    CLOCK.now = START
    days(database, count, options)
    return database


def history(database, columns="generation, tag, kept"):
    return database.execute(f"SELECT {columns} FROM arbor_history('t')").fetchall()


def sound(report, database):
    report.equal(call(database, "arbor_check", "t"), "ok", "arbor_check")


def test_history(report):
    database = fresh(3)
    database.execute("UPDATE t SET d = 9 WHERE d > 1")
    cursor = database.execute("SELECT * FROM arbor_history('t')")
    report.equal([column[0] for column in cursor.description], ["generation", "time", "trees", "added", "removed", "tag", "kept"], "the columns")
    report.equal(cursor.fetchall(), [(0, "2025-11-28T10:00:00.000Z", 0, 0, 0, None, "newest"), (1, "2025-11-29T10:00:00.000Z", 1, 1, 0, None, "newest"),
                                     (2, "2025-11-30T10:00:00.000Z", 2, 1, 0, None, "newest"), (3, "2025-12-01T10:00:00.000Z", 3, 1, 0, None, "newest"),
                                     (4, "2025-12-01T10:00:00.000Z", 3, 2, 2, None, "newest")], "the rows")
    CLOCK.now -= 5 * clocks.DAY
    database.execute("DELETE FROM t")
    report.equal(history(database, "generation, time")[-1], (5, "2025-12-01T10:00:00.000Z"), "a clock that was set back")


def test_generation_of(report):
    database = fresh(3)
    for when, want in [(2, 2), ("2025-11-29", 0), ("2025-11-29 10:00", 1), ("2025-11-30T09:59:59.999Z", 1), ("2025-11-30 11:00+01:00", 2), ("2999-01-01", 3), ("now", 3), ("-1 day", 2), ("-36 hours", 1),
                       ("start of day", 2), (2461010.0, 2), ("+1 day", 3)]:
        report.equal(call(database, "arbor_generation", "t", when), want, f"arbor_generation({when!r})")
        if isinstance(when, str):
            report.equal(call(database, "arbor_count", f"t@'{when}'"), want, f"t@'{when}'")
            report.equal(call(database, "arbor_count", f"SELECT * FROM t@'{when}' WHERE d > 0"), want, f"SELECT … FROM t@'{when}'")
        report.equal(call(database, "arbor_count", "main.t@?1", when if not isinstance(when, float) else 2), want, f"t@?1 with {when!r}")
        report.equal(database.execute("SELECT count(*) FROM t WHERE _generation = arbor_generation('t', ?)", (when,)).fetchone(), (want,), f"_generation, {when!r}")
    report.raises(lambda: call(database, "arbor_generation", "t", "2025-11-28"), "before the first generation", "before its first one", "2025-11-28T10:00:00.000Z")
    report.raises(lambda: call(database, "arbor_count", "t@'-4 days'"), "before the first generation, in a plan", "before its first one")
    for wrong in (None, b"x", "yesterday", "", -1, 4, "2025-13-01"):
        report.raises(lambda: call(database, "arbor_generation", "t", wrong), f"arbor_generation of {wrong!r}", "t" if wrong is not None else "generation")
    report.raises(lambda: call(database, "arbor_generation", "nobody", 1), "another name", "no such Arbor")
    for wrong in ("t@", "t@-1", "t@1.5", "t@?1", "t@(1)"):
        report.raises(lambda: call(database, "arbor_count", wrong), wrong)
    database.execute("CREATE VIRTUAL TABLE v USING arbor_view('t@1 | filter d = 1')")
    report.equal(database.execute("SELECT d FROM v").fetchall(), [(1,)], "a view of then")
    report.raises(lambda: call(database, "arbor_count", "v@1"), "a view's generation", "view")
    database.execute("CREATE TABLE plain(a)")
    report.raises(lambda: call(database, "arbor_count", "SELECT * FROM plain@1"), "a table's generation", "no generations")


def test_tags(report):
    database = fresh(4, "retain=2")
    report.equal(call(database, "arbor_tag", "t", "now_1"), 4, "the newest")
    report.equal(call(database, "arbor_tag", "main.t", "B", "-1 day"), 3, "by a step back")
    report.equal(call(database, "arbor_tag", "t", "c", "B"), 3, "by a tag")
    report.equal(history(database), [(3, "B,c", "newest"), (4, "now_1", "newest")], "history")
    for day in range(5, 30):
        CLOCK.now += clocks.DAY
        database.execute("INSERT INTO t(d) VALUES (?)", (day,))
    want = [(3, "B,c", "tag"), (4, "now_1", "tag"), (28, None, "newest"), (29, None, "newest")]
    report.equal(history(database), want, "after other writes")
    call(database, "arbor_optimize", "t")
    call(database, "arbor_vacuum", "t", 1)
    report.equal([row[0] for row in history(database)][:2], [3, 4], "after arbor_optimize and arbor_vacuum")
    report.equal((call(database, "arbor_json", "t@B | select d"), call(database, "arbor_count", 'SELECT * FROM t@"B" x')), ('[{"d":1},{"d":2},{"d":3}]', 3), "reading a tag")
    report.raises(lambda: call(database, "arbor_count", "t@2"), "a generation that is gone", "no generation 2", "3, 4")
    report.raises(lambda: call(database, "arbor_generation", "t", "2025-12-10"), "a time whose generation is gone", "any more", "3, 4")
    report.equal(call(database, "arbor_generation", "t", "2025-12-02 18:00"), 4, "a time while a kept generation was the newest")
    sound(report, database)
    before = history(database)
    for name, *wrong in [("t", "B"), ("t", "B", 3), ("t", "1x"), ("t", "a b"), ("t", ""), ("t", "now"), ("t", "Now"), ("t", None), ("t", "x", 2), ("t", "x", None), ("t", "x", "nothing"), ("t", 5), ("nobody", "x")]:
        report.raises(lambda: call(database, "arbor_tag", name, *wrong), f"arbor_tag{(name, *wrong)}")
    report.raises(lambda: call(database, "arbor_tag", "t", "B"), "a tag that is taken", "taken", kind=sqlite3.IntegrityError)
    report.equal(history(database), before, "nothing changed")
    report.equal((call(database, "arbor_untag", "t", "c"), call(database, "arbor_untag", "t", "c"), call(database, "arbor_untag", "t", "B")), (1, 0, 1), "arbor_untag")
    report.raises(lambda: call(database, "arbor_count", "t@3"), "an untagged one", "no generation 3")
    report.raises(lambda: call(database, "arbor_count", "t@B"), "a tag that is gone", "no tag 'B'", "now_1")
    database.execute("CREATE TRIGGER tr AFTER INSERT ON plain BEGIN SELECT arbor_tag('t', 'x'); END" if database.execute("CREATE TABLE plain(a)") else "")
    report.raises(lambda: database.execute("INSERT INTO plain VALUES (1)"), "in a trigger", "unsafe")


def test_tags_outlive_replacing(report):
    for replace in (lambda d: call(d, "arbor_save", "t", "json '[{\"d\":7}]'"), lambda d: call(d, "arbor_append", "t", '[{"d":7}]', '{"if_exists":"replace"}'),
                    lambda d: call(d, "arbor_save_multiple", json.dumps({"t": "json '[{\"d\":7}]'"}))):
        database = fresh(3, "retain=1")
        call(database, "arbor_tag", "t", "old")
        replace(database)
        call(database, "arbor_vacuum", "t")
        report.equal((call(database, "arbor_count", "t@old"), call(database, "arbor_count", "t")), (3, 1), "a tag after replacing")
        database.execute("ALTER TABLE t RENAME TO u")
        report.equal(call(database, "arbor_count", "u@old"), 3, "a tag after a renaming")
        call(database, "arbor_delete", "u")
        database.execute("CREATE VIRTUAL TABLE u USING arbor")
        report.raises(lambda: call(database, "arbor_count", "u@old"), "a tag after DROP TABLE", "no tag")


def test_transactions(report):
    database = fresh(2)
    database.execute("BEGIN")
    call(database, "arbor_tag", "t", "a")
    database.execute("INSERT INTO t(d) VALUES (3)")
    report.equal(call(database, "arbor_tag", "t", "b"), 3, "the generation that is being made")
    database.execute("SAVEPOINT s")
    call(database, "arbor_tag", "t", "c")
    call(database, "arbor_untag", "t", "a")
    report.equal(history(database, "generation, tag"), [(0, None), (1, None), (2, None), (3, "b,c")], "inside")
    database.execute("ROLLBACK TO s")
    database.execute("INSERT INTO t(d) VALUES (4)")
    database.execute("COMMIT")
    report.equal(history(database, "generation, tag, trees"), [(0, None, 0), (1, None, 1), (2, "a", 2), (3, "b", 4)], "after COMMIT")
    database.execute("BEGIN")
    call(database, "arbor_untag", "t", "a")
    database.execute("INSERT INTO t(d) VALUES (5)")
    call(database, "arbor_tag", "t", "d")
    database.execute("ROLLBACK")
    report.equal(history(database, "generation, tag, trees"), [(0, None, 0), (1, None, 1), (2, "a", 2), (3, "b", 4)], "after ROLLBACK")
    sound(report, database)


def test_two_connections(report):
    with harness.scratch() as folder:
        path = pathlib.Path(folder) / "t.db"
        one = connect(path)
        CLOCK.now = START
        days(one, 3, "retain=2, batch_trees=4")
        other = connect(path)
        report.equal(call(other, "arbor_tag", "t", "kept", 2), 2, "a tag by another connection")
        for day in range(4, 40):
            (one, other)[day % 2].execute("INSERT INTO t(d) VALUES (?)", (day,))
        call(one, "arbor_vacuum", "t")
        for database in (one, other, connect(path)):
            report.equal((call(database, "arbor_count", "t@kept"), history(database)[0], call(database, "arbor_check", "t")), (2, (2, "kept", "tag"), "ok"), "kept")
        one.execute("BEGIN IMMEDIATE")
        other.execute("PRAGMA busy_timeout = 1")
        report.raises(lambda: call(other, "arbor_tag", "t", "x"), "while another writes", "locked")
        one.execute("COMMIT")
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        reader.enable_load_extension(True)
        reader.load_extension(str(pathlib.Path(OPTIONS.extension).resolve()))
        report.equal((call(reader, "arbor_generation", "t", "kept"), call(reader, "arbor_count", "t@kept")), (2, 2), "a connection that only reads")
        report.raises(lambda: call(reader, "arbor_tag", "t", "x"), "a tag where nothing may be written")


def test_retention(report):
    database = fresh(20, "retain=2, retain_for='7 days', batch_trees=4")
    report.equal([(number, why) for number, _, why in history(database)], [(n, "age") for n in range(14, 19)] + [(19, "newest"), (20, "newest")], "seven days")
    call(database, "arbor_vacuum", "t")
    report.equal([number for number, _, _ in history(database)], list(range(14, 21)), "after arbor_vacuum")
    report.equal(call(database, "arbor_count", "t@'-5 days'"), 15, "five days ago")
    handle = call(database, "arbor_open", "t@15")
    call(database, "arbor_tag", "t", "x", 14)
    call(database, "arbor_option", "t", "retain_for", None)
    CLOCK.now += clocks.DAY
    call(database, "arbor_vacuum", "t")
    report.equal(history(database)[:2], [(14, "x", "tag"), (15, None, "handle")], "a tag and a handle")
    report.equal((call(database, "arbor_count", handle), call(database, "arbor_count", "t@15")), (15, 15), "what the handle holds")
    call(database, "arbor_close", handle)
    report.raises(lambda: call(database, "arbor_count", "t@15"), "after arbor_close", "no generation 15", "14, ")
    sound(report, database)


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
