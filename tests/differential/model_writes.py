"""Random writes on an Arbor and on a Python list beside it, compared after every step.

Steps are rows of one table: inserts by tree and by columns, updates of columns and of trees, deletes, appends, failing
statements, more deletes than are logged one by one, savepoints, rollbacks, reopening, another connection, optimize, vacuum, indexes, old generations.
After random steps, before anything else is read, functions that read are asked (asking.py).
--self-check plays the Arbor with a view and triggers; --fault lets one update in five get lost, which must be found.
"""
import json
import pathlib
import random
import sqlite3
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import writable_stand_in  # noqa: E402
from asking import Asker  # noqa: E402
from model import Model, ThroughScalar, canonical, from_columns, get, put  # noqa: E402

VALUES = [0, 1, 2, 3, 5, 7, -1, 2**62, -2**63, 0.5, 1.5, -2.25, 100.0, "", "a", "b", "B", "12", "text with \"quotes\"", "é"]


def quoted(path):
    return '"' + ".".join(path) + '"'


class Run:
    """One database, its model, and the steps taken, which a failure prints."""

    KEY = ""  # model_keys.py has one

    def __init__(self, options, rng, folder, batch_trees):
        self.options, self.rng, self.path = options, rng, f"{folder}/{rng.randrange(10**9)}.db"
        self.model, self.log, self.savepoints, self.generations = Model(), [], 0, {}
        self.database = self.open()
        if rng.random() < 0.5:
            self.database.execute("PRAGMA journal_mode=WAL")
        if not options.self_check:
            columns = ", ".join(map(quoted, Model.COLUMNS)) if rng.random() < 0.7 else 'id, a, "o.x", "o.y", s'
            self.database.execute(f"CREATE VIRTUAL TABLE t USING arbor({columns}{self.KEY}" + (f", batch_trees={batch_trees})" if batch_trees else ")"))
        self.log.append(f"batch_trees={batch_trees}")

    def open(self):
        database = writable_stand_in.connect(self.path) if self.options.self_check else harness.connect(self.options.extension, self.path)
        database.execute("PRAGMA synchronous=OFF")
        return database

    def execute(self, statement, parameters=()):
        self.log.append(f"{statement}; -- {parameters!r:.300}")
        return self.database.execute(statement, parameters).fetchall()

    # What to write.
    def tree(self):
        if self.rng.random() < 0.05:
            return self.rng.choice([5, "root", [1, {"id": 3}], None, {}])
        tree = {"id": self.rng.randrange(60)}
        for key, make in (("a", lambda: self.rng.choice(VALUES + [None, True, [1, "x"], {"p": 1}])), ("s", lambda: self.rng.choice("abcdé") * self.rng.randrange(4)), ("extra", lambda: [self.rng.randrange(9)]),
                          ("o", lambda: self.rng.choice([{"x": 1}, {"y": "t", "x": self.rng.randrange(9)}, {"x": {"y": self.rng.randrange(9)}}, {}, {"z": [1]}, 7]))):
            if self.rng.random() < 0.6:
                tree[key] = make()
        if self.rng.random() < 0.2:
            tree = dict(reversed(tree.items()))
        return tree

    def changed(self, tree):
        """The same tree with other values in some places, of the same kind or of another."""
        if not isinstance(tree, dict) or not tree:
            return self.tree()
        tree = json.loads(json.dumps(tree))
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            inside = tree
            while True:
                key = self.rng.choice(list(inside))
                if not (isinstance(inside[key], dict) and inside[key] and self.rng.random() < 0.6):
                    break
                inside = inside[key]
            if inside is not tree or key != "id":
                inside[key] = self.rng.choice([self.rng.randrange(9), self.rng.randrange(9), "t", True, {"x": 1, "y": {"z": 2}}])
        return tree

    def condition(self):
        """An SQL condition with its parameters, and the same for the model's rows."""
        rng, low = self.rng, self.rng.randrange(60)
        size = len(self.model.rows)
        some = [row[0] for row in rng.sample(self.model.rows, min(3, size))] + [10**9]
        place = rng.randrange(size + 2)
        number = lambda tree: isinstance(get(tree, ("id",)), (int, float))
        return rng.choice([
            ("id = ?", (low,), lambda rowid, index, tree: number(tree) and get(tree, ("id",)) == low),
            ("id BETWEEN ? AND ?", (low, low + 5), lambda rowid, index, tree: number(tree) and low <= get(tree, ("id",)) <= low + 5),
            (f"rowid IN ({','.join('?' * len(some))})", tuple(some), lambda rowid, index, tree: rowid in some),
            ("rowid = ?", (some[0],), lambda rowid, index, tree: rowid == some[0]),
            ("_index BETWEEN ? AND ?", (place, place + 2), lambda rowid, index, tree: place <= index <= place + 2),
            ("_index = ?", (place,), lambda rowid, index, tree: index == place),
            ("s = ?", ("bb",), lambda rowid, index, tree: get(tree, ("s",)) == "bb"),
            ('"o.x" IS NOT NULL AND id < ?', (low // 4,), lambda rowid, index, tree: get(tree, ("o", "x")) is not None and number(tree) and get(tree, ("id",)) < low // 4),
        ])

    def chosen(self, holds):
        return [row for index, row in enumerate(self.model.rows) if holds(row[0], index, row[1])]

    def take_new(self, trees):
        """Puts trees at the model's end, under the rowids that the Arbor gave them."""
        rows = self.database.execute("SELECT rowid FROM t ORDER BY _index DESC LIMIT ?", (len(trees),)).fetchall()[::-1] if trees else []
        assert len(rows) == len(trees), f"{len(trees)} trees were added, {len(rows)} are there"
        for (rowid,), tree in zip(rows, trees):
            assert rowid not in self.model.used, f"rowid {rowid} was used before"
            self.model.used |= {rowid}
            self.model.rows.append([rowid, tree])

    # Steps.
    def insert_tree(self):
        tree = self.tree()
        self.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps(tree),))
        self.take_new([tree])

    def insert_trees(self):
        trees = [self.tree() for _ in range(self.rng.choice([2, 5, 40]))]
        self.execute("INSERT INTO t(_tree) SELECT value FROM json_each(?)", (json.dumps([json.dumps(tree) for tree in trees]),))
        self.take_new(trees)

    def append(self):
        trees = [{"id": 1}] + [self.tree() for _ in range(self.rng.choice([1, 10, 60]))]
        self.execute("SELECT arbor_append('t', ?)", ("\n".join(map(json.dumps, trees)),))
        self.take_new(trees)

    def insert_columns(self):
        paths = self.rng.sample(Model.COLUMNS, self.rng.randint(1, 5))
        values = [self.rng.choice(VALUES + [None]) for _ in paths]
        self.execute(f"INSERT INTO t({', '.join(map(quoted, paths))}) VALUES ({', '.join('?' * len(paths))})", values)
        ordered = sorted(zip(paths, values), key=lambda pair: Model.COLUMNS.index(pair[0]))
        self.take_new([from_columns(ordered)])

    def update_column(self):
        text, parameters, holds = self.condition()
        path, value = self.rng.choice(Model.COLUMNS), self.rng.choice(VALUES)
        trees = [json.loads(json.dumps(row[1])) for row in self.chosen(holds)]
        try:
            for tree in trees:
                put(tree, path, value)
        except ThroughScalar:
            return self.must_fail(f"UPDATE t SET {quoted(path)} = ? WHERE {text}", (value, *parameters))
        rows = self.chosen(holds)
        self.execute(f"UPDATE t SET {quoted(path)} = ? WHERE {text}", (value, *parameters))
        if self.options.fault and rows and self.rng.random() < 0.2:
            return
        for row, tree in zip(rows, trees):
            row[1] = tree

    def update_tree(self):
        text, parameters, holds = self.condition()
        tree = self.tree()
        self.execute(f"UPDATE t SET _tree = ? WHERE {text}", (json.dumps(tree), *parameters))
        for row in self.chosen(holds):
            row[1] = tree

    def change_trees(self):
        """Trees take the place of others that they differ from in a few values, in one statement."""
        text, parameters, holds = self.condition()
        rows = self.chosen(holds)
        trees = [self.changed(row[1]) for row in rows]
        self.execute(f"UPDATE t SET _tree = (SELECT value ->> 1 FROM json_each(?) WHERE value ->> 0 = t.rowid) WHERE {text}",
                     (json.dumps([[row[0], json.dumps(tree)] for row, tree in zip(rows, trees)]), *parameters))
        for row, tree in zip(rows, trees):
            row[1] = tree

    def delete(self):
        text, parameters, holds = self.condition()
        if self.rng.random() < 0.04:
            text, parameters, holds = "1", (), lambda *_: True
        gone = self.chosen(holds)
        self.execute(f"DELETE FROM t WHERE {text}", parameters)
        self.model.rows = [row for row in self.model.rows if row not in gone]

    def delete_masses(self):
        """More rows go at once than the log takes one by one, with pending rows beside them, between savepoints."""
        trees = [{"id": 5000 + number % 3} for number in range(1200)]
        whole = self.rng.random() < 0.5 and not self.options.self_check
        if whole:
            self.execute("SELECT arbor_append('t', ?)", ("\n".join(map(json.dumps, trees)),))
        else:
            self.execute("INSERT INTO t(_tree) SELECT value FROM json_each(?)", (json.dumps([json.dumps(tree) for tree in trees]),))
        self.take_new(trees)
        self.savepoints += 1
        name = f"s{self.savepoints}"
        self.execute(f"SAVEPOINT {name}")
        self.model.begin(name)
        for again in (self.rng.random() < 0.5, False):
            self.rng.choice([self.insert_tree, self.update_tree, self.update_column])()
            gone = self.chosen(lambda rowid, index, tree: get(tree, ("id",)) in (5000, 5001, 5002))
            self.execute("DELETE FROM t WHERE id IN (5000, 5001, 5002)")
            self.model.rows = [row for row in self.model.rows if row not in gone]
            self.rng.choice([self.insert_tree, self.update_tree, self.update_column])()
            if not again:
                break
            self.compare(self.database, self.model.state(), "before ROLLBACK TO")
            self.execute(f"ROLLBACK TO {name}")
            self.model.rollback_to(name)
        self.execute(f"RELEASE {name}")
        self.model.release(name)

    def must_fail(self, statement, parameters=()):
        if self.options.self_check:
            return
        try:
            self.execute(statement, parameters)
        except sqlite3.Error as error:
            assert str(error) and "not an error" not in str(error), f"no message: {error}"
            return
        raise AssertionError(f"no error: {statement} {parameters}")

    def fail(self):
        statement = self.rng.choice([
            ("INSERT INTO t(_tree) VALUES ('{\"id\":1}'), ('{\"id\":}')", ()), ("INSERT INTO t(_tree) VALUES ('')", ()), ("UPDATE t SET _tree = '{' WHERE 1", ()), ("UPDATE t SET _index = 0 WHERE 1", ()),
            ("UPDATE t SET _generation = 1 WHERE 1", ()), ("SELECT arbor_append('t', '{}' || char(10) || '{')", ()), ("INSERT INTO t(_index, id) VALUES (5, 1)", ())])
        if self.model.rows or not statement[0].startswith("UPDATE"):
            self.must_fail(*statement)

    def existing_rowid(self):
        """INSERT with the rowid of a row that is there: an error, nothing, or a replacement."""
        if self.options.self_check or not self.model.rows:
            return
        row, tree = self.rng.choice(self.model.rows), {"id": 9, "s": "replaced"}
        word = self.rng.choice(["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE"])
        if word == "INSERT":
            return self.must_fail("INSERT INTO t(rowid, _tree) VALUES (?, ?)", (row[0], canonical(tree)))
        self.execute(f"{word} INTO t(rowid, _tree) VALUES (?, ?)", (row[0], canonical(tree)))
        if word == "INSERT OR REPLACE":  # Where the new tree stands is the Arbor's choice.
            self.model.rows.remove(row)
            place = self.database.execute("SELECT _index FROM t WHERE rowid = ?", (row[0],)).fetchone()[0]
            self.model.rows.insert(place, [row[0], tree])

    def begin(self):
        if not self.model.stack:
            self.execute(self.rng.choice(["BEGIN", "BEGIN IMMEDIATE", "SAVEPOINT s0"]))
            self.model.begin("s0" if "SAVEPOINT" in self.log[-1] else "transaction")
        elif len(self.model.stack) < 5:
            self.savepoints += 1
            self.execute(f"SAVEPOINT s{self.savepoints}")
            self.model.begin(f"s{self.savepoints}")

    def end(self):
        if not self.model.stack:
            return
        names = [name for name, *_ in self.model.stack if name != "transaction"]
        kind = self.rng.random()
        if names and kind < 0.35:
            name = self.rng.choice(names)
            self.execute(f"ROLLBACK TO {name}")
            self.model.rollback_to(name)
        elif names and kind < 0.7:
            name = self.rng.choice(names)
            self.execute(f"RELEASE {name}")
            self.model.release(name)
        elif kind < 0.85:
            self.execute("ROLLBACK")
            self.model.rollback()
        else:
            self.execute("COMMIT")
            self.model.stack.clear()

    def reopen(self):
        if not self.model.stack:
            self.log.append("-- reopen")
            self.database.close()
            self.database = self.open()

    def other_connection(self):
        """Sees what is committed; outside a transaction it also writes."""
        other = self.open()
        self.log.append("-- another connection")
        if other.execute("PRAGMA journal_mode").fetchone()[0] == "wal" or not self.model.stack:
            self.compare(other, [(rowid, index, canonical(tree)) for index, (rowid, tree) in enumerate(self.model.committed)], "another connection")
        if not self.model.stack and self.rng.random() < 0.5:
            self.log.append("-- it inserts")
            other.execute("INSERT INTO t(_tree) VALUES ('{\"id\":4,\"by\":\"other\"}')")
            self.take_new([{"id": 4, "by": "other"}])
        other.close()

    def maintain(self):
        """Changes the stored form only."""
        if self.options.self_check:
            return
        choices = ["SELECT arbor_optimize('t')", "SELECT arbor_check('t')", "SELECT arbor_create_index('t', 'id')", "SELECT arbor_drop_index('t', 'id')", "SELECT arbor_create_index('t', 'o.x')", "SELECT arbor_sync('t')",
                   *(f"SELECT arbor_{verb}_index('t', '{path}')" for path in ("extra[*]", "a[*]", "o.z[*]", "[*].id") for verb in ("create", "drop"))]
        statement = self.rng.choice(choices + ([] if self.model.stack else ["SELECT arbor_vacuum('t')", "SELECT arbor_vacuum('t', 3)", "VACUUM"]))
        try:
            rows = self.execute(statement)
        except sqlite3.Error as error:
            assert "index" in statement and "index" in str(error), f"{statement}: {error}"  # It exists already, or not yet.
            return
        assert "check" not in statement or rows == [("ok",)], rows
        if "vacuum" in statement:
            self.generations.clear()

    def generation(self):
        """Remembers the committed state of this generation, and looks an older one up."""
        if self.options.self_check or self.model.stack:
            return
        number = self.execute("SELECT generation FROM arbor_list WHERE name = 't'")[0][0]
        known = self.generations.get(number)
        assert known is None or [tree for _, _, tree in known] == [tree for _, _, tree in self.model.state()], f"generation {number} has changed"
        self.generations[number] = self.model.state()
        for old, want in self.generations.items():
            if old > number - 7:
                rows = self.database.execute("SELECT rowid, _index, _tree FROM t WHERE _generation = ? ORDER BY _index", (old,)).fetchall()
                self.same(rows, want, f"generation {old} of {number}")

    STEPS = {insert_tree: 12, insert_trees: 6, append: 4, insert_columns: 8, update_column: 14, update_tree: 6, change_trees: 8, delete: 8, fail: 4, existing_rowid: 3, begin: 10, end: 10, reopen: 2, other_connection: 3,
             maintain: 6, generation: 5, delete_masses: 1}

    def step(self):
        move = self.rng.choices(list(self.STEPS), list(self.STEPS.values()))[0]
        if len(self.model.rows) > 400:
            move = Run.delete
        move(self)
        self.model.settle()
        if self.rng.random() < 0.15:  # What was logged is all that is left.
            self.reopen()
        if not self.options.self_check and self.rng.random() < 0.5:
            wrong = Asker(self.database).ask(self.rng, [tree for _, tree in self.model.rows])
            assert not wrong, wrong
        self.compare(self.database, self.model.state(), "after the step")
        self.look()

    def compare(self, database, want, where):
        self.same(database.execute("SELECT rowid, _index, _tree FROM t ORDER BY _index").fetchall(), want, where)
        count = database.execute("SELECT count(*) FROM t").fetchone()[0]
        assert count == len(want), f"{where}: count(*) is {count}, want {len(want)}"

    def same(self, rows, want, where):
        got = [(rowid, index, canonical(json.loads(tree))) for rowid, index, tree in rows]
        for left, right in zip(got, want):
            assert left == right, f"{where}: got {left}, want {right}"
        assert len(got) == len(want), f"{where}: {len(got)} rows, want {len(want)}"

    def look(self):
        """A filtered query sees what the model sees."""
        text, parameters, holds = self.condition()
        rows = self.database.execute(f'SELECT rowid, id, a, "o.x" FROM t WHERE {text} ORDER BY rowid', parameters).fetchall()
        want = sorted((row[0], *(self.shown(get(row[1], path)) for path in (("id",), ("a",), ("o", "x")))) for row in self.chosen(holds))
        assert harness.same_types(rows, want) and rows == want, f"SELECT … WHERE {text} {parameters}: got {rows[:3]}, want {want[:3]}"

    @staticmethod
    def shown(value):
        if isinstance(value, (list, dict)):
            return canonical(value)
        return int(value) if isinstance(value, bool) else value

    def finish(self):
        if self.model.stack:
            self.execute("COMMIT")
            self.model.stack.clear()
        self.reopen()
        self.compare(self.database, self.model.state(), "opened again at the end")
        for check in ["PRAGMA integrity_check"] + ([] if self.options.self_check else ["SELECT arbor_check('t')"]):
            rows = self.execute(check)
            assert rows == [("ok",)], f"{check}: {rows}"
        self.database.close()


def run(options, rng, report, folder, steps, kind=Run):
    batch_trees = rng.choice([1, 2, 7, 64, None])
    one = kind(options, rng, folder, batch_trees)
    try:
        for _ in range(steps):
            one.step()
            report.ok()
        one.finish()
    except Exception as error:
        report.fail(f"{type(error).__name__}: {error}", "\n     ".join(["the last steps:"] + one.log[-12:]))


def main(kind=Run):
    parser = harness.parser()
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--fault", action="store_true", help="with --self-check: lose an update now and then")
    options = parser.parse_args()
    harness.require_extension(options)
    rng, report = random.Random(harness.seed_of(options)), harness.Report(options)
    total = options.steps or (600 if options.quick else 8000)
    with tempfile.TemporaryDirectory(prefix="arbors-model-") as folder:
        while report.passed < total and report.failed < 3:
            report.where = f"run after {report.passed} steps"
            run(options, rng, report, folder, min(200, total), kind)
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
