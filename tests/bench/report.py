"""Prints what was measured as markdown: load and query tables, and which of DESIGN.md's targets were met."""
import os
from statistics import median


def table(head, rows):
    print("\n| " + " | ".join(head) + " |\n| --- |" + " ---: |" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def load_table(dataset, source, loads):
    size = os.path.getsize(source)
    print(f"\n## Load: {dataset} ({size / 1e6:.1f} MB of JSON Lines)")
    rows, failures = [], []
    for engine, runs in loads.items():
        failed = [run["error"] for run in runs if "error" in run]
        if failed:
            failures.append(f"* {engine}: unsupported: {failed[0]}")
            continue
        best, stored = median(run["seconds"] for run in runs), runs[-1]["size"]
        peak = max(run["peak"] for run in runs)
        rows.append((engine, f"{best:.2f}", f"{size / best / 1e6:.0f}", f"{stored / 1e6:.1f}", f"{stored / size:.1%}",
                     f"{peak / 2**20:.0f}"))
    table(("engine", "load s", "MB/s", "file MB", "of text", "peak MiB"), rows)
    print("\n".join(failures))


def time_text(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def times_text(factor):
    return f"{factor:.0f}×" if factor >= 10 else f"{factor:.2g}×"


OURS = ("plan", "select", "python", "arbors", "arbors+index")


def ours(columns, lookups):
    """Picks the column that stands for Arbors: the plan, or for look-ups the indexed table, else plain SQL."""
    for name in ("plan", "arbors+index" if lookups else "arbors", "arbors"):
        if "median" in columns.get(name, {}):
            return columns[name]["median"]
    return None


def query_table(query_set, results):
    """Prints medians; behind each peer's, how many times ours that is."""
    names = list(dict.fromkeys(name for r in results.values() for name in r["columns"]))
    names.sort(key=lambda name: OURS.index(name) if name in OURS else len(OURS))
    print(f"\n## Queries: {query_set.name} (medians; in brackets: a peer's time as a multiple of ours)")
    rows, notes = [], []
    for query in query_set.queries:
        if query.name not in results:
            continue
        columns, cells = results[query.name]["columns"], []
        base = ours(columns, query.lookups)
        for name in names:
            cells.append(cell(columns.get(name), base, name))
            if "error" in columns.get(name, {}):
                notes.append(f"* {query.name}, {name}: unsupported: {columns[name]['error']}")
        wrong = results[query.name]["disagreement"]
        if wrong:
            notes.append(f"* {query.name}: ANSWERS DIFFER: {wrong}: "
                         + "; ".join(f"{n}: {c['sample']}" for n, c in columns.items() if "sample" in c))
        asked = sum("digest" in column for column in columns.values())
        rows.append((query.name, *cells, "differ" if wrong else "agree" if asked > 1 else "–"))
    table(("query", *names, "answers"), rows)
    print("\n".join(notes))


def cell(result, base, name):
    if result is None:
        return ""
    if "median" not in result:
        return "unsupported"
    if base is None or name in OURS:
        return time_text(result["median"])
    return f"{time_text(result['median'])} ({times_text(result['median'] / base)})"


def verdicts(numbers):
    """Prints each target that this run can judge, with what was measured."""
    import targets
    rows = [(words, value, "met" if met else "MISSED") for words, value, met in targets.judge(numbers)]
    if rows:
        print("\n## Targets")
        table(("target", "measured", ""), rows)
