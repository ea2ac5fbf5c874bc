"""Scopes of a store: reading one committed state, and writing all or nothing."""

from __future__ import annotations

import builtins
from typing import Any, Iterator

from . import files
from .arbor import Arbor
from .errors import Error
from .session import Session, table_name


class ReadScope:
    """One committed state of all Arbors of a file while the scope lasts. Made by `ArborStore.read`."""

    reads_only = True

    def __init__(self, session: Session) -> None:
        self._session, self._open = session, False

    def __enter__(self) -> ReadScope:
        _enter(self._session, self, "BEGIN")
        try:
            self._session.run("SELECT count(*) FROM sqlite_schema")
        except BaseException:
            self.__exit__()
            raise
        self._open = True
        return self

    def __exit__(self, *failure: Any) -> None:
        self._open = False
        self._session.scope = None
        self._session.run("COMMIT")

    def __getitem__(self, name: str) -> Arbor:
        self._check()
        return files.open_named(self._session, name)

    def __contains__(self, name: object) -> bool:
        self._check()
        return name in files.names(self._session)

    def __iter__(self) -> Iterator[str]:
        return iter(self.list())

    def list(self) -> builtins.list[str]:
        """The names of the Arbors."""
        self._check()
        return files.names(self._session)

    def _check(self) -> None:
        if not self._open:
            raise Error("the read scope has ended")


class WriteScope:
    """A transaction over a file's Arbors. What is not committed when the scope is left is rolled back: with a RuntimeError,
    or with the exception that left it. Made by `ArborStore.write`."""

    reads_only = False

    def __init__(self, session: Session) -> None:
        self._session, self._state = session, "not entered"

    def __enter__(self) -> WriteScope:
        _enter(self._session, self, "BEGIN IMMEDIATE")
        self._state = "open"
        return self

    def __exit__(self, kind: Any, *failure: Any) -> None:
        if self._state != "open":
            return
        self._end("ROLLBACK", "rolled back")
        if kind is None:
            raise Error("the write scope was left without commit(), and is rolled back")

    def __getitem__(self, name: str) -> Arbor:
        self._check()
        return files.open_named(self._session, name)

    def __contains__(self, name: object) -> bool:
        self._check()
        return name in files.names(self._session)

    def __iter__(self) -> Iterator[str]:
        return iter(self.list())

    def list(self) -> builtins.list[str]:
        """The names of the Arbors as they stand in the scope."""
        self._check()
        return files.names(self._session)

    def put(self, name: str, what: Any) -> int:
        """Makes trees (an Arbor, a plan, a Tree, a dict or several) the new state of an Arbor. Gives their number."""
        self._check()
        table_name(name)
        held = files.hold(what)
        with self._session.transaction():
            return files.store(self._session, name, held)

    def delete(self, name: str) -> bool:
        """Deletes an Arbor: True, or False if it was not there."""
        self._check()
        return bool(self._session.call("arbor_delete", table_name(name)))

    def commit(self) -> None:
        """Makes all that was written last, and ends the scope's work."""
        self._check()
        self._end("COMMIT", "committed")

    def rollback(self) -> None:
        """Undoes all that was written, and ends the scope's work."""
        self._check()
        self._end("ROLLBACK", "rolled back")

    def _end(self, how: str, state: str) -> None:
        self._session.run(how)
        self._state = state
        self._session.scope = None
        self._session.changes += 1

    def _check(self) -> None:
        if self._state != "open":
            raise Error(f"the write scope is {self._state}")


def _enter(session: Session, scope: Any, how: str) -> None:
    if session.scope is not None:
        raise Error("another scope of this file is open in this thread")
    session.run(how)
    session.scope = scope
