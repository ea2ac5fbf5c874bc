"""Nothing explodes: what odd data and repeated look-ups cost, in bytes, counters and instructions of SQLite's machine, never in time."""
import json
import random

import harness

OPTIONS = harness.parser().parse_args()


def lines(trees):
    return "\n".join(map(json.dumps, trees))


def filled(name, trees):
    base = harness.connect(OPTIONS.extension)
    base.execute("SELECT arbor_append(?, ?)", (name, lines(trees)))
    return base


def one(base, sql, *arguments):
    return base.execute(sql, arguments).fetchone()[0]


def instructions(base, sql, *arguments):
    """How many instructions of SQLite's machine a statement takes, those of the extension's own statements included."""
    calls = [0]

    def count():
        calls[0] += 1

    base.set_progress_handler(count, 10)
    try:
        base.execute(sql, arguments).fetchall()
    finally:
        base.set_progress_handler(None, 0)
    return calls[0]


def need_extension():
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in stores no columns")


def test_diff_of_ten(report):
    """What ten changed trees cost to find does not grow with the Arbor."""
    need_extension()
    costs = []
    for count in (4000, 40000):
        base = harness.connect(OPTIONS.extension)
        base.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=400)")
        base.execute("SELECT arbor_append('t', ?)", (lines({"id": n, "s": f"name {n % 7}"} for n in range(count)),))
        base.execute("SELECT arbor_tag('t', 'then')").fetchall()
        for n in range(5):
            base.execute("UPDATE t SET s = 'x' WHERE rowid = ?", (7 + n * count // 10,))
            base.execute("DELETE FROM t WHERE rowid = ?", (9 + n * count // 10,))
        base.execute("SELECT arbor_reset_stats()").fetchall()
        report.equal(one(base, "SELECT count(*) FROM arbor_diff('t', 'then')"), 10, "the changes")
        costs.append(json.loads(one(base, "SELECT arbor_stats()")))
    report.equal(costs[1]["batches_decoded"], costs[0]["batches_decoded"], "batches decoded")
    report.equal(costs[1]["pools_decoded"], costs[0]["pools_decoded"], "pools decoded")
    report.check(costs[1]["bytes_read"] <= 2 * costs[0]["bytes_read"], "bytes read", costs)


def test_wide_and_sparse(report):
    """Many sparse keys: trees, fields and changes are right where columns are read without room for the rows that lack them."""
    need_extension()
    chance = random.Random(3)

    def value(depth=0):
        kind = chance.randrange(9 if depth < 2 else 6)
        if kind < 6:
            return [chance.randrange(1000), chance.random(), "text %d" % chance.randrange(50), None, True, 10**30 + chance.randrange(9)][kind]
        if kind == 6:
            return {f"i{chance.randrange(3)}": value(depth + 1) for _ in range(2)}
        return [value(depth + 1) for _ in range(chance.randrange(4))]

    trees = [{"id": i, **{f"k{chance.randrange(2000)}": value() for _ in range(5)}} for i in range(6000)]
    base = filled("w", trees)
    report.check(one(base, "SELECT count(*) FROM arbor_schema('w')") > 2000, "the keys are columns of their own")
    got = [json.loads(tree) for (tree,) in base.execute("SELECT _tree FROM w ORDER BY _index")]
    report.check(got == trees, "all trees, in order")
    some = [chance.randrange(6000) for _ in range(40)]
    report.check(all(json.loads(one(base, "SELECT _tree FROM w WHERE id = ?", i)) == trees[i] for i in some), "trees one by one, in no order")
    base.execute("UPDATE w SET id = id + 100000 WHERE id % 1000 = 7")
    base.execute("DELETE FROM w WHERE id % 1000 = 8")
    want = [{**tree, "id": tree["id"] + 100000} if tree["id"] % 1000 == 7 else tree for tree in trees if tree["id"] % 1000 != 8]
    report.check([json.loads(tree) for (tree,) in base.execute("SELECT _tree FROM w ORDER BY _index")] == want, "all trees after changes")
    report.equal(one(base, "SELECT arbor_check('w')"), "ok", "it is sound")
    base.execute("SELECT arbor_optimize('w')")
    report.check([json.loads(tree) for (tree,) in base.execute("SELECT _tree FROM w ORDER BY _index")] == want, "all trees when optimized")


def test_ids_as_keys_of_the_root(report):
    """Trees that each have a key of their own, with much below it, come back, and their keys are read by path."""
    need_extension()
    trees = [{f"id{i}": {f"s{k}": {"name": f"n{i % 7}", "v": i * k} for k in range(30)}} for i in range(300)]
    base = filled("g", trees)
    report.check([json.loads(tree) for (tree,) in base.execute("SELECT _tree FROM g ORDER BY _index")] == trees, "the trees")
    report.equal([one(base, "SELECT arbor_json('g | filter exists(id%d) | select id%d.s29.v as v')" % (i, i)) for i in (0, 150, 299)], ['[{"v":%d}]' % (i * 29) for i in (0, 150, 299)], "paths below the keys")
    report.equal(one(base, "SELECT arbor_check('g')"), "ok", "it is sound")


def test_lone_maps(report):
    """A few trees with thousands of keys take no more than their text, and their keys are read by path."""
    need_extension()
    tree = {f"key{i}": {"name": f"name {i}", "group": "abc"[i % 3], "flag": True, "list": [i, {"x": i}]} for i in range(2000)}
    base = filled("m", [tree])
    report.check(one(base, "SELECT bytes FROM arbor_list") <= len(json.dumps(tree)), "the bytes of one", str(one(base, "SELECT bytes FROM arbor_list")))
    for count in (1, 2):
        report.check([json.loads(row) for (row,) in base.execute("SELECT _tree FROM m")] == [tree] * count, f"the trees, {count}")
        report.equal(one(base, "SELECT arbor_json('m | select key7.name, key1999.list[1].x as x | head 1')"), '[{"name":"name 7","x":1999}]', "its paths")
        report.equal(one(base, "SELECT arbor_count('m | explode key5.list')"), 2 * count, "its lists")
        report.equal(one(base, "SELECT arbor_check('m')"), "ok", "it is sound")
        if count == 1:
            base.execute("SELECT arbor_append('m', ?)", (json.dumps(tree),))
            base.execute("SELECT arbor_optimize('m')")
    report.check(one(base, "SELECT bytes FROM arbor_list") <= 2 * len(json.dumps(tree)), "the bytes of two")
    base.execute("SELECT arbor_append('m', ?)", (lines([{"a": i, "b": str(i)} for i in range(300)]),))
    report.equal(base.execute("SELECT count(*), sum(a), max(b) FROM m").fetchone(), (302, sum(range(300)), "99"), "plain trees beside them have columns")


def test_odd_texts(report):
    """A few values of another kind do not cost a column its encoding."""
    need_extension()
    count = 8000
    plain = {
        "numbers with a prefix": [f"https://example.org/item/{i * 7919 % 9000000 + 1000000}" for i in range(count)],
        "numbers of any length": [f"user-{i * i % 999983}" for i in range(count)],
        "numbers with a suffix": [f"{i * 31 % 5000011}.jpg" for i in range(count)],
        "moments": [f"2026-{i % 12 + 1:02}-{i % 28 + 1:02}T{i % 24:02}:{i % 60:02}:{i * 7 % 60:02}Z" for i in range(count)],
        "hex": [f"{i * 0x9E3779B97F4A7C15 % 2**64:016x}" for i in range(count)],
    }
    for name, values in plain.items():
        sizes = []
        for odd in ({}, {0: ""}, {count // 2: "n/a"}, {count - 1: values[0][:-3]}, {17: "other text 1", 4000: "", 7777: "yet another one"}):
            texts = [odd.get(i, value) for i, value in enumerate(values)]
            base = filled("o", [{"u": text} for text in texts])
            sizes.append(one(base, "SELECT bytes FROM arbor_schema('o') WHERE path = 'u'"))
            report.check([text for (text,) in base.execute("SELECT u FROM o ORDER BY _index")] == texts, f"{name}: the values, odd ones {odd}")
        report.check(max(sizes) < 1.5 * sizes[0] + 200, f"{name}: the bytes", str(sizes))


def test_many_arbors(report):
    """For another Arbor the whole schema is not read again, which would grow with how many there are."""
    need_extension()
    base = harness.connect(OPTIONS.extension)
    statements = []
    base.set_trace_callback(statements.append)
    for i in range(60):
        base.execute(f"SELECT arbor_append('t{i}', '{{\"a\":{i}}}')")
    base.execute("SELECT arbor_save('saved', 't1 | add_field b = 2')")
    base.set_trace_callback(None)
    report.check(len(statements) > 60 and not any("RESET" in statement for statement in statements), "no statement reads the schema again")
    report.equal([one(base, f"SELECT a FROM t{i}") for i in (0, 30, 59)], [0, 30, 59], "each has its column")
    with harness.scratch() as folder:
        base = harness.connect(OPTIONS.extension, folder + "/m.db")
        base.execute("SELECT arbor_append('first', '{\"a\":1}')")
        report.raises(lambda: base.execute("SELECT arbor_append('second', '{\"a\":')").fetchall(), "an Arbor that fails to be made")
        report.equal(base.execute("SELECT name FROM sqlite_master WHERE name LIKE 'second%'").fetchall(), [], "nothing is left of it")
        base.execute("BEGIN")
        base.execute("SELECT arbor_append('third', '{\"b\":1}')")
        base.execute("SAVEPOINT s")
        base.execute("SELECT arbor_append('third', '{\"b\":2}')")
        base.execute("INSERT INTO third(b) VALUES (3)")
        base.execute("ROLLBACK TO s")
        report.equal(base.execute("SELECT b FROM third").fetchall(), [(1,)], "a savepoint goes back to what the Arbor was made with")
        base.execute("ROLLBACK")
        report.equal(base.execute("SELECT name FROM sqlite_master WHERE name LIKE 'third%'").fetchall(), [], "nothing is left where it was rolled back")
        base.execute("SELECT arbor_append('third', '{\"c\":1}')")
        report.equal(base.execute("SELECT * FROM third").fetchall(), [(1,)], "the same name again, with other columns")
        base.close()
        again = harness.connect(OPTIONS.extension, folder + "/m.db")
        report.equal(again.execute("SELECT * FROM third").fetchall(), [(1,)], "another connection knows it")


def test_repeated_lookups(report):
    """Joins by older generations, views, correlated subqueries and weak indexes ask once for what they ask again and again."""
    need_extension()

    def grows(name, prepare, sql):
        spent = []
        for count in (200, 800):
            base = harness.connect(OPTIONS.extension)
            want = prepare(base, count)
            base.execute("SELECT arbor_reset_stats()")
            spent.append(instructions(base, sql))
            report.equal(base.execute(sql).fetchall(), want, f"{name}: the answer")
        report.check(spent[1] < 7 * spent[0], f"{name}: instructions", str(spent))

    def older(base, count):
        base.execute("SELECT arbor_append('t', ?)", (lines({"id": i, "v": i % 7} for i in range(count)),))
        base.execute("UPDATE t SET v = v + 1 WHERE id % 2 = 0")
        return [(count // 2,)]

    grows("an older generation", older, "SELECT count(*) FROM t n JOIN t o ON o.rowid = n.rowid WHERE o._generation = 1 AND n.v IS NOT o.v")

    base = filled("m", [{"title": f"m{i}", "cast": [f"a{i * 7 % 50}", f"a{i * 11 % 50}"]} for i in range(500)])
    base.execute("CREATE VIRTUAL TABLE c USING arbor_view('m | explode cast as actor | select title, actor')")
    base.execute("CREATE TABLE plain AS SELECT title, actor FROM c")
    join = "SELECT count(*) FROM {0} x JOIN {0} y ON x.title = y.title AND x.actor < y.actor"
    base.execute("SELECT arbor_reset_stats()")
    got = base.execute(join.format("c")).fetchall()
    stats = json.loads(one(base, "SELECT arbor_stats()"))
    report.equal(got, base.execute(join.format("plain")).fetchall(), "a view joined with itself: the answer")
    report.check(stats["cache_hits"] + stats["pools_decoded"] < 5000, "a view joined with itself: columns read", str(stats))

    base = filled("n", [{"id": i, "s": f"k{i * 7919 % 5000}"} for i in range(5000)])
    base.execute("CREATE TABLE x AS WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < 299) SELECT 'k' || (i * 30) AS s FROM s")
    for sql, want in (("SELECT count(*) FROM x WHERE EXISTS (SELECT 1 FROM n WHERE n.s = x.s)", 167), ("SELECT sum((SELECT id FROM n WHERE n.s = x.s) IS NULL) FROM x", 133)):
        base.execute("SELECT arbor_reset_stats()")
        report.equal(one(base, sql), want, f"{sql}: the answer")
        stats = json.loads(one(base, "SELECT arbor_stats()"))
        report.check(stats["cache_hits"] + stats["pools_decoded"] < 1200, f"{sql}: columns read", str(stats))

    base = filled("squad", [{"team": f"t{i % 30}", "year": 1920 + i // 30, "w": i} for i in range(3000)])
    base.execute("CREATE TABLE s AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2999) SELECT 't' || (i % 30) AS team, 1985 + i / 30 % 30 AS year, i AS pay FROM n")
    sql = "SELECT sum(pay + w) FROM s JOIN squad t ON t.team = s.team AND t.year = s.year"
    want, without = base.execute(sql).fetchall(), instructions(base, sql)
    base.execute("SELECT arbor_create_index('squad', 'team')")
    report.equal(base.execute(sql).fetchall(), want, "an index on one of two columns: the answer")
    with_index = instructions(base, sql)
    report.check(with_index < 1.5 * without, "an index on one of two columns: instructions", f"{with_index} against {without}")


def test_upserts_of_all(report):
    """A transaction that replaces far more rows than may wait folds them segment by segment, and leaves nothing to be carried from fold to fold."""
    trees, database = 40_000, harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE upserted USING arbor(id INTEGER, batch_trees=1000, key=id)")
    database.execute("SELECT arbor_append('upserted', ?)", ("\n".join(f'{{"id":{number},"v":0}}' for number in range(trees)),)).fetchall()
    database.execute("BEGIN")
    for number in random.Random(5).sample(range(trees), trees):
        database.execute("INSERT OR REPLACE INTO upserted(_tree) VALUES (?)", (f'{{"id":{number},"v":[{number}]}}',))
    database.execute("COMMIT")
    left = database.execute("SELECT count(*) FROM upserted_pending WHERE op IN (3, 4, 6)").fetchone()[0]
    report.equal(left, 0, "records of replaced rows that are left")
    report.equal(database.execute("SELECT count(*), sum(id), sum(id = v ->> 0), sum(id = rowid - 1 AND id = _index) FROM upserted").fetchone(), (trees, sum(range(trees)), trees, trees), "every tree is replaced, in its place")
    report.equal(database.execute("SELECT arbor_check('upserted')").fetchone()[0], "ok", "check")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
