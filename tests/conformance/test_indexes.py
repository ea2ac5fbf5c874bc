#!/usr/bin/env python3
"""Plans and MATCH over an Arbor with kept-up indexes give what they give over one without, whatever is written in between."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
PATHS = ["id", "code", "born.year", "mixed"]
ROUNDS = 12 if OPTIONS.quick else 60
MIXED = [None, True, False, 0, 1, 1.0, 2.5, "1", "1.0", "2.5", "x", "X ", "", [1], {"a": 1}, 10**30, -3]


def tree(chance, number):
    made = {"id": number, "code": f"c{chance.randrange(700)}", "born": {"year": chance.randrange(1800, 2000)}, "mixed": chance.choice(MIXED)}
    return {key: value for key, value in made.items() if key == "id" or chance.random() > 0.05}


def condition(chance):
    number, year, code = chance.randrange(2500), chance.randrange(1790, 2010), f"c{chance.randrange(750)}"
    mixed = chance.choice(["1", "'1'", "2.5", "'x'", "true", "0", "NULL", "'[1]'", "1e30", "''"])
    return chance.choice([f"id = {number}", f"id = '{number}'", f"code = '{code}'", f"code IN ('{code}', 'c7', NULL)", f"id BETWEEN {number} AND {number + 9}", f"id > {number} AND id <= {number + 5}", f"born.year = {year}", f"born.year >= {year} AND born.year < {year + 2}",
                          f"mixed = {mixed}", f"mixed > {mixed}", f"mixed < {mixed} AND id < {number}", f"code = '{code}' AND born.year > {year}", f"code > '{code}' AND code < '{code}5'", f"id = {number}.0", f"id = CAST('{number}' AS INTEGER)", f"code COLLATE NOCASE = '{code.upper()}'"])


def plan(chance, name):
    stages = chance.choice(["filter {}", "sort_by code, id | filter {}", "add_field twice = id * 2 | filter {}", "select id, code, born, mixed | filter {} | sort_by id desc | head 3", "filter {} | group_by code {{ count() as n, list(id) as ids }}", "filter {} | tail 2", "index_by code | filter {}", "append (" + name + ") | filter {} | skip 1"])
    return f"{name} | " + stages.format(condition(chance))


def write(database, chance, names):
    """The same change to each Arbor."""
    number, text = chance.randrange(2500), json.dumps(tree(chance, chance.randrange(2500, 5000)))
    change = chance.randrange(5)
    for name in names:
        if change == 0:
            database.execute(f"INSERT INTO {name}(_tree) VALUES (?)", (text,))
        elif change == 1:
            database.execute(f"DELETE FROM {name} WHERE id = ?", (number,))
        elif change == 2:
            database.execute(f"UPDATE {name} SET code = 'c7' WHERE id BETWEEN ? AND ?", (number, number + 3))
        elif change == 3:
            sources.call(database, "arbor_append", name, text)
        else:
            sources.call(database, "arbor_optimize", name)


def outcome(database, text):
    try:
        return sources.call(database, "arbor_json", text)
    except Exception as error:  # noqa: BLE001 - both must fail alike
        return type(error)


def test_same_answers(report):
    chance = random.Random(4)
    database = harness.connect(OPTIONS.extension)
    trees = [tree(chance, number) for number in range(2000)]
    for name in ("plain", "indexed"):
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees=150)")
        sources.call(database, "arbor_append", name, json.dumps(trees))
    for path in PATHS:
        sources.call(database, "arbor_create_index", "indexed", path)
    looked_up = 0
    for number in range(ROUNDS):
        database.execute("BEGIN")
        for _ in range(6):
            text = plan(chance, "plain")
            twin = text.replace("plain", "indexed")
            looked_up += "by index" in sources.call(database, "arbor_explain", twin, "physical")
            report.equal(outcome(database, twin), outcome(database, text), f"round {number}: {text}")
            where = condition(chance)
            counts = [database.execute(f"SELECT count(*), sum(id) FROM {name} WHERE {name} MATCH ?", (where,)).fetchone() for name in ("plain", "indexed")]
            report.equal(counts[1], counts[0], f"round {number}: MATCH {where}")
        write(database, chance, ("plain", "indexed"))
        database.execute(chance.choice(["COMMIT", "ROLLBACK"]))
    report.check(looked_up > ROUNDS, "indexes are used", looked_up)


def test_what_an_index_saves(report):
    """A look-up by an index reads the batch of the tree that it finds."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=100)")
    chance = random.Random(5)
    codes = [f"code {number}" for number in range(5000)]
    chance.shuffle(codes)
    sources.call(database, "arbor_append", "p", json.dumps([{"code": code, "text": f"of {code}"} for code in codes]))
    sources.call(database, "arbor_create_index", "p", "code")
    wanted = {"code": "code 4321", "text": "of code 4321"}
    for ask in ("SELECT arbor_json('p | filter code = ''code 4321''') ->> 0", "SELECT arbor_lookup('p | index_by code', 'code 4321')", "SELECT arbor_find_one('p', 'code = ''code 4321''')", "SELECT _tree FROM p WHERE p MATCH 'code = ''code 4321'''"):
        database.execute("SELECT arbor_config('cache_bytes', 0)")
        sources.call(database, "arbor_reset_stats")
        report.equal(json.loads(database.execute(ask).fetchone()[0]), wanted, ask)
        decoded = json.loads(sources.call(database, "arbor_stats"))["batches_decoded"]
        report.check(decoded <= 2, f"{ask}: batches decoded", decoded)
    physical = sources.call(database, "arbor_explain", "p | filter code = 'code 4321'", "physical")
    report.check("look up code by index" in physical, "explain says so", physical)
    handle = sources.call(database, "arbor_open", "p")
    database.execute("DELETE FROM p WHERE code = 'code 4321'")
    report.equal(sources.call(database, "arbor_count", f"{handle} | filter code = 'code 4321'"), 1, "a handle sees its generation, not the index")
    report.equal(sources.call(database, "arbor_count", "p | filter code = 'code 4321'"), 0, "the index follows")


def test_texts_of_another_encoding(report):
    """A UTF-16 database keeps an index's texts in another order than plans have."""
    database = harness.connect(OPTIONS.extension)
    database.execute("PRAGMA encoding = 'UTF-16le'")
    texts = ["a", "b", "\u0100", "\uffee", "\U0001f600", "z"]
    for name in ("plain", "indexed"):
        sources.call(database, "arbor_append", name, json.dumps([{"s": texts[number % len(texts)] + str(number), "n": number} for number in range(1800)]))
    sources.call(database, "arbor_create_index", "indexed", "s")
    sources.call(database, "arbor_create_index", "indexed", "n")
    for stages in ("top_k 9 by s, n", "filter s >= '\u0100' AND s < '\uffee' | bottom_k 3 by s", "filter s = '\u010032'", "filter n > 1790 | top_k 3 by n", "bottom_k 2 by n"):
        report.equal(sources.call(database, "arbor_json", f"indexed | {stages}"), sources.call(database, "arbor_json", f"plain | {stages}"), stages)
    for rest in ("ORDER BY s DESC LIMIT 12", "WHERE s > 'y' ORDER BY s LIMIT 3", "ORDER BY n DESC LIMIT 2"):
        report.equal(database.execute(f"SELECT s, n FROM indexed {rest}").fetchall(), database.execute(f"SELECT s, n FROM plain {rest}").fetchall(), rest)


def test_key_of_another_encoding(report):
    """A UTF-16 database keeps keys in another order than batches of them are sorted in: what is there is found all the same."""
    database = harness.connect(OPTIONS.extension)
    database.execute("PRAGMA encoding = 'UTF-16le'")
    database.execute("CREATE VIRTUAL TABLE t USING arbor(key=(s, n), batch_trees=20)")
    texts = ["a", "b", "\u0100", "\uffee", "\U0001f600", "z"]
    tree = lambda number: json.dumps({"s": texts[number % len(texts)] + str(number), "n": texts[number % 5]})
    for begin in range(0, 600, 50):
        sources.call(database, "arbor_append", "t", "\n".join(tree(number) for number in range(begin, begin + 50)))
    for number in range(0, 600, 7):
        report.raises(lambda: sources.call(database, "arbor_append", "t", "\n".join([tree(number), *(tree(1000 + more) for more in range(number % 11, number % 11 + 3 + number % 4)), *(tree(2000 + more) for more in range(20))])), f"{number} is there", "UNIQUE constraint failed: t.s, t.n")
    sources.call(database, "arbor_append", "t", "\n".join(tree(number) for number in range(600, 650)))
    report.equal(sources.call(database, "arbor_check", "t"), "ok", "check")


def test_entries_however_made(report):
    """An index has the same entries whether they were made at once, in parts, batch by batch or row by row."""
    chance = random.Random(11)
    begin = ["", "did:plc:", "9" * 9, "\u00e9"]

    def text():
        return chance.choice(["", "7", " 7", "1e3", "1.0", "x\0", "x", chance.choice(begin) + "z" * chance.randrange(30), chance.choice(begin) + f"{chance.randrange(10 ** chance.randrange(1, 9)):x}"])

    trees = []
    for number in range(600 if OPTIONS.quick else 3000):
        value = text() if chance.random() < 0.8 else chance.choice([*MIXED, number, number + 0.5])
        trees.append(json.dumps({"v": value, "l": [text() for _ in range(chance.randrange(3))]} if chance.random() > 0.05 else {}))
    paths = ("v", "l[*]")
    made = {}
    for way in ("at once", "in parts", "batch by batch", "row by row"):
        database = harness.connect(OPTIONS.extension)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(v, batch_trees=64)")
        if way == "in parts":
            sources.call(database, "arbor_config", "cache_bytes", 3000)
        early = way in ("batch by batch", "row by row")
        if early:
            for path in paths:
                sources.call(database, "arbor_create_index", "t", path)
        if way == "row by row":
            database.executemany("INSERT INTO t(_tree) VALUES (?)", [(tree,) for tree in trees])
        else:
            sources.call(database, "arbor_append", "t", "\n".join(trees))
        database.execute("DELETE FROM t WHERE rowid % 7 = 3")
        database.execute("UPDATE t SET v = 'new' || rowid WHERE rowid % 11 = 4")
        if not early:
            for path in paths:
                sources.call(database, "arbor_create_index", "t", path)
        made[way] = [database.execute(f"SELECT key, typeof(key), rowid FROM t_index{number}").fetchall() for number in (1, 2)]
        report.equal(sources.call(database, "arbor_check", "t"), "ok", f"{way}: check")
    report.check(min(len(entries) for entries in made["at once"]) > len(trees) // 2, "there are entries")
    for way, entries in made.items():
        report.check(entries == made["row by row"], f"{way}: the entries of rows written one by one")


def key_value(chance, number):
    """A value that may be a key: texts that read as numbers, whole reals, integers around where reals have gaps, and beyond int64."""
    big = chance.choice([2**53, 2**63, 2**64, 10**30]) * chance.choice([1, -1]) + chance.randrange(-2, 3)
    return chance.choice([number, -number, number + 0.5, float(number), str(number), f" {number}", f"{number}.0", f"Name {number}", f"name {number}  ", f"{number}\0x", f"{chance.getrandbits(70):x}", "did:plc:" + "\u00c9" * chance.randrange(3) + str(number), big, float(big), str(big), chance.random(), -0.0, True, ""])


def entries(database):
    columns = [name for _, name, *_ in database.execute("PRAGMA table_info(t_index1)")]
    return database.execute(f"SELECT {', '.join(f'{name}, typeof({name})' for name in columns)} FROM t_index1").fetchall()


def test_entries_of_a_key(report):
    """A key's index has the same entries however it was made; what is the same key is found however it was added."""
    chance = random.Random(13)
    for declared in ("v, w", "v TEXT COLLATE NOCASE, w INTEGER", "v COLLATE RTRIM, w REAL", "v INTEGER, w TEXT", "v NUMERIC, w COLLATE NOCASE"):
        for key in ("v", "v, w", "w, n, v"):
            trees = [json.dumps({"n": number % 3, "v": key_value(chance, number), "w": key_value(chance, number % 7)}) for number in range(150 if OPTIONS.quick else 700)]
            first = harness.connect(OPTIONS.extension)
            first.execute(f"CREATE VIRTUAL TABLE t USING arbor({declared}, key=({key}))")
            first.executemany("INSERT OR IGNORE INTO t(_tree) VALUES (?)", [(tree,) for tree in trees])
            trees = [tree for tree, in first.execute("SELECT _tree FROM t ORDER BY _index")]
            made = {}
            for way in ("at once", "in parts", "batch by batch", "batch by batch in parts", "in pieces", "row by row"):
                where = f"{declared}, key=({key}), {way}"
                database = harness.connect(OPTIONS.extension)
                database.execute(f"CREATE VIRTUAL TABLE t USING arbor({declared}, batch_trees=32{'' if way in ('at once', 'in parts') else f', key=({key})'})")
                if way.endswith("in parts"):
                    sources.call(database, "arbor_config", "cache_bytes", 3000)
                if way == "row by row":
                    database.executemany("INSERT INTO t(_tree) VALUES (?)", [(tree,) for tree in trees])
                else:
                    for begin in range(0, len(trees), 50 if way == "in pieces" else len(trees)):
                        sources.call(database, "arbor_append", "t", "\n".join(trees[begin:begin + (50 if way == "in pieces" else len(trees))]))
                for _ in range(3):
                    again = chance.choice(trees)
                    if way not in ("at once", "in parts"):
                        more = [json.dumps({"n": number, "v": f"more {number}", "w": number}) for number in range(40)] + [again]
                        report.raises(lambda: sources.call(database, "arbor_append", "t", "\n".join(more)), f"{where}: a tree once more", "UNIQUE constraint failed: t.")
                database.execute("DELETE FROM t WHERE rowid % 7 = 3")
                database.execute("UPDATE t SET v = 'new' || rowid WHERE rowid % 11 = 4")
                if way in ("at once", "in parts"):
                    sources.call(database, "arbor_append", "t", again)
                    database.execute("BEGIN")
                    last = database.execute("SELECT max(rowid) FROM t").fetchone()[0]
                    if database.execute("SELECT count(*) FROM t WHERE _tree = ?", (again,)).fetchone()[0] > 1:
                        report.raises(lambda: sources.call(database, "arbor_option", "t", "key", key), f"{where}: a tree twice", "UNIQUE constraint failed: t.", f" and {last}")
                    database.execute("DELETE FROM t WHERE rowid = ?", (last,))
                    database.execute("COMMIT")
                    sources.call(database, "arbor_option", "t", "key", key)
                made[way] = entries(database)
                report.equal(sources.call(database, "arbor_check", "t"), "ok", f"{where}: check")
            report.check(len(made["row by row"]) > len(trees) // 2, f"{declared}, key=({key}): there are entries")
            for way, found in made.items():
                report.check(found == made["row by row"], f"{declared}, key=({key}), {way}: the entries of rows written one by one")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
