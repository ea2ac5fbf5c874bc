#!/usr/bin/env bash
# sqlite-utils 4.2.1 takes a column without a declared type for one of texts when it copies a table in transform(): whatever is asked, renaming another column say, the
# new table declares TEXT, and SQLite turns the numbers in it into texts as they are copied. Sums still come out, but 10 sorts before 9 and = 10 finds nothing. Output:
#   before: [10, 9] CREATE TABLE t(id INTEGER PRIMARY KEY, n, s TEXT)
#   n as it was declared: '' and is afterwards: 'TEXT'
#   after: ['10', '9']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlite-utils==4.2.1
"$folder/venv/bin/python" - <<'PY' | tee "$folder/output"
import sqlite_utils

db = sqlite_utils.Database(memory=True)
db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n, s TEXT)")
db.execute("INSERT INTO t VALUES (1, 10, 'x'), (2, 9, 'y')")


def numbers():
    return [n for (n,) in db.execute("SELECT n FROM t ORDER BY id")]


def declared():
    return next(column.type for column in db["t"].columns if column.name == "n")


print("before:", numbers(), db["t"].schema)
first = declared()
db["t"].transform(rename={"s": "label"})
print(f"n as it was declared: {first!r} and is afterwards: {declared()!r}")
print("after:", numbers())
PY
diff "$folder/output" - <<'WANT'
before: [10, 9] CREATE TABLE t(id INTEGER PRIMARY KEY, n, s TEXT)
n as it was declared: '' and is afterwards: 'TEXT'
after: ['10', '9']
WANT
