"""Reads and makes Arrow data by pyarrow. Imported only where it is installed."""

from __future__ import annotations

from typing import Any, Iterator

import pyarrow
import pyarrow.ipc

_MOST_ROWS = 65_536  # of a stream that is handed to the engine; four of its batches
_MOST_BYTES = 32 << 20


def batches(first: bytes, later: Iterator[bytes]) -> Any:
    """A RecordBatchReader over the messages of an IPC stream, without copies."""
    schema = schema_of(first)
    return pyarrow.RecordBatchReader.from_batches(schema, _batches(later, schema))


def schema_of(message: bytes) -> Any:
    return pyarrow.ipc.read_schema(pyarrow.ipc.read_message(pyarrow.py_buffer(message)))


def _batches(messages: Iterator[bytes], schema: Any) -> Iterator[Any]:
    for message in messages:
        if len(message) > 8:  # the end of the stream is a message of nothing
            yield pyarrow.ipc.read_record_batch(pyarrow.ipc.read_message(pyarrow.py_buffer(message)), schema)


def table(messages: Iterator[bytes]) -> Any:
    """The whole as a Table."""
    schema = schema_of(next(messages))
    return pyarrow.Table.from_batches(_batches(messages, schema), schema)


def open_stream(first: bytes, later: Iterator[bytes], requested_schema: Any) -> Any:
    """A PyCapsule of an ArrowArrayStream over the messages; in the requested schema where that is the same but for types that
    hold the same values."""
    reader = batches(first, later)
    if requested_schema is not None:
        try:
            return reader.__arrow_c_stream__(requested_schema)
        except (pyarrow.ArrowException, TypeError):
            pass
    return reader.__arrow_c_stream__()


def schema_capsule(message: bytes) -> Any:
    """A PyCapsule of the schema in a message."""
    return schema_of(message).__arrow_c_schema__()


def ipc_streams(data: Any) -> Iterator[Any]:
    """Rows of anything with an Arrow stream as IPC streams of many rows each."""
    if hasattr(data, "__arrow_c_stream__"):
        reader = pyarrow.RecordBatchReader.from_stream(data)
    else:
        batch = pyarrow.record_batch(data)
        reader = pyarrow.RecordBatchReader.from_batches(batch.schema, [batch])
    gathered: list[Any] = []
    rows = size = 0
    for batch in reader:
        while rows + batch.num_rows >= _MOST_ROWS:  # whole batches of the engine's
            end = _MOST_ROWS - rows
            yield _stream(reader.schema, [*gathered, batch.slice(0, end)])
            batch, gathered, rows, size = batch.slice(end), [], 0, 0
        gathered.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if size >= _MOST_BYTES:
            yield _stream(reader.schema, gathered)
            gathered, rows, size = [], 0, 0
    if rows:
        yield _stream(reader.schema, gathered)


def _stream(schema: Any, batches: list[Any]) -> memoryview:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return memoryview(sink.getvalue())
