"""Living Arbors: written row by row, with their history."""

from __future__ import annotations

from collections import abc
from typing import Any, Iterator

from . import files, sources, text
from .arbor import Arbor
from .errors import Error
from .expressions import IntoExpr, expression
from .session import Session, table_name


class ArborTable:
    """A stored Arbor at its newest state, and the ways to change it. Each call is a transaction of its own, or a part of the
    scope that is open. Made by `ArborStore.table`; the Arbor itself is made by the first insert.

    >>> import arbors, os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> table = arbors.connect(os.path.join(folder.name, "t.db")).table("players")
    >>> table.insert([{"id": 1, "hr": 3}, {"id": 2, "hr": 7}]), table.delete("hr > 5"), table.columns
    (2, 1, ['id', 'hr'])
    """

    def __init__(self, store: Any, name: str) -> None:
        self._store, self._name, self._place = store, name, table_name(name)

    @property
    def _session(self) -> Session:
        return self._store._open()  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<ArborTable {self._name}>"

    # Reading.
    def arbor(self) -> Arbor:
        """The newest state, pinned."""
        return files.open_named(self._session, self._name)

    def __len__(self) -> int:
        return int(self._session.call("arbor_count", self._place))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.arbor())

    @property
    def columns(self) -> list[str]:
        """The names of the visible columns in SQL."""
        return [name for (name,) in self._session.run("SELECT name FROM pragma_table_info(?)", self._name)] or self._absent()

    def _absent(self) -> Any:
        len(self)  # says which Arbors there are
        return []

    def schema(self) -> list[dict[str, Any]]:
        """path, column, kinds, count, nulls, min, max, distinct and bytes of each path."""
        return files.dicts(self._session, "SELECT * FROM arbor_schema(?)", self._place)

    # Writing.
    def insert(self, trees: Any) -> int:
        """Appends a tree (a dict) or several (an iterable, an Arbor, a table of Arrow), all or nothing. Gives their number."""
        return self._append(trees, {})["trees"]

    def upsert(self, trees: Any, *, key: str | list[str] | None = None, on_conflict: str = "replace") -> int:
        """Inserts trees, or puts them in the place of those with the same key; `on_conflict="merge"` applies them as merge
        patches, `"ignore"` leaves those that are there. `key` makes paths the Arbor's unique key. Gives the number of trees.
        """
        if on_conflict not in ("replace", "merge", "ignore", "error"):
            raise ValueError(f"on_conflict is 'replace', 'merge', 'ignore' or 'error', not {on_conflict!r}")
        with self._session.transaction():
            if key is not None:
                self._session.call("arbor_append", self._place, "[]")
                self._set_key(", ".join(text.path(part) for part in ([key] if isinstance(key, str) else key)))
            try:
                return self._append(trees, {"on_conflict": on_conflict})["trees"]
            except Error as error:
                if "wants a key of" not in str(error):
                    raise
                raise Error(f"{self._name} has no key that tells which trees are the same: upsert(…, key='id') sets one") from None

    def _set_key(self, key: str) -> None:
        if self._session.call("arbor_option", self._place, "key") != key:
            self._session.call("arbor_option", self._place, "key", key)

    def _append(self, trees: Any, options: dict[str, Any]) -> dict[str, int]:
        held = files.hold(trees)
        is_table = hasattr(held, "__arrow_c_stream__") and not isinstance(held, Arbor)
        if is_table and options:
            held, is_table = sources.from_arrow(held), False
        with self._session.transaction():
            if is_table:
                from . import arrow
                return {"trees": arrow.append(self._session, self._place, held)}
            return sources.append_pieces(self._session, self._place, sources.pieces_of(held), {"format": "jsonl", **options})

    def update(self, where: IntoExpr | None, patch: dict[str, Any]) -> int:
        """Applies a merge patch (RFC 7396: objects are entered, null removes a key) to the trees for which the condition is
        true, or to all where it is None. Gives their number."""
        if not isinstance(patch, abc.Mapping):
            raise TypeError(f"a patch is a dict, not {type(patch).__name__}")
        return self._change("UPDATE {} SET _patch = ?", where, text.to_json(patch))

    def delete(self, where: IntoExpr | None) -> int:
        """Deletes the trees for which the condition is true, or all where it is None. Gives their number."""
        return self._change("DELETE FROM {}", where)

    def _change(self, statement: str, where: IntoExpr | None, *parameters: Any) -> int:
        sql = statement.format(text.name(self._name))
        with self._session.transaction():
            if where is None:
                self._session.run(sql, *parameters)
            else:
                self._session.run(f"{sql} WHERE _tree MATCH ?", *parameters, expression(where).text)
            return int(self._session.value("SELECT changes()"))

    def import_file(self, glob: Any, *, progress: bool | None = None, **options: Any) -> dict[str, Any]:
        """Imports a file, or several by a glob or a list, with the options of `arbor_import`, and gives its report. Shows a
        progress bar where tqdm is installed and the output is a terminal."""
        import os
        file = text.to_json([*map(os.fspath, glob)]) if isinstance(glob, (list, tuple)) else os.fspath(glob)
        with self._session.transaction():
            return sources.import_file(self._session, self._place, file, options, progress)

    def index(self, path: str) -> None:
        """Keeps an index on a path, for look-ups, ranges and order, or on the elements of arrays (`tags[*]`)."""
        self._session.call("arbor_create_index", self._place, text.path(path))
        self._session.changes += 1

    # History.
    def history(self) -> list[dict[str, Any]]:
        """The readable generations: generation, time (UTC), trees, added, removed, tag and what keeps it."""
        return files.dicts(self._session, "SELECT * FROM arbor_history(?)", self._place)

    def at(self, when: Any) -> Arbor:
        """The state of then: of a generation (int), a tag, a modifier such as "-1 day", a time (text or datetime, UTC)."""
        generation = when if isinstance(when, int) else self._session.call("arbor_generation", self._place, _when(when))
        plan = f"{self._place}@{text.integer(generation, 'a generation')}"
        return Arbor(self._session.open(plan), plan, self._name)

    def diff(self, a: Any, b: Any = None) -> list[dict[str, Any]]:
        """What changed from `a` to `b` (the newest if None): rowid, change, path, old and new (Python values; None both for null and for what is missing) of each."""
        from .tree import loads
        ends = [_when(a)] if b is None else [_when(a), _when(b)]
        rows = files.dicts(self._session, f"SELECT * FROM arbor_diff(?{', ?' * len(ends)})", self._place, *ends)
        return [{**row, "old": row["old"] and loads(row["old"]), "new": row["new"] and loads(row["new"])} for row in rows]

    def tag(self, tag: str, when: Any = None) -> int:
        """Names a generation (the newest if None), which keeps it readable. Gives the generation."""
        ends = [] if when is None else [_when(when)]
        with self._session.transaction():
            return int(self._session.call("arbor_tag", self._place, tag, *ends))

    def restore(self, when: Any) -> int:
        """Makes the Arbor what it was then, as a new generation. Gives the number of trees that changed."""
        with self._session.transaction():
            return int(self._session.call("arbor_restore", self._place, _when(when)))


def _when(when: Any) -> Any:
    import datetime
    if isinstance(when, datetime.datetime):
        if when.tzinfo is not None:
            when = when.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return when.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(when, int):
        return text.nearest(when)
    return when.isoformat() if isinstance(when, datetime.date) else when
