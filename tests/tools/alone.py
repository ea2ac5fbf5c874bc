#!/usr/bin/env python3
"""Checks that every source compiles by itself, with what it includes, and not only beside the others of its room.

Configures build-alone/ without unity builds and lets the compiler read each source (-fsyntax-only), warnings being errors.
A source is read again when it, or a header of ours that it reaches, has changed. The last line is
`N passed, N failed`, in sources.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy  # noqa: E402

ROOT = tidy.ROOT


def read(entry, build):
    """Returns what the compiler says of a source; nothing where it is content."""
    path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
    command = re.sub(r"^.*?ccache\s+", "", re.sub(r"-o \S+", "", entry["command"]))
    stamp = build / "clean" / tidy.fingerprint(path, command)
    if stamp.exists():
        return ""
    run = subprocess.run(command + " -fsyntax-only", shell=True, cwd=entry["directory"], capture_output=True, text=True)
    if run.returncode == 0:
        stamp.touch()
        return ""
    return run.stderr.strip() or f"{path}: exit code {run.returncode}"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options = options.parse_args()
    build = ROOT / "build-alone"
    configure = ["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja", "-DARBORS_UNITY=OFF", "-DCMAKE_BUILD_TYPE=Debug"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    (build / "clean").mkdir(exist_ok=True)
    entries = json.loads((build / "compile_commands.json").read_text())
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        said = list(pool.map(lambda entry: read(entry, build), entries))
    for fault in filter(None, said):
        print(fault)
    failed = len(list(filter(None, said)))
    print(f"{len(said) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
