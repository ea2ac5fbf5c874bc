"""The `.str`, `.list` and `.dt` namespaces of expressions: rows of functions of the language under Python's names."""

from __future__ import annotations

from typing import Any

from .expressions import Expr, IntoExpr, call, expression


class Namespace:
    """Methods on the value of one expression."""

    __slots__ = ("_expr",)

    def __init__(self, expr: Expr) -> None:
        self._expr = expr


class Texts(Namespace):
    """Texts. Case is that of ASCII letters, positions are characters counted from 0.

    >>> from arbors import path
    >>> path("name").str.lower().str.contains("ada")
    contains(lower(name), 'ada')
    """

    __slots__ = ()

    def lower(self) -> Expr:
        """ASCII letters in lower case."""
        return call("lower", self._expr)

    def upper(self) -> Expr:
        """ASCII letters in upper case."""
        return call("upper", self._expr)

    def len(self) -> Expr:
        """The number of characters."""
        return call("length", self._expr)

    def contains(self, part: Any) -> Expr:
        """True if `part` is somewhere in the text."""
        return call("contains", self._expr, part)

    def starts_with(self, part: Any) -> Expr:
        """True if the text begins with `part`."""
        return call("starts_with", self._expr, part)

    def ends_with(self, part: Any) -> Expr:
        """True if the text ends with `part`."""
        return call("ends_with", self._expr, part)

    def matches(self, pattern: Any) -> Expr:
        """True if a regular expression matches somewhere in the text."""
        return call("regexp_like", self._expr, pattern)

    def replace(self, old: Any, new: Any) -> Expr:
        """The text with every `old` replaced by `new`."""
        return call("replace", self._expr, old, new)

    def strip(self, characters: Any = " ") -> Expr:
        """The text without these characters at its ends."""
        return call("trim", self._expr, characters)

    def slice(self, start: int, length: int | None = None) -> Expr:
        """Characters from position `start` on, counted from 0, from the end where negative."""
        first = start + 1 if start >= 0 else start
        return call("substr", self._expr, first) if length is None else call("substr", self._expr, first, length)

    def find(self, part: Any) -> Expr:
        """The position of the first `part`, counted from 0; -1 if none."""
        return call("instr", self._expr, part) - 1

    def split(self, separator: Any) -> Expr:
        """The parts between separators, as an array."""
        return call("split", self._expr, separator)


class Lists(Namespace):
    """Arrays. Inside `any`, `all`, `count`, `filter` and `map` a path begins at the element; `path("it")` is the element.

    >>> from arbors import path
    >>> path("batting").list.any(path("HR") > 60)
    list_any(batting, HR > 60)
    """

    __slots__ = ()

    def len(self) -> Expr:
        """The number of elements."""
        return call("list_len", self._expr)

    def sum(self) -> Expr:
        """The sum of the elements."""
        return call("list_sum", self._expr)

    def mean(self) -> Expr:
        """The mean of the elements."""
        return call("list_avg", self._expr)

    def min(self) -> Expr:
        """The least element."""
        return call("list_min", self._expr)

    def max(self) -> Expr:
        """The greatest element."""
        return call("list_max", self._expr)

    def first(self) -> Expr:
        """The first element."""
        return call("list_first", self._expr)

    def last(self) -> Expr:
        """The last element."""
        return call("list_last", self._expr)

    def contains(self, value: Any) -> Expr:
        """True if an element equals the value."""
        return call("list_contains", self._expr, value)

    def sort(self) -> Expr:
        """The elements in ascending order."""
        return call("list_sort", self._expr)

    def unique(self) -> Expr:
        """The first of equal elements."""
        return call("list_unique", self._expr)

    def join(self, separator: str = ",") -> Expr:
        """The elements' texts with the separator between them."""
        return call("list_join", self._expr, separator)

    def any(self, condition: IntoExpr) -> Expr:
        """True if the condition is true for an element."""
        return call("list_any", self._expr, expression(condition))

    def all(self, condition: IntoExpr) -> Expr:
        """True if the condition is true for every element."""
        return call("list_all", self._expr, expression(condition))

    def count(self, condition: IntoExpr) -> Expr:
        """For how many elements the condition is true."""
        return call("list_count", self._expr, expression(condition))

    def filter(self, condition: IntoExpr) -> Expr:
        """The elements for which the condition is true."""
        return call("list_filter", self._expr, expression(condition))

    def map(self, value: IntoExpr) -> Expr:
        """The expression's value for each element."""
        return call("list_map", self._expr, expression(value))


class Times(Namespace):
    """Times: ISO texts, or numbers of seconds since 1970. Parts are in UTC.

    >>> from arbors import path
    >>> path("placed").dt.year() == 2024
    year(placed) = 2024
    """

    __slots__ = ()

    def year(self) -> Expr:
        """The year."""
        return call("year", self._expr)

    def month(self) -> Expr:
        """The month, 1 to 12."""
        return call("month", self._expr)

    def day(self) -> Expr:
        """The day of the month, 1 to 31."""
        return call("day", self._expr)

    def hour(self) -> Expr:
        """The hour, 0 to 23."""
        return call("hour", self._expr)

    def minute(self) -> Expr:
        """The minute, 0 to 59."""
        return call("minute", self._expr)

    def second(self) -> Expr:
        """The second, 0 to 59."""
        return call("second", self._expr)

    def date(self) -> Expr:
        """The date: 2026-01-31."""
        return call("date", self._expr)

    def time(self) -> Expr:
        """The time of day: 12:00:00."""
        return call("time", self._expr)

    def unix(self) -> Expr:
        """Seconds since 1970."""
        return call("unixepoch", self._expr)

    def strftime(self, format: str) -> Expr:
        """The time in a format such as '%Y-%m'."""
        return call("strftime", format, self._expr)
