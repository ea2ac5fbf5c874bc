"""The child processes of one dataset's engines, and how queries take turns among them."""
import multiprocessing
from statistics import median

import worker

SLOW_SECONDS, SLOW_RUNS = 4.0, 2  # an engine that has spent this long on a query is not run again after so many
QUICK, WARM = 0.2, 0.05  # seconds


class Engine:
    """A child process that holds one engine; `ask` waits for its answer."""

    def __init__(self, settings):
        context = multiprocessing.get_context("spawn")
        self.name = settings["engine"]
        self.pipe, end = context.Pipe()
        self.process = context.Process(target=worker.serve, args=(end, settings), daemon=True)
        self.process.start()
        end.close()

    def ask(self, *command):
        try:
            self.pipe.send(command)
            return self.pipe.recv()
        except (EOFError, BrokenPipeError):
            return {"error": "its process ended"}

    def close(self):
        if self.process.is_alive():
            try:
                self.pipe.send(None)
            except BrokenPipeError:
                pass
        self.process.join(10)
        if self.process.is_alive():
            self.process.terminate()


def load(settings, source):
    """Loads a dataset in a process of its own, whose peak memory is then the load's."""
    engine = Engine(settings)
    answer = engine.ask("load", source)
    engine.close()
    return answer


def measure(crew, query, lookups, runs):
    """Runs a query in turns: one warm-up of each engine, then `runs` rounds over all. Returns results by column."""
    return measure_columns(list(contestants(crew, query)), query, lookups, runs)


def measure_columns(columns, query, lookups, runs, warm=False):
    """The same for the columns given: (column, engine, variant), there and back, so that each comes after either neighbour. Times
    are wall clock's; `cpu` is that of all threads.

    `warm`: in each turn a quick answer is asked for twice at least, and until WARM seconds are spent; the last one counts, so that no
    column finds the processor's caches emptied by another engine, or filled by the column before it.
    """
    results = {column: first_run(engine, query, variant, lookups) for column, engine, variant in columns}
    for turn in range(runs):
        for column, engine, variant in columns if turn % 2 == 0 else reversed(columns):
            result = results[column]
            if "error" in result or len(result["times"]) >= SLOW_RUNS and sum(result["times"]) > SLOW_SECONDS:
                continue
            answer = engine.ask("run", query, variant, lookups)
            if warm and answer.get("seconds", QUICK) < QUICK:
                answer = warmed(engine, query, variant, lookups, answer["seconds"])
            if "error" in answer:
                result["error"] = answer["error"]
            else:
                result["times"].append(answer["seconds"])
                result["cpu times"].append(answer.get("cpu", 0))
    for result in results.values():
        if result.get("times"):
            result["median"], result["cpu"] = median(result["times"]), median(result["cpu times"])
    return results


def warmed(engine, query, variant, lookups, spent):
    """Asks again, more than once where little was spent so far; returns the last answer."""
    while True:
        answer = engine.ask("run", query, variant, lookups)
        spent += answer.get("seconds", WARM)
        if spent >= WARM:
            return answer


def contestants(crew, query):
    """Yields (column, engine, variant): every engine that has words for the query, the plan as a column, and the SQL run wholly
    in the engine (arbor_rows) as another."""
    for name, engine in crew.items():
        if name == "arbors" and query.plan:
            yield "plan", engine, "plan"
        if name == "arbors" and query.template(name) and not query.lookups and not query.documents:
            yield "select", engine, "select"
        if query.template(name) and (query.lookups or name != "arbors+index"):
            yield name, engine, "sql"


def first_run(engine, query, variant, lookups):
    answer = engine.ask("run", query, variant, lookups)
    return answer if "error" in answer else {**answer, "times": [], "cpu times": []}


def disagreement(results):
    """Says which columns differ from the first that answered, or returns None. The empty table has no say.

    Whole documents are compared by identity among all, and value by value, in key order, between Arbors and SQLite's text.
    """
    answered = {name: r for name, r in results.items() if "digest" in r and name != "empty"}
    if len(answered) < 2:
        return None
    first = "sqlite" if "sqlite" in answered else next(iter(answered))
    wrong = [name for name, r in answered.items() if r["digest"] != answered[first]["digest"]]
    if {"arbors", "sqlite"} <= answered.keys() and answered["arbors"]["documents"] != answered["sqlite"]["documents"]:
        wrong.append("arbors (values inside the documents)")
    return f"{', '.join(wrong)} against {first}" if wrong else None
