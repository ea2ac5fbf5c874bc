"""Options of an Arbor that stands: read, set, told to other connections, undone with their transaction, and kept."""
import tempfile

import harness


def option(database, *arguments):
    return database.execute(f"SELECT arbor_option({', '.join('?' * len(arguments))})", arguments).fetchone()[0]


def test_values(report):
    database = harness.connect(report.options.extension)
    database.execute("CREATE VIRTUAL TABLE t USING arbor(id, retain=5, batch_trees=64, retain_for='7 days')")
    report.equal([option(database, "t", name) for name in ("retain", "batch_trees", "retain_for")], [5, 64, "7 days"], "as declared")
    report.equal(option(database, "t", "retain", 3), 3, "set gives the value")
    report.equal(option(database, "t", "retain_for", None), None, "taken away")
    report.equal(option(database, "t", "retain_for", "36 hours"), "36 hours", "set again")
    database.execute("SELECT arbor_append('u', '{}')")
    report.equal([option(database, "u", name) for name in ("retain", "batch_trees", "retain_for")], [8, 16384, None], "defaults")
    report.equal([option(database, "t", "retain", 3.0), option(database, "t", "batch_trees", "64"), database.execute("SELECT arbor_vacuum('t', 3.0)").fetchone()[0],
                  database.execute("SELECT arbor_config('threads', 2.0)").fetchone()[0]], [3, 64, 0, 2], "clients of JavaScript bind every number as REAL")
    for sql in ("SELECT arbor_option('t', 'retain', 2.5)", "SELECT arbor_vacuum('t', 0.5)", "SELECT arbor_config('threads', 1.5)", "SELECT arbor_config('threads', 1e300)"):
        report.raises(lambda: database.execute(sql).fetchall(), sql)
    for bad in (("t", "nonsense"), ("t", "retain", 0), ("t", "retain", "many"), ("t", "retain", None), ("t", "batch_trees", 16385), ("t", "retain_for", "a while"), ("t", "retain_for", "-1 day"),
                ("t", "retain_for", ""), ("t", "retain_for", 7), ("nowhere", "retain"), ("nowhere", "retain", 3)):
        report.raises(lambda: option(database, *bad), f"arbor_option{bad}")
    report.equal([option(database, "t", name) for name in ("retain", "batch_trees", "retain_for")], [3, 64, "36 hours"], "nothing changed")
    report.raises(lambda: database.execute("CREATE VIRTUAL TABLE v USING arbor(retain_for='soon')"), "a declared age that is none")


def test_transactions(report):
    options = report.options
    with tempfile.TemporaryDirectory() as folder:
        one, two = (harness.connect(options.extension, f"{folder}/o.db") for _ in range(2))
        one.execute("CREATE VIRTUAL TABLE t USING arbor(id)")
        report.equal(option(two, "t", "retain"), 8, "the other sees it")
        one.execute("BEGIN")
        option(one, "t", "retain", 2)
        option(one, "t", "batch_trees", 7)
        report.equal(option(two, "t", "retain"), 8, "not committed yet")
        one.execute("ROLLBACK")
        report.equal((option(one, "t", "retain"), option(one, "t", "batch_trees")), (8, 16384), "rolled back")
        one.execute("BEGIN")
        one.execute("INSERT INTO t(id) VALUES (1)")
        one.execute("SAVEPOINT s")
        option(one, "t", "retain", 2)
        one.execute("ROLLBACK TO s")
        option(one, "t", "retain_for", "1 month")
        one.execute("COMMIT")
        report.equal([option(two, "t", name) for name in ("retain", "retain_for")], [8, "1 month"], "what a savepoint kept")
        option(one, "t", "retain", 2)
        for number in range(6):
            one.execute("UPDATE t SET id = ?", (number,))
        one.close()
        report.equal(option(two, "t", "retain"), 2, "stands in the file")
        two.execute("SELECT arbor_save('t', 'json ''[{}]''')")
        report.equal([option(two, "t", name) for name in ("retain", "retain_for")], [2, "1 month"], "arbor_save keeps options")
        report.equal(two.execute("SELECT arbor_check('t')").fetchone()[0], "ok", "check")
        two.close()


if __name__ == "__main__":
    harness.run(globals())
