#!/usr/bin/env python3
"""Loads and queries the same documents in Arbors, SQLite, DuckDB and ClickHouse, in one run, and compares the answers.

    tests/bench/bench.py --extension build/arbors.so --set events --set jsonbench

README.md beside this file says what is compared and what the numbers mean.
"""
import argparse
import json
import os
import platform
import sys

sys.dont_write_bytecode = True
import datasets  # noqa: E402
import environment  # noqa: E402

SETS = ("events", "jsonbench", "players", "plans", "scan", "join", "lookups", "writes", "select", "ordinary", "cold", "large")


def arguments():
    parser = datasets.event_options(argparse.ArgumentParser(description=__doc__.split("\n")[0]))
    parser.add_argument("--set", dest="sets", action="append", choices=SETS, help="default: all; may be given again")
    parser.add_argument("--engines", help="only these, separated by commas")
    parser.add_argument("--only", default="", help="only queries whose name contains this")
    parser.add_argument("--load-runs", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep files that an earlier run loaded")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", help="write the raw numbers here")
    options = parser.parse_args()
    options.extension = os.path.abspath(options.extension)
    options.sets = options.sets or list(SETS)
    return options


def main():
    options = arguments()
    environment.enter()
    os.makedirs(options.cache, exist_ok=True)
    import report
    numbers = {"machine": f"{platform.machine()}, {os.cpu_count()} cores", "python": platform.python_version(),
               "loads": {}, "sets": {}}
    for name in options.sets:
        if name in ("select", "ordinary"):
            import importlib
            numbers[name] = importlib.import_module("selects" if name == "select" else name).run(options)
        elif name in ("writes", "lookups", "cold", "large"):
            import importlib
            module = importlib.import_module(name)
            numbers["sets"][name] = module.run(options)
            report.query_table(module.SET, numbers["sets"][name])
        else:
            run_set(name, options, numbers)
    report.verdicts(numbers)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(numbers, out, indent=1)


def run_set(name, options, numbers):
    import crew
    import datasets
    import report
    query_set = set_of(name)
    source = datasets.prepare(query_set.dataset, options.cache, options)
    if source is None:
        return
    base = {"cache": options.cache, "dataset": query_set.dataset, "threads": options.threads,
            "extension": options.extension, "indexes": query_set.indexes}
    if "empty" in query_set.engines:
        base["empty_vtab"] = environment.build_empty_table(options.cache)
    names = [e for e in query_set.engines if environment.available(e, options)
             and (not options.engines or e in options.engines.split(","))]
    settings = {engine: {**base, "engine": engine} for engine in names}
    if query_set.dataset not in numbers["loads"]:
        numbers["loads"][query_set.dataset] = loads = load_all(settings, source, options)
        report.load_table(query_set.dataset, source, loads)
    numbers["sets"][name] = ask_all(query_set, settings, source, options, crew, report, datasets)


def set_of(name):
    from queries import events, players, rows
    return {"events": events.EVENTS, "jsonbench": events.JSONBENCH, "players": players.PLAYERS,
            "plans": players.PLANS, "scan": rows.SCAN, "join": rows.JOIN}[name]


def load_all(settings, source, options):
    """Loads the file into every engine in turn, as often as asked; an engine that fails is reported and left out later."""
    import crew
    loads = {engine: [] for engine in settings}
    for _ in range(options.load_runs):
        for engine in settings:
            marker = os.path.join(options.cache, f"{settings[engine]['dataset']}.{engine}.json")
            loads[engine].append(load_once(settings[engine], source, marker, options.keep, crew))
    return loads


def load_once(settings, source, marker, keep, crew):
    """Loads unless the marker says that the same file was loaded before, for Arbors by the same build, and is to be kept."""
    stamp = {"source": source, "bytes": os.path.getsize(source)}
    if settings["engine"].startswith("arbors"):
        stamp["build"] = os.path.getmtime(settings["extension"])
    if keep and os.path.exists(marker):
        with open(marker, encoding="utf-8") as known:
            answer = json.load(known)
        if answer.get("stamp") == stamp:
            return answer
    if os.path.exists(marker):
        os.remove(marker)
    answer = {**crew.load(settings, source), "stamp": stamp}
    if "error" not in answer:
        with open(marker, "w", encoding="utf-8") as out:
            json.dump(answer, out)
    return answer


def ask_all(query_set, settings, source, options, crew, report, datasets):
    engines = {name: crew.Engine(settings[name]) for name in settings}
    for name in list(engines):
        answer = engines[name].ask("open")
        if "error" in answer:
            print(f"{name} cannot open {query_set.dataset}: {answer['error']}")
            engines.pop(name).close()
    lookups = {q.lookups: datasets.lookup_values(source, q.lookups) for q in query_set.queries if q.lookups}
    results = {}
    for query in query_set.queries:
        if options.only in query.name:
            found = crew.measure(engines, query, lookups.get(query.lookups), options.runs)
            results[query.name] = {"columns": found, "disagreement": crew.disagreement(found)}
            print(f"  {query_set.name}: {query.name}", file=sys.stderr, flush=True)
    for engine in engines.values():
        engine.close()
    report.query_table(query_set, results)
    return results


if __name__ == "__main__":
    main()
