"""A virtual table in Python (apsw) that pushes nothing down: under --self-check it proves that the ordinary table, with its types
put in afterwards, answers as SQLite does for a virtual table whose values were never converted.
"""
import apsw
from tables import PlainTable
from values import cell


class Rows:
    """Module, table and cursor source in one: rows of [rowid, _index, values…]."""

    def __init__(self, declaration):
        self.declaration, self.rows = declaration, []

    def Create(self, database, module, schema, name, *arguments):
        return self.declaration, self

    Connect = Create

    def BestIndex(self, constraints, orders):
        return None

    def Open(self):
        return Cursor(self.rows)

    def Disconnect(self):
        pass

    Destroy = Disconnect


class Cursor:
    def __init__(self, rows):
        self.rows, self.place = rows, 0

    def Filter(self, number, text, arguments):
        self.place = 0

    def Eof(self):
        return self.place >= len(self.rows)

    def Next(self):
        self.place += 1

    def Rowid(self):
        return self.rows[self.place][0]

    def Column(self, number):
        return self.rows[self.place][number + 1]

    def Close(self):
        pass


class VirtualTable(PlainTable):
    def __init__(self, columns, declare_all=False):
        self.database, self.columns = apsw.Connection(":memory:"), columns
        self.declared = [column for column in columns if declare_all or column.declared]
        self._fill_side(self.database)
        names = ", ".join(column.declaration if column in self.declared else column.name for column in columns)
        self.rows = Rows(f"CREATE TABLE x(_index INTEGER, {names})")
        self.database.create_module("rows", self.rows)
        for table in self.TABLES:
            self.database.execute(f"CREATE VIRTUAL TABLE {table} USING rows")

    def append(self, documents):
        start = len(self.rows.rows)
        self.rows.rows += [[start + offset + 1, start + offset] + [cell(document, column.path) for column in self.columns] for offset, document in enumerate(documents)]
        return [row[0] for row in self.rows.rows[start:]]
