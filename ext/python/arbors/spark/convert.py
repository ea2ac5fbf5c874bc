"""Arrow arrays of the engine as arrays of the types that Spark was promised: exactly these, or an Error; never another value."""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any, Callable

import pyarrow
import pyarrow.compute as compute
import pyarrow.types as arrow
from pyspark.sql import types as spark
from pyspark.sql.types import VariantVal

from ..errors import Error
from .types import is_json

_WORDS = ((arrow.is_boolean, "booleans"), (arrow.is_integer, "integers"), (arrow.is_floating, "reals"), (arrow.is_string, "strings"),
          (arrow.is_list, "arrays"), (arrow.is_struct, "objects"))
_INTEGERS = (spark.ByteType, spark.ShortType, spark.IntegerType, spark.LongType)
_REALS = (spark.FloatType, spark.DoubleType)
_TIMES = (spark.DateType, spark.TimestampType, spark.TimestampNTZType)
_FROM_TEXT = (spark.VariantType, spark.DecimalType, spark.MapType)  # by way of JSON texts, where they are not strings already


def holds_json(kind: Any) -> bool:
    """Whether an Arrow type is of JSON texts."""
    return getattr(kind, "extension_name", None) == "arrow.json"


def fits(source: Any, wanted: Any, json: bool) -> bool:
    """Whether arrays of an Arrow type can become a type of Spark's as they are; else the engine must write JSON texts."""
    if holds_json(source):
        return True
    if isinstance(wanted, spark.StringType):
        return bool(arrow.is_string(source) or (json and (arrow.is_integer(source) or arrow.is_boolean(source))))
    if isinstance(wanted, _FROM_TEXT):
        return bool(arrow.is_string(source))
    if isinstance(wanted, spark.ArrayType) and arrow.is_list(source):
        return fits(source.value_type, wanted.elementType, json)
    if isinstance(wanted, spark.StructType) and arrow.is_struct(source):
        return struct_fits(source, wanted, every=False)
    return True


def struct_fits(source: Any, wanted: Any, every: bool) -> bool:
    """The same for a struct; `every`: also whether all of its fields are wanted."""
    from .types import keys_of
    fields = {source.field(i).name: source.field(i) for i in range(source.num_fields)}
    names = {name.lower() for name in fields}
    for name in fields:
        stem, _, number = name.rpartition("_")
        if number.isdigit() and (not stem or stem.lower() in names):
            return False  # a key that the engine may have named anew
    keys = {keys_of(field)[0] for field in wanted.fields}
    if not every and len({key.lower() for key in keys}) < len(keys):
        return False
    return (not every or set(fields) <= keys) and all(
        fits(fields[key].type, field.dataType, is_json(field)) for field in wanted.fields for key in keys_of(field) if key in fields)


def converted(array: Any, wanted: Any, to: Any, json: bool) -> Any:
    """An array of the engine as a type of Spark's, which is `to` in Arrow. `json`: strings are wanted as JSON texts."""
    if isinstance(array, pyarrow.ExtensionArray):
        return of_json(array.storage, wanted, to, json)
    if array.null_count == len(array):
        return pyarrow.nulls(len(array), to)
    kind = array.type
    if isinstance(wanted, spark.StructType) and arrow.is_struct(kind):
        return _struct(array, wanted, to)
    if isinstance(wanted, spark.ArrayType) and arrow.is_list(kind):
        values = converted(array.values, wanted.elementType, to.value_type, json)
        return pyarrow.ListArray.from_arrays(array.offsets, values, type=to, mask=array.is_null() if array.null_count else None)
    if isinstance(wanted, spark.StringType):
        if arrow.is_string(kind):
            return _mapped(array, _dumps, to) if json else array
        if json and not arrow.is_nested(kind):
            return compute.cast(array, to)
    if isinstance(wanted, spark.VariantType) and arrow.is_string(kind):
        return _mapped(array, lambda text: _variant(_dumps(text)), to)
    if isinstance(wanted, spark.BooleanType) and arrow.is_boolean(kind):
        return array
    if isinstance(wanted, _REALS) and (arrow.is_integer(kind) or arrow.is_floating(kind)):
        return compute.cast(array, to, safe=False)
    if isinstance(wanted, _INTEGERS) and (arrow.is_integer(kind) or arrow.is_floating(kind)):
        return _cast(array, to, wanted)
    if isinstance(wanted, _TIMES) and arrow.is_string(kind):
        return times(array, wanted, to)
    word = next((word for test, word in _WORDS if test(kind)), str(kind))
    raise Error(f"holds {word}, where {wanted.simpleString()} is wanted")


def _struct(array: Any, wanted: Any, to: Any) -> Any:
    from .types import keys_of
    children = []
    for number, field in enumerate(wanted.fields):
        at = array.type.get_field_index(keys_of(field)[0])
        want = to.field(number).type
        children.append(pyarrow.nulls(len(array), want) if at < 0 else converted(array.field(at), field.dataType, want, is_json(field)))
    return struct_of(children, to, array.is_null() if array.null_count else None, len(array))


def struct_of(children: list[Any], to: Any, nulls: Any, length: int) -> Any:
    """An array of structs, of the arrays of its fields, and where it is null."""
    if not children:
        return pyarrow.array([{}] * length, to)
    return pyarrow.StructArray.from_arrays(children, fields=[to.field(i) for i in range(to.num_fields)], mask=nulls)


def of_json(texts: Any, wanted: Any, to: Any, json: bool) -> Any:
    """An array of JSON texts as a type of Spark's."""
    if texts.null_count == len(texts):
        return pyarrow.nulls(len(texts), to)
    if isinstance(wanted, spark.StringType) and json:
        return compute.cast(texts, to)
    return _mapped(texts, _reader(wanted), to)


def _mapped(array: Any, function: Callable[[str], Any], to: Any) -> Any:
    try:
        return pyarrow.array([None if text is None else function(text) for text in array.to_pylist()], to)
    except (pyarrow.ArrowException, OverflowError) as error:
        raise Error(f"does not fit: {error}") from error


def _reader(wanted: Any) -> Callable[[str], Any]:
    """A function from a JSON text to a value of a type."""
    if isinstance(wanted, spark.VariantType):
        return _variant
    if isinstance(wanted, spark.StringType):
        return lambda text: _loads(text) if text[:1] == '"' else text
    value = _value(wanted, False)
    return lambda text: value(_loads(text))


def _value(wanted: Any, json: bool) -> Callable[[Any], Any]:
    """A function from a value of JSON to one of a type; None stays None."""
    if isinstance(wanted, spark.StringType):
        return lambda value: None if value is None else value if isinstance(value, str) and not json else _dumps(value)
    if isinstance(wanted, spark.VariantType):
        return lambda value: None if value is None else _variant(_dumps(value))
    if isinstance(wanted, spark.StructType):
        from .types import keys_of
        members = [(keys_of(field)[0], field.name, _value(field.dataType, is_json(field))) for field in wanted.fields]
        return _checked(dict, wanted, lambda value: {name: below(value.get(key)) for key, name, below in members})
    if isinstance(wanted, spark.MapType):
        below = _value(wanted.valueType, False)
        return _checked(dict, wanted, lambda value: [(key, below(inner)) for key, inner in value.items()])
    if isinstance(wanted, spark.ArrayType):
        element = _value(wanted.elementType, json)
        return _checked(list, wanted, lambda value: list(map(element, value)))
    if isinstance(wanted, _INTEGERS):
        return _checked((int, decimal.Decimal), wanted, lambda value: _whole(value, wanted))
    if isinstance(wanted, _REALS):
        return _checked((int, decimal.Decimal), wanted, float)
    if isinstance(wanted, spark.DecimalType):
        return _checked((int, decimal.Decimal), wanted, decimal.Decimal)
    if isinstance(wanted, spark.BooleanType):
        return lambda value: value if value is None or isinstance(value, bool) else _refuse(value, wanted)
    return _checked(str, wanted, lambda value: _time(value, wanted))


def _checked(kind: Any, wanted: Any, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value is None:
            return None
        return make(value) if isinstance(value, kind) and not isinstance(value, bool) else _refuse(value, wanted)
    return check


def _refuse(value: Any, wanted: Any) -> Any:
    raise Error(f"holds {_dumps(value)[:80]}, where {wanted.simpleString()} is wanted")


def _whole(value: Any, wanted: Any) -> int:
    return int(value) if value == int(value) else int(_refuse(value, wanted))


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=decimal.Decimal)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=float)


def _variant(text: str) -> dict[str, bytes]:
    made = VariantVal.parseJson(text)
    return {"value": made.value, "metadata": made.metadata}


def _cast(array: Any, to: Any, wanted: Any) -> Any:
    try:
        return compute.cast(array, to)
    except pyarrow.ArrowException as error:
        raise Error(f"does not fit {wanted.simpleString()}: {error}") from error


def times(array: Any, wanted: Any, to: Any) -> Any:
    """ISO texts as dates or times; those without a zone are UTC."""
    try:
        return compute.cast(array, to)
    except pyarrow.ArrowException:
        return _mapped(array, lambda text: _time(text, wanted), to)


def _time(text: str, wanted: Any) -> Any:
    try:
        time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00") if text.endswith("Z") else text)
    except ValueError:
        return _refuse(text, wanted)
    if isinstance(wanted, spark.DateType):
        return time.date() if len(text) <= 10 else _refuse(text, wanted)
    if isinstance(wanted, spark.TimestampNTZType):
        return time if time.tzinfo is None else _refuse(text, wanted)
    return time if time.tzinfo is not None else time.replace(tzinfo=datetime.timezone.utc)
