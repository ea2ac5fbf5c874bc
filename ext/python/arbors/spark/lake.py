"""Paths as database files. A folder that this source has written has a list of what was published, `_arbors/published.json`; a part
that is not on it is none."""

from __future__ import annotations

import glob
import json
import os
import re
import urllib.parse
from typing import Any

from ..errors import Error, MissingFileError

OURS = "_arbors"
LIST = "published.json"
PART = re.compile(r"part-\d+-\d+-(?P<job>[0-9a-f]{32})\.db\Z")
_SUFFIXES = (".db", ".sqlite", ".sqlite3")


def absolute(path: str, remote: bool) -> str:
    """A path as driver and executors see it alike."""
    scheme, colon, rest = path.partition(":")
    if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme):
        if scheme.lower() != "file":
            raise Error(f"{path}: SQLite opens files that the operating system shows, not {scheme}:; mount the folder")
        path = urllib.parse.unquote(urllib.parse.urlparse(path).path)
    if not os.path.isabs(path):
        if remote:
            raise Error(f"{path}: under Spark Connect a path must be absolute")
        path = os.path.abspath(path)
    return os.path.normpath(path)


def files(paths: list[str], name: str) -> list[str]:
    """The files that some paths name: files, folders of them, and globs, each in order. Raises an Error where one names none."""
    found: list[str] = []
    for path in paths:
        of_path = _of_path(path, name)
        if not of_path:
            raise MissingFileError(f"no such file: {path}")
        found += [file for file in of_path if file not in found]
    return found


def _of_path(path: str, name: str) -> list[str]:
    if os.path.isdir(path):
        found = _of_folder(path, name)
        if not found:
            there = published(path)
            raise MissingFileError(f"{path}: no such file: the folder has no database" +
                                   (f" with an Arbor {name} (there are: {', '.join(sorted(there))})" if there else ""))
        return found
    if os.path.exists(path):
        return [path]
    matches = sorted(glob.glob(path, recursive=True))
    return [file for match in matches for file in (_of_folder(match, name) if os.path.isdir(match) else _seen([match], name))]


def _of_folder(folder: str, name: str) -> list[str]:
    return _seen(sorted(os.path.join(folder, file) for file in os.listdir(folder)
                        if file.endswith(_SUFFIXES) and not file.startswith(("_", "."))), name)


def _seen(found: list[str], name: str) -> list[str]:
    """Without parts that were not published under the name."""
    return [file for file in found if not PART.match(os.path.basename(file)) or file_is_listed(file, name)]


def file_is_listed(file: str, name: str) -> bool:
    """Whether a part is on its folder's list under a name."""
    folder, part = os.path.split(file)
    lists = published(folder)
    return not lists or part in lists.get(name.lower(), {}).get("files", {})


def published(folder: str) -> dict[str, Any]:
    """What was published in a folder: for each Arbor its files (with their trees) and the schema that they were written with."""
    try:
        with open(os.path.join(folder, OURS, LIST), encoding="utf-8") as file:
            return dict(json.load(file)["arbors"])
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise Error(f"{os.path.join(folder, OURS, LIST)}: the list of published files cannot be read: {error}") from error


def schema_written(found: list[str], name: str) -> Any:
    """The schema (JSON) that all of some files were written with, or None."""
    schemas: list[Any] = []
    lists: dict[str, dict[str, Any]] = {}
    for file in found:
        folder, part = os.path.split(file)
        if folder not in lists:
            lists[folder] = published(folder).get(name.lower(), {})
        if part not in lists[folder].get("files", {}):
            return None
        schemas.append(lists[folder].get("schema"))
    return schemas[0] if schemas and all(schema == schemas[0] for schema in schemas) else None
