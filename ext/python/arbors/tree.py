"""One tree: a JSON value that reads like Python's dicts and lists, and is parsed when it is looked into."""

from __future__ import annotations

import json
from typing import Any, Iterator

from . import text
from .expressions import IntoExpr, items

loads = json.loads
_UNREAD = object()


class Tree:
    """A JSON value: usually an object. Immutable, and read on any thread: it holds its text. Plans on it belong to its Arbor's.

    `tree[key]` is a Tree for objects and arrays, else Python's value; mappings and sequences behave as dicts and lists do.

    >>> import arbors
    >>> tree = arbors.from_dicts([{"name": "Ada", "tags": ["x", "y"], "birth": {"year": 1990}}])[0]
    >>> tree["name"], tree["birth"]["year"], tree["tags"][-1], "age" in tree, len(tree["tags"])
    ('Ada', 1990, 'y', False, 2)
    """

    __slots__ = ("_json", "_value", "_session")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, json: str | None, session: Any = None, value: Any = _UNREAD) -> None:
        self._json, self._session, self._value = json, session, value

    @classmethod
    def of(cls, value: Any) -> Tree:
        """A Python value of dicts, lists, texts, numbers, bools and None as a tree.

        >>> Tree.of({"a": 1})
        Tree({'a': 1})
        """
        return value if isinstance(value, Tree) else cls(text.to_json(value))

    # Its value.
    @property
    def value(self) -> Any:
        """The whole as Python's values. Treat it as read-only: it is parsed once."""
        if self._value is _UNREAD:
            self._value = loads(self._json)  # type: ignore[arg-type]
        return self._value

    def to_dict(self) -> dict[str, Any]:
        """The whole as a dict of its own. Raises TypeError where the tree is no object."""
        self._object()
        return loads(self.to_json())  # type: ignore[no-any-return]

    def to_json(self) -> str:
        """The whole as JSON text."""
        if self._json is None:
            self._json = text.to_json(self._value)
        return self._json

    def _inner(self, value: Any) -> Any:
        return Tree(None, self._session, value) if isinstance(value, (dict, list)) else value

    # As a mapping and a sequence.
    def __getitem__(self, key: Any) -> Any:
        value = self.value
        if isinstance(value, list) and isinstance(key, slice):
            return [self._inner(element) for element in value[key]]
        if isinstance(value, list) and isinstance(key, str):
            raise TypeError(f"the tree is an array: its positions are ints, not {key!r}")
        if isinstance(value, (dict, list)):
            return self._inner(value[key])
        raise TypeError(f"the tree is {_kind(value)} and has nothing inside")

    def get(self, key: Any, default: Any = None) -> Any:
        """What is under a key or position, or `default`."""
        try:
            return self[key]
        except (KeyError, IndexError):
            return default

    def __len__(self) -> int:
        if not isinstance(self.value, (dict, list)):
            raise TypeError(f"the tree is {_kind(self.value)} and has no length")
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __iter__(self) -> Iterator[Any]:
        value = self.value
        if isinstance(value, dict):
            return iter(value)
        if isinstance(value, list):
            return map(self._inner, value)
        raise TypeError(f"the tree is {_kind(value)} and has nothing inside")

    def __contains__(self, key: Any) -> bool:
        return isinstance(self.value, (dict, list)) and key in self.value

    def keys(self) -> Any:
        """The keys of an object, in their order."""
        return self._object().keys()

    def values(self) -> list[Any]:
        """The values of an object; objects and arrays as Trees."""
        return [self._inner(value) for value in self._object().values()]

    def items(self) -> list[tuple[str, Any]]:
        """The keys and values of an object."""
        return [(key, self._inner(value)) for key, value in self._object().items()]

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise TypeError(f"the tree is not an object but {_kind(self.value)}; ask for .value")
        return self.value

    def __reduce__(self) -> Any:
        return Tree, (self.to_json(),)

    def __copy__(self) -> Tree:
        return self

    def __deepcopy__(self, memo: Any) -> Tree:
        return self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Tree):
            return bool(self.value == other.value)
        return bool(self.value == other) if isinstance(other, (dict, list, str, int, float, type(None))) else NotImplemented

    def __repr__(self) -> str:
        shown = repr(self.value)
        return f"Tree({shown if len(shown) <= 2000 else shown[:2000] + '…'})"

    def _repr_html_(self) -> str:
        import html
        return f"<pre>{html.escape(json.dumps(self.value, ensure_ascii=False, indent=2))}</pre>"

    # Onwards.
    def save(self, path: Any, name: str) -> Any:
        """Stores the tree as an Arbor of one in a database file, and gives that Arbor.

        >>> import arbors, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Tree.of({"n": 1}).save(os.path.join(folder, "t.db"), "one").to_list()
        [{'n': 1}]
        """
        from . import files
        return files.save(path, name, self)

    def plan(self) -> TreePlan:
        """A lazy plan over this one tree.

        >>> Tree.of({"n": 1, "m": 2}).plan().select("n").collect_tree()
        Tree({'n': 1})
        """
        from . import session
        return TreePlan(self, self._session or session.of_memory())


class TreePlan:
    """A plan over one tree: `select`, `add_field`, `explode`, `filter`, then `collect()` or `collect_tree()`."""

    def __init__(self, tree: Tree, session: Any, stages: str = "") -> None:
        self._tree, self._session, self._stages = tree, session, stages

    def _stage(self, stage: str) -> TreePlan:
        return TreePlan(self._tree, self._session, f"{self._stages} | {stage}")

    def select(self, *exprs: IntoExpr, **named: IntoExpr) -> TreePlan:
        """A new tree of these fields, as in `Arbor.select`."""
        return self._stage(f"select {items(exprs, named)}")

    def add_field(self, name: Any = None, expr: IntoExpr | None = None, *, on_mismatch: str = "error",
                  **named: IntoExpr) -> TreePlan:
        """The tree with more fields, as in `Arbor.add_field`."""
        from .plan import written
        return self._stage(written().add_field(name, expr, on_mismatch=on_mismatch, **named).stages)

    def explode(self, path: IntoExpr, name: str | None = None, *, outer: bool = False) -> TreePlan:
        """A tree of each element of an array, as in `Arbor.explode`."""
        from .plan import written
        return self._stage(written().explode(path, name, outer=outer).stages)

    def filter(self, *conditions: IntoExpr) -> TreePlan:
        """The tree if every condition is true, else none, as in `Arbor.filter`."""
        from .plan import written
        return self._stage(written().filter(*conditions).stages)

    def to_text(self) -> str:
        """The plan's text."""
        return f"json {text.quote('[' + self._tree.to_json() + ']')}{self._stages}"

    def collect(self) -> Any:
        """Runs the plan: an Arbor of what came out."""
        from .arbor import Arbor
        plan = f"json ?1{self._stages}"
        return Arbor(self._session.open(plan, f"[{self._tree.to_json()}]"), self.to_text(), None)

    def collect_tree(self) -> Tree:
        """Runs the plan, which must give exactly one tree; else `arbors.Error`, a ValueError.

        >>> Tree.of({"n": [1, 2]}).plan().explode("n").collect_tree()
        Traceback (most recent call last):
        ...
        arbors.errors.CardinalityError: the plan gives more than one tree, where exactly one is wanted
        """
        plan = f"json ?1{self._stages}"
        return Tree(self._session.call("arbor_collect_tree", plan, f"[{self._tree.to_json()}]"), self._session)

    def __repr__(self) -> str:
        return f"TreePlan({self._tree!r}{self._stages})"


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a text", bool: "a bool", int: "a number", float: "a number"}
    return names.get(type(value), "null")
