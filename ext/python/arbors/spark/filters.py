"""Spark's filters as conditions of the engine: only those that both decide alike, of columns whose stored kind is the declared type."""

from __future__ import annotations

import math
from typing import Any, Callable

from pyspark.sql import datasource as spark
from pyspark.sql import types

from .. import text
from . import keys
from .types import is_json, keys_of

_STORED = {types.ByteType: "integer", types.ShortType: "integer", types.IntegerType: "integer", types.LongType: "integer",
           types.DoubleType: "real", types.BooleanType: "boolean", types.StringType: "string"}
_VALUES: dict[str, tuple[type, ...]] = {"integer": (int,), "real": (float,), "boolean": (bool,), "string": (str,)}
_COMPARISONS = {spark.EqualTo: "=", spark.EqualNullSafe: "IS", spark.GreaterThan: ">", spark.GreaterThanOrEqual: ">=",
                spark.LessThan: "<", spark.LessThanOrEqual: "<="}
_TEXTS = {spark.StringStartsWith: "starts_with", spark.StringEndsWith: "ends_with", spark.StringContains: "contains"}


def condition(given: Any, schema: Any, shape: Any) -> str | None:
    """A filter as a condition that is true for every row which Spark lets through; None where that is not sure."""
    if isinstance(given, spark.Not):
        inner = given.child
        return _compared(inner, "<>", schema, shape) if type(inner) is spark.EqualTo and inner.value is not None else None
    if isinstance(given, (spark.IsNull, spark.IsNotNull)):
        found = _column(given.attribute, schema, shape)
        word = "IS NULL" if isinstance(given, spark.IsNull) else "IS NOT NULL"
        return f"{found[0]} {word}" if found else None
    if isinstance(given, spark.In):
        return _in(given, schema, shape)
    if type(given) in _COMPARISONS:
        return _compared(given, _COMPARISONS[type(given)], schema, shape)
    if type(given) in _TEXTS:
        return _with(given, schema, shape, lambda path, value: f"{_TEXTS[type(given)]}({path}, {value})")
    return None


def _compared(given: Any, operator: str, schema: Any, shape: Any) -> str | None:
    if given.value is None:
        return None
    return _with(given, schema, shape, lambda path, value: f"{path} {operator} {value}")


def _with(given: Any, schema: Any, shape: Any, make: Callable[[str, str], str]) -> str | None:
    found = _column(given.attribute, schema, shape)
    value = _literal(given.value, found[1]) if found else None
    return make(found[0], value) if found and value is not None else None


def _in(given: Any, schema: Any, shape: Any) -> str | None:
    found = _column(given.attribute, schema, shape)
    values = [_literal(value, found[1]) for value in given.value if value is not None] if found else []
    if not found or not values or None in values:
        return None
    return f"{found[0]} IN ({', '.join(map(str, values))})"


def _literal(value: Any, stored: str) -> str | None:
    if not isinstance(value, _VALUES[stored]) or (stored != "boolean" and isinstance(value, bool)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str) and "\0" in value:
        return None
    return text.literal(value)


def _column(attribute: tuple[str, ...], schema: Any, shape: Any) -> tuple[str, str] | None:
    """A column's path and stored kind, where that is the declared type."""
    kind, path = schema, []
    for name in attribute:
        if not isinstance(kind, types.StructType) or name not in kind.fieldNames():
            return None
        field = kind[name]
        key = keys_of(field)
        if len(key) != 1 or is_json(field) or not isinstance(shape, list) or shape[0] != "struct" or key[0] not in dict(shape[1]):
            return None
        path.append(key[0])
        shape, kind = dict(shape[1])[key[0]], field.dataType
    stored = _STORED.get(type(kind))
    return (keys.written(path), stored) if stored is not None and stored == shape else None
