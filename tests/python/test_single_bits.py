"""Every single bit of a small database file, changed alone: what is read stays the same, or an error or arbor_check tells.

The file has several Arbors' worth of everything that is stored: batches, their columns, a kept-up index, older generations, dead
and replaced rows, single rows in the log, declared columns. With --quick, one bit in many, from a place that chance chooses.
"""
import random
import sqlite3

import harness

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
STEP = 97 if OPTIONS.quick else 1
MOST_STEPS = 300  # of 10,000 instructions of SQLite each; of a sound file the queries take less than one
QUERIES = ["SELECT _index, rowid, * FROM t ORDER BY _index", "SELECT _tree, o FROM t", "SELECT count(*) FROM t WHERE a > 2", "SELECT rowid FROM t WHERE b = 'X'",
           "SELECT _tree FROM t WHERE k = 'k3'", "SELECT a FROM t ORDER BY k DESC LIMIT 2", "SELECT generation, trees, added, removed FROM arbor_history('t')", "SELECT * FROM arbor_schema('t')",
           "SELECT trees, batches, bytes, generation, columns FROM arbor_list WHERE name = 't' COLLATE NOCASE", "SELECT arbor_json('t@2')", "SELECT arbor_json('t | group_by b { count() }')"]


def image():
    database = harness.connect(OPTIONS.extension)
    database.execute("PRAGMA page_size = 512")
    database.execute("CREATE VIRTUAL TABLE t USING arbor(a INTEGER, b TEXT COLLATE NOCASE, batch_trees=4)")
    lines = "\n".join(f'{{"a":{number},"b":"x","k":"k{number}","o":{{"p":[{number},1.5,true]}}}}' for number in range(6))
    for statement in [f"SELECT arbor_append('t', '{lines}')", "SELECT arbor_create_index('t', 'k')", "INSERT INTO t(a, b) VALUES (7, 'y')", "DELETE FROM t WHERE a = 1",
                      "UPDATE t SET b = 'z' WHERE a = 2", "UPDATE t SET k = NULL WHERE a = 7", """INSERT INTO t(_tree) VALUES ('{"new":null}')"""]:
        database.execute(statement).fetchall()
    return database.serialize()


class Steps:
    """Stops a connection that runs on and on."""

    def __init__(self, database):
        self.left = MOST_STEPS
        database.set_progress_handler(self.step, 10_000)

    def step(self):
        self.left -= 1
        return self.left <= 0


def answers(content):
    """What the queries give; None where one fails, `endless` where one does not end."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    steps = Steps(database)
    try:
        database.deserialize(content)
        database.enable_load_extension(True)
        database.load_extension(OPTIONS.extension)
        return database, [database.execute(query).fetchall() for query in QUERIES]
    except sqlite3.Error:
        return database, None if steps.left > 0 else "endless"
    except UnicodeDecodeError:  # a name in the schema
        return database, None


def is_told(database):
    try:
        return database.execute("SELECT arbor_check('t')").fetchall() != [("ok",)]
    except (sqlite3.Error, UnicodeDecodeError):
        return True


def place(content, size, byte, bit):
    page = byte // size + 1
    return f"page {page}, byte {byte % size}, bit {bit}: {content[byte - byte % size:][:1].hex()}, {content[max(0, byte - 8):byte + 9].hex()}"


def test_each_bit(report):
    if not hasattr(sqlite3.Connection, "deserialize"):
        raise harness.Skip("this Python's sqlite3 cannot deserialize")
    content, counts = image(), {"harmless": 0, "told": 0}
    size, sound = 512, answers(content)[1]
    report.check(sound is not None, "the sound file answers")
    for at in range(random.Random(SEED).randrange(STEP), len(content) * 8, STEP):
        changed = bytearray(content)
        changed[at // 8] ^= 1 << at % 8
        database, given = answers(bytes(changed))
        if given == sound:
            counts["harmless"] += 1
        elif given == "endless":
            report.fail(f"queries do not end after a changed bit: {place(content, size, at // 8, at % 8)}")
        elif given is None or is_told(database):
            counts["told"] += 1
        else:
            differing = [query for query, now, before in zip(QUERIES, given, sound) if now != before]
            report.fail(f"a changed bit went unnoticed: {place(content, size, at // 8, at % 8)}", f"{differing[0]} gave another answer")
        database.close()
    print(f"{len(content) // size} pages: {counts['harmless']} bits harmless, {counts['told']} told", flush=True)
    report.check(min(counts.values()) > 0, "some bits matter, some do not")


if __name__ == "__main__":
    harness.run(globals())
