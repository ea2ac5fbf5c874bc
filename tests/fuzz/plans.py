"""Mutated plans and MATCH expressions, and absurd ones: an answer or an error with words, never a crash or a hang.

What is valid after all must agree with itself: rows with their count, MATCH with a filter stage, and a plan that runs can be explained.
"""
import json
import pathlib
import random
import sys
import threading

import fuzzing
import harness
import isolated

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance"))

import cases as corpus  # noqa: E402

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
STAGES = [text.replace("{source}", "t") for text, _ in corpus.STAGES] + [f"aggregate {text} as x" for text, _ in corpus.AGGREGATES] + [f"group_by team as k {{ {text} as x }}" for text, _ in corpus.AGGREGATES]
EXPRESSIONS = [text for text, _ in corpus.FUNCTIONS] + [stage[len("filter "):] for stage in STAGES if stage.startswith("filter ") and "|" not in stage]
VOCABULARY = [token for text in STAGES + EXPRESSIONS for token in fuzzing.split(text)]
SECONDS = 180 if fuzzing.SANITIZED else 60
SMALL_STACK = 512 << 10  # What a thread gets on macOS; SQLite itself is content with it. Twice that without optimization, whose frames are larger.


def database():
    made = harness.connect(OPTIONS.extension)
    made.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4)")
    made.execute("SELECT arbor_append('t', ?)", (json.dumps(corpus.PEOPLE),)).fetchall()
    made.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps(corpus.SCALARS),))
    return made


SHARED = []  # One database a child: made at its first case.


def shared():
    if not SHARED:
        SHARED.append(database())
    return SHARED[0]


def run_plan(plan):
    kind, rows = fuzzing.outcome(shared(), "SELECT tree FROM arbor_rows(?, 1, 'a')", (plan,))
    count = fuzzing.outcome(shared(), "SELECT arbor_count(?, 1, 'a')", (plan,))
    explained = fuzzing.outcome(shared(), "SELECT arbor_explain(?)", (plan,))
    fuzzing.outcome(shared(), "SELECT arbor_explain_analyze(?, 'max_trees=3')", (plan,))
    if kind == "rows" and count != ("rows", [(len(rows),)]):
        return f"{len(rows)} rows, counted {count}"
    if kind == "rows" and explained[0] != "rows" and "?" not in plan:  # explain takes no parameters
        return f"it runs, and explain says {explained}"
    for (tree,) in rows if kind == "rows" else []:
        json.loads(tree)
    return None


def run_expression(expression):
    matched = fuzzing.outcome(shared(), "SELECT count(*) FROM t WHERE t MATCH ?", (expression,))
    filtered = fuzzing.outcome(shared(), "SELECT arbor_count('t | filter ' || ?)", (expression + "\n",))
    fuzzing.outcome(shared(), "SELECT arbor_any('t', ?), arbor_find_one('t', ?)", (expression, expression))
    fuzzing.outcome(shared(), "SELECT count(*) FROM t WHERE t MATCH ? OR rowid = 3", (expression,))
    if matched[0] == filtered[0] == "rows" and matched != filtered and "|" not in expression:
        return f"MATCH finds {matched[1]}, filter {filtered[1]}"
    # Whether a wrong value is met depends on which side of an AND is asked first; what is no expression is none anywhere. A plan
    # asks for its parameters beforehand.
    if matched[0] == "rows" and filtered[0] != "rows" and "column" in filtered[1] and not set("|?") & set(expression):
        return f"MATCH takes it, filter says {filtered}"
    return None


def run_one(case):
    kind, text = case
    return run_plan(text) if kind == "plan" else run_expression(text)


def mutated_cases(rng, count):
    for _ in range(count):
        if rng.random() < 0.5:
            plan = "t | " + " | ".join(rng.choice(STAGES) for _ in range(rng.choice([1, 1, 2, 3])))
            yield "plan", fuzzing.mutated(rng, plan, VOCABULARY, rng.choice([1, 2, 6])).replace("\ud7ff", "x")
        else:
            expression = rng.choice([" AND ", " OR ", " + ", " = ", " || "]).join(rng.choice(EXPRESSIONS) for _ in range(rng.choice([1, 1, 2])))
            yield "expression", fuzzing.mutated(rng, expression, VOCABULARY, rng.choice([1, 2, 6]))


def test_mutated(report):
    fuzzing.run_cases(report, list(mutated_cases(random.Random(SEED), 1500 if OPTIONS.quick else 25000)), run_one)


def absurd_expressions(n):
    yield "parentheses", "(" * n + "id" + ")" * n
    yield "parentheses that stay open", "(" * n
    yield "NOT", "NOT " * n + "ok"
    yield "minus", "- " * n + "id"
    yield "plus and minus", "+-" * n + "id"
    yield "tilde", "~" * n + "id"
    yield "CASE", "CASE WHEN " * n + "ok" + " THEN 1 END" * n
    yield "CASE ELSE", "CASE WHEN 0 THEN 1 ELSE " * n + "ok" + " END" * n
    yield "functions", "abs(" * n + "id" + ")" * n
    yield "list functions", "list_any(hits, " * n + "n > 1" + ")" * n
    yield "list_map", "list_map(" * n + "hits" + ", it)" * n
    yield "a sum", " + ".join(["id"] * n)
    yield "AND", " AND ".join(["id > 0"] * n)
    yield "OR", " OR ".join([f"id = {number}" for number in range(n)])
    yield "comparisons", " = ".join(["id"] * n)
    yield "concatenation", " || ".join(["name"] * n)
    yield "IN", "id IN (" + ", ".join(map(str, range(n))) + ")"
    yield "nested IN", "id IN (" * n + "1" + ")" * n
    yield "BETWEEN", "id BETWEEN 1 AND " * n + "9"
    yield "IS NULL", "id" + " IS NULL" * n
    yield "COLLATE", "name" + " COLLATE NOCASE" * n + " = 'x'"
    yield "CAST", "CAST(" * n + "id" + " AS TEXT)" * n
    yield "a path", ".".join(["a"] * n)
    yield "steps", "hits" + "[0]" * n
    yield "every element", "hits" + "[*]" * n
    yield "arguments", "array(" + ", ".join(["id"] * n) + ")"
    yield "members", "object(" + ", ".join(f"'k{number}', id" for number in range(n)) + ")"
    yield "a text", "name = '" + "x" * n + "'"
    yield "quotes", "name = '" + "''" * n + "'"
    yield "an open text", "'" + "x" * n
    yield "a key", '"' + "k" * n + '"'
    yield "digits", "1" * n
    yield "an exponent", "1e" + "9" * n
    yield "a comment", "id -- " + "x" * n
    yield "blanks", " " * n + "id"
    yield "LIKE", "name LIKE '" + "%a" * n + "'"
    yield "LIKE of a long text", f"replace(name, 'A', '{'a' * n}') LIKE '{'%a' * 40}b'"
    yield "GLOB", "name GLOB '" + "*a" * n + "'"
    yield "a pattern", "regexp_like(name, '" + "(" * n + ")" * n + "')"
    yield "a pattern that backtracks", f"regexp_like('{'a' * 5000}', '{'(a*)*' * 20}b')"
    yield "a pattern of many choices", "regexp_like(name, '" + "a|" * n + "')"
    yield "a pattern's counts", "regexp_like(name, '" + "(a{1000}){1000}" * 3 + "')"
    yield "a growing text", "length(" + "replace(" * min(n, 22) + "name" + ", 'n', 'nn')" * min(n, 22) + ")"


def absurd_plans(n):
    yield "nested plans", "(" * n + "t" + ")" * n
    yield "open plans", "(" * n
    yield "stages", "t" + " | head 5" * n
    yield "filters", "t" + " | filter id > 0" * n
    yield "added fields", "t" + " | add_field x = id" * n
    yield "selections", "t" + " | select id" * n
    yield "appended", "t" + " | append (t)" * min(n, 500)
    yield "nested appends", "t" + " | append (t" * n + ")" * n
    yield "doubled again and again", "t" + " | append (t | append (t" * 12 + "))" * 12
    yield "exploded again and again", "t" + " | explode hits as h outer | append (t)" * 12
    yield "fields", "t | select " + ", ".join(f"id as f{number}" for number in range(n))
    yield "sort keys", "t | sort_by " + ", ".join(["id"] * n)
    yield "group keys", "t | group_by " + ", ".join(f"id as k{number}" for number in range(min(n, 1000))) + " { count() }"  # their work grows with the square
    yield "aggregates", "t | aggregate " + ", ".join(f"sum(id) as a{number}" for number in range(n))
    yield "positions", "t | take " + ", ".join(["0"] * n)
    yield "dropped", "t | drop " + ", ".join(["id"] * n)
    yield "a tree", "json '" + "[" * n + "]" * n + "'"
    yield "trees", "json '[" + ",".join(["{}"] * n) + "]'"
    yield "bars", "|" * n
    yield "braces", "t | group_by team " + "{" * n
    yield "a name", "t" * n
    yield "lines", "t\n" + "-- x\n" * n + "| head 1"
    yield "sizes", "t | sample 9223372036854775807 | head 9223372036854775807 | skip 9223372036854775807 | tail 9223372036854775807"
    yield "great sizes", "t | top_k 9223372036854775807 by id | bottom_k 9223372036854775807 by id | take 9223372036854775807"
    yield "words", " ".join(["filter"] * n)


def is_optimized():
    """Asks the build's folder; what was installed is."""
    cache = pathlib.Path(OPTIONS.extension).with_name("CMakeCache.txt")
    return not cache.exists() or "CMAKE_BUILD_TYPE:STRING=Debug" not in cache.read_text(encoding="utf-8")


def run_in_thread(run, text):
    """Runs on a stack as small as a host's thread may have; the sanitizers' frames need the usual one."""
    if fuzzing.SANITIZED:
        return run(text)
    found = []
    threading.stack_size(SMALL_STACK if is_optimized() else 2 * SMALL_STACK)
    thread = threading.Thread(target=lambda: found.append(fuzzing.problem_of(run, text)))
    thread.start()
    thread.join()
    return found[0]


def test_absurd(report):
    for n in (10_000,) if OPTIONS.quick else (300, 10_000):
        for make, run in ((absurd_expressions, run_expression), (absurd_plans, run_plan)):
            for name, text in make(n):
                def work(text=text, run=run):
                    fuzzing.limit_memory()
                    return run_in_thread(run, text)
                problem = isolated.call(work, SECONDS)
                report.check(problem is None, f"{name}, {n} times ({len(text)} characters): {problem!s:.500}")


def test_million_characters(report):
    """SPEC: an error, never a crash or a hang. What is merely long may also be right."""
    for name, text in (("a long text", "t | filter name = '" + "x" * 1_000_000 + "'"), ("many terms", "t | filter " + " OR ".join(["id = 1"] * 100_000)), ("parentheses", "t | filter " + "(" * 500_000 + "1" + ")" * 500_000)):
        problem = isolated.call(lambda text=text: run_in_thread(run_plan, text), SECONDS)
        report.check(problem is None, f"{name}: {problem!s:.500}")


if __name__ == "__main__":
    harness.run({} if OPTIONS.self_check else globals(), OPTIONS)
