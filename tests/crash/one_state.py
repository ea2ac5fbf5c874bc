"""One call, one committed state; and whoever writes waits for the lock: processes over one file, in WAL and rollback-journal modes.

One process moves trees between two Arbors, one transaction a move, and adds, folds and vacuums besides. Another asks every kind of
function what holds in each committed state: the same trees in both together, nothing damaged, with connections that are new or used,
and with the Arbors in an attached database. Then several processes write through functions at once: none may be turned away.
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

TREES = 101
BOTH = "#t | append (#u)"  # the schema takes the place of #
READS = [
    (f"SELECT arbor_count('{BOTH}')", TREES), (f"SELECT json_array_length(arbor_json('{BOTH} | select id'))", TREES), ("SELECT arbor_check('#t')", "ok"), ("SELECT arbor_check('#u')", "ok"),
    (f"SELECT arbor_json('{BOTH} | aggregate sum(id) as s')", '[{"s":5050}]'), (f"SELECT json_array_length(arbor_matching_indices('{BOTH}', 'id >= 0'))", TREES), (f"SELECT arbor_all('{BOTH}', 'id >= 0')", 1),
    (f"SELECT arbor_any('{BOTH}', 'id = 77')", 1), (f"SELECT arbor_find_one('{BOTH} | select id', 'id = 50')", '{"id":50}'), (f"SELECT arbor_get('{BOTH} | sort_by id | select id', 100)", '{"id":100}'),
    (f"SELECT arbor_collect_tree('{BOTH} | aggregate count() as n')", '{"n":101}'), (f"SELECT arbor_lookup('{BOTH} | select id | index_by id', 9)", '{"id":9}'), (f"SELECT arbor_count(arbor_open('{BOTH}'))", TREES),
    (f"SELECT arbor_explain('{BOTH} | filter id > 3') <> ''", 1), (f"SELECT arbor_explain_analyze('{BOTH} | filter id > 3') <> ''", 1), (f"SELECT count(*) FROM arbor_rows('{BOTH}')", TREES),
    ("SELECT (SELECT count(*) FROM #t) + (SELECT count(*) FROM #u)", TREES), ("SELECT sum(trees) FROM arbor_list WHERE name IN ('t', 'u')", TREES), ("SELECT count(*) FROM #both", TREES),
    ("SELECT sum(id) FROM (SELECT id FROM #t UNION ALL SELECT id FROM #u)", 5050), ("SELECT count(*) >= 0 FROM arbor_schema('#t')", 1), ("SELECT count(*) > 0 FROM arbor_history('#u')", 1),
    (f"SELECT arbor_count(arbor_refresh(arbor_open('{BOTH}')))", TREES),
]
WRITES = [
    (f"SELECT arbor_save('#s', '{BOTH}')", TREES), (f"SELECT arbor_save_multiple('{{\"#s\":\"{BOTH}\"}}') LIKE '%:101}}'", 1), ("INSERT INTO #w(id) VALUES (1) RETURNING 1", 1),
    ("SELECT arbor_append('#w', '{\"id\":2}') <> ''", 1), ("SELECT arbor_optimize('#w') <> ''", 1), ("SELECT arbor_vacuum('#t') >= 0", 1), ("SELECT arbor_sync('#w') > 0", 1),
]
AGAIN = [1, 16, 128]  # how often a question is asked in sequence: its statement stays prepared, and others commit in between


def create(options, path, journal):
    database = harness.connect(options.extension, path)
    database.execute(f"PRAGMA journal_mode={journal}")
    for name in "tuw":
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(id, batch_trees=20)")
    database.execute("SELECT arbor_append('t', ?)", ("\n".join(json.dumps({"id": i}) for i in range(TREES)),))
    database.execute(f"CREATE VIRTUAL TABLE both USING arbor_view('{BOTH.replace('#', '')}')")
    database.close()


def connected(options, path):
    database = harness.connect(options.extension, path)
    database.execute("PRAGMA busy_timeout=60000")
    database.execute("PRAGMA synchronous=OFF")
    return database


def move(options, path, rng):
    """Moves trees until its input ends; says what went wrong."""
    database, done, wrong = connected(options, path), 0, []
    asked = subprocess.Popen(["cat"], stdin=sys.stdin, stdout=subprocess.DEVNULL)  # ends with the parent's pipe
    while asked.poll() is None:
        done += 1
        time.sleep(rng.choice([0, 0, 0.001, 0.003]))  # lets the others in
        source, target = ("t", "u") if done // 25 % 2 == 0 else ("u", "t")
        try:
            database.execute("BEGIN IMMEDIATE")
            moved = database.execute(f"SELECT rowid, id FROM {source} LIMIT ?", (rng.choice([1, 1, 7]),)).fetchall()
            for rowid, number in moved:
                database.execute(f"DELETE FROM {source} WHERE rowid = ?", (rowid,))
                database.execute(f"INSERT INTO {target}(id) VALUES (?)", (number,))
            database.execute("COMMIT")
            if done % 5 == 0:
                text = json.dumps({"id": done, f"p{done % 40}": 1})
                database.execute(rng.choice(["SELECT arbor_optimize('t')", "SELECT arbor_optimize('u')", "SELECT arbor_vacuum('u')", f"SELECT arbor_append('w', '{text}')"])).fetchall()
        except sqlite3.Error as error:
            wrong.append(f"the mover: {error}")
            if database.in_transaction:
                database.execute("ROLLBACK")
        if done == 1:
            print("moving", flush=True)
    print(json.dumps({"moves": done, "wrong": wrong[:5]}))


class Reader:
    def __init__(self, options, path, rng):
        self.options, self.path, self.rng = options, path, rng
        self.database = None

    def connect(self):
        """A new connection; in a third of the cases it sees the Arbors in an attached database."""
        if self.database:
            self.database.close()
        attached = self.rng.random() < 0.33
        self.database = connected(self.options, ":memory:" if attached else self.path)
        if attached:
            self.database.execute("ATTACH ? AS a", (self.path,))
        self.prefix = "a." if attached else ""

    def ask(self, most):
        """Asks a question up to `most` times; gives what was wrong with each answer, None where nothing was."""
        if self.database is None or self.rng.random() < 0.1:
            self.connect()
        writes = self.rng.random() < 0.2
        query, want = self.rng.choice(WRITES if writes else READS)
        query, begun = query.replace('#', self.prefix), self.rng.random() < 0.15
        return [self.call(query, want, begun) for _ in range(1 if writes else min(most, self.rng.choice(AGAIN)))]

    def call(self, query, want, begun):
        try:
            if begun:
                self.database.execute("BEGIN")
            got = self.database.execute(query).fetchall()[0][0]
            if begun:
                self.database.execute("COMMIT")
        except sqlite3.Error as error:
            got = str(error)
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            if begun and "locked" in got and query.startswith("INSERT"):
                return None  # a table that is not connected yet is read first: as with SQLite's own, an upgrade does not wait
        return None if got == want else f"{'BEGIN; ' if begun else ''}{query}: got {got!r:.200}, want {want!r}"


def read_while_moving(options, report, path, rng, calls):
    command = [sys.executable, __file__, "--extension", options.extension, "--role", "mover", "--path", path, "--seed", str(rng.randrange(1 << 32))]
    mover = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    mover.stdout.readline()  # a busy machine may begin with it later than all calls take
    reader = Reader(options, path, rng)
    left = calls
    while left > 0:
        for wrong in reader.ask(min(left, calls // 50)):
            report.check(wrong is None, wrong)
            left -= 1
    mover.stdin.close()
    told = json.loads(mover.stdout.read())
    mover.wait()
    report.check(told["moves"] > 0 and not told["wrong"], f"the mover: {told}")
    print(f"{report.where}: {calls} calls beside {told['moves']} moves", flush=True)


def write(options, path, rng):
    """Appends so many trees, each in a call of its own."""
    database, wrong = connected(options, path), []
    for number in range(options.calls):
        try:
            begun = number % 3 == 0
            if begun:
                database.execute("BEGIN")
            database.execute("SELECT arbor_append('all', ?)", (json.dumps({"by": options.seed, "n": number}),)).fetchall()
            if begun:
                database.execute("COMMIT")
            if number % 10 == 5:
                database.execute(rng.choice(["SELECT arbor_optimize('all')", "SELECT arbor_save('copy', 'all | head 3')", "SELECT arbor_create_index('all', 'n')", "SELECT arbor_drop_index('all', 'n')", "SELECT arbor_delete('copy')", "SELECT arbor_append('new' || abs(random() % 3), '{}')"])).fetchall()
        except sqlite3.Error as error:
            if "has an index" not in str(error):
                wrong.append(str(error))
            if database.in_transaction:
                database.execute("ROLLBACK")
    print(json.dumps(wrong))


def write_together(options, report, path, calls):
    command = [sys.executable, __file__, "--extension", options.extension, "--role", "writer", "--path", path, "--calls", str(calls)]
    writers = [subprocess.Popen(command + ["--seed", str(seed)], stdout=subprocess.PIPE, text=True) for seed in range(3)]
    for writer in writers:
        report.equal(json.loads(writer.communicate()[0]), [], "what writers were told")
    database = connected(options, path)
    report.equal(database.execute("SELECT count(*), count(DISTINCT \"by\" || ' ' || n) FROM \"all\"").fetchone(), (3 * calls, 3 * calls), "the trees that were appended")
    report.equal(database.execute("SELECT arbor_check('all')").fetchone(), ("ok",), "arbor_check")
    database.close()


def main():
    parser = harness.parser()
    parser.add_argument("--role", choices=["mover", "writer"], help="be this process")
    parser.add_argument("--path")
    parser.add_argument("--calls", type=int, default=None, help="of the reader, in each mode")
    options = parser.parse_args()
    if options.role:
        return {"mover": move, "writer": write}[options.role](options, options.path, random.Random(options.seed))
    harness.require_extension(options)
    rng, report = random.Random(harness.seed_of(options)), harness.Report(options)
    calls = options.calls or (500 if options.quick else 100_000)
    with harness.scratch() as folder:
        for journal in ("wal", "delete"):
            report.where, path = journal, f"{folder}/{journal}.db"
            create(options, path, journal)
            read_while_moving(options, report, path, rng, calls)
            write_together(options, report, f"{folder}/{journal}-writers.db", 15 if options.quick else 150)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
