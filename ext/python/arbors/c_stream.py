"""Arrow streams that say what went wrong in one line. A library's own stream is handed out, its functions wrapped: release and the
capsule's end stay the library's, since they may be called while an exception is on its way, where no Python code can run.
https://arrow.apache.org/docs/format/CStreamInterface.html"""

from __future__ import annotations

import collections
import ctypes
import errno
import weakref
from typing import Any


class _Stream(ctypes.Structure):
    pass


_Pull = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.c_void_p)
_Say = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Stream))
_Stream._fields_ = [("get_schema", ctypes.c_void_p), ("get_next", ctypes.c_void_p), ("get_last_error", ctypes.c_void_p),
                    ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]

# Not in PyPy, where the library's own sentences stay.
_pointer: Any = getattr(getattr(ctypes, "pythonapi", None), "PyCapsule_GetPointer", None)
if _pointer is not None:
    _pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]

_KEPT = 256
_open: dict[int, _Wrapped] = {}  # by private_data, which stays where a consumer moves the stream
_ended: collections.deque[tuple[int, _Wrapped]] = collections.deque()


class _Wrapped:
    """The library's functions of one stream, and the exception of ours that ended it."""

    def __init__(self, stream: _Stream, failures: list[BaseException]) -> None:
        self.get_schema, self.get_next = _Pull(stream.get_schema), _Pull(stream.get_next)
        self.get_last_error = _Say(stream.get_last_error)
        self._failures, self._sentence = failures, ctypes.create_string_buffer(b"")

    def sentence(self, stream: Any) -> int:
        """The address of one line on what went wrong."""
        said = self.get_last_error(stream)
        text = str(self._failures[-1]) if self._failures else ctypes.string_at(said).decode("utf-8", "replace") if said else ""
        lines = text.splitlines() or ["the Arrow stream failed"]
        self._sentence = ctypes.create_string_buffer(lines[0].encode("utf-8", "replace"))
        return ctypes.addressof(self._sentence)


def short_errors(capsule: Any, source: Any, failures: list[BaseException]) -> Any:
    """The same capsule of an ArrowArrayStream, whose errors are the first line of what is in `failures`, or of what the library
    says. `source` is what the library's stream holds until it is released."""
    if _pointer is None:
        return capsule
    stream = ctypes.cast(_pointer(capsule, b"arrow_array_stream"), ctypes.POINTER(_Stream)).contents
    key = int(stream.private_data)
    _open[key] = wrapped = _Wrapped(stream, failures)
    stream.get_schema, stream.get_next, stream.get_last_error = _GET_SCHEMA, _GET_NEXT, _GET_LAST_ERROR
    weakref.finalize(source, _forget, key, wrapped).atexit = False
    return capsule


def _forget(key: int, wrapped: _Wrapped) -> None:
    """Notes that a stream has ended. Its consumer may still ask for its error, so that only old ones go."""
    _ended.append((key, wrapped))
    if len(_ended) > _KEPT:
        key, wrapped = _ended.popleft()
        if _open.get(key) is wrapped:
            del _open[key]


def _get_schema(stream: Any, out: int) -> int:
    wrapped = _open.get(stream.contents.private_data)
    return errno.EINVAL if wrapped is None else int(wrapped.get_schema(stream, out))


def _get_next(stream: Any, out: int) -> int:
    wrapped = _open.get(stream.contents.private_data)
    return errno.EINVAL if wrapped is None else int(wrapped.get_next(stream, out))


def _get_last_error(stream: Any) -> int | None:
    wrapped = _open.get(stream.contents.private_data)
    return None if wrapped is None else wrapped.sentence(stream)


_CALLBACKS = _Pull(_get_schema), _Pull(_get_next), _Say(_get_last_error)
_GET_SCHEMA, _GET_NEXT, _GET_LAST_ERROR = (ctypes.cast(callback, ctypes.c_void_p).value for callback in _CALLBACKS)
