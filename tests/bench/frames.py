#!/usr/bin/env python3
"""Measures what the Python package reaches beside what people would do without it, answers compared, and prints a table of medians in
milliseconds (CPU of all threads, and wall).

Two text columns of the generated events as a pandas and a Polars table: by the package, by rows of fetchall(), and by DuckDB's own
.df() and .pl(); all players as dictionaries by pick() and by json.loads() of each _tree; and `import arbors` in a process of its own.

Needs polars, pandas, pyarrow and duckdb beside the package's own requirements: run it by an interpreter that has them.
Usage: frames.py [--extension SO] [--events N] [--runs N] [--cache FOLDER]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import datasets

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TEXTS = ("did", "kind")


def timed(function):
    wall, cpu = time.perf_counter(), time.process_time()
    answer = function()
    return answer, (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3


def measure(ways, runs, same):
    """Runs the ways in turns; returns each way's medians. Answers are compared in the first turn, which warms up, and not kept:
    Python's collector goes through all that is alive."""
    cpu, wall, first = {way: [] for way in ways}, {way: [] for way in ways}, None
    for turn in range(runs + 1):
        for way, function in ways.items():
            answer, c, w = timed(function)
            if turn:
                cpu[way].append(c)
                wall[way].append(w)
            elif first is None:
                first = answer
            else:
                assert same(first, answer), way
            del answer
        first = None
    return {way: (statistics.median(cpu[way]), statistics.median(wall[way])) for way in ways}


def report(title, figures, ours):
    print(f"\n{title}\n")
    print("| way | CPU ms | wall ms | CPU, of ours | wall, of ours |\n| --- | ---: | ---: | ---: | ---: |")
    for way, (cpu, wall) in figures.items():
        print(f"| {way} | {cpu:.1f} | {wall:.1f} | {cpu / figures[ours][0]:.2f} | {wall / figures[ours][1]:.2f} |")


def frames(options, arbors, path):
    import duckdb
    import pandas
    import polars
    database = os.path.join(options.cache, "frames.db")
    pathlib.Path(database).unlink(missing_ok=True)
    store = arbors.connect(database)
    store.sql("SELECT arbor_import('events', ?)", [path]).rows()
    peer = duckdb.connect(config={"threads": 2})
    peer.execute(f"CREATE TABLE events AS SELECT * FROM read_json('{path}', format = 'newline_delimited')")
    events = arbors.open(database, "events")
    names = ", ".join(TEXTS)
    columns = [f'"{name}"' for name in TEXTS]
    select = f"SELECT {', '.join(columns)} FROM events"
    plan = events.select(*TEXTS)
    sqlite = store.connection

    figures = measure({
        "arbors": plan.to_polars,
        "fetchall": lambda: polars.DataFrame(sqlite.execute(select).fetchall(), schema=TEXTS, orient="row"),
        "duckdb": lambda: peer.sql(f"SELECT {names} FROM events").pl()}, options.runs, lambda one, other: one.equals(other))
    report(f"{names} of {options.events} events to Polars", figures, "arbors")

    figures = measure({
        "arbors": plan.to_pandas,
        "fetchall": lambda: pandas.DataFrame(sqlite.execute(select).fetchall(), columns=TEXTS),
        "duckdb": lambda: peer.sql(f"SELECT {names} FROM events").df()}, options.runs,
        lambda one, other: all(one[name].tolist() == other[name].tolist() for name in TEXTS))
    report(f"{names} of {options.events} events to pandas", figures, "arbors")


def dictionaries(options, arbors, path):
    database = os.path.join(options.cache, "dictionaries.db")
    pathlib.Path(database).unlink(missing_ok=True)
    store = arbors.connect(database)
    store.sql("SELECT arbor_import('players', ?)", [path]).rows()
    players = arbors.open(database, "players")
    with open(path, encoding="utf-8") as lines:
        texts = lines.read().splitlines()
    figures = measure({
        "pick()": lambda: list(players.pick()),
        "json.loads of each _tree": lambda: [json.loads(tree) for tree, in store.connection.execute("SELECT _tree FROM players")],
        "json.loads of each line": lambda: [json.loads(line) for line in texts]}, options.runs, lambda one, other: one == other)
    report("all players as dictionaries", figures, "pick()")


def importing(options):
    code = "import time; t = time.perf_counter(); import arbors; print((time.perf_counter() - t) * 1e3)"
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "ext/python"))
    times = [float(subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout)
             for _ in range(options.runs + 1)]
    print(f"\nimport arbors: {statistics.median(times[1:]):.1f} ms")


def main():
    options = datasets.event_options(argparse.ArgumentParser()).parse_args()
    os.environ["ARBORS_EXTENSION"] = str(pathlib.Path(options.extension).resolve())
    sys.path.insert(0, str(ROOT / "ext/python"))
    import arbors
    os.makedirs(options.cache, exist_ok=True)
    importing(options)
    players = datasets.prepare("players", options.cache, options)
    if players:
        dictionaries(options, arbors, players)
    frames(options, arbors, datasets.prepare("events", options.cache, options))


if __name__ == "__main__":
    main()
