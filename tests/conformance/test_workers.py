#!/usr/bin/env python3
"""Two workers give what one gives: plans, functions of plans and SQL, also where a reader stops early or a tree fails."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import model  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
TREES = 3000

PLANS = ["p | filter n % 7 = 3", "p | filter n > 2990 | select n, word", "p | filter n < 0", "p | filter n = 2000 | head 1", "p | filter n % 2 = 0 | skip 900 | head 3", "p | explode list as one | filter one > 7", "p | explode list | filter n % 100 = 1 | tail 3",
         "p | top_k 5 by n % 101, word", "p | bottom_k 40 by word, n desc", "p | sort_by word desc | head 3", "p | filter n % 3 = 0 | top_k 4 by list_sum(list)", "p | explode list as one | top_k 6 by one desc, n", "p | top_k 3 by nothing", "p | sort_by n desc | skip 10 | head 2",
         "p | filter abs(n - 9223372036854775807 - 1501) > 0 | head 2", "p | filter abs(n - 9223372036854775807 - 1501) > 0", "p | group_by word { count() as n, sum(n) as s }", "p | unique_by word | select n"]
CALLS = [(function, plan, condition) for function in ("arbor_any", "arbor_all", "arbor_find_one", "arbor_matching_indices") for plan in ("p", "p | filter n % 2 = 1", "p | sort_by word, n", "p | explode list as one", "p | skip 5 | head 2500")
         for condition in ("n = 2999", "n >= 0", "n < 0", "word = 'w3'", "n > 2500 AND word = 'w1'", "abs(n - 9223372036854775807 - 1501) > 0")]
STATEMENTS = ["SELECT n, word FROM p WHERE n % 7 = 3 AND word > 'w2'", "SELECT n FROM p WHERE word = 'w3' LIMIT 5", "SELECT n FROM p WHERE n > 2990", "SELECT n FROM p ORDER BY word DESC, n LIMIT 7", "SELECT count(*), sum(n) FROM p WHERE word < 'w4'", "SELECT word, count(*) FROM p WHERE n > 50 GROUP BY word",
              "SELECT a.n FROM p a, p b WHERE a.n = b.n + 1 AND b.word = 'w2' LIMIT 4", "SELECT n FROM p WHERE p MATCH 'list_any(list, it > 8)' AND n > 100 LIMIT 9", "SELECT (SELECT n FROM p WHERE n > 10 AND word = 'w5' LIMIT 1), (SELECT max(n) FROM p WHERE word = 'w6')"]


def outcome(database, sql, *arguments):
    try:
        return database.execute(sql, arguments).fetchall()
    except Exception as error:  # noqa: BLE001 - both must fail alike
        return str(error)


def test_one_answer(report):
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=60)")
    trees = [{"n": n, "word": f"w{n * 31 % 8}", "list": [n % 10, n % 3], "nothing": None} for n in range(TREES)]
    sources.call(database, "arbor_append", "p", json.dumps(trees))
    sources.call(database, "arbor_config", "cache_bytes", 0)
    questions = [("SELECT arbor_json(?)", plan) for plan in PLANS] + [(f"SELECT {function}(?, ?)", *rest) for function, *rest in CALLS] + [(sql,) for sql in STATEMENTS]
    sources.call(database, "arbor_config", "threads", 1)
    alone = [outcome(database, *question) for question in questions]
    report.check(sum("overflow" in str(answer) for answer in alone) > 5, "some fail", alone)
    sources.call(database, "arbor_config", "parallel_trees", 0)
    for threads in (2, 3):
        sources.call(database, "arbor_config", "threads", threads)
        for question, want in zip(questions, alone):
            report.equal(outcome(database, *question), want, f"{threads} threads: {question}")


def test_flattening(report):
    """Trees are flattened alike by one thread and by several, where columns are renamed and where they cannot be: keys with dots, objects kept as text."""
    def tree(n):
        rest = {"a": {"b": n % 7, "c": {"d": f"t{n % 11}"} if n % 100 else {}}, "l": [{"x": {"y": n % 5}}]}
        if 800 <= n < 900:
            del rest["a"]["b"]  # one key in the place of another: both would be an error
            rest["a.b"] = n % 3
        if 1200 <= n < 1300:
            rest["a"]["m"] = {f"k{(n * 3 + step) % 1000}": {"v": step} for step in range(4)}
        return {"n": n, **rest}
    trees = [tree(n) for n in range(TREES)]
    flat = [model.flat(each) for each in trees]
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=200)")
    sources.call(database, "arbor_append", "p", json.dumps(trees))
    for key, value in (("cache_bytes", 0), ("parallel_trees", 0)):
        sources.call(database, "arbor_config", key, value)
    for threads in (1, 2):
        sources.call(database, "arbor_config", "threads", threads)
        got = [json.loads(text) for (text,) in database.execute("SELECT tree FROM arbor_rows('p | flatten')")]
        report.equal(got, flat, f"{threads} threads: whole trees")
        chosen = "p | flatten | filter \"a.c.d\" = 't3' AND \"a.b\" = 2"
        want = [each for each in flat if each.get("a.c.d") == "t3" and each.get("a.b") == 2]
        report.equal(json.loads(sources.call(database, "arbor_json", chosen)), want, f"{threads} threads: filtered")
        got = json.loads(sources.call(database, "arbor_json", "p | filter n > 5 | flatten | group_by \"a.b\" { count() as n, sum(l[0].x.y) as s }"))
        want = [{"a.b": key, "n": len(group), "s": sum(each["l"][0]["x"]["y"] for each in group)} for key in range(7) for group in [[each for each in flat[6:] if each["a.b"] == key]]]
        report.equal(got, want, f"{threads} threads: grouped")
        report.equal(sources.call(database, "arbor_count", "p | flatten | explode l as e | filter e.x.y = 3"), TREES // 5, f"{threads} threads: exploded")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
