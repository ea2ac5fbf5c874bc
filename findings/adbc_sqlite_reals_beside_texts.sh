#!/usr/bin/env bash
# The SQLite driver of ADBC 1.13.0 tells a column's type from its rows. Where a column has reals and texts, its reals become texts of seven digits: 1234567890.125 is '1.234568e+09', without
# a word, and an integer beside a real and a text is '1.000000e+00'. SQLite itself (3.53.1 inside the driver) writes '1234567890.125'. A column of reals alone keeps them. Who reads columns
# without a declared type, or results of COALESCE and UNION, casts them in the statement. Output:
#   reals alone: [1234567890.125]
#   reals and a text: ['1234567890.125' is '1.234568e+09', '0.1' is '1.000000e-01', 'n/a' is 'n/a']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check adbc-driver-sqlite==1.13.0 adbc-driver-manager==1.13.0 pyarrow==26.0.1
cat > "$folder/reals.py" <<'PY'
import adbc_driver_sqlite.dbapi

with adbc_driver_sqlite.dbapi.connect(":memory:") as connection, connection.cursor() as cursor:
    cursor.execute("SELECT 1234567890.125")
    print("reals alone:", [value for (value,) in cursor.fetchall()])
    cursor.execute("WITH t(x) AS (VALUES (1234567890.125), (0.1), ('n/a')) SELECT x, CAST(x AS TEXT) FROM t")
    print("reals and a text: [" + ", ".join(f"{text!r} is {value!r}" for value, text in cursor.fetchall()) + "]")
PY
"$folder/venv/bin/python" "$folder/reals.py" | tee "$folder/output"
diff "$folder/output" - <<'WANT'
reals alone: [1234567890.125]
reals and a text: ['1234567890.125' is '1.234568e+09', '0.1' is '1.000000e-01', 'n/a' is 'n/a']
WANT
