"""An ArrowArrayStream of the C data interface that opens another one at its first pull, on whatever thread that is, and says what
went wrong in one line. https://arrow.apache.org/docs/format/CStreamInterface.html"""

from __future__ import annotations

import ctypes
import errno
from typing import Any, Callable

_NAME = b"arrow_array_stream"


class _Stream(ctypes.Structure):
    pass


_Pull = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.c_void_p)
_Say = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Stream))
_Release = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))
_Stream._fields_ = [("get_schema", _Pull), ("get_next", _Pull), ("get_last_error", _Say), ("release", _Release),
                    ("private_data", ctypes.c_void_p)]

_api = ctypes.pythonapi
_new = _api.PyCapsule_New
_new.restype, _new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_pointer = _api.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
_pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", _api))

_alive: dict[int, LazyStream] = {}  # by private_data, until they are released
_structures: dict[int, _Stream] = {}  # what capsules point to, until they are gone


class LazyStream:
    """One stream: `open` gives the capsule of the one behind it, `failed` is told of an exception."""

    def __init__(self, open: Callable[[], Any], failed: Callable[[BaseException], None]) -> None:
        self._open, self._failed = open, failed
        self._capsule: Any = None
        self._inner: Any = None
        self._sentence: Any = None

    def capsule(self) -> Any:
        """The stream as a PyCapsule. Nothing is opened."""
        stream = _Stream(_GET_SCHEMA, _GET_NEXT, _GET_LAST_ERROR, _RELEASE, id(self))
        _alive[id(self)] = self
        address = ctypes.addressof(stream)
        _structures[address] = stream
        return _new(address, _NAME, ctypes.cast(_FREE, ctypes.c_void_p))

    def _stream(self) -> Any:
        if self._inner is None:
            self._capsule = self._open()
            self._inner = ctypes.cast(_pointer(self._capsule, _NAME), ctypes.POINTER(_Stream))
        return self._inner

    def pull(self, function: str, out: int) -> int:
        """Calls the inner stream; an error number where that fails."""
        try:
            inner = self._stream()
            result = int(getattr(inner.contents, function)(inner, out))
            if result == 0:
                return 0
            said = inner.contents.get_last_error(inner)
            sentence = ctypes.string_at(said).decode("utf-8", "replace") if said else "the Arrow stream failed"
            self._say(RuntimeError(sentence))
            return result
        except BaseException as error:
            self._say(error)
            return errno.EIO

    def _say(self, error: BaseException) -> None:
        self._failed(error)
        lines = str(error).splitlines() or [type(error).__name__]
        self._sentence = ctypes.create_string_buffer(lines[0].encode("utf-8", "replace"))

    def sentence(self) -> int | None:
        """The address of the last error's sentence."""
        return ctypes.addressof(self._sentence) if self._sentence is not None else None

    def close(self) -> None:
        """Releases the inner stream."""
        self._inner = self._capsule = None


def _pull(function: str) -> Any:
    def pull(stream: Any, out: int) -> int:
        owner = _alive.get(stream.contents.private_data)
        return errno.EINVAL if owner is None else owner.pull(function, out)
    return _Pull(pull)


def _last_error(stream: Any) -> int | None:
    owner = _alive.get(stream.contents.private_data)
    return None if owner is None else owner.sentence()


def _release(stream: Any) -> None:
    owner = _alive.pop(stream.contents.private_data, None)
    if owner is not None:
        owner.close()
    stream.contents.release = _Release()


def _free(capsule: int) -> None:
    address = _pointer_of(capsule, _NAME)
    stream = _structures.pop(address, None)
    if stream is not None and stream.release:
        stream.release(ctypes.pointer(stream))


_GET_SCHEMA, _GET_NEXT = _pull("get_schema"), _pull("get_next")
_GET_LAST_ERROR, _RELEASE = _Say(_last_error), _Release(_release)
_FREE = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(_free)
