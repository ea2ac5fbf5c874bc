#!/usr/bin/env bash
# SQLite's JSON functions write reals with 15 digits up to 3.53.1, so that a real put into JSON does not come back as it was: json_array(0.1 + 0.2) is [0.3].
# They did so still in 3.53.0 and 3.53.1, where CAST to TEXT gives 17 digits already; 3.53.2 and newer write 17 in both. And 3.40 makes [Inf] of an infinity,
# which its own json_valid() refuses; newer versions write 9.0e+999. Output, by version: the array, whether its member is 0.1 + 0.2 again, the text, the
# array of an infinity, whether that is valid:
#   3.40.0 [0.3] 0 0.3 [Inf] 0
#   3.53.1 [0.3] 0 0.30000000000000004 [9.0e+999] 1
#   3.53.2 [0.30000000000000004] 1 0.30000000000000004 [9.0e+999] 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/reals.py" <<'PY'
import apsw

version = getattr(apsw, "sqlite_lib_version", None) or apsw.sqlitelibversion  # newer apsw has words between underscores
(row,) = apsw.Connection(":memory:").cursor().execute(
    "SELECT json_array(0.1 + 0.2), json_array(0.1 + 0.2) ->> 0 = 0.1 + 0.2, CAST(0.1 + 0.2 AS TEXT), json_array(9e999), json_valid(json_array(9e999))")
print(version(), *row)
PY
for version in 3.40.0.0 3.53.1.0 3.53.2.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/reals.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.40.0 [0.3] 0 0.3 [Inf] 0
3.53.1 [0.3] 0 0.30000000000000004 [9.0e+999] 1
3.53.2 [0.30000000000000004] 1 0.30000000000000004 [9.0e+999] 1
WANT
