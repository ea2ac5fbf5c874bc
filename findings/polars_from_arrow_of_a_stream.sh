#!/usr/bin/env bash
# polars.from_arrow() of Polars 2.1.0 gives a DataFrame for a pyarrow Table, but a Series of structs for any other object
# that has the same table behind __arrow_c_stream__; polars.DataFrame() gives a DataFrame of both. The Arrow PyCapsule
# protocol does not tell a table from an array of structs, so who writes a producer cannot mend it. Output:
#   pyarrow.Table: DataFrame, a stream: Series Struct({'a': Int64}), DataFrame(stream): DataFrame
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 pyarrow==26.0.1
"$folder/venv/bin/python" - <<'PY' | tee "$folder/output"
import polars
import pyarrow


class Stream:
    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


table = pyarrow.table({"a": [1, 2]})
series = polars.from_arrow(Stream(table))
print(f"pyarrow.Table: {type(polars.from_arrow(table)).__name__}, a stream: {type(series).__name__} {series.dtype}, "
      f"DataFrame(stream): {type(polars.DataFrame(Stream(table))).__name__}")
PY
diff "$folder/output" - <<'WANT'
pyarrow.Table: DataFrame, a stream: Series Struct({'a': Int64}), DataFrame(stream): DataFrame
WANT
