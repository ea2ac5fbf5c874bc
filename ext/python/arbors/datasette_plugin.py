"""A plugin of Datasette, by entry point: `datasette stats.db` shows Arbors as tables, with facets, filters and sorting.

Two things are mended for Arbors, whose found columns have no declared type: the value of a filter or a facet's link is a
text, which SQLite finds unequal to a number, so one that reads as a number is compared as that too; and the tables that an
Arbor lies in are hidden.
"""

from __future__ import annotations

import json
import re
from typing import Any

from datasette import hookimpl
from datasette.filters import Filters, InFilter, TemplatedFilter

from .loading import load

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_PART = re.compile(r"meta|path|segment|chunk|pending|index\d+")
# Of a template's comparison, and how it reads where the value is also a number.
_TYPED = {
    "exact": "{c} in (:{p}, 0 + :{p})",
    "not": "{c} not in (:{p}, 0 + :{p})",
    "gt": "{c} > 0 + :{p}",
    "gte": "{c} >= 0 + :{p}",
    "lt": "{c} < 0 + :{p}",
    "lte": "{c} <= 0 + :{p}",
    "arraycontains": "exists (select 1 from json_each({t}.{c}) where value in (:{p}, 0 + :{p}))",
    "arraynotcontains": "not exists (select 1 from json_each({t}.{c}) where value in (:{p}, 0 + :{p}))",
}
_arbors: dict[str, set[str]] = {}  # names of Arbors, by database
_hidden: dict[str, set[str]] = {}  # names of the tables that these lie in


def _is_arbor(table: str) -> bool:
    return any(table in names for names in _arbors.values())


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


class _Typed(TemplatedFilter):  # type: ignore[misc,unused-ignore]
    """A filter of Datasette's that compares with a number, too, where its value reads as one and the table is an Arbor."""

    def __init__(self, plain: Any) -> None:
        super().__init__(plain.key, plain.display, plain.sql_template, plain.human_template, format=plain.format, numeric=plain.numeric)
        self._plain = plain
        self._typed = TemplatedFilter(plain.key, plain.display, _TYPED[plain.key], plain.human_template)

    def where_clause(self, table: str, column: str, value: Any, param_counter: int) -> Any:
        chosen = self._typed if _is_arbor(table) and _is_number(value) else self._plain
        return chosen.where_clause(table, column, value, param_counter)


def _with_numbers(values: list[Any]) -> list[Any]:
    """A list's values, and those of them that read as numbers once more as numbers."""
    return values + [float(value) if re.search(r"[.eE]", value) else int(value) for value in values if _is_number(value)]


class _TypedList:
    """The filter `in` or `not in`, with the numbers among its values, where the table is an Arbor."""

    def __init__(self, plain: Any) -> None:
        self.key, self.display, self.no_argument, self._plain = plain.key, plain.display, plain.no_argument, plain

    def where_clause(self, table: str, column: str, value: Any, param_counter: int) -> Any:
        if _is_arbor(table):
            value = json.dumps(_with_numbers(self._plain.split_value(value)))
        return self._plain.where_clause(table, column, value, param_counter)

    def human_clause(self, column: str, value: Any) -> Any:
        return self._plain.human_clause(column, value)


def _typed(plain: Any) -> Any:
    if plain.key in _TYPED and isinstance(plain, TemplatedFilter) and not isinstance(plain, _Typed):
        return _Typed(plain)
    return _TypedList(plain) if isinstance(plain, InFilter) else plain


def _teach_filters() -> None:
    Filters._filters = [_typed(plain) for plain in Filters._filters]
    Filters._filters_by_key = {each.key: each for each in Filters._filters}


def _note(connection: Any, database: str) -> None:
    """Remembers which tables of a database are Arbors, and which lie beneath them."""
    tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {name for name, sql in tables if re.match(r"(?is)\s*CREATE\s+VIRTUAL\s+TABLE\b.*\bUSING\s+arbor\b(?!_)", sql or "")}
    beneath = {name for name, _ in tables for arbor in found if name.startswith(arbor + "_") and _PART.fullmatch(name[len(arbor) + 1:])}
    _arbors[database], _hidden[database] = found, beneath


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def prepare_connection(conn: Any, database: str, datasette: Any) -> None:
    """Loads the extension into every connection of Datasette's. Its visitors write SQL: without the plugin's setting `files` no
    connection reads or writes files of the server."""
    load(conn)
    if not (datasette.plugin_config("arbors", database=database) or {}).get("files"):
        conn.execute("SELECT arbor_config('files', 0)").fetchall()
    _note(conn, database)


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def get_metadata() -> dict[str, Any]:
    """Hides the tables that Arbors lie in."""
    return {"databases": {database: {"tables": {name: {"hidden": True} for name in names}} for database, names in _hidden.items()}}


_teach_filters()
