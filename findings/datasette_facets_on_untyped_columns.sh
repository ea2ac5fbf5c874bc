#!/usr/bin/env bash
# Datasette 0.65.5 offers facets on a column without a declared type (of a view, or of a virtual table that declares none), but
# the link of each number finds no row: the value goes back as a text, which SQLite compares with an INTEGER column by its
# affinity and with an untyped one as it is. The same facet over a column declared INTEGER finds its rows. Output:
#   table t: facet 2 (2 rows): its link gives 2 rows
#   view v: facet 2 (2 rows): its link gives 0 rows
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasette==0.65.5
cat > "$folder/facets.py" <<'PY'
import asyncio
import sqlite3
import sys
import urllib.parse

from datasette.app import Datasette

file = sys.argv[1] + "/f.db"
with sqlite3.connect(file) as db:
    db.executescript("CREATE TABLE t(n INTEGER); INSERT INTO t VALUES (2), (2), (5); CREATE VIEW v AS SELECT n + 0 AS n FROM t")


async def main():
    client = Datasette([file]).client
    for kind, name in (("table", "t"), ("view", "v")):
        page = (await client.get(f"/f/{name}.json?_facet=n&_shape=objects")).json()
        facet = page["facet_results"]["n"]["results"][0]
        query = urllib.parse.urlsplit(facet["toggle_url"]).query
        rows = (await client.get(f"/f/{name}.json?{query}&_shape=objects")).json()["rows"]
        print(f"{kind} {name}: facet {facet['value']} ({facet['count']} rows): its link gives {len(rows)} rows")


asyncio.run(main())
PY
"$folder/venv/bin/python" "$folder/facets.py" "$folder" | tee "$folder/output"
diff "$folder/output" - <<'WANT'
table t: facet 2 (2 rows): its link gives 2 rows
view v: facet 2 (2 rows): its link gives 0 rows
WANT
