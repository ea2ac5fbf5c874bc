"""Writes by SQL as a user meets them: what comes back, what fails, and that nothing else changed."""
import json
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness  # noqa: E402


def fresh(options, path=":memory:", columns="batch_trees=4"):
    database = harness.connect(options.extension, path)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor({columns})")
    return database


def trees(database, name="t"):
    return [json.loads(tree) for (tree,) in database.execute(f"SELECT _tree FROM {name} ORDER BY _index")]


def refused(report, database, statement, said, parameters=()):
    before = trees(database)
    try:
        database.execute(statement, parameters).fetchall()
        report.fail(f"{statement}: no error")
    except sqlite3.Error as error:
        report.check(said in str(error), f"{statement}: {error}, which does not say {said!r}")
    report.equal(trees(database), before, f"the trees after {statement}")


def test_containers_stay_containers(options, report):
    """SQLite drops the mark of JSON where it gathers rows before an UPDATE."""
    documents = [{"id": n, "tags": ["a", n], "o": {"k": [1]}, "s": "[1]"} for n in range(9)]
    for stored in (False, True):
        database = fresh(options)
        database.execute("SELECT arbor_append('t', ?)", (json.dumps(documents),)).fetchall()
        if stored:
            database.execute("SELECT arbor_optimize('t')").fetchall()
        database.execute("UPDATE t SET tags = tags")
        database.execute('UPDATE t SET tags = tags, "o.k" = "o.k" WHERE id IN (SELECT id FROM t WHERE id > 3)')
        report.equal(trees(database), documents, "SET tags = tags")
        database.execute("UPDATE t SET tags = json_insert(tags, '$[#]', 'new') WHERE id < 3")
        want = [{**d, "tags": d["tags"] + ["new"]} if d["id"] < 3 else d for d in documents]
        report.equal(trees(database), want, "json_insert(tags, …)")
        database.execute("UPDATE t SET s = '[2]', tags = '[not json' WHERE id = 5")
        want[5] = {**want[5], "s": "[2]", "tags": "[not json"}
        report.equal(trees(database), want, "texts in the place of a text, and that are no JSON")
        report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_columns_keep_a_tree_json(options, report):
    """What a column is set to is written so that the tree reads back as set, whether or not it is checked as a whole."""
    values = [7, -2.5, 1e300, -0.0, "plain", 'q"\\\n\x01', "é😀", "", "[not json", "{", "null", '"x"', None]
    database = fresh(options, columns='a, "new.é.deep", batch_trees=4')
    for number, value in enumerate(values):
        database.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps({"n": number, "a": {"k": 1} if number % 2 else "old"}),))
    for number, value in enumerate(values):
        database.execute('UPDATE t SET a = ?, "new.é.deep" = ? WHERE rowid = ?', (value, value, number + 1))
    want = [{"n": n, "a": v, "new": {"é": {"deep": v}}} if v is not None else {"n": n} for n, v in enumerate(values)]
    report.equal(trees(database), want, "columns set to values of all kinds")
    database.execute("UPDATE t SET a = json(' [1, \"\\u0041\", 2.50 ] ') WHERE rowid = 1")
    database.execute("UPDATE t SET a = json_quote('é') WHERE rowid = 2")
    want[0]["a"], want[1]["a"] = [1, "A", 2.5], "é"
    report.equal(trees(database), want, "columns set to JSON")
    refused(report, database, "UPDATE t SET a = CAST(x'61ff' AS TEXT) WHERE rowid = 3", "malformed JSON")
    database.execute("SELECT arbor_optimize('t')").fetchall()
    report.equal(trees(database), want, "the same after a fold")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_refusals(options, report):
    database = fresh(options, columns="a, batch_trees=4")
    database.executemany("INSERT INTO t(_tree) VALUES (?)", [(json.dumps({"a": n, "o": 5}),) for n in range(9)])
    database.execute("SELECT arbor_sync('t')").fetchall()
    database.execute("BEGIN")
    database.execute("INSERT INTO t(a) VALUES (100)")
    refused(report, database, "INSERT INTO t(_tree) VALUES ('{\"a\":1}'), ('{')", "JSON")
    refused(report, database, "UPDATE t SET _index = 4", "read-only")
    refused(report, database, "UPDATE t SET _generation = 4", "read-only")
    refused(report, database, "INSERT INTO t(rowid, a) VALUES ('x', 1)", "datatype mismatch")
    refused(report, database, "INSERT INTO t(rowid, a) VALUES (3, 1)", "rowid 3")
    refused(report, database, "UPDATE t SET a = x'00'", "blob")
    database.execute("INSERT INTO t(a) VALUES (101)")
    database.execute("COMMIT")
    report.equal([row[0] for row in database.execute("SELECT a FROM t")], [*range(9), 100, 101], "the transaction goes on")


def test_read_only(options, report):
    with harness.scratch() as folder:
        path = f"{folder}/t.db"
        database = fresh(options, path)
        database.execute("INSERT INTO t(_tree) VALUES ('{\"a\":1}')")
        database.close()
        database = harness.connect(options.extension, path)
        database.execute("PRAGMA query_only = 1")
        for statement in ("INSERT INTO t(_tree) VALUES ('{}')", "UPDATE t SET _tree = '{}'", "DELETE FROM t", "SELECT arbor_append('t', '{}')"):
            refused(report, database, statement, "readonly")
        database.close()


def test_many_updates_between_reads(options, report):
    """Rows replaced in stored batches read right, one by one and all at once, before and after they fold."""
    database, model = fresh(options, columns="batch_trees=64"), [{"id": n, "x": [{"y": n}], "s": f"s{n % 5}"} for n in range(1000)]
    database.execute("SELECT arbor_append('t', ?)", (json.dumps(model),)).fetchall()
    for step in range(1500):
        number = step * 7919 % 1000
        model[number] = {**model[number], "s": f"u{step}", "x": [{"y": step}] * (step % 3)}
        database.execute("UPDATE t SET _tree = ? WHERE rowid = ?", (json.dumps(model[number]), number + 1))
        got = database.execute("SELECT id, s, _index FROM t WHERE rowid = ?", (number + 1,)).fetchone()
        report.equal(got, (number, f"u{step}", number), "the row just written")
        if step % 100 == 0:
            report.equal(trees(database), model, f"all trees after {step} updates")
            want = sum(element["y"] for tree in model for element in tree["x"])
            report.equal(database.execute("SELECT sum(e.value ->> 'y') FROM t, json_each(t.x) e").fetchone()[0], want, "a sum inside arrays")
    report.equal(trees(database), model, "all trees")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_groups_over_replaced_rows(options, report):
    """A batch read before and a batch with replaced rows share texts; each has more of its own."""
    database = fresh(options, columns="batch_trees=64")
    plain = sqlite3.connect(":memory:")
    plain.execute("CREATE TABLE t(id, name)")
    rows = [(n, f"name {n}") for n in range(64)]
    plain.executemany("INSERT INTO t VALUES (?, ?)", rows)
    database.execute("SELECT arbor_append('t', ?)", (json.dumps([{"id": n, "name": name} for n, name in rows]),)).fetchall()
    counted = "SELECT tree ->> 'name', tree ->> 'n' FROM arbor_rows('t | group_by name { count() as n }')"
    for step in range(40):
        for count in (counted, "SELECT name, count(*) FROM t GROUP BY name"):
            wanted = plain.execute("SELECT name, count(*) FROM t GROUP BY name ORDER BY name").fetchall()
            report.equal(sorted(database.execute(count).fetchall()), wanted, f"{count} after {step} updates")
        distinct = database.execute("SELECT arbor_get('t | aggregate count(distinct name) as n', 0) ->> 'n'").fetchone()
        report.equal(distinct, plain.execute("SELECT count(DISTINCT name) FROM t").fetchone(), f"distinct names after {step} updates")
        name = f"changed {step}" * (step % 3 + 1) if step % 4 else f"name {step + 1}"
        for connection in (database, plain):
            connection.execute("UPDATE t SET name = ? WHERE id = ?", (name, step))


def test_update_from(options, report):
    """SQLite before 3.41 passes every column of the row, changed or not; what stays must stay to the byte."""
    texts = ['{"id":1,"n":null,"big":123456789012345678901234567890,"f":true,"r":1.0,"l":[1,{"x":2}],"o":{"k":"5"},"s":"[1]"}',
             '{"id":2,"o":{}}', '{"s":"x","id":3,"n":0,"l":[]}', '[1,2]', '{"id":5,"é":"\\u0000"}']
    for optimized in (False, True):
        database = fresh(options)
        database.execute("SELECT arbor_append('t', ?)", ("\n".join(texts),)).fetchall()
        if optimized:
            database.execute("SELECT arbor_optimize('t')").fetchall()
        database.execute("CREATE TABLE src(id, v)")
        database.execute("INSERT INTO src VALUES (1, 'one'), (3, 'three'), (5, 'five'), (9, 'nine')")
        got = lambda: [tree for (tree,) in database.execute("SELECT _tree FROM t ORDER BY _index")]  # noqa: E731
        database.execute("UPDATE t SET s = v FROM src WHERE src.id = t.id")
        want = [texts[0].replace('"[1]"', '"one"'), texts[1], texts[2].replace('"x"', '"three"'), texts[3], texts[4][:-1] + ',"s":"five"}']
        report.equal(got(), want, "UPDATE … FROM a table")
        database.execute("UPDATE t SET s = NULL, \"o.k\" = other.id FROM t AS other WHERE other.id = t.id + 2")
        want[0] = want[0].replace(',"s":"one"', "").replace('"5"', "3")
        want[2] = want[2].replace('"s":"three",', "")[:-1] + ',"o":{"k":5}}'
        report.equal(got(), want, "UPDATE … FROM the Arbor itself")
        database.execute("UPDATE t SET _tree = json_object('id', t.id, 'v', v) FROM src WHERE src.id = t.id AND src.id > 1")
        want[2], want[4] = '{"id":3,"v":"three"}', '{"id":5,"v":"five"}'
        report.equal(got(), want, "SET _tree in an UPDATE … FROM")
        database.execute("BEGIN")
        database.execute("UPDATE t SET f = 2 FROM src WHERE src.id = t.id")
        database.execute("UPDATE t SET r = f + 1 FROM src WHERE src.id = t.id AND t.f = 2")
        want[0] = want[0].replace("true", "2").replace("1.0", "3")
        want[2], want[4] = '{"id":3,"v":"three","f":2,"r":3}', '{"id":5,"v":"five","f":2,"r":3}'
        report.equal(got(), want, "twice in a transaction")
        refused(report, database, "UPDATE t SET _index = src.id FROM src WHERE src.id = t.id", "read-only")
        refused(report, database, "UPDATE t SET _generation = 99 FROM src WHERE src.id = t.id", "read-only")
        database.execute("UPDATE t SET rowid = t.rowid + 100 FROM src WHERE src.id = t.id")
        want = [want[1], want[3], want[0], want[2], want[4]]
        report.equal(got(), want, "SET rowid in an UPDATE … FROM")
        report.equal(database.execute("SELECT rowid FROM t ORDER BY _index").fetchall(), [(2,), (4,), (101,), (103,), (105,)], "its rowids")
        database.execute("COMMIT")
        report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_conflicts(options, report):
    """INSERT OR … over several rows: rowid is the only unique key."""
    database = fresh(options, columns="a, batch_trees=3")
    database.executemany("INSERT INTO t(a) VALUES (?)", [(n,) for n in range(1, 8)])
    rows = lambda: database.execute("SELECT rowid, a FROM t ORDER BY _index").fetchall()  # noqa: E731
    want = [(n, n) for n in range(1, 8)]
    database.execute("INSERT OR IGNORE INTO t(rowid, a) VALUES (1, 'x'), (50, 'y'), (50, 'z'), (7, 'x')")
    want += [(50, "y")]
    report.equal(rows(), want, "OR IGNORE")
    database.execute("INSERT OR REPLACE INTO t(rowid, a) VALUES (2, 'r'), (60, 'p'), (60, 'q')")
    want = [row for row in want if row[0] != 2] + [(2, "r"), (60, "q")]
    report.equal(rows(), want, "OR REPLACE")
    for action in ("ABORT", "ROLLBACK"):
        refused(report, database, f"INSERT OR {action} INTO t(rowid, a) VALUES (70, 1), (3, 2), (71, 3)", "rowid 3")
    database.execute("BEGIN")
    database.execute("INSERT INTO t(rowid, a) VALUES (80, 'gone')")
    refused_all = "INSERT OR ROLLBACK INTO t(rowid, a) VALUES (81, 1), (3, 2)"
    report.raises(lambda: database.execute(refused_all), "OR ROLLBACK in a transaction", "rowid 3")
    report.check(not database.in_transaction, "OR ROLLBACK ends the transaction")
    report.equal(rows(), want, "after OR ROLLBACK")
    report.raises(lambda: database.execute("INSERT OR FAIL INTO t(rowid, a) VALUES (90, 'f'), (3, 2), (91, 3)"), "OR FAIL", "rowid 3")
    want += [(90, "f")]
    report.equal(rows(), want, "OR FAIL keeps what came before")
    database.execute("UPDATE OR IGNORE t SET rowid = 90 WHERE rowid IN (3, 4)")
    report.equal(rows(), want, "UPDATE OR IGNORE")
    database.execute("UPDATE OR REPLACE t SET rowid = 90 WHERE rowid = 3")
    want = [row for row in want if row[0] not in (3, 90)] + [(90, 3)]
    report.equal(rows(), want, "UPDATE OR REPLACE")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_returning(options, report):
    """As SQLite allows it on virtual tables: for INSERT, and before the row is stored."""
    database = fresh(options, columns="a, b")
    report.equal(database.execute("INSERT INTO t(a, b) VALUES (1, 'x'), (2, 'y') RETURNING a, b || '!'").fetchall(), [(1, "x!"), (2, "y!")], "columns")
    report.equal(database.execute("INSERT INTO t(rowid, a) VALUES (7, 1) RETURNING rowid").fetchall(), [(7,)], "a rowid that was given")
    report.equal(database.execute("INSERT INTO t(a) VALUES (1) RETURNING rowid").fetchall(), [(-1,)], "one that was not")
    report.equal(database.execute("SELECT last_insert_rowid()").fetchone(), (8,), "last_insert_rowid()")
    database.execute("CREATE TABLE plain(x)")
    database.execute("INSERT INTO plain(rowid, x) VALUES (1234, 1)")
    for statement in ("UPDATE t SET a = a + 1", "DELETE FROM t WHERE a = 2", "SELECT arbor_append('t', '[1,2]')", "SELECT arbor_optimize('t')"):
        database.execute(statement).fetchall()
        report.equal(database.execute("SELECT last_insert_rowid()").fetchone(), (1234,), f"last_insert_rowid() after {statement}")
    refused(report, database, "UPDATE t SET a = 1 RETURNING a", "not available on virtual tables")
    refused(report, database, "DELETE FROM t RETURNING a", "not available on virtual tables")


def test_triggers_write_what_is_read(options, report):
    """A trigger on an ordinary table writes to the Arbor that the outer statement reads, which sees the state before."""
    for batch_trees in (2, 1000):
        database = fresh(options, columns=f"a INTEGER, b INTEGER, batch_trees={batch_trees}")
        database.execute("INSERT INTO t(a, b) SELECT value, 0 FROM json_each('[0,1,2,3,4,5,6,7,8,9]')")
        database.execute("CREATE TABLE log(a)")
        database.execute("""CREATE TRIGGER on_log AFTER INSERT ON log BEGIN
            INSERT INTO t(a, b) VALUES (new.a + 100, 1);
            UPDATE t SET b = b + 1 WHERE a >= new.a AND a < 100;
            DELETE FROM t WHERE a = new.a - 1;
        END""")
        database.execute("INSERT INTO log SELECT a FROM t ORDER BY a")
        report.equal(database.execute("SELECT a FROM log ORDER BY rowid").fetchall(), [(n,) for n in range(10)], "what the statement read")
        report.equal(database.execute("SELECT a, b FROM t ORDER BY a").fetchall(), [(9, 10)] + [(n + 100, 1) for n in range(10)], "what it left")
        database.execute("BEGIN")
        database.execute("INSERT INTO log SELECT t.a + 1000 FROM t, t AS other WHERE other.rowid = t.rowid")
        report.equal(database.execute("SELECT count(*), max(a) FROM t").fetchone(), (22, 1209), "a join")
        database.execute("ROLLBACK")
        report.equal(database.execute("SELECT count(*), max(a) FROM t").fetchone(), (11, 109), "rolled back")
        report.raises(lambda: database.execute("INSERT INTO log SELECT CASE WHEN a < 105 THEN a ELSE abs(-9223372036854775808) END FROM t ORDER BY a"),
                      "an error in the midst", "overflow")
        report.equal(database.execute("SELECT count(*), max(a), sum(b) FROM t").fetchone(), (11, 109, 20), "the statement is undone")
        report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_transaction_of_many_updates(options, report):
    """Rows replaced in one transaction fold together at its end, or on the way; undone, nothing is left of them."""
    database, model = fresh(options, columns="batch_trees=32"), [{"id": n, "v": 0} for n in range(300)]
    database.execute("SELECT arbor_append('t', ?)", (json.dumps(model),)).fetchall()
    for times in (40, 900, 2000):
        for end in ("ROLLBACK", "COMMIT"):
            before = [dict(tree) for tree in model]
            database.execute("BEGIN")
            for step in range(times):
                number = step * 7919 % 300
                model[number]["v"] += 1
                database.execute("UPDATE t SET v = v + 1 WHERE id = ?", (number,))
                if step == times // 2:
                    database.execute("SAVEPOINT half")
                    database.execute("UPDATE t SET v = 'lost'")
                    database.execute("ROLLBACK TO half")
            report.equal(trees(database), model, f"{times} updates inside")
            database.execute(end)
            if end == "ROLLBACK":
                model = before
            report.equal(trees(database), model, f"{times} updates after {end}")
            report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")
    generation, count, added, removed = database.execute("SELECT generation, trees, added, removed FROM arbor_history('t')").fetchall()[-1]
    report.equal((count, added - removed), (300, 0), "the last generation")


def changed(rng, tree):
    """Another tree, which often begins with the members of that one."""
    if not isinstance(tree, dict) or rng.random() < 0.05:
        return rng.choice([{"id": 1}, {}, [1, {"id": 2}], 7, "text", {"v": 1, "o": {"k": [1, 2]}, "tags": ["x"]}])
    tree = json.loads(json.dumps(tree))
    keys = list(tree)
    way = rng.randrange(8)
    if way == 0 or not keys:
        tree[f"new{rng.randrange(5)}"] = rng.choice([1, None, "x", [1, [2], {"a": 3}], {"b": {"c": 1}}, {}])
    elif way == 1:
        del tree[keys[-1]]
    elif way == 2:
        tree.setdefault("tags", []) if isinstance(tree.get("tags", []), list) else None
        tree["tags"] = [*(tree["tags"] if isinstance(tree["tags"], list) else []), rng.randrange(9)]
    elif way == 3:
        at = rng.randrange(len(keys) + 1)
        tree = dict([*list(tree.items())[:at], ("middle", rng.randrange(9)), *list(tree.items())[at:]])
    elif way == 4:
        tree = dict(sorted(tree.items(), reverse=True))
    elif way == 5:
        tree[rng.choice(keys)] = rng.choice([0, "y", [], [{"a": 1}, {"a": [2]}], {"k": {}}, None])
    elif way == 6:
        tree["o"] = {"k": [rng.randrange(9)], "l": {"m": rng.randrange(9)}}
    return tree


def test_trees_that_begin_as_before(options, report):
    """Trees that stand in the place of others differ in what follows their first members, however often they are replaced."""
    rng = random.Random(harness.seed_of(options))
    database, model = fresh(options, columns="batch_trees=64"), []
    for number in range(160):
        tree = {"id": number, "v": rng.choice([1, "a", 2.5]), "o": {"k": [number], "l": {"m": 1}}, "tags": ["t", number % 7], "s": "x,\"}{"}
        model.append({key: tree[key] for key in tree if rng.random() < 0.8})
    database.execute("SELECT arbor_append('t', ?)", ("\n".join(json.dumps(tree) for tree in model),)).fetchall()
    for turn in range(12 if options.quick else 60):
        database.execute("BEGIN")
        for _ in range(rng.choice([10, 60, 150])):
            row = rng.randrange(len(model))
            way = rng.randrange(4)
            if way == 0 and isinstance(model[row], dict) and not isinstance(model[row].get("v", {}), (dict, list)):
                model[row]["v"] = rng.randrange(99)
                database.execute("UPDATE t SET v = ? WHERE rowid = ?", (model[row]["v"], row + 1))
            elif way == 1 and isinstance(model[row], dict):
                model[row]["patched"] = [turn]
                database.execute("UPDATE t SET _patch = ? WHERE rowid = ?", (json.dumps({"patched": [turn]}), row + 1))
            else:
                model[row] = changed(rng, model[row])
                spaced = None if rng.random() < 0.3 else (",", ":")
                database.execute("UPDATE t SET _tree = ? WHERE rowid = ?", (json.dumps(model[row], separators=spaced), row + 1))
        if rng.random() < 0.3:
            report.equal(list(map(json.dumps, trees(database))), list(map(json.dumps, model)), f"turn {turn} inside")
        database.execute("COMMIT")
        if rng.random() < 0.7:
            database.execute("SELECT arbor_optimize('t')").fetchall()
        report.equal(list(map(json.dumps, trees(database))), list(map(json.dumps, model)), f"turn {turn}")
        ids = [reach(tree, "id") for tree in model]
        ids = [json.dumps(value, separators=(",", ":")) if isinstance(value, (dict, list)) else value for value in ids]
        report.equal([row for (row,) in database.execute("SELECT id FROM t ORDER BY _index")], ids, f"ids of turn {turn}")
        found = database.execute("SELECT rowid FROM t WHERE \"o.l.m\" = 1 ORDER BY 1").fetchall()
        want = [(row + 1,) for row, tree in enumerate(model) if reach(tree, "o", "l", "m") == 1]
        report.equal(found, want, f"found in turn {turn}")
        report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def reach(tree, *keys):
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def test_large_trees_fold_as_whole_batches(options, report):
    """Trees whose texts fill a batch are folded then, so that none leaves a small batch behind it, nor much to be folded at once."""
    database, size, count = fresh(options, columns="id, text, batch_trees=4096"), 60_000, 300
    database.execute("BEGIN")
    for number in range(count):
        database.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps({"id": number, "text": f"{number:x}" * (size // len(f"{number:x}"))}),))
    database.execute("COMMIT")
    batches, stored = database.execute("SELECT batches, trees FROM arbor_list WHERE name = 't'").fetchone()
    report.equal((batches, stored), (count * size // (8 << 20), count), "whole batches, the rest waiting")
    report.equal(database.execute("SELECT count(*), sum(id), sum(length(text)) FROM t").fetchone(),
                 (count, sum(range(count)), sum(size // len(f"{n:x}") * len(f"{n:x}") for n in range(count))), "the trees")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def main():
    options = harness.parser().parse_args()
    harness.require_extension(options)
    report = harness.Report(options)
    for test in (test_containers_stay_containers, test_refusals, test_read_only, test_many_updates_between_reads, test_groups_over_replaced_rows, test_update_from,
                 test_conflicts, test_returning, test_triggers_write_what_is_read, test_transaction_of_many_updates, test_columns_keep_a_tree_json, test_trees_that_begin_as_before, test_large_trees_fold_as_whole_batches):
        report.where = test.__name__
        try:
            test(options, report)
        except Exception as error:
            report.fail(f"{type(error).__name__}: {error}")
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
