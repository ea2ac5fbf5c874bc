"""A clock that a test sets: SQLite's own file system (VFS) under the name `clock`, whose time is told from here."""
import ctypes
import ctypes.util
import sqlite3

JULIAN_EPOCH = 210_866_760_000_000  # 1970 by SQLite's count of milliseconds
DAY = 86_400_000
TIME = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64))
MEMBERS = ["xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose", "xRandomness", "xSleep", "xCurrentTime", "xGetLastError",
           "xCurrentTimeInt64", "xSetSystemCall", "xGetSystemCall", "xNextSystemCall"]


class Vfs(ctypes.Structure):
    _fields_ = [("iVersion", ctypes.c_int), ("szOsFile", ctypes.c_int), ("mxPathname", ctypes.c_int), ("pNext", ctypes.c_void_p), ("zName", ctypes.c_char_p), ("pAppData", ctypes.c_void_p)]
    _fields_ += [(member, ctypes.c_void_p) for member in MEMBERS]


class Clock:
    """Open databases with `uri(path)`. `now` is in milliseconds since 1970."""

    def __init__(self, now):
        self.now = now
        library = ctypes.CDLL(ctypes.util.find_library("sqlite3") or "libsqlite3.so.0")
        if library.sqlite3_libversion_number() != int("%d%03d%03d" % sqlite3.sqlite_version_info):
            raise RuntimeError("the test's SQLite is another one than Python's")
        library.sqlite3_vfs_find.restype = ctypes.c_void_p
        own = Vfs.from_address(library.sqlite3_vfs_find(None))
        self.vfs = Vfs.from_buffer_copy(own)
        self.vfs.zName, self.vfs.pNext = b"clock", None
        self.tell = TIME(self._tell)
        self.vfs.xCurrentTimeInt64 = ctypes.cast(self.tell, ctypes.c_void_p).value
        library.sqlite3_vfs_register(ctypes.byref(self.vfs), 0)

    def _tell(self, _, time):
        time[0] = self.now + JULIAN_EPOCH
        return 0

    @staticmethod
    def uri(path=":memory:"):
        return f"file:{path}?vfs=clock"
