"""Reads Arrow data by nanoarrow. Imported only where it is installed and pyarrow is not."""

from __future__ import annotations

import io
import itertools
from typing import Any, Iterator

import nanoarrow
import nanoarrow.ipc


def open_stream(first: bytes, later: Iterator[bytes], requested_schema: Any) -> Any:
    """A PyCapsule of an ArrowArrayStream over the messages of an IPC stream."""
    from .arrow import MessageFile
    return nanoarrow.ipc.InputStream.from_readable(MessageFile(itertools.chain([first], later))).__arrow_c_stream__()


def schema_capsule(message: bytes) -> Any:
    """A PyCapsule of the schema in a message."""
    from .arrow import MessageFile
    return nanoarrow.ArrayStream(nanoarrow.ipc.InputStream.from_readable(MessageFile(iter([message])))).schema.__arrow_c_schema__()


def ipc_streams(data: Any) -> Iterator[bytes]:
    """Rows of anything with an Arrow stream as IPC streams, one of each of its batches."""
    for batch in nanoarrow.ArrayStream(data).iter_chunks():
        out = io.BytesIO()
        with nanoarrow.ipc.StreamWriter.from_writable(out) as writer:
            writer.write_array(batch)
        yield out.getvalue()
