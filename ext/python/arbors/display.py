"""How Arbors look in a shell and in a notebook: their name, size and first fields."""

from __future__ import annotations

import json
from typing import Any

_FIELDS, _ROWS, _CELL = 6, 5, 60


def summary(arbor: Any) -> str:
    """One line: `<Arbor players: 21,271 trees; playerID, birth.year, …>`."""
    name = f" {arbor.name}" if arbor.name else ""
    try:
        count = len(arbor)
        fields = [*_fields(arbor._head_values(1))]
    except Exception as error:
        return f"<Arbor{name} ({error})>"
    shown = ", ".join(fields[:_FIELDS]) + (", …" if len(fields) > _FIELDS else "")
    return f"<Arbor{name}: {count:,} tree{'' if count == 1 else 's'}{'; ' + shown if shown else ''}>"


def html_table(arbor: Any) -> str:
    """A small table of the first trees, a column for each field."""
    import html
    values = arbor._head_values(_ROWS)
    fields = [*_fields(values)][:2 * _FIELDS] or [""]
    head = "".join(f"<th>{html.escape(field)}</th>" for field in fields)
    rows = "".join(f"<tr>{''.join(f'<td>{html.escape(_cell(value, field))}</td>' for field in fields)}</tr>" for value in values)
    return (f"<div><small>{html.escape(summary(arbor)[1:-1])}</small>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")


def _fields(values: list[Any]) -> dict[str, None]:
    """Dotted names of the scalars and arrays of some trees, in order of appearance."""
    found: dict[str, None] = {}

    def enter(value: dict[str, Any], above: str) -> None:
        for key, inner in value.items():
            if isinstance(inner, dict) and inner:
                enter(inner, f"{above}{key}.")
            else:
                found[above + key] = None

    for value in values:
        if isinstance(value, dict):
            enter(value, "")
    return found


def _cell(value: Any, field: str) -> str:
    if not field:
        return _short(json.dumps(value, ensure_ascii=False))
    found = _at(value, field)
    if found is None:
        return ""
    return _short(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))


def _at(value: Any, field: str) -> Any:
    if not isinstance(value, dict):
        return None
    if field in value:
        return value[field]
    for key, inner in value.items():
        if field.startswith(key + "."):
            found = _at(inner, field[len(key) + 1:])
            if found is not None:
                return found
    return None


def _short(cell: str) -> str:
    return cell if len(cell) <= _CELL else cell[:_CELL - 1] + "…"
