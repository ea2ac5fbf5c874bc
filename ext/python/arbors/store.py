"""Stores: a file's Arbors behind one object, with scopes, SQL, settings and living tables."""

from __future__ import annotations

import builtins
import contextlib
from typing import Any, Iterator

from . import files
from . import session as sessions
from .arbor import Arbor
from .errors import Error
from .scopes import ReadScope, WriteScope
from .stages import BUDGETS
from .table import ArborTable
from .tree import loads


class ArborStore:
    """The named Arbors of a database file. Made by `connect`; also for `with`, which closes it.

    Look-ups give the state of the last `refresh()`, or of the last write through this process and thread. Arbors that were
    looked up go on after `close()`.

    >>> import arbors, os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with arbors.connect(os.path.join(folder.name, "shop.db")) as db:
    ...     with db.write() as scope:
    ...         _ = scope.put("orders", [{"id": 1, "total": 5}, {"id": 2, "total": 7}])
    ...         scope.commit()
    ...     orders = db["orders"]
    ...     _ = db.table("orders").insert({"id": 3, "total": 9})
    ...     len(orders), len(db["orders"]), db.list()
    (2, 3, ['orders'])
    """

    def __init__(self, path: Any) -> None:
        self._session = sessions.of_file(path, create=True)
        self._closed = False
        self._known: dict[str, Arbor] = {}
        self._known_at = self._session.changes

    def _open(self) -> sessions.Session:
        if self._closed:
            raise Error("the store is closed")
        self._session.check()
        return self._session

    @property
    def connection(self) -> Any:
        """The SQLite connection, with the extension loaded, in autocommit mode."""
        return self._open().connection

    # Arbors.
    def __getitem__(self, name: str) -> Arbor:
        session = self._open()
        if self._known_at != session.changes:
            self.refresh()
        if name not in self._known:
            self._known[name] = files.open_named(session, name)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in files.names(self._open())

    def __iter__(self) -> Iterator[str]:
        return iter(self.list())

    def list(self) -> builtins.list[str]:
        """The names of the Arbors, in alphabetical order."""
        return files.names(self._open())

    def refresh(self) -> None:
        """Lets new look-ups see the newest state. Arbors that were looked up keep theirs."""
        self._known_at = self._open().changes
        self._known.clear()

    def table(self, name: str) -> ArborTable:
        """The living Arbor of that name: written through, and always at its newest state."""
        self._open()
        return ArborTable(self, name)

    # Scopes.
    def read(self) -> ReadScope:
        """A `with` that sees one committed state of all Arbors."""
        return ReadScope(self._open())

    def write(self) -> WriteScope:
        """A `with` that writes all or nothing: `put`, `delete`, then `commit`."""
        return WriteScope(self._open())

    def close(self) -> None:
        """Stops new work on the store; Arbors go on. Again: nothing."""
        self._closed = True
        self._known.clear()

    def __enter__(self) -> ArborStore:
        self._open()
        return self

    def __exit__(self, *failure: Any) -> None:
        self.close()

    # SQL and settings.
    def sql(self, query: str, params: Any = ()) -> Any:
        """Runs SQL: a SELECT in the engine where it can, anything else in SQLite. Gives a `Result`.

        >>> import arbors, os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> db = arbors.connect(os.path.join(folder.name, "t.db"))
        >>> _ = db.table("t").insert([{"k": "a", "n": 1}, {"k": "b", "n": 2}])
        >>> db.sql("SELECT k, n FROM t WHERE n > ?", [1]).dicts()
        [{'k': 'b', 'n': 2}]
        """
        from .result import run
        return run(self._open(), query, params)

    @contextlib.contextmanager
    def options(self, **budgets: int) -> Iterator[None]:
        """A `with` that sets budgets (`max_group_keys`, `threads`, …) and sets them back.

        >>> import arbors, os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> db = arbors.connect(os.path.join(folder.name, "t.db"))
        >>> _ = db.table("t").insert([{"k": 1}, {"k": 2}])
        >>> with db.options(max_group_keys=1):
        ...     db["t"].group_by("k")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        arbors.errors.BudgetError: the plan makes more than 1 groups (max_group_keys): ...
        """
        unknown = [*budgets.keys() - BUDGETS]
        if unknown:
            raise TypeError(f"no such budget: {unknown[0]} (there are: {', '.join(sorted(BUDGETS))})")
        with self._open().budgets(budgets):
            yield

    def stats(self) -> dict[str, int]:
        """Counters of the work done on this file by this process and thread."""
        return loads(self._open().call("arbor_stats"))  # type: ignore[no-any-return]

    def reset_stats(self) -> None:
        """Sets the counters to zero."""
        self._open().call("arbor_reset_stats")

    def __repr__(self) -> str:
        return f"<ArborStore {self._session.path}{' (closed)' if self._closed else ''}>"


def connect(path: Any) -> ArborStore:
    """Opens a database file, which is made if absent, as an `ArborStore`."""
    return ArborStore(path)
