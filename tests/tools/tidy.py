#!/usr/bin/env python3
"""Runs clang-tidy over engine/, sql/ and ext/, and remembers what was clean.

It reads the sources of a floor together, as a unity build compiles them: the headers, which take most of its time, once. A
group is checked again when a source of it, a header of ours that it reaches, or .clang-tidy has changed. The last line is
`N passed, N failed[, N skipped]`, in such groups of sources; those that the time allowed did not reach count as skipped.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OWN_FOLDERS = ("engine/", "sql/", "ext/")
# The sources of a floor stand there as headers of one that includes them all.
HEADERS = r"--header-filter=/(engine|sql|ext)/[^:]*\.(h|cpp)$"
NO_UNITY = "--checks=-bugprone-suspicious-include"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def content(path):
    file = ROOT / path
    return file.read_bytes() if file.is_file() else b""


def reached(path, seen):
    """Collects a source and what of ours it includes, at any depth."""
    if path not in seen:
        seen.add(path)
        for header in INCLUDE.findall(content(path).decode("utf-8")):
            reached(os.path.relpath(ROOT / header, ROOT), seen)
    return seen


def fingerprint(path, command):
    digest = hashlib.sha256(command.encode())
    for part in [".clang-tidy", *sorted(reached(path, set()))]:
        digest.update(part.encode() + b"\0" + content(part))
    return digest.hexdigest()


def sources(build):
    """Yields (path, command) of what is compiled into arbors.so: groups of sources, or single ones."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
        parts = [os.path.relpath(ROOT / part, ROOT) for part in INCLUDE.findall(content(path).decode("utf-8"))]
        if path.startswith(OWN_FOLDERS) or all(part.startswith(OWN_FOLDERS) for part in parts) and parts:
            yield path, re.sub(r"-o \S+", "", entry["command"])


def check(path, command, options, deadline):
    """Returns True (clean), or the findings, or None where time is out."""
    stamp = options.build / "tidy-clean" / fingerprint(path, command)
    if stamp.exists():
        return True
    if time.monotonic() > deadline:
        return None
    run = subprocess.run([options.clang_tidy, "--quiet", "-p", str(options.build / "tidy"), HEADERS, NO_UNITY, str(ROOT / path)],
                         capture_output=True, text=True, cwd=ROOT)
    if run.returncode == 0:
        stamp.touch()
        return True
    return run.stdout.strip() or run.stderr.strip()


def write_commands(options):
    """Writes the compile commands for clang-tidy: without the launcher, and without flags that only GCC knows."""
    folder = options.build / "tidy"
    folder.mkdir(exist_ok=True)
    (options.build / "tidy-clean").mkdir(exist_ok=True)
    commands = [{"directory": str(options.build), "file": str(ROOT / path),
                 "command": re.sub(r"^.*?ccache\s+|--param=\S+", "", command) + " -Wno-unknown-warning-option"}
                for path, command in options.sources]
    (folder / "compile_commands.json").write_text(json.dumps(commands))


def parse_options():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="a configured build folder")
    options.add_argument("--clang-tidy", default="clang-tidy")
    options.add_argument("--seconds", type=float, default=600, help="start no further source after this long")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("only", nargs="*", help="check only groups with a source whose path begins with one of these")
    return options.parse_args()


def main():
    options = parse_options()
    if not shutil.which(options.clang_tidy):
        print("skipped: there is no clang-tidy\n0 passed, 0 failed, 1 skipped")
        return 0
    options.build = options.build.resolve()
    options.sources = [(path, command) for path, command in sources(options.build)
                       if not options.only or any(part.startswith(tuple(options.only)) for part in reached(path, set()))]
    write_commands(options)
    deadline = time.monotonic() + options.seconds
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda source: check(*source, options, deadline), options.sources))
    for (path, _), result in zip(options.sources, results):
        if result is None:
            print(f"skipped {path}: no time left")
        elif result is not True:
            print(f"{path}:\n{result}")
    passed, skipped = results.count(True), results.count(None)
    failed = len(results) - passed - skipped
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
