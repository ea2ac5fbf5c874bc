"""Which expressions of a plan give the columns that Spark was promised, and how its columns are made of what they give.

A column is read as it is where its Arrow type fits. A struct of which only a part is wanted, or does not fit, is read field by
field; what else does not fit is read as JSON text, which the engine writes."""

from __future__ import annotations

from typing import Any, Iterator

import pyarrow
import pyarrow.compute as compute
import pyarrow.types as arrow
from pyspark.sql import types as spark

from ..errors import Error
from . import convert, keys
from .types import is_json, keys_of


def bracketed(item: str) -> str:
    """An expression that gives another's values as JSON texts, inside brackets."""
    return f"iif({item} is null, null, array({item}) || '')"


class Whole:
    """A column that is read as it is."""

    def __init__(self, path: tuple[str, ...], field: Any, to: Any) -> None:
        self.path, self.field, self.to = path, field, to
        self.items = [keys.written(path)]

    def build(self, arrays: Iterator[Any]) -> Any:
        try:
            return self._made(next(arrays))
        except Error as error:
            raise Error(f"{keys.written(self.path)} {error}") from error

    def _made(self, array: Any) -> Any:
        return convert.converted(array, self.field.dataType, self.to, is_json(self.field))


class Text(Whole):
    """A column that is read as JSON texts, inside brackets: that is what arrays look like."""

    def __init__(self, path: tuple[str, ...], field: Any, to: Any) -> None:
        super().__init__(path, field, to)
        self.items = [bracketed(self.items[0])]

    def _made(self, array: Any) -> Any:
        texts = compute.utf8_slice_codeunits(array, 1, -1)
        return convert.of_json(texts, self.field.dataType, self.to, is_json(self.field))


class Parts:
    """A struct that is read field by field."""

    def __init__(self, path: tuple[str, ...], parts: list[Any], to: Any) -> None:
        self.parts, self.to = parts, to
        self.items = [f"{keys.written(path)} is not null", *(item for part in parts for item in part.items)]

    def build(self, arrays: Iterator[Any]) -> Any:
        there = next(arrays)
        return convert.struct_of([part.build(arrays) for part in self.parts], self.to, compute.invert(there), len(there))


def _chosen(path: tuple[str, ...], field: Any, source: Any, to: Any) -> Any:
    """How one column is read, whose values have an Arrow type in the file."""
    wanted = field.dataType
    if isinstance(wanted, spark.StructType) and arrow.is_struct(source) and not convert.struct_fits(source, wanted, every=True):
        fields = {source.field(i).name: source.field(i).type for i in range(source.num_fields)}
        parts = []
        for number, below in enumerate(wanted.fields):
            key = keys_of(below)
            parts.append(_chosen((*path, *key), below, fields.get(key[0], pyarrow.null()), to.field(number).type))
        return Parts(path, parts, to)
    made = Whole if arrow.is_null(source) or convert.fits(source, wanted, is_json(field)) else Text
    return made(path, field, to)


class Layout:
    """The columns of a schema, of one file.

    `source` gives the Arrow schema of a stage after the file's trees; no trees are read for it.
    """

    def __init__(self, schema: Any, to: Any, source: Any) -> None:
        self._to = to
        paths = [keys_of(field) for field in schema.fields]
        found = source("select " + ", ".join(f"{keys.written(path)} as c{i}" for i, path in enumerate(paths))) if paths else pyarrow.schema([])
        self._parts = [_chosen(path, field, found.field(i).type, to.field(i).type)
                       for i, (path, field) in enumerate(zip(paths, schema.fields))]
        items = [item for part in self._parts for item in part.items] or ["1"]
        self.stage = "select " + ", ".join(f"{item} as c{i}" for i, item in enumerate(items))

    def batch(self, read: Any) -> Any:
        """A record batch for Spark, of one that the stage gave."""
        if not self._parts:
            return pyarrow.RecordBatch.from_struct_array(pyarrow.array([{}] * read.num_rows, pyarrow.struct([])))
        arrays = iter(read.columns)
        made = [part.build(arrays) for part in self._parts]
        for array, field in zip(made, self._to):
            if not field.nullable and array.null_count:
                raise Error(f"column {field.name} holds nulls, and the schema says that it has none")
        return pyarrow.RecordBatch.from_arrays(made, schema=self._to)
