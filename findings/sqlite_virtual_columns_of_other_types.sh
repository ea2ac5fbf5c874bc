#!/usr/bin/env bash
# A virtual table may give a value that is not of its column's declared type (SQLite converts what is written, not what a
# module returns). What a comparison with it says depends on SQLite's version: over a column declared TEXT that holds the
# integer 0, `a = 0.0` is false in 3.40.1 and true in 3.43.1; over one declared INTEGER that holds the text '10',
# `b IN (2.5, 'x', '10')` is true up to 3.46.1 and false in 3.54.1, where `b IN ('10')` and `b = '10'` stay true.
# A module that filters rows itself has to ask which SQLite runs it, or leave such comparisons to the host. Output:
#   3.40.1 a = 0.0: 0  b IN (2.5, 'x', '10'): 1  b IN ('10'): 1
#   3.43.1 a = 0.0: 1  b IN (2.5, 'x', '10'): 1  b IN ('10'): 1
#   3.54.1 a = 0.0: 1  b IN (2.5, 'x', '10'): 0  b IN ('10'): 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/columns.py" <<'PY'
import apsw


class Module:
    def Create(self, *_):
        return "CREATE TABLE x(a TEXT, b INTEGER)", Table()

    Connect = Create


class Table:
    def BestIndex(self, *_):
        return None

    def Open(self):
        return Cursor()

    def Disconnect(self):
        pass

    Destroy = Disconnect


class Cursor:
    def Filter(self, *_):
        self.row = 0

    def Eof(self):
        return self.row > 0

    def Next(self):
        self.row += 1

    def Rowid(self):
        return self.row

    def Column(self, number):
        return {0: 0, 1: "10"}.get(number, self.row)

    def Close(self):
        pass


db = apsw.Connection(":memory:")
(db.create_module if hasattr(db, "create_module") else db.createmodule)("m", Module())
run = lambda sql: list(db.cursor().execute(sql))
run("CREATE VIRTUAL TABLE v USING m")
(row,) = run("SELECT a = 0.0, b IN (2.5, 'x', '10'), b IN ('10') FROM v")
print(apsw.sqlitelibversion(), f"a = 0.0: {row[0]}  b IN (2.5, 'x', '10'): {row[1]}  b IN ('10'): {row[2]}")
PY
for version in 3.40.1.0 3.43.1.0 3.54.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/columns.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.40.1 a = 0.0: 0  b IN (2.5, 'x', '10'): 1  b IN ('10'): 1
3.43.1 a = 0.0: 1  b IN (2.5, 'x', '10'): 1  b IN ('10'): 1
3.54.1 a = 0.0: 1  b IN (2.5, 'x', '10'): 0  b IN ('10'): 1
WANT
