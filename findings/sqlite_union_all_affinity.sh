#!/usr/bin/env bash
# A column of a UNION ALL in FROM whose two parts differ in affinity (an INTEGER expression, a text) compares otherwise in
# newer SQLite: 3.40.1 gives the column the first part's INTEGER, so that `c = '1'` finds the integer 1 and the text '1';
# 3.43.1 to 3.54.1 give it none, and find the text alone. A rewrite that pushes the condition into the parts, or a cache of
# answers across an upgrade, has to know. Output, the rows of `… WHERE c = '1'`:
#   3.40.1 [(1, 'integer'), ('1', 'text')]
#   3.43.1 [('1', 'text')]
#   3.54.1 [('1', 'text')]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/union.py" <<'PY'
import apsw

cursor = apsw.Connection(":memory:").cursor()
cursor.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)")
cursor.execute("INSERT INTO t VALUES (1)")
rows = cursor.execute("SELECT c, typeof(c) FROM (SELECT CAST(id AS INTEGER) AS c FROM t UNION ALL SELECT id || '' FROM t)"
                      " WHERE c = '1'")
print(apsw.sqlitelibversion(), list(rows))
PY
for version in 3.40.1.0 3.43.1.0 3.54.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/union.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.40.1 [(1, 'integer'), ('1', 'text')]
3.43.1 [('1', 'text')]
3.54.1 [('1', 'text')]
WANT
