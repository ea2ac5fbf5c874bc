"""Arrow streams of plans, and trees from Arrow streams. The engine writes the messages of an Arrow IPC stream; pyarrow, else
nanoarrow, reads them. A stream that is handed out reads trees at its first pull."""

from __future__ import annotations

import io
import json
import os
import tempfile
import weakref
from typing import Any, Iterator

from .c_stream import short_errors
from .session import Session

_LACK = "Arrow streams need pyarrow or nanoarrow: pip install pyarrow"
_errors: weakref.WeakKeyDictionary[Any, BaseException] = weakref.WeakKeyDictionary()


def last_error(owner: Any) -> BaseException | None:
    """The exception behind the last failed stream of an object."""
    return _errors.get(owner)


def _reader() -> Any:
    """The library that reads messages: a module of ours for pyarrow or nanoarrow."""
    try:
        import pyarrow  # noqa: F401
        from . import with_pyarrow
        return with_pyarrow
    except ImportError:
        pass
    try:
        import nanoarrow.ipc  # noqa: F401
        from . import with_nanoarrow
        return with_nanoarrow
    except ImportError:
        raise ImportError(_LACK) from None


def _pyarrow(what: str) -> Any:
    try:
        import pyarrow  # noqa: F401
        from . import with_pyarrow
        return with_pyarrow
    except ImportError:
        raise ImportError(f"{what} needs pyarrow: pip install pyarrow") from None


class Source:
    """The Arrow stream of one plan; each stream reads it anew."""

    def __init__(self, session: Session, plan: str, owner: Any) -> None:
        self._session, self._plan, self._owner = session, plan, owner
        self._failures: list[BaseException] = []

    def messages(self) -> Iterator[bytes]:
        """The messages of the IPC stream, the schema first, as they are asked for, on any thread."""
        owner = self._owner  # holds what the plan reads
        try:
            for ((message,),) in self._session.blocks("SELECT message FROM arbor_arrow(?)", self._plan, any_thread=True, most=1):
                yield message
        except Exception as error:
            self._failures.append(error)
            _errors[owner] = error
            raise

    def _schema_message(self) -> bytes:
        """The first message; read once where the plan is pinned."""
        known = getattr(self._owner, "_arrow_schema", None)
        if known is None:
            known = next(self.messages())
            if hasattr(self._owner, "_handle"):
                self._owner._arrow_schema = known
        return bytes(known)

    def _later_messages(self) -> Iterator[bytes]:
        messages = self.messages()
        next(messages)
        yield from messages

    def reader(self) -> io.RawIOBase:
        """The IPC stream as a file that can be read once."""
        return MessageFile(self.messages())

    def capsule(self, requested_schema: Any) -> Any:
        """A PyCapsule of an ArrowArrayStream, which reads trees at its first pull."""
        later = self._later_messages()
        return short_errors(_reader().open_stream(self._schema_message(), later, requested_schema), later, self._failures)

    def schema_capsule(self) -> Any:
        """A PyCapsule of the ArrowSchema."""
        return _reader().schema_capsule(self._schema_message())

    def table(self) -> Any:
        """The whole as a pyarrow.Table."""
        self._session.check()
        return _pyarrow("to_arrow()").table(self.messages())

    def batches(self) -> Any:
        """A pyarrow.RecordBatchReader."""
        self._session.check()
        messages = self.messages()
        return _pyarrow("to_parquet()").batches(next(messages), messages)


class MessageFile(io.RawIOBase):
    """A file over messages that come one by one."""

    def __init__(self, messages: Iterator[bytes]) -> None:
        super().__init__()
        self._messages, self._rest = messages, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            message = next(self._messages, None)
            if message is None:
                return 0
            self._rest = memoryview(message)
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def write_parquet(source: Source, path: Any, options: dict[str, Any]) -> int:
    """Writes a stream to a Parquet file through a temporary one beside it."""
    _pyarrow("to_parquet()")
    import pyarrow.parquet
    target = os.path.abspath(os.fspath(path))
    handle, part = tempfile.mkstemp(prefix=".arbors-", suffix=".parquet", dir=os.path.dirname(target))
    os.close(handle)
    rows = 0
    try:
        reader = source.batches()
        with pyarrow.parquet.ParquetWriter(part, reader.schema, **options) as writer:
            for batch in reader:
                writer.write_batch(batch)
                rows += batch.num_rows
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, target)
    except BaseException:
        os.unlink(part)
        raise
    return rows


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def append(session: Session, name: str, table: Any) -> int:
    """Appends the rows of anything with an Arrow stream to an Arbor, all or nothing. Gives their number. They go to the engine as
    Arrow IPC, a part at a time, and from there into columns."""
    if not (hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")):
        raise TypeError(f"{type(table).__name__} has no __arrow_c_stream__")
    session.call("arbor_append", name, "[]")
    rows = 0
    with session.transaction():
        for stream in _reader().ipc_streams(table):
            rows += json.loads(session.call("arbor_append", name, stream, '{"format":"arrow"}'))["trees"]
    return rows
