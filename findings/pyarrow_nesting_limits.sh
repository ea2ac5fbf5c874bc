#!/usr/bin/env bash
# pyarrow 26.0.1 holds a column of structs nested deeper than its ways in and out carry, and each way ends elsewhere: the C
# stream interface takes 62 levels (its reader refuses the schema that pyarrow itself exported), an IPC stream 63 (its writer
# refuses), Parquet more than 70. A producer of Arrow streams that nests further has to hand out text. Output:
#   62: C stream ok, IPC ok, Parquet ok
#   63: C stream ArrowInvalid, IPC ok, Parquet ok
#   64: C stream ArrowInvalid, IPC ArrowInvalid, Parquet ok
#   70: C stream ArrowInvalid, IPC ArrowInvalid, Parquet ok
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1
cat > "$folder/nesting.py" <<'PY'
import io

import pyarrow as pa
import pyarrow.parquet


def table(levels):
    kind, value = pa.int64(), 1
    for _ in range(levels):
        kind, value = pa.struct([("a", kind)]), {"a": value}
    return pa.table({"c": pa.array([value], type=kind)})


def ipc(table):
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return pa.ipc.open_stream(sink.getvalue()).read_all()


def parquet(table):
    sink = io.BytesIO()
    pa.parquet.write_table(table, sink)
    return pa.parquet.read_table(io.BytesIO(sink.getvalue()))


def c_stream(table):
    return pa.RecordBatchReader.from_stream(table).read_all()


def outcome(way, table):
    try:
        return "ok" if way(table).equals(table) else "another table"
    except pa.ArrowInvalid:
        return "ArrowInvalid"


for levels in (62, 63, 64, 70):
    ways = {"C stream": c_stream, "IPC": ipc, "Parquet": parquet}
    print(f"{levels}: " + ", ".join(f"{name} {outcome(way, table(levels))}" for name, way in ways.items()))
PY
"$folder/venv/bin/python" "$folder/nesting.py" | tee "$folder/output"
diff "$folder/output" - <<'WANT'
62: C stream ok, IPC ok, Parquet ok
63: C stream ArrowInvalid, IPC ok, Parquet ok
64: C stream ArrowInvalid, IPC ArrowInvalid, Parquet ok
70: C stream ArrowInvalid, IPC ArrowInvalid, Parquet ok
WANT
