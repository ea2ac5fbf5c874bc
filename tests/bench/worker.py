"""One engine in one child process: it loads and answers on command, and times what it does.

Answers do not travel: each becomes a digest of its rows after what engines spell differently was made alike, so that
the parent stays small and rows fetched by one engine cost another nothing.
"""
import hashlib
import importlib
import json
import resource
import time

import engines

LOOKUP_SECONDS, LOOKUPS_CHECKED = 0.3, 3
DOCUMENT_KEYS = ("did", "time_us", "playerID", "i1")


def serve(pipe, settings):
    """Obeys commands `(verb, arguments...)` until the pipe ends; an engine's failure is an answer, not an end."""
    engine = engines.make(settings["engine"], settings)
    verbs = {"load": load, "open": open_file, "run": run, "execute": execute, "cold": cold, "call": call}
    while (command := pipe.recv()) is not None:
        try:
            answer = verbs[command[0]](engine, *command[1:])
        except Exception as error:  # whatever an engine raises, the bench reports it and goes on
            answer = {"error": " ".join(str(error).split())[:200] or type(error).__name__}
        pipe.send(answer)


def load(engine, source):
    engine.remove()
    engine.open()
    start = time.perf_counter()
    engine.load(source)
    seconds, peak = time.perf_counter() - start, peak_memory()
    engine.close()
    return {"seconds": seconds, "peak": peak, "size": engine.size()}


def open_file(engine):
    engine.open()
    return {}


def run(engine, query, variant, lookups):
    """Answers one query once. `variant` is `sql`, `plan`, or `select`: the SQL run wholly in the engine."""
    if variant == "plan":
        return timed(query, lambda: engine.plan_rows(query.plan))
    sql = engine.render(engine.template(query))
    if variant == "select":
        return timed(query, lambda: engine.plan_rows(sql))
    if not lookups:
        return timed(query, lambda: engine.rows(sql))
    return timed_lookups(query, lambda values: engine.rows(sql, values), lookups)


def call(engine, module, function, *arguments):
    """Has a set's own module work with the engine in its process."""
    return getattr(importlib.import_module(module), function)(engine, *arguments)


def cold(engine, query, variant, value):
    """Opens the file and answers a query once, a look-up of one value where there is one; how long both took together."""
    start, cpu = time.perf_counter(), time.process_time()
    engine.open()
    sql = engine.render(engine.template(query))
    if value:
        rows = engine.rows(sql, value)
    elif variant == "sql":
        rows = engine.rows(sql)
    else:
        rows = engine.plan_rows(query.plan if variant == "plan" else sql)
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    return {**spent, **digest(query, rows)}


def execute(engine, statements):
    """Runs `(sql, parameters)` one after the other; returns how long each took, and the last one's rows."""
    times, rows = [], []
    for sql, parameters in statements:
        start = time.perf_counter()
        rows = engine.rows(sql, parameters)
        times.append(time.perf_counter() - start)
    return {"times": times, "rows": rows}


def timed(query, ask):
    start, used = time.perf_counter(), time.process_time()
    rows = ask()
    seconds, used = time.perf_counter() - start, time.process_time() - used
    return {"seconds": seconds, "cpu": used, **digest(query, rows)}


def timed_lookups(query, ask, lookups):
    """Looks values up one by one for a while; the first few are enough to compare engines by."""
    rows, done, start = [], 0, time.perf_counter()
    for values in lookups:
        found = ask(values)
        done += 1
        if done <= LOOKUPS_CHECKED:
            rows += found
        if done >= LOOKUPS_CHECKED and time.perf_counter() - start > LOOKUP_SECONDS:
            break
    seconds = (time.perf_counter() - start) / done
    return {"seconds": seconds, **digest(query, rows)}


def digest(query, rows):
    exact = sorted(json.dumps(json.loads(tree)) for (tree,) in rows if isinstance(tree, str)) if query.documents else []
    rows = [tuple(document_key(value) if query.documents else alike(value) for value in row) for row in rows]
    if not query.ordered:
        rows.sort(key=repr)
    text = repr(rows).encode()
    return {"digest": hashlib.sha256(text).hexdigest(), "rows": len(rows), "sample": repr(rows[:3])[:300],
            "documents": hashlib.sha256("\n".join(exact).encode()).hexdigest()}


def alike(value):
    """Evens out spelling: 5.0 is 5, the last digits of a sum do not count, ClickHouse's empty text is NULL."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        rounded = float(f"{value:.9g}")
        return int(rounded) if rounded.is_integer() else rounded
    return None if value == "" else value


def document_key(value):
    """Reduces a document to its identity, since engines with fixed columns give it back with NULLs added."""
    tree = json.loads(value) if isinstance(value, str) else value
    return tuple(tree.get(key) for key in DOCUMENT_KEYS)


def peak_memory():
    """Returns this process's peak in bytes: Linux's VmHWM, as ru_maxrss there keeps what the parent had at its fork."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
