#!/usr/bin/env python3
"""The same small workload in every client that ext/CLIENTS.md names: each loads the extension its own way, runs
workload.json, and must give its rows. A client whose toolchain or package is absent is skipped with a word.
"""
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
WORKLOAD = HERE / "workload.json"
STEPS = json.loads(WORKLOAD.read_text(encoding="utf-8"))
OPTIONS = harness.parser().parse_args()
EXTENSION = str(pathlib.Path(OPTIONS.extension).resolve())
GO, RUSQLITE, JDBC, BETTER = "v1.14.53", "0.37.0", "3.50.3.0", "12.6.2"
MINUTES = 10
# The clients bring SQLite's source: compiled as it is, it is slower, and the same.
UNOPTIMIZED = {"CFLAGS": "-O0", "CXXFLAGS": "-O0", "CGO_CFLAGS": "-O0"}


def run(*words, folder=None, **environment):
    """What a command prints; Skip where it cannot be had."""
    if not shutil.which(str(words[0])):
        raise harness.Skip(f"there is no {words[0]}")
    done = subprocess.run([str(word) for word in words], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60 * MINUTES)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def fetched(*words, folder):
    """The same for a command that fetches packages: where it fails, they are not to be had here."""
    try:
        return run(*words, folder=folder, **UNOPTIMIZED)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise harness.Skip(f"no packages: {str(error)[-300:]}") from error


def compare(report, lines):
    got = [json.loads(line) for line in lines.splitlines()]
    for step, rows in zip(STEPS, got):
        report.check(rows == step["rows"], step["sql"], f"got {rows}, want {step['rows']}")
    report.check(len(got) == len(STEPS), "every statement ran", lines[-300:])


def by_connection(report, execute):
    """For Python's libraries: `execute(sql, bound)` gives rows."""
    compare(report, "\n".join(json.dumps([list(row) for row in execute(step["sql"], step.get("bind", []))]) for step in STEPS))


def test_python_sqlite3(report):
    database = harness.connect(OPTIONS.extension)
    by_connection(report, lambda sql, bound: database.execute(sql, bound).fetchall())


APSW = """
import apsw, json, sys
database = apsw.Connection(":memory:")
database.enable_load_extension(True)
database.load_extension(sys.argv[1])
for step in json.load(open(sys.argv[2], encoding="utf-8")):
    print(json.dumps([list(row) for row in database.execute(step["sql"], step.get("bind", []))]))
"""


DATASETTE = """
import asyncio, json, sys
from datasette.app import Datasette
async def main():
    server = Datasette([], memory=True, sqlite_extensions=[sys.argv[1]])
    database = server.add_memory_database("workload")
    for step in json.load(open(sys.argv[2], encoding="utf-8")):
        rows = await database.execute_write_fn(lambda connection: connection.execute(step["sql"], step.get("bind", [])).fetchall())
        print(json.dumps([list(row) for row in rows]))
asyncio.run(main())
"""


def python_client(report, package, script):
    """A package of Python in a process of its own, since one copy of the extension serves one SQLite library; in an
    environment of its own where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        python = sys.executable
        if importlib.util.find_spec(package) is None:
            fetched(sys.executable, "-m", "venv", folder, folder=folder)
            python = f"{folder}/bin/python"
            fetched(python, "-m", "pip", "install", "--quiet", package, folder=folder)
        compare(report, run(python, "-c", script, EXTENSION, WORKLOAD))


def test_apsw(report):
    python_client(report, "apsw", APSW)


def test_datasette(report):
    python_client(report, "datasette", DATASETTE)


def test_shell(report):
    script = [f".load {EXTENSION}", ".mode json"]
    for step in STEPS:
        for place, value in enumerate(step.get("bind", []), 1):
            script.append(f".parameter set ?{place} \"'{value}'\"")
        script += [step["sql"] + ";", ".print ----"]
    answers = subprocess.run(["sqlite3", "-bail", ":memory:"], input="\n".join(script), capture_output=True, text=True, check=True).stdout
    blocks = answers.split("----\n")[:-1]
    compare(report, "\n".join(json.dumps([list(row.values()) for row in json.loads(block)] if block.strip() else []) for block in blocks))


def node(report, library, packages):
    with tempfile.TemporaryDirectory() as folder:
        run("npm", "--version")
        if not shutil.which("patchelf") and "simdjson" in run("ldd", EXTENSION):
            (pathlib.Path(folder) / "node_modules").mkdir()
            shutil.copytree(harness.ROOT / "ext/node", pathlib.Path(folder) / "node_modules/sqlite-arbors")
            environment = {"ARBORS_EXTENSION": EXTENSION}
            packed = []
        else:
            run(harness.ROOT / "ext/node/pack.sh", EXTENSION, folder)
            environment, packed = {}, sorted(str(file) for file in pathlib.Path(folder).glob("*.tgz"))
        if packed or packages:
            fetched("npm", "install", "--no-audit", "--no-fund", "--omit=optional", *packed, *packages, folder=folder)
        compare(report, run("node", HERE / "client.mjs", library, folder, WORKLOAD, **environment))


def test_better_sqlite3(report):
    node(report, "better-sqlite3", [f"better-sqlite3@{BETTER}"])


def test_node_sqlite(report):
    version = int(run("node", "--version").lstrip("v").split(".")[0])
    if version < 23:
        raise harness.Skip(f"node:sqlite loads extensions from Node 23.5 on; here is {version}")
    node(report, "node:sqlite", [])


def test_go_sqlite3(report):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "client.go", pathlib.Path(folder) / "main.go")
        run("go", "mod", "init", "client", folder=folder)
        fetched("go", "get", f"github.com/mattn/go-sqlite3@{GO}", folder=folder)
        run("go", "build", "-o", "client", ".", folder=folder, CGO_ENABLED="1", **UNOPTIMIZED)
        compare(report, run(f"{folder}/client", EXTENSION, WORKLOAD))


def test_rusqlite(report):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "src").mkdir()
        shutil.copy(HERE / "client.rs", pathlib.Path(folder) / "src/main.rs")
        (pathlib.Path(folder) / "Cargo.toml").write_text(
            '[package]\nname = "client"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nserde_json = "1"\n'
            f'rusqlite = {{ version = "={RUSQLITE}", features = ["bundled", "load_extension"] }}\n', encoding="utf-8")
        run("cargo", "--version")
        fetched("cargo", "fetch", folder=folder)
        compare(report, run("cargo", "run", "--quiet", "--", EXTENSION, WORKLOAD, folder=folder))


def test_jdbc(report):
    with tempfile.TemporaryDirectory() as folder:
        run("javac", "-version")
        fetched("mvn", "-q", "dependency:copy", f"-Dartifact=org.xerial:sqlite-jdbc:{JDBC}", f"-DoutputDirectory={folder}", folder=folder)
        lines = "".join("\t".join([step["sql"], *step.get("bind", [])]) + "\n" for step in STEPS)
        (pathlib.Path(folder) / "workload.tsv").write_text(lines, encoding="utf-8")
        run("javac", "-d", folder, HERE / "Client.java")
        compare(report, run("java", "-cp", f"{folder}:{folder}/sqlite-jdbc-{JDBC}.jar", "Client", EXTENSION, f"{folder}/workload.tsv"))


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
