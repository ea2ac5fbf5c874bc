"""arbor_marshal and arbor_marshal_rows: Python's marshal reads the same values from their blocks as json reads from the trees."""
import json
import marshal
import math
import random
import struct
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


def rows_of(database, plan, *parameters):
    """The keys and values of a plan's trees, from blocks of columns, of trees, and trees alone; and how many blocks there were of each."""
    keys, rows, kinds = [], [], {"columns": 0, "trees": 0, "alone": 0}
    asked = ", ".join("?" * (1 + len(parameters)))
    for (block,) in database.execute(f"SELECT rows FROM arbor_marshal_rows({asked})", (plan, *parameters)):
        found = marshal.loads(block) if isinstance(block, bytes) else [loads(block)]
        if isinstance(found, tuple):
            kinds["columns"] += 1
            names, columns = found
            columns = [column if isinstance(column, list) else list(struct.unpack(f"<{len(column[1]) // 8}{column[0]}", column[1])) for column in columns]
            keys += [list(names)] * len(columns[0])
            rows += map(list, zip(*columns))
        else:
            kinds["trees" if isinstance(block, bytes) else "alone"] += 1
            keys += [list(tree) for tree in found]
            rows += [list(tree.values()) for tree in found]
    return keys, rows, kinds


def loads(text):
    """Reads JSON; an integer that Python refuses stays a text."""
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) <= 4300 else digits)


def compare_rows(report, database, plan, what):
    """Gives how many blocks there were of each kind."""
    trees = [loads(tree) for (tree,) in database.execute("SELECT tree FROM arbor_rows(?)", (plan,))]
    keys, rows, kinds = rows_of(database, plan)
    wanted = [list(tree.values()) for tree in trees]
    report.check(same(rows, wanted), what, next(((a, b) for a, b in zip(rows, wanted) if not same(a, b)), (len(rows), len(wanted))))
    report.equal(keys, [list(tree) for tree in trees], f"{what}: keys")
    handle = database.execute("SELECT arbor_open(?)", (plan,)).fetchone()[0]
    report.equal(database.execute("SELECT group_concat(tree, char(10)) FROM arbor_rows(?)", (plan,)).fetchall(),
                 database.execute("SELECT group_concat(tree, char(10)) FROM arbor_rows(?)", (handle,)).fetchall(), f"{what}: the trees of a handle")
    report.check(same(rows_of(database, handle)[1], wanted), f"{what}: a handle")
    return kinds


def value(chance, depth=0):
    kind = chance.randrange(9 if depth < 4 else 7)
    if kind == 7:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 8:
        return {f"{chance.randrange(30)}{chance.choice('ab é')}": value(chance, depth + 1) for _ in range(chance.randrange(5))}
    return [None, True, False, chance.randrange(-10**12, 10**12), chance.random() * 10.0**chance.randrange(-300, 300),
            "".join(chance.choice("abcé\u0000\"\\😀") for _ in range(chance.randrange(40))), 10**chance.randrange(15, 60)][kind]


def append(database, trees):
    database.execute("SELECT arbor_append('t', ?, '{\"format\":\"jsonl\"}')", ("\n".join(map(json.dumps, trees)).replace("Infinity", "1e999"),)).fetchall()


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


KINDS = ["integers", "reals", "texts", "few", "mixed", "some"]


def flat(chance, n):
    """A tree with a field of each of KINDS, whose values are all of one kind, or of any, and one that only some have."""
    tree = {"integers": chance.choice([0, -5, 2**31, -2**63, 2**63 - 1, n]), "reals": chance.choice([0.5, -0.0, 1e300, 1e999, -1e999, chance.random()]),
            "texts": f"{n}{chance.choice(['', 'é', chr(0), 'x' * 300, '😀' * 90])}", "few": chance.choice(["a", "bb", "ü", "z" * 400, ""]),
            "mixed": value(chance), "obj": {"n": n, "list": [n]}}
    if chance.random() < 0.5:
        tree["some"] = chance.choice([None, "a", "b", "c"])
    return tree


def test_rows(report):
    chance = random.Random(harness.seed_of(OPTIONS))
    database = open_database()
    trees = 3000 if OPTIONS.quick else 30_000
    for first in range(0, trees, trees // 3):
        append(database, [flat(chance, n) for n in range(first, first + trees // 3)])
    database.execute("UPDATE t SET few = 'updated' WHERE integers = 0")
    fields = ", ".join(KINDS)
    for plan in [f"SELECT {fields} FROM t", "SELECT integers, reals FROM t", "SELECT some, texts FROM t WHERE integers > 7 AND few = 'a'",
                 "SELECT obj, obj ->> 'n' AS n, mixed FROM t", "SELECT some FROM t LIMIT 700 OFFSET 30", "SELECT few, count(*) AS n, avg(reals) AS r FROM t GROUP BY few",
                 "SELECT few || 'x' AS x, integers / 2 AS h, some IS NULL AS b, NULL AS nothing, 'c' AS c, 7 AS seven FROM t WHERE integers BETWEEN -9 AND 99"]:
        report.check(compare_rows(report, database, plan, plan)["columns"] > 0, "columns", plan)
    for plan in [f"SELECT {fields} FROM t ORDER BY texts", "t", "t | select integers, some", "t | group_by few { sum(integers >> 33) as n }", "t | head 0",
                 "t | select obj.n, few", "t | add_field x = 1 | drop mixed", "SELECT e.value FROM t, json_each(t.\"obj.list\") AS e", "t | explode obj.list as e | select e",
                 "SELECT DISTINCT few, some FROM t", "SELECT few, some FROM t UNION ALL SELECT texts, few FROM t WHERE integers = 7"]:
        compare_rows(report, database, plan, plan)
    report.equal(rows_of(database, "SELECT some FROM t WHERE few = ?1 AND some = ?2 LIMIT 2", "bb", "c")[:2], ([["some"]] * 2, [["c"]] * 2), "parameters")
    report.raises(lambda: database.execute("SELECT * FROM arbor_marshal_rows").fetchall(), "no plan", "needs a plan")
    report.raises(lambda: rows_of(database, "SELECT abs(integers) AS a FROM t"), "an error of a row", "overflow")


def test_rows_that_fit_in_no_block(report):
    database = open_database()
    sys.setrecursionlimit(8000)
    append(database, [{"n": n, "deep": nested(600) if n in (0, 5, 6, 99) else [n]} for n in range(100)])
    append(database, [{"n": n, "deep": f"{n}" * 10**6} for n in range(5)])
    database.execute("INSERT INTO t(_tree) VALUES (?)", ('{"n":5,"deep":' + "7" * 5000 + "}",))
    kinds = compare_rows(report, database, "SELECT n, deep FROM t", "deep ones, long ones")
    report.equal(kinds["alone"], 5, "come alone")
    report.check(kinds["columns"] >= 9, "long ones come in blocks of their own", kinds)


def test_a_handle_reads_what_was_there(report):
    database = open_database()
    append(database, [{"n": n, "s": str(n % 7)} for n in range(5000)])
    handles = {plan: database.execute("SELECT arbor_open(?)", (plan,)).fetchone()[0]
               for plan in ["SELECT n, s FROM t", "SELECT s, n FROM t WHERE n % 3 = 1", "SELECT n, s AS c FROM t LIMIT 10 OFFSET 3"]}
    before = {plan: rows_of(database, plan) for plan in handles}
    database.execute("DELETE FROM t WHERE n % 2 = 0")
    database.execute("UPDATE t SET s = 'new'")
    for plan, handle in handles.items():
        report.equal(rows_of(database, handle)[:2], before[plan][:2], plan)
        report.equal(database.execute("SELECT arbor_count(?), arbor_get(?, 2), arbor_get(?, -1)", (handle,) * 3).fetchone(),
                     (len(before[plan][1]), *(json.dumps(dict(zip(before[plan][0][at], before[plan][1][at])), separators=(",", ":")) for at in (2, -1))), f"{plan}: one")
    report.check(rows_of(database, "SELECT n, s FROM t")[1][0] == [1, "new"], "and newly what is there now")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
