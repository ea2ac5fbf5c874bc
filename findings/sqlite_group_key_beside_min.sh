#!/usr/bin/env bash
# Beside min() or max(), SQLite takes other columns from the row that has it, and so it did with a key that is an expression:
# up to 3.46.1, `abs(k)` of a group whose keys are 1 and -1.0 is computed from that row (1.0). Since 3.47 it is the key of the
# group's first row (1), while a key that is a plain column still comes from the row of the minimum. Output:
#   3.46.1 by expression [(1.0, 5)] by column [(1.0, 5)]
#   3.47.2 by expression [(1, 5)] by column [(1.0, 5)]
#   3.54.1 by expression [(1, 5)] by column [(1.0, 5)]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/keys.py" <<'PY'
import apsw

connection = apsw.Connection(":memory:")
version = getattr(apsw, "sqlite_lib_version", None) or apsw.sqlitelibversion  # newer apsw has words between underscores
cursor = connection.cursor()
cursor.execute("CREATE TABLE a(k, v)")
cursor.execute("INSERT INTO a VALUES (1, 6), (-1.0, 5)")
cursor.execute("CREATE TABLE b(k, v)")
cursor.execute("INSERT INTO b VALUES (1, 6), (1.0, 5)")


def rows(query):
    return list(cursor.execute(query))


print(version(), "by expression", rows("SELECT abs(k), min(v) FROM a GROUP BY abs(k)"), "by column",
      rows("SELECT k, min(v) FROM b GROUP BY k"))
PY
for version in 3.46.1.0 3.47.2.0 3.54.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/keys.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.46.1 by expression [(1.0, 5)] by column [(1.0, 5)]
3.47.2 by expression [(1, 5)] by column [(1.0, 5)]
3.54.1 by expression [(1, 5)] by column [(1.0, 5)]
WANT
