"""Random writes on an Arbor with a key and on a Python list beside it, compared after every step.

As model_writes.py, whose other steps go on: inserts and updates under every conflict clause, by tree, columns, patch and rowid, imports with
every on_conflict, keys taken away and set again; rowids and positions of what is replaced are compared too.
"""
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import model_writes  # noqa: E402
from model import from_columns, get  # noqa: E402
from model_writes import Run  # noqa: E402

CLAUSES = ["", "OR ABORT", "OR FAIL", "OR IGNORE", "OR REPLACE"]


class Conflict(Exception):
    """A statement that must fail with UNIQUE constraint failed."""


def merge(value, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    value = dict(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            value.pop(key, None)
        else:
            value[key] = merge(value.get(key), part)
    return value


class KeyedRun(Run):
    KEY = ", key=id"

    def tree(self):
        """Always with a key."""
        while True:
            tree = super().tree()
            if isinstance(tree, dict) and "id" in tree:
                tree["id"] = self.rng.choice([tree["id"], tree["id"], tree["id"] % 7, float(tree["id"]), f"k{tree['id'] % 5}", bool(tree["id"] % 2)])
                return tree

    def some_trees(self, number):
        """New ones, and often the same tree again and again with other values, as folds come between."""
        there = self.model.rows and self.rng.random() < 0.7
        trees = [json.loads(json.dumps(self.rng.choice(self.model.rows)[1])) if there else self.tree()]
        while len(trees) < number:
            trees.append(self.tree() if self.rng.random() < 0.4 else self.changed(self.rng.choice(trees[-4:])))
        return trees

    def holder(self, key, besides=None):
        return next((row for row in self.model.rows if get(row[1], ("id",)) == key and row is not besides), None)

    def place(self, tree, clause, rowid=None):
        """One row of an INSERT, in the model; new rows have no rowid yet."""
        holder = self.holder(tree["id"])
        other = None if rowid is None else self.model.row_of(rowid)
        if holder is None and other is None:
            return self.model.rows.append([rowid, tree])
        if clause == "OR IGNORE":
            return
        if clause != "OR REPLACE":
            raise Conflict
        if holder is not None and rowid in (None, holder[0]):
            holder[1] = tree
            return
        self.model.rows = [row for row in self.model.rows if row is not holder and row is not other]
        self.model.rows.append([rowid, tree])

    def name_new(self):
        """Gives the model's new rows the rowids that the Arbor gave them."""
        for index, row in enumerate(self.model.rows):
            if row[0] is None:
                found = self.database.execute("SELECT rowid FROM t WHERE _index = ?", (index,)).fetchone()
                assert found, f"no tree at {index}"
                assert found[0] not in self.model.used, f"rowid {found[0]} was used before"
                row[0] = found[0]
                self.model.used |= {found[0]}

    def both(self, statement, parameters, change, keeps=False):
        """Runs a statement, and the change in the model: both fail or none. `keeps`: what came before the conflict stays."""
        before = json.loads(json.dumps(self.model.rows))
        try:
            change()
        except Conflict:
            if not keeps:
                self.model.rows = before
            try:
                self.execute(statement, parameters)
            except sqlite3.Error as error:
                assert error.sqlite_errorcode == 2067, f"{error.sqlite_errorcode}: {error}"
                assert "UNIQUE constraint failed: t.id" in str(error), error
                return self.name_new()
            raise AssertionError("no conflict")
        self.execute(statement, parameters)
        self.name_new()

    def insert_tree(self):
        tree, clause = self.tree(), self.rng.choice(CLAUSES)
        self.both(f"INSERT {clause} INTO t(_tree) VALUES (?)", (json.dumps(tree),), lambda: self.place(tree, clause))

    def insert_patch(self):
        tree, clause = merge({}, self.tree()), self.rng.choice(CLAUSES)
        self.both(f"INSERT {clause} INTO t(_patch) VALUES (?)", (json.dumps(tree),), lambda: self.place(tree, clause))

    def insert_trees(self):
        trees, clause = self.some_trees(self.rng.choice([2, 5, 40])), self.rng.choice(CLAUSES)

        def change():
            for tree in trees:
                self.place(tree, clause)
        self.both(f"INSERT {clause} INTO t(_tree) SELECT value FROM json_each(?)", (json.dumps([json.dumps(tree) for tree in trees]),), change, clause == "OR FAIL")

    def insert_columns(self):
        clause, values = self.rng.choice(CLAUSES), [(("id",), self.rng.randrange(60)), (("a",), self.rng.choice([1, 2.5, "x", None])), (("o", "y"), self.rng.choice(["t", None]))]
        names = ", ".join(f'"{".".join(path)}"' for path, _ in values)
        self.both(f"INSERT {clause} INTO t({names}) VALUES (?, ?, ?)", [value for _, value in values], lambda: self.place(from_columns(values), clause))

    def existing_rowid(self):
        """A rowid that is taken, or was never used, and a key that may be another's."""
        clause, tree = self.rng.choice(CLAUSES), self.tree()
        fresh = max([0, *self.model.used]) + self.rng.randint(1, 50)
        rowid = self.rng.choice(self.model.rows)[0] if self.model.rows and self.rng.random() < 0.7 else fresh
        taken = self.model.row_of(rowid) is not None
        if taken and clause not in ("OR REPLACE", "OR IGNORE"):
            holder = self.holder(tree["id"])
            if holder is None or holder[0] != rowid:
                return self.must_fail(f"INSERT {clause} INTO t(rowid, _tree) VALUES (?, ?)", (rowid, json.dumps(tree)))
        self.both(f"INSERT {clause} INTO t(rowid, _tree) VALUES (?, ?)", (rowid, json.dumps(tree)), lambda: self.place(tree, clause, rowid))
        if self.model.row_of(rowid):
            self.model.used |= {rowid}

    def append(self):
        trees, word = self.some_trees(self.rng.choice([1, 10, 300, 700])), self.rng.choice(["error", "replace", "ignore", "merge"])

        def change():
            for tree in trees:
                holder = self.holder(tree["id"])
                if word == "merge" and holder is not None:
                    holder[1] = merge(holder[1], tree)
                else:
                    self.place(tree, {"error": "", "ignore": "OR IGNORE"}.get(word, "OR REPLACE"))
        self.both("SELECT arbor_append('t', ?, ?)", ("\n".join(map(json.dumps, trees)), json.dumps({"on_conflict": word})), change)
        if self.rng.random() < 0.5:
            self.reopen()

    def change_row(self, row, tree, clause):
        other = self.holder(tree["id"], row)
        if other is not None and clause == "OR IGNORE":
            return
        if other is not None and clause != "OR REPLACE":
            raise Conflict
        self.model.rows = [each for each in self.model.rows if each is not other]
        row[1] = tree

    def update_tree(self):
        """One row gets a tree, a patch or an id."""
        if not self.model.rows:
            return
        row, tree, clause = self.rng.choice(self.model.rows), self.tree(), self.rng.choice(CLAUSES)
        kind = self.rng.choice(["_tree", "_patch", "id"])
        value = tree["id"] if kind == "id" else json.dumps(tree)
        if kind == "id":
            value = int(value) if isinstance(value, bool) else value
            boolean = isinstance(get(row[1], ("id",)), bool) and type(value) is int and value in (0, 1)
            tree = {**row[1], "id": bool(value) if boolean else value}
        elif kind == "_patch":
            tree = merge(row[1], tree)
        self.both(f"UPDATE {clause} t SET {kind} = ? WHERE rowid = ?", (value, row[0]), lambda: self.change_row(row, tree, clause))

    def update_column(self):
        """Columns but the key, as without one."""
        choice, paths = self.rng.choice, self.model.COLUMNS
        self.rng.choice = lambda values: choice(paths[1:] if values is paths else values)
        try:
            super().update_column()
        finally:
            del self.rng.choice

    def move(self):
        """A row gets another rowid, and perhaps another key."""
        if not self.model.rows:
            return
        row, clause = self.rng.choice(self.model.rows), self.rng.choice(["", "OR REPLACE"])
        rowid, key = max([0, *self.model.used]) + self.rng.randint(1, 9), self.rng.randrange(60)

        def change():
            tree = {**row[1], "id": bool(key) if isinstance(row[1]["id"], bool) and key in (0, 1) else key}
            self.change_row(row, tree, clause)
            self.model.rows = [each for each in self.model.rows if each is not row] + [[rowid, tree]]
        self.both(f"UPDATE {clause} t SET rowid = ?, id = ? WHERE rowid = ?", (rowid, key, row[0]), change)
        if self.model.row_of(rowid):
            self.model.used |= {rowid}

    def set_key(self):
        """Takes the key away and sets it again, with what is pending and stored."""
        self.execute("SELECT arbor_option('t', 'key', NULL)")
        self.insert_one("gone")
        assert self.execute("SELECT arbor_option('t', 'key', 'id')") == [("id",)]

    def insert_one(self, key):
        if self.holder(key) is None:
            self.both("INSERT INTO t(id) VALUES (?)", (key,), lambda: self.place({"id": key}, ""))

    def other_connection(self):
        other = self.open()
        self.log.append("-- another connection")
        if not self.model.stack:
            tree = {"id": self.rng.randrange(60), "by": "other"}
            self.log.append(f"-- it replaces {tree}")
            other.execute("INSERT OR REPLACE INTO t(_tree) VALUES (?)", (json.dumps(tree),))
            self.place(tree, "OR REPLACE")
            self.name_new()
        other.close()

    STEPS = {insert_tree: 12, insert_patch: 3, insert_trees: 6, append: 8, insert_columns: 6, update_column: 8, update_tree: 12, existing_rowid: 5, move: 3, set_key: 2, other_connection: 3,
             Run.delete: 6, Run.fail: 3, Run.begin: 10, Run.end: 10, Run.reopen: 2, Run.change_trees: 6, Run.maintain: 6, Run.generation: 5}

    def look(self):
        """Look-ups by the key find the row that has it."""
        key = self.rng.randrange(60)
        rows = self.database.execute("SELECT rowid FROM t WHERE id = ?", (key,)).fetchall()
        want = [(row[0],) for row in self.model.rows if not isinstance(get(row[1], ("id",)), str) and get(row[1], ("id",)) == key]
        assert rows == want, f"id = {key}: got {rows}, want {want}"


if __name__ == "__main__":
    model_writes.main(KeyedRun)
