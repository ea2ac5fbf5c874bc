"""Unique keys: what conflicts, where replacements go, what is refused, and that the key's index follows every write.

differential/random_keys.py holds them against an ordinary table; imports are in test_key_imports.py.
"""
import json
import random
import sqlite3

import harness

UNIQUE, NOT_NULL, CHECK = 2067, 1299, 275


def keyed(report, declaration="id, v, key=id", path=":memory:"):
    database = harness.connect(report.options.extension, path)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor({declaration})")
    return database


def rows(database):
    return database.execute("SELECT rowid, _index, _tree FROM t ORDER BY _index").fetchall()


def code_of(database, statement, *parameters):
    """The result code of a statement that fails; "done" where it does not."""
    try:
        database.execute(statement, parameters)
    except sqlite3.Error as error:
        return error.sqlite_errorcode
    return "done"


def check(report, database, where):
    report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", f"{where}: arbor_check")


def test_places(report):
    """A replacement takes rowid and position, wherever the old tree is stored."""
    for stored in (False, True):
        database = keyed(report)
        for number in range(5):
            database.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps({"id": number, "v": 1}),))
        if stored:
            database.execute("SELECT arbor_optimize('t')")
        database.execute("INSERT OR REPLACE INTO t(_tree) VALUES ('{\"id\":2,\"v\":2,\"w\":[1]}')")
        report.equal(rows(database)[2], (3, 2, '{"id":2,"v":2,"w":[1]}'), "in the place of the old one")
        report.equal(database.execute("SELECT last_insert_rowid(), changes()").fetchone(), (3, 1), "its rowid")
        database.execute("INSERT OR IGNORE INTO t(id, v) VALUES (3, 9)")
        report.equal(rows(database)[3], (4, 3, '{"id":3,"v":1}'), "ignored")
        database.execute("INSERT OR REPLACE INTO t(rowid, id) VALUES (4, 0)")
        report.equal([(rowid, tree) for rowid, _, tree in rows(database)], [(2, '{"id":1,"v":1}'), (3, '{"id":2,"v":2,"w":[1]}'), (5, '{"id":4,"v":1}'), (4, '{"id":0}')], "rowid and key meet two trees")
        database.execute("INSERT OR REPLACE INTO t(rowid, id) VALUES (77, 1)")
        report.equal([rowid for rowid, _, _ in rows(database)], [3, 5, 4, 77], "under the rowid that was given")
        database.execute("UPDATE OR REPLACE t SET id = 4 WHERE id = 2")
        report.equal([(rowid, tree) for rowid, _, tree in rows(database)][:2], [(3, '{"id":4,"v":2,"w":[1]}'), (4, '{"id":0}')], "UPDATE OR REPLACE removes the other")
        database.execute("UPDATE OR REPLACE t SET rowid = 77, id = 0 WHERE id = 4")
        report.equal([(rowid, tree) for rowid, _, tree in rows(database)], [(77, '{"id":0,"v":2,"w":[1]}')], "a rowid and a key of two others")
        database.execute("UPDATE t SET rowid = 5")
        database.execute("UPDATE t SET _patch = '{\"id\":8}'")
        report.equal(rows(database), [(5, 0, '{"id":8,"v":2,"w":[1]}')], "moved and patched")
        check(report, database, f"stored={stored}")


def test_refused(report):
    database = keyed(report, 'id, "o.k", key=(id, o.k)')
    database.execute("INSERT INTO t(_tree) VALUES ('{\"id\":1,\"o\":{\"k\":\"a\"}}'), ('{\"id\":1,\"o\":{\"k\":\"b\"}}')")
    before = rows(database)
    for tree, want in (({"id": 1, "o": {"k": "a"}}, UNIQUE), ({"id": True, "o": {"k": "b"}}, UNIQUE), ({"id": 1.0, "o": {"k": "b"}}, UNIQUE), ({"id": 1}, NOT_NULL), ({"id": 1, "o": {"k": None}}, NOT_NULL), ({"id": 1, "o": 5}, NOT_NULL),
                       ({"id": [], "o": {"k": "c"}}, CHECK), ({"id": {}, "o": {"k": "c"}}, CHECK), (5, NOT_NULL), ([1], NOT_NULL)):
        report.equal(code_of(database, "INSERT INTO t(_tree) VALUES (?)", json.dumps(tree)), want, f"INSERT of {tree}")
        report.equal(code_of(database, "UPDATE t SET _tree = ? WHERE \"o.k\" = 'a'", json.dumps(tree)), "done" if tree == {"id": 1, "o": {"k": "a"}} else want, f"UPDATE to {tree}")
    report.raises(lambda: database.execute("INSERT INTO t(_tree) VALUES ('{\"id\":1,\"o\":{\"k\":\"a\"}}')"), "the message", "UNIQUE constraint failed: t.id, t.o.k")
    report.equal(code_of(database, "UPDATE t SET \"o.k\" = 'x'"), UNIQUE, "two rows get one key")
    report.equal(code_of(database, "UPDATE t SET _patch = '{\"o\":null}'"), NOT_NULL, "a patch takes the key away")
    report.equal(rows(database), before, "nothing changed")
    for declaration in ("key=", "key=()", "key=(a, a)", "key=a[0]", "key=tags[*].x", "key=(a,)", 'key="a'):
        report.raises(lambda: database.execute(f"CREATE VIRTUAL TABLE u USING arbor({declaration})"), f"arbor({declaration})")
    check(report, database, "refused")


def test_equality(report):
    """Integers beyond int64 by all their digits; a column's affinity and collation; names of declared columns in any case."""
    huge = ["9223372036854775808", "9223372036854775809", "18446744073709551616", "18446744073709551617", "-9223372036854775809", "1e19", "123456789012345678901234567890"]
    database = keyed(report)
    for text in huge:
        report.equal(code_of(database, "INSERT INTO t(_tree) VALUES (?)", f'{{"id":{text}}}'), "done", f"{text} is new")
    for stored in (False, True):
        for text in huge + ["10000000000000000000", "9223372036854775808.0"]:
            report.equal(code_of(database, "INSERT INTO t(_tree) VALUES (?)", f'{{"id":{text}}}'), UNIQUE, f"{text} is there")
        database.execute("SELECT arbor_optimize('t')")
    check(report, database, "big integers")
    for declaration, first, same, other in (("id TEXT, key=id", 5, "5", "05"), ("id INTEGER, key=ID", 5, "5.0", "x"), ("id TEXT COLLATE NOCASE, key=id", "aB", "Ab", "ä"), ("id COLLATE RTRIM, key=id", "a", "a  ", " a"), ("id, key=id", "a", "a", "A")):
        database = keyed(report, declaration)
        report.equal([code_of(database, "INSERT INTO t(_tree) VALUES (?)", json.dumps({"id": value})) for value in (first, same, other)], ["done", UNIQUE, "done"], declaration)
        report.equal(database.execute("SELECT count(*) FROM t WHERE id = ?", (first,)).fetchone()[0], 1, f"{declaration}: found")
        check(report, database, declaration)


def test_option(report):
    database = harness.connect(report.options.extension)
    database.execute("SELECT arbor_append('t', '[{\"id\":1,\"k\":1},{\"id\":2,\"k\":2},{\"id\":1,\"k\":3},{\"k\":4}]')")
    option = lambda *values: database.execute(f"SELECT arbor_option('t', 'key'{', ?' * len(values)})", values).fetchone()[0]
    report.equal(option(), None, "no key")
    report.raises(lambda: option("id"), "a tree without", "t.id", "rowid 4")
    database.execute("DELETE FROM t WHERE k = 4")
    report.raises(lambda: option("id"), "duplicates", "UNIQUE constraint failed: t.id", "1", "rowids 1 and 3")
    report.equal(option(), None, "still none")
    report.equal(option("k, id"), "k, id", "set")
    report.equal(option("( k )"), "k", "another one")
    report.equal(code_of(database, "INSERT INTO t(id, k) VALUES (9, 3)"), UNIQUE, "it counts")
    report.raises(lambda: database.execute("SELECT arbor_drop_index('t', 'k')"), "its index stays", "arbor_option")
    report.raises(lambda: database.execute("SELECT arbor_create_index('t', 'k')"), "there is one already", "already")
    database.execute("BEGIN")
    report.equal(option(None), None, "taken away")
    database.execute("INSERT INTO t(id, k) VALUES (9, 3)")
    database.execute("ROLLBACK")
    report.equal(option(), "k", "rolled back")
    report.equal(code_of(database, "INSERT INTO t(id, k) VALUES (9, 3)"), UNIQUE, "and counts again")
    report.raises(lambda: database.execute("SELECT arbor_save('t', 'json ''[{\"k\":1},{\"k\":1}]''')"), "arbor_save of duplicates", "UNIQUE")
    report.equal(database.execute("SELECT arbor_save('t', 't | filter k > 1')").fetchone()[0], 2, "arbor_save")
    report.equal(option(), "k", "is kept")
    database.execute("ALTER TABLE t RENAME TO s")
    report.raises(lambda: database.execute("INSERT INTO s(k) VALUES (2)"), "renamed", "UNIQUE constraint failed: s.k")
    report.equal(database.execute("SELECT arbor_check('s')").fetchone()[0], "ok", "check")
    database.execute("DROP TABLE s")
    report.equal(database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0], 0, "nothing is left")


def test_index(report):
    """The key is looked up, walked and checked like an index."""
    database = keyed(report)
    database.execute("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) INSERT INTO t(id, v) SELECT i, i % 7 FROM n")
    database.execute("SELECT arbor_optimize('t')")
    plan = database.execute("EXPLAIN QUERY PLAN SELECT v FROM t WHERE id = 77").fetchall()[0][3]
    report.check("by index" in plan, "a look-up", plan)
    report.equal(database.execute("SELECT v FROM t WHERE id = 77").fetchall(), [(0,)], "found")
    report.equal(database.execute("SELECT id FROM t ORDER BY id DESC LIMIT 2").fetchall(), [(4999,), (4998,)], "walked")
    for harm, word in (("DELETE FROM t_index1 WHERE key = 5", "lacks 1"), ("INSERT INTO t_index1(key, rowid) VALUES (-5, 7)", "too many"), ("INSERT INTO t_index1(key, rowid) VALUES (4, 6)", "same key")):
        database.execute("BEGIN")
        database.execute(harm)
        told = database.execute("SELECT arbor_check('t')").fetchone()[0]
        report.check(word in told, harm, told)
        database.execute("ROLLBACK")
    check(report, database, "undone")


def test_two_connections(report):
    with harness.scratch() as folder:
        one = keyed(report, "id, key=id", f"{folder}/k.db")
        two = harness.connect(report.options.extension, f"{folder}/k.db")
        report.equal(two.execute("SELECT count(*) FROM t").fetchone()[0], 0, "empty")
        one.execute("INSERT INTO t(id) VALUES (1)")
        report.equal(code_of(two, "INSERT INTO t(id) VALUES (1)"), UNIQUE, "the other's key")
        two.execute("INSERT OR REPLACE INTO t(_tree) VALUES ('{\"id\":1,\"by\":\"two\"}')")
        report.equal(rows(one), [(1, 0, '{"id":1,"by":"two"}')], "replaced")
        one.execute("SELECT arbor_option('t', 'key', NULL)")
        two.execute("INSERT INTO t(id) VALUES (1)")
        report.equal(len(rows(one)), 2, "without a key")
        report.raises(lambda: one.execute("SELECT arbor_option('t', 'key', 'id')"), "duplicates now", "UNIQUE")
        two.execute("DELETE FROM t WHERE rowid = 2")
        one.execute("SELECT arbor_option('t', 'key', 'id')")
        report.equal(code_of(two, "INSERT INTO t(id) VALUES (1)"), UNIQUE, "set again")
        check(report, two, "two connections")


def test_update_from(report):
    """SQLite opens no savepoint around UPDATE … FROM: what it did before it failed is undone, the key's entries too."""
    for clause, want in (("", [1, 2, 3, 9]), ("OR FAIL", [5, 2, 3, 9]), ("OR IGNORE", [5, 2, 3, 9]), ("OR REPLACE", [5, 9])):
        database = keyed(report)
        database.execute("INSERT INTO t(id) VALUES (1), (2), (3), (9)")
        database.execute("BEGIN")
        statement = f"UPDATE {clause} t SET id = n.x FROM (SELECT 1 AS k, 5 AS x UNION ALL SELECT 2, 9 UNION ALL SELECT 3, 9) AS n WHERE n.k = t.id"
        code = code_of(database, statement)
        report.check(code == ("done" if clause in ("OR IGNORE", "OR REPLACE") else UNIQUE), f"UPDATE {clause} … FROM", str(code))
        report.equal(sorted(id for id, in database.execute("SELECT id FROM t")), sorted(want), f"UPDATE {clause} … FROM")
        database.execute("INSERT OR IGNORE INTO t(id) VALUES (1)")
        check(report, database, f"UPDATE {clause} … FROM")
        database.execute("COMMIT")


def test_removed_by_update_from(report):
    """A row that a conflict removes moves those behind it up, which SQLite before 3.41 hands back where it had read them."""
    for seed in range(20):
        dice = random.Random(seed)
        database = keyed(report, "id, n, key=id, batch_trees=4")
        database.execute("CREATE TABLE u(id, x)")
        for number in range(12):
            database.execute("INSERT INTO t(id, n) VALUES (?, ?)", (number, number))
            if number < 2 or dice.random() < 0.6:
                database.execute("INSERT INTO u VALUES (?, ?)", (number, dice.randrange(15)))
        database.execute("UPDATE OR REPLACE t SET id = u.x FROM u WHERE u.id = t.n")
        ids = [id for id, in database.execute("SELECT id FROM t")]
        report.check(len(set(ids)) == len(ids) and len(ids) > 2, f"{seed}: keys stay unique", ids)
        check(report, database, f"{seed}: UPDATE OR REPLACE … FROM")
        database.execute("INSERT OR IGNORE INTO t(id) VALUES (1)")
        for beyond in (1, 100, -1):
            report.raises(lambda: database.execute("UPDATE t SET _index = t._index + ? FROM (SELECT 1 AS id) AS v WHERE v.id = t.id", (beyond,)),
                          f"{seed}: positions stay read-only", "read-only")
        database.close()


if __name__ == "__main__":
    harness.run(globals())
