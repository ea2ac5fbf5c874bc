#!/usr/bin/env python3
"""Checks that includes only go down the floors and their rooms, which FLOORS lists from the ground up, that
engine/ never includes SQLite, and that sql/access/sqlite.h is the one file that does. Prints each fault; exits 1 on any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FLOORS = ["engine/base",
          "engine/json/values", "engine/json/input", "engine/json/edit", "engine/json/binary",
          "engine/codec/streams", "engine/codec/packing", "engine/codec/integers", "engine/codec/reals", "engine/codec/texts", "engine/arrow",
          "engine/batch/vectors", "engine/batch/columns", "engine/batch/build", "engine/batch/trees",
          "engine/expr/forms", "engine/expr/text", "engine/expr/search", "engine/expr/evaluate", "engine/expr/functions", "engine/expr/deduce",
          "engine/plan",
          "engine/exec/source", "engine/exec/scan", "engine/exec/rows", "engine/exec/sort", "engine/exec/group", "engine/exec/join", "engine/exec/window",
          "engine/exec/stages", "engine/exec/query", "engine/exec/export",
          "sql/access", "sql/tables", "sql/batches", "sql/state", "sql/store", "sql/import",
          "ext/host", "ext/session", "ext/table", "ext/planning", "ext/scan", "ext/module", "ext/plans", "ext/functions", "ext"]
SQLITE_DOOR = "sql/access/sqlite.h"
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def floor_of(path):
    """Returns the height of a root-relative path, or None where it stands on no floor."""
    for height, floor in enumerate(FLOORS):
        if path.startswith(floor + "/"):
            return height
    return None


def fault(path, style, target):
    """Says what is wrong with one include of `path`, or None."""
    if pathlib.PurePosixPath(target).name.startswith("sqlite3"):
        return None if path == SQLITE_DOOR else f"includes {target}; only {SQLITE_DOOR} may, engine/ never"
    if style == "<":
        return None
    height = floor_of(target)
    if height is None:
        return f"includes \"{target}\", which is not a path from the root on a floor"
    if not (ROOT / target).is_file():
        return f"includes \"{target}\", which does not exist"
    if height > floor_of(path):
        return f"includes \"{target}\": {FLOORS[height]} is above {FLOORS[floor_of(path)]}"
    return None


def faults():
    for folder in ("engine", "sql", "ext"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            path = file.relative_to(ROOT).as_posix()
            if floor_of(path) is None:
                yield f"{path}: is on no floor; floors are {', '.join(FLOORS)}"
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                if found and (why := fault(path, *found.groups())):
                    yield f"{path}:{number}: {why}"


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found), file=sys.stderr if found else sys.stdout, end="\n" if found else "")
    sys.exit(1 if found else 0)
