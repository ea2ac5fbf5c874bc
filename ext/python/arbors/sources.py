"""Where trees come from: files, texts, Python's values and Arrow streams, into Arbors in memory; and what stands for a collection
inside another one's plan."""

from __future__ import annotations

import os
from typing import Any, Iterable, Iterator, NamedTuple

from . import session as sessions
from . import text
from .arbor import Arbor
from .query import Query
from .session import Session, Table
from .tree import Tree

_PIECE = 4 << 20  # characters of JSON Lines handed over at once
_IN_TEXT = 4096  # characters of JSON that may stand in a plan itself


def read_json(source: Any, *, progress: bool | None = None) -> Arbor:
    """An Arbor in memory from JSON: an array gives a tree of each element, a value one tree; JSON Lines are taken too.

    `source` is a path (a glob, and `.gz` or `.zst`, too), bytes, or a file object. Raises `arbors.Error` with file, line
    and byte where the JSON is wrong.

    >>> import arbors
    >>> arbors.read_json(b'[{"n": 1}, {"n": 2}]').to_list()
    [{'n': 1}, {'n': 2}]
    """
    return _read(source, {}, progress)


def read_jsonl(source: Any, *, progress: bool | None = None) -> Arbor:
    """An Arbor in memory from JSON Lines: every line is a tree. `source` as in `read_json`; a file object is read in pieces.

    >>> import arbors, io
    >>> len(arbors.read_jsonl(io.StringIO('{"n": 1}\\n{"n": 2}\\n')))
    2
    """
    return _read(source, {"format": "jsonl"}, progress)


def from_dicts(values: Iterable[Any]) -> Arbor:
    """An Arbor in memory from Python's values, a tree each. Dates and times become ISO texts. Raises TypeError and ValueError for
    what JSON has not (NaN, sets, bytes).

    >>> import arbors
    >>> arbors.from_dicts({"n": n} for n in range(3)).filter("n > 0").to_list()
    [{'n': 1}, {'n': 2}]
    """
    if isinstance(values, (dict, str, bytes)):
        raise TypeError(f"from_dicts takes several values, not one {type(values).__name__}")
    if hasattr(values, "__arrow_c_stream__") and not isinstance(values, Query):
        return from_arrow(values)  # a table's rows, where its iterator gives columns
    return of_pieces(sessions.of_memory(), text.lines(values, _PIECE))


def from_arrow(table: Any) -> Arbor:
    """An Arbor in memory from anything with `__arrow_c_stream__`: tables of pyarrow, Polars, pandas, DuckDB and others, a tree
    of each row. Needs pyarrow or nanoarrow.

    >>> import arbors, pyarrow
    >>> arbors.from_arrow(pyarrow.table({"n": [1, None]})).to_list()
    [{'n': 1}, {'n': None}]
    """
    from . import arrow
    session = sessions.of_memory()
    made = session.new_table()
    arrow.append(session, made.name, table)
    return _opened(session, made)


def _read(source: Any, options: dict[str, Any], progress: bool | None) -> Arbor:
    session = sessions.of_memory()
    if isinstance(source, (bytes, bytearray, memoryview)):
        return of_pieces(session, [bytes(source)], options)
    if hasattr(source, "read"):
        return of_pieces(session, _lines_of(source) if options else [source.read()], options)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"a source is a path, bytes or a file object, not {type(source).__name__}")
    table = session.new_table()
    import_file(session, table.name, os.fspath(source), options, progress)
    return _opened(session, table)


def import_file(session: Session, name: str, file: str, options: dict[str, Any], progress: bool | None) -> dict[str, Any]:
    """Imports a file, with a progress bar where one is wanted, and gives the report."""
    from .progress import watching
    from .tree import loads
    with watching(session, file, writes=False, wanted=progress):
        report = session.call("arbor_import", name, file, text.to_json(options))
    return loads(report)  # type: ignore[no-any-return]


def _lines_of(file: Any) -> Iterator[Any]:
    """A file's text or bytes in pieces that end with a line."""
    rest = None
    while True:
        piece = file.read(_PIECE)
        if not piece:
            break
        if rest:
            piece = rest + piece
        end = piece.rfind(b"\n" if isinstance(piece, bytes) else "\n") + 1
        if end:
            yield piece[:end]
        rest = piece[end:]
    if rest:
        yield rest


def of_pieces(session: Session, pieces: Iterable[Any], options: dict[str, Any] | None = None) -> Arbor:
    """An Arbor of a session's own from pieces of JSON."""
    table = session.new_table()
    append_pieces(session, table.name, pieces, {"format": "jsonl"} if options is None else options)
    return _opened(session, table)


def append_pieces(session: Session, name: str, pieces: Iterable[Any], options: dict[str, Any]) -> dict[str, int]:
    """Appends pieces of JSON to an Arbor, making it, and gives how many trees came and how many were replaced."""
    from .tree import loads
    session.call("arbor_append", name, "[]")
    total = {"trees": 0, "replaced": 0}
    for piece in pieces:
        report = loads(session.call("arbor_append", name, piece, text.to_json(options)))
        for key in total:
            total[key] += report.get(key, 0)
    return total


def _opened(session: Session, table: Table) -> Arbor:
    return Arbor(session.open(table.name, keep=(table,)), table.name, None)


def pieces_of(what: Any) -> Iterator[str]:
    """Trees of an Arbor, a plan, a Tree, one dict, or several values, as pieces of JSON Lines."""
    if isinstance(what, Query):
        yield from _pieces_of_query(what)
    elif isinstance(what, (dict, Tree)):
        yield Tree.of(what).to_json()
    elif isinstance(what, (str, bytes)) or not hasattr(what, "__iter__"):
        raise TypeError(f"trees are an Arbor, a plan, a Tree, a dict, or several of them, not {type(what).__name__}")
    else:
        yield from text.lines(_trees_of(what), _PIECE)


def _trees_of(values: Iterable[Any]) -> Iterator[Any]:
    """Trees one by one; those of Arbors among them as well."""
    for value in values:
        if isinstance(value, Query):
            yield from value.pick()
        else:
            yield value


def _pieces_of_query(query: Query) -> Iterator[str]:
    gathered: list[str] = []
    size = 0
    for rows in query._json_rows():
        for (json,) in rows:
            gathered.append(json)
            size += len(json)
        if size >= _PIECE:
            yield "\n".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "\n".join(gathered)


class Source(NamedTuple):
    """A collection as it stands in a plan of a session: its text there, its text for people, what it needs to stay."""

    text: str
    shown: str
    keep: tuple[object, ...]


def as_source(session: Session, what: Any) -> Source:
    """What an argument of `append`, `join` and so on is in a plan. Trees of other sessions and long ones are copied over."""
    if isinstance(what, Query) and what._session is session:
        return Source(what._text, getattr(what, "_shown"), what._keep)
    if not isinstance(what, Query):
        pieces = [*pieces_of(what)]
        literal = "[" + ",".join(pieces).replace("\n", ",") + "]"
        if len(literal) <= _IN_TEXT:
            return Source(f"json {text.quote(literal)}", f"json {text.quote(literal)}", ())
        return _source_of(of_pieces(session, pieces))
    return _source_of(of_pieces(session, pieces_of(what)))


def _source_of(arbor: Arbor) -> Source:
    return Source(arbor._text, arbor._shown, arbor._keep)
