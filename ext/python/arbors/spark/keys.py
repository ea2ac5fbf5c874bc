"""Paths as keys: between the texts of arbor_schema and of options, and what stands in a plan."""

from __future__ import annotations

import re
from typing import Sequence

from .. import text
from ..errors import Error

ELEMENT = "\0*"  # the step into an array's elements; no key that people write
_STEP = re.compile(r'"(?P<quoted>(?:[^"]|"")*)"|(?P<element>\[\*\])|(?P<bare>[^".\[\],\s]+)')


def parse(path: str) -> tuple[str, ...]:
    """The steps of a path: keys, and ELEMENT for an array's elements.

    >>> parse('a."x.y"[*].z') == ("a", "x.y", ELEMENT, "z"), parse('"[*]"')
    (True, ('[*]',))
    """
    steps: list[str] = []
    at = 0
    while at < len(path):
        if path[at] == "." and steps:
            at += 1
        found = _STEP.match(path, at)
        if found is None:
            raise Error(f"not a path: {path!r} (character {at + 1} does not fit)")
        steps.append(ELEMENT if found["element"] else found["bare"] or (found["quoted"] or "").replace('""', '"'))
        at = found.end()
    return tuple(steps)


def several(paths: str) -> list[tuple[str, ...]]:
    """The paths of an option, between commas.

    >>> several('a, b.c, "x, y"')
    [('a',), ('b', 'c'), ('x, y',)]
    """
    pieces = re.findall(r'(?:"(?:[^"]|"")*"|[^",])+', paths)
    found = [parse(piece.strip()) for piece in pieces if piece.strip()]
    if not found or any(not keys or ELEMENT in keys for keys in found):
        raise Error(f"the option columns takes paths of keys between commas, as in 'a, b.c', not {paths!r}")
    return found


def written(keys: Sequence[str]) -> str:
    """Keys as a path in a plan; none is the tree itself.

    >>> written(("a", "x.y")), written(())
    ('a."x.y"', 'it')
    """
    return ".".join(map(text.name, keys)) or "it"
