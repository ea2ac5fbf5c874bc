"""What the tests of arbor_import and arbor_append share: the lines that they import, calling both, and looking at the trees."""
import json
import pathlib
import sqlite3
import subprocess

import documents
import harness

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
open_database = harness.opener(OPTIONS)
SCRATCH = harness.scratch()
FOLDER = pathlib.Path(SCRATCH.name)

LINES = [f'{{"id":{index},"text":"line {index}","n":{{"x":[{index},null]}}}}' for index in range(300)]
PLAIN = "\n".join(LINES).encode()


def file_of(name, data):
    path = FOLDER / name
    path.write_bytes(data)
    return str(path)


def run_import(database, path, options=None, name="t"):
    arguments = (name, path) if options is None else (name, path, json.dumps(options))
    marks = ", ".join("?" * len(arguments))
    return json.loads(database.execute(f"SELECT arbor_import({marks})", arguments).fetchone()[0])


def run_append(database, text, name="t"):
    return database.execute("SELECT arbor_append(?, ?)", (name, text)).fetchone()[0]


def trees(database, name="t"):
    return [row[0] for row in database.execute(f"SELECT _tree FROM {name} ORDER BY _index")]


def alike(rows, texts):
    return len(rows) == len(texts) and all(documents.same(documents.canonical(row), documents.canonical(text)) for row, text in zip(rows, texts))


def exists(database, name="t"):
    return bool(database.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0])


def zstd(data, *options):
    return subprocess.run(["zstd", "-cq", *options], input=data, check=True, capture_output=True).stdout


def writable(database):
    try:
        database.execute("DELETE FROM t WHERE 0")
        return True
    except sqlite3.Error:
        return False
