"""Single rows looked up between random writes, beside a list of documents: by rowid, position and kept-up index.

Two connections write, roll back, fold and optimize; caches of every size are asked again and again through prepared
statements, so that whatever is kept from one look-up to the next must be let go of in time.
"""
import json
import pathlib
import random
import sqlite3
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

COLUMNS = ('"k"', '"g"', '"o.x"', '"o.y"', '"a"', '"m"', "_tree", "_index", "rowid")
CACHES = (0, 3_000, 40_000, 256 << 20)


def document(rng, key):
    """Makes a tree whose paths come and go: scalars, arrays, objects, and an object used as a map."""
    tree = {"k": key}
    if rng.random() < 0.8:
        tree["g"] = rng.choice([None, 1, 2.5, "1", "red", True, 1 << 70])
    if rng.random() < 0.7:
        tree["o"] = rng.choice([{"x": rng.randrange(9)}, {"x": "é\"", "y": [1, [2, {}]]}, {"y": {"z": None}}, {}, 7])
    if rng.random() < 0.5:
        tree["a"] = [rng.choice([{"b": n}, n, "t", []]) for n in range(rng.randrange(4))]
    if rng.random() < 0.3:
        tree["m"] = {f"key {rng.randrange(400)}": n for n in range(3)}
    return tree


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sql_value(tree, path):
    for step in path.split("."):
        if not isinstance(tree, dict) or step not in tree:
            return None
        tree = tree[step]
    if isinstance(tree, bool):
        return int(tree)
    if isinstance(tree, int) and abs(tree) > 1 << 63:
        return float(tree)
    return text(tree) if isinstance(tree, (dict, list)) else tree


class Model:
    """The rows in order: [rowid, document], with what SQL shows of each."""

    def __init__(self):
        self.rows = []

    def copy(self):
        copy = Model()
        copy.rows = [list(row) for row in self.rows]
        return copy

    def seen(self, position, columns):
        rowid, tree = self.rows[position]
        special = {"_tree": text(tree), "_index": position, "rowid": rowid}
        return tuple(special[c] if c in special else sql_value(tree, c.strip('"')) for c in columns)

    def find(self, condition):
        return [n for n, (rowid, tree) in enumerate(self.rows) if condition(rowid, n, tree)]


class Run:
    def __init__(self, options, rng, path, report):
        self.rng, self.report, self.model, self.log = rng, report, Model(), []
        self.databases = [harness.connect(options.extension, path, timeout=5) for _ in range(2)]
        self.keys = iter(range(1, 1 << 40))
        self.cache = rng.choice(CACHES)
        self.do(0, f"CREATE VIRTUAL TABLE t USING arbor(k, g, \"o.x\", \"o.y\", a, m, batch_trees={rng.choice([2, 5, 16, 200])})")
        trees = [document(rng, next(self.keys)) for _ in range(rng.randrange(150))]
        if trees:
            self.do(0, "SELECT arbor_append('t', ?)", "\n".join(map(text, trees)))
        self.model.rows = [[n + 1, tree] for n, tree in enumerate(trees)]
        self.do(0, "SELECT arbor_create_index('t', 'k')")
        self.do(0, "CREATE TABLE wanted(n)")
        for database in range(2):
            self.do(database, "SELECT arbor_config('cache_bytes', ?)", self.cache)

    def do(self, database, sql, *values):
        self.log.append((database, sql, values))
        return self.databases[database].execute(sql, values).fetchall()

    def close(self):
        for database in self.databases:
            database.close()

    # ---- writes

    def write(self, database):
        """One change by one connection, in a transaction that may be rolled back."""
        before = self.model.copy()
        kind = self.rng.choice(["alone", "alone", "commit", "rollback", "savepoint"])
        if kind in ("commit", "rollback", "savepoint"):
            self.do(database, "BEGIN")
        for _ in range(1 if kind == "alone" else self.rng.randrange(1, 4)):
            self.change(database)
            self.look(database)
        if kind == "savepoint":
            middle = self.model.copy()
            self.do(database, "SAVEPOINT s")
            self.change(database)
            self.look(database)
            self.do(database, "ROLLBACK TO s")
            self.model = middle
            self.look(database)
        if kind in ("commit", "savepoint"):
            self.do(database, "COMMIT")
        if kind == "rollback":
            self.do(database, "ROLLBACK")
            self.model = before

    def change(self, database):
        rows, rng = self.model.rows, self.rng
        kind = rng.choice(["insert", "insert", "rowid", "update", "column", "delete", "append", "range", "optimize", "vacuum"])
        if kind in ("insert", "rowid"):
            tree = document(rng, next(self.keys))
            highest = max([row[0] for row in rows] + [0])
            self.do(database, "INSERT INTO t(_tree, rowid) VALUES (?, ?)", text(tree),
                    None if kind == "insert" else highest + rng.randrange(1, 40))
            rows.append([self.do(database, "SELECT last_insert_rowid()")[0][0], tree])
        elif kind == "append":
            trees = [document(rng, next(self.keys)) for _ in range(rng.randrange(1, 30))]
            self.do(database, "SELECT arbor_append('t', ?)", "\n".join(map(text, trees)))
            added = self.do(database, "SELECT rowid FROM t WHERE _index >= ? ORDER BY _index", len(rows))
            self.report.equal(len(added), len(trees), "rows appended")
            rows += [[rowid, tree] for (rowid,), tree in zip(added, trees)]
        elif kind == "optimize":
            self.do(database, "SELECT arbor_optimize('t')")
        elif kind == "vacuum":
            self.do(database, "SELECT arbor_vacuum('t')")
        elif rows:
            self.change_row(database, kind, rng.randrange(len(rows)))

    def change_row(self, database, kind, at):
        rows, rng = self.model.rows, self.rng
        rowid, tree = rows[at]
        if kind == "update":
            rows[at][1] = document(rng, next(self.keys))
            self.do(database, "UPDATE t SET _tree = ? WHERE rowid = ?", text(rows[at][1]), rowid)
        elif kind == "column":
            key = next(self.keys)
            self.do(database, "UPDATE t SET k = ? WHERE k = ?", key, tree["k"])
            rows[at][1] = {**tree, "k": key}
        elif kind == "delete":
            self.do(database, "DELETE FROM t WHERE rowid = ?", rowid)
            del rows[at]
        else:
            last = at + rng.randrange(8)
            self.do(database, "DELETE FROM t WHERE _index BETWEEN ? AND ?", at, last)
            del rows[at:last + 1]

    # ---- look-ups

    def look(self, database):
        for _ in range(self.rng.randrange(1, 5)):
            columns = self.rng.sample(COLUMNS, self.rng.randrange(1, 5))
            where, values, condition = self.condition()
            order = self.rng.choice(["", "", " ORDER BY rowid", " ORDER BY _index DESC", " ORDER BY k LIMIT 3"])
            found = self.model.find(condition)
            if "rowid" in order:
                found.sort(key=lambda n: self.model.rows[n][0])
            elif "DESC" in order:
                found.reverse()
            elif "k" in order:
                found = sorted(found, key=lambda n: self.model.rows[n][1]["k"])[:3]
            want = [self.model.seen(n, columns) for n in found]
            got = self.do(database, f"SELECT {', '.join(columns)} FROM t WHERE {where}{order}", *values)
            if order == "":
                got, want = sorted(got, key=repr), sorted(want, key=repr)
            if not self.report.equal(got, want, f"SELECT {', '.join(columns)} WHERE {where}{order} {values}"):
                raise AssertionError("\n".join(map(repr, self.log[-40:])))

    def any_row(self):
        """A row's rowid, position and key; now and then of none."""
        rows = self.model.rows
        if not rows or self.rng.random() < 0.1:
            return self.rng.choice([-1, 0, 10 ** 9]), self.rng.choice([-1, len(rows), 10 ** 9]), -5
        at = self.rng.randrange(len(rows))
        return rows[at][0], at, rows[at][1]["k"]

    def condition(self):
        rowid, at, key = self.any_row()
        others = [self.any_row() for _ in range(self.rng.choice([2, 3, 20]))]
        marks = ", ".join("?" * len(others))
        rowids, places, keys = ({other[n] for other in others} for n in range(3))
        g = self.rng.choice([1, "red", 2.5])
        return self.rng.choice([
            ("rowid = ?", [rowid], lambda r, n, t: r == rowid),
            ("_index = ?", [at], lambda r, n, t: n == at),
            ("k = ?", [key], lambda r, n, t: t["k"] == key),
            ("k = ? AND rowid = ?", [key, rowid], lambda r, n, t: t["k"] == key and r == rowid),
            ("k = ? AND g IS ?", [key, g], lambda r, n, t: t["k"] == key and same(t, g)),
            ("rowid = ? AND g IS ?", [rowid, g], lambda r, n, t: r == rowid and same(t, g)),
            ("rowid = ? AND g = 1", [rowid], lambda r, n, t: r == rowid and same(t, 1)),
            ("rowid = ? AND _index = ?", [rowid, at], lambda r, n, t: r == rowid and n == at),
            ("rowid = ? AND _index > ?", [rowid, at - 1], lambda r, n, t: r == rowid and n > at - 1),
            ("rowid > ? AND _index = ?", [rowid, at], lambda r, n, t: r > rowid and n == at),
            ("rowid BETWEEN ? AND ?", [rowid, rowid + 4], lambda r, n, t: rowid <= r <= rowid + 4),
            ("_index >= ? AND _index < ?", [at, at + 3], lambda r, n, t: at <= n < at + 3),
            (f"rowid IN ({marks})", [o[0] for o in others], lambda r, n, t: r in rowids),
            (f"_index IN ({marks})", [o[1] for o in others], lambda r, n, t: n in places),
            (f"k IN ({marks})", [o[2] for o in others], lambda r, n, t: t["k"] in keys),
            (f"k IN ({marks}) AND rowid < ?", [o[2] for o in others] + [rowid], lambda r, n, t: t["k"] in keys and r < rowid),
            ("k BETWEEN ? AND ?", [key, key + 6], lambda r, n, t: key <= t["k"] <= key + 6),
        ])

    def join(self, database):
        """Looks many rows up by one statement, whose cursor is filtered again and again."""
        others = [self.any_row() for _ in range(self.rng.randrange(1, 30))]
        name, number = self.rng.choice([("rowid", 0), ("_index", 1), ("k", 2), ("g", 2)])
        self.do(database, "DELETE FROM wanted")
        for other in others:
            self.do(database, "INSERT INTO wanted VALUES (?)", other[number])
        columns = self.rng.sample(COLUMNS[:-1], 2)
        got = self.do(database, f"SELECT n, {', '.join(columns)} FROM wanted CROSS JOIN t ON t.{name} = n")
        tests = {"rowid": lambda r, n, t: r, "_index": lambda r, n, t: n, "k": lambda r, n, t: t["k"],
                 "g": lambda r, n, t: None if t.get("g") == "1" else t.get("g")}
        want = [(other[number], *self.model.seen(n, columns)) for other in others
                for n in self.model.find(lambda r, n, t, w=other[number]: tests[name](r, n, t) == w)]
        self.report.equal(sorted(got, key=repr), sorted(want, key=repr), f"join by {name}")


def same(tree, value):
    """Whether the tree's g IS the value: numbers by value, texts apart from them."""
    g = tree.get("g")
    return isinstance(g, str) == isinstance(value, str) and g == value


def main():
    options = harness.parser().parse_args()
    harness.require_extension(options)
    report, seed = harness.Report(options), harness.seed_of(options)
    for number in range(12 if options.quick else 60):
        rng = random.Random(f"{seed}/{number}")
        with tempfile.TemporaryDirectory() as folder:
            run = Run(options, rng, f"{folder}/t.db", report)
            report.where = f"run {number}, cache {run.cache}"
            try:
                for _ in range(40):
                    database = rng.randrange(2)
                    run.write(database)
                    run.look(rng.randrange(2))
                    if rng.random() < 0.2:
                        run.join(rng.randrange(2))
                report.equal(run.do(0, "SELECT arbor_check('t')"), [("ok",)], "arbor_check")
            except (AssertionError, sqlite3.Error) as error:
                report.fail("stopped", f"{error}\n" + "\n".join(map(repr, run.log[-30:])))
            finally:
                run.close()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
