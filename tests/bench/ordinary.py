"""Ordinary questions: each as one SELECT in the engine (`arbor_rows`), beside DuckDB over structs, warm and cold; answers compared.

Over the databases of the set `select`. Warm, both answer in turns, each in a process of its own; cold, each answer comes from a
fresh process, opening counted, the file in the page cache. The times are CPU time of all threads, of two. What is aimed at: ahead
of DuckDB at every one, warm.
"""
import sys
from math import exp, log
from statistics import median

import crew
import datasets
import selects
from cold import ColdEngine
from queries.ordinary import QUESTIONS
from report import table, time_text

COLUMNS = {"Arbors": "select", "DuckDB": "sql"}


def run(options):
    sources = {name: path for name in selects.TABLES if (path := datasets.prepare(name, options.cache, options))}
    settings = {name: of for name, of in selects.loaded(sources, options).items() if name in COLUMNS}
    engines = {name: crew.Engine(of) for name, of in settings.items()}
    for engine in engines.values():
        engine.ask("open")
    results = {}
    for query in QUESTIONS:
        if options.only in query.name and selects.may_ask(query, sources):
            columns = [(name, engine, COLUMNS[name]) for name, engine in engines.items()]
            warm = crew.measure_columns(columns, query, None, options.runs, warm=True)
            results[query.name] = {"warm": warm, "disagreement": crew.disagreement(warm)}
            print(f"  ordinary: {query.name}", file=sys.stderr, flush=True)
    for engine in engines.values():
        engine.close()  # which lets go of the files
    for query in QUESTIONS:
        if query.name in results:
            results[query.name]["cold"] = cold(settings, query, options.runs)
    report(results)
    return results


def cold(settings, query, runs):
    """The median CPU time of each column, answered by fresh processes in turns; None where one fails."""
    times = {name: [] for name in settings}
    for turn in range(runs + 1):  # the first brings the files into the page cache
        for name, of in settings.items():
            answer = ColdEngine(of).ask("cold", query, COLUMNS[name], None)
            if turn > 0 and "cpu" in answer:
                times[name].append(answer["cpu"])
    return {name: median(found) if found else None for name, found in times.items()}


def report(results):
    rows, notes, gains = [], [], {"warm": [], "cold": []}
    for question, result in results.items():
        warm = {name: column.get("cpu") for name, column in result["warm"].items()}
        cells = [question]
        for kind, times in (("warm", warm), ("cold", result["cold"])):
            mine, peer = times.get("Arbors"), times.get("DuckDB")
            gain = peer / max(mine, 1e-6) if mine is not None and peer is not None else None
            gains[kind] += [gain] if gain else []
            cells += [time_text(time) if time is not None else "" for time in (mine, peer)] + [f"{gain:.2f}" if gain else ""]
        rows.append((*cells, "differ" if result["disagreement"] else "agree"))
        if result["disagreement"]:
            notes.append(f"* {question}: ANSWERS DIFFER: " + "; ".join(f"{n}: {c['sample']}" for n, c in result["warm"].items() if "sample" in c))
        notes += [f"* {question}, {name}: unsupported: {column['error']}" for name, column in result["warm"].items() if "error" in column]
    print("\n## Queries: ordinary (CPU time, medians; × is DuckDB's over ours)")
    table(("question", "Arbors", "DuckDB", "×", "Arbors cold", "DuckDB cold", "×", "answers"), rows)
    print("\n".join(notes))
    for kind, found in gains.items():
        if found:
            print(f"{kind}: geometric mean {exp(sum(map(log, found)) / len(found)):.2f} ×, ahead at {sum(gain > 1 for gain in found)} of {len(found)}")
