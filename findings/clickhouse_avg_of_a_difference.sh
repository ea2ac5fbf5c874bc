#!/usr/bin/env bash
# ClickHouse 26.9.2.1 (inside chdb 4.4.0, chdb-core 26.9.0) computes avg(x - c) of integers as avg(x) - c, and avg() adds Int64 values up in 64 bits: with times
# in microseconds some thousand rows overflow, and the average is wrong without a word, though each x - c and their sum are small.
# Without that rewriting (optimize_arithmetic_operations_in_aggregate_functions) the answer is right. Output:
#   as it is: -1844674407365955.8
#   without the rewriting: 4999.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check chdb==4.4.0 chdb-core==26.9.0
cat > "$folder/average.py" <<'PY'
import chdb

QUERY = "SELECT avg(x - 1700000000000000) FROM (SELECT toInt64(1700000000000000 + number) AS x FROM numbers(10000))"
print("as it is:", str(chdb.query(QUERY, "CSV")).strip())
print("without the rewriting:", str(chdb.query(QUERY + " SETTINGS optimize_arithmetic_operations_in_aggregate_functions = 0", "CSV")).strip())
PY
"$folder/venv/bin/python" "$folder/average.py" | tee "$folder/output"
diff "$folder/output" - <<'WANT'
as it is: -1844674407365955.8
without the rewriting: 4999.5
WANT
