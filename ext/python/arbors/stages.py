"""The stages of plans as methods, the same for eager Arbors and lazy plans: each checks its arguments and writes its text."""

from __future__ import annotations

import abc
from typing import Any, TypeVar

from . import text
from .expressions import Expr, IntoExpr, condition, expression, flat, items

S = TypeVar("S", bound="Stages")

BUDGETS = frozenset(("cache_bytes", "threads", "max_buffer_trees", "max_group_keys", "max_index_entries", "max_tree_bytes",
                     "max_window_bytes", "parallel_trees"))


def split_budgets(named: dict[str, Any]) -> tuple[dict[str, int], dict[str, Any]]:
    """Keywords that are budgets, and the others."""
    budgets = {key: int(value) for key, value in named.items() if key in BUDGETS}
    return budgets, {key: value for key, value in named.items() if key not in BUDGETS}


class Stages(abc.ABC):
    """What can be done with an ordered collection of trees, giving another one. Nothing here changes the collection itself."""

    @abc.abstractmethod
    def _stage(self: S, stage: str, other: Any = None, after: str = "", budgets: dict[str, int] | None = None) -> S:
        """The collection after one more stage: its text, another collection's plan in parentheses, more text."""

    # Which trees.
    def filter(self: S, *conditions: IntoExpr) -> S:
        """The trees for which every condition is true.

        Decodes the conditions' paths alone, and of no batch that statistics rule out.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"n": 1}, {"n": 2}, {"n": 3}])
        >>> trees.filter(arbors.path("n") >= 2, "n < 3").to_list()
        [{'n': 2}]
        """
        return self._stage(f"filter {condition(conditions)}")

    def head(self: S, n: int = 5) -> S:
        """The first `n` trees.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).head(1).to_list()
        [{'n': 1}]
        """
        return self._stage(f"head {text.integer(n, 'n', 0)}")

    def tail(self: S, n: int = 5) -> S:
        """The last `n` trees.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).tail(1).to_list()
        [{'n': 2}]
        """
        return self._stage(f"tail {text.integer(n, 'n', 0)}")

    def skip(self: S, n: int) -> S:
        """All but the first `n` trees.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).skip(1).to_list()
        [{'n': 2}]
        """
        return self._stage(f"skip {text.integer(n, 'n', 0)}")

    def take(self: S, *positions: Any) -> S:
        """The trees at these positions, in that order; negatives count from the end, one that is not there is an error.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}, {"n": 3}]).take(2, 0, -1).to_list()
        [{'n': 3}, {'n': 1}, {'n': 3}]
        """
        listed = text.positions(positions)
        return self._stage(f"take {', '.join(listed)}") if listed else self._stage("head 0")

    def sample(self: S, n: int, seed: int | None = None) -> S:
        """`n` trees chosen at random, in their order; the same ones for the same seed (0 if none is given).

        >>> import arbors
        >>> trees = arbors.from_dicts([{"n": n} for n in range(100)])
        >>> trees.sample(3, seed=7).to_list() == trees.sample(3, seed=7).to_list()
        True
        """
        return self._stage(f"sample {text.integer(n, 'n', 0)}{_seed(seed)}")

    def shuffle(self: S, seed: int | None = None) -> S:
        """All trees in a random order; the same one for the same seed (0 if none is given).

        >>> import arbors
        >>> sorted(arbors.from_dicts([{"n": 1}, {"n": 2}]).shuffle(seed=1).to_list(), key=str)
        [{'n': 1}, {'n': 2}]
        """
        return self._stage(f"shuffle{_seed(seed)}")

    def reverse(self: S) -> S:
        """The trees last to first.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).reverse().to_list()
        [{'n': 2}, {'n': 1}]
        """
        return self._stage("reverse")

    # Their order.
    def sort_by(self: S, *keys: IntoExpr, descending: bool | list[bool] | tuple[bool, ...] = False,
                nulls: str | None = None) -> S:
        """The trees ordered by the keys; trees that agree keep their order.

        NULL sorts first, then numbers, then texts; `nulls` is "first" or "last". A key may be a text such as "n desc",
        or carry `.desc()`; `descending` is one bool for all keys or one for each.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}, {"n": 2, "s": "a"}])
        >>> trees.sort_by("n desc", "s").to_list()
        [{'n': 2, 's': 'a'}, {'n': 2, 's': 'b'}, {'n': 1, 's': 'a'}]
        """
        if nulls not in (None, "first", "last"):
            raise ValueError(f"nulls is 'first' or 'last', not {nulls!r}")
        listed = flat(keys)
        ways = [descending] * len(listed) if isinstance(descending, bool) else [*descending]
        if len(ways) != len(listed):
            raise ValueError(f"there are {len(listed)} keys, but {len(ways)} values of descending")
        ends = f" nulls {nulls}" if nulls else ""
        parts = [f"{expression(key).text}{' desc' if way else ''}{ends}" for key, way in zip(listed, ways)]
        return self._stage(f"sort_by {_listed(parts, 'key')}")

    def top_k(self: S, n: int, *by: IntoExpr) -> S:
        """The `n` trees with the greatest keys, greatest first.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 3}, {"n": 2}]).top_k(2, "n").to_list()
        [{'n': 3}, {'n': 2}]
        """
        return self._stage(f"top_k {text.integer(n, 'n', 0)} by {items(by, {})}")

    def bottom_k(self: S, n: int, *by: IntoExpr) -> S:
        """The `n` trees with the least keys, least first.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 3}, {"n": 2}]).bottom_k(2, "n").to_list()
        [{'n': 1}, {'n': 2}]
        """
        return self._stage(f"bottom_k {text.integer(n, 'n', 0)} by {items(by, {})}")

    def unique_by(self: S, *keys: IntoExpr) -> S:
        """The first tree of each key.

        >>> import arbors
        >>> arbors.from_dicts([{"k": 1, "n": 1}, {"k": 1, "n": 2}]).unique_by("k").to_list()
        [{'k': 1, 'n': 1}]
        """
        return self._stage(f"unique_by {items(keys, {})}")

    # Their fields.
    def select(self: S, *exprs: IntoExpr, **named: IntoExpr) -> S:
        """A new tree of each: a bare path is named by its last key, others by `alias`, `as` or their keyword.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"name": "Ada", "birth": {"year": 1990}}])
        >>> trees.select("birth.year", arbors.path("name").str.upper().alias("NAME"), age="2026 - birth.year").to_list()
        [{'year': 1990, 'NAME': 'ADA', 'age': 36}]
        """
        return self._stage(f"select {items(exprs, named)}")

    def add_field(self: S, name: str | dict[str, IntoExpr] | Expr | None = None, expr: IntoExpr | None = None,
                  *, on_mismatch: str = "error", **named: IntoExpr) -> S:
        """The trees with more fields, or with other values in them; every expression sees the tree as it came.

        `add_field("a.b", expr)` takes a path, `add_field(total=expr)` a plain name. Where `a` is there and is no object,
        that is an error which names the tree, or with `on_mismatch="skip"` the tree stays without the field.

        >>> import arbors
        >>> arbors.from_dicts([{"a": 1}]).add_field("b.c", arbors.path("a") + 1).to_list()
        [{'a': 1, 'b': {'c': 2}}]
        >>> arbors.from_dicts([{"a": 1}, {"a": {}}]).add_field("a.b", arbors.lit(2), on_mismatch="skip").to_list()
        [{'a': 1}, {'a': {'b': 2}}]
        """
        if on_mismatch not in ("error", "skip"):
            raise ValueError(f"on_mismatch is 'error' or 'skip', not {on_mismatch!r}")
        fields: list[str] = []
        if isinstance(name, dict):
            fields += [f"{text.path(key)} = {expression(value).text}" for key, value in name.items()]
        elif isinstance(name, Expr):
            if name.name is None:
                raise ValueError(f"a field wants a name: ({name}).alias('…')")
            fields.append(f"{text.name(name.name)} = {name.text}")
        elif name is not None:
            if expr is None:
                raise ValueError(f"add_field wants an expression for {name!r}")
            fields.append(f"{text.path(name)} = {expression(expr).text}")
        fields += [f"{text.name(key)} = {expression(value).text}" for key, value in named.items()]
        return self._stage(f"add_field {'skip ' if on_mismatch == 'skip' else ''}{_listed(fields, 'field')}")

    def drop(self: S, *paths: IntoExpr) -> S:
        """The trees without these fields.

        >>> import arbors
        >>> arbors.from_dicts([{"a": 1, "b": 2}]).drop("a").to_list()
        [{'b': 2}]
        """
        return self._stage(f"drop {_listed([_path(path) for path in flat(paths)], 'path')}")

    def rename(self: S, names: dict[str, str] | None = None, **named: str) -> S:
        """The trees with fields under other names: `rename({"old": "new"})` or `rename(old="new")`.

        >>> import arbors
        >>> arbors.from_dicts([{"a": 1, "b": 2}]).rename(a="c").to_list()
        [{'c': 1, 'b': 2}]
        """
        pairs = {**(names or {}), **named}
        return self._stage(f"rename {_listed([f'{text.path(old)} as {text.name(new)}' for old, new in pairs.items()], 'name')}")

    def flatten(self: S) -> S:
        """The trees with dotted keys in the place of nested objects.

        >>> import arbors
        >>> arbors.from_dicts([{"a": {"b": 1}}]).flatten().to_list()
        [{'a.b': 1}]
        """
        return self._stage("flatten")

    def explode(self: S, path: IntoExpr, name: str | None = None, *, outer: bool = False) -> S:
        """A tree of each element of an array (of each member of an object: `{key, value}`), in its place or under `name`.

        Trees without elements give none, or stay as they are with `outer`.

        >>> import arbors
        >>> arbors.from_dicts([{"a": 1, "b": [2, 3]}]).explode("b", "x").to_list()
        [{'a': 1, 'x': 2}, {'a': 1, 'x': 3}]
        """
        named = f" as {text.name(name)}" if name is not None else ""
        return self._stage(f"explode {_path(path)}{named}{' outer' if outer else ''}")

    def nest(self: S, *exprs: IntoExpr, name: str, **named: IntoExpr) -> S:
        """Trees that agree on all other fields gathered into one, with an array of `{expr, …}` under `name`.

        >>> import arbors
        >>> arbors.from_dicts([{"k": 1, "v": 2}, {"k": 1, "v": 3}]).nest("v", name="vs").to_list()
        [{'k': 1, 'vs': [{'v': 2}, {'v': 3}]}]
        """
        return self._stage(f"nest {items(exprs, named)} as {text.name(name)}")

    # Many trees in one.
    def group_by(self: S, *keys: IntoExpr, aggregates: Any = (), **named: Any) -> S:
        """A tree of each key, in key order, with aggregates over its trees; without any, the trees go under `trees`.

        Aggregates are texts or expressions, in a list or by keyword. Budgets (`max_group_keys` and others) are keywords too.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"k": "a", "n": 1}, {"k": "b", "n": 2}, {"k": "a", "n": 3}])
        >>> trees.group_by("k", total=arbors.path("n").sum(), trees="count()").to_list()
        [{'k': 'a', 'total': 4, 'trees': 2}, {'k': 'b', 'total': 2, 'trees': 1}]
        >>> trees.group_by("k").head(1).to_list()
        [{'k': 'a', 'trees': [{'k': 'a', 'n': 1}, {'k': 'a', 'n': 3}]}]
        """
        budgets, named = split_budgets(named)
        listed = [aggregates] if isinstance(aggregates, (str, Expr)) else aggregates
        braces = f" {{ {items(listed, named)} }}" if listed or named else ""
        return self._stage(f"group_by {items(keys, {})}{braces}", budgets=budgets)

    def aggregate(self: S, *aggregates: IntoExpr, **named: IntoExpr) -> S:
        """One tree, over all trees.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).aggregate("count()", mean=arbors.path("n").mean()).to_list()
        [{'count': 2, 'mean': 1.5}]
        """
        return self._stage(f"aggregate {items(aggregates, named)}")

    def window(self: S, *functions: IntoExpr, by: Any = (), order: Any = (), **named: IntoExpr) -> S:
        """The trees with more fields, each computed over the trees of the same `by` in `order`.

        Functions are `row_number() rank() dense_rank() lag(e, k, default) lead(…) first(e) last(e)` and the aggregates,
        over SQL's default frames. The trees keep their order.

        >>> import arbors
        >>> trees = arbors.from_dicts([{"k": 1, "n": 5}, {"k": 1, "n": 2}])
        >>> trees.window(place="row_number()", by="k", order="n").to_list()
        [{'k': 1, 'n': 5, 'place': 2}, {'k': 1, 'n': 2, 'place': 1}]
        """
        head = "".join(f" {word} {items([keys] if isinstance(keys, (str, Expr)) else keys, {})}"
                       for word, keys in (("by", by), ("order", order)) if not isinstance(keys, tuple) or keys)
        return self._stage(f"window{head} {{ {items(functions, named)} }}")

    # Several collections.
    def join(self: S, other: Any, on: Any, how: str = "inner", name: str | None = None) -> S:
        """For each pair of trees that agree on `on` the left one, with the right one under `name`.

        `on` is a condition ("id = order_id", the left side read in the left tree), the name of a path that both have, or a
        list of either. `how` is "inner", "left" (trees without a partner stay), "semi" or "anti" (trees with or without
        one; no name is needed).

        >>> import arbors
        >>> orders = arbors.from_dicts([{"id": 1, "who": "a"}, {"id": 2, "who": "b"}])
        >>> people = arbors.from_dicts([{"key": "a", "age": 7}])
        >>> orders.join(people, on="who = key", name="person").to_list()
        [{'id': 1, 'who': 'a', 'person': {'key': 'a', 'age': 7}}]
        """
        if how not in ("inner", "left", "semi", "anti"):
            raise ValueError(f"how is 'inner', 'left', 'semi' or 'anti', not {how!r}")
        if name is None and how in ("inner", "left"):
            raise ValueError(f"a{'n' if how == 'inner' else ''} {how} join wants a name for the right tree: name='…'")
        kind = "" if how == "inner" else how + " "
        named = f" as {text.name(name)}" if name is not None else ""
        return self._stage(f"{kind}join", other, f"{named} on {_pairs(on)}")

    def append(self: S, other: Any) -> S:
        """These trees and then another collection's: an Arbor, a plan, a Tree, a dict, or a list of trees.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).append({"n": 2}).to_list()
        [{'n': 1}, {'n': 2}]
        """
        return self._stage("append", other)

    def concat(self: S, other: Any) -> S:
        """The same as `append`.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}]).concat(arbors.from_dicts([{"n": 2}])).to_list()
        [{'n': 1}, {'n': 2}]
        """
        return self._stage("concat", other)

    def insert(self: S, n: int, other: Any) -> S:
        """Another collection's trees before position `n`, which may be the end.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 3}]).insert(1, {"n": 2}).to_list()
        [{'n': 1}, {'n': 2}, {'n': 3}]
        """
        return self._stage(f"insert {text.integer(n, 'a position')}", other)

    def set(self: S, n: int, other: Any) -> S:
        """One tree in the place of the tree at position `n`.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).set(0, {"n": 9}).to_list()
        [{'n': 9}, {'n': 2}]
        """
        return self._stage(f"set {text.integer(n, 'a position')}", other)

    def remove(self: S, *positions: Any) -> S:
        """The trees without those at these positions.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).remove(0).to_list()
        [{'n': 2}]
        """
        return self._stage(f"remove {_listed(text.positions(positions), 'position')}")


def _seed(seed: int | None) -> str:
    if seed is None:
        return ""
    number = text.integer(seed, "seed")
    if int(number) != seed:
        raise ValueError(f"seed has 64 bits at most: {seed}")
    return f" seed {number}"


def _listed(parts: list[str], what: str) -> str:
    if not parts:
        raise ValueError(f"at least one {what} is wanted")
    return ", ".join(parts)


def _path(value: IntoExpr) -> str:
    return text.path(value) if isinstance(value, str) else text.path(expression(value).text)


def _pairs(on: Any) -> str:
    listed = on if isinstance(on, list) else [on]
    parts = []
    for pair in listed:
        if isinstance(pair, tuple):
            parts.append(" = ".join(expression(side).text for side in pair))
        elif isinstance(pair, str) and text.is_path(pair):
            parts.append(f"{text.path(pair)} = {text.path(pair)}")
        else:
            parts.append(expression(pair).text)
    if not parts:
        raise ValueError("a join wants a condition")
    return " and ".join(parts)
