"""Runs random SELECT statements by SQLite over the virtual tables and, the same text, by the engine through arbor_rows.

Rows must be equal (in order where an order is asked for) and so must the columns' names. What SQLite accepts and the engine
refuses is counted by the kinds of the statement's parts and reported. Numbers of statements: --statements, some thousand
with --quick, 20,000 without.
"""
import collections
import json
import pathlib
import random
import re
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
from select_texts import Maker  # noqa: E402

WORLDS = 25  # Statements are shared out to so many sets of tables.
# Small ones have operators go the ways that big tables have them go.
BUDGETS = {"max_group_keys": (1, 2, 3, 7, 20), "max_index_entries": (30, 60, 120), "max_buffer_trees": (20, 100), "threads": (1, 2), "parallel_trees": (1, 10), "cache_bytes": (10**5, 10**6)}


class Newest:
    """The newest SQLite, of apsw, with what is used of sqlite3's connections."""

    def __init__(self, extension):
        import apsw
        self.apsw, self.connection = apsw, apsw.Connection(":memory:")
        self.connection.enable_load_extension(True)
        self.connection.load_extension(str(pathlib.Path(extension).resolve()))

    def execute(self, sql, parameters=()):
        cursor, description = self.connection.cursor(), []

        def note(cursor, *_):  # before the first step: afterwards a statement without rows has no columns
            description.extend((column[0],) for column in cursor.getdescription())
            return True

        cursor.exec_trace = note
        try:
            cursor.execute(sql, tuple(parameters))
        except self.apsw.Error as error:
            raise sqlite3.Error(str(error)) from None
        return Rows(self.apsw, cursor, description)

    def executemany(self, sql, rows):
        for row in rows:
            self.execute(sql, row)

    def close(self):
        self.connection.close()


class Rows:
    def __init__(self, apsw, cursor, description):
        self.apsw, self.cursor, self.description = apsw, cursor, description

    def __iter__(self):
        try:
            yield from self.cursor
        except self.apsw.Error as error:
            raise sqlite3.Error(str(error)) from None

    def fetchall(self):
        return list(self)


class World:
    def __init__(self, options, rng, connect=harness.connect):
        self.database = connect(options.extension)
        for budget, amounts in BUDGETS.items():
            if rng.random() < 0.5:
                self.database.execute("SELECT arbor_config(?, ?)", (budget, rng.choice(amounts)))
        self.database.execute("PRAGMA automatic_index=OFF")
        self.tables = [self.arbor(rng, name) for name in ("t", "u", "v")]
        self.database.execute("CREATE TABLE side(k, v TEXT)")
        self.database.executemany("INSERT INTO side VALUES (?, ?)", [(key % 5, text) for key in range(9) for text in "pqA"])
        self.database.execute("INSERT INTO side VALUES (NULL, NULL), ('2', '2'), (2.5, 'abc')")

    def arbor(self, rng, name):
        declared = rng.choice(["", "a INTEGER", "a TEXT, n NUMERIC", "s TEXT COLLATE NOCASE", "n REAL, s COLLATE RTRIM"])
        batch = rng.choice(["batch_trees=7", "batch_trees=100", ""])
        arguments = ", ".join(part for part in (declared, batch) if part)
        self.database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor({arguments})")
        booleans, looks = rng.random() < 0.2, rng.random() < 0.6
        trees = [self.tree(rng, booleans, looks) for _ in range(rng.choice([0, 1, 25, 60, 60, 150]))]
        if trees:
            self.database.execute("SELECT arbor_append(?, ?)", (name, json.dumps(trees)))
        for path in ("l[*]", "o.l[*]", "l[*].k"):
            if rng.random() < 0.4:
                self.database.execute("SELECT arbor_create_index(?, ?)", (name, path))
        columns = [row[1] for row in self.database.execute(f"PRAGMA table_xinfo({name})") if row[6] == 0 and row[1] != "_tree"]
        lists = [column for column in columns if column in ("l", "o.l")]
        return name, [column for column in columns if column not in lists] or ["a"], lists

    @staticmethod
    def tree(rng, booleans, looks):
        """With `looks`, values are often equal to others that look different: 1.0 and true, texts under a collation."""
        other = [1.0, 2.0, 7.0, 0.0, True, False, "A", "B", "aBc", "x", "a ", "a\0b", [1], -1.0] if looks else []
        scalar = lambda: rng.choice([None, 0, 1, 2, 3, 7, 2.5, -1, 0.5, "a", "b", "abc", "x ", "", "2", "10", "[1]"] + other)
        tree = {}
        for key, share in (("a", 0.9), ("b", 0.8), ("n", 0.9), ("s", 0.9), ("g", 1)):
            if rng.random() < share:
                tree[key] = {"a": scalar, "b": scalar, "n": lambda: rng.choice([None, 1, 2, 3, 2.5, 10] + [1.0, 2.0, 3.0, 10.0] * looks),
                             "s": lambda: rng.choice(["a", "B", "bc", "Abc ", "x y", "2", None] + ["A", "b", "b ", "abc", "2 "] * looks),
                             "g": lambda: rng.choice([True, False] + [0, 1, 1.0] * looks) if booleans else rng.choice([0, 1, 2, 3, 4] + [1.0, 4.0] * looks)}[key]()
        if rng.random() < 0.6:
            tree["o"] = {"p": scalar(), "q": rng.randint(0, 3)}
        if rng.random() < 0.6:
            tree["l"] = [rng.choice([1, 2, "a", None, 2.5, True, {"k": 1}, [1, 2]]) for _ in range(rng.randint(0, 3))]
        elif rng.random() < 0.1:  # what json_each and -> make of a scalar
            tree["l"] = rng.choice([True, None, 7, 2.5, 9007199254740994.0, 2**64, {"k": 2}])
        return tree

    def by_sqlite(self, statement):
        cursor = self.database.execute(statement.text, statement.parameters)
        names = [column[0] for column in cursor.description]
        return names, cursor.fetchall()

    def by_engine(self, statement):
        marks = "".join(", ?" for _ in statement.parameters)
        cursor = self.database.execute(f"SELECT tree FROM arbor_rows(?{marks})", [statement.text, *statement.parameters])
        trees = [json.loads(tree) for tree, in cursor]
        return trees


def shown(value):
    """A value of a tree as SQL shows it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return value


def same_reals(text):
    """JSON with reals to so many digits: SQLite writes 15 or 17 of them, and takes integers beyond int64 for reals."""
    return re.sub(r"-?\d+\.\d+(e[-+]?\d+)?|-?\d{19,}", lambda real: f"{float(real[0]):.9e}", text) if text.startswith(("[", "{")) else text


def exact(value):
    if isinstance(value, float):
        return ("real", f"{value:.9e}" if value else "0")
    return (type(value).__name__, same_reals(value) if isinstance(value, str) else value)


def loose(value):
    if isinstance(value, (int, float)):
        return ("number", f"{float(value):.9e}" if value else "0")
    if isinstance(value, str):  # of 0 and 0.0, which are equal, a function may have made a text
        value = re.sub(r"^(-?\d+)\.0$", r"\1", same_reals(value).lower().rstrip(" "))
    return (type(value).__name__, value)


def difference(statement, names, want, trees):
    """None, or a sentence."""
    for tree in trees[:1]:
        if list(tree) != names:
            return f"columns: want {names}, got {list(tree)}"
    got = [tuple(shown(value) for value in tree.values()) for tree in trees]
    if len(got) != len(want):
        return f"want {len(want)} rows, got {len(got)}: {want[:3]} and {got[:3]}"
    if statement.ordered:
        keys = [[tuple(map(loose, row[:statement.ordered])) for row in rows] for rows in (want, got)]
        for index, (left, right) in enumerate(zip(*keys)):
            if left != right:
                return f"order, row {index}: want {want[index]}, got {got[index]}"
    key = exact if statement.total else loose
    left, right = (collections.Counter(tuple(map(key, row)) for row in rows) for rows in (want, got))
    if left != right:
        return f"missing {list(left - right)[:3]}, too many {list(right - left)[:3]}"
    return None


def without_parts(database, sql, parameters=()):
    """The statement as SQLite answers it in the rows' order: None where it does so already.

    SQLite may read the rows of a table by the sides of an OR, one after the other, as it plans; what takes values in the rows' order
    then shows. A plus in front of each OR keeps it from that.
    """
    if not any(row[3] == "MULTI-INDEX OR" for row in database.execute("EXPLAIN QUERY PLAN " + sql, parameters)):
        return None
    places, open_at = [], []
    for at, sign in enumerate(sql):
        if sign == "(":
            open_at.append(at)
        elif sign == ")":
            open_at.pop()
        elif sql[at:at + 4] == " OR ":
            places.append(open_at[-1])
    for place in sorted(set(places), reverse=True):
        sql = sql[:place] + "+" + sql[place:]
    return sql


class Tally:
    def __init__(self):
        self.compared, self.refused, self.rejected = 0, 0, 0
        self.kinds, self.refused_kinds, self.reasons = (collections.Counter() for _ in range(3))

    def refuse(self, kinds, message):
        self.refused += 1
        self.refused_kinds.update(kinds)
        line = message.split("\n")[0]
        self.reasons[line.partition(": ")[2][:70] or line[:70]] += 1

    def print(self):
        accepted = self.compared + self.refused
        print(f"{accepted} statements that SQLite accepts, {self.rejected} that it rejects; "
              f"the engine refuses {self.refused} ({100 * self.refused / max(accepted, 1):.1f} %)")
        for kind, count in sorted(self.kinds.items()):
            print(f"  {kind:20} {count:6}, refused {self.refused_kinds[kind]:5} ({100 * self.refused_kinds[kind] / count:.1f} %)")
        for reason, count in self.reasons.most_common(12):
            print(f"  {count:6} × {reason}")


def play(report, world, statement, tally):
    try:
        names, want = world.by_sqlite(statement)
    except (sqlite3.Error, OverflowError):
        tally.rejected += 1
        return
    tally.kinds.update(statement.kinds)
    try:
        trees = world.by_engine(statement)
    except sqlite3.Error as error:
        if len(set(names)) == len(names):
            return tally.refuse(statement.kinds, str(error))
        tally.rejected += 1  # A tree has one field of a name.
        return None
    tally.compared += 1
    why = difference(statement, names, want, trees)
    if why is not None and "gathering aggregate" in statement.kinds:
        in_order = without_parts(world.database, statement.text, statement.parameters)
        if in_order is not None:
            why = difference(statement, names, world.database.execute(in_order, statement.parameters).fetchall(), trees)
    report.check(why is None, statement.text, f"{statement.parameters}: {why}")
    return None


def test_random_selects(report):
    compare(report, harness.connect)


def newest():
    """What connects through the newest SQLite."""
    try:
        import apsw
    except ImportError:
        raise harness.Skip("no apsw") from None
    print(f"SQLite {apsw.sqlite_lib_version()}")
    return Newest


def test_newest(report):
    """The same through the newest SQLite."""
    compare(report, newest())


def compare(report, connect):
    options = report.options
    count = options.statements or (3000 if options.quick else 20000)
    tally, begin = Tally(), time.monotonic()
    for number in range(WORLDS):
        rng = random.Random(f"{options.seed} {number}")
        world = World(options, rng, connect)
        for _ in range(count // WORLDS):
            play(report, world, Maker(rng, world.tables, True).statement(), tally)
        world.database.close()
    tally.print()
    print(f"{time.monotonic() - begin:.0f} s")
    report.check(tally.compared > count // 2, "half of the statements are compared at least", str(tally.compared))


def chosen_options():
    arguments = harness.parser()
    arguments.add_argument("--statements", type=int, default=0)
    chosen = arguments.parse_args()
    chosen.seed = harness.seed_of(chosen)
    return chosen


if __name__ == "__main__":
    harness.run(globals(), chosen_options())
