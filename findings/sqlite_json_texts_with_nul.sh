#!/usr/bin/env bash
# A JSON text may hold "\u0000". SQLite up to 3.43 ends it there whenever json_each, json_extract or ->> makes a value of it,
# without a word; json() keeps it whole, so that the same document counts, sorts and joins otherwise
# by its value than by its text. Newer versions give the whole text. Output, the bytes of the one member of ["a\u0000b"]:
#   3.43.1 json_each 61 json_extract 61 ->> 61 json ["a\u0000b"]
#   3.46.1 json_each 610062 json_extract 610062 ->> 610062 json ["a\u0000b"]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/nul.py" <<'PY'
import apsw

connection = apsw.Connection(":memory:")
version = getattr(apsw, "sqlite_lib_version", None) or apsw.sqlitelibversion  # newer apsw has words between underscores
TEXT = r'["a\u0000b"]'
(row,) = connection.cursor().execute(
    "SELECT hex(value), hex(json_extract(?1, '$[0]')), hex(?1 ->> 0), json(?1) FROM json_each(?1)", (TEXT,))
print(version(), "json_each", row[0], "json_extract", row[1], "->>", row[2], "json", row[3])
PY
for version in 3.43.1.0 3.46.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/nul.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.43.1 json_each 61 json_extract 61 ->> 61 json ["a\u0000b"]
3.46.1 json_each 610062 json_extract 610062 ->> 610062 json ["a\u0000b"]
WANT
