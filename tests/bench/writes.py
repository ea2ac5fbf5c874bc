"""Writes: an Arbor beside an ordinary table with a JSON text column, in turns, and the contents compared afterwards.

Single-row statements are timed one by one, each its own transaction, in WAL and with a rollback journal; the bulk
jobs on a fresh copy each. After a job the first scan is timed too, since cheap writes must not be paid for there.
"""
import os
import random
import shutil
from itertools import islice
from statistics import median

import crew
import datasets
import environment
from queries import Query, QuerySet

TREES, ROUNDS, PER_ROUND = 100_000, 5, 200
MODES = {
    "WAL": ("journal_mode = wal", "synchronous = normal"),
    "rollback journal": ("journal_mode = delete", "synchronous = full"),
    "no sync": ("journal_mode = wal", "synchronous = off"),
}
INSERT = {"arbors": "INSERT INTO docs(_tree) VALUES (?)", "sqlite": "INSERT INTO docs(doc) VALUES (?)"}
UPDATES = {
    "update": {"arbors": "UPDATE docs SET time_us = ? WHERE rowid = ?",
               "sqlite": "UPDATE docs SET doc = json_set(doc, '$.time_us', ?) WHERE rowid = ?"},
    "update of the tree": {"arbors": "UPDATE docs SET _tree = json_set(_tree, '$.time_us', ?) WHERE rowid = ?",
                           "sqlite": "UPDATE docs SET doc = json_set(doc, '$.time_us', ?) WHERE rowid = ?"},
    "new key": {"arbors": "UPDATE docs SET _tree = json_set(_tree, '$.seen', ?) WHERE rowid = ?",
                "sqlite": "UPDATE docs SET doc = json_set(doc, '$.seen', ?) WHERE rowid = ?"},
}
VERBS = ("insert", *UPDATES)
TIME = {"arbors": "time_us", "sqlite": "doc ->> '$.time_us'"}
TENTH = {"arbors": "UPDATE docs SET kind = 'seen' WHERE time_us % 10 = 3",
         "sqlite": "UPDATE docs SET doc = json_set(doc, '$.kind', 'seen') WHERE doc ->> '$.time_us' % 10 = 3"}
SCAN = {"arbors": 'SELECT "commit.collection", kind, count(*) FROM docs GROUP BY 1, 2 ORDER BY 1, 2',
        "sqlite": "SELECT doc ->> '$.commit.collection', doc ->> '$.kind', count(*) FROM docs GROUP BY 1, 2 ORDER BY 1, 2"}
JOBS = ("insert 100,000 rows, one transaction", "100,000 random single updates, one transaction",
        "30,000 random single updates, a transaction each", "update a tenth", "delete half")
NAMES = [f"single-row {verb}, {mode}" for mode in MODES for verb in VERBS]
NAMES += [name for job in JOBS for name in (job, f"scan after: {job}")]
SET = QuerySet("writes", "docs", [Query(name, "") for name in NAMES])


def run(options):
    source = cut_source(options)
    names = [name for name in ("arbors", "sqlite") if environment.available(name, options)]
    base = {"cache": options.cache, "dataset": "docs", "threads": options.threads, "extension": options.extension, "indexes": ()}
    settings = {name: {**base, "engine": name} for name in names}
    results = {}
    for name in names:
        answer = crew.load(settings[name], source)
        if "error" in answer:
            print(f"{name} cannot load docs: {answer['error']}")
            return results
    with open(source, encoding="utf-8") as lines:
        trees = [line.rstrip("\n") for line in lines]
    for mode in MODES:
        single_rows(mode, settings, trees, results)
    for job in JOBS:
        bulk(job, settings, trees, results)
    return results


def cut_source(options):
    """Takes the first trees of the events, so that an Arbor of several batches is what gets written to."""
    path = os.path.join(options.cache, "docs.jsonl")
    with open(datasets.prepare("events", options.cache, options), encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
        out.writelines(islice(lines, TREES))
    return path


def fresh(settings, mode):
    """Opens a new copy of the loaded file in a child of its own."""
    copies = {}
    for name, known in settings.items():
        stem = os.path.join(known["cache"], "docs{}." + name + ".db")
        for tail in ("-wal", "-shm", "-journal"):
            if os.path.exists(stem.format("_copy") + tail):
                os.remove(stem.format("_copy") + tail)
        shutil.copyfile(stem.format(""), stem.format("_copy"))
        copies[name] = crew.Engine({**known, "copy": "_copy"})
        copies[name].ask("open")
        copies[name].ask("execute", [(f"PRAGMA {pragma}", ()) for pragma in MODES[mode]])
    return copies


def single_rows(mode, settings, trees, results):
    engines = fresh(settings, mode)
    for verb in VERBS:
        columns = {name: {"times": [], "worst": 0.0} for name in engines}
        for turn in range(ROUNDS):
            for name, engine in engines.items():
                note(columns[name], engine.ask("execute", statements(name, verb, turn, trees)), each=True)
        results[f"single-row {verb}, {mode}"] = finish(engines, columns)
    close(engines)


def statements(name, verb, turn, trees):
    rng = random.Random(f"{verb}/{turn}")
    if verb == "insert":
        return [(INSERT[name], (tree,)) for tree in rng.sample(trees, PER_ROUND)]
    return [(UPDATES[verb][name], (rng.randrange(10**15), rng.randrange(1, TREES + 1))) for _ in range(PER_ROUND)]


def bulk(job, settings, trees, results):
    engines, columns, scans = fresh(settings, "WAL"), {}, {}
    for name, engine in engines.items():
        columns[name], scans[name] = {"times": [], "worst": 0.0}, {"times": [], "worst": 0.0}
        note(columns[name], engine.ask("execute", job_statements(name, job, trees)))
        note(scans[name], engine.ask("execute", [(SCAN[name], ())]))
    results[job] = finish(engines, columns)
    results[f"scan after: {job}"] = finish(engines, scans)
    close(engines)


def job_statements(name, job, trees):
    rng = random.Random(job)
    if job.startswith("insert"):
        work = [(INSERT[name], (tree,)) for tree in trees]
    elif "random" in job:
        updates = int(job.split()[0].replace(",", ""))
        work = [(UPDATES["update"][name], (rng.randrange(10**15), rng.randrange(1, TREES + 1))) for _ in range(updates)]
    elif job.startswith("update"):
        work = [(TENTH[name], ())]
    else:
        work = [(f"DELETE FROM docs WHERE {TIME[name]} % 2 = 0", ())]
    return work if job.endswith("each") else [("BEGIN", ()), *work, ("COMMIT", ())]


def note(column, answer, each=False):
    """Adds a turn's times to a column: of each statement's, the median; of a job's, the sum."""
    if "error" in answer:
        column["error"] = answer["error"]
        return
    column["times"].append(median(answer["times"]) if each else sum(answer["times"]))
    column["worst"] = max(column["worst"], *answer["times"])


def finish(engines, columns):
    """Compares the contents after the work, by their counts and sums, and settles the medians."""
    contents = {}
    for name, engine in engines.items():
        if columns[name]["times"]:
            columns[name]["median"] = median(columns[name]["times"])
        sums = f"SELECT count(*), sum({TIME[name]}) FROM docs"
        contents[name] = [engine.ask("execute", [(sql, ())]).get("rows") for sql in (sums, SCAN[name])]
        columns[name].update(digest=repr(contents[name]), sample=repr(contents[name])[:200])
    wrong = len({repr(found) for found in contents.values()}) > 1
    return {"columns": columns, "disagreement": "arbors against sqlite" if wrong else None}


def close(engines):
    for engine in engines.values():
        engine.close()
