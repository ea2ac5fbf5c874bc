"""Cold questions: a fresh process for each, the file in the page cache, beside DuckDB; CPU time and wall time, answers compared.

What is timed begins with opening the file (for Arbors, loading the extension too; for `python`, importing the package) and ends
with the last row in Python's hands.
"""
from statistics import median

import crew
import datasets
import environment
from queries import Query, QuerySet
from queries.events import EVENTS, JSONBENCH

ROW = {"duckdb": "SELECT {} FROM events WHERE rowid = ? - 1"}
SINGLE = [
    Query("a field by rowid", "SELECT <did> FROM events WHERE rowid = ?", {"duckdb": ROW["duckdb"].format("<did>")}, lookups="rowid"),
    Query("a tree by rowid", "SELECT <_tree> FROM events WHERE rowid = ?", {"duckdb": ROW["duckdb"].format("<_tree>")}, lookups="rowid",
          documents=True),
    Query("a thousand scattered trees", "SELECT <_tree> FROM events WHERE <time_us> % 1009 = 5",
          {"arbors": "SELECT <_tree> FROM events WHERE events MATCH 'time_us % 1009 = 5'"}, documents=True),
]
ASKED = [query for query in EVENTS.queries if not query.lookups] + JSONBENCH.queries
SET = QuerySet("cold", "events", SINGLE + ASKED, engines=("arbors", "duckdb"))
WALL = QuerySet("cold, wall time", "events", SET.queries, engines=SET.engines)


class ColdEngine:
    """Answers each question in a process of its own."""

    def __init__(self, settings):
        self.settings = settings

    def ask(self, *command):
        engine = crew.Engine(self.settings)
        answer = engine.ask(*command)
        engine.close()
        return answer


def run(options):
    """Asks all questions and prints the wall times; returns the CPU times, for the caller to print."""
    import bench
    import report
    source = datasets.prepare(SET.dataset, options.cache, options)
    settings = {name: {"cache": options.cache, "dataset": SET.dataset, "threads": options.threads, "extension": options.extension,
                       "indexes": (), "engine": name} for name in SET.engines
                if environment.available(name, options) and (not options.engines or name in options.engines.split(","))}
    bench.load_all(settings, source, options)
    if "arbors" in settings:
        settings["python"] = {**settings["arbors"], "engine": "python"}  # over the same file
    values = datasets.lookup_values(source, "rowid", count=100)
    cpu, wall = {}, {}
    for query in SET.queries:
        if options.only in query.name:
            columns = measure(settings, query, values if query.lookups else None, options.runs)
            disagreement = crew.disagreement(columns)
            for results, kind in ((cpu, "cpu"), (wall, "seconds")):
                results[query.name] = {"columns": {name: timed(column, kind) for name, column in columns.items()}, "disagreement": disagreement}
    report.query_table(WALL, wall)
    return cpu


def measure(settings, query, lookups, runs):
    """Runs in turns; a warm-up brings the file into the page cache."""
    engines = {name: ColdEngine(of) for name, of in settings.items()}
    results = {}
    for turn in range(runs + 1):
        value = lookups and lookups[turn % len(lookups)]
        for column, engine, variant in crew.contestants(engines, query):
            answer = engine.ask("cold", query, variant, value)
            known = results.setdefault(column, answer if "error" in answer else {**answer, "runs": []})
            if "error" in answer:
                known["error"] = answer["error"]
            elif turn > 0 and "error" not in known:
                known["runs"].append(answer)
            known["digest"] = answer.get("digest")
    return results


def timed(column, kind):
    if "error" in column:
        return column
    times = [run[kind] for run in column["runs"]]
    return {**{key: value for key, value in column.items() if key != "runs"}, "times": times, "median": median(times)}
