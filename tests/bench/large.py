"""Ten times the events: what each question costs beside what it costs on the events once, both warm, with the default cache.

The large file is made by importing the same file ten times. CPU time, one process a file. Answers are not compared, but the counts by a
field must be ten times as great.
"""
import os
import random
import time
from statistics import median

import crew
import datasets
from engines import make
from queries import Query, QuerySet
from queries.events import EVENTS, JSONBENCH
from worker import peak_memory

TIMES, TREES, MOST = 10, 200, 30.0  # repeated imports, single trees asked for, seconds of one question
ASKED = [query for query in EVENTS.queries if not query.lookups and query.name != "two columns of all rows"] + JSONBENCH.queries
OWN = [Query(name, "") for name in ("open and arbor_count", "open and count(*) in SQL", "a tree by random rowid", "peak memory (a second is a GiB)",
                                    "an index on texts", "SQLite's CREATE INDEX on them")]
INDEXED = "did"
COUNTS = {"open and arbor_count": "SELECT arbor_count('events')", "open and count(*) in SQL": "SELECT count(*) FROM events"}
SET = QuerySet("large", "events", [*ASKED, *OWN], engines=("arbors",))


def run(options):
    source = datasets.prepare(SET.dataset, options.cache, options)
    settings = {"cache": options.cache, "dataset": SET.dataset, "threads": options.threads, "extension": options.extension, "indexes": (),
                "engine": "arbors"}
    files = {"arbors": {**settings, "times": 1, "copy": "-once"}, "ten times": {**settings, "times": TIMES, "copy": "-ten"}}
    results = {query.name: {"columns": {}, "disagreement": None} for query in SET.queries if options.only in query.name}
    counts = []
    for column, of in files.items():
        engine = crew.Engine(of)
        answer = engine.ask("call", "large", "measured", source, options.keep, options.runs, options.only)
        engine.close()
        if "error" in answer:
            print(f"{column}: {answer['error']}")
            continue
        for name, times in answer["times"].items():
            results[name]["columns"][column] = {"times": times, "median": median(times)}
        counts.append({field: count * TIMES // of["times"] for field, count in answer["counts"]})
    if len(counts) == 2 and counts[0] != counts[1]:
        print(f"COUNTS DIFFER: {counts}")
    return results


def measured(engine, source, keep, runs, only):
    """In the file's own process: loads it where it is not there, and asks."""
    fill(engine, source, keep)
    queries = [query for query in ASKED if only in query.name]
    times = {}
    for own, sql in COUNTS.items():
        if only in own:
            times[own] = opened(engine.settings, sql)
    if only in OWN[2].name:
        times[OWN[2].name] = trees(engine.settings)
    engine.open()
    for query in queries:
        times[query.name] = asked(engine, query, runs)
    if only in OWN[3].name:
        times[OWN[3].name] = [peak_memory() / 2**30]
    for own, ask in ((OWN[4].name, own_index), (OWN[5].name, plain_index)):
        if only in own:
            times[own] = ask(engine)
    return {"times": times, "counts": engine.rows('SELECT "commit.collection", count(*) FROM events GROUP BY 1')}


def fill(engine, source, keep):
    if keep and os.path.exists(engine.path):
        return
    engine.remove()
    engine.open()
    for _ in range(engine.settings["times"]):
        engine.load(source)
    engine.close()


def asked(engine, query, runs):
    sql = engine.render(engine.template(query))
    ask = (lambda: engine.plan_rows(query.plan)) if query.plan else (lambda: engine.rows(sql))
    ask()
    times = []
    while len(times) < runs and sum(times) < MOST:
        start = time.process_time()
        ask()
        times.append(time.process_time() - start)
    return times


def own_index(engine):
    """Makes a kept-up index and drops it again."""
    start = time.process_time()
    engine.rows("SELECT arbor_create_index('events', ?)", (INDEXED,))
    seconds = time.process_time() - start
    engine.rows("SELECT arbor_drop_index('events', ?)", (INDEXED,))
    return [seconds]


def plain_index(engine):
    """The same on an ordinary table that has nothing but these texts."""
    path = engine.path + ".plain"
    if os.path.exists(path):
        os.remove(path)
    engine.rows(f"ATTACH '{path}' AS plain")
    engine.rows(f"CREATE TABLE plain.texts AS SELECT {INDEXED} AS text FROM events")
    start = time.process_time()
    engine.rows("CREATE INDEX plain.by_text ON texts(text)")
    seconds = time.process_time() - start
    engine.rows("DETACH plain")
    os.remove(path)
    return [seconds]


def opened(settings, sql):
    """Connections that count, each a new one. In SQL it is SQLite that counts, row by row."""
    times = []
    for _ in range(5):
        start = time.process_time()
        other = make("arbors", settings)
        other.open()
        other.rows(sql)
        times.append(time.process_time() - start)
        other.close()
    return times


def trees(settings):
    other, rng = make("arbors", settings), random.Random(3)
    other.open()
    count, times = other.rows("SELECT count(*) FROM events")[0][0], []
    for _ in range(TREES):
        start = time.process_time()
        other.rows("SELECT _tree FROM events WHERE rowid = ?", (rng.randrange(1, count + 1),))
        times.append(time.process_time() - start)
    other.close()
    return times
