"""The two tables that are compared: an Arbor and an ordinary table with the same rows, names and declarations.

Import does not convert values to a declared column's affinity, but an ordinary table does. So the ordinary table is filled
while its columns have no type, and gets its types afterwards through `PRAGMA writable_schema`.
"""
import contextlib
import json

from values import cell


class Table:
    """One database with the table `t` of the random rows, the same rows again as `u`, and a small ordinary table `side`."""

    def __init__(self, database, columns, declare_all):
        self.database, self.columns = database, columns
        self.declared = [column for column in columns if declare_all or column.declared]
        # An automatic index would hold unconverted keys, and its Bloom filter loses rows under RTRIM (SQLite up to 3.40).
        database.execute("PRAGMA automatic_index=OFF")
        self._fill_side(database)

    @staticmethod
    def _fill_side(database):
        database.execute("CREATE TABLE side(k, v)")
        database.executemany("INSERT INTO side VALUES (?, ?)", [(key, text) for key in range(0, 14, 2) for text in ("p", "Q")])
        database.executemany("INSERT INTO side VALUES (?, ?)", [(None, "none"), ("3", "text"), (3.0, "real"), ("abc", "ABC")])

    def answer(self, query, parameters):
        """The rows, or `error`: both sides must fail alike."""
        try:
            return self.database.execute(query, parameters).fetchall()
        except Exception as error:
            return f"error: {error}" if "overflow" in str(error) else "error"

    def explain(self, query, parameters):
        return [row[3] for row in self.database.execute("EXPLAIN QUERY PLAN " + query, parameters)]


class PlainTable(Table):
    TABLES = ("t", "u")

    def __init__(self, database, columns, declare_all=False, fault=None):
        super().__init__(database, columns, declare_all)
        self.fault, self.size = fault, 0
        self.last_rowid = dict.fromkeys(self.TABLES, 0)
        names = ", ".join(column.name for column in columns)
        for table in self.TABLES:
            database.execute(f"CREATE TABLE {table}(_index, {names})")

    def _set_declarations(self, declarations):
        for table in self.TABLES:
            self.database.execute("PRAGMA writable_schema=ON")
            self.database.execute("UPDATE sqlite_schema SET sql=? WHERE name=?", (f"CREATE TABLE {table}({declarations})", table))
            self.database.execute("PRAGMA writable_schema=RESET")

    @contextlib.contextmanager
    def untyped(self):
        """Lets values into the tables as they are."""
        self._set_declarations(", ".join(["_index"] + [column.name for column in self.columns]))
        yield self.database
        declarations = [column.declaration if column in self.declared else column.name for column in self.columns]
        self._set_declarations(", ".join(["_index INTEGER"] + declarations))

    def append(self, documents, rowids=None):
        """Takes the Arbor's rowids when given; returns the rowids."""
        rowids = rowids or [self.last_rowid["t"] + 1 + offset for offset in range(len(documents))]
        marks = ", ".join("?" * (len(self.columns) + 2))
        names = ", ".join(column.name for column in self.columns)
        rows = []
        for offset, document in enumerate(documents):
            rows.append([rowids[offset], self.size + offset] + [cell(document, column.path) for column in self.columns])
        if self.fault:
            self.fault(rows)
        with self.untyped() as database:
            for table in self.TABLES:
                database.executemany(f"INSERT INTO {table}(rowid, _index, {names}) VALUES ({marks})", rows)
        self.size += len(documents)
        self.last_rowid = dict.fromkeys(self.TABLES, max([*rowids, self.last_rowid["t"]]))
        return rowids

    def converted(self, column, value):
        """The value as an ordinary column of that affinity keeps it."""
        self.database.execute(f"CREATE TEMP TABLE one(x {column.affinity})")
        try:
            return self.database.execute("INSERT INTO one VALUES (?) RETURNING x", (value,)).fetchone()[0]
        finally:
            self.database.execute("DROP TABLE one")

    def insert(self, table, columns, values, rowid=None):
        rowid = self.last_rowid[table] = rowid or self.last_rowid[table] + 1
        kept = [self.converted(column, value) for column, value in zip(columns, values)]
        names, marks = ", ".join(column.name for column in columns), ", ".join("?" * len(columns))
        with self.untyped() as database:
            database.execute(f"INSERT INTO {table}(rowid, {names}) VALUES (?, {marks})", [rowid, *kept])
        self._renumber(table)
        return rowid

    def update(self, table, column, value, condition, parameters):
        rows = self.database.execute(f"SELECT rowid FROM {table} WHERE {condition}", parameters).fetchall()
        kept = self.converted(column, value)
        with self.untyped() as database:
            database.executemany(f"UPDATE {table} SET {column.name} = ? WHERE rowid = ?", [(kept, row[0]) for row in rows])

    def delete(self, table, condition, parameters):
        self.database.execute(f"DELETE FROM {table} WHERE {condition}", parameters)
        self._renumber(table)

    def _renumber(self, table):
        rows = self.database.execute(f"SELECT rowid FROM {table} ORDER BY rowid").fetchall()
        with self.untyped() as database:
            database.executemany(f"UPDATE {table} SET _index = ? WHERE rowid = ?", [(index, row[0]) for index, row in enumerate(rows)])
        self.size = len(rows)


class ArborTable(Table):
    """`u` is a second Arbor with other batches."""

    def __init__(self, database, columns, batch_trees, declare_all=False, indexed=()):
        super().__init__(database, columns, declare_all)
        for table, size in (("t", batch_trees), ("u", 50 if batch_trees is None else None)):
            arguments = [column.declaration for column in self.declared]
            arguments += [f"batch_trees={size}"] if size else []
            database.execute(f"CREATE VIRTUAL TABLE {table} USING arbor({', '.join(arguments)})")
            for column in indexed:
                path = ".".join('"' + key.replace('"', '""') + '"' for key in column.path)
                database.execute("SELECT arbor_create_index(?, ?)", (table, path)).fetchall()

    def append(self, documents):
        """Returns the new trees' rowids, in order."""
        text = "\n".join(json.dumps(document, ensure_ascii=bool(index % 2)) for index, document in enumerate(documents))
        before = self.database.execute("SELECT count(*) FROM t").fetchone()[0]
        for table in ("t", "u"):
            self.database.execute("SELECT arbor_append(?, ?)", (table, text)).fetchall()
        rowids = self.database.execute("SELECT rowid FROM t WHERE _index >= ? ORDER BY _index", (before,)).fetchall()
        assert rowids == self.database.execute("SELECT rowid FROM u WHERE _index >= ? ORDER BY _index", (before,)).fetchall()
        assert len(rowids) == len(documents), f"appended {len(documents)} trees, found {len(rowids)}"
        return [row[0] for row in rowids]

    def insert(self, table, columns, values):
        names, marks = ", ".join(column.name for column in columns), ", ".join("?" * len(columns))
        self.database.execute(f"INSERT INTO {table}({names}) VALUES ({marks})", values)
        return self.database.execute(f"SELECT rowid FROM {table} ORDER BY _index DESC LIMIT 1").fetchone()[0]

    def update(self, table, column, value, condition, parameters):
        self.database.execute(f"UPDATE {table} SET {column.name} = ? WHERE {condition}", (value, *parameters))

    def delete(self, table, condition, parameters):
        self.database.execute(f"DELETE FROM {table} WHERE {condition}", parameters)
