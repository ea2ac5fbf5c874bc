#!/usr/bin/env python3
"""Checks that no file of the project names a place on somebody's machine, and that packages have the version that
CMakeLists.txt gives. Prints each fault; exits 1 on any."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Folders where people and build machines keep their own things; system folders are the same everywhere.
PLACE = re.compile(r"(?<![\w.$})/*-])/(?:home|root|work|farm|mnt|srv|Users|Volumes)/[\w.]")

PACKAGES = {"ext/python/arbors/__init__.py": r'__version__ = "([^"]+)"',
            "ext/node/package.json": r'"(?:version|sqlite-arbors-linux-(?:x64|arm64))": "([^"]+)"',
            "ext/node/linux-x64/package.json": r'"version": "([^"]+)"',
            "ext/node/linux-arm64/package.json": r'"version": "([^"]+)"'}


def files():
    """The project's files: git's where this is a clone, else all but builds."""
    try:
        listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True,
                                 check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listing = [path for path in map(str, (file.relative_to(ROOT) for file in ROOT.rglob("*")))
                   if not path.startswith(("build", ".git/", ".cache/"))]
    return [ROOT / name for name in listing if name and (ROOT / name).is_file()]


def faults():
    for file in files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # A binary fixture.
        for number, line in enumerate(text.splitlines(), 1):
            if PLACE.search(line) or str(ROOT) in line:
                yield f"{file.relative_to(ROOT)}:{number}: names a place on one machine: {line.strip()[:120]}"


def version_faults():
    """Says which packages are not of the project's version."""
    version = re.search(r"project\(arbors VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    for name, pattern in PACKAGES.items():
        for found in re.findall(pattern, (ROOT / name).read_text()):
            if found != version:
                yield f"{name}: version {found}, but CMakeLists.txt says {version}"


if __name__ == "__main__":
    found = [*faults(), *version_faults()]
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
