"""Generations by time and by name: arbor_history, tags, name@when in plans and SELECTs, _generation, retention; transactions, two connections, damage."""
import datetime
import json
import pathlib
import random
import sqlite3
import subprocess
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


def test_what_makes_no_generation(report):
    """Indexes and options leave the newest generation its time, by which it is found."""
    database = fresh(3)
    database.execute("INSERT INTO t(_tree) VALUES ('{\"d\":4,\"s\":\"x\"}')")
    told, when = history(database, "*"), "2025-12-01 12:00"
    for statement in ("arbor_create_index('t', 'd')", "arbor_drop_index('t', 'd')", "arbor_option('t', 'retain', 50)", "arbor_option('t', 'batch_trees', 7)", "arbor_option('t', 'retain_for', '9 days')",
                      "arbor_option('t', 'key', 'd')", "arbor_option('t', 'key', NULL)", "arbor_create_index('t', 's')",
                      "arbor_sync('t')", "arbor_vacuum('t', 40)"):
        CLOCK.now += clocks.DAY
        database.execute(f"SELECT {statement}")
        report.equal(history(database, "*"), told, f"history after {statement}")
        report.equal(call(database, "arbor_generation", "t", when), 4, f"the generation of then, after {statement}")
    database.execute("BEGIN")
    database.execute("SELECT arbor_create_index('t', 'd')")
    report.equal(history(database, "*"), told, "in a transaction")
    database.execute("UPDATE t SET d = d + 10")
    database.execute("SELECT arbor_option('t', 'retain', 60)")
    database.execute("COMMIT")
    report.equal(history(database, "generation, time")[3:], [(3, told[3][1]), (4, told[4][1]), (5, "2025-12-11T10:00:00.000Z")], "beside a change")
    sound(report, database)


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


def test_random_times(report):
    """Whatever is done, a time gives the state of then, or says that it is gone."""
    rng = random.Random(harness.seed_of(OPTIONS))
    changes = ["INSERT INTO t(d) VALUES (abs(random()) % 9)", "UPDATE t SET d = d + 1 WHERE rowid % 3 = 1", "DELETE FROM t WHERE rowid % 5 = 2", "SELECT arbor_append('t', '[{\"d\":5},{\"d\":6,\"s\":\"x\"}]')",
               "SELECT arbor_save('t', 't | head 9')", "UPDATE t SET _patch = '{\"s\":\"y\"}' WHERE d = 4"]
    others = ["SELECT arbor_create_index('t', 'd')", "SELECT arbor_drop_index('t', 'd')", "SELECT arbor_option('t', 'retain', 40)", "SELECT arbor_option('t', 'batch_trees', 3)", "SELECT arbor_optimize('t')",
              "SELECT arbor_option('t', 'retain_for', '3 days')", "SELECT arbor_option('t', 'key', 'rowless')", "SELECT arbor_tag('t', 'tagged')", "SELECT arbor_untag('t', 'tagged')", "UPDATE t SET d = 1 WHERE 0"]

    def rows(when=None):
        where = "" if when is None else f" WHERE _generation = arbor_generation('t', '{when}')"
        return database.execute(f"SELECT rowid, _tree FROM t{where} ORDER BY rowid").fetchall()

    def attempt(statement):
        try:
            database.execute(statement)
        except sqlite3.Error:
            pass

    for _ in range(3 if OPTIONS.quick else 12):
        database = fresh(0, f"retain={rng.choice([1, 4, 100])}")
        states, times = [(CLOCK.now, rows())], {}
        for _ in range(60):
            CLOCK.now += rng.choice([0, 1, 1000, clocks.DAY // 7, clocks.DAY])
            together = rng.random() < 0.3
            if together:
                database.execute("BEGIN")
            begun = CLOCK.now
            for _ in range(rng.randint(2, 4) if together else 1):
                attempt(rng.choice(changes + others + (["SELECT arbor_vacuum('t', 2)"] if not together and rng.random() < 0.1 else [])))
                CLOCK.now += rng.choice([0, 5]) if together else 0
            if together:
                database.execute(rng.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
            for number, time in history(database, "generation, time"):
                report.equal(time, times.setdefault(number, time), f"the time of generation {number}")
            if rows() != states[-1][1]:
                told = milliseconds_of(history(database, "time")[-1][0])
                report.check(begun <= told <= CLOCK.now, f"the time of a change: {begun} to {CLOCK.now}, told {told}")
                states.append((told, rows()))
            when = rng.choice(states)[0] + rng.choice([0, 0, 1, -1, 500, clocks.DAY // 2])
            if states[0][0] <= when <= CLOCK.now:
                want = [state for time, state in states if time <= when][-1]
                try:
                    got = rows(text_of(when))
                except sqlite3.Error as error:
                    got = want if "any more" in str(error) or "readable" in str(error) else str(error)
                report.equal(got, want, f"the state of {when}")
        database.close()


def milliseconds_of(text):
    return round(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)


def text_of(milliseconds):
    moment = datetime.datetime.fromtimestamp(milliseconds // 1000, datetime.timezone.utc)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03}"


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


def writer(path, extension):
    """What another process does: inserts, updates, a tag of its own."""
    database = harness.connect(extension, path)
    database.execute("PRAGMA busy_timeout = 60000")
    for number in range(60):
        database.execute("INSERT INTO t(d, own) VALUES (?, 1)", (number,))
        database.execute("UPDATE t SET d = d + 1 WHERE rowid = (SELECT max(rowid) FROM t)")
        if number == 30:
            call(database, "arbor_tag", "t", "theirs")


def test_two_processes(report):
    with harness.scratch() as folder:
        path = str(pathlib.Path(folder) / "t.db")
        database = harness.connect(OPTIONS.extension, path)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA busy_timeout = 60000")
        database.execute("CREATE VIRTUAL TABLE t USING arbor(d, own, batch_trees=8, retain=3)")
        database.execute("INSERT INTO t(d) VALUES (1), (2), (3)")
        call(database, "arbor_tag", "t", "first")
        first = state(database)
        script = f"import sys; sys.argv[1:] = []; sys.path.insert(0, {str(harness.ROOT / 'tests/python')!r}); import test_time; test_time.writer({path!r}, {OPTIONS.extension!r})"
        other = subprocess.Popen([sys.executable, "-c", script])
        for number in range(30):
            call(database, "arbor_restore", "t", "first")
            database.execute("BEGIN IMMEDIATE")
            call(database, "arbor_tag", "t", f"n{number}")
            database.execute("DELETE FROM t WHERE own = 1")
            database.execute("COMMIT")
            report.equal([row[2] for row in database.execute("SELECT rowid, _index, _tree FROM t WHERE _generation = arbor_generation('t', 'first')")], [row[2] for row in first], "the first state")
            report.check(call(database, "arbor_count", f"t@n{number}") >= 0, "a tag is readable")
            if number % 3:
                call(database, "arbor_untag", "t", f"n{number}")
        report.equal(other.wait(120), 0, "the other process")
        report.check(call(database, "arbor_count", "t@theirs") >= 0, "the other's tag")
        call(database, "arbor_vacuum", "t")
        report.equal(sorted(tag for _, tags, _ in history(database) for tag in (tags or "").split(",") if tag), sorted(["first", "theirs"] + [f"n{n}" for n in range(0, 30, 3)]), "all tags")
        call(database, "arbor_restore", "t", "first")
        report.equal([row[2] for row in state(database)], [row[2] for row in first], "restored")
        sound(report, database)


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


def diff(database, *when, columns="rowid, change, path, old, new"):
    return database.execute(f"SELECT {columns} FROM arbor_diff({', '.join('?' * (1 + len(when)))})", ("t", *when)).fetchall()


def state(database):
    return database.execute("SELECT rowid, _index, _tree FROM t").fetchall()


def applied(trees, changes):
    """Trees by rowid after what arbor_diff tells was done to them. Their keys are plain words."""
    trees = json.loads(json.dumps(list(trees.items())))
    trees = {rowid: tree for rowid, tree in trees}
    for rowid, change, path, _, new in changes:
        if change == "added":
            trees[rowid] = json.loads(new)
        elif change == "removed":
            del trees[rowid]
        elif path == "$":
            trees[rowid] = json.loads(new)
        else:
            *above, key = path.split(".")
            within = trees[rowid]
            for step in above:
                within = within[step]
            if new is None:
                del within[key]
            else:
                within[key] = json.loads(new)
    return trees


def test_diff(report):
    database = connect()
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4)")
    trees = [{"id": 1, "o": {"x": 1, "y": {"z": [1, {"a": 1, "b": 2}]}}, "s": "x"}, {"id": 2, "b": True, "n": None}, {"id": 3}, [1, 2], 5, {"a.b": {"c d": 1}}]
    call(database, "arbor_append", "t", "\n".join(map(json.dumps, trees)), '{"format":"jsonl"}')
    call(database, "arbor_tag", "t", "then")
    report.equal(diff(database, "then"), [], "nothing yet")
    cursor = database.execute("SELECT * FROM arbor_diff('t', 'then')")
    report.equal([column[0] for column in cursor.description], ["rowid", "change", "path", "old", "new"], "the columns")
    for rowid, tree in [(1, {"s": "x", "o": {"y": {"z": [1, {"b": 2, "a": 1}]}, "x": 1.0}, "id": 1}), (2, {"id": 2, "b": 1, "m": None}), (4, {"0": 1}), (5, 6), (6, {"a.b": {"c d": None, "e": "é\n"}})]:
        database.execute("UPDATE t SET _tree = ? WHERE rowid = ?", (json.dumps(tree), rowid))
    database.execute("DELETE FROM t WHERE rowid = 3")
    database.execute("INSERT INTO t(_tree) VALUES ('{\"id\": 7}')")
    want = [(1, "changed", "o.x", "1", "1.0"), (2, "changed", "b", "true", "1"), (2, "changed", "n", "null", None), (2, "changed", "m", None, "null"), (3, "removed", None, '{"id":3}', None),
            (4, "changed", "$", "[1,2]", '{"0":1}'), (5, "changed", "$", "5", "6"), (6, "changed", '"a.b"."c d"', "1", "null"), (6, "changed", '"a.b".e', None, '"é\\n"'), (7, "added", None, None, '{"id":7}')]
    report.equal(diff(database, "then"), want, "all kinds of change")
    report.equal(diff(database, "then", call(database, "arbor_generation", "t", "now")), want, "to the newest by its number")
    back = [(rowid, {"added": "removed", "removed": "added"}.get(change, change), path, new, old) for rowid, change, path, old, new in want]
    report.equal(sorted(map(repr, diff(database, "now", "then"))), sorted(map(repr, back)), "backwards")
    call(database, "arbor_optimize", "t")
    report.equal(diff(database, "then"), want, "after arbor_optimize")
    call(database, "arbor_vacuum", "t")
    report.equal(diff(database, "then"), want, "after arbor_vacuum")
    database.execute("BEGIN")
    database.execute("UPDATE t SET id = 70 WHERE rowid = 7")
    report.equal(diff(database, "then")[-1], (7, "added", None, None, '{"id":70}'), "what a transaction has not committed")
    database.execute("ROLLBACK")
    report.equal(database.execute("SELECT count(*) FROM arbor_diff('t', 'then') WHERE change = 'changed' AND rowid = 2").fetchone(), (3,), "a condition")
    report.equal(database.execute("SELECT d.new FROM t, arbor_diff('t', 'then') d WHERE t.rowid = d.rowid AND t.rowid = 7").fetchall(), [('{"id":7}',)], "a join")
    for wrong in ((), ("nothing",), (99,), ("then", "nothing"), (b"x",)):
        report.raises(lambda: diff(database, *wrong), f"arbor_diff{('t', *wrong)}")
    report.equal(diff(database, None) + diff(database, "then", None), [], "NULL")


def random_value(rng, depth=0):
    kind = rng.randrange(8 if depth < 3 else 5)
    if kind > 5:
        return {rng.choice("abcd"): random_value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return [rng.randrange(3), rng.choice(["x", "y"]), None, rng.random() < 0.5, rng.choice([0.5, 1.0]), [rng.randrange(2), {"k": 1}]][kind]


def test_random_diff(report):
    """A diff applied to the old state gives the new one, between all generations; a restore brings each back."""
    rng = random.Random(harness.seed_of(OPTIONS))
    for _ in range(3 if OPTIONS.quick else 20):
        database = connect()
        database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={rng.choice([1, 4, 1000])}, retain=100)")
        states = {0: {}}
        for _ in range(12):
            database.execute("BEGIN")
            for _ in range(rng.choice([1, 3, 10])):
                rowids = [rowid for rowid, in database.execute("SELECT rowid FROM t")]
                kind, tree = rng.randrange(10), json.dumps(random_value(rng))
                if kind < 4 or not rowids:
                    database.execute("INSERT INTO t(_tree) VALUES (?)", (tree,))
                elif kind < 7:
                    database.execute("UPDATE t SET _tree = ? WHERE rowid = ?", (tree, rng.choice(rowids)))
                elif kind < 8:
                    database.execute("DELETE FROM t WHERE rowid = ?", (rng.choice(rowids),))
                elif kind < 9:
                    database.execute("UPDATE t SET _patch = ? WHERE rowid = ?", (json.dumps({"a": random_value(rng), "b": {"c": rng.randrange(3)}}), rng.choice(rowids)))
                else:
                    call(database, rng.choice(["arbor_optimize", "arbor_check"]), "t")
            database.execute("COMMIT")
            states[call(database, "arbor_generation", "t", "now")] = {rowid: json.loads(tree) for rowid, tree in database.execute("SELECT rowid, _tree FROM t")}
        for _ in range(15):
            old, new = rng.choice(list(states)), rng.choice(list(states))
            got = applied(states[old], diff(database, old, new))
            report.equal(json.dumps(sorted(got.items()), sort_keys=True), json.dumps(sorted(states[new].items()), sort_keys=True), f"generation {old} to {new}")
        for number in rng.sample(sorted(states), min(4, len(states))):
            call(database, "arbor_restore", "t", number)
            report.equal({rowid: json.loads(tree) for rowid, tree in database.execute("SELECT rowid, _tree FROM t")}, states[number], f"generation {number} restored")
        sound(report, database)


def test_restore(report):
    for key in ("", "key=id, "):
        database = connect()
        database.execute(f"CREATE VIRTUAL TABLE t USING arbor({key}batch_trees=8, retain=100)")
        call(database, "arbor_append", "t", json.dumps([{"id": n, "s": str(n)} for n in range(30)]))
        call(database, "arbor_create_index", "t", "s")
        states = [state(database)]
        call(database, "arbor_tag", "t", "s0")
        changes = ["UPDATE t SET s = 'new' WHERE id % 5 = 1", "DELETE FROM t WHERE id % 7 = 3", "INSERT INTO t(id, s) VALUES (100, 'a'), (101, 'b')", "UPDATE t SET _tree = json_object('id', id, 'other', 1) WHERE id = 8",
                   "SELECT arbor_optimize('t')", "DELETE FROM t", "INSERT INTO t(id) VALUES (5)"]
        for number, change in enumerate(changes, 1):
            database.execute(change).fetchall()
            call(database, "arbor_tag", "t", f"s{number}")
            states.append(state(database))
        for number in (0, 7, 3, 2, 4, 1, 6, 5, 0):
            before = state(database)
            want = {row for rowid, _, tree in before for row in [(rowid, tree)]} ^ {(rowid, tree) for rowid, _, tree in states[number]}
            report.equal(call(database, "arbor_restore", "t", f"s{number}"), len({rowid for rowid, _ in want}), f"the trees that changed, to s{number}")
            report.equal(state(database), states[number], f"rowids, positions and trees of s{number}")
            report.equal(diff(database, f"s{number}"), [], f"nothing differs from s{number}")
            report.equal(database.execute("SELECT rowid FROM t WHERE s = 'new' ORDER BY rowid").fetchall(), database.execute("SELECT rowid FROM t WHERE +s = 'new' ORDER BY rowid").fetchall(), "by the index")
            sound(report, database)
        newest = call(database, "arbor_generation", "t", "now")
        report.equal(call(database, "arbor_restore", "t", "now"), 0, "the newest")
        report.equal(call(database, "arbor_generation", "t", "now"), newest, "which makes no generation")
        rowid = database.execute("INSERT INTO t(id) VALUES (500)").lastrowid
        report.check(rowid > max(row[0] for states in states for row in states), "no rowid comes again", rowid)
        call(database, "arbor_restore", "t", call(database, "arbor_generation", "t", "now") - 1)
        report.equal(state(database), states[0], "undone")
        if key:
            report.raises(lambda: database.execute("INSERT INTO t(id) VALUES (7)"), "the key holds", "UNIQUE constraint failed: t.id")
        database.execute("BEGIN")
        database.execute("DELETE FROM t WHERE id < 20")
        call(database, "arbor_restore", "t", "s3")
        database.execute("INSERT INTO t(id) VALUES (501)")
        database.execute("SAVEPOINT s")
        call(database, "arbor_restore", "t", "s6")
        report.equal(state(database), [], "inside")
        database.execute("ROLLBACK TO s")
        report.equal(state(database)[:-1], states[3], "ROLLBACK TO")
        database.execute("COMMIT")
        report.equal(state(database)[:-1], states[3], "COMMIT")
        sound(report, database)
        database.execute("BEGIN")
        call(database, "arbor_restore", "t", "s0")
        database.execute("ROLLBACK")
        report.equal(state(database)[:-1], states[3], "ROLLBACK")
        for wrong in ("nothing", 999, None, "1999-01-01"):
            report.raises(lambda: call(database, "arbor_restore", "t", wrong), f"arbor_restore to {wrong!r}")
        sound(report, database)


def test_restore_against_a_key(report):
    """What was then has two trees of one key, or one without: nothing is changed."""
    for trees, word in (([{"id": 1}, {"id": 1}], "UNIQUE"), ([{"id": 1}, {"a": 2}], "id")):
        database = connect()
        database.execute("CREATE VIRTUAL TABLE t USING arbor")
        call(database, "arbor_append", "t", json.dumps(trees))
        call(database, "arbor_tag", "t", "then")
        database.execute("UPDATE t SET id = rowid")
        call(database, "arbor_option", "t", "key", "id")
        before = state(database), history(database)
        report.raises(lambda: call(database, "arbor_restore", "t", "then"), "against the key", word, kind=sqlite3.IntegrityError)
        report.equal((state(database), history(database)), before, "nothing changed")
        sound(report, database)


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
