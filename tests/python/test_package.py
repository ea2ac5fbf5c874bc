"""The Python package: what its objects promise about states, scopes, threads, errors and laziness."""
import datetime
import decimal
import gc
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import threading

import harness
import package
from package import PLAYERS

import arbors
from arbors import lit, path


def stored(folder, name="players", trees=PLAYERS):
    file = os.path.join(folder, "t.db")
    arbors.from_dicts(trees).save(file, name)
    return file


def elsewhere(action):
    """What an action gives, or raises, on another thread."""
    found = []

    def call():
        try:
            found.append(action())
        except BaseException as error:
            found.append(error)
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return found[0]


# Files and names.
def test_files_hold_named_arbors(report):
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        report.raises(lambda: arbors.open(file, "a"), "no such file", "no such file", kind=FileNotFoundError)
        report.raises(lambda: arbors.list(file), "no file to list", kind=FileNotFoundError)
        report.raises(lambda: arbors.delete(file, "a"), "no file to delete from", kind=FileNotFoundError)
        one = arbors.from_dicts([{"n": 1}, {"n": 2}])
        report.equal(one.save(file, "a").to_list(), [{"n": 1}, {"n": 2}], "what save gives")
        report.equal(list(arbors.save_multiple(file, {"b": one.head(1), "two words": one.reverse()})), ["b", "two words"], "several")
        report.equal(arbors.list(file), ["a", "b", "two words"], "the list")
        report.equal(arbors.open(file, "two words").to_list(), [{"n": 2}, {"n": 1}], "a name with a blank")
        report.raises(lambda: arbors.open(file, "c"), "an Arbor that is not there", "no such Arbor", "a, b", kind=KeyError)
        try:
            arbors.open(file, "c")
        except KeyError as error:
            report.check(isinstance(error, arbors.Error) and not str(error).startswith("'"), "str() is the sentence itself", repr(str(error)))
        report.equal((arbors.delete(file, "b"), arbors.delete(file, "b")), (True, False), "delete")
        report.equal(arbors.save_multiple(os.path.join(folder, "none.db"), {}), {}, "nothing to save")
        report.check(not os.path.exists(os.path.join(folder, "none.db")), "and no file made")
        noise = pathlib.Path(folder, "noise.db")
        noise.write_bytes(b"no database, but long enough to be looked at" * 40)
        report.raises(lambda: arbors.open(noise, "a"), "no database", "not a database", "noise.db", kind=arbors.Error)
        report.raises(lambda: one.save(file, ""), "an empty name", kind=ValueError)
        report.raises(lambda: one.save(file, 7), "a name that is no text", kind=TypeError)


def test_save_multiple_reads_before_it_writes(report):
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        arbors.save_multiple(file, {"a": [{"n": 1}], "b": [{"n": 2}]})
        with arbors.connect(file) as db:
            arbors.save_multiple(file, {"a": db["b"].plan(), "b": db["a"].plan()})
            report.equal((db["a"].to_list(), db["b"].to_list()), ([{"n": 2}], [{"n": 1}]), "swapped")
        report.raises(lambda: arbors.save_multiple(file, {"a": [{"n": 9}], "c": [{"n": float("nan")}]}), "half-way", kind=ValueError)
        report.equal((arbors.list(file), arbors.open(file, "a").to_list()), (["a", "b"], [{"n": 2}]), "all or nothing")


def test_sources(report):
    text = "".join(json.dumps(tree) + "\n" for tree in PLAYERS)
    with harness.scratch() as folder:
        lines = pathlib.Path(folder, "a.jsonl")
        lines.write_text(text, encoding="utf-8")
        array = pathlib.Path(folder, "a.json")
        array.write_text(json.dumps(PLAYERS), encoding="utf-8")
        for what, arbor in {
                "a path": arbors.read_jsonl(lines), "a str": arbors.read_jsonl(str(lines)), "bytes": arbors.read_jsonl(text.encode()),
                "a text file": arbors.read_jsonl(io.StringIO(text)), "a binary file": arbors.read_jsonl(io.BytesIO(text.encode())),
                "no last line end": arbors.read_jsonl(io.StringIO(text.rstrip())), "an array": arbors.read_json(array),
                "bytes of an array": arbors.read_json(json.dumps(PLAYERS).encode()), "dicts": arbors.from_dicts(PLAYERS),
                "a generator": arbors.from_dicts(tree for tree in PLAYERS)}.items():
            report.equal(arbor.to_list(), PLAYERS, what)
        report.raises(lambda: arbors.read_jsonl(os.path.join(folder, "no.jsonl")), "no file", "no such file", kind=FileNotFoundError)
        report.raises(lambda: arbors.read_jsonl(b'{"a":1}\n{"a":'), "bad JSON", "line 2", kind=arbors.Error)
        report.raises(lambda: arbors.read_json(7), "no source", kind=TypeError)
        report.raises(lambda: arbors.from_dicts({"a": 1}), "one dict is no collection", kind=TypeError)
        report.raises(lambda: arbors.from_dicts([{"a": {1}}]), "a set", kind=TypeError)
        report.raises(lambda: arbors.from_dicts([{"a": b"x"}]), "bytes", kind=TypeError)
    moment = datetime.datetime(2026, 1, 31, 12, 30)
    report.equal(arbors.from_dicts([{"t": moment, "d": moment.date(), "n": decimal.Decimal("2.50")}]).filter(path("t").dt.hour() == lit(12)).to_list(),
                 [{"t": "2026-01-31T12:30:00", "d": "2026-01-31", "n": 2.5}], "times and decimals")
    report.equal(arbors.from_dicts([[1, 2], 3, None, "x", {}]).to_list(), [[1, 2], 3, None, "x", {}], "any JSON value is a tree")
    report.equal(arbors.from_dicts([]).to_list(), [], "no trees")
    big = [{"n": 2**70, "text": "a\u0000b", "deep": {"a": [[], {}]}}]
    report.equal(arbors.from_dicts(big).to_list(), big, "integers beyond 64 bits, NUL, empty ones")


# States.
def test_an_arbor_keeps_its_state(report):
    with harness.scratch() as folder:
        file = stored(folder)
        old = arbors.open(file, "players")
        late = old.filter(path("birth.year") > 1986)
        walk = iter(old)
        first = next(walk).value
        with arbors.connect(file) as db:
            for number in range(30):
                db.table("players").insert({"id": 100 + number})
            db.table("players").delete("id <= 3")
            report.equal(old.to_list(), PLAYERS, "after thirty generations")
            report.equal([first] + [tree.value for tree in walk], PLAYERS, "an iteration that was under way")
            report.equal(late.pick("id", mode="materialize"), [{"id": 1}, {"id": 3}, {"id": 5}], "a selection")
            report.equal(len(old.refresh()), 33, "refresh gives the newest")
            report.equal(late.refresh().pick("id", mode="materialize"), [{"id": 5}], "also of a selection")
            report.equal(len(old), 6, "and leaves the old one")
        report.equal((old[0].value, old.head(1).to_list()), (PLAYERS[0], PLAYERS[:1]), "after close()")
        gc.collect()
        arbors.from_dicts([{"other": 1}]).save(file, "players")
        report.equal(old.to_list(), PLAYERS, "after the name got other trees")
    report.raises(lambda: arbors.from_dicts([{}]).refresh(), "refresh in memory", "memory", kind=RuntimeError)


def test_stores(report):
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        db = arbors.connect(file)
        report.equal((db.list(), "a" in db), ([], False), "an empty store")
        report.raises(lambda: db["a"], "no Arbor", kind=KeyError)
        report.equal(db.table("a").insert([{"n": 1}, {"n": 2}]), 2, "insert makes it")
        one = db["a"]
        other_process(file, "INSERT INTO a(n) VALUES (3)")
        report.equal((len(one), len(db["a"])), (2, 2), "before refresh()")
        db.refresh()
        report.equal((len(one), len(db["a"])), (2, 3), "after refresh()")
        db.table("a").insert({"n": 4})
        report.equal(len(db["a"]), 4, "one's own writes are seen")
        report.check(db.connection.execute("SELECT count(*) FROM a").fetchone() == (4,), "the connection")
        report.check(db.stats()["bytes_read"] >= 0, "stats")
        db.close()
        db.close()
        for what, action in {"a look-up": lambda: db["a"], "list": db.list, "write": db.write, "table": lambda: db.table("a"),
                             "sql": lambda: db.sql("SELECT 1"), "refresh": db.refresh, "with": db.__enter__}.items():
            report.raises(action, f"{what} after close()", "closed", kind=RuntimeError)
        report.equal(one.to_list(), [{"n": 1}, {"n": 2}], "Arbors go on")


def other_process(file, sql):
    subprocess.run([sys.executable, "-c", "import sys, arbors; arbors.connect(sys.argv[1]).sql(sys.argv[2])", file, sql], check=True,
                   env={**os.environ, "PYTHONPATH": os.pathsep.join([str(package.SOURCE), os.environ.get("PYTHONPATH", "")])})


def test_write_scopes(report):
    with harness.scratch() as folder:
        file = stored(folder)
        db = arbors.connect(file)
        with db.write() as scope:
            report.equal(scope.put("a", [{"n": 1}]), 1, "put")
            report.equal(scope.put("b", db["players"].plan().filter("id > 4")), 2, "put a plan")
            scope.commit()
        report.equal(db.list(), ["a", "b", "players"], "committed")
        report.raises(lambda: scope.put("c", []), "after the commit", "committed", kind=RuntimeError)

        def without_commit():
            with db.write() as scope:
                scope.put("c", [{"n": 1}])
                scope.delete("a")
        report.raises(without_commit, "left without commit()", "commit", kind=RuntimeError)

        def with_exception():
            with db.write() as scope:
                scope.put("c", [{"n": 1}])
                raise ZeroDivisionError("x")
        report.raises(with_exception, "the exception passes", kind=ZeroDivisionError)
        with db.write() as scope:
            scope.delete("a")
            scope.rollback()
        report.equal((db.list(), db["a"].to_list()), (["a", "b", "players"], [{"n": 1}]), "nothing of it is left")

        def nested():
            with db.write():
                with db.write():
                    pass
        report.raises(nested, "a scope in a scope", "another scope", kind=RuntimeError)
        with db.write() as scope:
            scope.put("a", [{"n": 1}])
            report.raises(lambda: scope.put("a", [{"n": object()}]), "a put that fails", kind=TypeError)
            db.table("a").insert({"n": 2})
            scope.commit()
        report.equal(db["a"].to_list(), [{"n": 1}, {"n": 2}], "changes only itself; table writes join in")


def test_read_scopes(report):
    with harness.scratch() as folder:
        db = arbors.connect(stored(folder))
        db.connection.execute("PRAGMA journal_mode=WAL").fetchall()
        with db.read() as scope:
            other_process(db.connection.execute("SELECT file FROM pragma_database_list").fetchall()[0][0], "DELETE FROM players WHERE id < 6")
            report.equal((len(scope["players"]), scope.list(), "players" in scope), (6, ["players"], True), "one state")
            report.raises(lambda: db.table("players").insert({}), "no writes", "read() scope", kind=RuntimeError)
        report.raises(lambda: scope["players"], "after its end", "ended", kind=RuntimeError)
        db.refresh()
        report.equal(len(db["players"]), 1, "after it")


# Threads.
def test_threads(report):
    with harness.scratch() as folder:
        file = stored(folder)
        db = arbors.connect(file)
        arbor, plan = db["players"], db["players"].plan()
        for what, action in {"len": lambda: len(arbor), "filter": lambda: arbor.filter("id > 1"), "items": lambda: arbor[0],
                             "iteration": lambda: next(iter(arbor)), "collect": plan.collect, "count": plan.count, "pick": lambda: list(arbor.pick()),
                             "a look-up": lambda: db["players"], "sql": lambda: db.sql("SELECT 1"), "save": lambda: arbor.save(file, "x"),
                             "table": lambda: db.table("players")}.items():
            error = elsewhere(action)
            report.check(isinstance(error, RuntimeError) and "thread" in str(error), f"{what} on another thread", repr(error))
        report.equal(elsewhere(lambda: arbors.open(file, "players").to_list()), PLAYERS, "an Arbor of its own")
        held = [arbor.filter("id > 2")]
        elsewhere(held.clear)
        report.equal(len(arbor), 6, "an Arbor may be dropped anywhere")
        tree = arbor[0]
        report.equal(elsewhere(lambda: tree["name"]), "Ada", "a tree that was read is a value")


def test_handles_are_closed_and_memory_is_given_back(report):
    arbor = arbors.from_dicts(PLAYERS)
    connection = arbor._session.connection
    names = [arbor.filter(f"id > {number}")._text for number in range(3)]
    del arbor
    for _ in range(3):  # an object that only a finalizer let go of is found the next time
        gc.collect()
    other = arbors.from_dicts([{}])
    for name in names:
        try:
            connection.execute("SELECT arbor_count(?)", (name,)).fetchall()
            report.fail(f"{name} is still open")
        except Exception as error:
            report.check("no such handle" in str(error), "a handle that nobody has is closed", error)
    tables = connection.execute("SELECT count(*) FROM arbor_list").fetchone()[0]
    report.check(len(other) == 1 and tables <= 2, "and its data goes", f"{tables} tables")


# Laziness.
def stats_of(db, action):
    db.reset_stats()
    action()
    return db.stats()


def test_nothing_is_read_unless_asked(report):
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        arbors.from_dicts({"n": n, "k": n % 7, "text": f"text {n * 7919 % 100003}"} for n in range(50_000)).save(file, "t")
        db = arbors.connect(file)
        arbor = db["t"]
        batches = db.sql("SELECT batches FROM arbor_list").rows()[0][0]
        for what, action in {"open": lambda: db["t"], "head": lambda: arbor.head(10), "tail": lambda: arbor.tail(10), "skip": lambda: arbor.skip(5),
                             "take": lambda: arbor.take(5, 1, -1), "reverse": arbor.reverse, "len": lambda: len(db["t"]), "a slice": lambda: arbor[10:20],
                             "a plan": lambda: arbor.plan().filter("n > 3").sort_by("k"), "explain": lambda: arbor.plan().filter("n > 3").explain(),
                             "an expression": lambda: path("n") + 1}.items():
            report.equal(stats_of(db, action)["pools_decoded"], 0, f"{what} decodes nothing")
        counted = stats_of(db, lambda: arbor.filter("n >= 49500"))
        report.check(0 < counted["pools_decoded"] <= 1 and counted["batches_pruned"] == batches - 1, "a filter reads its path, where it must", counted)
        counted = stats_of(db, lambda: arbor.filter("k = 3"))
        report.equal(counted["pools_decoded"], batches, "a filter decodes its path alone")
        report.equal(stats_of(db, lambda: arbor[49_999])["batches_decoded"], 1, "one tree decodes one batch")
        counted = stats_of(db, lambda: arbor.find_one("k = 3"))
        report.check(counted["early_exit_batches_skipped"] >= batches - 1 and counted["batches_decoded"] <= 2, "find_one stops early", counted)
        report.equal(stats_of(db, lambda: arbor.any("k = 3"))["early_exit_batches_skipped"], batches - 1, "any stops early")
        db.refresh()
        with db.options(cache_bytes=0):
            walk = db["t"].pick()
            counted = stats_of(db, lambda: next(walk))
        report.check(counted["batches_decoded"] <= 1 and counted["materialize_calls"] <= 8, "pick goes batch by batch", counted)


def test_plans_fail_when_they_run(report):
    arbor = arbors.from_dicts(PLAYERS)
    plan = arbor.plan()
    for what, wrong in {"a position": lambda: plan.take(99), "a bad text": lambda: plan.filter("id >"), "a set beyond": lambda: plan.set(99, {}),
                        "an insert beyond": lambda: plan.insert(99, {}), "an unknown function": lambda: plan.select("foo(id)")}.items():
        try:
            built = wrong()
        except Exception as error:
            report.fail(f"building a plan with {what}", repr(error))
            continue
        report.raises(built.collect, f"collecting a plan with {what}", kind=arbors.Error)
    report.raises(lambda: arbor.take(99), "eagerly, at once", "out of range", kind=arbors.Error)
    for what, wrong in {"no path": lambda: path("a b"), "an empty path": lambda: path(""), "no head": lambda: plan.head(-1),
                        "no name for a join": lambda: plan.join(arbor, "id")}.items():
        report.raises(wrong, what, kind=ValueError)
    for what, wrong in {"a bool": lambda: plan.head(True), "a real": lambda: plan.take(1.5), "an int": lambda: plan.filter(7), "no trees": lambda: plan.append(7),
                        "truth": lambda: bool(path("a") == 1), "an element": lambda: list(path("a"))}.items():
        report.raises(wrong, f"{what} in the wrong place", kind=TypeError)


# Single trees.
def test_single_trees(report):
    arbor = arbors.from_dicts(PLAYERS)
    report.equal((arbor[0].value, arbor[-1].value, len(arbor), arbor.count()), (PLAYERS[0], PLAYERS[5], 6, 6), "items")
    for slice_ in (slice(1, 3), slice(None), slice(-2, None), slice(None, None, -1), slice(5, 0, -2), slice(0, 6, 2), slice(3, 3), slice(4, 2)):
        report.equal(arbor[slice_].to_list(), PLAYERS[slice_], f"{slice_}")
    report.raises(lambda: arbor[6], "beyond", "out of range", kind=IndexError)
    report.raises(lambda: arbor[-7], "before", kind=IndexError)
    report.raises(lambda: arbor["a"], "by text", kind=TypeError)
    report.equal([tree["id"] for tree in arbor], [1, 2, 3, 4, 5, 6], "iteration")
    report.equal(arbor.find_one(path("bats") == "L").value, PLAYERS[0], "find_one")
    report.equal(arbor.find_one("id > 9"), None, "find_one of none")
    report.raises(lambda: arbor.find_one_or_error("id > 9"), "find_one_or_error", "no tree", kind=KeyError)
    report.equal((arbor.any("id > 5"), arbor.all("id > 0"), arbor.matching_indices(path("bats") == "R")), (True, True, [1, 5]), "any, all, matching")
    report.equal(arbor.plan().filter("id = 2").collect_tree().value, PLAYERS[1], "collect_tree")
    report.raises(lambda: arbor.plan().collect_tree(), "collect_tree of several", "exactly one", kind=ValueError)
    report.raises(lambda: arbor.plan().head(0).collect_tree(), "collect_tree of none", "exactly one", kind=ValueError)
    view = arbor.index_by("bats", "birth.year")
    report.equal((view["L", 1990].value, ("B", 2001) in view, view.get(("X", 1))), (PLAYERS[0], True, None), "index_by two keys")
    report.raises(lambda: arbor.index_by("id")[99], "a key that is not there", "99", kind=KeyError)
    report.equal(arbor.plan().index_by("id").collect()[2].value, PLAYERS[1], "a lazy index")
    report.raises(lambda: arbor.group_by("id", max_group_keys=2), "a budget", "max_group_keys", kind=arbors.BudgetError)
    report.raises(lambda: arbor.plan().group_by("id", max_group_keys=2).collect(), "a lazy budget", kind=arbors.BudgetError)
    report.equal(len(arbor.group_by("id")), 6, "which is set back")


def test_trees(report):
    tree = arbors.from_dicts(PLAYERS)[0]
    report.equal((tree["name"], tree["birth"]["year"], tree["batting"][1]["HR"], tree["batting"][-1].value), ("Ada", 1990, 7, {"year": 2011, "HR": 7}), "items")
    report.equal((list(tree), "name" in tree, "x" in tree, tree.get("x"), tree.get("x", 1), len(tree)),
                 (["id", "name", "birth", "bats", "batting"], True, False, None, 1, 5), "a mapping")
    report.equal((list(tree.keys()), tree.values()[0], tree.items()[1], dict(tree)["bats"]), (list(PLAYERS[0]), 1, ("name", "Ada"), "L"), "keys, values")
    report.equal(([inner["HR"] for inner in tree["batting"]], tree == PLAYERS[0], tree.value == tree.to_dict()), ([3, 7], True, True), "a sequence")
    report.raises(lambda: tree["x"], "no such key", kind=KeyError)
    report.raises(lambda: tree["batting"]["x"], "a key of an array", kind=TypeError)
    report.raises(lambda: tree["batting"][5], "no such element", kind=IndexError)
    report.raises(lambda: tree["batting"].to_dict(), "no dict", kind=TypeError)
    plan = tree.plan().explode("batting", "b").add_field(more="b.HR * 2").filter("more > 6").select("name", "more")
    report.equal(plan.collect().to_list(), [{"name": "Ada", "more": 14}], "a plan over a tree")
    report.equal(plan.collect_tree().value, {"name": "Ada", "more": 14}, "its one tree")
    report.raises(tree.plan().explode("batting").collect_tree, "two trees", kind=ValueError)
    changed = tree.to_dict()
    changed["id"] = 9
    report.equal(tree["id"], 1, "to_dict gives a copy")
    report.equal(arbors.from_dicts([[1, [2]]])[0][1][0], 2, "arrays of arrays")


# Order and export.
def test_the_order_is_the_same_everywhere(report):
    chance = random.Random(5)
    trees = [{"n": n, "k": chance.randrange(20), "t": chance.choice(["a", "b", None])} for n in range(2000)]
    arbor = arbors.from_dicts(trees)
    with harness.scratch() as folder:
        for what, ordered in {"sort_by": arbor.sort_by("k", "t desc"), "shuffle": arbor.shuffle(seed=3), "sample": arbor.sample(300, seed=3),
                              "top_k": arbor.top_k(100, "k"), "reverse": arbor.reverse()}.items():
            listed = ordered.to_list()
            report.equal([tree.value for tree in ordered], listed, f"{what}: iteration")
            report.equal(json.loads(ordered.to_json()), listed, f"{what}: to_json")
            file = os.path.join(folder, "x.jsonl")
            report.equal(ordered.to_jsonl(file)["trees"], len(listed), f"{what}: to_jsonl")
            report.equal(arbors.read_jsonl(file).to_list(), listed, f"{what}: the file")
            report.equal([ordered[at].value for at in (0, 7, -1)], [listed[at] for at in (0, 7, -1)], f"{what}: items")
            report.equal(ordered.save(os.path.join(folder, "o.db"), what).to_list(), listed, f"{what}: stored")
        report.equal(arbor.sort_by("k", "t desc").to_list(), sorted(sorted(trees, key=lambda t: (t["t"] is not None, t["t"] or ""), reverse=True),
                                                                   key=lambda t: t["k"]), "sort_by is stable")


def test_pick(report):
    arbor = arbors.from_dicts(PLAYERS)
    report.equal(list(arbor.pick()), PLAYERS, "whole trees")
    report.equal(arbor.pick("birth.year", mode="materialize")[:2], [{"birth.year": 1990}, {"birth.year": 1985}], "a text names its key")
    report.equal(arbor.head(1).pick(["name", "id * 2 as twice", path("birth.city").alias("city")], mode="materialize"),
                 [{"name": "Ada", "twice": 2, "city": "Oslo"}], "several")
    report.equal(arbor.head(1).pick({"n": "name", "x": lit([1, "a"])}, mode="materialize"), [{"n": "Ada", "x": [1, "a"]}], "a dict")
    report.raises(lambda: arbor.pick(mode="x"), "a mode", kind=ValueError)
    many = arbors.from_dicts({"n": n, "pad": "x" * 200} for n in range(40_000))
    try:
        import tracemalloc
    except ImportError as error:
        raise package.harness.Skip("this interpreter does not trace its memory") from error
    tracemalloc.start()
    total = sum(tree["n"] for tree in many.pick())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    report.check(total == sum(range(40_000)) and peak < 2_000_000, "pick streams in bounded memory", f"{peak:,} bytes")


# SQL and tables.
def test_sql(report):
    with harness.scratch() as folder:
        db = arbors.connect(stored(folder))
        report.equal(db.sql('SELECT name, "birth.year" AS y FROM players WHERE "birth.year" > ? ORDER BY y DESC, name', [1985]).rows(), [("Ed", 2001), ("Ada", 1990), ("Cyd", 1990)], "rows")
        for query in ('SELECT name, "birth.year" AS y FROM players WHERE y > 1985 ORDER BY id', "SELECT id + 1 AS k FROM players WHERE k > 5 AND id > 0 ORDER BY k", "SELECT id AS bats FROM players WHERE bats = 'L' ORDER BY id",
                      "SELECT p.id, p.id * 2 AS twice FROM players p WHERE twice BETWEEN 4 AND 8 ORDER BY 1", "SELECT upper(name) AS n, count(*) AS c FROM players WHERE n < 'D' GROUP BY n ORDER BY n"):
            report.equal((db.sql(query).rows(), db.sql(query).by), (db.connection.execute(query).fetchall(), "engine"), f"as SQLite: {query}")
        report.equal(db.sql("SELECT count(*) AS n FROM players WHERE bats = :b", {"b": "L"}).dicts(), [{"n": 2}], "a named parameter")
        report.equal(db.sql("SELECT name FROM players WHERE id = 99").rows(), [], "no rows")
        db.sql("CREATE TABLE extra(x)")
        db.sql("INSERT INTO extra VALUES (?), (?)", [1, 4])
        report.equal(db.sql("SELECT name FROM players WHERE id IN (SELECT x FROM extra) ORDER BY id").rows(), [("Ada",), ("Dee",)], "with an ordinary table")
        report.raises(lambda: db.sql('SELECT "yeer" FROM players').rows(), "a double-quoted name that is nowhere", "yeer", kind=arbors.Error)
        report.raises(lambda: db.sql("SELEC 1"), "no SQL", kind=arbors.Error)
        arbor = db["players"].filter("id < 5")
        report.equal(arbor.sql("SELECT bats, count(*) AS n FROM self WHERE bats IS NOT NULL GROUP BY bats ORDER BY bats").to_list(), [{"bats": "L", "n": 2}, {"bats": "R", "n": 1}], "self")
        report.equal(arbor.sql("SELECT name FROM self WHERE id = ?", [3]).to_list(), [{"name": "Cyd"}], "self with a parameter")
        report.equal(arbor.sql("SELECT a.name FROM self AS a, self AS b WHERE a.id = b.id - 1 AND b.bats = :b ORDER BY a.id", {"b": "L"}).to_list(), [{"name": "Cyd"}], "self beside itself")
        report.equal(arbor.sql("SELECT _tree FROM self WHERE id = 2 LIMIT 1").count(), 1, "trees")
        walk = iter(arbor)
        next(walk)
        report.equal([arbor.sql("SELECT id FROM self LIMIT 1").to_list() for _ in range(2)], [[{"id": 1}]] * 2, "while an iteration is under way")
        report.equal(len(list(walk)), 3, "which goes on")
        report.raises(lambda: arbor.sql("SELECT nope( FROM self"), "no SQL", kind=arbors.Error)


def test_living_tables(report):
    with harness.scratch() as folder:
        db = arbors.connect(os.path.join(folder, "t.db"))
        table = db.table("t")
        report.equal((table.insert({"id": 1, "a": 1}), table.insert([{"id": 2, "a": 2}, {"id": 3}]), table.insert(iter([]))), (1, 2, 0), "insert")
        report.equal((table.columns, len(table), [row["path"] for row in table.schema()]), (["id", "a"], 3, ["$", "id", "a"]), "columns, schema")
        report.equal((table.update(path("id") == 3, {"o": {"x": [1, True]}, "a": 7}), table.update("id = 3", {"o": {"y": 2, "x": None}}), table.update("id = 99", {"z": 1})), (1, 1, 0), "update")
        report.equal(table.arbor().find_one("id = 3").value, {"id": 3, "o": {"y": 2}, "a": 7}, "by merge patches")
        report.equal((table.delete(path("id") == 2), table.delete("id = 2"), len(table)), (1, 0, 2), "delete")
        report.equal(table.insert(arbors.from_dicts([{"id": 8}])), 1, "an Arbor")
        lines = pathlib.Path(folder, "x.jsonl")
        lines.write_text('{"id": 10}\n{"id": 11}\n', encoding="utf-8")
        report.equal(table.import_file(lines)["trees"], 2, "import_file")
        table.index("id")
        report.equal(db.sql("SELECT id FROM t WHERE id = 10").rows(), [(10,)], "index")
        generations = [row["generation"] for row in table.history()]
        report.equal(table.at(generations[0] if generations[0] < generations[-1] else generations[-1]).count() <= len(table), True, "at a generation")
        report.raises(lambda: table.insert([{"id": 12}, {"id": float("inf")}]), "half-way", kind=ValueError)
        report.equal(len(table), 5, "all or nothing")
        odd = db.table("odd name")
        report.equal((odd.insert({"x": 1}), odd.update(None, {"x": 2}), odd.delete("x = 2"), db.list()), (1, 1, 1, ["odd name", "t"]), "a name with a blank")
        named = db.table("same")
        report.equal((named.insert([{"same": 1}, {"same": 2}]), named.delete("same = 1"), len(named)), (2, 1, 1), "a key with the table's name")


def test_history(report):
    if not package.function_is_there("arbor_tag") or not package.function_is_there("arbor_diff"):
        raise harness.Skip("the extension has no arbor_tag and arbor_diff yet")
    with harness.scratch() as folder:
        table = arbors.connect(os.path.join(folder, "t.db")).table("t")
        table.insert([{"id": 1, "a": 1}, {"id": 2, "a": 2}])
        generation = table.tag("first")
        table.update("id = 1", {"a": 9})
        table.insert({"id": 3})
        report.equal((table.at("first").to_list(), len(table.at(generation)), len(table)), ([{"id": 1, "a": 1}, {"id": 2, "a": 2}], 2, 3), "at a tag")
        report.raises(lambda: table.at("second"), "a tag that is not there", kind=arbors.Error)
        report.equal([(row["change"], row["path"], row["old"], row["new"]) for row in table.diff("first")], [("changed", "a", 1, 9), ("added", None, None, {"id": 3})], "diff")
        report.equal(table.at(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)).count(), 3, "at a time")
        report.equal((table.restore("first"), [tree.value for tree in table]), (2, [{"id": 1, "a": 1}, {"id": 2, "a": 2}]), "restore")
        report.check(any(row["tag"] == "first" for row in table.history()), "history")


def test_keys(report):
    if not package.function_is_there("arbor_option"):
        raise harness.Skip("the extension has no arbor_option yet")
    with harness.scratch() as folder:
        table = arbors.connect(os.path.join(folder, "t.db")).table("t")
        report.equal((table.upsert([{"id": 1, "a": 1}, {"id": 2}], key="id"), table.upsert({"id": 1, "b": 2})), (2, 1), "upsert")
        report.raises(lambda: arbors.connect(os.path.join(folder, "t.db")).table("keyless").upsert({"id": 1}), "no key", "keyless has no key", "key='id'", kind=arbors.Error)
        report.equal((table.upsert({"id": 2, "c": 3}, on_conflict="merge"), table.upsert({"id": 2}, on_conflict="ignore")), (1, 0), "merge, ignore")
        report.equal([tree.value for tree in table], [{"id": 1, "b": 2}, {"id": 2, "c": 3}], "what is there")
        report.raises(lambda: table.insert({"id": 2}), "a second tree of a key", "UNIQUE", kind=arbors.Error)


def test_expressions_write_what_they_mean(report):
    a, b = path("a"), path("b.c")
    for expression, text in [
            ((a + 1) * 2, "(a + 1) * 2"),
            (a + (b * 2), "a + b.c * 2"),
            (a - (b - 1), "a - (b.c - 1)"),
            ((a == 1) & (b > 2), "a = 1 AND b.c > 2"),
            (((a == 1) | (b > 2)) & a.is_null(), "(a = 1 OR b.c > 2) AND a IS NULL"),
            (~(a == 1), "NOT a = 1"),
            (~((a == 1) & (b == 2)), "NOT (a = 1 AND b.c = 2)"),
            (a == None, "a IS NULL"),
            (a != None, "a IS NOT NULL"),
            ("x" + a, "'x' || a"),
            (2 - a, "2 - a"),
            (a ** 2, "power(a, 2)"),
            (-a, "- a"),
            (-(a + 1), "- (a + 1)"),
            (a.between(1, b), "a BETWEEN 1 AND b.c"),
            (a.is_in([1, "x"]), "a IN (1, 'x')"),
            (a.like("x%"), "a LIKE 'x%'"),
            (a.exists(), "exists(a)"),
            (a.alias("order"), 'a as "order"'),
            (a.sum().where(b > 1), "sum(a) filter (where b.c > 1)"),
            ((a == 1) == (b == 2), "a = 1 = (b.c = 2)"),
            (a.str.slice(1, 2), "substr(a, 2, 2)"),
            (a.dt.strftime("%Y"), "strftime('%Y', a)"),
            (a.list.map(path("it") * 2), "list_map(a, it * 2)"),
            (path("in.x"), '"in".x'),
            (path("it"), "it"),
            (a - -1, "a - -1"),
            (lit(-1) * a, "-1 * a"),
            (a / 2 % 3, "a / 2 % 3"),
            (lit(-2) ** 2, "power(-2, 2)"),
    ]:
        report.equal(str(expression), text, text)


def test_representations(report):
    arbor = arbors.from_dicts(PLAYERS)
    report.equal(repr(arbor), "<Arbor: 6 trees; id, name, birth.year, birth.city, bats, batting>", "in a shell")
    html = arbor.add_field(x=lit("<b>"))._repr_html_()
    report.check("<table" in html and "Ada" in html and "&lt;b&gt;" in html and "<b>" not in html, "in a notebook", html)
    report.equal(repr(arbors.from_dicts([])), "<Arbor: 0 trees>", "an empty one")
    report.check("filter id" in repr(arbor.plan().filter("id > 1")), "a plan", repr(arbor.plan().filter("id > 1")))
    report.check(arbor[0]._repr_html_().startswith("<pre>"), "a tree")


def test_pickling_is_refused(report):
    import pickle
    report.raises(lambda: pickle.dumps(arbors.from_dicts([{}])), "pickle", "process", kind=TypeError)


if __name__ == "__main__":
    package.run(globals())
