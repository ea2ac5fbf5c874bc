#!/usr/bin/env bash
# nanoarrow 0.9.0 reads an IPC stream from any object that has readinto(), but the buffer that it hands over takes no item assignment: a readinto() written as Python's own are
# (`buffer[:n] = data`, after which io.BufferedReader and pyarrow read) ends in a TypeError. A memoryview of the buffer takes it. So does an io.BufferedReader around the file. Output:
#   io.BufferedReader, buffer[:n]: 3 rows
#   nanoarrow, buffer[:n]: TypeError: 'nanoarrow._ipc_lib.PyStreamPrivate' object does not support item assignment
#   nanoarrow, memoryview(buffer)[:n]: 3 rows
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nanoarrow==0.9.0 pyarrow==26.0.1
cat > "$folder/readinto.py" <<'PY'
import io

import nanoarrow
import pyarrow
from nanoarrow.ipc import InputStream

table = pyarrow.table({"n": [1, 2, 3]})
sink = io.BytesIO()
with pyarrow.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)


class Stream(io.RawIOBase):
    def __init__(self, view):
        super().__init__()
        self.view, self.rest = view, sink.getvalue()

    def readable(self):
        return True

    def readinto(self, buffer):
        data, self.rest = self.rest[:len(buffer)], self.rest[len(buffer):]
        self.view(buffer)[:len(data)] = data
        return len(data)


def rows(file):
    try:
        with InputStream.from_readable(file) as stream, nanoarrow.ArrayStream(stream) as arrays:
            return f"{len(arrays.read_all())} rows"
    except Exception as error:
        return str(error)[str(error).index("TypeError"):]


print("io.BufferedReader, buffer[:n]:", rows(io.BufferedReader(Stream(lambda buffer: buffer))))
print("nanoarrow, buffer[:n]:", rows(Stream(lambda buffer: buffer)))
print("nanoarrow, memoryview(buffer)[:n]:", rows(Stream(memoryview)))
PY
"$folder/venv/bin/python" "$folder/readinto.py" | tee "$folder/output"
diff "$folder/output" - <<'WANT'
io.BufferedReader, buffer[:n]: 3 rows
nanoarrow, buffer[:n]: TypeError: 'nanoarrow._ipc_lib.PyStreamPrivate' object does not support item assignment
nanoarrow, memoryview(buffer)[:n]: 3 rows
WANT
