"""Reading: partitions on the driver, record batches in the tasks."""

from __future__ import annotations

import dataclasses
from typing import Any, Iterator

import pyarrow
from pyspark.sql.datasource import DataSourceReader, InputPartition
from pyspark.sql.pandas.types import to_arrow_schema

from ..errors import Error
from ..session import Session, table_name
from ..with_pyarrow import schema_of
from . import planning, summary
from .columns import Layout
from .options import Options
from .planning import Piece, Snapshot

_OPTIONS = '{"arrow_json":true}'


@dataclasses.dataclass
class Partition(InputPartition):  # type: ignore[misc,unused-ignore]
    """Pieces of files that one task reads."""

    pieces: list[Piece]


class Reader(DataSourceReader):  # type: ignore[misc,unused-ignore]
    """Reads a snapshot: what is written later is not seen."""

    def __init__(self, schema: Any, options: Options, snapshot: Snapshot, cores: int) -> None:
        self._schema, self._options, self._cores = schema, options, cores
        self._snapshot: Snapshot | None = snapshot
        self._conditions = [options.where] if options.where else []

    def __getstate__(self) -> dict[str, Any]:
        """What tasks need: not the snapshot, of which each has its pieces."""
        return {**self.__dict__, "_snapshot": None}

    def partitions(self) -> list[Partition]:
        """What each task reads; one without pieces where there is nothing."""
        assert self._snapshot is not None
        return [Partition(pieces) for pieces in self._snapshot.partitions(self._options, self._conditions, self._cores)]

    def read(self, partition: Any) -> Iterator[Any]:
        """The record batches of a partition. Connections are open while they are asked for."""
        to = arrow_schema(self._schema)
        for piece in getattr(partition, "pieces", None) or []:
            with summary.opened(piece.file) as session:
                yield from self._piece(session, piece, to)

    def _piece(self, session: Session, piece: Piece, to: Any) -> Iterator[Any]:
        trees = planning.trees_of(self._options.name, piece)
        _check_state(session, self._options.name, piece)
        layout = Layout(self._schema, to, lambda stage: summary.arrow_schema(session, f"{trees} | {stage}"))
        plan = f"{trees}{planning.filtered(self._conditions)} | {layout.stage}"
        schema = None
        for ((message,),) in session.blocks("SELECT message FROM arbor_arrow(?) WHERE options = ?", plan, _OPTIONS, most=1):
            if schema is None:
                schema = schema_of(message)
            elif len(message) > 8:  # the end of the stream is a message of nothing
                yield layout.batch(pyarrow.ipc.read_record_batch(pyarrow.ipc.read_message(pyarrow.py_buffer(message)), schema))


class PushingReader(Reader):
    """A reader that takes Spark's filters too. Spark keeps them for whatever else is asked of the same `load()`, so that this is for
    one query a load; it is made only where a user says so."""

    def pushFilters(self, filters_: list[Any]) -> Iterator[Any]:  # noqa: N802: Spark's name
        """Takes what the engine decides as Spark does, and hands every filter back, so that Spark decides again."""
        from . import filters  # PySpark 4.1 and later
        assert self._snapshot is not None
        shape = self._snapshot.shape()
        for each in filters_:
            condition = filters.condition(each, self._schema, shape)
            if condition is not None:
                self._conditions.append(condition)
        return iter(filters_)


def arrow_schema(schema: Any) -> Any:
    """The Arrow schema that Spark wants batches in."""
    try:
        return to_arrow_schema(schema, timezone="UTC")
    except TypeError:  # PySpark 4.0 and 4.1
        return to_arrow_schema(schema)


def _check_state(session: Session, name: str, piece: Piece) -> None:
    """Raises an Error where the file is another one than it was when the read was planned."""
    trees = session.call("arbor_count", f"{table_name(name)}@{piece.generation}")
    if trees != piece.trees:
        raise Error(f"generation {piece.generation} of {name} has {trees} trees, and had {piece.trees} when the read was planned: "
                    "the file was replaced since; load it again")
