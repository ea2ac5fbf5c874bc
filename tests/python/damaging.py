"""Plausible damage to the shadow tables of a database file, done behind the extension's back with plain SQL."""
import sqlite3


def tables_of(file, arbor):
    """The shadow tables of an Arbor."""
    database = sqlite3.connect(file)
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name GLOB ? ORDER BY name"
    tables = [row[0] for row in database.execute(query, (f"{arbor}_*",))]
    database.close()
    return tables


class Table:
    """One shadow table: its columns, its key, and its rows in order of the key."""

    def __init__(self, database, name):
        self.database, self.name = database, name
        columns = database.execute(f"PRAGMA table_info({name})").fetchall()
        self.columns = [row[1] for row in columns]
        self.key = [row[1] for row in columns if row[5]]
        self.rows = database.execute(f"SELECT {self.quoted(self.columns)} FROM {name} ORDER BY {self.quoted(self.key)}").fetchall()

    @staticmethod
    def quoted(columns):
        return ", ".join(f'"{column}"' for column in columns)

    def key_of(self, row):
        return [row[self.columns.index(column)] for column in self.key]

    def rest(self):
        return [column for column in self.columns if column not in self.key]

    def where(self):
        return " AND ".join(f'"{column}" IS ?' for column in self.key)

    def delete(self, rows):
        self.database.executemany(f"DELETE FROM {self.name} WHERE {self.where()}", [self.key_of(row) for row in rows])

    def put(self, row):
        self.database.execute(f"INSERT OR REPLACE INTO {self.name}({self.quoted(self.columns)}) VALUES ({', '.join('?' * len(row))})", row)

    def set(self, row, column, value):
        self.database.execute(f'UPDATE {self.name} SET "{column}" = ? WHERE {self.where()}', [value] + self.key_of(row))


def change_bytes(rng, value):
    value = bytearray(value)
    for _ in range(rng.choice([1, 1, 2, 8])):
        kind, place = rng.randrange(6), rng.randrange(len(value) or 1)
        if kind < 2 and value:
            value[place] ^= 1 << rng.randrange(8)
        elif kind == 2 and value:
            value[place] = rng.choice([0, 1, 0x7F, 0x80, 0xFF])
        elif kind == 3:
            del value[place:]
        elif kind == 4:
            value[place:place] = rng.randbytes(rng.randrange(1, 20))
        elif value:
            value[place:place + 8] = rng.choice([b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\x7f\0\0\0\0"])[: len(value) - place]
    return bytes(value)


def changed(rng, value):
    if isinstance(value, bytes):
        return rng.choice([lambda: change_bytes(rng, value)] * 12 + [lambda: b"", lambda: None, lambda: rng.randbytes(len(value)), lambda: 5])()
    if isinstance(value, int):
        return rng.choice([value + 1, value - 1, -value, value ^ (1 << rng.randrange(62)), 2**63 - 1, -2**63, 0, None, "text", b"\xff"])
    return rng.choice(["", None, 5, b"\xff\xfe", str(value) + "x", str(value)[:-1], "x" * 5000])


def change_cell(rng, table):
    row, at = rng.choice(table.rows), rng.randrange(len(table.columns))
    new = changed(rng, row[at])
    if new == row[at]:
        return None
    table.set(row, table.columns[at], new)
    return f"{table.columns[at]} of row {table.key_of(row)}: {row[at]!r:.60} became {new!r:.60}"


def delete_row(rng, table):
    row = rng.choice(table.rows)
    table.delete([row])
    return f"row {table.key_of(row)} deleted"


def delete_range(rng, table):
    """Rows in the middle, or from the start on; the last row stays."""
    if len(table.rows) < 2:
        return None
    begin = rng.choice([0, rng.randrange(len(table.rows) - 1)])
    rows = table.rows[begin:begin + rng.randrange(1, len(table.rows) - begin)]
    table.delete(rows)
    return f"{len(rows)} rows deleted from {table.key_of(rows[0])} on"


def cut_tail(rng, table):
    rows = table.rows[-rng.randrange(1, min(len(table.rows), 6) + 1):]
    table.delete(rows)
    return f"the last {len(rows)} rows deleted"


def swap_cells(rng, table):
    if len(table.rows) < 2 or not table.rest():
        return None
    one, other = rng.sample(table.rows, 2)
    column = rng.choice(table.rest())
    at = table.columns.index(column)
    if one[at] == other[at]:
        return None
    table.set(one, column, other[at])
    table.set(other, column, one[at])
    return f"{column} of rows {table.key_of(one)} and {table.key_of(other)} swapped"


def swap_rows(rng, table):
    """All but the keys."""
    if len(table.rows) < 2 or not table.rest():
        return None
    one, other = rng.sample(table.rows, 2)
    if [one[table.columns.index(column)] for column in table.rest()] == [other[table.columns.index(column)] for column in table.rest()]:
        return None
    for column in table.rest():
        at = table.columns.index(column)
        table.set(one, column, other[at])
        table.set(other, column, one[at])
    return f"rows {table.key_of(one)} and {table.key_of(other)} swapped"


def double_row(rng, table):
    row = list(rng.choice(table.rows))
    at = table.columns.index(table.key[-1])
    if not isinstance(row[at], int):
        return None
    row[at] = rng.choice([row[at] + 1, max(other[at] for other in table.rows) + 1])
    table.put(row)
    return f"a row put again as {table.key_of(row)}"


def put_row(rng, table, source, of):
    """A row of another Arbor's table, or of the table as it once was, in the place of ours."""
    row = rng.choice(source.rows) if source.rows else None
    if row is None or row in table.rows:
        return None
    table.put(row)
    return f"row {table.key_of(row)} put back as {of} has it"


def put_table(table, source, of):
    if table.rows == source.rows:
        return None
    table.delete(table.rows)
    for row in source.rows:
        table.put(row)
    return f"all rows put back as {of} has them"


KINDS = [change_cell] * 6 + [delete_row] * 3 + [delete_range, cut_tail, double_row] + [swap_cells] * 2 + [swap_rows] * 2
