"""Progress bars for imports and exports, by tqdm where it is installed: how far the engine is in a file is read from the system's
table of open files."""

from __future__ import annotations

import contextlib
import glob
import os
import time
from typing import Any, Iterator

from .session import Session

_EVERY = 0.1  # seconds


@contextlib.contextmanager
def watching(session: Session, file: str, *, writes: bool, wanted: bool | None) -> Iterator[None]:
    """Shows a bar while the block runs: if `wanted` is True, or None and the output is a terminal."""
    bar = None if wanted is False else _bar(file, writes, wanted)
    if bar is None:
        yield
        return
    files = [] if writes else _files(file)
    looked = 0.0

    def look() -> None:
        nonlocal looked
        now = time.monotonic()
        if now - looked >= _EVERY:
            looked = now
            bar.update(max(_position(file, files) - bar.n, 0))

    session.watcher = look
    try:
        yield
        if files:
            bar.update(sum(map(os.path.getsize, files)) - bar.n)
    finally:
        session.watcher = None
        bar.close()


def _bar(file: str, writes: bool, wanted: bool | None) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    total = None if writes else sum(map(os.path.getsize, _files(file)))
    return tqdm(total=total, unit="B", unit_scale=True, desc=os.path.basename(file)[:30], disable=None if wanted is None else False)


def _files(file: str) -> list[str]:
    if os.path.exists(file):
        return [file]
    if file.startswith("["):
        import json
        with contextlib.suppress(ValueError):
            return [name for name in json.loads(file) if isinstance(name, str) and os.path.exists(name)]
    return sorted(glob.glob(file))


def _position(file: str, files: list[str]) -> int:
    """Bytes read of the files so far, or written towards one."""
    folder = "/proc/self/fd"
    real = {os.path.realpath(name): at for at, name in enumerate(files)}
    target = os.path.realpath(file)
    with contextlib.suppress(OSError):
        for number in os.listdir(folder):
            with contextlib.suppress(OSError):
                opened = os.readlink(f"{folder}/{number}")
                if opened in real:
                    before = sum(os.path.getsize(name) for name in files[:real[opened]])
                    return before + _offset(number)
                if not files and os.path.dirname(opened) == os.path.dirname(target) and os.path.basename(target) in opened:
                    return os.path.getsize(opened)
    return 0


def _offset(number: str) -> int:
    with open(f"/proc/self/fdinfo/{number}", encoding="ascii") as facts:
        return int(facts.readline().split()[1])
