"""Database files that somebody changed: bytes anywhere in the file, bytes of single chunks, and rows of the shadow tables, the latter
two with seals that fit. Such a file may hold other data, but opening it, reading it and writing to it must neither crash nor hang.
"""
import json
import random
import shutil
import sqlite3

import fuzzing
import damaging
import harness
import isolated
import sealing
from documents import by_name

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
SCRATCH = harness.scratch()
SOUND, CHANGED = f"{SCRATCH.name}/sound.db", f"{SCRATCH.name}/changed.db"
READS = ["SELECT count(*) FROM t", "SELECT * FROM t", "SELECT _tree, _index, rowid FROM t", "SELECT id FROM t WHERE name = 'name 7'", "SELECT name, count(*), sum(score) FROM t GROUP BY name", "SELECT id FROM t WHERE score > 4 ORDER BY score DESC LIMIT 5",
         "SELECT id FROM t WHERE name LIKE 'n%7' OR text GLOB '*a*'", "SELECT rowid FROM t WHERE rowid BETWEEN 20 AND 90", "SELECT id FROM t WHERE _index IN (3, 70, 100)", "SELECT * FROM arbor_schema('t')", "SELECT * FROM arbor_arrow('t')", "SELECT * FROM arbor_history('t')", "SELECT * FROM arbor_list",
         "SELECT count(*) FROM t WHERE t MATCH 'list_any(tags, k > 3) OR map.key1 IS NOT NULL'", "SELECT tree FROM arbor_rows('t | explode tags as g | group_by g.k { count(), list(name) } | sort_by count desc | head 3')", "SELECT arbor_json('t | tail 3')",
         "SELECT arbor_get('t', 50)", "SELECT count(*) FROM t WHERE _generation = 3", "SELECT arbor_json('t@old')", "SELECT arbor_generation('t', '-1 day')", "SELECT * FROM arbor_diff('t', 'old')", "SELECT arbor_explain_analyze('t | filter id > 4')", "SELECT arbor_check('t')", "PRAGMA integrity_check"]
WRITES = ["INSERT INTO t(id, name) VALUES (1, 'x')", "UPDATE t SET name = 'y' WHERE id = 5", "DELETE FROM t WHERE id % 7 = 1", "SELECT arbor_append('t', '[{\"id\":1},{\"new\":[1]}]')", "SELECT arbor_create_index('t', 'id')", "SELECT arbor_optimize('t')", "SELECT arbor_save('s', 't')",
          "SELECT arbor_tag('t', 'new')", "SELECT arbor_restore('t', 'old')", "SELECT arbor_untag('t', 'old')", "SELECT arbor_vacuum('t')", "SELECT arbor_sync('t')", "ALTER TABLE t RENAME TO r", "SELECT count(*) FROM r", "DROP TABLE r"]


def build():
    rng = random.Random(1)
    database = harness.connect(OPTIONS.extension, SOUND)
    database.execute("CREATE VIRTUAL TABLE t USING arbor(score REAL, batch_trees=32)")
    trees = [{"id": index, "name": f"name {index % 20}", "score": rng.choice([index / 4, index, None]), "tags": [index % 5, {"k": index}], "text": "".join(rng.choice("abcdefgh ") for _ in range(60)), "map": {f"key{rng.randrange(99)}": 1}, "big": 10**25} for index in range(100)]
    for tree in trees:
        database.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps(tree),))
    names = ["one path, every kind", "mixed arrays", "key orders", "nested 65 mixed", "empty containers", "strings in arrays", "numbers"]
    for name, texts in by_name():
        if name in names:
            database.execute("SELECT arbor_append('t', ?)", ("\n".join(texts[:20]),)).fetchall()
    database.execute("SELECT arbor_create_index('t', 'name')").fetchall()
    database.execute("DELETE FROM t WHERE id % 9 = 2")
    database.execute("UPDATE t SET score = 7 WHERE id % 11 = 2")
    database.execute("SELECT arbor_optimize('t')").fetchall()
    database.execute("SELECT arbor_tag('t', 'old')").fetchall()
    for part in (0, 2):  # each too small to be folded whole: the second carries rows
        database.execute("UPDATE t SET big = 5 WHERE id % 4 = ?", (part,))
    database.execute("SELECT arbor_vacuum('t')").fetchall()
    database.execute("UPDATE t SET _tree = json_set(_tree, '$.late', 1) WHERE id = 43")
    database.execute("DELETE FROM t WHERE id = 40")
    database.execute("UPDATE t SET score = 9 WHERE id = 41")
    database.execute("INSERT INTO t(id, name) VALUES (1000, 'name 7')")
    database.close()


def use():
    """Opens the changed file and does everything; what is no error of SQLite's is an exception."""
    fuzzing.limit_memory()
    try:
        database = harness.connect(OPTIONS.extension, CHANGED)
    except sqlite3.Error:
        return None
    database.text_factory = bytes
    for sql in READS + WRITES:
        try:
            database.execute(sql).fetchall()
        except sqlite3.Error as error:
            if not str(error) or str(error) == "not an error":
                return f"no words for the failure of {sql}"
    database.close()
    return None


def judge(report, what):
    problem = isolated.call(lambda: fuzzing.problem_of(lambda _: use(), None), 120 if fuzzing.SANITIZED else 30)
    if not report.check(problem is None, f"{problem}: after {what}"):
        shutil.copy(CHANGED, f"{SCRATCH.name}/failed-{report.failed}.db")


def test_bytes_of_the_file(report):
    build()
    data, rng = open(SOUND, "rb").read(), random.Random(SEED)
    page = 4096
    for _ in range(20 if OPTIONS.quick else 300):
        changed, done = bytearray(data), []
        for _ in range(rng.choice([1, 1, 3, 10])):
            kind, first = rng.randrange(5), rng.randrange(len(data) // page) * page
            at = first + (rng.randrange(page) if kind < 2 else rng.randrange(12) if kind == 2 else 8 + rng.randrange(60))
            if kind == 4:  # one page in the place of another
                other = rng.randrange(len(data) // page) * page
                changed[first:first + page] = data[other:other + page]
                done.append(f"page {other // page} at page {first // page}")
            elif at >= 100:
                changed[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
                done.append(f"byte {at} = {changed[at]}")
        if rng.random() < 0.1:
            del changed[rng.randrange(page, len(changed)):]
            done.append(f"cut at {len(changed)}")
        open(CHANGED, "wb").write(changed)
        judge(report, ", ".join(done))


def test_chunks(report):
    """Bytes of one chunk, sealed anew: what the decoders themselves must withstand."""
    rng = random.Random(SEED + 1)
    for _ in range(40 if OPTIONS.quick else 600):
        shutil.copy(SOUND, CHANGED)
        database = sqlite3.connect(CHANGED, isolation_level=None)
        done = []
        for _ in range(rng.choice([1, 1, 5])):
            key, stats, data = database.execute("SELECT key, stats, data FROM t_chunk ORDER BY key LIMIT 1 OFFSET ?", (rng.randrange(database.execute("SELECT count(*) FROM t_chunk").fetchone()[0]),)).fetchone()
            of_stats = rng.random() < 0.3
            new_stats = stats[:16] + damaging.change_bytes(rng, stats[16:-8]) + stats[-8:] if of_stats else stats
            new_data = data if of_stats else damaging.change_bytes(rng, data)
            database.execute("UPDATE t_chunk SET stats = ?, data = ? WHERE key = ?", (sealing.sealed_chunk(new_stats, new_data, key >> 32), new_data, key))
            done.append(f"chunk {key}: {new_stats[16:-8].hex() if of_stats else new_data.hex()}")
        database.close()
        judge(report, harness.short(done, 3000))


def test_sealed_rows(report):
    """Rows of all tables changed, removed, swapped, doubled, and every seal made to fit."""
    rng = random.Random(SEED + 2)
    tables = [table for table in damaging.tables_of(SOUND, "t") if table != "t_chunk"]
    for _ in range(40 if OPTIONS.quick else 600):
        shutil.copy(SOUND, CHANGED)
        database = sqlite3.connect(CHANGED, isolation_level=None)
        done = []
        for _ in range(rng.choice([1, 1, 3])):
            try:
                table = damaging.Table(database, rng.choice(tables))
                done.append(f"{table.name}: {rng.choice(damaging.KINDS)(rng, table) if table.rows else None}")
                sealing.reseal(database, "t")
            except (sqlite3.Error, OverflowError):
                continue
        database.close()
        judge(report, "; ".join(done))


def test_self(report):
    """The seals that we compute are those of the extension: what is sealed anew unchanged is sound."""
    if OPTIONS.self_check:
        raise harness.Skip("needs the extension")
    shutil.copy(SOUND, CHANGED)
    database = sqlite3.connect(CHANGED, isolation_level=None)
    before = [damaging.Table(database, table).rows for table in damaging.tables_of(CHANGED, "t")]
    sealing.reseal(database, "t")
    for key, stats, data in database.execute("SELECT key, stats, data FROM t_chunk").fetchall():
        report.equal(sealing.sealed_chunk(stats, data, key >> 32), stats, "a chunk's stats")
    kinds = [kind for kind, in database.execute("SELECT DISTINCT op FROM t_pending WHERE seq >= (SELECT max(seq) FROM t_pending WHERE op = 0) ORDER BY op")]
    report.equal(kinds, [0, 1, 2, 3, 4, 6], "the kinds of records that the log's state is made of")
    # Where the log begins behind a gap its seals come out otherwise, and so does what t_meta tells of them; arbor_check reads both.
    newest = [table for table in damaging.tables_of(CHANGED, "t") if table not in ("t_pending", "t_meta")]
    after = [damaging.Table(database, table).rows for table in damaging.tables_of(CHANGED, "t")]
    report.equal([rows for table, rows in zip(damaging.tables_of(CHANGED, "t"), after) if table in newest], [rows for table, rows in zip(damaging.tables_of(CHANGED, "t"), before) if table in newest], "the seals of rows")
    database.close()
    database = harness.connect(OPTIONS.extension, CHANGED)
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check after sealing anew")
    database.execute("DELETE FROM t_segment WHERE id = (SELECT max(id) FROM t_segment)")
    database.close()
    database = sqlite3.connect(CHANGED, isolation_level=None)
    sealing.reseal(database, "t")
    database.close()
    database = harness.connect(OPTIONS.extension, CHANGED)
    report.check(database.execute("SELECT count(*) FROM t").fetchone()[0] > 0, "a changed file with fitting seals opens")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
