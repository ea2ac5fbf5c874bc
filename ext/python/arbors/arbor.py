"""Eager Arbors: handles pinned to their state for good."""

from __future__ import annotations

import re
from typing import Any, Iterator

from . import text
from .display import html_table, summary
from .errors import Error
from .plan import ArborPlan
from .query import Query
from .session import Handle
from .tree import Tree, loads

# Stages that make fields of each tree by itself; expressions that mean something else each time.
_ROW_WISE = re.compile(r"(select|add_field|drop|rename)\b")
_OF_NOW = re.compile(r"\bnow\b|random|\b(date|time|datetime|julianday|unixepoch|strftime)\s*\(", re.IGNORECASE)


class Arbor(Query):
    """An ordered, immutable collection of JSON trees. Every method computes its selection at once and gives a new Arbor;
    the data stays where it is, and is read when trees are asked for.

    It keeps its state whatever is written later in this process; `refresh()` gives the newest one. It belongs to the thread
    that made it.

    >>> import arbors
    >>> players = arbors.from_dicts([{"name": "Ada", "HR": 3}, {"name": "Bo", "HR": 7}])
    >>> len(players), players[-1]["name"], [tree["HR"] for tree in players.sort_by("HR desc")]
    (2, 'Bo', [7, 3])
    """

    def __init__(self, handle: Handle, shown: str, name: str | None) -> None:
        self._handle, self._shown, self._name = handle, shown, name
        self._session, self._text, self._keep = handle.session, handle.name, (handle,)
        self._budgets: dict[str, int] = {}
        self._length: int | None = None
        self._columns_plan = handle.name  # the same trees, where their columns are at hand

    def _stage(self, stage: str, other: Any = None, after: str = "", budgets: dict[str, int] | None = None) -> Any:
        made = self.plan()._stage(stage, other, after, budgets).collect()
        if _ROW_WISE.match(stage) and not _OF_NOW.search(stage):
            made._columns_plan = f"{self._columns_plan} | {stage}{after}"
        return made

    @property
    def name(self) -> str | None:
        """The name of the stored Arbor that the trees come from, or None."""
        return self._name

    # As a sequence.
    def __len__(self) -> int:
        self._session.check()
        if self._length is None:
            self._length = self.count()
        return self._length

    def __bool__(self) -> bool:
        return len(self) > 0

    def __getitem__(self, index: Any) -> Any:
        """`a[i]` is a Tree, `a[i:j]` an Arbor."""
        if isinstance(index, slice):
            return self._slice(*index.indices(len(self)))
        position = text.integer(index, "a position")
        found = self._tree(self._call("arbor_get", int(position)))
        if found is None:
            raise IndexError(f"position {index} is out of range (there are {len(self)} trees)")
        return found

    def _slice(self, start: int, stop: int, step: int) -> Arbor:
        if step == 1:
            sliced = self.plan().skip(start).head(max(stop - start, 0))
        elif step == -1 and start == len(self) - 1 and stop == -1:
            sliced = self.plan().reverse()
        else:
            sliced = self.plan().take(*range(start, stop, step))
        return sliced.collect()  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Tree]:
        return super().__iter__()

    # Plans, other states.
    def plan(self) -> ArborPlan:
        """A lazy plan over this Arbor.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).plan().filter("n > 1").count()
        0
        """
        return ArborPlan(self._session, self._text, self._keep, {}, self._shown, self._name)

    def refresh(self) -> Arbor:
        """The same plan on the newest state. Raises RuntimeError for an Arbor in memory.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).refresh()
        Traceback (most recent call last):
        ...
        arbors.errors.Error: an Arbor in memory has no newer state
        """
        if self._session.path is None:
            raise Error("an Arbor in memory has no newer state")
        handle = Handle(self._session, self._call("arbor_refresh"), self._keep)
        return Arbor(handle, self._shown, self._name)

    def sql(self, query: str, params: Any = ()) -> Arbor:
        """The rows of a SELECT over this Arbor, which it calls `self`, as an Arbor.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"k": "a", "n": 1}, {"k": "a", "n": 2}])
        >>> trees.sql("SELECT k, sum(n) AS total FROM self WHERE n < ? GROUP BY k", [9]).to_list()
        [{'k': 'a', 'total': 3}]
        """
        from .result import select_from
        return select_from(self, query, params)

    def schema(self) -> list[dict[str, Any]]:
        """What the trees hold: path, column, kinds, count, nulls, min, max, distinct and bytes of each path.

        >>> import arbors
        >>> [(row["path"], row["kinds"]) for row in arbors.from_dicts([{"n": 1}]).schema()]
        [('$', 'object'), ('n', 'integer')]
        """
        from .files import schema_of
        return schema_of(self)

    # For people.
    def __repr__(self) -> str:
        return summary(self)

    def _repr_html_(self) -> str:
        return html_table(self)

    def _head_values(self, n: int) -> list[Any]:
        return [loads(json) for rows in self._json_rows(f"{self._text} | head {n}") for (json,) in rows]
