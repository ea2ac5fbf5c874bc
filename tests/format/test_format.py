"""The storage format is what sql/FORMAT.md says: a reader written from that page alone (reader.py) reads every tree of the fixtures and of
random databases as the extension does, tells changed bits, and the extension goes on reading and writing what earlier builds have written."""
import ast
import json
import pathlib
import random
import re
import shutil
import sqlite3
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "python")]
import changing  # noqa: E402
import coverage  # noqa: E402
import documents  # noqa: E402
import harness  # noqa: E402
import make_fixtures  # noqa: E402
import reader  # noqa: E402
import streams  # noqa: E402
from xxh3 import xxh3  # noqa: E402

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
CURRENT = coverage.number_in_sources()
FIXTURES = sorted(file for folder in (HERE / "fixtures").iterdir() for file in folder.glob("*.db"))
DIGESTS = [  # of so many bytes: plain, and with the seed 2^63 + 5
    (0, 0x2d06800538d394c2, 0xa3b4efac14c8f6d6), (1, 0xc44bdff4074eecdb, 0x1edee914d838a0da), (3, 0xc3489259e968ad9e, 0x89c37412b7b44551),
    (4, 0xd3d60c1519014e89, 0x65214960f20cad2f), (8, 0xb88dee77f6bf6980, 0x849d222ad1c79afb), (9, 0x3688dcad730d826, 0xddf0e80cf1e42cfe),
    (16, 0x9da23836adf2be1e, 0xf5d50361c3a81a6c), (17, 0xf34c3c9cf5a112d1, 0x6b01d75ac80a0555), (128, 0x65f3c2c00fa93185, 0x4ec8c70fb19e7805),
    (129, 0x28065c6ec25f5b25, 0x4c12cab2a9688dac), (240, 0x4917a75c0ef8eed7, 0x9f0af6c5ea7882a1), (241, 0x541b19226f0052e8, 0x75cf86dd944fc008),
    (1024, 0xdc5acf0b043c445b, 0xf153661b040ef7e7), (1025, 0xe1d9cd946277ae26, 0x969434194697328b), (5000, 0x6abe8be5abcb2760, 0xee54e0ec2a0dec8a)]


def need_reader():
    if streams.zstandard is None:
        raise harness.Skip("the reader needs zstandard (python3-zstandard, or from PyPI)")


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def generations(database, name):
    return [row[0] for row in database.execute("SELECT generation FROM arbor_history(?)", (name,))]


def trees(database, name, generation):
    """A generation's trees as the extension gives them."""
    query = f"SELECT rowid, _tree FROM {quoted(name)} WHERE _generation = ? ORDER BY _index"
    return {rowid: tree.encode() for rowid, tree in database.execute(query, (generation,))}


def compare(report, database, file, what):
    """Each Arbor's readable generations, by both."""
    other = reader.open_file(file)
    for name in reader.names(other):
        arbor = reader.Arbor(other, name)
        arbor.check()
        offered = generations(database, name)
        report.check(set(offered) <= set(arbor.generations()), f"{what}: the generations of {name}", f"{offered}, {arbor.generations()}")
        for generation in offered:
            got, want = arbor.trees(generation), trees(database, name, generation)
            wrong = next(((one, other) for one, other in zip([*got.items(), None], [*want.items(), None]) if one != other), None)
            report.check(wrong is None and len(got) == len(want), f"{what}: the trees of {name}@{generation}", harness.short(wrong))
        report.equal(database.execute("SELECT arbor_check(?)", (name,)).fetchall(), [("ok",)], f"{what}: arbor_check of {name}")
    other.close()


def test_page(report):
    """The page's tables name what the C++ names, number by number; fixtures of the current format are there."""
    report.equal(coverage.in_page(), coverage.in_sources(), "encodings, tags and records")
    report.check(f"Storage format {CURRENT}" in coverage.PAGE.read_text(), "the page's format is the library's")
    report.check((HERE / f"fixtures/{CURRENT}").is_dir(), f"there are fixtures of format {CURRENT}; run make_fixtures.py")
    report.check(CURRENT in reader.FORMATS, "the reader reads the current format")


def test_reader_alone(report):
    """The reader takes nothing but Python's library, zstandard and its own modules."""
    ours, names = {"reader", "columns", "streams", "indexes", "xxh3"}, set()
    for module in ours:
        for node in ast.walk(ast.parse((HERE / f"{module}.py").read_text())):
            names |= {name.name for name in node.names} if isinstance(node, ast.Import) else {node.module} if isinstance(node, ast.ImportFrom) else set()
    report.equal(sorted(names - ours - set(sys.stdlib_module_names)), ["zstandard"], "what the reader imports")


def test_hash(report):
    """XXH3 by values of the reference implementation, one for each of its ways."""
    for size, plain, seeded in DIGESTS:
        data = bytes(at * 7 & 255 for at in range(size))
        report.equal((xxh3(data), xxh3(data, 2**63 + 5)), (plain, seeded), f"{size} bytes")


def test_fixtures_hold_everything(report):
    """The reader gives the trees that were put into the fixtures, and meets every encoding, kind of record and of row there."""
    need_reader()
    streams.SEEN.clear()
    for file in FIXTURES:
        want = json.loads((file.parent / "expected.json").read_text())[file.stem]
        report.equal(make_fixtures.expected(file), want, f"{file.parent.name}/{file.name}")
    met = {kind for kind, count in streams.SEEN.items() if count}
    report.equal(sorted(coverage.wanted() - met, key=str), [], "what no fixture holds")


def test_fixtures_in_use(report):
    """The current build opens each fixture, leaves it as it is, reads what was put in, finds nothing wrong, writes, and upgrades."""
    for file in FIXTURES:
        before, want = file.read_bytes(), json.loads((file.parent / "expected.json").read_text())[file.stem]
        with harness.scratch() as folder:
            copy = str(pathlib.Path(folder) / file.name)
            shutil.copy(file, copy)
            database = harness.connect(OPTIONS.extension, copy)
            for name, digests in want.items():
                offered = {str(generation) for generation in generations(database, name)}
                newest = max(map(int, digests))
                report.check(str(newest) in offered and offered <= set(digests), f"{file.name}: generations of {name}", f"{offered}, {digests}")
                for generation in offered:
                    report.equal(make_fixtures.digest(trees(database, name, int(generation))), digests[generation], f"{file.name}: {name}@{generation}")
                report.equal(database.execute("SELECT arbor_check(?)", (name,)).fetchall(), [("ok",)], f"{file.name}: arbor_check of {name}")
            database.close()
            report.check(pathlib.Path(copy).read_bytes() == before, f"{file.name}: reading writes nothing")
            write(report, copy, want)


def write(report, file, names):
    """Inserts, updates, deletes, folds; the reader agrees with what is there after each."""
    database = harness.connect(OPTIONS.extension, file)
    for name in names:
        table = quoted(name)
        count = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        database.execute(f"INSERT INTO {table}(_tree) VALUES ('{{\"id\":\"new\",\"name\":\"new\",\"n\":1,\"t\":\"new\"}}')")
        database.execute(f"UPDATE {table} SET _patch = '{{\"written\":[1]}}' WHERE _index % 5 = 4")
        database.execute(f"DELETE FROM {table} WHERE _index = 0")
        report.equal(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0], count, f"written to {name}")
        before = trees(database, name, generations(database, name)[-1])
        if streams.zstandard is not None:
            compare(report, database, file, f"{pathlib.Path(file).name}, written to")
        database.execute("SELECT arbor_optimize(?)", (name,))
        report.equal(trees(database, name, generations(database, name)[-1]), before, f"{name}, optimized")
        report.equal(database.execute(f"SELECT value FROM {quoted(name + '_meta')} WHERE key = 'format'").fetchone(), (CURRENT,), f"the format of {name}, optimized")
    if streams.zstandard is not None:
        compare(report, database, file, f"{pathlib.Path(file).name}, optimized")
    database.close()


def test_documents(report):
    """Texts that are hard to give back, imported and inserted."""
    need_reader()
    with harness.scratch() as folder:
        file = pathlib.Path(folder) / "documents.db"
        database = harness.connect(OPTIONS.extension, file)
        for at, (name, texts) in enumerate(documents.by_name()):
            if max(map(len, texts)) > 20_000 or len(texts) > 400 or re.search("rowid|_index|_tree", "".join(texts)):
                continue
            database.execute(f"CREATE VIRTUAL TABLE t{at} USING arbor")
            database.execute(f"SELECT arbor_append('t{at}', ?)", ("\n".join(texts),))
            database.executemany(f"INSERT INTO t{at}(_tree) VALUES (?)", [(text,) for text in texts[:10]])
        compare(report, database, file, "hard documents")
        database.close()


def test_random_databases(report):
    """Arbors that random transactions have left behind."""
    need_reader()
    for number in range(3 if OPTIONS.quick else 25):
        rng = random.Random(f"{SEED} {number}")
        with harness.scratch() as folder:
            file = pathlib.Path(folder) / "random.db"
            database = harness.connect(OPTIONS.extension, file)
            if rng.random() < 0.2:
                database.execute("PRAGMA encoding = 'UTF-16be'")
            declared = rng.choice(["", ", a NUMERIC", ", a TEXT COLLATE NOCASE, id INTEGER"]) + rng.choice(["", "", ", key=id", ", key=(id, a)"])
            database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={rng.choice([8, 16, 64])}, retain={rng.choice([1, 2, 8])}{declared})")
            for step in range(60):
                changing.change(database, rng, "t")
                if step % 15 == 14:
                    compare(report, database, file, f"seed {SEED}, database {number}, step {step}")
            database.close()


def flipped(rng, value):
    """A value with one bit changed."""
    if isinstance(value, int):
        return value ^ 1 << rng.randrange(16) if value < 2**63 - 1 else value - 1
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(7)
    return data.decode() if isinstance(value, str) else bytes(data)


def told(file):
    """Whether the reader finds something wrong with a file."""
    database = reader.open_file(file)
    try:
        found = reader.names(database)
        for name in found:
            reader.Arbor(database, name).check()
        return not found
    except (reader.Damage, reader.Refused, sqlite3.Error):
        return True
    finally:
        database.close()


class Rows:
    """The rows of a table of a fixture, and what finds each of them."""

    def __init__(self, database, name):
        info = database.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
        self.name, self.columns, self.key = name, [row[1] for row in info], [row[1] for row in info if row[5]]
        self.rows = database.execute(f"SELECT * FROM {quoted(name)} ORDER BY {', '.join(map(quoted, self.key))}").fetchall()
        self.where = " AND ".join(f"{quoted(column)} IS ?" for column in self.key)

    def key_of(self, row):
        return [row[self.columns.index(part)] for part in self.key]

    def set(self, row, changes):
        """A statement that changes columns of a row, and its arguments."""
        return f"UPDATE {quoted(self.name)} SET {', '.join(f'{quoted(column)} = ?' for column in changes)} WHERE {self.where}", [*changes.values(), *self.key_of(row)]

    def flip(self, rng, row):
        """One that changes a bit of one cell."""
        cells = {column: value for column, value in zip(self.columns, row) if isinstance(value, int) or isinstance(value, (str, bytes)) and len(value) > 0}
        column = rng.choice(list(cells))
        return [self.set(row, {column: flipped(rng, cells[column])})]

    def lose(self, rng, row):
        """One that deletes a row, but not the newest of the log, whose loss nothing tells."""
        newest = self.name.endswith("_pending") and row == self.rows[-1]
        return [] if newest else [(f"DELETE FROM {quoted(self.name)} WHERE {self.where}", self.key_of(row))]

    def swap(self, rng, row):
        """Two that exchange all that two rows hold besides their keys."""
        other, rest = rng.choice(self.rows), [at for at, column in enumerate(self.columns) if column not in self.key]
        if [row[at] for at in rest] == [other[at] for at in rest]:
            return []
        return [self.set(to, {self.columns[at]: of[at] for at in rest}) for to, of in ((row, other), (other, row))]


def damaged(report, kind, most):
    """Changes that many rows of each fixture, one at a time; each change is told."""
    rng = random.Random(f"{SEED} {kind}")
    for file in FIXTURES:
        database = sqlite3.connect(file)
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")]
        every = [(table, row) for table in (Rows(database, name) for name in names) for row in table.rows]
        database.close()
        for table, row in rng.sample(every, min(len(every), most // 3 if file.stem == "encodings" else most)):
            with harness.scratch() as folder:
                copy = pathlib.Path(folder) / "damaged.db"
                shutil.copy(file, copy)
                changed = sqlite3.connect(copy)
                statements = getattr(table, kind)(rng, row)
                try:
                    for statement, arguments in statements:
                        changed.execute(statement, arguments)
                    changed.commit()
                except sqlite3.IntegrityError:
                    continue  # the key of another row
                finally:
                    changed.close()
                report.check(not statements or told(copy), f"{file.name}: {kind} in {table.name}, row {table.key_of(row)}", harness.short(row))


def test_flipped_cells(report):
    """A bit changed in any cell of the shadow tables is told, that of an index included."""
    need_reader()
    damaged(report, "flip", 15 if OPTIONS.quick else 200)


def test_lost_rows(report):
    """A row that is gone, or that stands in another's place, is told."""
    need_reader()
    damaged(report, "lose", 10 if OPTIONS.quick else 120)
    damaged(report, "swap", 10 if OPTIONS.quick else 120)


def test_flipped_bytes(report):
    """A bit changed anywhere in the file is told, or changes no tree."""
    need_reader()
    rng = random.Random(SEED + 1)
    file = next(file for file in FIXTURES if file.stem == "utf16")
    data, want = file.read_bytes(), make_fixtures.expected(file)
    with harness.scratch() as folder:
        copy = pathlib.Path(folder) / "flipped.db"
        for _ in range(100 if OPTIONS.quick else 1500):
            changed, at = bytearray(data), rng.randrange(100, len(data))
            changed[at] ^= 1 << rng.randrange(8)
            copy.write_bytes(changed)
            if told(copy):
                report.ok()
                continue
            got = make_fixtures.expected(copy)
            report.check(list(got.values()) == list(want.values()), f"byte {at} of {file.name}", f"{got}")


def test_other_formats(report):
    """A newer format, and one from before the frozen one, are refused by both with a message that says so, and are left as they are."""
    for number, word in ((CURRENT + 1, "newer"), (99, "newer"), (3, "older")):
        with harness.scratch() as folder:
            copy = pathlib.Path(folder) / "other.db"
            shutil.copy(HERE / f"fixtures/{CURRENT}/log.db", copy)
            database = sqlite3.connect(copy)
            database.execute("UPDATE log_meta SET value = ? WHERE key = 'format'", (number,))
            database.commit()
            database.close()
            before = copy.read_bytes()
            database = harness.connect(OPTIONS.extension, copy)
            for statement in ("SELECT count(*) FROM log", "INSERT INTO log(_tree) VALUES ('1')", "SELECT arbor_optimize('log')", "SELECT arbor_check('log')",
                              "SELECT arbor_append('log', '[1]')"):
                report.raises(lambda: database.execute(statement).fetchall(), f"format {number}: {statement}", word, f"storage format {number}")
            database.close()
            report.check(copy.read_bytes() == before, f"format {number}: nothing is written")
            other = reader.open_file(copy)
            report.raises(lambda: reader.Arbor(other, "log"), f"format {number}: the reader", f"storage format {number}", kind=reader.Refused)
            other.close()


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
