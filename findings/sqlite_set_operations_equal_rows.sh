#!/usr/bin/env bash
# Of rows that are equal but look different (1 and 1.0; 'a' and 'A' under NOCASE), a chain of set operations in SQLite 3.53.0
# shows another one than in 3.51.3: INTERSECT and EXCEPT over a UNION ALL gave the later of two equal rows and give the first
# now, while a UNION alone keeps the later one in both. Who compares answers across an upgrade, or computes them elsewhere, has
# to compare by value, or to ask the version. Output:
#   3.51.3 intersect [(1.0,)] except [(1.0,)] union [(1.0,)]
#   3.53.0 intersect [(1,)] except [(1,)] union [(1.0,)]
#   3.54.1 intersect [(1,)] except [(1,)] union [(1.0,)]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/rows.py" <<'PY'
import apsw

connection = apsw.Connection(":memory:")
version = getattr(apsw, "sqlite_lib_version", None) or apsw.sqlitelibversion  # newer apsw has words between underscores


def rows(query):
    return list(connection.cursor().execute(query))


print(version(), "intersect", rows("SELECT 1 UNION ALL SELECT 1.0 INTERSECT SELECT 1"), "except",
      rows("SELECT 1 UNION ALL SELECT 1.0 EXCEPT SELECT 2"), "union", rows("SELECT 1 UNION SELECT 1.0"))
PY
for version in 3.51.3.0 3.53.0.0 3.54.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/rows.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.51.3 intersect [(1.0,)] except [(1.0,)] union [(1.0,)]
3.53.0 intersect [(1,)] except [(1,)] union [(1.0,)]
3.54.1 intersect [(1,)] except [(1,)] union [(1.0,)]
WANT
