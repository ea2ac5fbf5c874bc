"""Which columns Spark's JVM can read as they are in the engine's Arrow stream, and what its reader (ext/spark: Column, Value) is told of
them. Decided by the shapes of files: what only `convert` makes of a value is read by Python."""

from __future__ import annotations

from typing import Any

from pyspark.sql import types as spark

from . import keys
from .columns import bracketed
from .shapes import Shape
from .types import is_json, keys_of

_INTEGERS = (spark.ByteType, spark.ShortType, spark.IntegerType, spark.LongType)
_REALS = (spark.FloatType, spark.DoubleType)
# The types that a shape's values may become, and what they are in the stream.
_SCALARS: dict[str, tuple[tuple[tuple[type, ...], str], ...]] = {
    "integer": ((_INTEGERS, "INT64"), (_REALS, "INT64")), "real": ((_REALS, "FLOAT64"),), "number": ((_REALS, "FLOAT64"),),
    "boolean": (((spark.BooleanType,), "BOOL"),), "open": (((spark.VariantType,), "JSON"),), "json": (((spark.VariantType,), "JSON"),)}

Column = dict[str, Any]


class OnlyPython(Exception):
    """A column that the JVM cannot read; its text is the column's name."""


def layout(schema: Any, shape: Shape) -> list[Column]:
    """How the JVM reads a schema's columns from a file whose trees have a shape. Raises OnlyPython where it cannot."""
    fields = _fields(shape)
    columns = []
    for field in schema.fields:
        path = keys_of(field)
        if not path and (fields is not None or shape != "null" and shape[0] != "tree") or path and fields is None and shape != "null":
            raise OnlyPython(field.name)
        below = (fields or {}).get(path[0]) if path else None if shape == "null" else shape[1]
        columns.append(_column(path, field, below))
    return columns


def _fields(shape: Shape | None) -> dict[str, Shape] | None:
    return dict(shape[1]) if isinstance(shape, list) and shape[0] == "struct" else None


def _column(path: tuple[str, ...], field: Any, shape: Shape | None) -> Column:
    if not field.nullable:
        raise OnlyPython(field.name)
    if shape is None or shape == "null":
        return {"name": field.name}
    kind, fields, place = field.dataType, _fields(shape), keys.written(path)
    if isinstance(kind, spark.StructType) and fields is not None:
        return {"name": field.name, "there": f"{place} is not null",
                "fields": [_column((*path, *keys_of(below)), below, fields.get(keys_of(below)[0])) for below in kind.fields]}
    value = _value(kind, is_json(field), shape)
    if value is not None:
        return {"name": field.name, "item": place, "value": value}
    if isinstance(kind, spark.VariantType) or isinstance(kind, spark.StringType) and is_json(field):
        return {"name": field.name, "item": bracketed(place), "value": "BRACKETS"}
    raise OnlyPython(field.name)


def _value(kind: Any, json: bool, shape: Shape) -> Any:
    """What the stream holds of a shape's values that can become a type; None where they cannot as they are."""
    if isinstance(kind, spark.StringType):
        return "UTF8" if shape == "string" and not json else "JSON" if shape in ("json", "open") and json else None
    if isinstance(shape, str):
        return next((value for kinds, value in _SCALARS.get(shape, ()) if isinstance(kind, kinds)), None)
    if isinstance(kind, spark.ArrayType) and shape[0] == "list" and kind.containsNull:
        if shape[1] == "null":
            return {"element": None}
        element = _value(kind.elementType, json, shape[1])
        return None if element is None else {"element": element}
    fields = _fields(shape)
    return _members(kind, fields) if isinstance(kind, spark.StructType) and fields is not None else None


def _members(kind: Any, fields: dict[str, Shape]) -> Any:
    """The same of structs inside arrays, whose keys the stream may have named anew."""
    if len({key.lower() for key in fields}) < len(fields) or "" in fields:
        return None
    members = []
    for field in kind.fields:
        (key,) = keys_of(field)
        if not field.nullable:
            return None
        if fields.get(key, "null") == "null":
            continue
        value = _value(field.dataType, is_json(field), fields[key])
        if value is None:
            return None
        members.append({"name": field.name, "key": key, "value": value})
    return {"members": members}
