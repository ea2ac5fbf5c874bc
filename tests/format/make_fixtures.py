#!/usr/bin/env python3
"""Makes the fixtures anew: small databases that hold every encoding, record, index, key, tag and opaque part of the storage format.

    make_fixtures.py [--extension build/arbors.so]

Run it when the format gets a new number, with that format's last build, into a folder of that number; those of older numbers stay
for good as they are. The bytes differ from run to run (nonces are random), the trees do not: expected.json holds their digests.
"""
import argparse
import json
import pathlib
import random
import sqlite3
import string
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "python")]
import coverage  # noqa: E402
import harness  # noqa: E402
import reader  # noqa: E402
from streams import SEEN  # noqa: E402
from xxh3 import xxh3  # noqa: E402


def append(database, name, trees):
    database.execute(f"SELECT arbor_append('{name}', ?)", ("\n".join(map(json.dumps, trees)),))


def make_encodings(database):
    """Each Arbor one batch, most of its columns for one encoding."""
    rng = random.Random(1)
    for name in ("integers", "codes", "strings", "shapes", "reals"):
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor")
    wide = [rng.randrange(-2**63, 2**63) for _ in range(6)]
    runs = [rng.randrange(4) for _ in range(40) for _ in range(rng.randrange(20, 40))]
    append(database, "integers", [
        {"constant": -7, "narrow": rng.randrange(1000), "ascending": 10**12 + 1000 * at + rng.randrange(9), "repeats": rng.choice(wide), "runs": runs[at],
         "spikes": rng.randrange(2**60) if at % 97 == 5 else rng.randrange(30), **({"random": rng.randrange(-2**63, 2**63)} if at < 70 else {}),
         **({"forty": rng.randrange(2**40)} if at < 1030 else {})} for at in range(1100)])
    lengths = [rng.choice([0, 300, 777]) for _ in range(120)]
    append(database, "codes", [
        {"distinct": [0] * lengths[at], "runs": [0] * (at // 30), "ascending": [0] * (at // 2), "spikes": [0] * (rng.randrange(100, 300) if at % 29 == 3 else rng.randrange(4)),
         "text": "x" * rng.randrange(1, 70)} for at in range(120)])
    words = ["arbour", "branch", "root", "leaf", "twig", "bark"]
    letters = string.ascii_letters
    append(database, "strings", [
        {"few": rng.choice(words), "number": f"user-{rng.randrange(10**6)}", "mixed": "none" if at % 23 == 7 else str(rng.randrange(10**7)),
         "pattern": f"{rng.randrange(2**64):016x}", "almost": "?" if at % 31 == 4 else f"{rng.randrange(2**48):012x}",
         "time": f"2026-11-{rng.randrange(1, 30):02}T{rng.randrange(24):02}:00:00Z", "plain": "".join(rng.choices(letters, k=rng.randrange(1, 9))),
         "prose": " ".join(rng.choices(words, k=rng.randrange(4, 12))), "odd": rng.choice(["é\"\\\n\u0000", "😀", "\u007f", "1e3", ""])} for at in range(180)])
    append(database, "shapes", shapes(rng))
    append(database, "reals", [{"price": rng.randrange(10000) / 100, "random": rng.gauss(0, 1), "odd": -0.0 if at % 3 else 1e300, "zero": 0.0,
                                "exceptions": 1e-9 * rng.random() if at % 40 == 9 else at / 4} for at in range(90)])


def shapes(rng):
    """Trees of every kind, orders of keys, arrays in arrays, and what is kept as text: what is deep."""
    trees = [None, True, False, 5, -1.5, "text", [], {}, [[], [[1]], {"k": None}], {"a": 1}, {"A": 2}, 2**64, -2**70, 1e300]
    for at in range(60):
        keys = rng.sample("abcdef", rng.randrange(7))
        trees.append({key: rng.choice([None, True, False, at, at / 8, "s", [at, {"x": [at, "y"]}], {"m": {"n": at}}, 2**63 + at]) for key in keys})
    deep = {"bottom": [1.5, "as text"]}
    for _ in range(66):
        deep = {"o": deep}
    lists = [{"bottom": None}]
    for _ in range(66):
        lists = [lists]
    return [*trees, deep, {"lists": lists}]


def make_log(database):
    """Records of every kind over batches; generations that are whole, and some that are kept alone."""
    rng = random.Random(2)
    database.execute("CREATE VIRTUAL TABLE log USING arbor(batch_trees=32, retain=3, a INTEGER COLLATE NOCASE)")
    append(database, "log", [{"a": at, "b": {"c": str(at % 5), "d": [at]}, "e": True} for at in range(100)])
    database.execute("SELECT arbor_tag('log', 'beginning')")
    database.execute("UPDATE log SET a = -a WHERE rowid % 9 = 1")
    database.execute("DELETE FROM log WHERE rowid BETWEEN 40 AND 60")
    database.execute("INSERT INTO log(rowid, _tree) VALUES (5000, '{\"a\":\"explicit\"}'), (200, '[1]')")
    database.execute("SELECT arbor_optimize('log')")
    for at in range(8):
        database.execute("INSERT INTO log(_tree) VALUES (?)", (json.dumps({"a": at, "late": [at, {"x": None}]}),))
    database.execute("SELECT arbor_tag('log', 'middle')")
    for at in range(6):
        database.execute("UPDATE log SET a = ? WHERE rowid = ?", (f"changed {at}", 3 + at))
    database.execute("SELECT arbor_vacuum('log', 0)")
    database.execute("SELECT arbor_restore('log', 'beginning')")
    database.execute("UPDATE log SET \"b.c\" = 'set', a = 0.5 WHERE rowid IN (7, 22)")
    database.execute("UPDATE log SET _tree = '{\"a\":\"another\",\"new\":{}}' WHERE rowid IN (11, 90)")
    database.execute("DELETE FROM log WHERE rowid IN (30, 33, 34)")
    append(database, "log", [{"a": rng.random()} for _ in range(40)])  # carries what lies over batches
    database.execute("SELECT arbor_option('log', 'retain_for', '1 hour')")
    database.execute("DELETE FROM log WHERE rowid IN (12, 70, 71)")
    database.execute("DELETE FROM log WHERE rowid = 91")
    database.execute("INSERT INTO log(_tree) VALUES ('\"pending\"'), ('{\"a\":1,\"b\":2}')")
    database.execute("UPDATE log SET \"b.c\" = 'again' WHERE rowid = 22")
    database.execute("UPDATE log SET b = 3 WHERE b = 2")
    database.execute("UPDATE log SET _tree = _tree WHERE rowid = 5")
    database.execute("UPDATE log SET _tree = '{\"replaced\":[]}' WHERE rowid = 6")


def make_indexes(database):
    values = [5, 5.5, "5", "5 ", "oak", "OAK", "elm ", None, True, [1], {"x": 1}, 2**64, "1e2", "18446744073709551616", ""]
    database.execute("CREATE VIRTUAL TABLE plain USING arbor(batch_trees=16)")
    append(database, "plain", [{"a": value, "b c": {"d\"e": at}} for at, value in enumerate(values * 3)])
    database.execute("SELECT arbor_create_index('plain', 'a')")
    database.execute("SELECT arbor_create_index('plain', '\"b c\".\"d\"\"e\"')")
    database.execute("UPDATE plain SET a = 'pending' WHERE rowid = 3")
    database.execute("DELETE FROM plain WHERE rowid = 4")
    database.execute("CREATE VIRTUAL TABLE keyed USING arbor(key=id)")
    append(database, "keyed", [{"id": value, "v": at} for at, value in enumerate([1, 2.5, "1x", "2", 2**64, 2**64 + 1, True and 0, "text", "", -2**80])])
    database.execute("INSERT OR REPLACE INTO keyed(_tree) VALUES ('{\"id\":2.5,\"v\":\"upserted\"}')")
    database.execute("CREATE VIRTUAL TABLE typed USING arbor(name TEXT COLLATE NOCASE, n INTEGER, t TEXT COLLATE RTRIM, key=(name, n, t), columns=declared)")
    append(database, "typed", [{"name": name, "n": at, "t": f"t{at}  ", "rest": [at]} for at, name in enumerate(["Oak", "elm", 7, 2.0, "8"] * 2)])


def make_utf16(database):
    database.execute("CREATE VIRTUAL TABLE \"ärbor's\" USING arbor(\"zwei Wörter\" TEXT)")
    database.execute("INSERT INTO \"ärbor's\"(_tree) VALUES ('{\"ü\":\"é😀\",\"zwei Wörter\":1}')")
    database.execute("SELECT arbor_append('ärbor''s', '[{\"ü\":[\"ß\"]},{\"中\":null}]')")
    database.execute("SELECT arbor_tag('ärbor''s', 'tagged')")


def make_elements(database):
    lists = [["a", "b", "a"], [1, 1.0, "1", True], [None, [1], {"k": 1}], [], "a", {"k": "a"}, None, 5, ["5 ", 2**64]]
    database.execute("CREATE VIRTUAL TABLE elements USING arbor(batch_trees=8)")
    append(database, "elements", [{"l": value, "items": [{"sku": value}, {"sku": at}, "text" if at == 5 else 7], "b c": [[{"d": [at, "x"]}]]} for at, value in enumerate(lists)] + [{}])
    for path in ("l[*]", "items[*].sku", '"b c"[*][*].d[*]'):
        database.execute("SELECT arbor_create_index('elements', ?)", (path,))
    database.execute("UPDATE elements SET _patch = '{\"l\":[\"pending\",\"pending\"]}' WHERE rowid = 3")
    database.execute("DELETE FROM elements WHERE rowid = 2")
    database.execute("INSERT INTO elements(_tree) VALUES ('{\"l\":[\"b\"]}'), ('[1]')")


def make_long(database):
    """Strings that are cut into frames."""
    rng = random.Random(4)
    words = [f"word{n}" for n in range(40)]
    database.execute("CREATE VIRTUAL TABLE long USING arbor")
    append(database, "long", [{"prose": " ".join(words * rng.randrange(6, 12)) + str(rng.randrange(10**6)), "none": None} for _ in range(80)])


MAKERS = {"encodings": make_encodings, "long": make_long, "log": make_log, "indexes": make_indexes, "elements": make_elements, "utf16": make_utf16}


def make(extension, file, maker):
    """A database, in small pages."""
    with tempfile.TemporaryDirectory() as folder:
        database = harness.connect(extension, pathlib.Path(folder) / "made.db")
        if maker is make_utf16:
            database.execute("PRAGMA encoding = 'UTF-16le'")
        database.execute("PRAGMA page_size = 512")
        maker(database)
        file.unlink(missing_ok=True)
        database.execute("VACUUM INTO ?", (str(file),))
        database.close()


def digest(trees):
    """Of rowids and texts, in order."""
    total = 0
    for rowid, tree in trees.items():
        total = xxh3(b"%d %s" % (rowid, tree), total)
    return f"{len(trees)} trees, {total:016x}"


def expected(file):
    """The digests of all generations of all Arbors of a file, as the reader has them; everything is held against its seals."""
    database, found = reader.open_file(file), {}
    for name in reader.names(database):
        arbor = reader.Arbor(database, name)
        arbor.check()
        found[name] = {str(generation): digest(arbor.trees(generation)) for generation in arbor.generations()}
    database.close()
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--extension", default=str(coverage.ROOT / "build/arbors.so"))
    options.add_argument("--only", choices=MAKERS, help="makes one, and leaves the others as they are")
    options = options.parse_args()
    folder = HERE / f"fixtures/{coverage.number_in_sources()}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, maker in MAKERS.items():
        if options.only in (None, name):
            make(options.extension, folder / f"{name}.db", maker)
    found = {name: expected(folder / f"{name}.db") for name in MAKERS}
    (folder / "expected.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    missing = sorted(coverage.wanted() - {kind for kind, count in SEEN.items() if count}, key=str)
    print(f"{sum(file.stat().st_size for file in folder.iterdir())} bytes; missing: {missing or 'nothing'}")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
