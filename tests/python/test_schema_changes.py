"""Names that mean something else than before, while statements of the connection still hold the table that had them: every function and
plan answers as a connection that was opened just now. By another connection, by rollbacks, by other files under the same name; on
Python's own SQLite, and on the newest, of apsw, where that is installed."""
import contextlib
import itertools
import pathlib
import shutil
import sqlite3

import harness
import isolated

NUMBERS = itertools.count()
ASKS = [(sql, (plan,)) for sql, plan in (
    ("SELECT arbor_count(?)", "{}"), ("SELECT arbor_json(?)", "{}"), ("SELECT tree FROM arbor_rows(?)", "{} | select a"),
    ("SELECT tree FROM arbor_rows(?)", "SELECT s FROM {} WHERE a > 0"), ("SELECT arbor_find_one(?, 'a > 0')", "{}"),
    ("SELECT path, \"column\" FROM arbor_schema(?)", "{}"), ("SELECT tag, trees FROM arbor_history(?)", "{}"), ("SELECT arbor_check(?)", "{}"),
    ("SELECT arbor_option(?, 'retain')", "{}"), ("SELECT arbor_explain(?)", "{} | filter a > 1"), ("SELECT count(*) FROM arbor_arrow(?)", "{}"),
    ("SELECT arbor_json(?)", "json '[1]' | append ({})"))]
LIST = ("SELECT schema, name, trees FROM arbor_list ORDER BY 1, 2", ())
TREES = '[{"a":1,"s":"x"},{"a":2,"s":"y"}]'


class Connection:
    """Of sqlite3 or apsw; both keep statements prepared that have been used."""

    def __init__(self, extension, path, apsw=None):
        self.error = apsw.Error if apsw else sqlite3.Error
        self.connection = apsw.Connection(path) if apsw else sqlite3.connect(path, isolation_level=None, cached_statements=500)
        self.connection.enable_load_extension(True)
        self.connection.load_extension(extension)
        self.close = self.connection.close
        self.run("PRAGMA synchronous = OFF")

    def run(self, sql, parameters=()):
        return [tuple(row) for row in self.connection.execute(sql, parameters).fetchall()]

    def ask(self, sql, parameters=()):
        try:
            return self.run(sql, parameters)
        except self.error as error:
            return str(error).splitlines()[0].removeprefix("SQLError: ")

    def make(self, name, trees=TREES, declared=""):
        self.run(f"CREATE VIRTUAL TABLE {name} USING arbor({declared})")
        self.run("SELECT arbor_append(?, ?)", (name, trees))

    def hold(self, how, name):
        """Prepares statements on a table, which stay in the connection's cache."""
        if how == "select":
            self.ask(f"SELECT * FROM {name}")
        elif how == "insert":
            self.ask(f"INSERT INTO {name}(a) SELECT 1 WHERE 0")
        elif how == "asks":
            for question in asks(name):
                self.ask(*question)


def asks(name):
    return [(sql, (text.replace("{}", name),)) for sql, (text,) in ASKS] + [LIST, (f"SELECT a, s FROM {name} WHERE a > 0 ORDER BY a", ())]


def table(database, name):
    database.run(f"CREATE TABLE {name}(a, s, z)")
    database.run(f"INSERT INTO {name} VALUES (7, 'q', 1)")


SUCCESSORS = {
    "nothing": lambda database, name: None,
    "a table": table,
    "a view": lambda database, name: database.run(f"CREATE VIEW {name} AS SELECT 9 AS a, 'v' AS s"),
    "a plan's view": lambda database, name: database.run(f"CREATE VIRTUAL TABLE {name} USING arbor_view('u | select a + 100 as a, s')"),
    "another plan's": lambda database, name: database.run(f"CREATE VIRTUAL TABLE {name} USING arbor_view('u | select s as a, a as s')"),
    "an Arbor": lambda database, name: database.make(name, '[{"a":5,"s":"new","k":1}]'),
    "one declared": lambda database, name: database.make(name, '[{"s":"new","a":5}]', "k INTEGER, s TEXT COLLATE NOCASE, a, retain=3"),
    "a renamed one": lambda database, name: database.run(f"ALTER TABLE u RENAME TO {name}"),
}
HELD = ("none", "select", "insert", "asks")


def drop(database, name):
    kind, = database.run("SELECT type FROM sqlite_master WHERE name = ?", (name,))[0]
    database.run(f"DROP {kind} {name}")


def rename(database, name):
    database.run(f"ALTER TABLE {name} RENAME TO moved")


class World:
    """One SQLite, a folder, and what differed."""

    def __init__(self, extension, folder, apsw=None):
        self.extension, self.folder, self.apsw = extension, folder, apsw
        self.asked, self.differences = 0, []

    def path(self):
        return f"{self.folder}/{next(NUMBERS)}.db"

    def open(self, path):
        return contextlib.closing(Connection(self.extension, path, self.apsw))

    def compare(self, database, path, what, names=("t", "u", "moved"), setup=()):
        """Each question twice, as the first answer may repair what the second one needs."""
        with self.open(path) as fresh:
            for sql in setup:
                fresh.run(sql)
            for name, _ in itertools.product(names, range(2)):
                for question in asks(name):
                    self.asked += 1
                    got, want = database.ask(*question), fresh.ask(*question)
                    if got != want:
                        self.differences.append(f"{what}: {question} gives {got!s:.160}, not {want!s:.160}")


def elsewhere(world):
    """Another connection drops or renames the table, and something else takes its name."""
    firsts = {first: SUCCESSORS[first] for first in ("an Arbor", "one declared", "a plan's view", "a table")}
    for first, gone, successor, held in itertools.product(firsts, (drop, rename), SUCCESSORS, HELD):
        path = world.path()
        with world.open(path) as other, world.open(path) as database:
            other.make("u", '[{"a":50,"s":"u"}]')
            firsts[first](other, "t")
            database.hold(held, "t")
            gone(other, "t")
            SUCCESSORS[successor](other, "t")
            world.compare(database, path, f"{first}, {gone.__name__}, then {successor}, held by {held}")


def rolled_back(world):
    """The change is the connection's own, and does not last."""
    ends = {"ROLLBACK": ("BEGIN", "ROLLBACK"), "ROLLBACK TO": ("SAVEPOINT x", "ROLLBACK TO x; RELEASE x"), "inside": ("BEGIN; SAVEPOINT x", "ROLLBACK TO x")}
    for first, successor, held, end in itertools.product((None, drop, rename), SUCCESSORS, HELD, ends):
        path = world.path()
        with world.open(path) as database:
            database.make("u", '[{"a":50,"s":"u"}]')
            if first:
                database.make("t")
                database.hold(held, "t")
            for sql in ends[end][0].split("; "):
                database.run(sql)
            if first:
                first(database, "t")
            SUCCESSORS[successor](database, "t")
            database.hold(held, "t")
            database.hold(held, "moved")
            for sql in ends[end][1].split("; "):
                database.run(sql)
            world.compare(database, path, f"{first and first.__name__} and {successor} rolled back by {end}, held by {held}")
            if not first:
                database.ask("COMMIT")
                table(database, "t")
                world.compare(database, path, f"{successor} rolled back by {end}, then a table, held by {held}")


def attached(world):
    """A file is detached, and another one comes under its name."""
    for successor, held, asks_between in itertools.product(SUCCESSORS, HELD, (True, False)):
        path, one, two = (world.path() for _ in range(3))
        with world.open(one) as database:
            database.make("u", '[{"a":50,"s":"u"}]')
            database.make("t")
        with world.open(two) as database:
            database.make("u", '[{"a":51,"s":"u2"}]')
            SUCCESSORS[successor](database, "t")
        with world.open(path) as database:
            database.run(f"ATTACH '{one}' AS o")
            database.hold(held, "t")
            database.hold(held, "o.t")
            database.run("DETACH o")
            names = ("t", "u", "o.t")
            if asks_between:
                world.compare(database, path, f"detached, held by {held}", names)
            attach = f"ATTACH '{two}' AS o"
            database.run(attach)
            world.compare(database, path, f"another file with {successor}, held by {held}", names, (attach,))


def shadowed(world):
    """A temporary table comes before the one of its name, and goes again."""
    for successor, held in itertools.product(("a table", "a view", "an Arbor", "one declared"), HELD):
        path = world.path()
        with world.open(path) as database:
            database.make("u", '[{"a":50,"s":"u"}]')
            database.make("t")
            database.hold(held, "t")
            SUCCESSORS[successor](database, "temp.t")
            database.hold(held, "t")
            first = [database.ask(*question) for question in asks("t") if question != LIST]
            named = [database.ask(*question) for question in asks("temp.t") if question != LIST]
            world.asked += 1
            if [str(answer).replace("temp.", "") for answer in first] != [str(answer).replace("temp.", "") for answer in named]:
                world.differences.append(f"shadowed by {successor}, held by {held}: {first} and {named}")
            database.run("DROP VIEW temp.t" if successor == "a view" else "DROP TABLE temp.t")
            world.compare(database, path, f"shadowed no more by {successor}, held by {held}")


def written(world):
    """A write to what took the name goes there."""
    for successor, held in itertools.product(SUCCESSORS, HELD):
        path = world.path()
        with world.open(path) as other, world.open(path) as database:
            other.make("t")
            other.make("u", '[{"a":50,"s":"u"}]')
            database.hold(held, "t")
            drop(other, "t")
            SUCCESSORS[successor](other, "t")
            copy = world.path()
            other.run("VACUUM INTO ?", (copy,))
            with world.open(copy) as fresh:
                append = "SELECT arbor_append('t', '[{\"a\":77}]') ->> 'trees'"
                got, want = database.ask(append), fresh.ask(append)
                world.asked += 1
                if got != want:
                    world.differences.append(f"append to {successor}, held by {held}: {got}, not {want}")
            world.compare(database, path, f"after append to {successor}, held by {held}")


WORLDS = (elsewhere, rolled_back, attached, shadowed, written)


def of_apsw(extension, folder):
    import apsw
    copy = shutil.copy(extension, f"{folder}/arbors.so")  # a file serves one SQLite library
    world = World(copy, folder, apsw)
    for section in WORLDS:
        section(world)
    return [world.asked, world.differences]


def test_names(report):
    extension = str(pathlib.Path(report.options.extension).resolve())
    with harness.scratch() as folder:
        for section in WORLDS:
            world = World(extension, folder)
            section(world)
            told(report, section.__name__, world.asked, world.differences)


def test_names_newest(report):
    try:
        import apsw
    except ImportError:
        raise harness.Skip("no apsw") from None
    with harness.scratch() as folder:
        asked, differences = isolated.call(lambda: of_apsw(report.options.extension, folder), seconds=600)
        told(report, f"SQLite {apsw.sqlite_lib_version()}", asked, differences)


def told(report, what, asked, differences):
    for difference in differences:
        report.fail(what, difference)
    report.passed += asked - len(differences)
    report.check(asked > 0, f"{what}: asked")


def test_allowed_anew(report):
    """What the authorizer allowed of a table is asked again once it is another authorizer, though the tables were connected anew between."""
    leaks = 0
    for turn in range(400):
        database = harness.connect(report.options.extension)
        tables = [f"t{number}" for number in range(turn % 5 + 1)]
        for name in tables:
            database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor")
            database.execute("SELECT arbor_append(?, '[{\"a\":1}]')", (name,)).fetchall()
            database.execute("SELECT arbor_json(?)", (f"{name} | select a",)).fetchall()
        for sql in (f"BEGIN; CREATE TABLE z(a); ROLLBACK; SELECT zeroblob({turn})", "ATTACH ':memory:' AS o; DETACH o; SELECT 1", "BEGIN; DROP TABLE t0; ROLLBACK")[turn % 3].split("; "):
            database.execute(sql).fetchall()
        database.set_authorizer(lambda action, table, column, *_: sqlite3.SQLITE_DENY if (action, table) == (sqlite3.SQLITE_READ, "t0") and column in ("a", "_tree") else sqlite3.SQLITE_OK)
        for plan in ("t0 | select a", "t0"):
            with contextlib.suppress(sqlite3.Error):
                leaks += len(database.execute("SELECT arbor_json(?)", (plan,)).fetchall())
        database.close()
    report.equal(leaks, 0, "readings that were denied")


if __name__ == "__main__":
    harness.run(globals())
