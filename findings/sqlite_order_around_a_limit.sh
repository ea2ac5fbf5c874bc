#!/usr/bin/env bash
# An ORDER BY around a query in FROM that has a LIMIT and no ORDER BY of its own decides which rows this LIMIT keeps: SQLite
# makes one query of both, `SELECT a FROM t ORDER BY a DESC LIMIT 3`, and so gives the greatest three of the table; a WHERE or
# a LIMIT around, an OFFSET inside, or AS MATERIALIZED keep them apart, and the first three of the table come, in order. DuckDB
# always gives these. No standard says which rows such a LIMIT keeps; whoever explores a large table by the ORDER BY of a
# `(SELECT … LIMIT n)` reads and sorts all of it in SQLite. Output, for the numbers 1 to 9:
#   SQLite 3.40.1: 9,8,7 WHERE 3,2,1 LIMIT 3,2,1 OFFSET 3,2,1 MATERIALIZED 3,2,1
#   SQLite 3.54.1: 9,8,7 WHERE 3,2,1 LIMIT 3,2,1 OFFSET 3,2,1 MATERIALIZED 3,2,1
#   DuckDB 1.4.2: 3,2,1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/limit.py" <<'PY'
import sys

INNER = "(SELECT a FROM t LIMIT 3)"
SHAPES = {"": f"SELECT a FROM {INNER} ORDER BY a DESC", "WHERE": f"SELECT a FROM {INNER} WHERE a > 0 ORDER BY a DESC",
          "LIMIT": f"SELECT a FROM {INNER} ORDER BY a DESC LIMIT 5", "OFFSET": "SELECT a FROM (SELECT a FROM t LIMIT 3 OFFSET 0) ORDER BY a DESC",
          "MATERIALIZED": "WITH c AS MATERIALIZED (SELECT a FROM t LIMIT 3) SELECT a FROM c ORDER BY a DESC"}
if sys.argv[1] == "duckdb":
    import duckdb

    duckdb.sql("CREATE TABLE t AS SELECT unnest(range(1, 10)) AS a")
    print(f"DuckDB {duckdb.__version__}:", ",".join(str(a) for a, in duckdb.sql(SHAPES[""]).fetchall()))
else:
    import apsw

    cursor = apsw.Connection(":memory:").cursor()
    cursor.execute("CREATE TABLE t(a)")
    cursor.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(1, 10)])
    rows = [f"{name} {','.join(str(a) for a, in cursor.execute(sql))}".strip() for name, sql in SHAPES.items()]
    print(f"SQLite {apsw.sqlitelibversion()}:", *rows)
PY
for package in apsw==3.40.1.0 apsw==3.54.1.0 duckdb==1.4.2; do
  python3 -m venv "$folder/$package"
  "$folder/$package/bin/pip" install --quiet --disable-pip-version-check "$package"
  "$folder/$package/bin/python" "$folder/limit.py" "${package%%=*}"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
SQLite 3.40.1: 9,8,7 WHERE 3,2,1 LIMIT 3,2,1 OFFSET 3,2,1 MATERIALIZED 3,2,1
SQLite 3.54.1: 9,8,7 WHERE 3,2,1 LIMIT 3,2,1 OFFSET 3,2,1 MATERIALIZED 3,2,1
DuckDB 1.4.2: 3,2,1
WANT
