"""arbor_marshal: Python's marshal reads the same values from its lists as json reads from the trees."""
import json
import marshal
import math
import random
import sys

import harness

OPTIONS = harness.parser().parse_args()
open_database = harness.opener(OPTIONS)
EDGES = [2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**63 - 1, -2**63, 2**63, -2**64, 10**100, -10**40, 1.5e300, 5e-324, -0.0, 0, True, False, None, "", "top", [], {},
         {"é": "ü", "": 1, "x" * 40: "y" * 40, "k\u0000": "\n\t\"\\/\u0001\x7f"}, {"s": "z" * 255}, {"s": "z" * 256}, {"s": "é" * 200}, "😀", [[[]], {}],
         {"d": [1, [2, [3]]]}, {"same": "same", "again": ["same", "again"]}]


def nested(depth):
    tree = []
    for _ in range(depth):
        tree = [tree]
    return tree


def same(one, two):
    if type(one) is not type(two):
        return False
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(same, one, two))
    return one == two and (not isinstance(one, float) or math.copysign(1, one) == math.copysign(1, two))


def compare(report, database, plan, what):
    wanted = [json.loads(tree) for (tree,) in database.execute("SELECT tree FROM arbor_rows(?)", (plan,))]
    found = []
    for (trees,) in database.execute("SELECT trees FROM arbor_marshal(?)", (plan,)):
        found += marshal.loads(trees) if isinstance(trees, bytes) else [json.loads(trees)]
    report.check(same(found, wanted), what, next(((a, b) for a, b in zip(found, wanted) if not same(a, b)), (len(found), len(wanted))))


def value(chance, depth=0):
    kind = chance.randrange(9 if depth < 4 else 7)
    if kind == 7:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 8:
        return {f"{chance.randrange(30)}{chance.choice('ab é')}": value(chance, depth + 1) for _ in range(chance.randrange(5))}
    return [None, True, False, chance.randrange(-10**12, 10**12), chance.random() * 10.0**chance.randrange(-300, 300),
            "".join(chance.choice("abcé\u0000\"\\😀") for _ in range(chance.randrange(40))), 10**chance.randrange(15, 60)][kind]


def append(database, trees):
    database.execute("SELECT arbor_append('t', ?, '{\"format\":\"jsonl\"}')", ("\n".join(map(json.dumps, trees)),)).fetchall()


def test_edges(report):
    database = open_database()
    append(database, EDGES)
    compare(report, database, "t", "values of all kinds")
    append(database, [{"deep": nested(600)}, {"after": 1}, nested(450)])
    sys.setrecursionlimit(8000)
    compare(report, database, "t", "deep ones come as JSON, alone")
    report.equal([type(trees).__name__ for (trees,) in database.execute("SELECT trees FROM arbor_marshal('t | tail 3')")], ["str", "bytes"], "which")
    compare(report, database, "t | head 0", "none")
    report.raises(lambda: database.execute("SELECT * FROM arbor_marshal").fetchall(), "no plan", "needs a plan")
    report.equal(marshal.loads(database.execute("SELECT trees FROM arbor_marshal('t | filter it = ?1 | head 1', 'top')").fetchone()[0]), ["top"], "a parameter")


def test_lists_grow(report):
    database = open_database()
    append(database, [{"n": n} for n in range(2000)])
    sizes = [len(marshal.loads(trees)) for (trees,) in database.execute("SELECT trees FROM arbor_marshal('t')")]
    report.equal((sizes[:9], sum(sizes), max(sizes)), ([1, 2, 4, 8, 16, 32, 64, 128, 256], 2000, 256), "one tree, then more at a time")


def test_random_trees(report):
    chance = random.Random(harness.seed_of(OPTIONS))
    database = open_database()
    append(database, [value(chance) for _ in range(2000 if OPTIONS.quick else 20_000)])
    compare(report, database, "t", "random trees")
    compare(report, database, "t | reverse | head 500", "and a plan of them")


def test_real_data(report):
    folder = harness.shared_data()
    if folder is None:
        raise harness.Skip("no real input")
    for name in ["teams"] if OPTIONS.quick else ["teams", "github_events_2021", "mdn_browser_compat"]:
        database = open_database()
        database.execute("SELECT arbor_import('t', ?)", (str(folder / f"{name}.jsonl.zst"),)).fetchall()
        compare(report, database, "t", name)


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
