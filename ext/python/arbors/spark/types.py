"""Shapes as Spark's types. What Spark's names cannot say stands in a field's metadata: `arbors.key`, the key in the trees where the
field is named otherwise (names are unique without regard to case, and never empty), `arbors.json`, where strings are JSON texts, and
`arbors.tree`, where a column is the whole tree."""

from __future__ import annotations

from typing import Any

from pyspark.sql import types as spark

from ..errors import Error
from .shapes import Shape

KEY, JSON, TREE = "arbors.key", "arbors.json", "arbors.tree"

_SCALARS = {"null": spark.StringType, "boolean": spark.BooleanType, "integer": spark.LongType, "real": spark.DoubleType,
            "number": spark.DoubleType, "string": spark.StringType, "json": spark.StringType, "big": spark.StringType,
            "open": spark.VariantType}

READABLE = (spark.StringType, spark.BooleanType, spark.ByteType, spark.ShortType, spark.IntegerType, spark.LongType, spark.FloatType,
            spark.DoubleType, spark.DecimalType, spark.DateType, spark.TimestampType, spark.TimestampNTZType, spark.VariantType,
            spark.StructType, spark.ArrayType, spark.MapType)


def schema_of(shape: Shape) -> Any:
    """The schema of trees of a shape: structs, arrays, bigint, double, boolean, string; variant for objects with open keys; strings
    of JSON where kinds are mixed and for integers beyond 64 bits."""
    if isinstance(shape, str):
        return spark.StructType([])
    if shape[0] == "tree":
        return spark.StructType([_field("value", shape[1], {TREE: True})])
    fields: list[Any] = []
    taken: set[str] = set()
    for key, below in shape[1]:
        name = _unique(key, taken)
        fields.append(_field(name, below, {} if name == key else {KEY: key}))
    return spark.StructType(fields)


def _field(name: str, shape: Shape, metadata: dict[str, Any]) -> Any:
    kind, json = _type(shape)
    return spark.StructField(name, kind, True, {**metadata, **({JSON: True} if json else {})})


def _type(shape: Shape) -> tuple[Any, bool]:
    """A shape's type, and whether its strings are JSON texts."""
    if isinstance(shape, str):
        return _SCALARS[shape](), shape in ("json", "big")
    if shape[0] == "list":
        kind, json = _type(shape[1])
        return spark.ArrayType(kind), json
    return (schema_of(shape), False) if shape[1] else (spark.VariantType(), False)


def _unique(key: str, taken: set[str]) -> str:
    name, number = key, 2
    while not name or name.lower() in taken:
        name, number = f"{key}_{number}", number + 1
    taken.add(name.lower())
    return name


def keys_of(field: Any) -> tuple[str, ...]:
    """The key that a field reads and writes; none for the whole tree."""
    metadata = field.metadata or {}
    return () if metadata.get(TREE) else (str(metadata.get(KEY, field.name)),)


def is_json(field: Any) -> bool:
    """Whether a field's strings are JSON texts."""
    return bool((field.metadata or {}).get(JSON, False))


def check(schema: Any, what: str, path: str = "") -> None:
    """Raises an Error that names the first column whose type JSON has not."""
    for field in schema.fields:
        _check_type(field.dataType, what, f"{path}{field.name}")


def _check_type(kind: Any, what: str, path: str) -> None:
    if not isinstance(kind, READABLE) or type(kind) in (spark.CharType, spark.VarcharType):
        raise Error(f"column {path} of type {kind.simpleString()} cannot be {what}: JSON has none; cast it to string")
    if isinstance(kind, spark.StructType):
        check(kind, what, f"{path}.")
    elif isinstance(kind, spark.ArrayType):
        _check_type(kind.elementType, what, f"{path}[*]")
    elif isinstance(kind, spark.MapType):
        if not isinstance(kind.keyType, spark.StringType):
            raise Error(f"column {path} cannot be {what}: the keys of a map are strings, not {kind.keyType.simpleString()}")
        _check_type(kind.valueType, what, f"{path}.*")


def nullable(kind: Any) -> Any:
    """The same type with nulls allowed at every level."""
    if isinstance(kind, spark.StructType):
        return spark.StructType([spark.StructField(f.name, nullable(f.dataType), True, f.metadata) for f in kind.fields])
    if isinstance(kind, spark.ArrayType):
        return spark.ArrayType(nullable(kind.elementType), True)
    if isinstance(kind, spark.MapType):
        return spark.MapType(kind.keyType, nullable(kind.valueType), True)
    return kind
