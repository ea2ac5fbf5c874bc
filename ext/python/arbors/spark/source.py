"""The data source: what Spark makes of its name and options."""

from __future__ import annotations

import os
from typing import Any, ClassVar, Mapping

import pyarrow  # noqa: F401: told at once where it is missing
from pyspark.sql.datasource import DataSource
from pyspark.sql.types import StructType

from ..errors import Error
from . import lake, options, shapes, types
from . import keys as paths
from .planning import Snapshot
from .reading import PushingReader, Reader
from .writing import Writer


class ArborsSource(DataSource):  # type: ignore[misc,unused-ignore]
    """One `load()` or `save()`. The snapshot is taken when the schema is asked for, else when the read is planned."""

    cores: ClassVar[int] = 0  # that work on the session's jobs; 0: as many as this machine has
    remote: ClassVar[bool] = False  # a session of Spark Connect: no folder is the user's own

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(options)
        self._given = dict(options)
        self._snapshot: Snapshot | None = None

    @classmethod
    def name(cls) -> str:
        """The word for `format()`."""
        return "arbors"

    def _options(self) -> options.Options:
        return options.of(self._given, self.remote)

    def snapshot(self) -> Snapshot:
        """The files and their generations; found at the first call."""
        if self._snapshot is None:
            self._snapshot = Snapshot(self._options())
        return self._snapshot

    def schema(self) -> Any:
        """The schema that files were written with, else that of the shape which their trees have in common."""
        said = self._options()
        written = None if said.columns or said.at else lake.schema_written(self.snapshot().files, said.name)
        if written is not None:
            return StructType.fromJson(written)
        shape = self.snapshot().shape()
        return types.schema_of(shapes.pruned(shape, paths.several(said.columns)) if said.columns else shape)

    def reader(self, schema: Any) -> Reader:
        """A reader for a schema: the user's, or this source's own."""
        said = self._options()
        options.only(said, ["keep_nulls"], "writing")
        types.check(schema, "read")
        if not schema.fields:
            raise Error(f"{said.paths[0]}: {said.name} has no trees yet, so nothing tells its columns: give a schema")
        kind = PushingReader if said.pushdown else Reader
        return kind(schema, said, self.snapshot(), self.cores or os.cpu_count() or 1)

    def writer(self, schema: Any, overwrite: bool) -> Writer:
        """A writer into a folder; it begins a job there."""
        said = self._options()
        options.only(said, ["columns", "where", "at", "partitions", "pushdown"], "reading")
        if len(said.paths) != 1:
            raise Error("a write goes to one folder")
        return Writer(schema, said.paths[0], said.name, overwrite, said.keep_nulls)


def source_for(spark: Any) -> type[ArborsSource]:
    """The source's class as one session should have it."""
    remote = "connect" in type(spark).__module__
    cores = 0 if remote else int(spark.sparkContext.defaultParallelism)

    class Arbors(ArborsSource):  # a class without a module of its own is sent to workers as a whole
        pass

    Arbors.remote, Arbors.cores = remote, cores
    return Arbors
