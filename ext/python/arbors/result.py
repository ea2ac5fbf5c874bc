"""SQL over Arbors: in the engine where it can, else in SQLite."""

from __future__ import annotations

import contextlib
import re
from collections import abc
from typing import Any, Iterator

from . import sources, text
from .arbor import Arbor
from .errors import Error, of_message
from .session import Session

_READS = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[:$@]([A-Za-z_]\w*)", re.DOTALL)


class Result:
    """Rows of a query. `rows()` and `dicts()` give Python's values; arrays and objects are JSON texts in SQLite, lists and dicts
    in the engine.

    >>> import arbors, os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> db = arbors.connect(os.path.join(folder.name, "t.db"))
    >>> _ = db.table("t").insert([{"k": "a"}, {"k": "b"}])
    >>> result = db.sql("SELECT k FROM t ORDER BY k DESC")
    >>> result.columns, result.rows(), result
    (['k'], [('b',), ('a',)], <Result k: 2 rows>)
    """

    def __init__(self, columns: list[str], rows: list[tuple[Any, ...]], arbor: Arbor | None = None) -> None:
        self.columns, self._rows, self._arbor = columns, rows, arbor

    @property
    def by(self) -> str:
        """Who ran it: "engine" or "sqlite"."""
        return "sqlite" if self._arbor is None else "engine"

    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as tuples, in order."""
        return self._rows

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [dict(zip(self.columns, row)) for row in self._rows]

    def arrow(self) -> Any:
        """A `pyarrow.Table`."""
        if self._arbor is not None and (self._rows or not self.columns):
            return self._arbor.to_arrow()
        try:
            import pyarrow
        except ImportError:
            raise ImportError("arrow() needs pyarrow: pip install pyarrow") from None
        if not self._rows:
            return pyarrow.table([pyarrow.array([], pyarrow.string())] * len(self.columns), names=self.columns)
        return pyarrow.table([pyarrow.array([*column]) for column in zip(*self._rows)], names=self.columns)

    def pandas(self) -> Any:
        """A `pandas.DataFrame`."""
        return self.arrow().to_pandas()

    def polars(self) -> Any:
        """A `polars.DataFrame`."""
        try:
            import polars
        except ImportError:
            raise ImportError("polars() needs polars: pip install polars") from None
        return polars.from_arrow(self.arrow())

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<Result{' ' * bool(self.columns)}{', '.join(self.columns)}: {len(self):,} row{'' if len(self) == 1 else 's'}>"

    def _repr_html_(self) -> str:
        import html
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(str(value))}</td>' for value in row)}</tr>" for row in self._rows[:20])
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def run(session: Session, query: str, params: Any) -> Result:
    """Runs a statement where it can be run: what only reads, in the engine if that understands it."""
    params = _bound(params)
    declined: Error | None = None
    if _READS.match(query):
        given = in_order(query, params)
        declined = _declines(session, query, given)
        if declined is None:
            return _result_of(Arbor(session.open(query, *given), query, None), session, query)
    try:
        columns, rows = session.statement(query, params)
    except Error as error:
        if declined is None:
            raise
        if "@" not in query:
            raise error from declined  # whose hints and place SQLite does not have
        raise of_message(str(declined)) from error
    session.changes += 0 if declined else 1
    return Result(columns, rows)


def _declines(session: Session, query: str, given: list[Any]) -> Error | None:
    """The engine's reason not to run a SELECT, or None. Reads no data."""
    try:
        session.call("arbor_explain", query, "logical", *given)
    except Error as error:
        return error
    return None


def _result_of(arbor: Arbor, session: Session, query: str) -> Result:
    columns = _columns(session, query)
    if columns == ["_tree"]:
        return Result(columns, [(tree,) for tree in arbor.to_list()], arbor)
    names, rows = arbor._rows()
    return Result(names or columns, rows, arbor)


def _columns(session: Session, query: str) -> list[str]:
    """The names of a SELECT's columns as SQLite tells them, or none where SQLite does not understand it."""
    try:
        return session.statement(f"SELECT * FROM ({query.rstrip().rstrip(';')}) LIMIT 0", ())[0]
    except Error:
        return []


def _bound(params: Any) -> Any:
    """Parameters as SQLite takes them: times as ISO texts, scalars of numpy and decimals as numbers, integers beyond 64 bits as reals."""
    if isinstance(params, abc.Mapping):
        return {name: _value(value) for name, value in params.items()}
    if isinstance(params, (str, bytes)) or not hasattr(params, "__iter__"):
        raise TypeError(f"parameters are a list or a dict, not {type(params).__name__}")
    return [_value(value) for value in params]


def _value(value: Any) -> Any:
    known = isinstance(value, (str, int, float, bytes, bytearray, memoryview, list, dict, type(None)))
    return text.as_sql(value if known else text.plain(value))


def in_order(query: str, params: Any) -> list[Any]:
    """Parameters as a list: named ones by the order in which their names first appear."""
    if not isinstance(params, dict):
        return [*params]
    names = dict.fromkeys(found[1] for found in _TOKEN.finditer(query) if found[1])
    missing = [name for name in names if name not in params]
    if missing:
        raise Error(f"the parameter {missing[0]} is not given")
    return [params[name] for name in names]


def select_from(arbor: Arbor, query: str, params: Any) -> Arbor:
    """The rows of a SELECT over an Arbor that it calls `self`."""
    session = arbor._session
    params = _bound(params)
    session.run("DROP TABLE IF EXISTS temp.self")
    session.run(f"CREATE VIRTUAL TABLE temp.self USING arbor_view({text.quote(arbor._text)})")
    try:
        given = in_order(query, params)
        if _declines(session, query, given) is None:
            return Arbor(session.open(query, *given, keep=arbor._keep), query, None)
        columns, rows = session.statement(query, params)
        return sources.of_pieces(session, text.lines(dict(zip(columns, row)) for row in rows))
    finally:
        with contextlib.suppress(Error):  # a statement still reads: the next call drops it
            session.run("DROP TABLE temp.self")
