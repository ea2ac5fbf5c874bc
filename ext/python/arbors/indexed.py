"""Trees by key: what `index_by` gives."""

from __future__ import annotations

from typing import Any

from . import text
from .errors import NotFoundError
from .session import Handle
from .tree import Tree


class IndexedView:
    """Trees by the values of the expressions that `index_by` was given; of equal keys, the first tree.

    >>> import arbors
    >>> view = arbors.from_dicts([{"a": 1, "b": 2}]).index_by("a", "b")
    >>> view[1, 2]
    Tree({'a': 1, 'b': 2})
    """

    __iter__ = None  # keys are asked for, not listed

    def __init__(self, handle: Handle, budgets: dict[str, int], shown: str) -> None:
        self._handle, self._budgets, self._shown = handle, budgets, shown

    def get(self, key: Any, default: Any = None) -> Any:
        """The first tree with this key, or `default`."""
        session = self._handle.session
        parts = [_part(part) for part in (key if isinstance(key, tuple) else (key,))]
        with session.budgets(self._budgets):
            json = session.call("arbor_lookup", self._handle.name, *parts)
        return default if json is None else Tree(json, session)

    def __getitem__(self, key: Any) -> Tree:
        tree = self.get(key)
        if tree is None:
            raise NotFoundError(f"no tree with the key {key!r}")
        return tree  # type: ignore[no-any-return]

    def __contains__(self, key: Any) -> bool:
        return self.get(key) is not None

    def __repr__(self) -> str:
        return f"<IndexedView {self._shown}>"


def _part(value: Any) -> Any:
    """A key's part as SQLite takes it."""
    if not isinstance(value, (str, int, float, type(None))):
        value = text.plain(value)
    if isinstance(value, (list, dict)):
        raise TypeError(f"a key is a text, a number, a bool or None, or a tuple of them, not {type(value).__name__}")
    return text.as_sql(value)
