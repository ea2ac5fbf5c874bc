"""Loads the extension into connections of any SQLite library. Each library of a process gets a copy of its own, since one
copy serves one: the extension keeps the table of its host's routines for the whole process."""

from __future__ import annotations

import inspect
import os
from typing import Any

from .errors import Error, of_message

_FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "lib")
_REFUSED = "in use by another SQLite library"
_copies: dict[str, str] = {}  # by the library's name

CANNOT_LOAD = ("this Python's sqlite3 cannot load extensions: install apsw, which can and is then used, "
               "or take a Python that was built with --enable-loadable-sqlite-extensions")


def loadable_path() -> str:
    """The extension's file without its suffix, as `load_extension` takes it.

    The environment variable `ARBORS_EXTENSION` names another build.

    >>> import arbors
    >>> arbors.loadable_path().endswith(".so")
    False
    """
    path = os.environ.get("ARBORS_EXTENSION") or os.path.join(_FOLDER, "arbors.so")
    if not os.path.exists(path) and not os.path.exists(path + ".so"):
        raise Error(f"the extension is not there: {path}; install the package, or name a build in ARBORS_EXTENSION")
    return path[:-3] if path.endswith(".so") else path


def load(connection: Any) -> Any:
    """Loads Arbors into a connection: of sqlite3, apsw, pysqlite3, sqlean or sqlcipher3, of SQLAlchemy (a Connection, a Session or
    an Engine, asynchronous too, whose every new connection is then loaded) or Django's `connection`. Into an asynchronous
    connection, of aiosqlite or SQLAlchemy, by `await arbors.load(connection)`.

    Raises `arbors.Error` where the connection cannot load extensions.

    >>> import arbors, sqlite3
    >>> db = sqlite3.connect(":memory:")
    >>> arbors.load(db)
    >>> db.execute("SELECT arbor_append('t', '[1, 2]') ->> 'trees'").fetchone()
    (2,)
    """
    if hasattr(connection, "dialect") and hasattr(connection, "pool"):
        return _load_engine(getattr(connection, "sync_engine", connection))
    if hasattr(connection, "run_async"):  # how SQLAlchemy hands an asynchronous connection to what listens
        return connection.run_async(_load_awaiting)
    given, connection = connection, _unwrapped(connection)
    if not hasattr(connection, "enable_load_extension") and not hasattr(connection, "cursor"):
        raise TypeError(f"a connection to SQLite is wanted, not {type(given).__name__}")
    if inspect.iscoroutinefunction(getattr(connection, "enable_load_extension", None)):
        return _load_awaiting(connection)
    library = type(connection).__module__.partition(".")[0]
    try:
        _load(connection, _copy_for(library))
    except Error as error:
        _load(connection, _another_copy_for(library, error))


def _copy_for(library: str) -> str:
    if library not in _copies:
        _copies[library] = loadable_path() if not _copies else _copy()
    return _copies[library]


def _another_copy_for(library: str, error: Error) -> str:
    """Raises the error unless it says that another library uses this one's copy."""
    if _REFUSED not in str(error):
        raise error
    _copies[library] = _copy()
    return _copies[library]


def _load_engine(engine: Any) -> None:
    import sqlalchemy.event  # type: ignore[import-not-found,unused-ignore]
    sqlalchemy.event.listen(engine, "connect", lambda connection, record: load(connection))


def _unwrapped(connection: Any) -> Any:
    """The library's own connection inside those that wrap it."""
    if hasattr(connection, "ensure_connection"):  # Django
        connection.ensure_connection()
    connection = getattr(connection, "sync_connection", connection)  # of SQLAlchemy's asynchronous one
    for _ in range(4):
        # SQLAlchemy's proxy; its Connection, Django's, and by methods its Session and peewee's database; sqlite-utils; Ibis
        for name in ("driver_connection", "connection", "conn", "con"):
            inner = getattr(connection, name, None)
            if inner is not None and not hasattr(connection, "create_function"):
                connection = inner() if inspect.ismethod(inner) else inner
                break
    return connection.driver_connection if hasattr(connection, "run_async") else connection


def _load(connection: Any, path: str) -> None:
    enable = getattr(connection, "enable_load_extension", None)
    if enable is None:
        raise Error(CANNOT_LOAD)
    try:
        enable(True)
        try:
            connection.load_extension(path)
        finally:
            enable(False)
    except Exception as error:
        raise of_message(str(error)) from error


async def _load_awaiting(connection: Any) -> None:
    async def attempt(path: str) -> None:
        try:
            await connection.enable_load_extension(True)
            try:
                await connection.load_extension(path)
            finally:
                await connection.enable_load_extension(False)
        except AttributeError as error:
            raise Error(CANNOT_LOAD) from error
        except Exception as error:
            raise of_message(str(error)) from error
    try:
        await attempt(_copy_for("sqlite3"))
    except Error as error:
        await attempt(_another_copy_for("sqlite3", error))


def _copy() -> str:
    """A copy of the extension and of the libraries beside it; removed when the process ends."""
    import atexit
    import pathlib
    import shutil
    import tempfile
    original = pathlib.Path(loadable_path() + ".so")
    folder = tempfile.mkdtemp(prefix="arbors-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for file in original.parent.glob("*.so*") if str(original.parent) == _FOLDER else [original]:
        shutil.copy(file, folder)
    return os.path.join(folder, original.stem)
