"""The Python package: what people who come from pandas, Polars and plain Python try without reading."""
import collections
import copy
import datetime
import decimal
import enum
import fractions
import importlib
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import uuid

import harness
import package

import arbors
from arbors import lit, path

TEN = [{"n": n, "s": chr(97 + n)} for n in range(10)]
Color = enum.Enum("Color", {"RED": "red"})


def numpy():
    try:
        return importlib.import_module("numpy")
    except ImportError as error:
        raise harness.Skip("numpy is not installed") from error


def ns(trees):
    return [tree["n"] for tree in trees]


def test_slices(report):
    ten = arbors.from_dicts(TEN)
    numbers = list(range(10))
    for cut in (slice(1, 9, 3), slice(8, 2, -2), slice(None, None, -1), slice(-3, None), slice(8, 200), slice(5, 2), slice(None, -2)):
        report.equal(ns(ten[cut]), numbers[cut], f"an Arbor's {cut}")
    for cut in (slice(None), slice(2, 5), slice(-3, None), slice(None, -3), slice(7, 200), slice(5, 2), slice(0, 4, 1)):
        report.equal(ns(ten.plan()[cut].collect()), numbers[cut], f"a plan's {cut}")
    report.equal((ten.plan()[-1]["n"], ten.plan().filter("n > 3")[0]["n"]), (9, 4), "a tree of a plan")
    report.raises(lambda: ten.plan()[10], "past a plan's end", "out of range", kind=IndexError)
    for far in (2**63, 2**70, -2**63, -2**70):  # a list's answers, however far
        report.raises(lambda: ten[far], f"position {far}", f"position {far} is out of range", kind=IndexError)
        report.raises(lambda: ten.plan()[far], f"a plan's position {far}", f"position {far} is out of range", kind=IndexError)
        for name in ("take", "remove"):
            report.raises(lambda: getattr(ten, name)(far), f"{name} {far}", "out of range", kind=arbors.Error)
        report.raises(lambda: ten.insert(far, {"n": 1}), f"insert {far}", "out of range", kind=arbors.Error)
        for sliced in (slice(far, None), slice(None, far)):
            report.equal(ten.plan()[sliced].collect().to_list(), ten.to_list()[sliced], f"a plan's {sliced}")
        report.equal(len(ten.filter(arbors.path("l")[far] == 1)), 0, f"element {far}")
        report.equal((far in ten.index_by("n"), ten.index_by("n").get(far)), (False, None), f"key {far}")
        report.raises(lambda: ten.shuffle(seed=far * 2), f"seed {far * 2}", "64 bits", kind=ValueError)
    report.equal([len(getattr(ten, name)(2**70)) for name in ("head", "tail", "skip", "sample")], [10, 10, 0, 10], "more than there are")
    report.equal(arbors.from_dicts([{"n": 2**70}]).index_by("n")[2**70]["n"], 2**70, "a big key")
    report.equal(10**400 in ten.index_by("n"), False, "a key beyond all reals")
    for cut in (slice(None, None, 2), slice(1, -1), slice(-3, -1)):
        report.raises(lambda: ten.plan()[cut], f"a plan's {cut}", "collect()", kind=ValueError)
    report.raises(lambda: ten[::0], "a step of 0", kind=ValueError)
    for index in ("n", 1.0, [1, 2], True):
        report.raises(lambda: ten[index], f"at {index!r}", "a position is an int", kind=TypeError)


def test_ctrl_c(report):
    """Ctrl-C is a KeyboardInterrupt, in the engine as in SQLite, and undoes what was being written."""
    if sys.implementation.name != "cpython":
        raise harness.Skip("its sqlite3 loses what is raised inside it")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins without
    with harness.scratch() as folder, arbors.connect(f"{folder}/t.db") as db:
        db.table("t").insert({"k": n % 4, "n": n} for n in range(40_000))
        endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
        pairs = "SELECT max(a.n * b.n % 7 + length(a.n || b.n)) AS m FROM t AS a JOIN t AS b ON a.k = b.k"
        for what, action in (("SQLite", lambda: db.sql(endless)), ("the engine", lambda: db.sql(pairs)), ("a plan", lambda: db["t"].join(db["t"], on="k", name="o").sort_by("n * o.n % 7")),
                             ("an import", lambda: db.table("t").insert({"k": 1, "n": n} for n in range(10_000_000)))):
            timer, ends = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)), threading.Timer(60, db.connection.interrupt)
            timer.start()
            ends.start()
            try:
                report.fail(what, f"it ended: {action()}")
            except KeyboardInterrupt:
                report.ok()
            finally:
                timer.cancel()
                ends.cancel()
            report.equal((len(db.table("t")), db.sql("SELECT 1").rows()), (40_000, [(1,)]), f"after {what}")


def test_without_the_python_api_of_ctypes(report):
    """PyPy has none: what asks for Arrow says what is missing, as elsewhere."""
    code = """import ctypes; del ctypes.pythonapi
import arbors
for ask in (lambda: arbors.from_arrow([1]), arbors.from_dicts([{"a": 1}]).__arrow_c_stream__, lambda: arbors.from_dicts([{"a": 1}]).last_error):
    try: print(type(ask()).__name__)
    except Exception as error: print(type(error).__name__)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    report.check(done.stdout.split() in (["TypeError", "ImportError", "NoneType"], ["TypeError", "PyCapsule", "NoneType"]), "three answers", done.stdout + done.stderr[-500:])


def test_integers_beyond_64_bits(report):
    """As parameters they are what they are in SQL's text and in trees: reals. As budgets, counts and generations, the farthest there are."""
    with harness.scratch() as folder, arbors.connect(f"{folder}/t.db") as db:
        db.table("t").insert([{"a": 2**70, "k": "x"}, {"a": 1, "k": "y"}, {"a": 2**63, "k": "z"}])
        for number, found in ((2**70, ["x"]), (2**63, ["z"]), (1, ["y"]), (-2**63 - 1, []), (10**400, [])):
            for condition in ("a = ?", "+a = ? AND random() IS NOT NULL"):  # the second one in SQLite
                report.equal([k for k, in db.sql(f"SELECT k FROM t WHERE {condition}", [number])], found, f"{condition} of {number:.5g}" if number < 2**71 else "of a huge one")
            report.equal([tree["k"] for tree in db["t"].sql("SELECT k FROM self WHERE a = :n", {"n": number}).to_list()], found, "of self")
        report.equal(db.sql("SELECT ? AS a, ? AS b", [10**400, -10**400]).rows(), [(float("inf"), float("-inf"))], "beyond all reals")
        with db.options(cache_bytes=2**70, max_group_keys=2**63):
            report.equal(len(db["t"].group_by("k", max_index_entries=2**64)), 3, "budgets")
        table = db.table("t")
        for asked in (table.at, table.restore, table.diff, lambda when: table.tag("x", when)):
            report.raises(lambda: asked(2**70), "a generation", "no generation", kind=KeyError)
        report.check("observed" in db["t"].explain_analyze(max_trees=2**70, time_budget_ms=2**70), "an analysis")


def test_copies(report):
    ten = arbors.from_dicts(TEN)
    tree = ten[2]
    for made in (copy.copy(tree), copy.deepcopy(tree), pickle.loads(pickle.dumps(tree))):
        report.equal(made.to_dict(), {"n": 2, "s": "c"}, "a copy of a Tree")
    report.check(copy.copy(ten) is ten and copy.deepcopy(ten.plan()).count() == 10, "copies of an Arbor and a plan")
    for held in (ten, ten.plan()):
        report.raises(lambda: pickle.dumps(held), "a pickle", "belong to their process", kind=TypeError)


def test_python_values(report):
    given = {"d": decimal.Decimal("1.50"), "whole": decimal.Decimal("10") ** 20, "f": fractions.Fraction(1, 4), "e": Color.RED, "u": uuid.UUID(int=1),
             "m": collections.ChainMap({"a": 1}), "t": datetime.datetime(2020, 1, 2, 3), "day": datetime.date(2020, 1, 2), "tuple": (1, 2), "at": datetime.time(1)}
    want = {"d": 1.5, "whole": 10**20, "f": 0.25, "e": "red", "u": "00000000-0000-0000-0000-000000000001", "m": {"a": 1}, "t": "2020-01-02T03:00:00",
            "day": "2020-01-02", "tuple": [1, 2], "at": "01:00:00"}
    report.equal(arbors.from_dicts([given]).to_list(), [want], "Python's values")
    for wrong, kind in ((b"x", TypeError), ({1}, TypeError), (datetime.timedelta(1), TypeError), (decimal.Decimal("NaN"), ValueError),
                        (decimal.Decimal("Infinity"), ValueError), (float("nan"), ValueError), ("\ud800", ValueError)):
        report.raises(lambda: arbors.from_dicts([{"a": 1}, {"a": wrong}]), f"{wrong!r} in a tree", kind=kind)
    ten = arbors.from_dicts(TEN)
    report.equal(arbors.from_dicts(ten).to_list(), TEN, "trees from an Arbor")
    report.equal(arbors.from_dicts([ten[0], {"inner": ten[1]}]).to_list(), [TEN[0], {"inner": TEN[1]}], "trees from Trees")
    report.equal(len(ten.concat([ten, ten.head(2)])), 22, "a list of Arbors")
    for value, count in ((decimal.Decimal("7.5"), 2), (fractions.Fraction(15, 2), 2), (7, 2), (10**30, 0), (float("inf"), 0), (float("nan"), 0)):
        report.equal(ten.filter(path("n") > value).count(), count, f"n > {value}")
    report.equal(ten.filter(path("s") == Color.RED).count(), 0, "a member of an Enum")


def test_numpy_values(report):
    np = numpy()
    given = {"i": np.int64(1), "f": np.float32(0.5), "b": np.bool_(True), "a": np.array([[1, 2], [3, 4]]), "s": np.str_("x"),
             "t": np.datetime64("2020-01-01T00:00:00.123456789"), "none": np.datetime64("NaT")}
    want = {"i": 1, "f": 0.5, "b": True, "a": [[1, 2], [3, 4]], "s": "x", "t": "2020-01-01T00:00:00.123456789", "none": None}
    report.equal(arbors.from_dicts([given]).to_list(), [want], "numpy's values")
    report.raises(lambda: arbors.from_dicts([{"a": np.timedelta64(1, "s")}]), "a span of time", kind=TypeError)
    ten = arbors.from_dicts(TEN)
    report.equal(ten.filter(path("n") > np.int64(7)).count(), 2, "compared with a scalar")
    report.equal(ten.filter(np.int64(7) < path("n")).count(), 2, "a scalar on the left")
    report.equal(str(np.float64(2) * path("n")), "2.0 * n", "a scalar times an expression")
    report.equal(ns(ten.filter(path("n").is_in(np.array([1, 2])))), [1, 2], "in an array")
    report.equal(ten.select(lit(np.bool_(True)).alias("x"))[0]["x"], True, "a literal")
    report.equal((ns(ten.take(np.array([1, 2]))), ten[np.int64(2)]["n"], ten.index_by("n")[np.int64(3)]["s"]), ([1, 2], 2, "d"), "positions and keys")
    with harness.scratch() as folder:
        database = arbors.connect(os.path.join(folder, "t.db"))
        database.table("t").insert(TEN)
        report.equal(database.sql("SELECT count(*) FROM t WHERE n > ?", [np.int64(7)]).rows(), [(2,)], "a parameter")
        report.equal(database.sql("SELECT count(*) FROM t WHERE n > :n", {"n": decimal.Decimal("7.5")}).rows(), [(2,)], "a named one")
    report.equal(ten.sql("SELECT n FROM self WHERE n > ?", [np.int64(8)]).to_list(), [{"n": 9}], "a parameter of Arbor.sql")


def test_tables_as_trees(report):
    try:
        pandas = importlib.import_module("pandas")
        importlib.import_module("pyarrow")
    except ImportError as error:
        raise harness.Skip("pandas and pyarrow are not installed") from error
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})
    report.equal(arbors.from_dicts(frame).to_list(), [{"a": 1, "b": "x"}, {"a": 2, "b": None}], "a table's rows")
    report.equal(arbors.from_dicts([{"a": pandas.NaT, "b": pandas.NA, "c": pandas.Timestamp("2020-01-01")}]).to_list(),
                 [{"a": None, "b": None, "c": "2020-01-01T00:00:00"}], "pandas' values")


def test_altair(report):
    try:
        altair = importlib.import_module("altair")
        importlib.import_module("pyarrow")
    except ImportError as error:
        raise harness.Skip("altair and pyarrow are not installed") from error
    chart = altair.Chart(arbors.from_dicts([{"n": 1, "s": "x"}, {"n": 2, "s": "y"}])).mark_bar().encode(x="n", y="s").to_dict()
    report.equal([*chart["datasets"].values()], [[{"n": 1, "s": "x"}, {"n": 2, "s": "y"}]], "the data of a chart")
    report.equal((chart["encoding"]["x"]["type"], chart["encoding"]["y"]["type"]), ("quantitative", "nominal"), "its types")


def test_operators(report):
    trees = arbors.from_dicts([{"n": n} for n in (-7, 7)])
    report.equal(trees.select((path("n") // 2).alias("x"), (7 // path("n")).alias("y"), round(path("n") / 3.0, 1).alias("z")).to_list(),
                 [{"x": n // 2, "y": 7 // n, "z": round(n / 3.0, 1)} for n in (-7, 7)], "// and round()")
    report.raises(lambda: trees.filter(path("n") > 1 and path("n") < 3), "and", "write &", kind=TypeError)
    report.raises(lambda: trees.filter(lambda tree: True), "a function", "an expression is", "calls no Python", kind=TypeError)
    report.raises(lambda: trees.filter("a" in path("tags")), "in", "list.contains", "is_in", kind=TypeError)


def test_positions(report):
    ten = arbors.from_dicts(TEN)
    for given in (range(3), [0, 1, 2], (0, 1, 2), iter([0, 1, 2])):
        report.equal(ns(ten.take(given)), [0, 1, 2], f"take({given!r})")
    report.equal(ns(ten.remove(range(8))), [8, 9], "remove(range)")
    report.raises(lambda: ten.take("01"), "a text", "a position is an int", kind=TypeError)


def test_views(report):
    view = arbors.from_dicts(TEN).index_by("n")
    report.raises(lambda: list(view), "iteration of a view", kind=TypeError)
    report.raises(lambda: view[{}], "an object as a key", "a key is", kind=TypeError)
    report.check("index_by n" in repr(view), "its repr", repr(view))


def test_stores(report):
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        database = arbors.connect(file)
        table = database.table("t")
        for asked in (lambda: table.columns, lambda: len(table), table.schema, lambda: table.delete("n = 1"), lambda: table.update("n = 1", {})):
            report.raises(asked, "an Arbor that is not there yet", "no such", kind=KeyError)
        table.insert(TEN)
        for patch in (5, "x", [1]):
            report.raises(lambda: table.update(None, patch), f"the patch {patch!r}", "a patch is a dict", kind=TypeError)
        report.equal(table.update("n = 1", collections.ChainMap({"k": 1})), 1, "a patch that is a mapping")
        report.equal(database.sql("SELECT n, s FROM t WHERE n > 100").columns, ["n", "s"], "columns of no rows")
        with database.write() as scope:
            scope.put("u", {"n": 1})
            report.equal(("u" in scope, scope.list(), list(scope)), (True, ["t", "u"], ["t", "u"]), "names in a write scope")
            scope.rollback()
        report.raises(lambda: database.sql("SELECT * FROM nowhere"), "a table that is not there", kind=KeyError)
        report.raises(lambda: table.import_file(pathlib.Path(folder, "*.jsonl")), "files that are not there", kind=FileNotFoundError)
        database.close()
        for asked in (lambda: len(table), lambda: table.insert({}), lambda: table.columns, lambda: list(database)):
            report.raises(asked, "after close()", "the store is closed", kind=RuntimeError)
        report.raises(lambda: arbors.load(file), "no connection", "a connection to SQLite", kind=TypeError)
        report.raises(lambda: arbors.read_json('[{"a": 1}]'), "JSON where a path is wanted", kind=arbors.Error)


def test_a_scope_that_cannot_begin_leaves_none(report):
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        database = arbors.connect(file)
        database.table("t").insert({"n": 1})
        database.connection.execute("PRAGMA busy_timeout = 0")
        other = harness.connect(package.OPTIONS.extension, file)
        other.execute("BEGIN EXCLUSIVE")
        for scope in (database.read, database.write):
            report.raises(lambda: scope().__enter__(), "a locked file", "locked", kind=arbors.Error)
        other.execute("ROLLBACK")
        with database.read() as scope:
            report.equal(scope["t"].to_list(), [{"n": 1}], "the next scope")


if __name__ == "__main__":
    package.run(globals())
