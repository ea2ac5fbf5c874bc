#!/usr/bin/env python3
"""Runs builds and tests side by side: what tests/run.sh does once everything needed is installed.

Each task says what it needs and how many cores it takes (one more than there are is handed out); a task starts as soon as
that is there, in the order of the list, so that tests run while the rest compiles. A task's closing line is `N passed, N failed[, N skipped]`; one without counts as
a test. The last line sums them up.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import programs  # noqa: E402

ROOT = programs.ROOT
FOLDERS = ["tests/sql", "tests/python", "tests/pages", "tests/differential", "tests/conformance", "tests/crash", "tests/fuzz", "tests/clients", "tests/spark",
           "tests/replicas", "tests/format/test_format.py"]
# Programs that run longest begin first.
LONG = ["test_spark.py", "failures.py", "test_package_wheel.py", "lookups.py", "test_single_bits.py", "test_matrix.py", "kill.py",
        "json_documents.py", "processes.py", "test_memory.py", "database_files.py", "plans.py", "random_queries.py",
        "test_operations.py", "test_packed_columns.py", "test_format.py", "test_limits.py", "test_slt.py", "test_roundtrip.py", "test_pages.py"]
# Programs that wait for others' moments and hardly work take no core.
WAITING = ["test_copies.py", "test_transactions.py"]
# Files of tests stand in memory where that much is free beside what compilers and tests take.
SCRATCH_BYTES, LEFT_TO_PROGRAMS = 6 << 30, 6 << 30


@dataclasses.dataclass
class Task:
    name: str
    start: object  # () -> (counts, seconds, CPU seconds, output)
    needs: tuple = ()
    cores: int = 1
    quiet: bool = False  # a step that other tasks need: says nothing and counts for nothing where it succeeds
    state: str = "waiting"


def command(name, *words, needs=(), cores=1, quiet=False, seconds=1500):
    def start():
        output, status, took, work = programs.call(words, seconds)
        closing = programs.CLOSING_LINE.match((output.rstrip().splitlines() or [""])[-1])
        counts = [int(count or 0) for count in closing.groups()] if closing else [0 if quiet else 1, 0, 0]
        if status != 0 and counts[1] == 0:
            counts = [counts[0] if closing else 0, 1, counts[2]]
        return counts, took, work, output

    return Task(name, start, needs, cores, quiet)


def build(preset, target, needs=(), jobs=1):
    return command(f"build {preset} {target}", "cmake", "--build", "--preset", preset, "--parallel", jobs, "--target", target,
                   needs=needs, cores=jobs, quiet=True)


def client(options):
    """The Python that runs test programs: one with a newer SQLite and readers of Arrow, where it could be made."""
    made = ROOT / "build/venv/bin/python"
    return options.python if options.quick or not made.exists() else str(made)


def test_programs(preset, folder, options, sanitized=False):
    """A task for each test program on what `folder` holds."""
    def start(file):
        return programs.execute(file, argparse.Namespace(
            python=options.python if sanitized else client(options), extension=f"{folder}/arbors.so",
            quick=options.quick or sanitized, sanitized=sanitized, seconds=options.seconds))

    # Other clients' processes are not sanitized; nor is what a wheel builds.
    files = [file for file in programs.programs(FOLDERS) if not sanitized or file.parent.name != "clients"]
    files.sort(key=lambda file: LONG.index(file.name) if file.name in LONG else len(LONG))
    for file in files:
        needs = [f"build {preset} arbors"] + ([f"build {preset} arbors_faults"] if file.name == "failures.py" else [])
        needs += [] if sanitized or options.quick else ["clients from PyPI"]
        yield Task(f"{preset} {file.relative_to(ROOT)}", lambda file=file: start(file), tuple(needs), cores=0 if file.name in WAITING else 1)


def builds(preset, cores, needs=()):
    yield command(f"configure {preset}", "cmake", "--preset", preset, needs=needs, quiet=True)
    yield build(preset, "arbors", (f"configure {preset}",), cores)
    yield build(preset, "arbors_faults", (f"build {preset} arbors",))  # few sources, and a long test waits for it
    yield build(preset, "arbors_tests", (f"build {preset} arbors_faults",))


def tasks(options):
    """Everything there is to do. What others wait for stands before what nobody waits for."""
    cores = os.cpu_count() or 1
    release = list(builds("release", cores))
    unit = command("release unit tests", "tests/tools/unit.sh", "build/arbors_tests", needs=("build release arbors_tests",))
    lint = [command(f"lint {part}", "tests/tools/lint.sh", part, needs=needs) for part, needs in
            (("style", ()), ("exports", ("build release arbors",)))]
    if options.quick:
        return [*release, unit, *test_programs("release", "build", options), *lint]
    venv = command("clients from PyPI", "tests/tools/venv.sh", "apsw", "pyarrow", "polars", "duckdb", "nanoarrow",
                   "pandas", "mypy", "jsonschema", "sqlalchemy", "django", "datasette", "sqlite-utils", "zstandard",
                   *(["pyspark"] if shutil.which("java") else []), cores=0, quiet=True)
    debug = list(builds("debug", 1, ("build release arbors_tests",)))
    sanitized = command("debug unit tests", "tests/tools/unit.sh", "build-debug/arbors_tests", needs=("build debug arbors_tests",))
    slow_lint = [command(f"lint {part}", "tests/tools/lint.sh", part, needs=("build release arbors",)) for part in ("tidy", "alone")]
    # The longest, on one core, begins before what fills the other.
    return [*release, *debug, venv, unit, *slow_lint, sanitized, *test_programs("release", "build", options),
            *test_programs("debug", "build-debug", options, True), *lint]


class Run:
    """Starts tasks as cores come free, shows what they said, and sums up."""

    def __init__(self, every):
        self.every, self.by_name = every, {task.name: task for task in every}
        # One task more than there are cores: some wait for processes, locks and disks a good part of their time.
        self.free, self.total, self.began = (os.cpu_count() or 1) + 1, [0, 0, 0], time.monotonic()
        self.work_done = 0  # in seconds of CPU time
        self.lock = threading.Condition()

    def ready(self, task):
        """Whether a waiting task can start now. One whose need failed, fails."""
        states = [self.by_name[need].state for need in task.needs if need in self.by_name]
        if "failed" in states:
            self.finish(task, [0, 1, 0], 0, 0, "what it needs has failed")
            return False
        return all(state == "done" for state in states) and task.cores <= self.free

    def finish(self, task, counts, seconds, work, output):
        task.state = "failed" if counts[1] else "done"
        self.total = [sum(pair) for pair in zip(self.total, counts)]
        self.work_done += work
        passed, failed, skipped = counts
        if not task.quiet or failed:
            print(f"{'FAIL' if failed else 'ok  '} {task.name}: {passed} passed, {failed} failed, {skipped} skipped "
                  f"({seconds:.0f} s, {work:.0f} s of CPU time)")
            lines = output.splitlines()
            for line in lines[-programs.MAX_SHOWN_LINES:] if failed else [line for line in lines if line.startswith("skipped")]:
                print(f"     {line}")
        else:
            print(f"     {task.name} ({seconds:.0f} s, {work:.0f} s of CPU time, at {time.monotonic() - self.began:.0f} s)")
        sys.stdout.flush()

    def work(self, task):
        try:
            done = task.start()
        except Exception as error:  # a fault of a task is one failure, not the end of the run
            done = [0, 1, 0], 0, 0, repr(error)
        with self.lock:
            self.free += task.cores
            self.finish(task, *done)
            self.lock.notify()

    def all(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.every)) as pool, self.lock:
            while waiting := [task for task in self.every if task.state == "waiting"]:
                started = False
                for task in waiting:
                    if self.ready(task):
                        task.state, started = "running", True
                        self.free -= task.cores
                        pool.submit(self.work, task)
                if not started and not any(task.state == "running" for task in self.every):
                    if not any(task.state == "waiting" for task in self.every):
                        break
                    raise RuntimeError("tasks wait for what nobody does")
                if not started:
                    self.lock.wait()
        passed, failed, skipped = self.total
        print(f"{time.monotonic() - self.began:.0f} seconds, {self.work_done:.0f} of CPU time")
        print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
        return 1 if failed else 0


@contextlib.contextmanager
def scratch():
    """Has tests put their files into memory where there is plenty, or else each commit waits for a disk that no test looks at."""
    system = pathlib.Path("/dev/shm")
    if "TMPDIR" in os.environ or not system.is_dir():
        yield
        return
    remove_left_behind(system)
    space = os.statvfs(system)
    available = re.search(r"^MemAvailable:\s*(\d+) kB", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE)
    if space.f_flag & os.ST_NOEXEC or min(space.f_bavail * space.f_frsize, int(available[1]) * 1024 - LEFT_TO_PROGRAMS if available else 0) < SCRATCH_BYTES:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="arbors-run-", dir=system, ignore_cleanup_errors=True) as folder, locked(folder):
        os.environ["TMPDIR"] = folder
        yield


@contextlib.contextmanager
def locked(folder):
    """Holds a lock on a folder, which ends with this process; None where another one holds it."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            folder = None
        yield folder
    finally:
        os.close(file)


def remove_left_behind(system):
    """Removes what runs that were killed have left in memory."""
    for folder in system.glob("arbors-run-*"):
        with contextlib.suppress(OSError), locked(folder) as free:
            if free:
                shutil.rmtree(folder, ignore_errors=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true")
    options.add_argument("--python", required=True, help="one that loads SQLite extensions")
    options = options.parse_args()
    options.seconds = 150 if options.quick else 600
    with scratch():
        return Run(tasks(options)).all()


if __name__ == "__main__":
    sys.exit(main())
