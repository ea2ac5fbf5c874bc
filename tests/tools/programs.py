#!/usr/bin/env python3
"""Runs every Python test program under the given folders, several at a time, and sums their closing lines.

A program is a .py file with an `if __name__ == "__main__":`; the others are its modules. It is called as
`python FILE --extension SO [--quick]`, exits non-zero on failure, and its last line is `N passed, N failed[, N skipped]`.
A program that says otherwise, or nothing, has failed. The output of failed programs is shown.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
MAX_SHOWN_LINES = 200
# Programs from whose Python memory goes to the extension itself. The others' texts and blobs SQLite copies first, and what is
# Python's own need not come from the sanitizer's allocator: a fifth to a half of their time.
HANDS_MEMORY_OVER = re.compile(r"\bctypes\b|^ *(?:import|from) .*\b(?:arbors|package)\b", re.MULTILINE)


def is_program(file):
    return re.search(r"^if __name__ == ['\"]__main__['\"]:", file.read_text(encoding="utf-8"), re.MULTILINE)


def programs(folders):
    """Those in the folders; a folder may also be a program itself, where others that are no tests stand beside it."""
    return [file for folder in folders for file in sorted([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py")) if is_program(file)]


def library(name):
    """The compiler's copy of a shared library."""
    return subprocess.run([os.environ.get("CXX", "g++"), f"-print-file-name={name}"], capture_output=True, text=True,
                          check=True).stdout.strip()


def environment(file, options):
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", ARBORS_PYTHON=options.python)
    if options.sanitized:
        # libstdc++ comes along so that the sanitizer finds the real __cxa_throw in a Python that has no C++.
        env.update(LD_PRELOAD=f"{library('libasan.so')} {library('libstdc++.so')}",
                   ASAN_OPTIONS="detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
                   UBSAN_OPTIONS="print_stacktrace=1", ARBORS_SANITIZED="1")
        if HANDS_MEMORY_OVER.search(file.read_text(encoding="utf-8")):
            env.update(PYTHONMALLOC="malloc")
    return env


def call(words, seconds, **options):
    """Runs a command for so long at most; returns (output, exit code, seconds, CPU seconds), the last with what it waited for."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], cwd=ROOT, stdin=subprocess.DEVNULL, text=True, errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    kill = os.killpg if options.get("start_new_session") else os.kill
    late = threading.Timer(seconds, kill, (process.pid, signal.SIGKILL))
    late.start()
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    late.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 and took >= seconds:
        output += f"\nstopped after {seconds} seconds"
    return output, process.returncode, took, usage.ru_utime + usage.ru_stime


def execute(file, options):
    """Runs one program in a process group of its own; returns (counts, seconds, CPU seconds, output)."""
    words = [options.python, file, "--extension", options.extension] + (["--quick"] if options.quick else [])
    output, status, seconds, work = call(words, options.seconds, env=environment(file, options), start_new_session=True)
    lines = output.rstrip().splitlines() or [""]
    closing = CLOSING_LINE.match(lines[-1])
    counts = [int(count or 0) for count in closing.groups()] if closing else [0, 1, 0]
    if status != 0 and counts[1] == 0:
        counts[1] = 1
        output += f"\nexit code {status}"
    return counts, seconds, work, output


def show(file, counts, seconds, work, output):
    passed, failed, skipped = counts
    print(f"{'FAIL' if failed else 'ok  '} {file.relative_to(ROOT)}: {passed} passed, {failed} failed, {skipped} skipped"
          f" ({seconds:.0f} s, {work:.0f} s of CPU time)", flush=True)
    lines = output.splitlines()
    wanted = lines[-MAX_SHOWN_LINES:] if failed else [line for line in lines if line.startswith("skipped")]
    for line in wanted:
        print(f"     {line}", flush=True)


def parse_options():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folders", nargs="+")
    options.add_argument("--extension", required=True)
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--sanitized", action="store_true", help="the extension was built with ARBORS_SANITIZE")
    options.add_argument("--seconds", type=int, default=600, help="how long one program may take")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    return options.parse_args()


def main():
    options = parse_options()
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(execute, file, options): file for file in programs(options.folders)}
        for done in concurrent.futures.as_completed(running):
            counts, *said = done.result()
            show(running[done], counts, *said)
            total = [sum(pair) for pair in zip(total, counts)]
    print(f"{total[0]} passed, {total[1]} failed" + (f", {total[2]} skipped" if total[2] else ""))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
