#!/usr/bin/env python3
"""Groups and joins beyond their budgets go through temporary files, part by part: the answers are those within the budget."""
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
# Of values that are equal (true, 1, 1.0) there is one spelling: test_equal_keys.py has the others.
KEYS = [None, 0, True, 3.0, 2.5, -1, "a", "A", "a ", "b", "", "1", 12345678901234567890, [1], {"k": 1}]

GROUPS = [
    "p | group_by a { count() as n, sum(n) as s, min(n) as lo, max(n) as hi, avg(n) as m }",
    "p | group_by a, b { count(distinct n) as n, list(n) as l, first(n) as f, last(n) as z }",
    "p | group_by lower(b) as k { median(n) as m, group_concat(n) as t, count() filter (where n > 5) as few }",
    "p | sort_by n desc | group_by a { list(n) as l }", "p | head 150 | group_by a { count() as n }",
    "p | explode l as e | group_by e, a { count() as n }", "p | filter n > 9 | explode l as e | filter e > 2 | group_by e, id { count() as n, sum(n) as s }",
    "p | join (q) as r on n = n | group_by r.id, a { count() as n }", "p | group_by n, a { count() as c } | group_by c, n { sum(c) as s }",
    "SELECT n, count(*) AS c FROM (SELECT a, n FROM p WHERE n % 3 > 0) d GROUP BY n, a ORDER BY 2, 1", "p | skip 20 | group_by id { max(n) as n }", "p | group_by n { count() as c } | sort_by c desc, n | head 7",
    "p | group_by a as k { min(b) as lo, any_value(o) as o } | filter lo is not null",
    "SELECT a, b, count(*) AS n, sum(n) AS s FROM p GROUP BY a, b ORDER BY 1, 2",
    "SELECT s COLLATE NOCASE AS k, count(*) AS n FROM p GROUP BY 1 ORDER BY 1",
    "SELECT count(*) AS groups FROM (SELECT DISTINCT n, a FROM p) d", "SELECT a FROM p UNION SELECT b FROM q ORDER BY 1",
]
JOINS = [
    "p | join (q) as r on a = a | select id, r.id as other", "p | left join (q) as r on n = n | select id, r.id as other",
    "p | semi join (q) on a = a and b = b", "p | anti join (q) on n = n", "p | join (q) as r on a = a and n < r.n",
    "p | left join (q | filter n > 3) as r on n = n and b = r.b", "p | explode l as e | join (q) as r on e = n | select id, e, r.id as other",
    "p | sort_by n desc, id | join (q) as r on n = n | select id, r.id as other", "p | head 90 | join (q | skip 20 | head 90) as r on n = n | select id, r.id as other",
    "p | select id, n * 2 as twice | join (q | select n, id as other) as r on twice = n | select id, r.other",
    "p | join (q | explode l as e) as r on n = r_n | select id", "p | join (q | group_by n { count() as c }) as r on n = n | select id, r.c",
    "SELECT p.id, q.id AS other FROM p JOIN q ON p.n = q.n ORDER BY 1, 2", "SELECT count(*) AS n FROM p LEFT JOIN q ON p.a = q.a",
    "SELECT id FROM p WHERE EXISTS (SELECT 1 FROM q WHERE q.n = p.n AND q.id > p.id) ORDER BY 1",
    "SELECT p.id, e.value AS v FROM p, json_each(p.l) e JOIN q ON q.n = e.value ORDER BY 1, 2",
    "SELECT DISTINCT a FROM p WHERE n IN (SELECT n FROM q)", "SELECT a, count(*) AS n FROM p WHERE NOT EXISTS (SELECT 1 FROM q WHERE q.n = p.n AND q.a IS p.a) GROUP BY a", "SELECT s COLLATE NOCASE AS k, count((SELECT max(q.id) FROM q WHERE q.n = p.n)) AS n FROM p GROUP BY 1",
    "SELECT group_concat(id) AS g FROM p WHERE n IN (SELECT n FROM q)", "SELECT a, group_concat(id) AS g FROM p WHERE NOT EXISTS (SELECT 1 FROM q WHERE q.n = p.n AND q.a IS p.a) GROUP BY a",
    "SELECT group_concat((SELECT max(q.id) FROM q WHERE q.n = p.n)) AS g FROM p", "SELECT json_group_array(EXISTS (SELECT 1 FROM q WHERE q.n = p.n AND q.id > 100)) AS g FROM p", "SELECT group_concat(p.id || '-' || q.id) AS g FROM p JOIN q ON p.n = q.n",
]


def opened(rng, count):
    database = harness.connect(OPTIONS.extension)
    for name in ("p", "q"):
        trees = []
        for number in range(count):
            tree = {"id": number, "n": rng.randrange(60), "s": rng.choice("aAbBcC"), "l": [rng.randrange(9) for _ in range(rng.randrange(4))]}
            for key in "ab":
                if rng.random() < 0.9:
                    tree[key] = rng.choice(KEYS)
            if rng.random() < 0.5:
                tree["o"] = {"x": rng.choice(KEYS)}
            trees.append(tree)
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees=64)")
        sources.call(database, "arbor_append", name, json.dumps(trees))
    return database


def compare(report, database, plans, budget, most):
    for plan in plans:
        sources.call(database, "arbor_config", budget, 10**6)
        want = sources.call(database, "arbor_json", plan)
        for limit in most:
            sources.call(database, "arbor_config", budget, limit)
            got = sources.call(database, "arbor_json", plan)
            report.equal(got, want, f"{plan}, {budget} = {limit}")
        sources.call(database, "arbor_config", budget, 10**6)


def test_groups(report):
    for seed in range(2 if OPTIONS.quick else 8):
        database = opened(random.Random(seed), 200)
        for threads in (1, 2):
            sources.call(database, "arbor_config", "threads", threads)
            sources.call(database, "arbor_config", "parallel_trees", 1)
            compare(report, database, GROUPS, "max_group_keys", (1, 3, 20))


def test_joins(report):
    for seed in range(2 if OPTIONS.quick else 8):
        database = opened(random.Random(100 + seed), 200)
        for threads in (1, 2):
            sources.call(database, "arbor_config", "threads", threads)
            sources.call(database, "arbor_config", "parallel_trees", 1)
            compare(report, database, JOINS, "max_index_entries", (40, 90))


def test_many_groups(report):
    """More groups than the budget's default."""
    database = harness.connect(OPTIONS.extension)
    count = 30_000 if OPTIONS.quick else 600_000
    sources.call(database, "arbor_config", "max_group_keys", 2_000 if OPTIONS.quick else 250_000)
    sources.call(database, "arbor_append", "p", "[" + ",".join(f'{{"k":"key {n * 7919 % count}","n":{n}}}' for n in range(count)) + "]")
    found = sources.call(database, "arbor_json", "SELECT count(*) AS n, sum(s) AS s, min(k) AS lo FROM (SELECT k, sum(n) AS s FROM p GROUP BY k) g")
    report.equal(json.loads(found), [{"n": count, "s": count * (count - 1) // 2, "lo": "key 0"}], "groups beyond the budget")


def test_what_cannot_be_parted(report):
    database = harness.connect(OPTIONS.extension)
    sources.call(database, "arbor_append", "p", '[{"a":1},{"a":1},{"a":2}]')
    sources.call(database, "arbor_config", "max_index_entries", 1)
    report.raises(lambda: sources.call(database, "arbor_json", "p | join (p) as r on a = a"), "one key of too many trees", "max_index_entries", "arbor_config")
    report.raises(lambda: sources.call(database, "arbor_json", "SELECT a FROM p WHERE a NOT IN (SELECT a FROM p)"), "NOT IN", "max_index_entries")
    explained = sources.call(database, "arbor_explain", "p | join (p) as r on a = a | group_by a { count() }", "physical")
    report.check("1 of them part by part, the pairs spilled to a temporary file" in explained and "the groups spilled to a temporary file" in explained, "explain says so", explained)


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
