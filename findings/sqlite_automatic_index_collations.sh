#!/usr/bin/env bash
# SQLite 3.40.1 loses pairs of a join that it answers by an automatic index over two columns of which one is compared
# under a collation of its own: `l.b = r.a AND l.a = r.b COLLATE RTRIM` finds no partner for 'x ' and 'x', though either
# condition alone does, and so does the same statement with PRAGMA automatic_index=OFF. SQLite 3.43.1 answers alike both ways.
# (3.40.1 is what Debian 12 ships.) Both come inside apsw. Output:
#   3.40.1 automatic index on: 0 off: 1
#   3.43.1 automatic index on: 1 off: 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/join.py" <<'PY'
import apsw

db = apsw.Connection(":memory:")
run = lambda sql: list(db.cursor().execute(sql))
run("CREATE TABLE l(a, b); CREATE TABLE r(a, b)")
run("INSERT INTO l VALUES ('x ', 1); INSERT INTO r VALUES (1, 'x')")
for n in range(30):
    run(f"INSERT INTO l VALUES ('z{n}', {n + 100}); INSERT INTO r VALUES ({n + 10}, 'y{n}')")
counts = {}
for on in ("on", "off"):
    run(f"PRAGMA automatic_index={on}")
    counts[on] = run("SELECT count(*) FROM l JOIN r ON l.b = r.a AND l.a = r.b COLLATE RTRIM")[0][0]
print(apsw.sqlitelibversion(), f"automatic index on: {counts['on']} off: {counts['off']}")
PY
for version in 3.40.1.0 3.43.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/join.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.40.1 automatic index on: 0 off: 1
3.43.1 automatic index on: 1 off: 1
WANT
