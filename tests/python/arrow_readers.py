"""Reads Arrow files with other people's readers, each in a process of its own: pyarrow, Polars, DuckDB.

That process runs `print_files`, which prints a line of JSON for each file: names, types and rows of its columns.
"""
import json
import os
import pathlib
import subprocess
import sys

PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); import arrow_readers; arrow_readers.print_files(*sys.argv[2:])"
READERS = ["pyarrow", "polars", "duckdb"]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def pythons():
    """The interpreters that may have the readers."""
    return [sys.executable, str(pathlib.Path(os.environ.get("ARBORS_VENV", ROOT / "build/venv")) / "bin/python")]


def read(reader, files):
    """Returns what the reader finds in each file, or None where it is not installed. A file that it refuses gives {"error": …}."""
    environment = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    needed = ["pyarrow"] + ([reader] if reader != "pyarrow" else [])
    for python in filter(os.path.exists, pythons()):
        if subprocess.run([python, "-c", "import " + ", ".join(needed)], env=environment, capture_output=True).returncode == 0:
            done = subprocess.run([python, "-c", PROGRAM, str(pathlib.Path(__file__).parent), reader, *files], env=environment, capture_output=True, text=True, timeout=300)
            lines = done.stdout.splitlines()
            if done.returncode != 0 or len(lines) != len(files):
                raise RuntimeError(f"{reader}: exit code {done.returncode}: {done.stderr[-2000:]}")
            return [json.loads(line) for line in lines]
    return None


def with_pyarrow(file):
    from pyarrow import ipc
    source = open(file, "rb")
    table = (ipc.open_stream(source) if file.endswith(".arrows") else ipc.open_file(source)).read_all()
    table.validate(full=True)
    return table.column_names, [str(column.type) for column in table.columns], list(zip(*(column.to_pylist() for column in table.columns))) or [()] * table.num_rows


def with_polars(file):
    import polars
    frame = polars.read_ipc_stream(file) if file.endswith(".arrows") else polars.read_ipc(file)
    return frame.columns, [str(kind) for kind in frame.dtypes], frame.rows()


def with_duckdb(file):
    import duckdb
    from pyarrow import ipc
    with open(file, "rb") as source:
        table = (ipc.open_stream(source) if file.endswith(".arrows") else ipc.open_file(source)).read_all()
    relation = duckdb.from_arrow(table)
    return relation.columns, [str(kind) for kind in relation.types], relation.fetchall()


def print_files(reader, *names):
    for name in names:
        try:
            columns, kinds, rows = globals()["with_" + reader](name)
            print(json.dumps({"columns": columns, "types": kinds, "rows": rows}))
        except Exception as error:
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
