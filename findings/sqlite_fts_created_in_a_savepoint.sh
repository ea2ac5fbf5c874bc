#!/usr/bin/env bash
# A savepoint that made an FTS table (FTS4 or FTS5), wrote to it and was rolled back leaves a transaction that cannot be committed: COMMIT says "SQL logic error" and rolls everything
# back, what was written before the savepoint too. FTS keeps rows in memory until the transaction ends, and is still asked to write them to a table that is gone. Where nothing
# was written to it, or a second savepoint stood between, all is well. So in 3.40.1, 3.46.1 and 3.54.1, which come inside apsw. Output, by version:
#   3.40.1 fts4: SQL logic error, rows of t: 0; fts5: SQL logic error, rows of t: 0; fts5, unwritten: committed, rows of t: 1
#   3.54.1 fts4: SQL logic error, rows of t: 0; fts5: SQL logic error, rows of t: 0; fts5, unwritten: committed, rows of t: 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/savepoint.py" <<'PY'
import apsw

version = getattr(apsw, "sqlite_lib_version", None) or apsw.sqlitelibversion  # newer apsw has words between underscores


def trial(module, written):
    cursor = apsw.Connection(":memory:").cursor()
    cursor.execute(f"CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES (1); SAVEPOINT s; CREATE VIRTUAL TABLE f USING {module}(a)")
    if written:
        cursor.execute("INSERT INTO f VALUES ('word')")
    cursor.execute("ROLLBACK TO s")
    try:
        cursor.execute("COMMIT")
        said = "committed"
    except apsw.SQLError as error:
        said = str(error).replace("SQLError: ", "")
    return f"{said}, rows of t: {list(cursor.execute('SELECT count(*) FROM t'))[0][0]}"


print(version(), f"fts4: {trial('fts4', True)}; fts5: {trial('fts5', True)}; fts5, unwritten: {trial('fts5', False)}")
PY
for version in 3.40.1.0 3.54.1.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "apsw==$version"
  "$folder/$version/bin/python" "$folder/savepoint.py"
done | tee "$folder/output"
diff "$folder/output" - <<'WANT'
3.40.1 fts4: SQL logic error, rows of t: 0; fts5: SQL logic error, rows of t: 0; fts5, unwritten: committed, rows of t: 1
3.54.1 fts4: SQL logic error, rows of t: 0; fts5: SQL logic error, rows of t: 0; fts5, unwritten: committed, rows of t: 1
WANT
