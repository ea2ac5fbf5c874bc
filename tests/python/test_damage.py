"""Damaged shadow tables: every query gives the right answer or a clear error, never a crash, a hang or a wrong answer.

What no seal can tell is judged by what the README says of it: where the newest records of the log are gone, answers may be those
of an earlier state; where entries of an index are gone, arbor_check says so.
"""
import json
import random
import re
import shutil
import sqlite3

import damaging
import harness
import isolated

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
SCRATCH = harness.scratch()
SOUND, DAMAGED = f"{SCRATCH.name}/sound.db", f"{SCRATCH.name}/damaged.db"
QUERIES = ["SELECT count(*) FROM t", "SELECT sum(id), min(name), max(score) FROM t", "SELECT _tree FROM t ORDER BY _index", "SELECT id, name, score, tags, \"o.x\" FROM t ORDER BY rowid",
           "SELECT id FROM t WHERE name = 'name 7'", "SELECT id FROM t WHERE score > 40 ORDER BY score DESC, id LIMIT 7", "SELECT name, count(*) FROM t GROUP BY name ORDER BY 1", "SELECT id FROM t WHERE _index IN (5, 60, 199)",
           "SELECT max(rowid), min(_index) FROM t", "SELECT rowid, id FROM t WHERE rowid IN (1, 70, 200, 233)", "SELECT count(*) FROM t a JOIN t b ON a.id = b.id", "SELECT id FROM t WHERE name LIKE '%7' AND kind IN ('a', 'b') ORDER BY id",
           "SELECT late, id FROM t WHERE late IS NOT NULL", "SELECT generation, trees, added, removed, tag FROM arbor_history('t')", "SELECT arbor_json('t@old | select id, score, name')",
           "SELECT count(*) FROM t WHERE _generation = arbor_generation('t', 'old')",
           "SELECT arbor_count('t | filter score > 40')", "SELECT arbor_json('t | filter id < 40 | select id, tags, o')", "SELECT arbor_matching_indices('t', 'kind = \'\'b\'\'')", "SELECT arbor_find_one('t', 'id = 66')",
           "SELECT arbor_get('t', 100)", "SELECT arbor_any('t', 'late = \'\'yes\'\''), arbor_all('t', 'id >= 0')", "SELECT idx, tree FROM arbor_rows('t | group_by kind { count() as n, sum(score) as s }')", "SELECT arbor_lookup('t | index_by id', 70)",
           "SELECT path, count, nulls, min, max FROM arbor_schema('t')", "SELECT schema, name, trees, batches, generation, columns FROM arbor_list WHERE name = 't'"]
INDEXED = {"SELECT id FROM t WHERE name = 'name 7'"}
LOOKS = ["SELECT arbor_check('t')", "PRAGMA integrity_check"]
STATES = []  # (file, answers) after each of the last changes, the newest last


def documents(rng, begin, end):
    return [{"id": index, "name": f"name {index % 20}", "score": rng.choice([index / 4, index, None]), "kind": "abc"[index % 3], "tags": [index % 5, {"k": index}], "o": {"x": rng.random(), "y": [[1], []]},
             "text": "".join(rng.choice("abcdefgh ") for _ in range(200)), "map": {f"key{rng.randrange(9999)}": 1 for _ in range(3)}, "big": 10**25} for index in range(begin, end)]


def fill(database, table, rng):
    """Batches with runs, dictionaries, integers, reals, long texts, arrays and an opaque map; dead rows, an index."""
    lines = "\n".join(map(json.dumps, documents(rng, 0, 230)))
    database.execute(f"CREATE VIRTUAL TABLE {table} USING arbor(batch_trees=64)")
    database.execute("SELECT arbor_append(?, ?)", (table, lines)).fetchall()
    database.execute("SELECT arbor_create_index(?, 'name')", (table,)).fetchall()
    database.execute(f"DELETE FROM {table} WHERE id % 17 = {rng.randrange(17)}")
    database.execute(f"UPDATE {table} SET score = 1000 WHERE id % 40 = {rng.randrange(40)}")
    database.execute("SELECT arbor_optimize(?)", (table,)).fetchall()


def build():
    """Makes the sound database, its last changes written one by one, and keeps each state."""
    rng = random.Random(1)
    database = harness.connect(OPTIONS.extension, SOUND)
    fill(database, "u", rng)
    fill(database, "t", rng)
    database.execute("INSERT INTO t(_tree) SELECT _tree FROM t LIMIT 1")
    database.execute("SELECT arbor_tag('t', 'old')").fetchall()
    database.execute("DELETE FROM t WHERE rowid = (SELECT max(rowid) FROM t)")
    database.execute("SELECT arbor_vacuum('t')").fetchall()
    new = [json.dumps(document) for document in documents(rng, 230, 238)]
    changes = [("INSERT INTO t(_tree) VALUES (?)", (text,)) for text in new]
    changes[3:3] = [("UPDATE t SET name = 'name 7' WHERE id = 66", ()), ("DELETE FROM t WHERE id = 27", ())]
    changes[7:7] = [("INSERT INTO t(_tree) VALUES ('{\"id\":500,\"late\":\"yes\"}')", ()), ("SELECT arbor_sync('t')", ()), ("DELETE FROM t WHERE id = 231", ())]
    for number, (statement, values) in enumerate(changes):
        database.execute(statement, values).fetchall()
        file = f"{SCRATCH.name}/state{number}.db"
        shutil.copy(SOUND, file)
        STATES.append((file, isolated.call(lambda: answers(file))))
    database.close()


def answers(file=DAMAGED):
    """What each query gives on the damaged file: ["rows", …] or ["error", name, message]."""
    try:
        database = harness.connect(OPTIONS.extension, file)
    except sqlite3.Error as error:
        return [["error", error.sqlite_errorname, str(error)]] * (len(QUERIES) + len(LOOKS))
    given = []
    for query in QUERIES + LOOKS:
        try:
            given.append(["rows", database.execute(query).fetchall()])
        except sqlite3.Error as error:
            given.append(["error", getattr(error, "sqlite_errorname", ""), str(error)])
        except Exception as error:  # Text that is not UTF-8 reaches Python as it is.
            given.append(["error", type(error).__name__, str(error)])
    return given


def damage(rng, name):
    """Damages one table of a fresh copy; returns what was done, in words, or None where nothing was."""
    shutil.copy(SOUND, DAMAGED)
    database = sqlite3.connect(DAMAGED, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")  # waiting for the disk was most of the test
    table = damaging.Table(database, name)
    old_file = rng.choice(STATES[:-1])[0]
    try:
        if not table.rows:
            return None
        kind = rng.randrange(len(damaging.KINDS) + 4)
        if kind < len(damaging.KINDS):
            what = damaging.KINDS[kind](rng, table)
        elif kind == len(damaging.KINDS):
            what = damaging.put_row(rng, table, damaging.Table(database, "u" + name[1:]), "'u'")
        else:
            old = damaging.Table(sqlite3.connect(old_file), name)
            last = kind == len(damaging.KINDS) + 3
            what = damaging.put_table(table, old, "an earlier state") if last else damaging.put_row(rng, table, old, "an earlier state")
    except (sqlite3.Error, OverflowError):
        return None
    finally:
        database.close()
    return what and f"{name}: {what}"


def test_damage(report):
    build()
    tables = damaging.tables_of(SOUND, "t")
    if not report.equal(tables, ["t_chunk", "t_index1", "t_meta", "t_path", "t_pending", "t_segment"], "the shadow tables"):
        return
    right = STATES[-1][1]
    report.check(isinstance(right, list) and all(answer[0] == "rows" for answer in right) and right[len(QUERIES)][1] == [["ok"]], "the sound file answers", harness.short(right))
    rng, refused, silent = random.Random(SEED), 0, 0
    for _ in range(150 if OPTIONS.quick else 1200):
        table = rng.choice(tables)
        what = damage(rng, table)
        if what is None:
            continue
        given = isolated.call(answers)
        if not report.check(isinstance(given, list), f"{given}: after {what}"):
            continue
        judge(report, table, what, given, right)
        refused += any(answer[0] == "error" for answer in given[: len(QUERIES)])
        silent += given[len(QUERIES)] == ["rows", [["ok"]]]
    print(f"{refused} damages gave an error, {silent} passed arbor_check")
    report.check(refused > 0, "some damage was noticed")


def judge(report, table, what, given, right):
    check = given[len(QUERIES)]
    found = check != ["rows", [["ok"]]]
    wrong = [query for query, answer, want in zip(QUERIES, given, right) if answer[0] == "rows" and answer != want]
    if table == "t_pending":
        wrong = [query for at, query in enumerate(QUERIES) if query in wrong and not (query in INDEXED and found) and all(given[at] != answers[at] for _, answers in STATES)]
    if table.startswith("t_index") and found:
        wrong = [query for query in wrong if query not in INDEXED]
    report.check(not wrong, f"wrong answers after {what}", f"{wrong[:2]} (arbor_check {'notices' if found else 'does not notice'})")
    errors = [answer for answer in given[: len(QUERIES)] if answer[0] == "error"]
    report.check(not errors or found, f"arbor_check is content, queries are not, after {what}", errors[:1])
    for _, name, message in errors:
        if name != "SQLITE_CORRUPT_VTAB" and not (table == "t_meta" and re.search("an? (older|newer) Arbors", message)) or "'t'" not in message:
            report.fail(f"{name}: {message!r} is not a report of corruption that names the Arbor, after {what}")
            break


def test_chunk_error_names_the_batch(report):
    shutil.copy(SOUND, DAMAGED)
    database = sqlite3.connect(DAMAGED, isolation_level=None)
    database.execute("UPDATE t_chunk SET data = substr(data, 1, length(data) / 2) || x'00' || substr(data, length(data) / 2 + 2)")
    database.close()
    given = isolated.call(answers)
    error = given[2]
    report.check(error[0] == "error" and "batch" in error[2] and "'t'" in error[2] + "'t'" * ("t" in error[2].split()), "the message names the batch and the Arbor", error)
    report.check("arbor_check" in error[2], "the message says what to do", error)
    check = given[len(QUERIES)]
    report.check(check[0] == "rows" and "batch" in str(check), "arbor_check names batches", harness.short(check))


def test_missing_tables(report):
    """A shadow table that is gone or empty."""
    for table in damaging.tables_of(SOUND, "t"):
        for statement in (f"DROP TABLE {table}", f"DELETE FROM {table}"):
            shutil.copy(SOUND, DAMAGED)
            database = sqlite3.connect(DAMAGED, isolation_level=None)
            database.execute(statement)
            database.close()
            given = isolated.call(answers)
            if report.check(isinstance(given, list), f"{statement}: {given}"):
                judge(report, table, statement, given, STATES[-1][1])
                report.check(given[len(QUERIES)] != ["rows", [["ok"]]], f"arbor_check notices {statement}", given[len(QUERIES)])


def test_other_formats(report):
    """A database of a later or an earlier storage format is refused, and says why."""
    for step, word in ((1, "a newer"), (-1, "an older")):
        shutil.copy(SOUND, DAMAGED)
        database = sqlite3.connect(DAMAGED, isolation_level=None)
        changed_rows = database.execute("UPDATE t_meta SET value = value + ? WHERE key = 'format'", (step,)).rowcount
        database.close()
        if not report.check(changed_rows == 1, "t_meta holds the format's version", changed_rows):
            return
        given = isolated.call(answers)
        refused = isinstance(given, list) and all(answer[0] == "error" and f"{word} Arbors (storage format" in answer[2] for answer in given[: len(QUERIES) + 1])
        report.check(refused, "refused with a message", harness.short(given))


def test_file_damage(report):
    """Bytes of the file itself, as a failing disk would change them."""
    rng = random.Random(SEED + 1)
    data = open(SOUND, "rb").read()
    for _ in range(40 if OPTIONS.quick else 400):
        damaged = bytearray(data)
        for _ in range(rng.choice([1, 3, 10])):
            damaged[rng.randrange(100, len(damaged))] = rng.randrange(256)
        if rng.random() < 0.1:
            del damaged[rng.randrange(4096, len(damaged)):]
        with open(DAMAGED, "wb") as file:
            file.write(damaged)
        given = isolated.call(answers)
        if not report.check(isinstance(given, list), f"{given} after damage of the file"):
            shutil.copy(DAMAGED, f"/tmp/arbors-damaged-file-{report.failed}.db")


def test_self(report):
    """The isolation notices crashes and hangs, and passes results on."""
    import ctypes
    import time
    report.equal(isolated.call(lambda: [1, "x"]), [1, "x"], "a result")
    report.check(isolated.call(lambda: ctypes.string_at(0)).startswith("crash: signal"), "a crash")
    report.equal(isolated.call(lambda: time.sleep(30), seconds=0.3), "hang", "a hang")


if __name__ == "__main__":
    names = {"test_self": test_self} if OPTIONS.self_check else globals()
    harness.run(names, OPTIONS)
