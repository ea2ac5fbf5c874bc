"""What a collection of trees answers when it is read: shared by eager Arbors and lazy plans. Reading is the engine's."""

from __future__ import annotations

import contextlib
import gc
import marshal
import struct
from typing import Any, Iterator

from . import text
from .expressions import Expr, IntoExpr, expression
from .frames import Frames
from .session import Session
from .stages import Stages
from .tree import Tree, loads


_MANY = 100_000  # values


class Query(Stages, Frames):
    """A plan on a session, and all that keeps what it names alive."""

    _session: Session
    _text: str  # of the plan, as the session runs it
    _keep: tuple[object, ...]
    _budgets: dict[str, int]

    def _call(self, function: str, *arguments: Any, budgets: dict[str, int] | None = None) -> Any:
        with self._session.budgets({**self._budgets, **(budgets or {})}):
            return self._session.call(function, self._text, *arguments)

    def _tree(self, json: str | None) -> Tree | None:
        return None if json is None else Tree(json, self._session)

    def _json_rows(self, plan: str | None = None) -> Iterator[list[tuple[Any, ...]]]:
        return self._session.blocks("SELECT tree FROM arbor_rows(?)", plan or self._text)

    # Immutable: a copy is the same.
    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __reduce__(self) -> Any:
        raise TypeError("an Arbor and its plans belong to their process: save it, or send its trees (to_list())")

    # Single trees and numbers.
    def __iter__(self) -> Iterator[Tree]:
        session = self._session
        for rows in self._json_rows():
            for (json,) in rows:
                yield Tree(json, session)

    def count(self) -> int:
        """How many trees there are.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).plan().filter("n > 1").count()
        1
        """
        return int(self._call("arbor_count"))

    def find_one(self, condition: IntoExpr) -> Tree | None:
        """The first tree for which the condition is true, or None. Stops at the first batch that has one.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).find_one("n > 1")
        Tree({'n': 2})
        """
        return self._tree(self._call("arbor_find_one", expression(condition).text))

    def find_one_or_error(self, condition: IntoExpr) -> Tree:
        """The first tree for which the condition is true. Raises `arbors.Error`, a KeyError, if there is none.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).find_one_or_error("n > 1")
        Traceback (most recent call last):
        ...
        arbors.errors.NotFoundError: no tree for which n > 1 is true
        """
        return Tree(self._call("arbor_find_one_or_error", expression(condition).text), self._session)

    def any(self, condition: IntoExpr) -> bool:
        """True if the condition is true for a tree. Stops at the first batch that has one.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).any("n > 1")
        False
        """
        return bool(self._call("arbor_any", expression(condition).text))

    def all(self, condition: IntoExpr) -> bool:
        """True if the condition is true for every tree. Stops at the first batch where it is not.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).all("n > 0")
        True
        """
        return bool(self._call("arbor_all", expression(condition).text))

    def matching_indices(self, condition: IntoExpr) -> list[int]:
        """The positions, from 0, of the trees for which the condition is true.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).matching_indices("n = 2")
        [1]
        """
        return loads(self._call("arbor_matching_indices", expression(condition).text))  # type: ignore[no-any-return]

    # Python's own values.
    def pick(self, exprs: Any = None, *, mode: str = "iterate") -> Any:
        """The trees as Python's dicts, or of expressions of each: an iterator, or a list with `mode="materialize"`.

        `exprs` is an expression, a list, or a dict of names and expressions; a text that is a path names its key by itself.
        Iterating reads batch by batch, and holds a few hundred trees at a time.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"name": "Ada", "birth": {"year": 1990}}])
        >>> trees.pick(["name", "birth.year", arbors.path("birth.year").dt.year().alias("x")], mode="materialize")
        [{'name': 'Ada', 'birth.year': 1990, 'x': 1970}]
        """
        if mode not in ("iterate", "materialize"):
            raise ValueError(f"mode is 'iterate' or 'materialize', not {mode!r}")
        plan = self._text if exprs is None else f"{self._text} | select {picked(exprs)}"
        return self._listed(plan) if mode == "materialize" else self._values(plan)

    def _values(self, plan: str) -> Iterator[Any]:
        """The trees as Python's values, from the lists that the engine makes of them."""
        for ((trees,),) in self._session.blocks("SELECT trees FROM arbor_marshal(?)", plan, most=1):
            if isinstance(trees, bytes):
                yield from _loaded(trees)
            else:
                yield loads(trees)

    def to_list(self) -> list[Any]:
        """All trees as Python values.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).to_list()
        [{'n': 1}]
        """
        return self._listed(self._text)

    def _listed(self, plan: str) -> list[Any]:
        trees: list[Any] = []
        with _uncollected():
            for ((block,),) in self._session.blocks("SELECT trees FROM arbor_marshal(?)", plan, most=1):
                if isinstance(block, bytes):
                    trees += marshal.loads(block)
                else:
                    trees.append(loads(block))
        return trees

    def _rows(self) -> tuple[list[str] | None, list[tuple[Any, ...]]]:
        """The keys of the first tree, if there is one, and the values of all: field by field where the engine has them so."""
        names: list[str] | None = None
        rows: list[tuple[Any, ...]] = []
        with _uncollected():
            for ((block,),) in self._session.blocks("SELECT rows FROM arbor_marshal_rows(?)", self._text, most=1):
                found = marshal.loads(block) if isinstance(block, bytes) else [loads(block)]
                if isinstance(found, tuple):
                    names = names or [*found[0]]
                    rows.extend(zip(*map(_unpacked, found[1])))
                else:
                    names = names or [*found[0]]
                    rows.extend(tuple(tree.values()) for tree in found)
        return names, rows

    # Explanations.
    def explain(self, logical: bool = True, optimized: bool = True, physical: bool = False, decode_plan: bool = True,
                costs: bool = False) -> str:
        """What the plan means, how it is run, what it decodes. Reads no data.

        >>> import arbors
        >>> plan = arbors.from_dicts([{"n": 1}]).plan().filter("n > 1")
        >>> print(plan.explain(optimized=False, decode_plan=False))  # doctest: +ELLIPSIS
        logical:
          @...
          | filter n > 1
        """
        return str(self._call("arbor_explain", _sections(logical, optimized, physical, decode_plan, costs))).rstrip("\n")

    def explain_analyze(self, logical: bool = True, optimized: bool = True, physical: bool = False, decode_plan: bool = True,
                        costs: bool = False, *, max_trees: int | None = None, time_budget_ms: int | None = None) -> str:
        """The same, and what a run observed; `max_trees` and `time_budget_ms` end it early, and it then says PARTIAL.

        >>> import arbors
        >>> "observed" in arbors.from_dicts([{"n": 1}]).plan().filter("n > 1").explain_analyze()
        True
        """
        options: dict[str, Any] = {"sections": _sections(logical, optimized, physical, decode_plan, costs)}
        if max_trees is not None:
            options["max_trees"] = text.nearest(int(max_trees))
        if time_budget_ms is not None:
            options["time_budget_ms"] = text.nearest(int(time_budget_ms))
        return str(self._call("arbor_explain_analyze", text.to_json(options))).rstrip("\n")

    # Keyed access.
    def index_by(self, *keys: IntoExpr, **budgets: int) -> Any:
        """The trees by key: `view[key]`, `view.get(key)`, `key in view`; several expressions make keys of several values.

        >>> import arbors
        >>> view = arbors.from_dicts([{"id": 7, "n": 1}]).index_by("id")
        >>> view[7], view.get(8), 8 in view
        (Tree({'id': 7, 'n': 1}), None, False)
        """
        from .expressions import items
        from .indexed import IndexedView
        stage = f"index_by {items(keys, {})}"
        return IndexedView(self._opened(stage, budgets), {**self._budgets, **budgets}, f"{getattr(self, '_shown')} | {stage}")

    def _opened(self, stage: str, budgets: dict[str, int]) -> Any:
        with self._session.budgets({**self._budgets, **budgets}):
            return self._session.open(f"{self._text} | {stage}", keep=self._keep)

    def validate(self, json_schema: Any) -> list[dict[str, Any]]:
        """What in the trees does not fit a JSON Schema: `{index, path, message}` of each fault, in the trees' order.

        Needs the package jsonschema.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": "x"}]).validate({"properties": {"n": {"type": "integer"}}})
        [{'index': 1, 'path': 'n', 'message': "'x' is not of type 'integer'"}]
        """
        try:
            import jsonschema
        except ImportError:
            raise ImportError("validate() needs jsonschema: pip install jsonschema") from None
        kind = jsonschema.validators.validator_for(json_schema)
        kind.check_schema(json_schema)
        validator = kind(json_schema)
        return [{"index": index, "path": _path_of(fault.absolute_path), "message": fault.message}
                for index, tree in enumerate(self.pick())
                for fault in sorted(validator.iter_errors(tree), key=lambda fault: [str(step) for step in fault.absolute_path])]

    # Writing.
    def save(self, path: Any, name: str) -> Any:
        """Stores the trees under a name in a database file, which is made if absent, and gives the stored Arbor.

        An Arbor of that name gets them as its new generation. All or nothing.

        >>> import arbors, tempfile, os
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     arbors.from_dicts([{"n": 1}]).save(os.path.join(folder, "t.db"), "numbers").to_list()
        [{'n': 1}]
        """
        from . import files
        return files.save(path, name, self)

    def to_json(self, path: Any = None, *, progress: bool | None = None, **budgets: int) -> Any:
        """Writes the trees as one JSON array to a file (`.gz`, `.zst` too) and gives a report; without a file, gives the text.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).to_json()
        '[{"n":1},{"n":2}]'
        """
        if path is None:
            return self._call("arbor_json", budgets=budgets)
        return self._export(path, "json", progress, budgets)

    def to_jsonl(self, path: Any, *, progress: bool | None = None) -> dict[str, Any]:
        """Writes the trees as JSON Lines to a file (`.gz`, `.zst` too), which appears when it is whole. Gives a report.

        >>> import arbors, tempfile, os
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     arbors.from_dicts([{"n": 1}]).to_jsonl(os.path.join(folder, "t.jsonl"))["trees"]
        1
        """
        return self._export(path, "jsonl", progress, {})

    def _export(self, path: Any, form: str, progress: bool | None, budgets: dict[str, int]) -> dict[str, Any]:
        import os
        from .progress import watching
        file = os.fspath(path)
        with watching(self._session, file, writes=True, wanted=progress):
            return loads(self._call("arbor_export", file, text.to_json({"format": form}),  # type: ignore[no-any-return]
                                    budgets=budgets))


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keeps the collector of cycles from looking through many new values that have none: now, and when it next looks for young
    ones. To freeze and unfreeze makes all values old at once, unless somebody keeps others frozen."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if hasattr(gc, "freeze") and gc.get_count()[0] > _MANY and gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _loaded(trees: bytes) -> Any:
    with _uncollected():
        return marshal.loads(trees)


def _unpacked(column: Any) -> Any:
    """A field's values: a list, or numbers side by side."""
    if isinstance(column, list):
        return column
    kind, numbers = column
    return struct.unpack(f"<{len(numbers) // 8}{kind}", numbers)


def picked(exprs: Any) -> str:
    """Expressions of `pick` as a select takes them."""
    if isinstance(exprs, dict):
        return ", ".join(repr(expression(value).alias(key)) for key, value in exprs.items())
    listed = [exprs] if isinstance(exprs, (str, Expr)) else [*exprs]
    if not listed:
        raise ValueError("pick wants at least one expression")
    return ", ".join(f"{text.path(item)} as {text.name(item)}" if isinstance(item, str) and text.is_path(item)
                     else repr(expression(item)) for item in listed)


def _sections(logical: bool, optimized: bool, physical: bool, decode_plan: bool, costs: bool) -> str:
    wanted = {"logical": logical, "optimized": optimized, "physical": physical, "decode_plan": decode_plan, "costs": costs}
    names = [name for name, shown in wanted.items() if shown]
    if not names:
        raise ValueError("explain wants at least one section")
    return ", ".join(names)


def _path_of(steps: Any) -> str:
    written = ""
    for step in steps:
        written += f"[{step}]" if isinstance(step, int) else ("." if written else "") + text.name(step)
    return written
