"""The targets of DESIGN.md section 7 as judgements over a run's numbers: (words, measured, met)."""
from report import ours

SQL_SETS = ("events", "players")
GROUPS, FILTERS = ("count", "group by"), ("filter", "IN", "LIKE", "selective", "top-k")


def judge(numbers):
    for dataset, loads in numbers["loads"].items():
        good = {engine: sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2] for engine, runs in loads.items()
                if runs and not any("error" in run for run in runs)}
        if "arbors" in good:
            yield from judge_load(dataset, good)
    yield from judge_late_building(numbers["sets"].get("plans", {}))
    for name, results in numbers["sets"].items():
        for query, result in results.items():
            if failure := failed(result):
                yield f"{name}: {query}", failure, False
            else:
                yield from judge_query(name, query, result["columns"])


def failed(result):
    """Says why a query cannot meet any target: no time counts when the answer is wrong or missing."""
    if result["disagreement"]:
        return "answers differ"
    broken = [name for name in ("plan", "arbors", "arbors+index") if "error" in result["columns"].get(name, {})]
    return f"unsupported: {', '.join(broken)}" if broken else None


def judge_load(dataset, good):
    mine = good["arbors"]
    if "duckdb" in good:
        yield ratio(f"import of {dataset}: 2 × as fast as DuckDB", good["duckdb"]["seconds"] / mine["seconds"], 2)
    for peer in ("duckdb", "chdb"):
        if peer in good:
            yield ratio(f"file of {dataset}: smaller than {peer}'s", good[peer]["size"] / mine["size"], 1)
    if "sqlite" in good:
        yield ratio(f"import of {dataset}: as fast as SQLite's raw text", good["sqlite"]["seconds"] / mine["seconds"], 1)
    peak = mine["peak"] / 2**20
    yield f"memory of importing {dataset}: under 256 MiB", f"{peak:.0f} MiB", peak < 256
    if dataset == "events":
        share = mine["size"] / mine["stamp"]["bytes"]
        yield "file of events: about a quarter of the text", f"{share:.1%}", share <= 0.26


def judge_late_building(results):
    fields, trees = (ours(results.get(query, {}).get("columns", {}), False)
                     for query in ("two fields of all trees", "all trees built"))
    if fields and trees:
        yield ratio("two fields of all players: 16 × faster than building all trees", trees / fields, 16)


def judge_query(name, query, columns):
    lookup = query.startswith("look-up")
    mine = ours(columns, lookup)
    if mine is None:
        return
    times = {engine: result["median"] for engine, result in columns.items() if "median" in result}
    title = f"{name}: {query}"
    if name in SQL_SETS and not lookup and "sqlite" in times and query.startswith(GROUPS + FILTERS):
        least = 10 if query.startswith(GROUPS) else 15
        yield ratio(f"{title}: {least} × SQLite over JSON text", times["sqlite"] / mine, least)
    if lookup and "sqlite+index" in times:
        yield most(f"{title}: at most 3 × an indexed table's", mine / times["sqlite+index"], 3)
    if query == "look-up by rowid":
        yield f"{title}: under 50 µs", f"{mine * 1e6:.1f} µs", mine < 50e-6
    if name in ("plans", "jsonbench"):
        for peer in ("duckdb", "chdb"):
            if peer in times and query != "all trees built":
                yield ratio(f"{title}: faster than {peer}", times[peer] / mine, 1)
    if query in ("whole documents of 1 %", "all trees built") and "duckdb" in times:
        yield ratio(f"{title}: faster than DuckDB", times["duckdb"] / mine, 1)
    if "empty" in times:
        yield most(f"{title}: within 1.5 × of an empty table", mine / times["empty"], 1.5)
    if query.startswith("self-join"):
        yield f"{title}: well under a second", f"{mine:.3f} s", mine < 0.5
    if name == "writes" and query.startswith("single"):
        yield most(f"{title}: at most 1.5 × an ordinary table", mine / times["sqlite"], 1.5)


def ratio(words, value, least):
    return words, f"{value:.2f} ×", value >= least


def most(words, value, limit):
    return words, f"{value:.2f} ×", value <= limit
