"""What every Python test program shares: its options, connections, counting, and the last line.

A program is a module with functions named `test_*`, each taking a `Report`; `run(globals())` runs them in order and ends
the process with the last line `N passed, N failed[, N skipped]`. An exception inside a test is one failure of that test.
"""
import argparse
import os
import pathlib
import random
import sqlite3
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MAX_SHOWN = 30  # Failures beyond this many are counted, not printed.


class Skip(Exception):
    """Raised by a test that cannot run here; its text is the reason."""


class Report:
    """Counts checks; prints failures as they come."""

    def __init__(self, options):
        self.options = options
        self.passed = self.failed = self.skipped = 0
        self.where = ""

    def ok(self):
        self.passed += 1

    def fail(self, what, detail=""):
        self.failed += 1
        if self.failed <= MAX_SHOWN:
            print(f"FAIL {self.where}: {what}" + (f"\n     {detail}" if detail else ""), flush=True)

    def check(self, condition, what, detail=""):
        self.ok() if condition else self.fail(what, detail)
        return bool(condition)

    def equal(self, got, want, what):
        return self.check(got == want and same_types(got, want), what, f"got  {short(got)}\n     want {short(want)}")

    def raises(self, action, what, *words, kind=sqlite3.Error):
        """Checks that `action` raises, and that the message holds every word (a tuple: one of them), ignoring case."""
        try:
            result = action()
        except kind as error:
            text = str(error).lower()
            for word in words:
                choices = word if isinstance(word, tuple) else (word,)
                if not any(choice.lower() in text for choice in choices):
                    return self.fail(what, f"message {error!s:.300} lacks {word!r}")
            if not text or text == "not an error":
                return self.fail(what, "the message is empty")
            return self.ok()
        return self.fail(what, f"no error; got {short(result)}")

    def skip(self, why):
        self.skipped += 1
        print(f"skipped {self.where}: {why}", flush=True)

    def finish(self):
        tail = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{tail}", flush=True)
        return 1 if self.failed or not (self.passed or self.skipped) else 0


def same_types(got, want):
    """Tells 1 from 1.0 and from True, which Python's == does not."""
    if isinstance(got, (list, tuple)) and isinstance(want, (list, tuple)):
        return len(got) == len(want) and all(map(same_types, got, want))
    return type(got) is type(want)


def short(value, limit=400):
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def parser():
    options = argparse.ArgumentParser()
    options.add_argument("--extension", default=str(ROOT / "build/arbors.so"))
    options.add_argument("--quick", action="store_true", help="a fraction of the work")
    options.add_argument("--seed", type=int, default=os.environ.get("ARBORS_SEED"), help="default: ARBORS_SEED, else chance")
    options.add_argument("--self-check", action="store_true", help="prove the test itself, without the extension")
    options.add_argument("--only", default="", help="run only the tests whose name holds this")
    return options


def seed_of(options):
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    return seed


def connect(extension, path=":memory:", **arguments):
    """Opens a database in autocommit mode with the extension loaded."""
    database = sqlite3.connect(str(path), isolation_level=None, cached_statements=500, **arguments)
    database.enable_load_extension(True)
    database.load_extension(str(pathlib.Path(extension).resolve()))
    return database


def opener(options):
    """The function that tests open databases with: the extension's, or the stand-in's under --self-check."""
    if not options.self_check:
        return lambda path=":memory:", **arguments: connect(options.extension, path, **arguments)
    import stand_in
    return stand_in.connect


def shared_data():
    """The folder of real input, or None."""
    folder = pathlib.Path(os.environ.get("ARBORS_DATA", ROOT.parent / "shared/data"))
    return folder if folder.is_dir() else None


def scratch():
    return tempfile.TemporaryDirectory(prefix="arbors-test-")


def require_extension(options):
    if not options.self_check and not pathlib.Path(options.extension).exists():
        print(f"no extension at {options.extension}: build it, or pass --extension")
        sys.exit(2)


def run(names, options=None):
    options = options or parser().parse_args()
    require_extension(options)
    report = Report(options)
    for name, test in list(names.items()):
        if not name.startswith("test_") or not callable(test) or options.only not in name:
            continue
        report.where, began = name, time.monotonic()
        try:
            test(report)
        except Skip as why:
            report.skip(why)
        except Exception:
            report.fail("exception", traceback.format_exc())
        if time.monotonic() - began > 20:
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    sys.exit(report.finish())
