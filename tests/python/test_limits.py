"""A host's limits reach into whatever takes long: a progress handler that says stop ends it, and what was is still there.

Each row of LONG is a statement that works on its own for a while, with next to no instructions of SQLite's machine, so that a
handler is called only because the extension lets SQLite call it. Counted, never timed; `--gaps` prints how far calls are apart.
"""
import json
import random
import sqlite3
import sys
import time

import harness

ARGUMENTS = harness.parser()
ARGUMENTS.add_argument("--gaps", action="store_true", help="print each statement's time and the longest gap between two calls")
ARGUMENTS.add_argument("--size", type=int, default=0, help="how much of each")
OPTIONS = ARGUMENTS.parse_args()
SIZE = OPTIONS.size or (3 if OPTIONS.quick else 5)
INSTRUCTIONS = 1000  # of SQLite's machine between two calls


def numbers(count):
    generator = random.Random(count)
    return [generator.randrange(1 << 40) for _ in range(count)]


def array(values):
    return json.dumps(values, separators=(",", ":"))


def lines(values):
    return "\n".join(json.dumps(value) for value in values)


MANY = numbers(150_000 * SIZE)
TREES = [{"a": n % 1000, "b": n, "t": f"text {n}", "l": [n % 7, n % 11, n % 13]} for n in numbers(40_000 * SIZE)]
TEXT = "ab" * (400_000 * SIZE)
LIST = {"l": MANY}
NESTED = {"x": [{"k": n % 5, "v": {"w": n}, "t": str(n)} for n in MANY[: 60_000 * SIZE]]}


def plan(stages, text, *parameters):
    return f"SELECT length(arbor_json(?, ?{', ?' * len(parameters)}))", "json ?1 | " + stages, text, *parameters


# name, statement, arguments. Of `s` (many trees) and `h` (one huge tree) there are tables.
LONG = [
    ("a source of JSON", "SELECT arbor_count('json ?1', ?)", array(MANY * 4)),
    ("a source of JSON that is malformed at its end", "SELECT arbor_count('json ?1', ?)", json.dumps([{"a": [MANY * 2]}])[:-3] + "x]}]"),
    ("sort of numbers and texts", *plan("sort_by it % 1000, it || ''", array(MANY))),
    ("sort of texts", *plan("sort_by it || 'x' desc", array(MANY))),
    ("group_by", *plan("group_by it % 1000 as k { count() as n, count(distinct it) as d, max(it || '') as m }", array(MANY))),
    ("group_by of trees", *plan("group_by a", lines(TREES))),
    ("unique_by", *plan("unique_by t", lines(TREES))),
    ("nest", *plan("select a, b, t | nest b, t as rest", lines(TREES))),
    ("flatten", *plan("flatten", lines([{"x": {"y": {"z": tree}}} for tree in TREES]))),
    ("explode of one huge tree", *plan("explode x | filter x.k = 1 | select x.v.w, x.t", json.dumps(NESTED))),
    ("explode of explode", *plan("explode a | explode b | explode c | aggregate count(distinct a * b * c) as d", json.dumps({k: list(range(60 + 20 * SIZE)) for k in "abc"}))),
    ("regexp_like", *plan("filter regexp_like(it, '(a|b|ab)*c')", array([TEXT]))),
    ("LIKE", *plan("filter it LIKE '%' || ?2 || '%c' OR it LIKE '%a%b%a_b%c'", array([TEXT] * 10), "a" * 20_000)),
    ("replace", *plan("select length(replace(replace(it, 'a', 'bbbbbbbb'), 'b', 'cd')) as n", array([TEXT]))),
    ("instr", *plan("select instr(it, ?2) as n", array(["a" * len(TEXT)] * 8), "a" * 30_000 + "b")),
    ("printf", *plan("select length(printf(?2, it)) as n", array([f"x{i}" for i in range(40)]), "%1000d%s" * 5_000)),
    ("trim", *plan("select trim(it, ?2) as n", array([TEXT]), "0123456789abcdefghijklmnopqrstuvwxyz")),
    ("split", *plan("select list_len(split(it, 'b')) as n", array([TEXT]))),
    ("list_sort", *plan("select list_sort(l) as n", json.dumps(LIST))),
    ("list_unique", *plan("select list_len(list_unique(l)) as n", json.dumps(LIST))),
    ("list_map", *plan("select list_map(l, upper(it || 'x') || it) as n", json.dumps(LIST))),
    ("list_filter", *plan("select list_filter(l, it % 2 = 0 AND it || '' LIKE '%7%') as n", json.dumps(LIST))),
    ("list_join", *plan("select length(list_join(l, ', ')) as n", json.dumps(LIST))),
    ("arithmetic", *plan("filter (it * 3 + 1) % 7 = round(it / 2.0) % 7 AND abs(it) || '' <> 'x'", array(MANY))),
    ("count with a filter, stored", "SELECT arbor_count('s | filter t LIKE ''%9%8%'' AND upper(t) <> lower(t)')"),
    ("sort, stored", "SELECT length(arbor_json('s | sort_by t desc, b'))"),
    ("whole trees, stored", "SELECT length(arbor_json('s'))"),
    ("one huge tree, stored", "SELECT length(_tree) FROM h"),
    ("explode of one huge tree, stored", "SELECT arbor_json('h | explode x | aggregate count(distinct x.t) as n')"),
    ("a SELECT in the engine", "SELECT length(arbor_json('SELECT a, count(*) AS n, count(DISTINCT t) AS d, max(t) AS m FROM s GROUP BY a, b % 100 ORDER BY m'))"),
    ("Arrow messages", "SELECT sum(length(message)) FROM arbor_arrow('s | sort_by t')"),
    ("Arrow messages as they come", "SELECT sum(length(message)) FROM arbor_arrow('s | filter replace(replace(t || t || t, ''1'', ''22222222''), ''2'', ''33333333'') like ''%9%8%7%'' | select b')"),
    ("lists of Python's values", "SELECT sum(length(trees)) FROM arbor_marshal('s | filter replace(replace(t || t || t, ''1'', ''22222222''), ''2'', ''33333333'') like ''%9%8%7%'' | select b')"),
    ("columns of Python's values", "SELECT sum(length(rows)) FROM arbor_marshal_rows('s | filter replace(replace(t || t || t, ''1'', ''22222222''), ''2'', ''33333333'') like ''%9%8%7%'' | select b')"),
    ("handles", "SELECT arbor_open('s | sort_by t || b desc | filter b % 2 = 0')"),
    ("explain_analyze", "SELECT arbor_explain_analyze('s | sort_by t')"),
    ("rows", "SELECT idx FROM arbor_rows('s | group_by t || b as k { count(distinct t) as n }') LIMIT 1"),
    ("a view", "SELECT t FROM v WHERE u || t <> '' ORDER BY b DESC LIMIT 1"),
    ("append of many trees", "SELECT arbor_append('s', ?)", lines(TREES)),
    ("append of one huge tree", "SELECT arbor_append('h', ?)", json.dumps(NESTED)),
    ("INSERT of one huge tree", "INSERT INTO h(_tree) VALUES (?)", json.dumps([NESTED] * 3)),
    ("save", "SELECT arbor_save('new', 's | sort_by t')"),
    ("optimize", "SELECT arbor_optimize('small')"),
    ("check", "SELECT arbor_check('s')"),
    ("create_index", "SELECT arbor_create_index('s', 't')"),
]

STATE = "SELECT (SELECT count(*) FROM s), (SELECT total(b) FROM s), (SELECT total(length(_tree)) FROM h), (SELECT count(*) FROM small), (SELECT count(*) FROM arbor_list)"


def database():
    base = harness.connect(OPTIONS.extension)
    base.execute("SELECT arbor_append('s', ?)", (lines(TREES),))
    base.execute("SELECT arbor_append('h', ?)", (json.dumps(NESTED),))
    base.execute("CREATE VIRTUAL TABLE small USING arbor(batch_trees=1000)")
    base.execute("CREATE VIRTUAL TABLE part USING arbor(batch_trees=1000)")
    for at in range(0, 20_000 * SIZE, 500):
        base.execute("SELECT arbor_append('small', ?)", (lines(TREES[at : at + 500]),))
    base.execute("CREATE VIRTUAL TABLE v USING arbor_view('s | add_field u = upper(t) | sort_by u | select t, b, u')")
    return base


class Handler:
    """Counts its calls, and says stop from one of them on."""

    def __init__(self, stop_at=0):
        self.stop_at, self.calls, self.times = stop_at, 0, []

    def __call__(self):
        self.calls += 1
        self.times.append(time.process_time())
        return int(self.stop_at and self.calls >= self.stop_at)


def run(base, statement, arguments, handler):
    """Gives the error's text, or None, and whether there was one."""
    base.set_progress_handler(handler, INSTRUCTIONS)
    try:
        base.execute(statement, arguments).fetchall()
        return None
    except sqlite3.Error as error:
        return str(error)
    finally:
        base.set_progress_handler(None, 0)


def test_a_handler_stops_whatever_takes_long(report):
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in asks nobody")
    base = database()
    before = base.execute(STATE).fetchall()
    for name, statement, *arguments in LONG:
        asked = 0
        for threads in (1, 2):
            base.execute("SELECT arbor_config('threads', ?)", (threads,))
            for stop_at in (1, 40):
                handler = Handler(stop_at)
                error = run(base, statement, arguments, handler)
                asked += handler.calls
                if error is None and handler.calls < stop_at:
                    before = base.execute(STATE).fetchall()  # it was done before the handler said stop
                    break
                report.equal(error, "interrupted", f"{name}: stopped at call {stop_at}, {threads} threads")
                report.check(not base.in_transaction, f"{name}: a transaction is left open")
                report.equal(base.execute(STATE).fetchall(), before, f"{name}: what was is still there")
        report.check(asked, f"{name}: nobody asked the handler")
    for arbor in ("s", "h", "small"):
        report.equal(base.execute("SELECT arbor_check(?)", (arbor,)).fetchall(), [("ok",)], f"{arbor} is sound")


def measure():
    base = database()
    base.execute("SELECT arbor_config('threads', 1)")
    for name, statement, *arguments in LONG:
        handler = Handler()
        began = time.process_time()
        base.execute("SAVEPOINT one")
        error = run(base, statement, arguments, handler)
        ended = time.process_time()
        base.execute("ROLLBACK TO one")
        base.execute("RELEASE one")
        times = [began, *handler.times, ended]
        gap = max((b - a, a - began) for a, b in zip(times, times[1:]))
        print(f"{name:50} {ended - began:6.2f} s, {handler.calls:6} calls, longest gap {gap[0] * 1000:6.0f} ms at {gap[1]:5.2f} s  {error or ''}"[:170], flush=True)


if __name__ == "__main__":
    if OPTIONS.gaps:
        measure()
        sys.exit()
    harness.run(globals(), OPTIONS)
