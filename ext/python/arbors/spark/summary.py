"""What planning knows of one file: its generation, its trees, their shape. Kept in a folder of the user's between loads, under what
the file system and the file's first bytes say of its state."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
import time
from typing import Any, Iterator

from ..errors import Error
from ..session import Session, table_name
from . import shapes

_VERSION = 1
_SETTLED = 2.0  # seconds after which a file's time tells every later change
_UNIT = 16_384  # trees of a batch where the Arbor does not say


@dataclasses.dataclass(frozen=True)
class Summary:
    """One file at one generation."""

    file: str
    generation: int
    trees: int
    unit: int  # trees of a batch
    shape: Any


@contextlib.contextmanager
def opened(file: str) -> Iterator[Session]:
    """A connection to a file, for reading only. Every Error inside names the file."""
    session = None
    try:
        session = Session(file, read_only=True)
        yield session
    except Error as error:
        if file in str(error):
            raise
        raise type(error)(f"{file}: {error}") from error
    except Exception as error:
        raise Error(f"{file}: {error or type(error).__name__}") from error
    finally:
        if session is not None:
            session.connection.close()


def of_file(file: str, name: str, at: str | None) -> Summary:
    """The summary of a file, from the last look where the file is as it was."""
    state = None if at is not None else _state(file)
    kept = _kept(file, name) if state else None
    if kept and kept.get("state") == state:
        return Summary(file, *kept["summary"])
    found = _look(file, name, at)
    if state and state == _state(file) and time.time() - max(state["times"]) > _SETTLED:
        _keep(file, name, {"state": state, "summary": dataclasses.astuple(found)[1:]})
    return found


def _look(file: str, name: str, at: str | None) -> Summary:
    with opened(file) as session:
        place = table_name(name)
        session.run("BEGIN")
        generation = generation_of(session, place, at)
        trees = int(session.call("arbor_count", f"{place}@{generation}"))
        kinds = session.run("SELECT path, kinds FROM arbor_schema(?)", place)
        shape = shapes.of_schema(arrow_schema(session, f"{place}@{generation}"), shapes.tree_of(kinds)) if trees else "null"
        unit = _unit(session, place)
        session.run("COMMIT")
        return Summary(file, generation, trees, unit, shape)


def generation_of(session: Session, place: str, at: str | None) -> int:
    """The generation that `at` means: the newest, or what arbor_generation says."""
    if at is None:
        session.call("arbor_count", place)  # names the Arbors that are there
        where, name = place.rpartition(".")[::2]
        found = session.run("SELECT generation FROM arbor_list WHERE schema = 'main' AND lower(name) = lower(?)",
                            name[1:-1].replace('""', '"') if name.startswith('"') else name)
        return int(found[0][0])
    text = at.strip()
    if text.isdigit():
        session.call("arbor_count", f"{place}@{text}")
        return int(text)
    return int(session.call("arbor_generation", place, text))


def _unit(session: Session, place: str) -> int:
    with contextlib.suppress(Error):
        return int(session.call("arbor_option", place, "batch_trees") or _UNIT)
    return _UNIT


def arrow_schema(session: Session, plan: str) -> Any:
    """The schema of a plan's Arrow stream, JSON marked. Reads no trees."""
    from ..with_pyarrow import schema_of
    return schema_of(session.run("SELECT message FROM arbor_arrow(?) WHERE options = '{\"arrow_json\":true}' LIMIT 1", plan)[0][0])


# What is kept.
def _state(file: str) -> dict[str, Any] | None:
    """What changes whenever a file does: times and sizes of it and its log, and SQLite's count of changes."""
    try:
        with open(file, "rb") as database:
            head = database.read(100)
        status = os.stat(file)
        state: dict[str, Any] = {"version": _VERSION, "file": [status.st_dev, status.st_ino, status.st_size], "head": head[24:44].hex(), "times": [status.st_mtime_ns / 1e9]}
        if os.path.exists(file + "-wal"):
            with open(file + "-wal", "rb") as log:
                state["log"] = [log.read(32).hex(), os.fstat(log.fileno()).st_size]
                state["times"].append(os.fstat(log.fileno()).st_mtime_ns / 1e9)
        return state
    except OSError:
        return None


def _place(file: str, name: str) -> str | None:
    """Where the summary of a file is kept; None where there is no folder of our own."""
    folder = os.path.join(tempfile.gettempdir(), f"arbors-spark-{os.getuid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.lstat(folder)
    except OSError:
        return None
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        return None
    return os.path.join(folder, hashlib.sha256(f"{os.path.realpath(file)}\0{name.lower()}".encode()).hexdigest() + ".json")


def _kept(file: str, name: str) -> dict[str, Any] | None:
    place = _place(file, name)
    try:
        with open(place or "", encoding="utf-8") as kept:
            return dict(json.load(kept))
    except (OSError, ValueError, TypeError):
        return None


def _keep(file: str, name: str, what: dict[str, Any]) -> None:
    place = _place(file, name)
    if place is None:
        return
    with contextlib.suppress(OSError):
        part = f"{place}.{os.getpid()}"
        with open(part, "w", encoding="utf-8") as kept:
            json.dump(what, kept)
        os.replace(part, place)
