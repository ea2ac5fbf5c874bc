"""Expressions over the fields of a tree, built with Python's operators. They are text with a name; nothing is read."""

from __future__ import annotations

from typing import Any, Iterable, Union

from . import text

# How tightly what stands outermost in an expression's text binds, loosest first.
_OR, _AND, _NOT, _EQUAL, _COMPARE, _ADD, _MULTIPLY, _JOIN, _SIGN, _ATOM = range(10)

IntoExpr = Union["Expr", str]
_Text = str  # Expr.str and Expr.list are namespaces, and types inside the class need other names.


class Expr:
    """An expression of a plan. Immutable; made by `path` and `lit`, combined by operators and methods.

    `== != < <= > >=`, `+ - * / % **`, `& | ~` (and, or, not) and indexing mean what SQL means by them: a comparison with
    NULL is NULL. A `+` with a text on either side joins texts.

    >>> from arbors import path
    >>> (path("birth.year") >= 1990) & ~path("bats").is_null()
    birth.year >= 1990 AND NOT bats IS NULL
    >>> path("batting")[0].field("HR") * 2
    batting[0].HR * 2
    """

    __slots__ = ("_text", "_level", "_name")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # numpy leaves its operators to the expression's

    def __init__(self, text: _Text, level: int = _OR, name: _Text | None = None) -> None:
        self._text, self._level, self._name = text, level, name

    # What it is.
    @property
    def text(self) -> _Text:
        """The expression as it stands in a plan, without its name."""
        return self._text

    @property
    def name(self) -> _Text | None:
        """The name that `alias` gave, or None."""
        return self._name

    def __repr__(self) -> _Text:
        return self._text if self._name is None else f"{self._text} as {text.name(self._name)}"

    __str__ = __repr__

    def __bool__(self) -> bool:
        raise TypeError("an expression has no truth of its own: write & for and, | for or, ~ for not")

    def __iter__(self) -> Any:
        raise TypeError("an expression has no elements before it is run")

    def __contains__(self, value: object) -> bool:
        raise TypeError("an expression holds nothing before it is run: write path(…).list.contains(value), or .is_in(values)")

    def _at(self, level: int) -> _Text:
        return self._text if self._level >= level else f"({self._text})"

    # Operators.
    def _binary(self, operator: _Text, other: Any, level: int, swapped: bool = False) -> Expr:
        one, two = (_value(other), self) if swapped else (self, _value(other))
        return Expr(f"{one._at(level)} {operator} {two._at(level + 1)}", level)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return self.is_null() if other is None else self._binary("=", other, _EQUAL)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return self.is_not_null() if other is None else self._binary("<>", other, _EQUAL)

    def __lt__(self, other: Any) -> Expr:
        return self._binary("<", other, _COMPARE)

    def __le__(self, other: Any) -> Expr:
        return self._binary("<=", other, _COMPARE)

    def __gt__(self, other: Any) -> Expr:
        return self._binary(">", other, _COMPARE)

    def __ge__(self, other: Any) -> Expr:
        return self._binary(">=", other, _COMPARE)

    def __and__(self, other: Any) -> Expr:
        return self._binary("AND", other, _AND)

    def __rand__(self, other: Any) -> Expr:
        return self._binary("AND", other, _AND, swapped=True)

    def __or__(self, other: Any) -> Expr:
        return self._binary("OR", other, _OR)

    def __ror__(self, other: Any) -> Expr:
        return self._binary("OR", other, _OR, swapped=True)

    def __invert__(self) -> Expr:
        return Expr(f"NOT {self._at(_NOT)}", _NOT)

    def __add__(self, other: Any) -> Expr:
        return self._binary("||", other, _JOIN) if isinstance(other, str) else self._binary("+", other, _ADD)

    def __radd__(self, other: Any) -> Expr:
        joins = isinstance(other, str)
        return self._binary("||" if joins else "+", other, _JOIN if joins else _ADD, swapped=True)

    def __sub__(self, other: Any) -> Expr:
        return self._binary("-", other, _ADD)

    def __rsub__(self, other: Any) -> Expr:
        return self._binary("-", other, _ADD, swapped=True)

    def __mul__(self, other: Any) -> Expr:
        return self._binary("*", other, _MULTIPLY)

    def __rmul__(self, other: Any) -> Expr:
        return self._binary("*", other, _MULTIPLY, swapped=True)

    def __truediv__(self, other: Any) -> Expr:
        """SQL's division: of two integers, a whole number."""
        return self._binary("/", other, _MULTIPLY)

    def __rtruediv__(self, other: Any) -> Expr:
        return self._binary("/", other, _MULTIPLY, swapped=True)

    def __floordiv__(self, other: Any) -> Expr:
        """The quotient rounded down, an integer."""
        return call("floor", self * 1.0 / other).cast("INTEGER")

    def __rfloordiv__(self, other: Any) -> Expr:
        return _value(other) // self

    def __mod__(self, other: Any) -> Expr:
        return self._binary("%", other, _MULTIPLY)

    def __rmod__(self, other: Any) -> Expr:
        return self._binary("%", other, _MULTIPLY, swapped=True)

    def __pow__(self, other: Any) -> Expr:
        return call("power", self, other)

    def __neg__(self) -> Expr:
        return Expr(f"- {self._at(_SIGN)}", _SIGN)

    def __abs__(self) -> Expr:
        return call("abs", self)

    def __round__(self, digits: int | None = None) -> Expr:
        return self.round(digits or 0)

    def __getitem__(self, index: int) -> Expr:
        """The element at a position of an array; negatives count from the end."""
        return self._further(f"[{text.integer(index, 'a position')}]")

    def field(self, key: _Text) -> Expr:
        """The value under a key of an object."""
        return self._further("." + (key if text.is_path("x." + key) and "." not in key else text.name(key)))

    def _further(self, step: _Text) -> Expr:
        if not text.is_path(self._text):
            raise ValueError(f"only a path has fields and elements, not {self._text}")
        return Expr(self._text + step, _ATOM)

    # Conditions.
    def is_null(self) -> Expr:
        """True where the value is null or missing."""
        return Expr(f"{self._at(_EQUAL)} IS NULL", _EQUAL)

    def is_not_null(self) -> Expr:
        """True where there is a value that is not null."""
        return Expr(f"{self._at(_EQUAL)} IS NOT NULL", _EQUAL)

    def is_in(self, values: Iterable[Any]) -> Expr:
        """True where the value equals one of these.

        >>> from arbors import path
        >>> path("bats").is_in(["L", "B"])
        bats IN ('L', 'B')
        """
        if isinstance(values, (str, bytes)):
            raise TypeError("is_in takes several values, not one text")
        return Expr(f"{self._at(_EQUAL)} IN ({', '.join(_value(value)._text for value in values)})", _EQUAL)

    def between(self, least: Any, most: Any) -> Expr:
        """True where the value is neither below `least` nor above `most`."""
        return Expr(f"{self._at(_EQUAL)} BETWEEN {_value(least)._at(_COMPARE)} AND {_value(most)._at(_COMPARE)}", _EQUAL)

    def like(self, pattern: _Text) -> Expr:
        """True where the text fits a pattern of LIKE: `%` stands for any text, `_` for a character; ASCII case is ignored."""
        return self._binary("LIKE", pattern, _EQUAL)

    def glob(self, pattern: _Text) -> Expr:
        """True where the text fits a pattern of GLOB: `*`, `?` and `[a-z]`, with case."""
        return self._binary("GLOB", pattern, _EQUAL)

    def exists(self) -> Expr:
        """True where the path is there, even if its value is null."""
        return call("exists", self)

    # Names and values.
    def alias(self, name: _Text) -> Expr:
        """The same expression under a name, which becomes the field's key."""
        if not isinstance(name, str):
            raise TypeError(f"a name is a str, not {type(name).__name__}")
        return Expr(self._text, self._level, name)

    def coalesce(self, *others: Any) -> Expr:
        """The value, or the first of the others that is not NULL."""
        return call("coalesce", self, *others)

    def round(self, digits: int = 0) -> Expr:
        """The number rounded to digits after the point."""
        return call("round", self, digits)

    def cast(self, kind: _Text) -> Expr:
        """The value as INTEGER, REAL, NUMERIC or TEXT, as SQL's CAST does it."""
        if not kind.isidentifier():
            raise ValueError(f"not a type of SQL: {kind}")
        return Expr(f"CAST({self._text} AS {kind})", _ATOM)

    def desc(self) -> Expr:
        """A key of `sort_by` in descending order; no value."""
        return Expr(f"{self._text} desc", _OR)

    def asc(self) -> Expr:
        """A key of `sort_by` in ascending order; no value."""
        return Expr(f"{self._text} asc", _OR)

    # Aggregates: values of many trees in one. NULLs do not count.
    def sum(self) -> Expr:
        """The sum; an integer while all values are, NULL of none."""
        return call("sum", self)

    def mean(self) -> Expr:
        """The mean as a real, NULL of none."""
        return call("avg", self)

    def min(self) -> Expr:
        """The least value."""
        return call("min", self)

    def max(self) -> Expr:
        """The greatest value."""
        return call("max", self)

    def count(self) -> Expr:
        """How many values there are."""
        return call("count", self)

    def n_unique(self) -> Expr:
        """How many distinct values there are."""
        return Expr(f"count(distinct {self._text})", _ATOM)

    def median(self) -> Expr:
        """The middle of the numbers; between two, their mean."""
        return call("median", self)

    def quantile(self, q: float) -> Expr:
        """The number below which the share `q` (0 to 1) lies, interpolated linearly."""
        return call("quantile", self, q)

    def first(self) -> Expr:
        """The value of the first tree, NULL included."""
        return call("first", self)

    def last(self) -> Expr:
        """The value of the last tree, NULL included."""
        return call("last", self)

    def std(self) -> Expr:
        """The standard deviation of a sample; NULL of fewer than two numbers."""
        return call("stddev", self)

    def var(self) -> Expr:
        """The variance of a sample; NULL of fewer than two numbers."""
        return call("variance", self)

    def implode(self) -> Expr:
        """The values as one array, in the trees' order."""
        return call("list", self)

    def where(self, condition: IntoExpr) -> Expr:
        """An aggregate over the trees alone for which the condition is true.

        >>> from arbors import path
        >>> path("HR").sum().where(path("year") > 2000)
        sum(HR) filter (where year > 2000)
        """
        return Expr(f"{self._text} filter (where {expression(condition)._text})", _ATOM)

    # Namespaces.
    @property
    def str(self) -> Any:
        """What can be done with texts: `path("name").str.lower()`."""
        from .namespaces import Texts
        return Texts(self)

    @property
    def list(self) -> Any:
        """What can be done with arrays: `path("batting").list.any(path("HR") > 60)`."""
        from .namespaces import Lists
        return Lists(self)

    @property
    def dt(self) -> Any:
        """What can be done with times: `path("placed").dt.year()`."""
        from .namespaces import Times
        return Times(self)


def path(text_: str) -> Expr:
    """The value at a path of each tree; NULL where it leads nowhere.

    `birth.year` enters objects, `batting[0].HR` an array's element, `batting[*].HR` all of them; a key with other signs
    stands in double quotes: `'"a key".x'`. Raises ValueError where the text is no path.

    >>> import arbors
    >>> players = arbors.from_dicts([{"name": "Ada", "birth": {"year": 1990}}, {"name": "Bo"}])
    >>> players.filter(arbors.path("birth.year") > 1980).to_list()
    [{'name': 'Ada', 'birth': {'year': 1990}}]
    """
    return Expr(text.path(text_), _ATOM)


def lit(value: Any) -> Expr:
    """A Python value as an expression: None, bool, int, float, str, a date or time (as ISO text), or lists and dicts of them.

    >>> import arbors
    >>> arbors.from_dicts([{"a": 1}]).select(arbors.lit("x").alias("b")).to_list()
    [{'b': 'x'}]
    """
    negative = isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
    return Expr(text.literal(value), _SIGN if negative else _ATOM)


def call(function: str, *arguments: Any) -> Expr:
    """A function of the language on these arguments."""
    return Expr(f"{function}({', '.join(_value(argument)._text for argument in arguments)})", _ATOM)


def _value(value: Any) -> Expr:
    return value if isinstance(value, Expr) else lit(value)


def expression(value: Any) -> Expr:
    """An expression where one is wanted: an Expr, or a plan's text, which may hold anything."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, str):
        if not value.strip():
            raise ValueError("an expression is empty")
        return Expr(value, _ATOM if text.is_path(value) else _OR)
    said = f"an expression is an arbors.Expr or a text, not {type(value).__name__}"
    if callable(value):
        raise TypeError(f"{said}: the engine calls no Python; write path('a.b') > 3, say")
    raise TypeError(f"{said}; a value is written lit({value!r})")


def items(values: Iterable[Any], named: dict[str, Any]) -> str:
    """A list of expressions, some with names, as a stage takes it."""
    parts = [repr(expression(value)) for value in flat(values)]
    parts += [repr(expression(value).alias(key)) for key, value in named.items()]
    if not parts:
        raise ValueError("at least one expression is wanted")
    return ", ".join(parts)


def flat(values: Iterable[Any]) -> list[Any]:
    """Arguments, given one by one or as one list."""
    given = [*values]
    if len(given) == 1 and isinstance(given[0], (list, tuple)):
        return [*given[0]]
    return given


def condition(values: Iterable[Any]) -> str:
    """Conditions that all hold, as one."""
    parts = [expression(value) for value in flat(values)]
    if not parts:
        raise ValueError("a condition is wanted")
    return parts[0]._text if len(parts) == 1 else " AND ".join(part._at(_AND + 1) for part in parts)
