#!/usr/bin/env python3
"""What single-row writes cost in CPU time, all threads together: an Arbor beside an ordinary table with a JSON text column, each job in
a process of its own on a fresh copy, in turns, contents compared afterwards. Prints a table: microseconds a statement (medians), the
ratio to the ordinary table, and the dearest COMMIT.

Several builds are compared by naming each: write_costs.py --extension build/arbors.so --extension ../before/build/arbors.so
[--trees N] [--runs N] [--only TEXT]
"""
import argparse
import hashlib
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time

import make_events

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TEXT = "text"  # the ordinary table's name among the builds
SET = {
    "a column": ("UPDATE docs SET time_us = ?1 WHERE rowid = ?2", "UPDATE docs SET doc = json_set(doc, '$.time_us', ?1) WHERE rowid = ?2"),
    "a new key of a column": ("UPDATE docs SET seen = ?1 WHERE rowid = ?2", "UPDATE docs SET doc = json_set(doc, '$.seen', ?1) WHERE rowid = ?2"),
    "an array's column": ("UPDATE docs SET tags = json_array('changed', ?1) WHERE rowid = ?2",
                          "UPDATE docs SET doc = json_set(doc, '$.tags', json_array('changed', ?1)) WHERE rowid = ?2"),
    "_patch with a new key": ("UPDATE docs SET _patch = json_object('fresh', ?1) WHERE rowid = ?2",
                              "UPDATE docs SET doc = json_patch(doc, json_object('fresh', ?1)) WHERE rowid = ?2"),
    "_tree, a value": ("UPDATE docs SET _tree = json_set(_tree, '$.time_us', ?1) WHERE rowid = ?2",
                       "UPDATE docs SET doc = json_set(doc, '$.time_us', ?1) WHERE rowid = ?2"),
    "_tree, a new key": ("UPDATE docs SET _tree = json_set(_tree, '$.fresh', ?1) WHERE rowid = ?2",
                         "UPDATE docs SET doc = json_set(doc, '$.fresh', ?1) WHERE rowid = ?2"),
    "_tree, an array": ("UPDATE docs SET _tree = json_set(_tree, '$.tags[#]', ?1) WHERE rowid = ?2",
                        "UPDATE docs SET doc = json_set(doc, '$.tags[#]', ?1) WHERE rowid = ?2"),
}
INSERT = ("INSERT INTO docs(_tree) VALUES (?1)", "INSERT INTO docs(doc) VALUES (?1)")
DELETE = ("DELETE FROM docs WHERE rowid = ?1", "DELETE FROM docs WHERE rowid = ?1")
TOGETHER, ALONE = "one transaction", "a transaction each, WAL"


def jobs(options):
    """Yields a job's name, what is done, and how many times, together or alone."""
    yield f"insert, {TOGETHER}", INSERT, options.trees
    yield f"delete, {TOGETHER}", DELETE, options.trees // 2
    for name, statements in SET.items():
        yield f"set {name}, {TOGETHER}", statements, options.trees
    yield f"insert, {ALONE}", INSERT, options.trees * 3 // 10
    yield f"delete, {ALONE}", DELETE, options.trees * 3 // 10
    for name, statements in SET.items():
        yield f"set {name}, {ALONE}", statements, options.trees * 3 // 10


def write_documents(path, count):
    """Takes events, gives each an array, and every tenth a key that the others have not."""
    events = path + ".events"
    make_events.write_events(events, count, seed=1)
    with open(events, encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
        for number, line in enumerate(lines):
            more = f',"tags":["t{number % 50}","t{number % 7}",{number}]' + (f',"seen":{number}' if number % 10 == 0 else "")
            out.write(line.rstrip("\n")[:-1] + more + "}\n")
    os.remove(events)


def connect(path, build):
    db = sqlite3.connect(path, isolation_level=None)
    if build != TEXT:
        db.enable_load_extension(True)
        db.load_extension(build)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("PRAGMA synchronous = normal")
    return db


def load(path, build, documents):
    db = connect(path, build)
    if build == TEXT:
        db.execute("CREATE TABLE docs(id INTEGER PRIMARY KEY, doc TEXT)")
        with open(documents, encoding="utf-8") as lines, db:
            db.execute("BEGIN")
            db.executemany("INSERT INTO docs(doc) VALUES (?)", ((line.rstrip("\n"),) for line in lines))
            db.execute("COMMIT")
    else:
        db.execute("SELECT arbor_import('docs', ?)", (documents,))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def parameters(statements, times, options):
    rng = random.Random(times)
    if statements is INSERT:
        with open(options.documents, encoding="utf-8") as lines:
            return [(line.rstrip("\n"),) for line, _ in zip(lines, range(times))]
    if statements is DELETE:
        return [(rowid,) for rowid in rng.sample(range(1, options.trees + 1), times)]
    return [(rng.randrange(10**15), rng.randrange(1, options.trees + 1)) for _ in range(times)]


def work(pipe, path, build, name, statements, values):
    """Does a job in a process of its own; sends the CPU seconds of it all and of the dearest commit, and a digest of the contents."""
    db = connect(path, build)
    sql = statements[build == TEXT]
    for table in ("SELECT count(*) FROM docs", "SELECT * FROM docs LIMIT 1"):
        db.execute(table).fetchall()
    execute, clock, worst = db.execute, time.process_time, 0.0
    together = name.endswith(TOGETHER)
    start = clock()
    if together:
        execute("BEGIN")
        for row in values:
            execute(sql, row)
        before = clock()
        execute("COMMIT")
        worst = clock() - before
    else:
        last = start
        for row in values:
            execute(sql, row)
            now = clock()
            worst, last = max(worst, now - last), now
    seconds = clock() - start
    digest = hashlib.sha256()
    for rowid, tree in db.execute("SELECT rowid, " + ("doc" if build == TEXT else "_tree") + " FROM docs ORDER BY rowid"):
        digest.update(f"{rowid} {json.dumps(json.loads(tree))}\n".encode())
    pipe.send((seconds, worst, digest.hexdigest()))


def try_work(pipe, path, build, *job):
    try:
        work(pipe, path, build, *job)
    except sqlite3.Error as error:  # an older build may not know it
        print(f"{build}: {error}", file=sys.stderr)
        pipe.send(None)


def run_once(path, build, name, statements, values):
    copy = path + ".copy"
    for tail in ("-wal", "-shm"):
        if os.path.exists(copy + tail):
            os.remove(copy + tail)
    shutil.copyfile(path, copy)
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=try_work, args=(theirs, copy, build, name, statements, values))
    child.start()
    theirs.close()
    answer = ours.recv()
    child.join()
    return answer


def row(name, builds, found, times):
    """Words a job's line: each build's microseconds, its ratio to the ordinary table, and its dearest commit in milliseconds."""
    cost = {build: statistics.median(seconds for seconds, _, _ in found[build]) / times for build in builds if None not in found[build]}
    cells = [f"{cost[TEXT] * 1e6:.1f}"]
    for build in builds[1:]:
        if build not in cost:
            cells.append("-")
            continue
        worst = statistics.median(worst for _, worst, _ in found[build])
        cells.append(f"{cost[build] * 1e6:.1f} ({cost[build] / cost[TEXT]:.2f}), {worst * 1e3:.0f} ms")
    return f"| {name} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--extension", action="append")
    parser.add_argument("--trees", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    builds = [TEXT, *(options.extension or [str(ROOT / "build" / "arbors.so")])]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        options.documents = os.path.join(folder, "docs.jsonl")
        write_documents(options.documents, options.trees)
        paths = {build: os.path.join(folder, f"{number}.db") for number, build in enumerate(builds)}
        for build, path in paths.items():
            load(path, build, options.documents)
        print("| job | ordinary table, us | " + " | ".join(build + ", us (ratio), worst commit" for build in builds[1:]) + " |")
        print("| --- |" + " --- |" * len(builds))
        for name, statements, times in jobs(options):
            if options.only not in name:
                continue
            values, found = parameters(statements, times, options), {build: [] for build in builds}
            for _ in range(options.runs):
                for build, path in paths.items():
                    found[build].append(run_once(path, build, name, statements, values))
            print(row(name, builds, found, times), flush=True)
            if len({digest for answers in found.values() for _, _, digest in filter(None, answers)}) > 1:
                print(f"{name}: the contents differ")
                wrong += 1
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
