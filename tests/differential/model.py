"""What an Arbor should hold, as a Python list of rows: the plainest reading of SPEC sections 2 and 3."""
import copy
import json


class ThroughScalar(Exception):
    """A path leads through a value that is no object."""


class Model:
    """Rows are [rowid, tree] in order. Savepoints are copies."""

    COLUMNS = [("id",), ("a",), ("o", "x"), ("o", "y"), ("s",)]

    def __init__(self):
        self.rows, self.stack, self.committed = [], [], []
        self.used = frozenset()  # every rowid that was given out and not rolled back

    def row_of(self, rowid):
        return next((row for row in self.rows if row[0] == rowid), None)

    def begin(self, name):
        self.stack.append((name, copy.deepcopy(self.rows), self.used))

    def release(self, name):
        """Returns whether this ended the transaction."""
        while self.stack.pop()[0] != name:
            pass
        if not self.stack:
            self.committed = copy.deepcopy(self.rows)
        return not self.stack

    def rollback_to(self, name):
        while self.stack[-1][0] != name:
            self.stack.pop()
        self._restore(self.stack[-1])

    def _restore(self, saved):
        self.rows, self.used = copy.deepcopy(saved[1]), saved[2]

    def rollback(self):
        self._restore(self.stack[0])
        self.stack = []

    def settle(self):
        if not self.stack:
            self.committed = copy.deepcopy(self.rows)

    def state(self):
        return [(rowid, index, canonical(tree)) for index, (rowid, tree) in enumerate(self.rows)]


def canonical(tree):
    """Keeps key order, and tells 1 from 1.0 and true."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def get(tree, path):
    for key in path:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(key)
    return tree


def put(tree, path, value):
    if not isinstance(tree, dict):
        raise ThroughScalar
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise ThroughScalar
    keeps_boolean = type(value) is int and value in (0, 1) and isinstance(tree.get(path[-1]), bool)
    tree[path[-1]] = bool(value) if keeps_boolean else value


def from_columns(values):
    """The tree of an INSERT by columns: a NULL makes no key."""
    tree = {}
    for path, value in values:
        if value is not None:
            put(tree, path, value)
    return tree
