"""Writes by SQL as a user meets them: what comes back, what fails, and that nothing else changed."""
import json
import pathlib
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


def main():
    options = harness.parser().parse_args()
    harness.require_extension(options)
    report = harness.Report(options)
    for test in (test_containers_stay_containers, test_refusals, test_read_only, test_many_updates_between_reads):
        report.where = test.__name__
        try:
            test(options, report)
        except Exception as error:
            report.fail(f"{type(error).__name__}: {error}")
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
