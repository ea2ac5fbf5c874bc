"""Connections: the only module that knows SQLite. A session is one connection to one file (or to memory), shared by all objects
of a process and thread, so that what they hold of old generations counts as one."""

from __future__ import annotations

import collections
import contextlib
import itertools
import os
import threading
import weakref
from typing import Any, Callable, Iterator, NoReturn

from . import loading, text
from .errors import Error, of_message

_TICK = 20_000  # of SQLite's steps, between looks for Ctrl-C
_BUSY_SECONDS = 10
_OLDEST = (3, 38, 0)


def _lack_of_sqlite3() -> str | None:
    """Why the interpreter's own sqlite3 will not do, with the way out; None where it does."""
    try:
        import sqlite3
    except ImportError:
        return loading.CANNOT_LOAD
    if not hasattr(sqlite3.Connection, "enable_load_extension"):
        return loading.CANNOT_LOAD
    if sqlite3.sqlite_version_info < _OLDEST:
        return (f"Arbors needs SQLite 3.38 or newer, and this Python has {sqlite3.sqlite_version}: install apsw, which "
                "brings its own and is then used")
    return None


def _connect(path: str, read_only: bool) -> tuple[Any, type[BaseException]]:
    """A connection and the class of its errors: by the interpreter's sqlite3, else by apsw."""
    if read_only:
        import urllib.parse
        path = f"file:{urllib.parse.quote(path)}?mode=ro"
    lack = _lack_of_sqlite3()
    if lack is None:
        import sqlite3
        return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=read_only), sqlite3.Error
    try:
        import apsw
    except ImportError:
        raise Error(lack) from None
    connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI) if read_only else apsw.Connection(path)
    connection.set_busy_timeout(_BUSY_SECONDS * 1000)
    return connection, apsw.Error


class Session:
    """One connection with the extension loaded, its lock, and what waits to be released on it."""

    def __init__(self, path: str | None, *, read_only: bool = False) -> None:
        self.path = path
        self.connection, self._error = _connect(path or ":memory:", read_only)
        self._lock = threading.RLock()
        self._thread, self._process = threading.get_ident(), os.getpid()
        self._dropped: collections.deque[tuple[str, str]] = collections.deque()  # from any thread
        self._tables = itertools.count(1)
        self._stopped = False
        self.watcher: Callable[[], None] | None = None  # called now and then while the engine works
        self.scope: object | None = None  # the transaction that is open
        self.changes = 0  # counts what this session wrote
        loading.load(self.connection)
        ticks = self._ticks()
        next(ticks)
        self.connection.set_progress_handler(ticks.__next__, _TICK)
        self._settle("dqs", 0)

    def _settle(self, key: str, value: int) -> None:
        """Sets a setting where the extension has it."""
        with contextlib.suppress(Error):
            self.run("SELECT arbor_config(?, ?)", key, value)

    # Asking.
    def check(self) -> None:
        """Raises RuntimeError on a foreign thread, or in a process that was forked off."""
        if threading.get_ident() != self._thread:
            raise Error("this object belongs to the thread that made it; open the Arbor again in this one")
        if os.getpid() != self._process:
            raise Error("this object belongs to the process that made it; open the Arbor again in this one")

    def run(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        self.check()
        with self._lock:
            self._sweep()
            try:
                return list(self.connection.execute(sql, parameters))
            except self._error as error:
                self._raise(error)

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first value of a statement."""
        return self.run(sql, *parameters)[0][0]

    def call(self, function: str, *arguments: Any) -> Any:
        """What a function of the extension gives."""
        return self.value(f"SELECT {function}({', '.join('?' * len(arguments))})", *arguments)

    def stream(self, sql: str, *parameters: Any, any_thread: bool = False) -> Iterator[tuple[Any, ...]]:
        """Rows as they are asked for, a few at a time, more as it goes on."""
        return itertools.chain.from_iterable(self.blocks(sql, *parameters, any_thread=any_thread))

    def blocks(self, sql: str, *parameters: Any, any_thread: bool = False, most: int = 256) -> Iterator[list[tuple[Any, ...]]]:
        """The same in lists: of 1 row, 2, 4, and so on up to `most`."""
        cursor: Any = None
        size = 1
        while True:
            if not any_thread:
                self.check()
            with self._lock:
                try:
                    if cursor is None:
                        cursor = self.connection.execute(sql, parameters)
                    rows = list(itertools.islice(cursor, size))
                except self._error as error:
                    self._raise(error)
            if not rows:
                return
            yield rows
            size = min(2 * size, most)

    def statement(self, sql: str, parameters: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names of a statement's columns, and its rows."""
        self.check()
        with self._lock:
            self._sweep()
            try:
                cursor = self.connection.execute(sql, parameters)
                names = [column[0] for column in _description(cursor)]
                return names, list(cursor)
            except self._error as error:
                self._raise(error)

    def _raise(self, error: BaseException) -> NoReturn:
        if self._stopped:
            self._stopped = False
            raise KeyboardInterrupt from None
        raise of_message(str(error)) from None

    def _ticks(self) -> Iterator[bool]:
        """Tells at each tick whether the work is to stop. A generator: Python raises KeyboardInterrupt as soon as any of its code
        goes on, which in a function is before its first statement, where sqlite3 forgets it."""
        stop = False
        while True:
            try:
                yield stop
                if self.watcher is not None:
                    self.watcher()
                stop = self._stopped
            except KeyboardInterrupt:
                stop = self._stopped = True
            except Exception:
                stop = True

    # Handles and tables that last as long as somebody needs them.
    def open(self, plan: str, *parameters: Any, keep: tuple[object, ...] = ()) -> Handle:
        """Runs a plan as far as its selection, pinned for good."""
        return Handle(self, self.call("arbor_open", plan, *parameters), keep)

    def new_table(self) -> Table:
        """A name for an Arbor in memory that goes when nobody needs it: a temporary one where the session has a file."""
        return Table(self, f"{'temp.' if self.path else ''}memory_{next(self._tables)}")

    def drop(self, function: str, name: str) -> None:
        """Notes what is to be released by the session's next call; on any thread."""
        self._dropped.append((function, name))

    def _sweep(self) -> None:
        while self._dropped and self.scope is None:
            function, name = self._dropped.popleft()
            try:
                self.connection.execute(f"SELECT {function}(?)", (name,)).fetchall()
            except self._error as error:
                if "lock" in str(error):  # a statement still reads it
                    self._dropped.append((function, name))
                    return

    # Transactions.
    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside an open one, a part of it."""
        if getattr(self.scope, "reads_only", False):
            raise Error("nothing can be written inside a read() scope")
        nested = self.scope is not None
        self.run("SAVEPOINT arbors_session" if nested else "BEGIN IMMEDIATE")
        if not nested:
            self.scope = "transaction"
        try:
            yield
            self.run("RELEASE arbors_session" if nested else "COMMIT")
        except BaseException:
            with contextlib.suppress(Error):
                self.run("ROLLBACK TO arbors_session" if nested else "ROLLBACK")
                if nested:
                    self.run("RELEASE arbors_session")
            raise
        finally:
            if not nested:
                self.scope = None
            self.changes += 1

    @contextlib.contextmanager
    def budgets(self, limits: dict[str, int]) -> Iterator[None]:
        """Sets budgets and gives back what was."""
        before = {}
        try:
            for key, value in limits.items():
                old = self.call("arbor_config", key)
                self.call("arbor_config", key, text.nearest(value) if isinstance(value, int) else value)
                before[key] = old
            yield
        finally:
            for key, value in before.items():
                self.call("arbor_config", key, value)


def _description(cursor: Any) -> Any:
    """What a cursor says of its columns; apsw's says nothing once its statement has ended."""
    try:
        return cursor.description or ()
    except Exception:
        return ()


class Handle:
    """A plan that was opened: bound to its generations until the last one who holds this object lets go of it."""

    __slots__ = ("session", "name", "_keep", "__weakref__")

    def __init__(self, session: Session, name: str, keep: tuple[object, ...]) -> None:
        self.session, self.name, self._keep = session, name, keep

    def __del__(self) -> None:
        self.session.drop("arbor_close", self.name)


class Table:
    """An Arbor of a session's own, deleted when the last one who holds this object lets go of it."""

    __slots__ = ("session", "name", "__weakref__")

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name

    def __del__(self) -> None:
        self.session.drop("arbor_delete", self.name)


# Sessions by process, thread and file; they go with the last object that uses them.
_sessions: weakref.WeakValueDictionary[tuple[Any, ...], Session] = weakref.WeakValueDictionary()


def of_file(path: Any, *, create: bool) -> Session:
    """The session of a file. Raises FileNotFoundError where it is not there and not to be made."""
    name = os.path.realpath(os.fspath(path) if not isinstance(path, bytes) else os.fsdecode(path))
    if not os.path.exists(name) and not create:
        raise of_message(f"no such file: {os.fspath(path)}")
    found = _sessions.get(_key(name))
    if found is None:
        found = _file_session(name)
        _sessions[_key(name)] = found
    return found


def _file_session(name: str) -> Session:
    try:
        session = Session(name)
        session.run("SELECT count(*) FROM sqlite_schema")  # makes the file, tells what is no database
    except Error as error:
        raise of_message(f"{name}: {error}") from error
    except Exception as error:
        raise of_message(f"{name} cannot be opened: {error}") from error
    return session


def of_memory() -> Session:
    """The session of this thread's Arbors in memory."""
    key = (os.getpid(), threading.get_ident(), None)
    found = _sessions.get(key)
    if found is None:
        found = _sessions[key] = Session(None)
    return found


def _key(name: str) -> tuple[Any, ...]:
    try:
        status = os.stat(name)
    except OSError:
        return os.getpid(), threading.get_ident(), name
    return os.getpid(), threading.get_ident(), name, status.st_dev, status.st_ino


def table_name(name: Any) -> str:
    """An Arbor's name as it stands in a plan and in SQL; `schema.name` is taken as such."""
    if not isinstance(name, str):
        raise TypeError(f"an Arbor's name is a str, not {type(name).__name__}")
    if not name:
        raise ValueError("an Arbor's name is empty")
    return text.name(name)
