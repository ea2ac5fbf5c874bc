"""Writers and readers in processes of their own over one file, in WAL and rollback-journal modes.

Every transaction keeps the sum of all amounts at zero and writes its number, the count of trees and the sum of ids into an ordinary
table; now and then it adds a column. Readers check that Arbor and table always agree, that a statement begun keeps its state
however long it is read, that new columns are noticed, and that a locked database says SQLITE_BUSY. --self-check plays the Arbor
with an ordinary table.
"""
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

SUMS = "SELECT count(*), coalesce(sum(id), 0), coalesce(sum(amount), 0) FROM t"
NEWEST = "SELECT number, trees, ids, columns FROM done ORDER BY number DESC LIMIT 1"
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def open_database(options, path, wait=20000):
    database = sqlite3.connect(path, isolation_level=None) if options.self_check else harness.connect(options.extension, path)
    if options.self_check:
        for name in ("arbor_optimize", "arbor_vacuum", "arbor_check"):
            database.create_function(name, 1, lambda name: "ok")
    database.execute(f"PRAGMA busy_timeout={wait}")
    return database


def create(options, path, batch_trees, journal):
    database = open_database(options, path)
    database.execute(f"PRAGMA journal_mode={journal}")
    database.execute("CREATE TABLE t(id, amount)" if options.self_check else f"CREATE VIRTUAL TABLE t USING arbor(id, amount, batch_trees={batch_trees})")
    database.execute("CREATE TABLE done(number INTEGER PRIMARY KEY, trees, ids, columns)")
    database.execute("INSERT INTO done VALUES (0, 0, 0, 0)")
    database.close()


def is_busy(error):
    return (error.sqlite_errorcode & 0xFF) in BUSY


class Writer:
    """Transactions until the time is over."""

    def __init__(self, options, path, rng):
        self.options, self.rng, self.database = options, rng, open_database(options, path)

    def run(self, until):
        commits = busy = 0
        while time.monotonic() < until:
            try:
                commits += self.transaction()
                time.sleep(self.rng.choice([0, 0, 0.003]))  # lets the others in
            except sqlite3.Error as error:
                if not is_busy(error):
                    raise
                busy += 1
                if self.database.in_transaction:
                    self.database.execute("ROLLBACK")
        print(json.dumps({"commits": commits, "busy": busy}), flush=True)

    def transaction(self):
        execute, rng = self.database.execute, self.rng
        # A deferred transaction that reads first may find that another has written since: SQLITE_BUSY, to be begun again.
        execute(rng.choice(["BEGIN IMMEDIATE", "BEGIN IMMEDIATE", "BEGIN"]))
        number, _, _, columns = execute(NEWEST).fetchone()
        for _ in range(rng.choice([1, 1, 2, 4])):
            self.write()
        if rng.random() < 0.05:
            columns += 1
            self.add_column(columns)
        trees, ids, _ = execute(SUMS).fetchone()
        execute("INSERT INTO done VALUES (?, ?, ?, ?)", (number + 1, trees, ids, columns))
        execute("DELETE FROM done WHERE number < ?", (number - 3,))
        keep = rng.random() < 0.85
        execute("COMMIT" if keep else "ROLLBACK")
        return keep

    def write(self):
        """A change that leaves the sum of amounts as it is."""
        execute, rng = self.database.execute, self.rng
        identity, amount, kind = rng.randrange(200), rng.randrange(1, 1000), rng.random()
        if kind < 0.4:
            execute("INSERT INTO t(id, amount) VALUES (?, ?), (?, ?)", (identity, amount, identity, -amount))
        elif kind < 0.55:
            execute("UPDATE t SET amount = -amount WHERE id = ?", (identity,))
            execute("UPDATE t SET amount = -amount WHERE id = ?", (identity,))
        elif kind < 0.7:
            execute("UPDATE t SET id = ? WHERE id = ?", (rng.randrange(200), identity))
        elif kind < 0.85:
            execute("DELETE FROM t WHERE id BETWEEN ? AND ?", (identity, identity + rng.choice([0, 3, 20])))
            left = execute("SELECT coalesce(sum(amount), 0) FROM t").fetchone()[0]
            execute("INSERT INTO t(id, amount) VALUES (0, ?)", (-left,))
        elif kind < 0.93:
            execute("INSERT INTO t(id, amount) SELECT value, value % 7 - 3 FROM json_each(?)", (json.dumps(list(range(14, 14 + 7 * rng.choice([1, 20])))),))
        else:
            execute(f"SELECT {rng.choice(['arbor_optimize', 'arbor_optimize', 'arbor_vacuum'])}('t')").fetchall()

    def add_column(self, number):
        if self.options.self_check:
            self.database.execute(f"ALTER TABLE t ADD COLUMN c{number}")
            self.database.execute(f"INSERT INTO t(id, amount, c{number}) VALUES (1, 0, {number})")
        else:
            self.database.execute("SELECT arbor_append('t', ?)", (json.dumps({"id": 1, "amount": 0, f"c{number}": number}),)).fetchall()


class Reader:
    """Looks until the time is over; tells what it found wrong."""

    def __init__(self, options, path, rng):
        self.options, self.path, self.rng = options, path, rng
        self.database, self.newest, self.checks, self.busy, self.wrong = open_database(options, path, 0), 0, 0, 0, []

    def run(self, until):
        looks = [self.look_twice, self.look_slowly, self.look_slowly, self.look_at_columns, self.look_whole]
        while time.monotonic() < until and len(self.wrong) < 5:
            try:
                self.rng.choice(looks)()
            except sqlite3.Error as error:
                if is_busy(error):
                    self.busy += 1
                else:
                    self.wrong.append(f"{type(error).__name__} {error.sqlite_errorname}: {error}")
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            time.sleep(self.rng.choice([0, 0.001, 0.01]))
        print(json.dumps({"checks": self.checks, "busy": self.busy, "wrong": self.wrong}), flush=True)

    def same(self, got, want, what):
        self.checks += 1
        if got != want:
            self.wrong.append(f"{what}: got {got!r:.200}, want {want!r:.200}")

    def begin(self):
        self.database.execute("BEGIN")
        done = self.database.execute(NEWEST).fetchone()
        if done[0] < self.newest:
            self.wrong.append(f"transaction {done[0]} seen after {self.newest}")
        self.newest = done[0]
        return done

    def look_twice(self):
        number, trees, ids, _ = self.begin()
        for _ in range(2):
            self.same(self.database.execute(SUMS).fetchone(), (trees, ids, 0), f"sums after transaction {number}")
            time.sleep(self.rng.choice([0, 0.005]))

    def look_slowly(self):
        """Reads a cursor row by row while others write; in half of the cases outside a transaction, where the statement alone holds the state."""
        number, trees, ids, _ = self.begin()
        order = self.rng.choice(["", " ORDER BY _index", " ORDER BY amount, rowid"]) if not self.options.self_check else ""
        cursor = self.database.execute(f"SELECT id, amount FROM t{order}")
        rows = cursor.fetchmany(3)
        if self.rng.random() < 0.5:
            self.database.execute("COMMIT")
        for _ in range(3):
            time.sleep(self.rng.choice([0, 0.01]))
            rows += cursor.fetchmany(20)
        rows += cursor.fetchall()
        self.same((len(rows), sum(row[0] for row in rows), sum(row[1] for row in rows)), (trees, ids, 0), f"slow rows after transaction {number}")

    def look_at_columns(self):
        """A column that was committed is there for a new connection, and for this one as it has seen the schema change."""
        if self.rng.random() < 0.3:
            self.database.close()
            self.database = open_database(self.options, self.path, 0)
        number, _, _, columns = self.begin()
        if columns:
            which = self.rng.randrange(1, columns + 1)
            values = self.database.execute(f"SELECT DISTINCT t.c{which} FROM t WHERE t.c{which} IS NOT NULL").fetchall()
            self.same(set(values) <= {(which,)}, True, f"column c{which} after transaction {number}")

    def look_whole(self):
        number, trees, ids, _ = self.begin()
        self.same(self.database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", f"arbor_check after transaction {number}")
        self.same(self.database.execute("SELECT count(*) FROM t a JOIN t b ON a.rowid = b.rowid").fetchone()[0], trees, f"a join by rowid after transaction {number}")
        if not self.options.self_check:
            trees_read = [json.loads(row[0]) for row in self.database.execute("SELECT _tree FROM t")]
            self.same((len(trees_read), sum(tree["id"] for tree in trees_read)), (trees, ids), f"trees after transaction {number}")


def spawn(options, role, path, seed, seconds):
    command = [sys.executable, __file__, "--extension", options.extension, "--role", role, "--path", path, "--seed", str(seed), "--seconds", str(seconds)]
    return role, subprocess.Popen(command + (["--self-check"] if options.self_check else []), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def judge(report, role, process, seconds):
    """Waits for one process and counts what it says."""
    try:
        out, err = process.communicate(timeout=seconds + 90)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return report.fail(f"the {role} hangs")
    if not report.check(process.returncode == 0, f"the {role} ends with {process.returncode}", err[-600:]):
        return None
    told = json.loads(out.splitlines()[-1])
    for wrong in told.get("wrong", []):
        report.fail(f"{role}: {wrong}")
    report.passed += told.get("checks", 0)
    return told


def run_mode(options, report, folder, rng, journal, seconds):
    path, batch_trees = f"{folder}/{journal}.db", rng.choice([4, 50, 1000])
    report.where = f"{journal}, batch_trees={batch_trees}"
    create(options, path, batch_trees, journal)
    processes = [spawn(options, role, path, rng.randrange(1 << 32), seconds) for role in ("writer", "writer", "reader", "reader")]
    told = [judge(report, role, process, seconds) for role, process in processes]
    print(f"{report.where}: {told}", flush=True)
    report.check(sum(each.get("commits", 0) for each in told if each) > 0, "somebody commits")
    database = open_database(options, path)
    number, trees, ids, _ = database.execute(NEWEST).fetchone()
    report.equal(database.execute(SUMS).fetchone(), (trees, ids, 0), f"the sums at the end, transaction {number}")
    report.equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity_check")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def main():
    parser = harness.parser()
    parser.add_argument("--role", choices=["writer", "reader"], help="be this process")
    parser.add_argument("--path")
    parser.add_argument("--seconds", type=float, default=None, help="how long the processes run, each mode")
    options = parser.parse_args()
    if options.role:
        role = {"writer": Writer, "reader": Reader}[options.role]
        return role(options, options.path, random.Random(options.seed)).run(time.monotonic() + options.seconds)
    harness.require_extension(options)
    rng, report = random.Random(harness.seed_of(options)), harness.Report(options)
    seconds = options.seconds or (4 if options.quick else 20)
    with harness.scratch() as folder:
        for journal in ("wal", "delete", "persist"):
            run_mode(options, report, folder, rng, journal, seconds)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
