#!/usr/bin/env python3
"""Checks that every source compiles by itself, with what it includes, and not only beside the others of its floor.

Configures build-alone/ without unity builds and lets clang where there is one (half the time, and a second opinion beside the
compiler of the other builds) read each source (-fsyntax-only), and each header that no source includes first, warnings being
errors. The standard library's headers are precompiled, as that build does: one of these that a source does not name does not
show. So are those of ours that many reach (see `shared_by`): half the time again. A source is read again when it, or a header
of ours that it reaches, has changed. The last line is `N passed, N failed`, in sources and such headers.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import functools
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
BUILD = ROOT / "build-alone"
PRECOMPILED = re.compile(r"-Xclang -include-pch -Xclang (\S+) -Xclang -include -Xclang (\S+)")
SYSTEM_INCLUDE = re.compile(r"^\s*#\s*include\s*<([\w/]+\.[\w.]+)>", re.MULTILINE)  # not the standard library's
SYSTEM_BYTES = 30_000  # what one of these counts for
MAKING_BYTES = 40_000  # what it costs to precompile a header, besides reading it


@dataclasses.dataclass
class Check:
    """A source, or a header of which one includes nothing else, and how it is compiled."""
    path: str
    command: str  # without the source's name
    shared: frozenset  # headers that may be precompiled for it
    base: str = None  # the text of the header that the build itself precompiles for it


def without_cache(command):
    return re.sub(r"^.*?ccache\s+", "", command)


@functools.lru_cache(maxsize=None)
def closure(path):
    return frozenset(part for part in tidy.reached(path, set()) if part.endswith(".h"))


def own_header(path):
    """The header of a source's name, where the source includes it before others."""
    first = tidy.INCLUDE.search(tidy.content(path).decode("utf-8"))
    own = path[:-len(".cpp")] + ".h"
    return own if first and first[1] == own else None


def shared_by(path):
    """The headers that may come precompiled before a source: all but what would hide that one includes too little.

    The source reaches them anyway, so nothing becomes visible to it that is not without. Where it is there to read its own
    header first, they are what this one reaches: thus each header is read once with nothing before it but that.
    """
    return closure(own_header(path) or path) - {path}


def checks(entries):
    """Gives a check for each source, and for each header that has none to include it first."""
    found, firsts, reaching = [], set(), {}
    for entry in entries:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
        check = Check(path, without_cache(re.sub(r"-o \S+|-c \S+$", "", entry["command"])), frozenset())
        if precompiled := PRECOMPILED.search(check.command):
            check.shared, check.base = shared_by(path), pathlib.Path(precompiled[2]).read_text()
            reaching.update((header, check) for header in closure(path) if header not in reaching)
            firsts.add(own_header(path))
        found.append(check)
    return found + [Check(header, check.command, shared_by(header), check.base) for header, check in sorted(reaching.items()) if header not in firsts]


@functools.lru_cache(maxsize=None)
def weight(header):
    """What reading a header and all that it reaches costs, roughly: in bytes."""
    texts = [tidy.content(part).decode("utf-8") for part in closure(header)]
    return sum(len(text) + SYSTEM_BYTES * len(SYSTEM_INCLUDE.findall(text)) for text in texts)


def worth_precompiling(wanted):
    """Picks headers, one at a time, whose precompilation saves more than it costs."""
    users, saved, picked = collections.defaultdict(list), collections.Counter(), []
    for check in wanted:
        for header in check.shared:
            users[header].append(check.path)

    def gain(header):
        return sum(max(0, weight(header) - saved[path]) for path in users[header]) - 2 * weight(header) - MAKING_BYTES

    while users and gain(best := max(users, key=gain)) > 0:
        picked.append(best)
        for path in users[best]:
            saved[path] = max(saved[path], weight(best))
    return picked


class Precompiled:
    """Headers of ours that are precompiled on top of what the build itself precompiles, for the checks of which it is the base."""

    def __init__(self, entry, wanted):
        command = without_cache(entry["command"])
        self.base, self.made = os.path.join(entry["directory"], re.search(r"-o (\S+)", command)[1]), {}
        subprocess.run(command, shell=True, cwd=entry["directory"], check=True)
        for header in worth_precompiling(wanted):
            file = f"{self.base}.{header.replace('/', '+')}"
            options = f"{self.options(wanted[0].command, frozenset())} -x c++-header -fpch-instantiate-templates -Xclang -emit-pch -o {file} -"
            # Where something is wrong with the header, the checks tell. clang 14 cannot read all that it writes.
            if compiled(options, header) == "" == compiled(f"{wanted[0].command} -Xclang -include-pch -Xclang {file} -fsyntax-only -x c++ -"):
                self.made[header] = file

    def options(self, command, shared):
        best = max((header for header in self.made if header in shared), key=weight, default=None)
        return PRECOMPILED.sub(f"-Xclang -include-pch -Xclang {self.made[best] if best else self.base}", command)


def compiled(command, header=None):
    """Returns what the compiler says of a source, or of what includes a header; nothing where it is content."""
    run = subprocess.run(command, shell=True, cwd=BUILD, capture_output=True, text=True, input=f'#include "{header}"\n' if header else "")
    return "" if run.returncode == 0 else run.stderr.strip() or f"exit code {run.returncode}"


def read(check, stamp, precompiled):
    """Returns what the compiler says of a source or a header."""
    command = (precompiled[check.base].options(check.command, check.shared) if check.base else check.command) + " -fsyntax-only "
    said = compiled(command + "-x c++ -", check.path) if check.path.endswith(".h") else compiled(command + str(ROOT / check.path))
    if said == "":
        stamp.touch()
    return said and f"{check.path}: {said}"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options = options.parse_args()
    configure = ["cmake", "-S", str(ROOT), "-B", str(BUILD), "-G", "Ninja", "-DARBORS_UNITY=OFF", "-DCMAKE_BUILD_TYPE=Debug"]
    if shutil.which("clang++"):
        configure.append("-DCMAKE_CXX_COMPILER=clang++")
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    (BUILD / "clean").mkdir(exist_ok=True)
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    headers = [entry for entry in entries if "cmake_pch" in entry["file"]]
    every = checks([entry for entry in entries if entry not in headers])
    stamps = {check.path: BUILD / "clean" / tidy.fingerprint(check.path, check.command) for check in every}
    wanted = [check for check in every if not stamps[check.path].exists()]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        made = {}
        for base in {check.base for check in wanted if check.base}:
            entry = next(entry for entry in headers if pathlib.Path(re.sub(r"\.cxx$", "", entry["file"])).read_text() == base)
            made[base] = pool.submit(Precompiled, entry, [check for check in wanted if check.base == base])
        made = {base: header.result() for base, header in made.items()}
        if wanted and not made:  # not clang: as the build does
            list(pool.map(lambda entry: subprocess.run(without_cache(entry["command"]), shell=True, cwd=entry["directory"], check=True), headers))
        faults = [said for said in pool.map(lambda check: read(check, stamps[check.path], made), wanted) if said]
    for fault in faults:
        print(fault)
    print(f"{len(every) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
