"""What the trees of an Arbor look like, and what those of several have in common.

A shape is JSON: "null" (nothing is known), "boolean", "integer", "real", "number" (integers and reals), "big" (integers beyond
64 bits among them), "string", "json" (several kinds), "open" (objects with any keys), ["list", shape] or
["struct", [[key, shape], ...]]; of a whole Arbor also ["tree", shape], where its trees are no objects.
"""

from __future__ import annotations

import difflib
from typing import Any, Iterable, Sequence

from ..errors import Error
from . import keys as paths

Shape = Any  # as above

_NUMBERS = {"integer", "real", "number", "big"}
_OPEN = {"open", "struct"}


class Node:
    """A path of arbor_schema: its kinds, and what is below it."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.below: dict[str, Node] = {}

    def keys(self) -> list[str]:
        return [key for key in self.below if key != paths.ELEMENT]


def tree_of(rows: Iterable[Sequence[Any]]) -> Node:
    """The paths of arbor_schema (path, kinds) as a tree; `$` is its root."""
    root = Node()
    for path, kinds in rows:
        node = root
        for step in () if path == "$" else paths.parse(path):
            node = node.below.setdefault(step, Node())
        node.kinds.update(kinds.split(", "))
    return root


def of_schema(schema: Any, root: Node) -> Shape:
    """The shape of trees, of the schema of their Arrow stream and the kinds of their paths."""
    if not root.kinds:
        return "null"
    shape = _struct(list(schema), root) if root.kinds == {"object"} else _of_field(schema.field(0), root)
    return shape if _tag(shape) == "struct" else ["tree", shape]


def _struct(fields: list[Any], node: Node) -> Shape:
    keys = node.keys()
    if len({key.lower() for key in keys if key}) == len(keys):  # the engine has named none anew
        keys = [field.name for field in fields if field.name in node.below]  # an older generation has fewer
    if len(keys) != len(fields) or not all(field.name == key or field.name.startswith(key) for field, key in zip(fields, keys)):
        return "open"
    return ["struct", [[key, _of_field(field, node.below[key])] for field, key in zip(fields, keys)]]


def _of_field(field: Any, node: Node | None) -> Shape:
    import pyarrow.types as types
    kinds = (node.kinds if node else set()) - {"null"}
    kind = field.type
    if getattr(kind, "extension_name", None) == "arrow.json":
        return "open" if kinds <= {"object", "opaque"} else "json"
    if types.is_struct(kind):
        return _struct([kind.field(i) for i in range(kind.num_fields)], node or Node())
    if types.is_list(kind):
        return ["list", _of_field(kind.value_field, node.below.get(paths.ELEMENT) if node else None)]
    if types.is_boolean(kind):
        return "boolean"
    if types.is_floating(kind):
        return "real" if kinds == {"real"} else "big" if kinds and "real" not in kinds else "number"
    if types.is_integer(kind):
        return "integer" if kind == "int64" else "big"
    return "string" if kinds else "null"


def merged(shapes: Sequence[tuple[str, Shape]], path: tuple[str, ...] = ()) -> Shape:
    """What the shapes of several files (file, shape) have in common: numbers are widened, keys are gathered. Raises an Error that
    names two files whose values are of kinds that no type holds."""
    shapes = [(file, shape) for file, shape in shapes if shape != "null"]
    tags = {_tag(shape) for _, shape in shapes}
    if not tags:
        return "null"
    if "json" in tags:
        return "json"
    if tags <= _NUMBERS:
        return tags.pop() if len(tags) == 1 else "big" if tags <= {"integer", "big"} else "number"
    if len(tags) > 1:
        if tags <= _OPEN:
            return "open"
        _refuse(shapes, path)
    if tags == {"list"}:
        return ["list", merged([(file, shape[1]) for file, shape in shapes], (*path, paths.ELEMENT))]
    if tags == {"tree"}:
        return ["tree", merged([(file, shape[1]) for file, shape in shapes])]
    if tags == {"struct"}:
        gathered: dict[str, list[tuple[str, Shape]]] = {}
        for file, shape in shapes:
            for key, below in shape[1]:
                gathered.setdefault(key, []).append((file, below))
        return ["struct", [[key, merged(below, (*path, key))] for key, below in gathered.items()]]
    return tags.pop()


def _tag(shape: Shape) -> str:
    return str(shape if isinstance(shape, str) else shape[0])


_WORDS = {"tree": "values that are no objects", "list": "arrays", "struct": "objects", "open": "objects", "boolean": "booleans", "string": "strings"}


def _refuse(shapes: Sequence[tuple[str, Shape]], path: tuple[str, ...]) -> None:
    (one, first), *others = shapes
    word = _WORDS.get(_tag(first), "numbers")
    other, what = next((file, _WORDS.get(_tag(shape), "numbers")) for file, shape in others
                       if _WORDS.get(_tag(shape), "numbers") != word)
    raise Error(f"{other}: {shown(path)} holds {what}, but {word} in {one}; give a schema with a type for both "
                f"(string takes any, as JSON text), or leave it out with the option columns")


def shown(path: Sequence[str]) -> str:
    """A path as people read it."""
    if not path:
        return "the Arbor"
    return paths.written([step for step in path if step != paths.ELEMENT]) if path and path[-1] != paths.ELEMENT else \
        f"an element of {paths.written([step for step in path if step != paths.ELEMENT])}"


def pruned(shape: Shape, wanted: Sequence[tuple[str, ...]]) -> Shape:
    """The part of a shape that some paths of keys name, in their order. Raises an Error that names the nearest key."""
    if shape == "null":  # there are no trees
        return shape
    heads: dict[str, list[tuple[str, ...]]] = {}
    for path in wanted:
        heads.setdefault(path[0], []).append(path[1:])
    known = dict(shape[1]) if _tag(shape) == "struct" else {}
    for key in heads:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            raise Error(f"the option columns names {paths.written((key,))}, which no file has" + (f"; nearest: {near[0]}" if near else ""))
    return ["struct", [[key, known[key] if () in below else pruned(known[key], below)] for key, below in heads.items()]]
