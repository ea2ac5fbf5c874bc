"""Reads by the reader inside Spark's JVM (ext/spark), where a session has it: the driver's Python plans, as for the Python source, and
hands over the schema, how columns are read, and the partitions."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping

from .. import loading
from ..session import table_name
from . import jars, planning, vectors
from .planning import Piece
from .reading import Reader
from .source import ArborsSource, source_for


def read(spark: Any, path: Any, schema: Any, options: Mapping[str, Any]) -> Any:
    """See `arbors.spark.read`."""
    given = {key: value if isinstance(value, str) else json.dumps(value) for key, value in options.items() if value is not None}
    paths = [os.fspath(path)] if isinstance(path, (str, os.PathLike)) else list(map(os.fspath, path))
    if jars.is_there(spark):
        plan = planned(source_for(spark)({**given, "paths": json.dumps(paths)}), schema)
        if plan is not None:
            return spark.read.format(jars.SOURCE).option("plan", plan).load()
    reader = spark.read.format("arbors").options(**given)
    return (reader if schema is None else reader.schema(schema)).load(paths)


def planned(source: ArborsSource, schema: Any) -> str | None:
    """What the JVM's reader is told (ext/spark: Plan); None where only Python can read this as it is wanted."""
    if isinstance(schema, str):
        from pyspark.sql.types import StructType
        schema = StructType.fromDDL(schema)
    said = source._options()
    schema = source.schema() if schema is None else schema
    reader = source.reader(schema)
    if said.at is not None:  # a shape is of the newest kinds
        return None
    layouts: list[str] = []
    of_file = {}
    try:
        for each in source.snapshot().summaries:
            text = json.dumps(vectors.layout(schema, each.shape))
            if text not in layouts:
                layouts.append(text)
            of_file[each.file] = layouts.index(text)
    except vectors.OnlyPython:
        return None
    filters = planning.filtered([said.where] if said.where else [])

    def piece_of(piece: Piece) -> dict[str, Any]:
        return {"file": piece.file, "source": planning.trees_of(said.name, piece) + filters, "count": piece.count, "trees": piece.trees,
                "state": f"{table_name(said.name)}@{piece.generation}", "layout": of_file[piece.file]}

    return json.dumps({"extension": loading.loadable_path(), "name": said.name, "filtered": bool(filters), "schema": schema.jsonValue(),
                       "layouts": list(map(json.loads, layouts)),
                       "partitions": [list(map(piece_of, partition.pieces)) for partition in Reader.partitions(reader)]})
