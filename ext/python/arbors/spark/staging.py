"""The folder of a write: what a job has staged, what is published, and what dead jobs have left.

    folder/part-00000-0-<job>.db     published: on the list
    folder/_arbors/published.json    the list, replaced as one
    folder/_arbors/<job>/            what a job stages; owner.json in it says whose it is
    folder/_arbors/lock              held while the list changes

A part that is not on the list is none: readers leave it out, the next write removes it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import socket
import time
import uuid
from typing import Any, Iterator

from ..errors import Error
from . import lake

_OWNER = "owner.json"
_DAY = 86_400.0  # seconds after which the job of another machine counts as dead


def begin(folder: str) -> str:
    """A new job's name; its staging folder is there. Removes what dead jobs have left."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise Error(f"{folder} is a file; a write makes a folder of databases")
    os.makedirs(os.path.join(folder, lake.OURS), exist_ok=True)
    sweep(folder)
    job = uuid.uuid4().hex
    os.mkdir(of_job(folder, job))
    with open(os.path.join(of_job(folder, job), _OWNER), "w", encoding="utf-8") as file:
        json.dump(_this_driver(), file)
    return job


def of_job(folder: str, job: str) -> str:
    """A job's staging folder."""
    return os.path.join(folder, lake.OURS, job)


def publish(folder: str, job: str, name: str, parts: dict[str, int], schema: Any, overwrite: bool) -> None:
    """Makes a job's parts (with their trees) those of the table, or some of them; the list is what counts. Old parts are removed
    after that, the job's other files too."""
    with _locked(folder):
        lists = lake.published(folder)
        before = lists.get(name.lower(), {"files": {}, "schema": schema})
        if overwrite:
            _refuse_foreign(folder, before["files"])
        for part in parts:
            os.rename(os.path.join(of_job(folder, job), part), os.path.join(folder, part))
        _sync(folder)
        kept = {} if overwrite else before["files"]
        same = overwrite or not before["files"] or before.get("schema") == schema
        lists[name.lower()] = {"files": {**kept, **parts}, "schema": schema if same else None}
        _write_list(folder, lists)
        for part in before["files"] if overwrite else ():
            _remove(os.path.join(folder, part))
    shutil.rmtree(of_job(folder, job), ignore_errors=True)


def discard(folder: str, job: str) -> None:
    """Removes what a job has staged, and what it has put in place without its getting on the list. May be called again."""
    shutil.rmtree(of_job(folder, job), ignore_errors=True)
    if os.path.isdir(os.path.join(folder, lake.OURS)):
        with _locked(folder):
            _remove_unlisted(folder, lambda of: of == job)


def sweep(folder: str) -> None:
    """Removes what jobs have left whose driver is gone."""
    ours = os.path.join(folder, lake.OURS)
    with _locked(folder):
        living = set()
        for job in os.listdir(ours):
            if os.path.isdir(os.path.join(ours, job)):
                if _lives(os.path.join(ours, job)):
                    living.add(job)
                else:
                    shutil.rmtree(os.path.join(ours, job), ignore_errors=True)
        _remove_unlisted(folder, lambda job: job not in living)


def _remove_unlisted(folder: str, of: Any) -> None:
    listed = {part for entry in lake.published(folder).values() for part in entry["files"]}
    for file in os.listdir(folder):
        found = lake.PART.match(file)
        if found and file not in listed and of(found["job"]):
            _remove(os.path.join(folder, file))


def _refuse_foreign(folder: str, listed: Any) -> None:
    """Overwriting removes what this source has written; databases of others are not ours to remove."""
    for file in sorted(os.listdir(folder)):
        if file.endswith((".db", ".sqlite", ".sqlite3")) and not lake.PART.match(file):
            raise Error(f"{os.path.join(folder, file)} was not written by Spark, so overwriting {folder} would not replace it; "
                        "move it away, or write to another folder")


@contextlib.contextmanager
def _locked(folder: str) -> Iterator[None]:
    with open(os.path.join(folder, lake.OURS, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_list(folder: str, lists: dict[str, Any]) -> None:
    place = os.path.join(folder, lake.OURS, lake.LIST)
    with open(place + ".new", "w", encoding="utf-8") as file:
        json.dump({"version": 1, "arbors": lists}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(place + ".new", place)
    _sync(os.path.join(folder, lake.OURS))


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(file: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(file)


# Whose a job is.
def _this_driver() -> dict[str, Any]:
    """The process that lives as long as the job: Spark's, above the Python worker that this is."""
    process = os.getppid()
    above = process
    while above > 1:
        if _word(above, "comm") == "java":
            process = above
            break
        above = int(_stat(above)[1]) if _stat(above) else 0
    return {"host": socket.gethostname(), "process": process, "began": _began(process)}


def _lives(staging: str) -> bool:
    """Whether the job of a staging folder may still be at work."""
    try:
        owner = json.loads(pathlib.Path(staging, _OWNER).read_text(encoding="utf-8"))
        if owner["host"] == socket.gethostname() and os.path.isdir("/proc/self"):
            return os.path.isdir(f"/proc/{owner['process']}") and _began(owner["process"]) == owner["began"]
        newest = max(os.stat(os.path.join(staging, file)).st_mtime for file in os.listdir(staging))
        return time.time() - newest < _DAY
    except (OSError, ValueError, KeyError):
        return False


def _word(process: int, what: str) -> str:
    try:
        return pathlib.Path(f"/proc/{process}/{what}").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _stat(process: int) -> list[str]:
    """The fields of /proc/N/stat after the name."""
    return _word(process, "stat").rpartition(")")[2].split()


def _began(process: int) -> str:
    fields = _stat(process)
    return fields[19] if len(fields) > 19 else ""
