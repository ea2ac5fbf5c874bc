"""The options of a read or a write, checked."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Mapping

from ..errors import Error
from . import lake

_KNOWN = ("name", "columns", "where", "at", "partitions", "pushdown", "nulls", "path", "paths")
_TRUE = {"true": True, "1": True, "false": False, "0": False}


@dataclasses.dataclass(frozen=True)
class Options:
    """What a user said; `paths` are absolute."""

    paths: list[str]
    name: str
    columns: str | None
    where: str | None
    at: str | None
    partitions: int | None
    pushdown: bool
    keep_nulls: bool


def of(given: Mapping[str, str], remote: bool) -> Options:
    """Raises an Error where something is missing, wrong or unknown."""
    said = {key.lower(): value for key, value in given.items()}
    unknown = [key for key in said if key not in _KNOWN]
    if unknown:
        raise Error(f"arbors has no option {unknown[0]} (there are: {', '.join(_KNOWN[:-2])})")
    if not said.get("name"):
        raise Error("the option name is missing: .option(\"name\", \"events\") says which Arbor of the files is meant")
    return Options([lake.absolute(path, remote) for path in _paths(said)], said["name"], said.get("columns"), said.get("where") or None,
                   said.get("at"), _partitions(said.get("partitions")), _truth("pushdown", said.get("pushdown", "false")),
                   _nulls(said.get("nulls", "omit")))


def _paths(said: dict[str, str]) -> list[str]:
    try:
        several = json.loads(said.get("paths", "[]"))
    except ValueError:
        several = None
    paths = [said["path"]] if said.get("path") else []
    if not isinstance(several, list) or not all(isinstance(path, str) for path in several):
        raise Error("the option paths is a JSON array of paths")
    if not paths + several:
        raise Error("the path is missing: .load(\"/lake/*.db\"); a table of the catalog with a LOCATION loses its options, "
                    "a temporary view keeps them")
    return paths + several


def _partitions(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit() or int(text) < 1:
        raise Error(f"the option partitions is a whole number of at least 1, not {text!r}")
    return int(text)


def _truth(name: str, text: str) -> bool:
    if text.lower() not in _TRUE:
        raise Error(f"the option {name} is true or false, not {text!r}")
    return _TRUE[text.lower()]


def _nulls(text: str) -> bool:
    if text.lower() not in ("omit", "keep"):
        raise Error(f"the option nulls is omit or keep, not {text!r}")
    return text.lower() == "keep"


def only(given: Options, words: Any, what: str) -> None:
    """Raises an Error where an option is set that means nothing here."""
    for word in words:
        if getattr(given, word):
            raise Error(f"the option {word} is for {what}")
