"""arbor_arrow: its messages are an Arrow stream, made as they are asked for, that holds what arbor_rows gives; names, types, options, errors."""
import json
import pathlib
import random

import arrow_readers
import harness

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
open_database = harness.opener(OPTIONS)
SCRATCH = harness.scratch()
FOLDER = pathlib.Path(SCRATCH.name)
END = b"\xff\xff\xff\xff\x00\x00\x00\x00"


def filled(trees, batch_trees=None):
    database = open_database()
    database.execute("CREATE VIRTUAL TABLE t USING arbor" + (f"(batch_trees={batch_trees})" if batch_trees else ""))
    if trees:
        database.execute("SELECT arbor_append('t', ?)", (json.dumps(trees),)).fetchall()
    return database


def messages(database, plan, *parameters, options=None):
    sql = f"SELECT message FROM arbor_arrow({', '.join('?' * (1 + len(parameters)))})" + (" WHERE options = ?" if options else "")
    return [message for (message,) in database.execute(sql, (plan, *parameters) + ((options,) if options else ()))]


def rows(database, plan, *parameters):
    return [json.loads(tree) for (tree,) in database.execute(f"SELECT tree FROM arbor_rows({', '.join('?' * (1 + len(parameters)))}) ORDER BY idx", (plan, *parameters))]


def read(streams):
    """What pyarrow finds in each stream."""
    paths = []
    for number, stream in enumerate(streams):
        paths.append(str(FOLDER / f"{number}.arrows"))
        pathlib.Path(paths[-1]).write_bytes(b"".join(stream))
    found = arrow_readers.read("pyarrow", paths)
    if found is None:
        raise harness.Skip("pyarrow is not installed")
    return found


def agrees(found, value):
    """Whether a value of Arrow is that of a tree, which may be JSON text where its column holds more kinds than one."""
    if found is None or value is None:
        return found is None and value is None
    if isinstance(found, str):
        return found == value or (not isinstance(value, str) or found.startswith('"')) and json.loads(found) == value
    if isinstance(found, list):
        return isinstance(value, list) and len(found) == len(value) and all(map(agrees, found, value))
    if isinstance(found, dict):
        return isinstance(value, dict) and set(value) <= set(found) and all(agrees(inner, value.get(key)) for key, inner in found.items())
    return found == value and isinstance(found, bool) == isinstance(value, bool)


def difference(content, trees):
    if "error" in content:
        return content["error"]
    if len(content["rows"]) != len(trees):
        return f"{len(content['rows'])} rows, not {len(trees)}"
    for tree, row in zip(trees, content["rows"]):
        fields = dict(zip(content["columns"], row))
        wrong = [key for key in {*fields, *tree} if key not in fields or not agrees(fields[key], tree.get(key))]
        if wrong:
            return f"{wrong[0]}: {fields.get(wrong[0])!r:.200}, not {tree.get(wrong[0])!r:.200}"
    return None


def random_tree(rng, number):
    makers = {"i": lambda: number, "r": lambda: rng.choice([rng.random(), rng.randrange(100)]), "s": lambda: rng.choice(["", "é", "text", "x" * 40]), "b": lambda: rng.random() < 0.5,
              "l": lambda: [{"v": rng.randrange(9), "w": [rng.choice([None, "a"])]} for _ in range(rng.randrange(4))], "o": lambda: {"p": {"q": rng.choice([None, 1.5])}, "u": rng.randrange(3)},
              "m": lambda: rng.choice([1, "1", [1], {"k": 1}])}
    tree = {key: rng.choice([None, make()]) for key, make in makers.items() if rng.random() < 0.9}
    return {**tree, "n": number}


PLANS = ["t", "t | select o is not null as there, l is null as gone, m is null or o.p is null as either, n", "t | filter o is not null and not (l is null) | select n, s", "t | filter n < 7", "t | filter n < 0 | select n, s, l", "t | sort_by n desc", "t | sort_by s, n | skip 3 | head 40", "t | shuffle seed 3 | select n, o, l", "t | select n * 2 as d, o.p.q as q, l[0].v as f, l[-1] as g",
         "t | select l[*].v as vs, array(n, s) as a, object('x', s, 'y', l) as o | head 50", "t | explode l as e | select e.v, e.w, n, o", "t | explode l outer", "t | group_by s { count() as n, list(r) as rs }", "t | group_by s",
         "t | add_field z = n + 1, s = null | drop l, m", "t | add_field x = object('n', n) | add_field x.z = s | head 60", "t | select o, m | flatten", "t | select s, n, b | nest n, b as rows", "t | take 5, 5, 0, -1", "t | head 3 | append (t | tail 2)", "t | reverse | select n, m | head 70",
         "json '[{\"a\":[1,\"x\"]},{\"a\":null},{\"c\":{\"d\":[{}]}}]'"]


def test_rows(report):
    """Any plan, over batches of any size, gives the trees that arbor_rows gives."""
    rng = random.Random(SEED)
    streams, wants = [], []
    for batch_trees in (None, 7, 64):
        database = filled([random_tree(rng, number) for number in range(400)], batch_trees)
        database.execute("DELETE FROM t WHERE n % 5 = 3")
        database.execute("UPDATE t SET s = 'set' WHERE n % 11 = 1")
        for plan in PLANS:
            streams.append(messages(database, plan))
            wants.append((f"{plan} (batch_trees={batch_trees})", rows(database, plan)))
    for (name, want), content in zip(wants, read(streams)):
        wrong = difference(content, want)
        report.check(wrong is None, name, wrong)


def test_threads(report):
    """One thread and several give the same messages, filtered and not."""
    database = filled([{"n": number, "s": f"text {number % 100}", "l": [number] * (number % 3), **({"o": {"p": {"q": number}, "x": "y"}} if number % 3 else {})} for number in range(60_000)], 4096)
    for plan in ("t | select s, n", "t | filter n % 3 = 0", "t | explode l as e | filter e % 2 = 0 | select e, s", "t | select o is not null as there, l is null as gone, n",
                 "t | filter o is not null or l is null | select n"):
        streams = []
        for threads in (1, 4):
            database.execute("SELECT arbor_config('threads', ?), arbor_config('parallel_trees', 1)", (threads,)).fetchall()
            streams.append(messages(database, plan))
        report.check(streams[0] == streams[1], plan)


def test_whether_objects_are_there(report):
    """Asking no more than that reads nothing of what is in them, by one thread and by several."""
    file = str(FOLDER / "there.db")
    database = harness.opener(OPTIONS)(file)
    database.execute("SELECT arbor_append('t', ?)", (json.dumps([{"n": number, "o": {"text": f"{number * 7919} of {number % 501}"}} for number in range(40_000)]),)).fetchall()
    for plan, whole in (("t | select o is not null as there", "t | select o"), ("t | filter o is not null | select n", "t | filter length(o.text) > 3 | select n")):
        for threads in (1, 4):
            costs = []
            for each in (plan, whole):
                reader = harness.opener(OPTIONS)(file)
                reader.execute("SELECT arbor_config('threads', ?), arbor_config('parallel_trees', 1), arbor_reset_stats()", (threads,)).fetchall()
                messages(reader, each)
                costs.append(json.loads(reader.execute("SELECT arbor_stats()").fetchone()[0])["bytes_read"])
            report.check(costs[0] * 4 < costs[1], f"{plan}, {threads} threads", costs)


def test_messages(report):
    """The schema first, batches of up to 65,536 rows, the end mark; idx counts them; a message that is read twice is the same."""
    database = filled([{"n": number} for number in range(70_000)], 16_384)
    found = database.execute("SELECT idx, message, typeof(message), length(message) FROM arbor_arrow('t')").fetchall()
    report.equal([row[0] for row in found], list(range(len(found))), "idx")
    report.equal(len(found), 7, "the schema, five batches, the end mark")
    report.equal((found[-1][1], {row[2] for row in found}), (END, {"blob"}), "the end mark")
    report.check(all(len(row[1]) == row[3] for row in found), "a message asked for twice")
    report.equal(len(messages(database, "t | filter n < 0")), 2, "no rows: the schema and the end mark")
    report.equal(database.execute("SELECT count(*) FROM arbor_arrow('t | filter n = ?1', 5)").fetchone()[0], 3, "a parameter")


def test_lazy(report):
    """The schema of stored paths decodes nothing, and a reader that stops early leaves the rest unread."""
    database = filled([{"n": number, "s": "x"} for number in range(50_000)], 5_000)

    def decoded(sql):
        database.execute("SELECT arbor_reset_stats()").fetchall()
        database.execute(sql).fetchall()
        return json.loads(database.execute("SELECT arbor_stats()").fetchone()[0])["pools_decoded"]
    report.equal(decoded("SELECT message FROM arbor_arrow('t | filter n > 5 | select s') LIMIT 1"), 0, "the schema")
    some, every = (decoded(f"SELECT message FROM arbor_arrow('t | select s'){limit}") for limit in (" LIMIT 2", ""))
    report.check(0 < some < every, "one record batch", (some, every))


def test_types(report):
    """Columns are there whatever the rows hold; types are those of the whole source; names are told apart."""
    cases = [([{"a": 1, "b": "x"}], "t | filter a > 5 | select a, b", ["a", "b"], ["int64", "string"]),
             ([{"a": 1}], "t | select a, none as c", ["a", "c"], ["int64", "string"]),
             ([{"a": 1.5}, {"a": 2**53 + 1}], "t", ["a"], ["double"]),
             ([{"a": 1}, {"a": 2**64 - 1}], "t", ["a"], ["uint64"]),
             ([{"a": -1}, {"a": 2**64 - 1}], "t", ["a"], ["double"]),
             ([{"a": 1, "A": 2, "": 3}], "t", ["a", "A_2", "_2"], ["int64"] * 3),
             ([], "t | select a", ["a"], ["string"])]
    streams = [messages(filled(trees), plan) for trees, plan, _, _ in cases]
    for (_, plan, names, types), content in zip(cases, read(streams)):
        report.equal((content["columns"], content["types"]), (names, types), plan)


def test_json_marks(report):
    """JSON text is marked arrow.json in files and, where asked for, in streams."""
    database = filled([{"m": 1, "o": [{"m": "x"}]}, {"m": "1", "o": [{"m": []}]}])
    report.equal([b"arrow.json" in messages(database, "t", options=options)[0] for options in (None, '{"arrow_json":true}', '{"arrow_json":0}')], [False, True, False], "streams")
    for options, marked in (("{}", True), ('{"arrow_json":false}', False)):
        path = FOLDER / "marks.arrow"
        database.execute("SELECT arbor_export('t', ?, ?)", (str(path), options)).fetchall()
        report.equal(b"arrow.json" in path.read_bytes(), marked, f"a file, {options}")


def test_errors(report):
    database = filled([{"a": 1}])
    for call, *words in (("arbor_arrow", "needs a plan"), ("arbor_arrow()", "needs a plan"), ("arbor_arrow('nothing')", "no such Arbor: nothing"), ("arbor_arrow('t | nonsense')", "nonsense"), ("arbor_arrow(NULL)", "plan"),
                         ("arbor_arrow('t') WHERE options = '{\"format\":\"x\"}'", "arrow_json"), ("arbor_arrow('t') WHERE options = '5'", "arrow_json"), ("arbor_arrow('t | take 9')", "9")):
        report.raises(lambda: database.execute(f"SELECT * FROM {call}").fetchall(), call, *words)


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
