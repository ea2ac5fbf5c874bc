"""Reads and makes Arrow data by pyarrow. Imported only where it is installed."""

from __future__ import annotations

from typing import Any, Iterator

import pyarrow
import pyarrow.ipc


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


def json_pieces(data: Any) -> Iterator[tuple[str, int]]:
    """Rows of anything with an Arrow stream as pieces of JSON Lines, with how many each holds."""
    from .text import lines
    if hasattr(data, "__arrow_c_stream__"):
        reader = pyarrow.RecordBatchReader.from_stream(data)
    else:
        batch = pyarrow.record_batch(data)
        reader = pyarrow.RecordBatchReader.from_batches(batch.schema, [batch])
    for batch in reader:
        for start in range(0, batch.num_rows, 16_384):
            part = batch.slice(start, 16_384)
            yield "\n".join(lines(part.to_pylist())), part.num_rows
