"""SQL in the engine: every question as one SELECT in `arbor_rows` and as a plan, beside DuckDB (structs; VARIANT) and ClickHouse.

All engines answer in turns, each in a process of its own, with two threads; the times are CPU time of all threads, wall time in
brackets. The answers are compared. What is aimed at: the SELECT at least 2 times as fast as the better peer at every question (level
with it at the join with many users), 4 times by geometric mean, and no dearer than 1.1 of the plan.
"""
import json
import os
import sys
from math import exp, log

import crew
import datasets
import environment
from queries.selects import QUESTIONS
from report import table, time_text

TABLES = ("events", "users", "players", "teams")
PEERS = {"DuckDB": "select duckdb", "DuckDB VARIANT": "select variant", "ClickHouse": "select chdb"}
LEAST, LEAST_MEAN, MOST_OF_PLAN, LEVEL = 2, 4, 1.1, ("join with 100,000 users",)


def run(options):
    sources = {name: path for name in TABLES if (path := datasets.prepare(name, options.cache, options))}
    engines = {name: crew.Engine(settings) for name, settings in loaded(sources, options).items()}
    for engine in engines.values():
        engine.ask("open")
    results = {}
    for query in QUESTIONS:
        if options.only in query.name and may_ask(query, sources):
            columns = list(columns_of(query, engines))
            found = crew.measure_columns(columns, query, None, options.runs, warm=True)
            results[query.name] = {"columns": found, "disagreement": crew.disagreement(found)}
            print(f"  select: {query.name}", file=sys.stderr, flush=True)
    for engine in engines.values():
        engine.close()
    report(results)
    return results


def may_ask(query, sources):
    """Says in a word which table a skipped question lacks."""
    text = query.template("arbors")
    missing = [name for name in TABLES if f" {name}" in text and name not in sources]
    if missing:
        print(f"skipped: {query.name} ({', '.join(missing)} not here)")
    return not missing


def loaded(sources, options):
    """Loads all tables into each engine that is here; with --keep, only what an earlier run has not."""
    chosen = {}
    for column, engine in {"Arbors": "select arbors", **PEERS}.items():
        if not environment.available({"select chdb": "chdb", "select arbors": "arbors"}.get(engine, "duckdb"), options):
            print(f"skipped: {column} (not installed)")
        elif not options.engines or column in options.engines.split(","):
            settings = {"cache": options.cache, "dataset": "select", "threads": options.threads, "extension": options.extension,
                        "indexes": (), "engine": engine}
            if load_once(settings, sources, options):
                chosen[column] = settings
    return chosen


def load_once(settings, sources, options):
    marker = os.path.join(options.cache, f"{settings['engine'].replace(' ', '.')}.json")
    stamp = {path: os.path.getsize(path) for path in sources.values()}
    if options.keep and os.path.exists(marker):
        with open(marker, encoding="utf-8") as known:
            if json.load(known) == stamp:
                return True
    answer = crew.load(settings, sources)
    if "error" in answer:
        print(f"skipped: {settings['engine']}: {answer['error']}")
        return False
    with open(marker, "w", encoding="utf-8") as out:
        json.dump(stamp, out)
    return True


def columns_of(query, engines):
    for column, engine in engines.items():
        if column == "Arbors":
            yield "SELECT", engine, "select"
            yield "plan", engine, "plan"
        elif query.template(PEERS[column].partition(" ")[2]):
            yield column, engine, "sql"


def ratios(columns):
    """The better peer's CPU time over the SELECT's, and the SELECT's over the plan's; None where one is absent."""
    cpu = {name: max(result["cpu"], 1e-6) for name, result in columns.items() if "cpu" in result}
    best = min((cpu[name] for name in PEERS if name in cpu), default=None)
    mine = cpu.get("SELECT")
    return best and mine and best / mine, mine and cpu.get("plan") and mine / cpu["plan"]


def cell(result):
    if result is None:
        return ""
    if "cpu" not in result:
        return "unsupported"
    return f"{time_text(result['cpu'])} ({time_text(result['median'])})"


def report(results):
    names, rows, notes, gains = ("SELECT", "plan", *PEERS), [], [], []
    for question, result in results.items():
        columns = result["columns"]
        gain, share = ratios(columns)
        if result["disagreement"]:
            notes.append(f"* {question}: ANSWERS DIFFER: {result['disagreement']}: "
                         + "; ".join(f"{n}: {c['sample']}" for n, c in columns.items() if "sample" in c))
        notes += [f"* {question}, {name}: unsupported: {column['error']}" for name, column in columns.items() if "error" in column]
        gains += [gain] if gain else []
        rows.append((question, *(cell(columns.get(name)) for name in names), f"{gain:.2f}" if gain else "", f"{share:.2f}" if share else "",
                     "differ" if result["disagreement"] else "agree", verdict(question, gain, share)))
    print("\n## Queries: select (CPU time, wall time in brackets, warm medians; × is the better peer's CPU time over the SELECT's)")
    table(("question", *names, "×", "of the plan", "answers", ""), rows)
    print("\n".join(notes))
    if gains:
        print(f"geometric mean: {exp(sum(map(log, gains)) / len(gains)):.2f} × (asked: {LEAST_MEAN})")


def verdict(question, gain, share):
    least = 1 if question in LEVEL else LEAST
    faults = [f"below {least} ×"] * bool(gain and gain < least) + [f"above {MOST_OF_PLAN} of the plan"] * bool(share and share > MOST_OF_PLAN)
    return ", ".join(faults)
