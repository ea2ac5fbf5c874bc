#!/usr/bin/env python3
"""The tests of the Python package in every other interpreter that is here: CPython 3.9 to 3.14 and PyPy, of the PATH, of pyenv, and
those that $ARBORS_PYTHONS lists. One that cannot load extensions is given apsw from PyPI; where that cannot be had it is skipped.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()
PROGRAM = harness.ROOT / "tests/python/test_package.py"
VERSIONS = [f"3.{minor}" for minor in range(9, 15)]
TELL = """
import platform, sqlite3, sys
print(platform.python_implementation(), "%d.%d" % sys.version_info[:2], hasattr(sqlite3.Connection, "enable_load_extension"))
"""


def candidates():
    """Programs that may be interpreters."""
    yield from (shutil.which(f"python{version}") for version in VERSIONS)
    yield from (shutil.which(name) for name in ("pypy3", "pypy"))
    yield from sorted(pathlib.Path.home().glob(".pyenv/versions/*/bin/python"))
    yield from os.environ.get("ARBORS_PYTHONS", "").split(os.pathsep)


def interpreters():
    """Each implementation and version once: its name, program, and whether its sqlite3 loads extensions; that which runs this is left out."""
    found = {}
    for program in candidates():
        done = subprocess.run([program, "-c", TELL], capture_output=True, text=True) if program else None
        words = done.stdout.split() if done and done.returncode == 0 else []
        if len(words) == 3 and words[1] in VERSIONS:
            found.setdefault(" ".join(words[:2]), (str(program), words[2] == "True"))
    found.pop(f"CPython 3.{sys.version_info[1]}", None)
    return found


def with_apsw(program, folder):
    """The environment in which an interpreter has apsw."""
    done = subprocess.run([program, "-m", "pip", "install", "-q", "--only-binary=:all:", "--target", folder, "apsw"], capture_output=True, text=True)
    if done.returncode != 0:
        raise harness.Skip(f"no apsw: {done.stderr.strip()[-200:]}")
    return {"PYTHONPATH": folder}


def test_interpreters(report):
    found = interpreters()
    for name, (program, loads) in found.items():
        with harness.scratch() as folder:
            try:
                environment = {} if loads else with_apsw(program, folder)
            except harness.Skip as why:
                report.skip(f"{name}: {why}")
                continue
            done = subprocess.run([program, str(PROGRAM), "--extension", OPTIONS.extension, *(["--quick"] if OPTIONS.quick else [])],
                                  env={**os.environ, **environment}, capture_output=True, text=True)
            last = (done.stdout.splitlines() or [""])[-1]
            passed = re.match(r"(\d+) passed, 0 failed", last)
            report.check(passed and int(passed[1]) > 200, name, (done.stdout + done.stderr)[-2000:])


harness.run(globals(), OPTIONS)
