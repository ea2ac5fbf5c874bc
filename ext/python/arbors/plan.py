"""Lazy plans: text that grows by stages and is run when it is asked."""

from __future__ import annotations

from typing import Any

from . import text
from .expressions import IntoExpr, items
from .query import Query
from .session import Session
from .stages import Stages
from .tree import Tree


class ArborPlan(Query):
    """A plan over an Arbor. Its methods are the Arbor's, but building it does nothing; what is wrong with data comes up
    when it is run, by `collect()` or by any method that reads.

    >>> import arbors
    >>> plan = arbors.from_dicts([{"n": 1}, {"n": 2}]).plan().filter("n > 1").select("n * 10 as tens")
    >>> plan.collect().to_list()
    [{'tens': 20}]
    """

    def __init__(self, session: Session, text: str, keep: tuple[object, ...], budgets: dict[str, int],
                 shown: str, name: str | None) -> None:
        self._session, self._text, self._keep, self._budgets = session, text, keep, budgets
        self._shown, self._name = shown, name

    def _stage(self, stage: str, other: Any = None, after: str = "", budgets: dict[str, int] | None = None) -> Any:
        from .sources import as_source
        run, shown, keep = stage, stage, self._keep
        if other is not None:
            source = as_source(self._session, other)
            run, shown, keep = f"{run} ({source.text})", f"{shown} ({source.shown})", (*keep, *source.keep)
        return ArborPlan(self._session, f"{self._text} | {run}{after}", keep, {**self._budgets, **(budgets or {})},
                         f"{self._shown} | {shown}{after}", self._name)

    def index_by(self, *keys: IntoExpr, **budgets: int) -> Any:
        """A plan whose `collect()` gives an `IndexedView`."""
        return IndexedPlan(self._session, f"{self._text} | index_by {items(keys, {})}", self._keep,
                           {**self._budgets, **budgets}, f"{self._shown} | index_by {items(keys, {})}", self._name)

    def collect(self) -> Any:
        """Runs the plan: an Arbor, pinned for good. Computes the selection; trees stay where they are."""
        from .arbor import Arbor
        with self._session.budgets(self._budgets):
            return Arbor(self._session.open(self._text, keep=self._keep), self._shown, self._name)

    def collect_tree(self) -> Tree:
        """Runs the plan, which must give exactly one tree; else `arbors.Error`, a ValueError.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).plan().aggregate("sum(n) as s").collect_tree()
        Tree({'s': 3})
        """
        return Tree(self._call("arbor_collect_tree"), self._session)

    def to_text(self) -> str:
        """The plan's text. It runs on `ArborStore.connection` and, from stored Arbors, wherever their generation is.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).plan().filter("n > 0").head(1).to_text()  # doctest: +ELLIPSIS
        'memory_... | filter n > 0 | head 1'
        """
        return self._shown

    def plan(self) -> ArborPlan:
        """The plan itself."""
        return self

    def __getitem__(self, index: Any) -> Any:
        """`plan[i]` runs the plan and is a Tree; `plan[i:j]` is a longer plan.

        >>> import arbors
        >>> plan = arbors.from_dicts([{"n": 1}, {"n": 2}, {"n": 3}]).plan()
        >>> plan[1:].collect().to_list(), plan[-1]
        ([{'n': 2}, {'n': 3}], Tree({'n': 3}))
        """
        if isinstance(index, slice):
            return self._slice(index)
        position = text.integer(index, "a position")
        found = self._call("arbor_get", int(position))
        if found is None:
            raise IndexError(f"position {index} is out of range")
        return Tree(found, self._session)

    def _slice(self, index: slice) -> Any:
        start, stop = (None if end is None else int(text.integer(end, "a position")) for end in (index.start, index.stop))
        if index.step is not None and int(text.integer(index.step, "a step")) != 1:
            raise ValueError("a plan is sliced with a step of 1: collect() it first, or reverse() it")
        if (start or 0) < 0 and stop is not None or (stop or 0) < 0 and (start or 0) > 0:
            raise ValueError("a slice of a plan counts both ends from its beginning, or one from its end: collect() it first")
        if (stop or 0) < 0:
            return self.reverse().skip(-(stop or 0)).reverse()
        if (start or 0) < 0:
            return self.tail(-(start or 0))
        return (self.skip(start) if start else self)._cut(stop, start or 0)

    def _cut(self, stop: int | None, start: int) -> Any:
        return self if stop is None else self.head(max(stop - start, 0))

    def __repr__(self) -> str:
        return f"<ArborPlan {self._shown}>"


class IndexedPlan(ArborPlan):
    """A plan that ends with `index_by`."""

    def collect(self) -> Any:
        """Runs the plan: an `IndexedView`."""
        from .indexed import IndexedView
        with self._session.budgets(self._budgets):
            return IndexedView(self._session.open(self._text, keep=self._keep), self._budgets, self._shown)


class written(Stages):  # noqa: N801: a function in all but form
    """Stages as text alone."""

    def __init__(self, stages: str = "") -> None:
        self.stages = stages

    def _stage(self, stage: str, other: Any = None, after: str = "", budgets: dict[str, int] | None = None) -> Any:
        return written(f"{self.stages} | {stage}{after}" if self.stages else stage + after)
