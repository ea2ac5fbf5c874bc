"""The engines that live in SQLite: Arbors, JSON text with and without expression indexes, and the empty table.

All use one SQLite library with its defaults, so that only the way of keeping documents differs.
"""
import json
import os
import sqlite3

from engines.template import render


def connect(path):
    """Connects through Python's sqlite3, or through apsw where Python was built without loadable extensions."""
    connection = sqlite3.connect(path, isolation_level=None)
    if hasattr(connection, "enable_load_extension"):
        return connection
    import apsw
    return apsw.Connection(path)


def load_extension(connection, path):
    connection.enable_load_extension(True)
    connection.load_extension(path)


class SqliteFile:
    """What the family shares: a file, a connection, rows as tuples."""

    suffix = ""

    def __init__(self, settings):
        self.settings = settings
        name = f"{settings['dataset']}{settings.get('copy', '')}.{self.suffix}.db"
        self.path = os.path.join(settings["cache"], name)
        self.connection = None

    def remove(self):
        for tail in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.path + tail):
                os.remove(self.path + tail)

    def open(self):
        self.connection = connect(self.path)

    def close(self):
        self.connection.close()

    def size(self):
        return os.path.getsize(self.path)

    def rows(self, sql, parameters=()):
        return self.connection.execute(sql, parameters).fetchall()

    def template(self, query):
        return query.template(self.settings["engine"])

    def render(self, template):
        return render(template, self.spell)


class Arbors(SqliteFile):
    suffix = "arbors"

    def open(self):
        super().open()
        load_extension(self.connection, self.settings["extension"])
        if self.settings["threads"] != os.cpu_count():
            self.rows("SELECT arbor_config('threads', ?)", (self.settings["threads"],))

    def load(self, source):
        self.rows("SELECT arbor_import(?, ?)", (self.settings["dataset"], source))

    @staticmethod
    def spell(path, _):
        return path if path == "_tree" else f'"{path}"'

    def plan_rows(self, plan):
        """Runs a plan; its trees become tuples of their values, as SQL's rows are, a missing key being NULL."""
        trees = [json.loads(tree) for (tree,) in self.rows("SELECT tree FROM arbor_rows(?)", (plan,))]
        keys = list(max(trees, key=len, default={}))
        return [tuple(tree.get(key) for key in keys) for tree in trees]


class ArborsIndexed(Arbors):
    suffix = "arbors-index"

    def load(self, source):
        super().load(source)
        for path in self.settings["indexes"]:
            self.rows("SELECT arbor_create_index(?, ?)", (self.settings["dataset"], path))


class SqliteText(SqliteFile):
    suffix = "sqlite"

    def load(self, source):
        table = self.settings["dataset"]
        self.rows(f"CREATE TABLE {table}(doc TEXT)")
        self.rows("BEGIN")
        with open(source, encoding="utf-8") as lines:
            self.connection.executemany(f"INSERT INTO {table} VALUES (?)", ((line.rstrip("\n"),) for line in lines))
        self.rows("COMMIT")

    @staticmethod
    def spell(path, _):
        return "doc" if path == "_tree" else f"doc ->> '$.{path}'"


class SqliteIndexed(SqliteText):
    suffix = "sqlite-index"

    def load(self, source):
        super().load(source)
        for number, path in enumerate(self.settings["indexes"]):
            table = self.settings["dataset"]
            self.rows(f"CREATE INDEX {table}_{number} ON {table}({self.spell(path, None)})")
        self.rows("ANALYZE")


class EmptyTable(SqliteFile):
    """A virtual table that does nothing inside: what SQLite's interface itself costs."""

    suffix = "empty"

    def open(self):
        super().open()
        load_extension(self.connection, self.settings["empty_vtab"])

    def load(self, source):
        with open(source, "rb") as lines:
            count = sum(1 for _ in lines)
        self.rows(f"CREATE VIRTUAL TABLE {self.settings['dataset']} USING empty_table({count})")

    @staticmethod
    def spell(path, _):
        return f'"{path}"'
