"""Database files as keepers of named Arbors: open, list, delete, save."""

from __future__ import annotations

import builtins
from typing import Any

from . import session as sessions
from . import sources
from .arbor import Arbor
from .query import Query
from .session import Session, table_name


def open(path: Any, name: str) -> Arbor:
    """The Arbor of that name in a database file, at its newest state. Reads no trees.

    Raises FileNotFoundError, or a KeyError that names the Arbors that are there.

    >>> import arbors, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = os.path.join(folder, "t.db")
    ...     _ = arbors.from_dicts([{"n": 1}]).save(file, "numbers")
    ...     print(arbors.open(file, "numbers"))
    ...     arbors.list(file), arbors.delete(file, "numbers"), arbors.list(file)
    <Arbor numbers: 1 tree; n>
    (['numbers'], True, [])
    """
    return open_named(sessions.of_file(path, create=False), name)


def list(path: Any) -> builtins.list[str]:
    """The names of the Arbors in a database file, in alphabetical order. Raises FileNotFoundError."""
    return names(sessions.of_file(path, create=False))


def delete(path: Any, name: str) -> bool:
    """Deletes an Arbor from a database file: True, or False if it was not there. Raises FileNotFoundError."""
    session = sessions.of_file(path, create=False)
    with session.transaction():
        return bool(session.call("arbor_delete", table_name(name)))


def save_multiple(path: Any, arbors: dict[str, Any]) -> dict[str, Arbor]:
    """Stores several Arbors (or plans, Trees, lists of dicts) in a database file, all or nothing; all are read before any is
    written. Gives the stored ones. `{}` does nothing.

    >>> import arbors, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one = arbors.from_dicts([{"n": 1}])
    ...     arbors.save_multiple(os.path.join(folder, "t.db"), {"a": one, "b": one.head(0)})
    {'a': <Arbor a: 1 tree; n>, 'b': <Arbor b: 0 trees>}
    """
    if not arbors:
        return {}
    session = sessions.of_file(path, create=True)
    held = {name: hold(what) for name, what in arbors.items()}
    with session.transaction():
        for name, what in held.items():
            store(session, name, what)
    return {name: open_named(session, name) for name in held}


def save(path: Any, name: str, what: Any) -> Arbor:
    """Stores one collection under a name; see `Arbor.save`."""
    table_name(name)
    return save_multiple(path, {name: what})[name]


def open_named(session: Session, name: str) -> Arbor:
    """An Arbor of a session's file, at the newest state."""
    plan = table_name(name)
    return Arbor(session.open(plan), plan, name)


def names(session: Session) -> builtins.list[str]:
    """The names of the Arbors in a session's file."""
    return [name for (name,) in session.run("SELECT name FROM arbor_list WHERE schema = 'main' ORDER BY name")]


def hold(what: Any) -> Any:
    """Runs a lazy plan, so that what is written next does not change what it reads."""
    return what.collect() if hasattr(what, "collect") else what


def store(session: Session, name: str, what: Any) -> int:
    """Makes trees the new state of an Arbor, inside a transaction of the session. Gives their number."""
    place = table_name(name)
    if isinstance(what, Query) and what._session is session:
        with session.budgets(what._budgets):
            return int(session.call("arbor_save", place, what._text))
    session.call("arbor_save", place, "json '[]'")
    if hasattr(what, "__arrow_c_stream__") and not isinstance(what, Query):
        from . import arrow
        return arrow.append(session, place, what)
    return sources.append_pieces(session, place, sources.pieces_of(what), {"format": "jsonl"})["trees"]


def schema_of(arbor: Query) -> builtins.list[dict[str, Any]]:
    """The rows of `arbor_schema` for a collection's trees."""
    session = arbor._session
    table = session.new_table()
    session.call("arbor_save", table.name, arbor._text)
    return dicts(session, "SELECT * FROM arbor_schema(?)", table.name)


def dicts(session: Session, sql: str, *parameters: Any) -> builtins.list[dict[str, Any]]:
    """Rows as dicts."""
    columns, rows = session.statement(sql, parameters)
    return [dict(zip(columns, row)) for row in rows]
