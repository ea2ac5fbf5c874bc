#!/usr/bin/env python3
"""Checks that every source compiles by itself, with what it includes, and not only beside the others of its floor.

Configures build-alone/ without unity builds and lets clang where there is one (half the time, and a second opinion beside the
compiler of the other builds) read each source (-fsyntax-only), warnings being errors. The standard library's headers are
precompiled, as that build does: one of these that a source does not name does not show. A source is read again when it, or a header of ours that it reaches, has changed. The last line is
`N passed, N failed`, in sources.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy  # noqa: E402

ROOT = tidy.ROOT


def without_cache(command):
    return re.sub(r"^.*?ccache\s+", "", command)


def read(entry, build):
    """Returns what the compiler says of a source; nothing where it is content."""
    path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
    command = without_cache(re.sub(r"-o \S+", "", entry["command"]))
    stamp = build / "clean" / tidy.fingerprint(path, command)
    if stamp.exists():
        return ""
    run = subprocess.run(command + " -fsyntax-only", shell=True, cwd=entry["directory"], capture_output=True, text=True)
    if run.returncode == 0:
        stamp.touch()
        return ""
    return run.stderr.strip() or f"{path}: exit code {run.returncode}"


def precompile(entry, build):
    """Makes a target's precompiled header, where the compiler or its options changed."""
    command = without_cache(entry["command"])
    made = pathlib.Path(entry["directory"]) / re.search(r"-o (\S+)", command)[1]
    stamp = build / "clean" / tidy.fingerprint(entry["file"], command)
    if not (stamp.exists() and made.exists()):
        subprocess.run(command, shell=True, cwd=entry["directory"], check=True)
        stamp.touch()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options = options.parse_args()
    build = ROOT / "build-alone"
    configure = ["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja", "-DARBORS_UNITY=OFF", "-DCMAKE_BUILD_TYPE=Debug"]
    if shutil.which("clang++"):
        configure.append("-DCMAKE_CXX_COMPILER=clang++")
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    (build / "clean").mkdir(exist_ok=True)
    entries = json.loads((build / "compile_commands.json").read_text())
    headers = [entry for entry in entries if "cmake_pch" in entry["file"]]
    sources = [entry for entry in entries if "cmake_pch" not in entry["file"]]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda entry: precompile(entry, build), headers))
        said = list(pool.map(lambda entry: read(entry, build), sources))
    for fault in filter(None, said):
        print(fault)
    failed = len(list(filter(None, said)))
    print(f"{len(said) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
