"""Where a page's blocks run: a folder that looks like the top of a clone with the extension built, one shell, one Python."""
import contextlib
import io
import os
import pathlib
import re
import selectors
import shutil
import subprocess
import sys
import time
import traceback

import harness

MARK = "=== end of block ==="
SECONDS = 120  # for one block


class Shell:
    """A sqlite3 shell that stays open from block to block, its errors among its output in the order of their appearance."""

    def __init__(self, folder, database):
        self.process = subprocess.Popen(["stdbuf", "-oL", "sqlite3", "-batch", "-cmd", ".load build/arbors", database], cwd=folder, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def run(self, text):
        self.process.stdin.write(f"{text}\n.print '{MARK}'\n")
        self.process.stdin.flush()
        output, until = b"", time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not output.endswith(f"{MARK}\n".encode()):
                if not selector.select(max(0, until - time.monotonic())):
                    self.process.kill()
                    return f"{output.decode()}\nstopped after {SECONDS} seconds"
                more = os.read(self.process.stdout.fileno(), 1 << 16)
                if not more:
                    return f"{output.decode()}\nthe shell ended with {self.process.wait()}"
                output += more
        return re.sub(r"^(\w+ error) near line \d+:", r"\1:", output.decode().removesuffix(f"{MARK}\n"), flags=re.M)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(SECONDS)


class Stage:
    """Runs the blocks of one page, one after another."""

    def __init__(self, folder, extension):
        self.folder, self.names, self.shell = pathlib.Path(folder), {"__name__": "page"}, None
        for name in ("examples", "ext"):
            (self.folder / name).symlink_to(harness.ROOT / name)
        (self.folder / "build").mkdir()
        (self.folder / "build/arbors.so").symlink_to(pathlib.Path(extension).resolve())

    def __enter__(self):
        self.kept = os.getcwd()
        os.chdir(self.folder)
        return self

    def __exit__(self, *_):
        os.chdir(self.kept)
        if self.shell:
            self.shell.close()

    def sql(self, text):
        if not shutil.which("sqlite3"):
            raise harness.Skip("no sqlite3 shell")
        self.shell = self.shell or Shell(self.folder, "shop.db")
        return self.shell.run(text)

    def sh(self, text):
        done = subprocess.run(["bash", "-e"], input=text, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS,
                              env={**os.environ, "PYTHONPATH": str(harness.ROOT / "ext/python"), "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"})
        return done.stdout + (f"exit code {done.returncode}\n" if done.returncode else "")

    def python(self, text):
        """Runs Python as a script would, an error as its last line. What needs a package that is not here is skipped."""
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(text, "page", "exec"), self.names)
        except ImportError as lacking:
            raise harness.Skip(str(lacking))
        except Exception as error:
            out.write("".join(traceback.format_exception_only(type(error), error)))
        return out.getvalue()
