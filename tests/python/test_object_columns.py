"""Hidden columns for paths that hold objects, merge patches through _patch, and MATCH on _tree and on a key of the Arbor's own name."""
import json
import random
import sqlite3

import harness

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)


def opened(documents, table="t", path=":memory:", declaration=None):
    database = harness.connect(OPTIONS.extension, path)
    if declaration is not None:
        database.execute(f"CREATE VIRTUAL TABLE {table} USING arbor({declaration})")
    if documents:
        database.execute("SELECT arbor_append(?, ?)", (table, "\n".join(map(json.dumps, documents)))).fetchall()
    return database


def names(database, hidden, table="t"):
    return [row[0] for row in database.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = ?", (table, hidden))]


def trees(database, table="t"):
    return [json.loads(row[0]) for row in database.execute(f"SELECT _tree FROM {table} ORDER BY _index")]


ALWAYS = ["_tree", "_index", "_generation", "_patch", "t"]

# --- object columns ------------------------------------------------------------------------------------------------------


def test_columns(report):
    """Objects are found by name and stay out of *; what holds them later and what takes their names goes first."""
    database = opened([{"a": 1, "address": {"city": "x", "geo": {"lat": 1.5}}, "tags": [{"in": {"x": 1}}], "e": {}}, {"address": {"city": "y"}, "A": {"z": 1}}])
    report.equal(names(database, 0), ["a", "address.city", "address.geo.lat", "tags", "A.z"], "visible")
    report.equal(names(database, 1), ["address", "address.geo", "e", *ALWAYS], "hidden; A has a's name")
    report.equal(database.execute("SELECT address, \"address.geo\", e, Address ->> 'city' FROM t").fetchall(), [('{"city":"x","geo":{"lat":1.5}}', '{"lat":1.5}', "{}", "x"), ('{"city":"y"}', None, None, "y")], "they read as JSON")
    report.equal(database.execute("SELECT * FROM t WHERE address IS NOT NULL AND e = '{}'").fetchall(), [(1, "x", 1.5, '[{"in":{"x":1}}]', None)], "conditions; * is flat")
    report.equal(database.execute("SELECT path, \"column\" FROM arbor_schema('t') WHERE path IN ('address', 'A', 'e', '$')").fetchall(), [("$", None), ("address", "address"), ("e", "e"), ("A", None)], "arbor_schema tells")
    database.execute("""SELECT arbor_append('t', '{"e":5,"n":{"m":{}}}')""").fetchall()
    report.equal(names(database, 0), ["a", "address.city", "address.geo.lat", "tags", "A.z", "e"], "e got a scalar and moved to the end")
    report.equal(names(database, 1), ["address", "address.geo", "n", "n.m", *ALWAYS], "new objects")
    report.equal(database.execute("SELECT e FROM t").fetchall(), [("{}",), (None,), (5,)], "e keeps its objects")
    database.execute("""INSERT INTO t(_tree) VALUES ('{"late":{"x":1}}')""")
    report.raises(lambda: database.execute("SELECT late FROM t").fetchall(), "rows by SQL make no columns", "no such column")
    database.execute("SELECT arbor_sync('t')").fetchall()
    report.equal(database.execute("SELECT late FROM t WHERE late IS NOT NULL").fetchall(), [('{"x":1}',)], "arbor_sync finds them")


def test_columns_are_found_again(report):
    with harness.scratch() as folder:
        database = opened([{"o": {"p": {"q": 1}}}], path=f"{folder}/x.db")
        other = harness.connect(OPTIONS.extension, f"{folder}/x.db")
        report.equal(other.execute("SELECT o, \"o.p\" FROM t").fetchall(), [('{"p":{"q":1}}', '{"q":1}')], "another connection")
        database.execute("""SELECT arbor_append('t', '{"new":{"x":1}}')""").fetchall()
        report.equal(other.execute("SELECT new FROM t").fetchall(), [(None,), ('{"x":1}',)], "what the first one adds")
        database.execute("BEGIN")
        database.execute("""SELECT arbor_append('t', '{"gone":{"x":1}}')""").fetchall()
        report.equal(len(database.execute("SELECT gone FROM t").fetchall()), 3, "in a transaction")
        database.execute("ROLLBACK")
        report.raises(lambda: database.execute("SELECT gone FROM t").fetchall(), "rolled back", "no such column")
        database.execute("ALTER TABLE t RENAME TO o")
        report.equal(database.execute("SELECT o FROM o WHERE _tree MATCH 'o.p.q = 1'").fetchall(), [('{"p":{"q":1}}',)], "renamed to a path's name")
        report.equal(database.execute("SELECT arbor_check('o')").fetchall(), [("ok",)], "arbor_check")


def test_bounds_of_columns(report):
    """Visible and object columns are 1,900 together, visible ones first; columns=declared leaves both kinds out."""
    wide = {f"k{number}": number for number in range(1500)} | {f"o{number}": {} for number in range(500)}
    database = opened([wide] * 9)  # few trees with very many keys would be kept whole
    report.equal((len(names(database, 0)), len(names(database, 1))), (1500, 400 + 5), "the first objects")
    database.execute("SELECT arbor_append('t', ?)", (json.dumps({f"n{number}": number for number in range(300)}),)).fetchall()
    report.equal((len(names(database, 0)), len(names(database, 1))), (1800, 100 + 5), "visible ones go first")
    report.equal(database.execute("SELECT o99, k0, n299 FROM t").fetchall(), [("{}", 0, None)] * 9 + [(None, None, 299)], "they read right")
    database = opened([{"a": {"b": 1}, "c": 2, "d": {"e": {}}}], declaration='a, "d.e", columns=declared')
    report.equal((names(database, 0), names(database, 1)), (["a", "d.e"], ALWAYS), "columns=declared")
    report.equal(database.execute("SELECT * FROM t").fetchall(), [('{"b":1}', "{}")], "a declared column of objects")
    report.raises(lambda: database.execute("CREATE VIRTUAL TABLE p USING arbor(_patch)"), "_patch cannot be declared", "hidden")


def test_writing_objects(report):
    database = opened([{"a": 1, "o": {"x": 1, "y": {"z": 1}}}, {"a": 2, "o": {"x": 2}}])
    for statement, want, what in (
            ("UPDATE t SET o = '{\"k\": [1, {}]}' WHERE a = 1", [{"a": 1, "o": {"k": [1, {}]}}, {"a": 2, "o": {"x": 2}}], "the text of an object"),
            ("UPDATE t SET \"o.x\" = 7, o = '{\"x\":1,\"q\":2}'", [{"a": 1, "o": {"x": 7, "q": 2}}, {"a": 2, "o": {"x": 7, "q": 2}}], "objects come before what is inside"),
            ("UPDATE t SET \"o.y.z\" = 5, \"o.y\" = '{\"w\":1}', o = '{}' WHERE a = 1", [{"a": 1, "o": {"y": {"w": 1, "z": 5}}}, {"a": 2, "o": {"x": 7, "q": 2}}], "three levels"),
            ("UPDATE t SET o = o, a = a", [{"a": 1, "o": {"y": {"w": 1, "z": 5}}}, {"a": 2, "o": {"x": 7, "q": 2}}], "by itself"),
            ("UPDATE t SET o = (SELECT o FROM t WHERE a = 2) WHERE a = 1", [{"a": 1, "o": {"x": 7, "q": 2}}, {"a": 2, "o": {"x": 7, "q": 2}}], "by another's"),
            ("UPDATE t SET o = json_object('j', 1) WHERE a = 1", [{"a": 1, "o": {"j": 1}}, {"a": 2, "o": {"x": 7, "q": 2}}], "by SQLite's JSON"),
            ("UPDATE t SET o = NULL WHERE a = 2", [{"a": 1, "o": {"j": 1}}, {"a": 2}], "NULL takes the key away"),
            ("UPDATE t SET o = '[1]' WHERE a = 2", [{"a": 1, "o": {"j": 1}}, {"a": 2, "o": "[1]"}], "a text that is no object"),
            ("UPDATE t SET o = '{broken' WHERE a = 2", [{"a": 1, "o": {"j": 1}}, {"a": 2, "o": "{broken"}], "a text that is no JSON"),
            ("DELETE FROM t", [], "all gone"),
            ("INSERT INTO t(\"o.x\", o, a) VALUES (1, '{\"w\":2}', 3)", [{"a": 3, "o": {"w": 2, "x": 1}}], "INSERT"),
            ("INSERT INTO t(a, o) VALUES (4, NULL)", [{"a": 3, "o": {"w": 2, "x": 1}}, {"a": 4}], "a NULL makes no key"),
            ("UPDATE t SET o = s.o FROM (SELECT 4 AS a, '{\"from\":1}' AS o) AS s WHERE t.a = s.a", [{"a": 3, "o": {"w": 2, "x": 1}}, {"a": 4, "o": {"from": 1}}], "UPDATE … FROM")):
        database.execute(statement)
        report.equal(trees(database), want, what)
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


# --- _patch --------------------------------------------------------------------------------------------------------------


def test_patch(report):
    database = opened([{"id": 1, "stats": {"score": 1, "n": 1}, "tags": ["a"], "ok": False, "note": "x"}, {"id": 2}])
    database.execute("""UPDATE t SET _patch = '{"stats":{"score":5},"tags":["x"],"ok":true,"note":null,"new":{"deep":{"er":null,"v":1}}}' WHERE id = 1""")
    report.equal(trees(database)[0], {"id": 1, "stats": {"score": 5, "n": 1}, "tags": ["x"], "ok": True, "new": {"deep": {"v": 1}}}, "nested, new, arrays, booleans, removed keys")
    before = trees(database)
    for nothing in ("NULL", "'{}'"):
        database.execute(f"UPDATE t SET _patch = {nothing}")
        report.equal(trees(database), before, f"{nothing} changes nothing")
    database.execute("""UPDATE t SET id = 7, _patch = '{"id":6,"stats":{"score":8}}', "stats.n" = 3 WHERE id = 1""")
    report.equal(trees(database)[0], {"id": 7, "stats": {"score": 8, "n": 3}, "tags": ["x"], "ok": True, "new": {"deep": {"v": 1}}}, "columns come after it")
    database.execute("UPDATE t SET _patch = '[1]' WHERE id = 2")
    report.equal(trees(database)[1], [1], "a patch that is no object takes the tree's place")
    database.execute("""INSERT INTO t(_patch, id) VALUES ('{"a":{"b":null,"c":1},"d":null,"id":4}', 9)""")
    report.equal(trees(database)[2], {"a": {"c": 1}, "id": 9}, "INSERT")
    database.execute("INSERT INTO t(_patch) SELECT json_object('x', 1)")
    report.equal(trees(database)[3], {"x": 1}, "INSERT … SELECT")
    report.equal(database.execute("SELECT _patch FROM t").fetchall(), [(None,)] * 4, "it reads as NULL")
    database.execute("UPDATE t SET _patch = s.p FROM (SELECT 7 AS id, '{\"from\":1}' AS p) AS s WHERE t.id = s.id")
    report.equal(trees(database)[0].get("from"), 1, "UPDATE … FROM")
    before = trees(database)
    for statement, words in (("UPDATE t SET _patch = '{}', _tree = '{}'", ["_patch", "together"]), ("INSERT INTO t(_tree, _patch) VALUES ('{}', '{}')", ["_patch", "together"]),
                             ("UPDATE t SET _patch = '{\"a\":'", ["_patch", "JSON"]), ("UPDATE t SET _patch = 'abc'", ["_patch", "JSON"]), ("UPDATE t SET _patch = x'ff00'", ["_patch", "JSONB"]),
                             ("UPDATE t SET _patch = '{\"id\":5}', \"stats.score\" = 1, _patch = '{\"stats\":3}' WHERE id = 7", ["not an object"])):
        report.raises(lambda statement=statement: database.execute(statement).fetchall(), statement, *words)
        report.equal(trees(database), before, f"{statement} changes nothing")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def record_kinds(database):
    """The kinds of the records in the log, the newest last."""
    return [row[0] for row in database.execute("SELECT op FROM t_pending ORDER BY seq")]


def test_patched_scalars_are_logged_alone(report):
    database = opened([{"id": number, "s": {"a": number, "b": "x"}, "text": "long " * 200} for number in range(50)])
    database.execute("SELECT arbor_optimize('t')").fetchall()
    database.execute("""UPDATE t SET _patch = '{"s":{"a":100,"b":true},"id":77}' WHERE id = 7""")
    report.equal(record_kinds(database)[-1], 6, "a Set")
    report.check(database.execute("SELECT length(tree) FROM t_pending ORDER BY seq DESC").fetchone()[0] < 40, "of these values alone")
    report.equal(database.execute("SELECT _tree FROM t WHERE id = 77").fetchall(), [('{"id":77,"s":{"a":100,"b":true},"text":"' + "long " * 200 + '"}',)], "read back")
    database.execute("""UPDATE t SET _patch = '{"s":{"new":1}}' WHERE id = 77""")
    report.equal(record_kinds(database)[-1], 3, "a new key: a Replace")


def made(rng, depth):
    kind = rng.randrange(9 if depth else 6)
    if kind < 6:
        return [None, True, rng.randrange(9), rng.random(), "t\"\u00e9\n", [1, {"a": None}]][kind]
    return {rng.choice(["a", "b", "c", "", "d e"]): made(rng, depth - 1) for _ in range(rng.randrange(4))}


def merged(value, patch):
    """RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    value = dict(value) if isinstance(value, dict) else {}
    for key, inner in patch.items():
        if inner is None:
            value.pop(key, None)
        else:
            value[key] = merged(value.get(key), inner)
    return value


def test_random_patches(report):
    rng = random.Random(SEED)
    database = opened([{"a": 1}])
    database.execute("SELECT arbor_create_index('t', 'a')").fetchall()
    for number in range(150 if OPTIONS.quick else 2000):
        tree, patch = {"a": made(rng, 3), "b": made(rng, 3)}, made(rng, 4)
        if rng.random() < 0.2:
            database.execute("SELECT arbor_optimize('t')").fetchall()
        database.execute("UPDATE t SET _tree = ?", (json.dumps(tree),))
        database.execute("UPDATE t SET _patch = ?", (json.dumps(patch),))
        want = merged(tree, patch)
        got = trees(database)[0]
        report.check(got == want and json.dumps(got, sort_keys=True) == json.dumps(want, sort_keys=True), f"{number}: {tree} and {patch}", f"got {got}\n     want {want}")
        database.execute("INSERT INTO t(_patch) VALUES (?)", (json.dumps(patch),))
        report.equal(trees(database)[1], merged(None, patch), f"{number}: {patch} inserted")
        database.execute("DELETE FROM t WHERE _index = 1")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


# --- MATCH ---------------------------------------------------------------------------------------------------------------


def test_match_on_the_tree(report):
    """_tree MATCH is what t MATCH is, everywhere and under any alias."""
    database = opened([{"n": number, "k": "ab"[number % 2], "l": [number]} for number in range(9)])
    for condition in ("{} MATCH 'n > 5'", "{} MATCH 'list_any(l, it > 5)' AND k = 'a'", "{} MATCH 'n > 5' OR n = 1", "NOT {} MATCH 'n > 5'", "n < 8 AND {} MATCH ?", "rowid = 3 AND {} MATCH 'n = 2'", "{} MATCH 'n > ' || (1 + 4)",
                      "n IN (SELECT n FROM t WHERE {} MATCH 'n > 5')", "CASE WHEN {} MATCH 'n > 5' THEN 1 ELSE n = 0 END"):
        values = ("n > 5",) if "?" in condition else ()
        rows = [database.execute(f"SELECT n FROM t AS {alias} WHERE {condition.format(left)} ORDER BY n LIMIT 20", values).fetchall() for alias, left in (("t", "t"), ("t", "_tree"), ("x", "_tree"), ("x", "x._tree"), ("x", "x.t"))]
        report.check(rows[0] and all(other == rows[0] for other in rows), condition, rows)
    report.equal(database.execute("SELECT n, _tree MATCH 'n > 6' FROM t ORDER BY n DESC LIMIT 3").fetchall(), [(8, 1), (7, 1), (6, 0)], "as a value")
    report.equal(database.execute("SELECT a.n, b.n FROM t AS a LEFT JOIN t AS b ON b.n = a.n + 1 AND b._tree MATCH 'n > 7'").fetchall(), [(n, 8 if n == 7 else None) for n in range(9)], "in ON")
    report.equal(database.execute("SELECT a.n FROM t AS a LEFT JOIN t AS b ON b.n = a.n AND a._tree MATCH 'n > 7' WHERE b.n IS NULL").fetchall(), [(n,) for n in range(8)], "of the left table, in ON")
    report.equal(database.execute("SELECT count(*) FROM t AS a JOIN t AS b ON a.n = b.n WHERE a._tree MATCH 'n > 5' AND b._tree MATCH 'n < 8'").fetchall(), [(2,)], "of both")
    report.check("match" in database.execute("EXPLAIN QUERY PLAN SELECT n FROM t WHERE _tree MATCH 'n > 5'").fetchone()[3], "it is handed to the scan")
    for query, words in (("SELECT n FROM t WHERE k MATCH 'n > 5'", ["_tree MATCH"]), ("SELECT n FROM t WHERE k MATCH 'n > 5' OR n = 1", ["_tree MATCH"]), ("SELECT n FROM t WHERE _tree MATCH 5", ["text"]),
                         ("SELECT n FROM t WHERE _tree MATCH 'n >'", ["expected"]), ("SELECT n FROM t AS x WHERE x MATCH 'n > 5'", ["no such column: x"])):
        report.raises(lambda query=query: database.execute(query).fetchall(), query, *words)


def test_own_name(report):
    """A key of the Arbor's own name is a column like any other, whatever it holds."""
    documents = [{"event": "login", "n": 1}, {"event": "5", "n": 2}, {"event": ["x"], "n": 3}, {"event": {"n": 9}, "n": 4}, {"n": 5}]
    database = opened(documents, table="event")
    report.equal(database.execute("SELECT * FROM event").fetchall(), [("login", 1, None), ("5", 2, None), ('["x"]', 3, None), ('{"n":9}', 4, 9), (None, 5, None)], "a visible column")
    report.equal(database.execute("SELECT n FROM event WHERE event = 'login' OR event IS NULL").fetchall(), [(1,), (5,)], "conditions on it")
    for condition in ("event MATCH 'n > 3'", "_tree MATCH 'n > 3'", "event MATCH 'n > 3' AND n < 9", "_tree MATCH 'n > 3' OR n = 77"):
        report.equal(database.execute(f"SELECT n FROM event WHERE {condition}").fetchall(), [(4,), (5,)], condition)
    for condition in ("event MATCH 'n > 3' OR n = 77", "NOT event MATCH 'n > 3'", "n = 3 AND (event MATCH 'n > 3' OR n = 7)", "n = 4 AND (event MATCH 'n > 3' OR n = 7)"):
        report.raises(lambda condition=condition: database.execute(f"SELECT n FROM event WHERE {condition}").fetchall(), condition, "_tree MATCH")
    database.execute("UPDATE event SET event = 'gone' WHERE n = 2")
    database.execute("INSERT INTO event(event, n) VALUES ('new', 6)")
    report.equal(trees(database, "event")[1::4], [{"event": "gone", "n": 2}, {"event": "new", "n": 6}], "writing it") if len(trees(database, "event")) == 6 else report.fail("six trees")
    database = opened([{"event": {"n": 9}, "n": 4}], table="event")
    report.equal(database.execute("SELECT event FROM event WHERE event MATCH 'n = 4'").fetchall(), [('{"n":9}',)], "an object of that name")
    database = opened([{"Event": 1}], table="event")
    report.equal((database.execute("SELECT * FROM event").fetchall(), names(database, 0, "event")), ([(1,)], ["Event"]), "case is ignored")
    database = opened([{"a": 1}], table="_tree")
    report.equal(database.execute("SELECT a FROM _tree WHERE _tree MATCH 'a = 1'").fetchall(), [(1,)], "an Arbor named as a hidden column")


def test_names_of_hidden_columns(report):
    """Keys with the names of hidden columns get none."""
    database = opened([{"_patch": 1, "_Tree": 2, "_index": {"x": 1}, "a": 3}])
    report.equal((names(database, 0), names(database, 1)), (["_index.x", "a"], ALWAYS), "columns")
    report.equal(database.execute("SELECT tree FROM arbor_rows('t | select _patch, _Tree')").fetchall(), [('{"_patch":1,"_Tree":2}',)], "plans reach them")


if __name__ == "__main__":
    harness.run(globals())
