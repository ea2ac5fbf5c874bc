"""How names, paths, values and lists are written in the text of a plan. Knows nothing of what they mean."""

from __future__ import annotations

import enum
import json
import math
import re
from collections import abc
from typing import Any, Iterable

# Words that mean something where a name may stand; as names they are quoted.
_WORDS = frozenset("""
    all and any as asc between by case cast collate cross current desc distinct else end escape except exists false filter
    first following from glob group having in inner intersect is isnull it join json last left like limit not notnull null nulls
    offset on or order outer over partition preceding row rows seed select semi anti then true unbounded union using when
    where window with
""".split())
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_STEP = re.compile(r'(?P<quoted>"(?:[^"]|"")*")|(?P<bare>[\w$]+)|(?P<element>\[(?:-?[0-9]+|\*)\])')


def name(text: str) -> str:
    r"""A name of an Arbor or a field: bare where that is plain, else in double quotes.

    >>> name("total"), name("home runs"), name("order"), name("2b")
    ('total', '"home runs"', '"order"', '"2b"')
    """
    if not isinstance(text, str):
        raise TypeError(f"a name is a str, not {type(text).__name__}")
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace('"', '""') + '"'


def path(text: str) -> str:
    """A path as it stands in a plan, checked; words of the language are quoted where they are keys.

    >>> path("birth.year"), path("batting[*].HR"), path('"a key".x'), path("order.by")
    ('birth.year', 'batting[*].HR', '"a key".x', '"order".by')
    """
    if not isinstance(text, str):
        raise TypeError(f"a path is a str, not {type(text).__name__}")
    steps: list[str] = []
    at = 0
    while at < len(text):
        if steps and text[at] == ".":
            steps.append(".")
            at += 1
        found = _STEP.match(text, at)
        element = found is not None and found["element"] is not None
        after_key = bool(steps) and steps[-1] != "."
        if found is None or element != after_key or (not steps and text[at].isdigit()):
            raise ValueError(f"not a path: {text!r} (keys of letters, digits, _ and $, others in double quotes, "
                             f"as in 'birth.year', 'batting[*].HR', '\"a key\".x'; character {at + 1} does not fit)")
        step = found[0]
        steps.append(name(step) if not steps and step.lower() in _WORDS - {"it"} else step)
        at = found.end()
    if not steps or steps[-1] == ".":
        raise ValueError(f"not a path: {text!r} (it ends where a key should stand)")
    return "".join(steps)


def is_path(text: str) -> bool:
    """Tells whether a text is a path and nothing else."""
    try:
        path(text)
    except ValueError:
        return False
    return True


def quote(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def literal(value: Any) -> str:
    """A Python value as it stands in an expression.

    >>> literal("it's"), literal(True), literal(None), literal(2.0), literal([1, "a"]), literal({"k": 1})
    ("'it''s'", 'TRUE', 'NULL', '2.0', "array(1, 'a')", "object('k', 1)")
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(int(value)) if value != -(2**63) else "(-9223372036854775807 - 1)"
    if isinstance(value, float):
        return _real(float(value))
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (list, tuple)):
        return f"array({', '.join(map(literal, value))})"
    if isinstance(value, dict):
        return f"object({', '.join(part for item in value.items() for part in (quote(str(item[0])), literal(item[1])))})"
    return literal(plain(value))


def _real(value: float) -> str:
    if math.isnan(value):
        return "NULL"
    if math.isinf(value):
        return "9e999" if value > 0 else "-9e999"
    return repr(value)


def positions(values: Iterable[Any]) -> list[str]:
    """Positions given one by one or as one list, range or array, checked."""
    given = [*values]
    if len(given) == 1 and hasattr(given[0], "__iter__") and not isinstance(given[0], (str, bytes, dict)):
        given = [*given[0]]
    return [integer(position, "a position") for position in given]


_FARTHEST = 2**63 - 1  # the largest number of a plan's text; no Arbor has as many trees


def integer(value: Any, what: str, least: int | None = None) -> str:
    """A whole number of a stage, checked: a count or a position, of which those beyond 64 bits mean what the farthest ones do."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} is an int, not {type(value).__name__}")
    number = value.__index__()
    if least is not None and number < least:
        raise ValueError(f"{what} is {least} or more, not {number}")
    return str(nearest(number))


def nearest(number: int) -> int:
    """The count, position or budget of 64 bits that means the same."""
    return max(-_FARTHEST, min(number, _FARTHEST))


def as_sql(value: Any) -> Any:
    """A value as SQL has it: an integer beyond 64 bits is a real, as it is in a tree and in SQL's own text.

    >>> as_sql(2**63), as_sql(-10**400), as_sql(7)
    (9.223372036854776e+18, -inf, 7)
    """
    if not isinstance(value, int) or -2**63 <= value < 2**63:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def to_json(value: Any) -> str:
    """A Python value as JSON text: dates and times as ISO texts, decimals and scalars of numpy as numbers. Raises ValueError for
    NaN and infinities, TypeError for what JSON has not."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain)


def plain(value: Any) -> Any:
    """A value that JSON has, of one that it has not: dates and times are ISO texts, pandas' NaT and NA null, decimals, fractions
    and scalars of numpy numbers, arrays of numpy lists, mappings dicts, members of an Enum their values, UUIDs texts.

    >>> import collections, decimal
    >>> plain(decimal.Decimal("2.50")), plain(collections.ChainMap({"a": 1}))
    (2.5, {'a': 1})
    """
    kind = type(value).__name__
    if kind in ("NaTType", "NAType"):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if kind in ("Decimal", "Fraction"):
        return _number(value)
    if kind == "datetime64":
        return None if str(value) == "NaT" else str(value)
    if kind != "timedelta64" and hasattr(value, "dtype") and hasattr(value, "tolist"):  # numpy
        return value.tolist()
    if kind == "Tree" and hasattr(value, "to_json"):
        return value.value
    if isinstance(value, abc.Mapping):
        return dict(value)
    if isinstance(value, enum.Enum):
        return value.value
    if kind == "UUID":
        return str(value)
    raise TypeError(f"no value of JSON: {kind}")


def _number(value: Any) -> Any:
    """A Decimal or Fraction as an int or a float."""
    try:
        return int(value) if value == int(value) else float(value)
    except (OverflowError, ValueError):
        raise ValueError(f"no number of JSON: {value}") from None


def lines(values: Iterable[Any], most: int = 4 << 20) -> Iterable[str]:
    """Values as pieces of JSON Lines of about `most` characters each."""
    piece: list[str] = []
    size = 0
    for value in values:
        line = to_json(value)
        piece.append(line)
        size += len(line)
        if size >= most:
            yield "\n".join(piece)
            piece, size = [], 0
    if piece:
        yield "\n".join(piece)
