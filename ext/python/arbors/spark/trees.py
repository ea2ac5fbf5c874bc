"""Rows of Arrow as JSON texts, by the types that Spark says they have: times as ISO texts in UTC, decimals as numbers with all their
digits, variants as the JSON that they hold."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any, Callable, Iterator

from pyspark.sql import types as spark
from pyspark.sql.types import VariantVal

from ..errors import Error
from .types import is_json, keys_of

_PIECE = 16_384  # rows handed over at once

_string = json.encoder.encode_basestring
Write = Callable[[Any], str]


def pieces(batches: Iterator[Any], schema: Any, keep_nulls: bool) -> Iterator[tuple[str, int]]:
    """JSON Lines of record batches, with how many rows each piece holds."""
    row = _of_row(schema, keep_nulls)
    for batch in batches:
        for start in range(0, batch.num_rows, _PIECE):
            part = batch.slice(start, _PIECE)
            columns = [column.to_pylist() for column in part.columns]
            yield "\n".join(map(row, zip(*columns))) if columns else "\n".join(["{}"] * part.num_rows), part.num_rows


def _of_row(schema: Any, keep_nulls: bool) -> Callable[[tuple[Any, ...]], str]:
    if len(schema.fields) == 1 and not keys_of(schema.fields[0]):  # the column is the tree
        whole = _nullable(_of_field(schema.fields[0], keep_nulls))
        return lambda row: whole(row[0])
    members = _members(schema, keep_nulls)
    return lambda row: _object(members, row, keep_nulls)


def _members(kind: Any, keep_nulls: bool) -> list[tuple[str, str, Write]]:
    """Of each field: its name, its key as it stands in JSON, and how its values are written."""
    return [(field.name, _string((keys_of(field) or (field.name,))[0]) + ":", _of_field(field, keep_nulls)) for field in kind.fields]


def _object(members: list[tuple[str, str, Write]], values: Any, keep_nulls: bool) -> str:
    said = []
    for (_, key, write), value in zip(members, values):
        if value is not None:
            said.append(key + write(value))
        elif keep_nulls:
            said.append(key + "null")
    return "{" + ",".join(said) + "}"


def _nullable(write: Write) -> Write:
    return lambda value: "null" if value is None else write(value)


def _of_field(field: Any, keep_nulls: bool) -> Write:
    return _of_type(field.dataType, is_json(field), keep_nulls, field.name)


def _of_type(kind: Any, is_json_text: bool, keep_nulls: bool, name: str) -> Write:
    """How values of a type, none of them null, are written."""
    if isinstance(kind, spark.StructType):
        members = _members(kind, keep_nulls)
        return lambda value: _object(members, [value[name] for name, _, _ in members], keep_nulls)
    if isinstance(kind, spark.ArrayType):
        element = _nullable(_of_type(kind.elementType, is_json_text, keep_nulls, name))
        return lambda value: "[" + ",".join(map(element, value)) + "]"
    if isinstance(kind, spark.MapType):
        below = _nullable(_of_type(kind.valueType, False, keep_nulls, name))
        return lambda value: "{" + ",".join(f"{_string(key)}:{below(inner)}" for key, inner in (value.items() if isinstance(value, dict) else value)) + "}"
    if isinstance(kind, spark.StringType) and is_json_text:
        return _checked_json(name)
    return next(make(name) for types, make in _SCALARS if isinstance(kind, types))


def _checked_json(name: str) -> Write:
    def write(value: str) -> str:
        try:
            json.loads(value)
        except ValueError:
            raise Error(f"column {name} holds JSON texts, and {value[:60]!r} is none") from None
        return value.replace("\n", " ").replace("\r", " ")
    return write


def _real(name: str) -> Write:
    def write(value: float) -> str:
        if not math.isfinite(value):
            raise Error(f"column {name} holds {value}, which JSON has not; put a null or a text in its place")
        return repr(value)
    return write


def _time(value: datetime.datetime) -> str:
    if value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat()


def _variant(value: Any) -> str:
    return str(VariantVal(value["value"], value["metadata"]).toJson() if isinstance(value, dict) else value.toJson())


_SCALARS: tuple[tuple[Any, Callable[[str], Write]], ...] = (
    (spark.StringType, lambda name: _string),
    (spark.BooleanType, lambda name: lambda value: "true" if value else "false"),
    (spark.IntegralType, lambda name: str),
    (spark.FractionalType, lambda name: lambda value: format(value, "f") if not isinstance(value, float) else _real(name)(value)),
    ((spark.DateType, spark.TimestampNTZType), lambda name: lambda value: f'"{value.isoformat()}"'),
    (spark.TimestampType, lambda name: lambda value: f'"{_time(value)}"'),
    (spark.VariantType, lambda name: _variant),
)
