"""Writing: each task a database file in a staging folder, all of them published together."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from typing import Any, Iterator, Sequence

from pyspark import TaskContext
from pyspark.sql.datasource import DataSourceArrowWriter, WriterCommitMessage

from ..errors import Error
from ..session import Session, table_name
from . import staging, trees, types


@dataclasses.dataclass
class Written(WriterCommitMessage):  # type: ignore[misc,unused-ignore]
    """What one task has staged."""

    part: str
    trees: int


class Writer(DataSourceArrowWriter):  # type: ignore[misc,unused-ignore]
    """One job that writes rows as trees of an Arbor."""

    def __init__(self, schema: Any, folder: str, name: str, overwrite: bool, keep_nulls: bool) -> None:
        types.check(schema, "written")
        _check_names(schema, "")
        table_name(name)
        self._schema, self._folder, self._name = schema, folder, name
        self._overwrite, self._keep_nulls = overwrite, keep_nulls
        self._job = staging.begin(folder)

    def write(self, iterator: Iterator[Any]) -> Written:
        """Stages one partition's rows. What a failed attempt has staged is removed here, or with the job."""
        context = TaskContext.get()
        partition, attempt = (context.partitionId(), context.attemptNumber()) if context else (0, 0)
        part = f"part-{partition:05}-{attempt}-{self._job}.db"
        place = staging.of_job(self._folder, self._job)
        if not os.path.isdir(place):
            raise Error(f"{self._folder}: the write was given up, or this executor does not see the folder")
        file = os.path.join(place, part)
        with contextlib.suppress(FileNotFoundError):  # of the same attempt of a stage that was run again
            os.unlink(file)
        try:
            return Written(part, _stage(file, self._name, trees.pieces(iterator, self._schema, self._keep_nulls)))
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.unlink(file)
            if isinstance(error, (Error, OSError)):
                raise Error(f"{self._folder}, partition {partition}: {error}") from error
            raise

    def commit(self, messages: Sequence[Any]) -> None:
        """Publishes what the tasks have staged."""
        parts = {message.part: message.trees for message in messages if message is not None}
        full = {part: count for part, count in parts.items() if count} or dict(list(parts.items())[:1])
        schema = types.nullable(self._schema).jsonValue()
        staging.publish(self._folder, self._job, self._name, full, schema, self._overwrite)

    def abort(self, messages: Sequence[Any]) -> None:
        """Removes what the job has staged. May be called after a commit that failed, and more than once."""
        staging.discard(self._folder, self._job)


def _stage(file: str, name: str, pieces: Iterator[tuple[str, int]]) -> int:
    """Makes a database with one Arbor. Gives its trees."""
    session = Session(file)
    try:
        session.run("PRAGMA journal_mode=MEMORY")
        session.run("PRAGMA synchronous=OFF")
        place, rows = table_name(name), 0
        with session.transaction():
            session.call("arbor_append", place, "[]")
            for lines, count in pieces:
                session.call("arbor_append", place, lines, '{"format":"jsonl"}')
                rows += count
        session.run("PRAGMA journal_mode=DELETE")
    finally:
        session.connection.close()
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return rows


def _check_names(schema: Any, path: str) -> None:
    """Raises an Error where two fields would be one key."""
    seen = set()
    for field in schema.fields:
        key = types.keys_of(field)
        if key in seen:
            raise Error(f"two columns are named {path}{field.name}; a tree has each key once")
        seen.add(key)
        if hasattr(field.dataType, "fields"):
            _check_names(field.dataType, f"{path}{field.name}.")
