"""What a transaction makes of an Arbor: one generation, whatever wrote in it; savepoints around the store's own statements; copies of the file."""
import json
import os
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()


def connect(path=":memory:", **arguments):
    return harness.connect(OPTIONS.extension, path, **arguments)


def call(database, name, *arguments):
    marks = ", ".join("?" * len(arguments))
    return database.execute(f"SELECT {name}({marks})", arguments).fetchone()[0]


def append(database, first, end, name="t", **fields):
    call(database, "arbor_append", name, json.dumps([{"a": n, **fields} for n in range(first, end)]))


def numbers(database, where=""):
    return [a for (a,) in database.execute(f"SELECT a FROM t {where}")]


def history(database, name="t"):
    return database.execute("SELECT generation, trees, added, removed FROM arbor_history(?)", (name,)).fetchall()


def sound(report, database, *names):
    for name in names or ("t",):
        report.equal(call(database, "arbor_check", name), "ok", f"arbor_check of {name}")
    report.equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity_check")


def test_one_generation(report):
    for batch_trees in (3, 1000):
        database = connect()
        database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={batch_trees}, retain=100)")
        append(database, 0, 10)
        append(database, 10, 11)
        report.equal(history(database), [(0, 0, 0, 0), (1, 10, 10, 0), (2, 11, 1, 0)], "calls of their own")
        database.execute("BEGIN")
        append(database, 11, 20)
        append(database, 20, 600)
        append(database, 600, 603)
        database.execute("INSERT INTO t(a) VALUES (603)")
        append(database, 604, 605, new=1)
        database.execute("INSERT INTO t(a, new) VALUES (605, 2)")
        report.equal(history(database)[-1], (3, 606, 595, 0), "inside, by functions and INSERT, over a new column")
        database.execute("COMMIT")
        report.equal(history(database)[2:], [(2, 11, 1, 0), (3, 606, 595, 0)], "several calls in one transaction")
        report.equal(numbers(database), list(range(606)), "their trees")
        report.equal(numbers(database, "WHERE _generation = 2"), list(range(11)), "the generation before")

        database.execute("BEGIN")
        call(database, "arbor_save", "t", "t | head 100")
        database.execute("DELETE FROM t WHERE a >= 50")
        call(database, "arbor_save", "t", "t | reverse")
        call(database, "arbor_optimize", "t")
        call(database, "arbor_create_index", "t", "a")
        append(database, 0, 2)
        database.execute("COMMIT")
        report.equal(history(database)[3:], [(3, 606, 595, 0), (4, 52, 152, 706)], "saves, a DELETE, optimize, an index")
        report.equal(numbers(database), [*range(49, -1, -1), 0, 1], "their trees")
        report.equal(numbers(database, "WHERE a = 1"), [1, 1], "by the index")
        report.equal(len(numbers(database, "WHERE _generation = 3")), 606, "the generation before")
        sound(report, database)


def test_generations_in_conditions(report):
    """`_generation = n` says which generation is read; everything else that is asked of the column is a condition like any other."""
    database = connect()
    database.execute("CREATE VIRTUAL TABLE t USING arbor(retain=100)")
    for number in range(1, 7):
        append(database, number, number + 1)
    database.execute("CREATE TABLE asked(g)")
    database.executemany("INSERT INTO asked VALUES (?)", [(2,), (None,), (4,)])
    for where, want in (("_generation = 5 AND _generation = 6", 0), ("_generation = 5 AND _generation IN (5, 6)", 5), ("_generation IN (5, 6) AND _generation = 6", 6),
                        ("_generation IN (4, 5) AND _generation IN (5, 6)", 5), ("_generation = 5 AND _generation > 5", 0), ("_generation = NULL", 0), ("_generation IN (NULL, 3)", 3),
                        ("_generation = 5 AND a = 6", 0), ("_generation = 5 AND +_generation = 5", 5)):
        report.equal(len(numbers(database, f"WHERE {where}")), want, where)
    report.equal(database.execute("SELECT g, count(a) FROM asked LEFT JOIN t ON _generation = g GROUP BY g").fetchall(), [(None, 0), (2, 2), (4, 4)], "an outer join by generation")
    report.raises(lambda: numbers(database, "WHERE _generation = 'x'"), "a text", "integer")


def test_undone(report):
    database = connect()
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4)")
    append(database, 0, 9)
    before = history(database)
    database.execute("BEGIN")
    append(database, 9, 300)
    append(database, 300, 301)
    database.execute("ROLLBACK")
    report.equal((history(database), numbers(database)), (before, list(range(9))), "ROLLBACK")
    database.execute("BEGIN")
    append(database, 9, 12)
    database.execute("SAVEPOINT a")
    append(database, 12, 400)
    database.execute("SAVEPOINT b")
    append(database, 400, 402, late=1)
    database.execute("UPDATE t SET a = -1 WHERE a < 9")
    database.execute("ROLLBACK TO b")
    report.equal(numbers(database), list(range(400)), "ROLLBACK TO b")
    append(database, 400, 401)
    database.execute("RELEASE b")
    database.execute("ROLLBACK TO a")
    report.equal((history(database)[-1], numbers(database)), ((2, 12, 3, 0), list(range(12))), "ROLLBACK TO a")
    call(database, "arbor_save", "t", "t | skip 10")
    database.execute("ROLLBACK TO a")
    append(database, 12, 13)
    report.raises(lambda: call(database, "arbor_append", "t", '{"a":13} {'), "a function that fails", "line 1")
    database.execute("COMMIT")
    report.equal((history(database), numbers(database)), (before + [(2, 13, 4, 0)], list(range(13))), "COMMIT")
    append(database, 13, 14)
    report.equal(history(database)[-1], (3, 14, 1, 0), "the next generation")
    sound(report, database)


def test_table_connected_anew_in_a_transaction(report):
    """A new column connects the table anew; the savepoints that it is then told of may be older than what they undo."""
    for late_write in ("UPDATE t SET a = 0 WHERE 0", "DELETE FROM t WHERE a = 1", "SELECT arbor_sync('t')"):
        database = connect()
        append(database, 0, 5)
        database.execute("BEGIN")
        database.execute("UPDATE t SET a = 10 WHERE a = 0")
        database.execute("SAVEPOINT s")
        database.execute("DELETE FROM t WHERE a = 2")
        append(database, 5, 6, late=1)
        report.equal(database.execute("SELECT late FROM t WHERE a = 5").fetchone(), (1,), "the new column")
        database.execute(late_write).fetchall()
        database.execute("ROLLBACK TO s")
        report.equal(numbers(database), [10, 1, 2, 3, 4], f"ROLLBACK TO after {late_write}")
        database.execute("INSERT INTO t(a) VALUES (6)")
        database.execute("COMMIT")
        report.equal((numbers(database), history(database)[-1]), ([10, 1, 2, 3, 4, 6], (2, 6, 2, 1)), f"COMMIT after {late_write}")
        sound(report, database)


def test_a_rollback_puts_another_table_back(report):
    """A table made under the name of a dropped one leaves nothing of itself behind, not even what its changes would have been numbered."""
    writes = {"append": lambda database: append(database, 90, 91), "insert": lambda database: database.execute("INSERT INTO t(a) VALUES (90)")}
    for commits, (name, write) in ((commits, write) for commits in (1, 2, 3) for write in writes.items()):
        for own in (False, True):
            database = connect()
            database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4, retain=100)")
            for commit in range(commits):
                append(database, commit * 10, commit * 10 + 6)
            before, trees = history(database), numbers(database)
            database.execute("BEGIN")
            if own:
                database.execute("INSERT INTO t(a) VALUES (80)")
            database.execute("SAVEPOINT s")
            database.execute("DROP TABLE t")
            database.execute("CREATE VIRTUAL TABLE t USING arbor(a, batch_trees=3)")
            database.execute("INSERT INTO t(a) VALUES (1), (2)")
            database.execute("ROLLBACK TO s")
            write(database)
            wanted = trees + [80] * own + [90]
            database.execute("COMMIT")
            where = f"{name} after {commits} commits{' and a write' * own}"
            report.equal(numbers(database), wanted, where)
            report.equal(history(database)[:commits + 1], before, f"{where}: the generations before")
            report.equal(numbers(database, f"WHERE _generation = {commits}"), trees, f"{where}: the generation before")
            sound(report, database)


def test_several_arbors(report):
    database = connect()
    for name in ("t", "u"):
        append(database, 0, 5, name)
    database.execute("CREATE TABLE plain(x)")
    database.execute("BEGIN")
    for name in ("t", "u", "new"):
        append(database, 5, 7, name)
        append(database, 7, 8, name)
    database.execute("INSERT INTO plain SELECT a FROM u")
    database.execute("COMMIT")
    report.equal([history(database, name)[-1] for name in ("t", "u", "new")], [(2, 8, 3, 0), (2, 8, 3, 0), (1, 3, 3, 0)], "each one generation")
    database.execute("BEGIN")
    call(database, "arbor_save_multiple", json.dumps({"t": "u", "u": "new", "v": "t | head 1"}))
    report.raises(lambda: call(database, "arbor_save_multiple", json.dumps({"t": "new", "w": "u | select a / 0 as x | take 99"})), "the last fails")
    call(database, "arbor_save_multiple", json.dumps({"v": "t | head 2"}))
    database.execute("COMMIT")
    report.equal([history(database, name)[-1][:2] for name in ("t", "u", "v")], [(3, 8), (3, 3), (1, 2)], "saved together")
    report.equal(database.execute("SELECT name FROM arbor_list ORDER BY 1").fetchall(), [("new",), ("t",), ("u",), ("v",)], "the Arbors")
    sound(report, database, "t", "u", "v", "new")


def test_handles_and_retention(report):
    database = connect()
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4, retain=2)")
    append(database, 0, 10)
    database.execute("BEGIN")
    append(database, 10, 20)
    handle = call(database, "arbor_open", "t")
    append(database, 20, 300)
    call(database, "arbor_save", "t", "t | tail 5")
    report.equal(call(database, "arbor_count", handle), 20, "a handle opened in the transaction")
    database.execute("COMMIT")
    report.equal(history(database), [(1, 10, 10, 0), (2, 5, 295, 300)], "two generations are kept")
    append(database, 0, 1)
    append(database, 1, 2)
    call(database, "arbor_vacuum", "t")
    report.equal(json.loads(call(database, "arbor_json", handle)), [{"a": n} for n in range(20)], "the handle after vacuum")
    report.raises(lambda: numbers(database, "WHERE _generation = 1"), "a generation that is gone", "no generation 1")
    call(database, "arbor_close", handle)
    sound(report, database)


def test_changed_schemas(report):
    """What another connection made of the schema, and what a rollback made of it, is no error for a new statement on an Arbor."""
    statements = ("SELECT a FROM t WHERE a >= 0", "SELECT count(*), max(a) FROM t", "UPDATE t SET a = a + 0 WHERE a = 1", "DELETE FROM t WHERE a = 9",
                  "SELECT * FROM t JOIN t AS u USING (a) ORDER BY t.a LIMIT 3", "SELECT arbor_count('t | filter a > 0')",
                  "SELECT a FROM t WHERE a LIKE '1%'", "SELECT a FROM t WHERE a GLOB '1*'", "SELECT a FROM t WHERE t MATCH 'a > 1'", "SELECT t.a FROM t LEFT JOIN t AS u ON u.a = t.a AND u.a <> 3")
    with harness.scratch() as folder:
        for journal in ("wal", "delete"):
            path = f"{folder}/{journal}.db"
            database, other = connect(path), connect(path)
            database.execute(f"PRAGMA journal_mode = {journal}")
            append(database, 0, 5)
            for connected in (False, True):
                for number, statement in enumerate(statements):
                    late = connect(path)
                    late.execute("SELECT a FROM t" if connected else "SELECT * FROM sqlite_master").fetchall()
                    other.execute(f"CREATE TABLE x{connected}{number}(y)")
                    for each in (database, late):
                        each.execute(statement).fetchall()
                        report.ok()
                    late.close()
            database.execute("CREATE TABLE plain(x)")
            for end in ("ROLLBACK", "ROLLBACK TO s"):
                database.execute("BEGIN")
                database.execute("SAVEPOINT s")
                append(database, 5, 7, late=1)
                report.equal(database.execute("SELECT late FROM t WHERE a = 5").fetchall(), [(1,)], "a new column")
                database.execute(end)
                for statement in statements:
                    database.execute(statement).fetchall()
                    report.ok()
                report.raises(lambda: database.execute("SELECT late FROM t"), f"the column after {end}", "no such column")
                report.equal(numbers(database), list(range(5)), f"the trees after {end}")
                if database.in_transaction:
                    database.execute("COMMIT")
            sound(report, database)
            database.close()
            other.close()


def test_second_connection(report):
    with harness.scratch() as folder:
        for journal in ("wal", "delete"):
            path = f"{folder}/{journal}.db"
            writer, reader = connect(path), connect(path)
            writer.execute(f"PRAGMA journal_mode = {journal}")
            append(writer, 0, 10)
            report.equal(numbers(reader), list(range(10)), "committed")
            writer.execute("BEGIN IMMEDIATE")
            append(writer, 10, 20)
            append(writer, 20, 21, b=1)
            report.equal(numbers(reader), list(range(10)), "not yet")
            report.raises(lambda: append(reader, 0, 1), "a second writer", "locked")
            writer.execute("COMMIT")
            report.equal((numbers(reader), reader.execute("SELECT b FROM t WHERE a = 20").fetchone()), (list(range(21)), (1,)), "then")
            append(reader, 21, 22)
            report.equal(history(writer)[-1], (3, 22, 1, 0), "the other's generation")
            sound(report, writer)
            writer.close()
            reader.close()


def writing_turn(database, model, number):
    """Does one of the ways to write to t, and to the model what is committed of it."""
    changed = {**model, number % 7: number}
    update = lambda: database.execute("UPDATE t SET b = ?, c = ? WHERE a = ?", (number, [None, number][number % 2], number % 7))  # noqa: E731
    way = number % 11
    if way == 0:  # the append is undone though SQLite tells the table of no rollback
        database.execute("BEGIN")
        append(database, 100, 103)
        database.execute("ROLLBACK")
        return model
    if way == 1:
        database.execute("SAVEPOINT s")
        append(database, 100, 103)
        database.execute("ROLLBACK TO s")
        update()
        database.execute("RELEASE s")
        return changed
    if way == 2:
        database.execute("BEGIN")
        update()
        database.execute("ROLLBACK")
        return model
    if way == 3:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO other VALUES (?)", (number,))
        update()
        database.execute("COMMIT")
        return changed
    if way == 4:
        database.execute("INSERT INTO other VALUES (?)", (number,))
        return model
    if way == 5:  # a trigger's
        database.execute("INSERT INTO told VALUES (?)", (number,))
        return changed
    if way == 6:
        try:
            database.execute("UPDATE t SET b = ?, _index = 5", (number,))
        except sqlite3.Error:
            return model
    update()
    return changed


def test_connections_that_write_in_turns(report):
    """Each statement finds what the last one left, whoever made it; a connection that wrote last need not look."""
    with harness.scratch() as folder:
        for journal, path in (("wal", "turns-wal.db"), ("delete", "turns.db"), ("memory", "file:turns?mode=memory&cache=shared")):
            shared = path.startswith("file:")
            connections = [connect(path if shared else f"{folder}/{path}", uri=shared) for _ in range(3)]
            first = connections[0]
            for connection in connections:
                connection.execute("PRAGMA synchronous = off")
            first.execute(f"PRAGMA journal_mode = {journal}")
            first.executescript("CREATE VIRTUAL TABLE t USING arbor(a, b, c, batch_trees=16); CREATE TABLE other(x); CREATE TABLE told(x);"
                                "CREATE TRIGGER tell AFTER INSERT ON told BEGIN UPDATE t SET b = new.x, c = CASE new.x % 2 WHEN 1 THEN new.x END WHERE a = new.x % 7; END")
            append(first, 0, 7)
            model = {number: None for number in range(7)}
            wrong = 0
            for number in range(1, 300 if OPTIONS.quick else 1200):
                turn = connections[(number * number // 5) % 3 if number % 4 else 0]
                model = writing_turn(turn, model, number)
                if number % 3 == 0:
                    seen = dict(connections[number % 5 % 3].execute("SELECT a, b FROM t").fetchall())
                    wrong += seen != model
            report.equal(wrong, 0, f"states that were not as written, {journal}")
            sound(report, first)
            for connection in connections:
                connection.close()


def test_columns_of_appends(report):
    """Every call of arbor_append shows the columns of all pending trees, whatever was rolled back before and whoever wrote them."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has fixed columns")
    rng = random.Random(harness.seed_of(OPTIONS))
    with harness.scratch() as folder:
        path = f"{folder}/columns.db"
        connections = [connect(path) for _ in range(2)]
        for connection in connections:
            connection.execute("PRAGMA synchronous = off")
        append(connections[0], 0, 2)
        kept, wrong = ["a"], []
        for round_number in range(40 if OPTIONS.quick else 150):
            writer = rng.choice(connections)
            writer.execute("BEGIN IMMEDIATE")
            now, saved = list(kept), None
            for step in range(rng.randrange(1, 6)):
                key = f"k{round_number}_{step}"
                choice = rng.random()
                if choice < 0.2 and saved is None:
                    writer.execute("SAVEPOINT s")
                    saved = list(now)
                elif choice < 0.3 and saved is not None:
                    writer.execute("ROLLBACK TO s")
                    now = list(saved)
                elif choice < 0.5:
                    writer.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps({key: 1}),))
                    now.append(key)  # which the next call shows
                else:
                    append(writer, 0, 1, **{key: 1})
                    now.append(key)
            append(writer, 0, 1)
            end = rng.choice(["COMMIT", "COMMIT", "ROLLBACK"])
            if end == "COMMIT":
                kept = now
            for shown, want in ((writer, now), *((each, kept) for each in connections)):
                columns = [name for _, name, *_ in shown.execute("PRAGMA table_info(t)") if not name.startswith("_")]
                if columns != want:
                    wrong.append((round_number, end, columns[-6:], want[-6:]))
                if shown is writer and writer.in_transaction:
                    writer.execute(end)
        report.equal(wrong, [], "columns that are not those of the trees")
        sound(report, connections[0])
        for connection in connections:
            connection.close()


def test_hooks_inside_the_stores_own_statements(report):
    """A changed schema makes SQLite prepare the store's statements anew in the midst of a write, inside savepoints that it tells tables of."""
    works = {
        "INSERT": lambda database: database.execute("INSERT INTO t(a) VALUES (1000)"),
        "UPDATE": lambda database: database.execute("UPDATE t SET a = a + 0"),
        "DELETE": lambda database: database.execute("DELETE FROM t WHERE a % 2 = 0"),
        "append": lambda database: append(database, 500, 560),
        "insert": lambda database: call(database, "arbor_save", "t", "t | insert 3 (t | head 2)"),
        "optimize": lambda database: call(database, "arbor_optimize", "t"),
        "create index": lambda database: call(database, "arbor_create_index", "t", "b"),
        "drop index": lambda database: call(database, "arbor_drop_index", "t", "a"),
        "vacuum": lambda database: call(database, "arbor_vacuum", "t"),
        "sync": lambda database: call(database, "arbor_sync", "t"),
    }
    for inside in (False, True):
        for name, work in works.items():
            results = []
            for unrest in (False, True):
                database = connect()
                database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=8)")
                append(database, 0, 40, b=[1])
                call(database, "arbor_create_index", "t", "a")
                database.execute("UPDATE t SET a = a + 100 WHERE a % 3 = 0")
                if inside:
                    database.execute("BEGIN")
                    database.execute("UPDATE t SET b = 5 WHERE a < 10")
                    database.execute("SAVEPOINT s")
                if unrest:
                    database.execute("CREATE TABLE other(x)")  # the schema's version: everything prepared is prepared anew
                work(database)
                if unrest:
                    database.execute("DROP TABLE other")
                database.execute("UPDATE t SET b = 6 WHERE rowid = 5")
                if inside:
                    database.execute("RELEASE s")
                    database.execute("COMMIT")
                results.append(database.execute("SELECT rowid, _tree FROM t").fetchall())
                report.equal(numbers(database, "WHERE a = 103"), [103] * sum('"a":103' in tree for _, tree in results[-1]), f"the index after {name}")
                sound(report, database)
            report.equal(results[1], results[0], f"{name}, with a changed schema")


def test_copies(report):
    """VACUUM, VACUUM INTO and the backup API give files that open and check, with the same trees, rowids and generations."""
    with harness.scratch() as folder:
        path = f"{folder}/t.db"
        database = connect(path)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=50)")
        append(database, 0, 1000, text="x" * 50)
        call(database, "arbor_create_index", "t", "a")
        database.execute("UPDATE t SET a = a + 5000 WHERE a % 10 = 0")
        database.execute("DELETE FROM t WHERE a % 7 = 0")
        everything = lambda d: (d.execute("SELECT rowid, _tree FROM t").fetchall(), history(d),  # noqa: E731
                                d.execute("SELECT count(*), sum(a) FROM t WHERE _generation = 1").fetchall(),
                                d.execute("SELECT rowid FROM t WHERE a = 5010").fetchall())
        want = everything(database)
        database.execute("VACUUM")
        report.equal(everything(database), want, "after VACUUM")
        database.execute(f"VACUUM INTO '{folder}/into.db'")
        with sqlite3.connect(f"{folder}/backup.db") as copy:
            database.backup(copy)
        copy.close()
        database.execute("INSERT INTO t(a) VALUES (-1)")
        for name in ("into", "backup"):
            copy = connect(f"{folder}/{name}.db")
            report.equal(everything(copy), want, f"the copy {name}")
            copy.execute("UPDATE t SET a = 0 WHERE a = 5010")
            append(copy, 0, 60)
            report.equal(copy.execute("SELECT count(*) FROM t WHERE a = 0").fetchone(), (2,), f"written: {name}")
            sound(report, copy)
            copy.close()
        sound(report, database)
        reader = database.execute("SELECT a FROM t ORDER BY _index")
        first = reader.fetchone()
        report.raises(lambda: database.execute("VACUUM"), "VACUUM while a statement reads", "in progress")
        report.equal([first, *reader.fetchall()], database.execute("SELECT a FROM t ORDER BY _index").fetchall(), "the statement goes on")
        database.close()


def test_vacuum_frees_bytes(report):
    with harness.scratch() as folder:
        path = f"{folder}/t.db"
        database = connect(path)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=1000)")
        noise = [{"a": n, "s": os.urandom(40).hex()} for n in range(8000)]
        for _ in range(4):
            call(database, "arbor_append", "t", json.dumps(noise))
            database.execute("DELETE FROM t WHERE rowid % 10 > 0")
            call(database, "arbor_optimize", "t")
        free = lambda: database.execute("PRAGMA freelist_count").fetchone()[0] * database.execute("PRAGMA page_size").fetchone()[0]  # noqa: E731
        before, freed = free(), call(database, "arbor_vacuum", "t")
        report.equal(free() - before, freed, "the reported bytes are those on SQLite's free list")
        size = os.path.getsize(path)
        report.check(freed > size // 4, f"{freed} bytes freed of {size}")
        database.execute("VACUUM")
        shrunk = os.path.getsize(path)
        report.check(size - shrunk >= freed, f"the file shrinks by {size - shrunk} bytes after {freed} were freed")
        report.equal(call(database, "arbor_vacuum", "t"), 0, "nothing is left to free")
        report.equal(len(history(database)), 1, "one generation is left")
        sound(report, database)
        database.close()


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
