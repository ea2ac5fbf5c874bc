"""Statements that must not write, or fail half-way: older generations, rowids below zero, rows before the one that fails. And what
kind a value keeps when 0, 1 or a text takes its place.
"""
import itertools
import json
import random

import harness

OPTIONS = harness.parser().parse_args()
TREES = [{"id": number, "v": number, "name": f"n{number}"} for number in range(1, 9)]


def lines(trees):
    return "\n".join(map(json.dumps, trees))


def made(trees=TREES, arguments="batch_trees=4, retain=50"):
    database = harness.connect(OPTIONS.extension)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor({arguments})")
    database.execute("SELECT arbor_append('t', ?)", (lines(trees),)).fetchall()
    return database


def state(database):
    return database.execute("SELECT rowid, _index, _tree FROM t ORDER BY _index").fetchall()


def test_older_generations(report):
    """UPDATE and DELETE of one are errors that name it and change nothing, whatever finds the rows."""
    old = ["_generation = {0}", "_generation = {0} AND id = 3", "_generation = {0} AND rowid = 3", "_generation = {0} AND rowid IN (2, 3)", "_generation IN ({0})", "_generation = {0} AND _index = 2", "_generation = {0} AND t MATCH 'id > 6'",
           "_generation = {0} AND id IN (SELECT id FROM t)", "_generation = {0} AND EXISTS (SELECT 1 FROM t u WHERE u.id = t.id)", "id = 3 AND _generation = (SELECT {0})", "_generation = {0} AND id > 2 ORDER BY id LIMIT 2"]
    for begun, where in itertools.product((False, True), old):
        database = made()
        database.execute("UPDATE t SET v = v * 10")
        newest = database.execute("SELECT max(generation) FROM arbor_history('t')").fetchone()[0]
        if begun:
            database.execute("BEGIN")
            database.execute("UPDATE t SET v = v + 1 WHERE id = 1")
        before = state(database)
        for generation in ([newest, newest - 1] if begun else [newest - 1]):  # inside the transaction its own is the newest
            for statement in ("DELETE FROM t WHERE", "UPDATE t SET v = -1 WHERE", "UPDATE t SET _tree = '{}' WHERE", "UPDATE OR IGNORE t SET name = 'x', v = 3 WHERE"):
                if "LIMIT" in where:
                    continue  # not every SQLite takes it
                text = f"{statement} {where.format(generation)}"
                report.raises(lambda: database.execute(text), f"{text}, {'in a transaction' if begun else 'alone'}", "generation", "read-only")
                report.equal(state(database), before, f"after {text}")
        report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", "arbor_check")


def test_newest_generation(report):
    """It may be named; and what only reads may read any."""
    database = made()
    database.execute("UPDATE t SET v = v * 10")
    database.execute("CREATE TABLE log(x)")
    database.execute("CREATE TRIGGER gone AFTER INSERT ON log BEGIN DELETE FROM t WHERE rowid = new.x; END")
    count = lambda: database.execute("SELECT count(*), sum(v) FROM t").fetchone()
    steps = [
        ("DELETE FROM t WHERE _generation = 2 AND id = 1", (7, 350)), ("UPDATE t SET v = 0 WHERE _generation = 3 AND id = 2", (7, 330)), ("DELETE FROM t WHERE id IN (SELECT id FROM t WHERE _generation = 1 AND v = 3)", (6, 300)),
        ("DELETE FROM t WHERE rowid IN (SELECT rowid FROM t WHERE _generation = 1 AND id < 5)", (4, 260)), ("DELETE FROM t WHERE EXISTS (SELECT 1 FROM t o WHERE o._generation = 1 AND o.rowid = t.rowid AND o.v = 5)", (3, 210)),
        ("UPDATE t SET v = o.v FROM t o WHERE o._generation = 1 AND o.rowid = t.rowid AND t.id = 6", (3, 156)), ("UPDATE t SET v = (SELECT v FROM t o WHERE o._generation = 1 AND o.rowid = t.rowid) WHERE id = 7", (3, 93)),
        ("INSERT INTO log SELECT rowid FROM t WHERE _generation = 1 AND id = 8", (2, 13)), ("INSERT INTO t(id, v) SELECT id, v FROM t WHERE _generation = 1 AND id = 1", (3, 14)),
    ]
    for statement, want in steps:
        try:
            database.execute(statement)
        except Exception as error:
            report.fail(f"{statement}: {error}")
        report.equal(count(), want, statement)
    database.execute("BEGIN")
    database.execute("UPDATE t SET v = 1 WHERE id = 1")
    for rowid, in database.execute("SELECT rowid FROM t WHERE _generation = 1"):
        database.execute("DELETE FROM t WHERE rowid = ?", (rowid,))
    report.equal(count(), (1, 1), "deletes in a loop over an older generation")
    database.execute("ROLLBACK")
    report.equal(count(), (3, 14), "after ROLLBACK")


def test_update_from_an_older_generation(report):
    """The target's generation counts, in UPDATE … FROM too, before and after the transaction's first change."""
    for begun in (False, True):
        database = made()
        database.execute("UPDATE t SET v = v * 10")
        database.execute("CREATE TABLE u AS SELECT 3 AS id, 77 AS v")
        if begun:
            database.execute("BEGIN")
            database.execute("DELETE FROM t WHERE id = 8")
        before = state(database)
        for generation in (1, 2) if begun else (1,):
            report.raises(lambda: database.execute("UPDATE t SET v = u.v FROM u WHERE u.id = t.id AND t._generation = ?", (generation,)), f"generation {generation}, {'begun' if begun else 'alone'}", "generation", "read-only")
            report.equal(state(database), before, "after the error")
        database.execute("UPDATE t SET v = u.v FROM u WHERE u.id = t.id")
        report.equal(database.execute("SELECT v FROM t WHERE id = 3").fetchone(), (77,), "without a generation")


def test_rowids_below_zero(report):
    database = made()
    before = state(database)
    for word in ("INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE"):
        for rowid in (-1, -2**63):
            report.raises(lambda: database.execute(f"{word} INTO t(rowid, id) VALUES (?, 1)", (rowid,)), f"{word} {rowid}", "rowid", str(rowid))
    report.raises(lambda: database.execute("UPDATE t SET rowid = -1 WHERE id = 3"), "UPDATE", "rowid", "-1")
    report.raises(lambda: database.execute("UPDATE t SET rowid = rowid - 3"), "UPDATE of all", "rowid")
    report.equal(state(database), before, "afterwards")
    report.equal(database.execute("SELECT count(*) FROM t WHERE rowid < 0 OR rowid = -1").fetchone(), (0,), "reading finds none")
    report.equal(database.execute("DELETE FROM t WHERE rowid = -1").rowcount, 0, "DELETE finds none")
    database.execute("INSERT INTO t(rowid, id) VALUES (0, 100)")
    report.equal(database.execute("SELECT rowid FROM t WHERE id = 100").fetchone(), (0,), "zero is one")


FAILURES = [  # over (row, value): the third row fails
    "UPDATE t SET v = u.value FROM u WHERE u.row = t.rowid", "UPDATE t SET _tree = u.tree FROM u WHERE u.row = t.rowid", "UPDATE t SET rowid = u.other, v = u.value FROM u WHERE u.row = t.rowid", "UPDATE t SET v = u.value, name = 'new' FROM u WHERE u.row = t.rowid",
    "UPDATE OR REPLACE t SET v = u.value FROM u WHERE u.row = t.rowid", "UPDATE t SET v = (SELECT value FROM u WHERE u.row = t.rowid) WHERE rowid IN (SELECT row FROM u)", "INSERT INTO t(v) SELECT value FROM u",
    "INSERT OR REPLACE INTO t(rowid, _tree) SELECT row, tree FROM u", "INSERT OR REPLACE INTO t(rowid, _tree) VALUES (4, '{')",
]


def test_failed_statements(report):
    """Inside a transaction one changes nothing, with rows that are stored, replaced and new, with indexes, and with what was written before."""
    rng = random.Random(harness.seed_of(OPTIONS))
    for round_ in range(3 if OPTIONS.quick else 30):
        for statement in FAILURES:
            database = made(TREES + [7], f"batch_trees={rng.choice([4, 1000])}")
            if rng.random() < 0.6:
                database.execute("SELECT arbor_create_index('t', 'v')").fetchall()
                database.execute("SELECT arbor_create_index('t', 'name')").fetchall()
            database.execute("INSERT INTO t(id, v) VALUES (20, 20)")
            bad = rng.choice([b"no JSON", "row 9"])
            database.execute("CREATE TABLE u(row, value, tree, other)")
            for row, value in ((1, 100), (4, 400), (9 if bad == "row 9" else 6, 5 if bad == "row 9" else b"\x00"), (10, 1000)):
                database.execute("INSERT INTO u VALUES (?, ?, ?, ?)", (row, value, json.dumps({"v": value}) if isinstance(value, int) and row != 9 else "{", row + 100))
            database.execute("BEGIN")
            for earlier in rng.sample(["UPDATE t SET v = 11 WHERE id = 1", "DELETE FROM t WHERE id = 2", "DELETE FROM t WHERE id = 3", "INSERT INTO t(id, v) VALUES (30, 30)", "UPDATE t SET name = 'other' WHERE id > 0", "SELECT arbor_append('t', '{\"id\":40}')", "SELECT arbor_optimize('t')", "SAVEPOINT one"], rng.randrange(5)):
                database.execute(earlier).fetchall()
            before = state(database), database.execute("SELECT v, id FROM t WHERE v > 5 ORDER BY v, id").fetchall()
            where = f"{statement} (bad: {bad!r}, round {round_})"
            if not (bad == "row 9" and "INSERT INTO t(v)" in statement):
                report.raises(lambda: database.execute(statement), where)
            else:
                report.raises(lambda: database.execute("INSERT INTO t(_tree) SELECT tree FROM u"), where)
            after = state(database), database.execute("SELECT v, id FROM t WHERE v > 5 ORDER BY v, id").fetchall()
            report.equal(after, before, f"after {where}")
            report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", f"arbor_check after {where}")
            database.execute("UPDATE t SET v = 12 WHERE id = 4")
            report.equal(database.execute("SELECT id FROM t WHERE v = 12").fetchall(), [(4,)], f"a write after {where}")
            wanted = state(database)
            database.execute("COMMIT")
            report.equal(state(database), wanted, f"committed after {where}")


def test_fail_and_ignore_keep_rows(report):
    """OR FAIL keeps the rows before the one in conflict, OR IGNORE goes on: as SQLite says."""
    database = made()
    database.execute("BEGIN")
    report.raises(lambda: database.execute("INSERT OR FAIL INTO t(rowid, id) SELECT value, value FROM json_each('[50, 3, 51]')"), "OR FAIL")
    report.equal(database.execute("SELECT count(*) FROM t WHERE id >= 50").fetchone(), (1,), "what OR FAIL keeps")
    database.execute("INSERT OR IGNORE INTO t(rowid, id) SELECT value, value FROM json_each('[60, 3, 61]')")
    report.equal(database.execute("SELECT count(*) FROM t WHERE id >= 60").fetchone(), (2,), "what OR IGNORE keeps")
    database.execute("COMMIT")
    report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", "arbor_check")


def test_large_failed_update(report):
    """Where the rows were folded meanwhile, the statement is undone, or nothing more is done before a ROLLBACK."""
    database = made([{"id": number, "v": 0} for number in range(2000)] + [7], "batch_trees=16")
    before = state(database)
    database.execute("BEGIN")
    report.raises(lambda: database.execute("UPDATE t SET v = u.value FROM (SELECT value FROM json_each(?)) u WHERE t.rowid = u.value", (json.dumps(list(range(1, 2002))),)), "the last row fails")
    try:
        report.equal(state(database), before, "after the error")
    except Exception as error:
        report.check("ROLLBACK" in str(error), "the error says what to do", error)
        report.raises(lambda: database.execute("COMMIT"), "COMMIT", "ROLLBACK")
    if database.in_transaction:
        database.execute("ROLLBACK")
    report.equal(state(database), before, "after ROLLBACK")
    report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", "arbor_check")


def test_kinds_are_kept(report):
    """0 and 1 in the place of a boolean are one, the text of an array in the place of an array is one; nothing else changes its kind."""
    tree = {"b": True, "c": False, "n": 1, "z": 0, "s": "x", "o": {"b": True}, "l": [1], "nil": None}
    cases = [
        ("b = 0", {"b": False}), ("b = 1", {"b": True}), ("c = 1, b = 0", {"b": False, "c": True}), ("b = 2", {"b": 2}), ("b = 1.0", {"b": 1.0}), ("b = '1'", {"b": "1"}), ("b = NOT b", {"b": False}), ("n = 0", {"n": 0}), ("z = 1, n = b", {"z": 1, "n": 1}),
        ("\"o.b\" = 0", {"o": {"b": False}}), ("b = b, c = c", {}), ("b = n, c = z", {}), ("b = 'true'", {"b": "true"}), ("l = '[2,3]'", {"l": [2, 3]}), ("l = l", {}), ("l = '{\"a\":1}'", {"l": {"a": 1}}), ("l = 'text'", {"l": "text"}), ("s = '[1]'", {"s": "[1]"}),
        ("nil = 1", {"nil": 1}), ("s = 1", {"s": 1}), ("_tree = '{\"b\":1}'", None), ("b = 5, n = 2", {"b": 5, "n": 2}), ("l = '[2]', b = 0", {"l": [2], "b": False}), ("new = 1", "no column"),
    ]
    for pending, how in itertools.product((False, True), ("", " FROM (SELECT 1)", " WHERE rowid = 1", " WHERE id IS NULL")):
        for change, want in cases:
            if want == "no column":
                continue
            database = made([tree] if not pending else [])
            if pending:
                database.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps(tree),))
                database.execute("SELECT arbor_sync('t')").fetchall()
            if how.endswith("NULL") and "id" not in change:
                database.execute("UPDATE t SET s = s")
            where = how.replace("id IS NULL", "s IS NOT NULL")
            if "FROM" in how and "b = NOT b" in change:
                where = ""
            database.execute(f"UPDATE t SET {change}{where}")
            result = {"b": 1} if want is None else {**tree, **want}
            got = database.execute("SELECT _tree FROM t").fetchone()[0]
            report.equal(got, json.dumps(result, separators=(",", ":")), f"SET {change}{where}, {'pending' if pending else 'stored'}")


def test_values_over_booleans(report):
    """What lies over a stored boolean decides, not the boolean under it."""
    database = made([{"b": True}, {"b": False}] * 3)
    for value, want in ((0, "false"), (1, "true"), (5, "5"), (1, "1"), (0, "0")):
        database.execute("UPDATE t SET b = ? WHERE rowid = 1", (value,))
        report.equal(database.execute("SELECT _tree FROM t WHERE rowid = 1").fetchone()[0], f'{{"b":{want}}}', f"after {value}")
    database.execute("SELECT arbor_optimize('t')").fetchall()
    report.equal(database.execute("SELECT _tree FROM t WHERE rowid < 3").fetchall(), [('{"b":0}',), ('{"b":false}',)], "folded")


def test_declared_booleans(report):
    database = made([], 'ok BOOLEAN, "o.ok" boolean, plain')
    database.execute("INSERT INTO t(ok, \"o.ok\", plain) VALUES (1, 0, 1), ('1', 2, 'x'), (NULL, 0.0, 0), (1.5, 'yes', 1)")
    report.equal([row[0] for row in database.execute("SELECT _tree FROM t")], ['{"ok":true,"o":{"ok":false},"plain":1}', '{"ok":true,"o":{"ok":2},"plain":"x"}', '{"o":{"ok":false},"plain":0}', '{"ok":1.5,"o":{"ok":"yes"},"plain":1}'], "INSERT")
    database.execute("UPDATE t SET ok = 0")
    report.equal([row[0] for row in database.execute("SELECT _tree ->> '$' FROM t WHERE ok = 0 AND json_type(_tree, '$.ok') = 'false'")].__len__(), 4, "UPDATE")
    database.execute("UPDATE t SET ok = 1, plain = 0 WHERE rowid = 1")
    report.equal(database.execute("SELECT _tree, ok, typeof(ok) FROM t WHERE rowid = 1").fetchone(), ('{"ok":true,"o":{"ok":false},"plain":0}', 1, "integer"), "read as 0 and 1")
    database.execute("SELECT arbor_append('t', '{\"ok\":1}')").fetchall()
    database.execute("INSERT INTO t(_tree) VALUES ('{\"ok\":0}')")
    report.equal([row[0] for row in database.execute("SELECT _tree FROM t ORDER BY rowid DESC LIMIT 2")], ['{"ok":0}', '{"ok":1}'], "whole trees stay as they are")


if __name__ == "__main__":
    harness.run({} if OPTIONS.self_check else globals(), OPTIONS)
