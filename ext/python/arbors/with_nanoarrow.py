"""Reads Arrow data by nanoarrow. Imported only where it is installed and pyarrow is not."""

from __future__ import annotations

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


def json_pieces(data: Any) -> Iterator[tuple[str, int]]:
    """Rows of anything with an Arrow stream as pieces of JSON Lines, with how many each holds."""
    from .text import lines
    for batch in nanoarrow.ArrayStream(data):
        rows = batch.to_pylist()
        yield "\n".join(lines(rows)), len(rows)
