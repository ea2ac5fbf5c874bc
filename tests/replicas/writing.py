"""What the child of test_copies.py does: writes trees without end, about 200 a second, and changes some again; an ordinary table says in
the same transaction what the Arbor then holds, a line reports each commit. And how a copy is looked at."""
import json
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

RATE = 200  # trees a second
SUMS = "SELECT count(*), coalesce(sum(id), 0), coalesce(sum(length(name)), 0) FROM t"


def create(extension, file):
    database = harness.connect(extension, file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE VIRTUAL TABLE t USING arbor(id, name, batch_trees=256)")
    database.execute("CREATE TABLE done(number INTEGER PRIMARY KEY, trees, ids, names)")
    database.close()


def write(extension, file, seed):
    database, chance = harness.connect(extension, file, timeout=20), random.Random(seed)
    database.execute("PRAGMA synchronous=NORMAL")
    number = database.execute("SELECT coalesce(max(number), 0) FROM done").fetchone()[0]
    began, written = time.monotonic(), 0
    while True:
        count, number = chance.choice([1, 2, 5, 10]), number + 1
        database.execute("BEGIN IMMEDIATE")
        trees = [{"id": number * 100 + at, "name": "x" * chance.randrange(60), "o": {"k": [at, number]}} for at in range(count)]
        database.execute("SELECT arbor_append('t', ?)", ("\n".join(map(json.dumps, trees)),)).fetchall()
        if chance.random() < 0.2:
            database.execute("UPDATE t SET name = ? WHERE id = ?", ("changed " * chance.randrange(9), chance.randrange(1, number + 1) * 100))
        if chance.random() < 0.1:
            database.execute("DELETE FROM t WHERE id = ?", (chance.randrange(1, number + 1) * 100,))
        database.execute(f"INSERT INTO done SELECT {number}, {SUMS.removeprefix('SELECT ')}")
        database.execute("COMMIT")
        written += count
        print(number, flush=True)
        time.sleep(max(0.0, began + written / RATE - time.monotonic()))


def look(extension, file):
    """What a copy holds: its last transaction, and what is wrong with it (None where nothing is)."""
    database = harness.connect(extension, file)
    whole = database.execute("PRAGMA integrity_check").fetchall()
    if whole != [("ok",)]:
        return 0, f"integrity_check: {whole[:3]}"
    found = database.execute("SELECT arbor_check('t')").fetchall()
    if found != [("ok",)]:
        return 0, f"arbor_check: {found[:3]}"
    number, *said = database.execute("SELECT number, trees, ids, names FROM done ORDER BY number DESC LIMIT 1").fetchone() or (0, 0, 0, 0)
    held = list(database.execute(SUMS).fetchone())
    if held != said:
        return number, f"transaction {number} left {said}, the copy holds {held}"
    if database.execute("SELECT count(*) FROM done").fetchone()[0] != number:
        return number, "transactions are missing"
    database.execute("INSERT INTO t(id, name) VALUES (-1, 'written to the copy')")
    if database.execute("SELECT count(*) FROM t WHERE id = -1").fetchone()[0] != 1:
        return number, "cannot be written"
    return number, None

