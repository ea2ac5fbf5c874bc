"""Kills a writing process at random moments, again and again, and finds exactly what was committed.

The writer appends, inserts, updates, deletes, optimizes, tags and restores, in every other database by a unique key (upserts), with an index on elements, in transactions, each of which also writes its number, the sum of
all ids and what its tag names into an ordinary table; it reports a commit by a line on its output. After the kill the Arbor must agree with that table, and
the table must hold the last reported transaction or the one after it. --self-check plays the Arbor with an ordinary table.
"""
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

SUMS = "SELECT count(*), coalesce(sum(id), 0), coalesce(sum(length(name)), 0) FROM t"
TAGGED = "SELECT generation, trees FROM arbor_history('t') WHERE tag = 'kept'"


def open_database(options, path):
    if not options.self_check:
        database = harness.connect(options.extension, path)
    else:
        database = sqlite3.connect(path, isolation_level=None)
        database.create_function("arbor_append", -1, lambda name, text, *options: database.executemany(
            f"INSERT {'OR REPLACE' if options else ''} INTO t(id, name) VALUES (?, ?)", [(tree["id"], tree["name"]) for tree in map(json.loads, text.split("\n"))]).rowcount)
        database.create_function("arbor_optimize", 1, lambda name: 0)
        database.create_function("arbor_vacuum", 1, lambda name: 0)
        database.create_function("arbor_check", 1, lambda name: "ok")
    database.execute("PRAGMA busy_timeout=20000")
    return database


def create(options, path, batch_trees, journal, keyed):
    database = open_database(options, path)
    database.execute(f"PRAGMA journal_mode={journal}")
    if options.self_check:
        database.execute(f"CREATE TABLE t(id{' UNIQUE' if keyed else ''}, name)")
    else:
        database.execute(f"CREATE VIRTUAL TABLE t USING arbor(id, name, batch_trees={batch_trees}{', key=id' if keyed else ''})")
        database.execute("SELECT arbor_create_index('t', 'tags[*]')")
    database.execute("CREATE TABLE done(number INTEGER PRIMARY KEY, trees, ids, names, tagged)")
    database.close()


def write(options, path, seed):
    """The child: transactions without end."""
    rng, database = random.Random(seed), open_database(options, path)
    number = database.execute("SELECT coalesce(max(number), 0) FROM done").fetchone()[0]
    keyed = is_keyed(options, database)
    print(number, flush=True)
    while True:
        number += 1
        database.execute("BEGIN IMMEDIATE")
        for _ in range(rng.choice([1, 1, 1, 5])):
            one_write(rng, database, keyed)
            if not options.self_check and rng.random() < 0.2:
                travel(rng, database)
        database.execute(f"INSERT INTO done SELECT {number}, {SUMS.removeprefix('SELECT ').replace(' FROM', ', NULL FROM')}")
        if not options.self_check:
            database.execute("UPDATE done SET tagged = ? WHERE number = ?", (tagged(database), number))
        database.execute("DELETE FROM done WHERE number < ?", (number - 3,))
        database.execute("COMMIT" if rng.random() < 0.9 else "ROLLBACK")
        number = database.execute("SELECT coalesce(max(number), 0) FROM done").fetchone()[0]
        print(number, flush=True)


def is_keyed(options, database):
    if options.self_check:
        return "UNIQUE" in database.execute("SELECT sql FROM sqlite_schema WHERE name = 't'").fetchone()[0]
    return database.execute("SELECT arbor_option('t', 'key')").fetchone()[0] is not None


def tagged(database):
    """What the tag names, and how many trees that has."""
    return json.dumps(database.execute(TAGGED).fetchone())


def travel(rng, database):
    """Moves the tag, or makes the Arbor what it was at the tag."""
    if database.execute(TAGGED).fetchone() and rng.random() < 0.5:
        return database.execute("SELECT arbor_restore('t', 'kept')").fetchall()
    return database.execute("SELECT arbor_untag('t', 'kept'), arbor_tag('t', 'kept')").fetchall()


def one_write(rng, database, keyed):
    identity, kind = rng.randrange(1000), rng.random()
    if kind < 0.35:
        database.execute(f"INSERT {'OR REPLACE' if keyed else ''} INTO t(id, name) VALUES (?, ?)", (identity, "x" * rng.randrange(50)))
    elif keyed and kind < 0.4:
        database.execute("UPDATE OR REPLACE t SET id = id + 1 WHERE id = ?", (identity,))
    elif kind < 0.55:
        database.execute("UPDATE t SET name = ? WHERE id = ?", ("y" * rng.randrange(2000), identity))
    elif kind < 0.7:
        database.execute("DELETE FROM t WHERE id BETWEEN ? AND ?", (identity, identity + rng.choice([0, 5, 100])))
    elif kind < 0.95:
        trees = [json.dumps({"id": rng.randrange(1000), "name": "z" * rng.randrange(100), "tags": rng.choices(["a", "b", 1, None, [2]], k=rng.randrange(3)) if rng.random() < 0.9 else "a"}) for _ in range(rng.choice([2, 50, 400]))]
        options = ('{"on_conflict":"replace"}',) if keyed else ()
        database.execute(f"SELECT arbor_append('t', ?{', ?' * len(options)})", ("\n".join(trees), *options)).fetchall()
    else:
        database.execute("SELECT arbor_optimize('t')").fetchall()


def kill_once(options, rng, path):
    """Lets a writer run for a moment, kills it, and returns the number of its last reported commit."""
    command = [sys.executable, __file__, "--extension", options.extension, "--write", path, "--seed", str(rng.randrange(1 << 32))] + (["--self-check"] if options.self_check else [])
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)  # communicate() passes by what a buffer holds
    first = child.stdout.readline()
    time.sleep(rng.choice([rng.uniform(0, 0.01), rng.uniform(0, 0.1), rng.uniform(0, 0.3)]))
    if child.poll() is not None:
        raise AssertionError(f"the writer ended by itself: {child.stderr.read().decode()[-500:]}")
    os.kill(child.pid, signal.SIGKILL)
    out, err = child.communicate()
    lines = (first + out).split(b"\n")[:-1]
    if not lines:
        raise AssertionError(f"the writer never began: {err.decode()[-500:]}")
    return int(lines[-1])


def check(options, report, path, reported):
    database = open_database(options, path)
    number, *sums, tag = database.execute("SELECT number, trees, ids, names, tagged FROM done ORDER BY number DESC LIMIT 1").fetchone() or (0, 0, 0, 0, "null")
    report.check(number in (reported, reported + 1), f"transaction {reported} was reported, {number} is there")
    report.equal(list(database.execute(SUMS).fetchone()), sums, f"the Arbor's sums after transaction {number}")
    if not options.self_check:
        report.equal(tagged(database), tag, f"what is tagged after transaction {number}")
        if tag != "null":
            generation, trees = json.loads(tag)
            report.equal(database.execute("SELECT count(*) FROM t WHERE _generation = ?", (generation,)).fetchone()[0], trees, "the tagged generation")
        for ask in ("list_contains(tags, 1)", "list_any(tags, it = 'a')"):
            index = database.execute("SELECT arbor_count(?)", (f"t | filter {ask}",)).fetchone()[0]
            report.equal(index, database.execute("SELECT arbor_count(?)", (f"t | filter {ask} IS TRUE OR id IS NULL AND 0",)).fetchone()[0], ask)
    report.equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity_check")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")
    database.close()


def main():
    parser = harness.parser()
    parser.add_argument("--kills", type=int, default=None)
    parser.add_argument("--write", default=None, help="be the writer on this file")
    options = parser.parse_args()
    if options.write:
        write(options, options.write, options.seed)
    harness.require_extension(options)
    rng, report = random.Random(harness.seed_of(options)), harness.Report(options)
    kills = options.kills or (15 if options.quick else 300)
    with harness.scratch() as folder:
        for number in range(kills):
            if number % 25 == 0:
                path = f"{folder}/{number}.db"
                create(options, path, rng.choice([8, 64, 1000]), rng.choice(["wal", "delete", "truncate"]), number % 50 == 0)
            report.where = f"kill {number}"
            try:
                check(options, report, path, kill_once(options, rng, path))
            except Exception as error:
                report.fail(f"{type(error).__name__}: {error}")
            if report.failed > 5:
                break
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
