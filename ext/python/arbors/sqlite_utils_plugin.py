"""A plugin of sqlite-utils, by entry point: its commands and its `Database` objects know Arbors."""

from __future__ import annotations

from typing import Any

from sqlite_utils import hookimpl

from .loading import load


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def prepare_connection(conn: Any) -> None:
    """Loads the extension into every connection that sqlite-utils opens."""
    load(conn)
