"""Plays the extension in Python, slowly, over ordinary tables: proof that a test can pass, and that it fails under a fault.

Only what the tests of --self-check need: CREATE VIRTUAL TABLE … USING arbor, arbor_append, arbor_import. FAULTS names changes to
the trees under which the tests must fail.
"""
import gzip
import json
import pathlib
import re
import sqlite3
import subprocess
import sys

FAULT = None
FAULTS = {"reals become integers": lambda tree: map_tree(tree, lambda value: int(value) if isinstance(value, float) and value == value and abs(value) < 1e300 and value == int(value) else value),
          "missing becomes null": lambda tree: {"extra": None, **tree} if isinstance(tree, dict) else tree,
          "keys are sorted": lambda tree: dict(sorted(tree.items())) if isinstance(tree, dict) else tree,
          "integers become reals": lambda tree: map_tree(tree, lambda value: float(value) if isinstance(value, int) and abs(value) > 2**60 and abs(value) < 1e300 else value)}


def map_tree(tree, change):
    if isinstance(tree, dict):
        return {key: map_tree(value, change) for key, value in tree.items()}
    if isinstance(tree, list):
        return [map_tree(value, change) for value in tree]
    return tree if isinstance(tree, bool) else change(tree)


class Rejected(Exception):
    pass


def parse(data, where, skip=False):
    """Returns trees and rejections of JSON Lines, an array, or one value."""
    sys.setrecursionlimit(100000)
    text = data.decode("utf-8-sig", "surrogateescape")
    try:
        value = strict(text)
        return (value if isinstance(value, list) else [value]), []
    except ValueError:
        pass
    trees, rejections, start = [], [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                trees.append(strict(line))
            except ValueError as error:
                reason = f"{where}, line {number}, byte {start}: {error}"
                if not skip:
                    raise Rejected(reason) from None
                rejections.append({"line": number, "byte": start, "reason": str(error)})
        start += len(line.encode("utf-8", "surrogateescape")) + 1
    return trees, rejections


def strict(text):
    def refuse(word):
        raise ValueError(f"{word} is not JSON")
    if re.search("[\udc80-\udcff]", text):
        raise ValueError("invalid UTF-8")
    return json.loads(text, parse_constant=refuse)


def unpack(path):
    file = pathlib.Path(path)
    if not file.exists():
        raise Rejected(f"{path}: no such file")
    if not file.is_file():
        raise Rejected(f"{path}: is a directory")
    try:
        if file.suffix == ".gz":
            return gzip.decompress(file.read_bytes())
        if file.suffix == ".zst":
            return subprocess.run(["zstd", "-dcq", str(file)], check=True, capture_output=True).stdout
    except (OSError, EOFError, subprocess.CalledProcessError) as error:
        raise Rejected(f"{path}: {error}") from None
    return file.read_bytes()


class Connection(sqlite3.Connection):
    """Keeps each Arbor's trees in Python and rebuilds an ordinary table from them after each change."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.arbors, self.error = {}, None
        self.create_function("arbor_append", 2, self.guard(self.append_text))
        self.create_function("arbor_import", 2, self.guard(self.import_file))
        self.create_function("arbor_import", 3, self.guard(self.import_file))

    def guard(self, action):
        def guarded(*arguments):
            try:
                return action(*arguments)
            except Exception as error:
                self.error = str(error)
                raise
        return guarded

    def execute(self, statement, *parameters):
        created = re.match(r"\s*CREATE VIRTUAL TABLE (\w+) USING arbor\b", statement, re.I)
        if created:
            self.rebuild(created[1], [])
            return super().execute("SELECT 1")
        try:
            return super().execute(statement, *parameters)
        except sqlite3.OperationalError as error:
            if self.error and "user-defined function" in str(error):
                message, self.error = self.error, None
                raise sqlite3.OperationalError(message) from None
            raise

    def append_text(self, name, text):
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        return self.add(name, *parse(data, "text"), len(data))

    def import_file(self, name, path, options="{}"):
        options = json.loads(options)
        for key, value in options.items():
            if key not in ("format", "on_error", "limit", "progress"):
                raise Rejected(f"unknown option: {key}")
            if key == "on_error" and value not in ("abort", "skip") or key == "limit" and not isinstance(value, int) or value == "nonsense":
                raise Rejected(f"option {key}: {value} is not allowed")
        data = unpack(path)
        trees, rejections = parse(data, path, options.get("on_error") == "skip")
        return self.add(name, trees[: options.get("limit")], rejections, len(data))

    def add(self, name, trees, rejections, size):
        if name not in self.arbors and super().execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).fetchone():
            raise Rejected(f"{name} is an ordinary table")
        self.rebuild(name, self.arbors.get(name, []) + trees)
        return json.dumps({"trees": len(trees), "bytes": size, "seconds": 0.1, "rejected": len(rejections), "rejections": rejections[:20]})

    def rebuild(self, name, trees):
        self.arbors[name] = trees
        super().execute(f"DROP TABLE IF EXISTS {name}")
        super().execute(f"CREATE TABLE {name}(_index, _tree)")
        change = FAULTS.get(FAULT, lambda tree: tree)
        rows = [(index, json.dumps(change(tree), ensure_ascii=False)) for index, tree in enumerate(trees)]
        super().executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)


def connect(path=":memory:", **arguments):
    return sqlite3.connect(str(path), factory=Connection, isolation_level=None, **arguments)
