"""Compares the first rows of random orders on an Arbor with kept-up indexes and on an ordinary table with the same rows.

Both tables get the same random DML: single and many rows, pending and folded, undone by savepoints or not, so that an index is walked
over batches, replaced rows and rows in the midst of a transaction. Equal keys come in the order of `_index`, with an index or without.
"""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

MIXED = [None, None, True, False, 0, 1, 1.0, -2, 2.5, -0.5, "1", "1.0", " 2", "2.5", "-2", "x", "X", "xa", "", "é", [1], [], {"a": 1}, 2**60, 2**60 + 1, float(2**60), 10**30, "1e30", "z" * 200]
PATHS = ["num", "mixed", "text", "deep.year"]
COLUMNS = ["num", "mixed", "text", "deep.year", "few"]


def document(chance):
    made = {"num": chance.choice([chance.randrange(4000), chance.randrange(4000) / 4]), "mixed": chance.choice(MIXED) if chance.random() < 0.5 else chance.randrange(3000),
            "text": "t%05d" % chance.randrange(5000), "deep": {"year": chance.randrange(1500)}, "few": chance.randrange(4)}
    return {key: value for key, value in made.items() if chance.random() > 0.03}


def cell(document, column):
    """The SQL value at a column's path."""
    for key in column.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    if isinstance(document, (list, dict)):
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    if isinstance(document, bool):
        return int(document)
    return float(document) if isinstance(document, int) and abs(document) >= 2**63 else document


class Pair:
    """The Arbor `t` and the ordinary table `o`, row for row."""

    def __init__(self, chance, options, trees):
        self.chance = chance
        self.database = harness.connect(options.extension)
        self.database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={chance.choice([64, 300, 2000])})")
        names = ", ".join(f'"{column}"' for column in COLUMNS)
        self.database.execute(f"CREATE TABLE o(_index, {names})")
        self.database.execute("CREATE TABLE outer_rows(n)")
        self.database.executemany("INSERT INTO outer_rows VALUES (?)", [(number,) for number in (0, 1, 2, 3, 7, None)])
        self.append([document(chance) for _ in range(trees)])
        for path in PATHS:
            self.database.execute("SELECT arbor_create_index('t', ?)", (path,)).fetchall()

    def append(self, documents):
        self.database.execute("SELECT arbor_append('t', ?)", ("\n".join(map(json.dumps, documents)),)).fetchall()
        self.follow(documents)

    def insert(self, documents):
        for made in documents:
            self.database.execute("INSERT INTO t(_tree) VALUES (?)", (json.dumps(made),))
        self.follow(documents)

    def follow(self, documents):
        """Adds to `o` what stands last in `t`."""
        rowids = self.database.execute("SELECT rowid FROM t ORDER BY _index DESC LIMIT ?", (len(documents),)).fetchall()[::-1]
        names = ", ".join(f'"{column}"' for column in COLUMNS)
        self.database.executemany(f"INSERT INTO o(rowid, {names}) VALUES (?{', ?' * len(COLUMNS)})", [(rowid[0], *(cell(made, column) for column in COLUMNS)) for rowid, made in zip(rowids, documents)])

    def change(self):
        chance, database = self.chance, self.database
        number, column = chance.randrange(4000), chance.choice(["num", "mixed", "few"])
        kind = chance.randrange(9)
        if kind == 0:
            self.insert([document(chance) for _ in range(chance.choice([1, 1, 5, 200]))])
        elif kind == 1:
            self.append([document(chance) for _ in range(chance.choice([1, 40, 400]))])
        elif kind == 2:
            self.both(f"DELETE FROM {{}} WHERE num BETWEEN {number} AND {number + chance.choice([0, 5, 200])}")
        elif kind == 3:
            self.both(f"UPDATE {{}} SET {column} = {number % 7} WHERE num = {number}")
        elif kind == 4:
            value = chance.choice(["'1'", "5.5", "'word'", str(number)])
            self.both(f"UPDATE {{}} SET {column} = {value} WHERE num BETWEEN {number} AND {number + 60}")
        elif kind == 5:
            rowid = database.execute("SELECT rowid FROM o WHERE rowid >= ? ORDER BY rowid LIMIT 1", (number,)).fetchone()
            if rowid:
                self.both(f'UPDATE {{}} SET "deep.year" = {number % 1500} WHERE rowid = {rowid[0]}')
        elif kind == 6:
            database.execute("SELECT arbor_optimize('t')").fetchall()
        elif kind == 7:
            self.both(f'UPDATE {{}} SET text = "text" || \'{number % 10}\' WHERE few = {number % 4} AND num < {number // 8}')
        else:
            path = chance.choice(PATHS)
            for function in ("arbor_drop_index", "arbor_create_index"):
                database.execute(f"SELECT {function}('t', ?)", (path,)).fetchall()

    def both(self, statement):
        for table in ("t", "o"):
            self.database.execute(statement.format(table))

    def renumber(self):
        """Rows that were inserted stand last, in order of rowid, as long as nobody inserts in the middle."""
        self.database.execute("UPDATE o SET _index = (SELECT n FROM (SELECT rowid AS r, row_number() OVER (ORDER BY rowid) - 1 AS n FROM o) WHERE r = o.rowid)")


def condition(chance, column):
    number = chance.randrange(4000)
    value = chance.choice([str(number), f"{number}.25", f"'t{number:05d}'", "'1'", "'x'", "2.5", "NULL", "''", f"CAST('{number}' AS INTEGER)", "'[1]'"])
    return chance.choice([f'"{column}" > {value}', f'"{column}" <= {value}', f'"{column}" >= {value}', f'"{column}" BETWEEN {number} AND {number + 500}', f'"{column}" IN ({number}, {value}, 3, \'x\')', f'"{column}" IS NOT NULL', f'"{column}" IS NULL',
                          f"few = {number % 4}", f"num < {number}", f"mixed <> {number % 5}", f"text LIKE 't0{number % 10}%'", f'"deep.year" = {number % 1500}', "few + 1 > 2", f"few = 1 AND \"{column}\" < {value}"])


def query(chance):
    """A query on a table and with further terms of its order: `_index`, which an Arbor's equal keys come by unsaid."""
    column = chance.choice(PATHS)
    terms = [f'"{column}"' + chance.choice(["", " DESC"])]
    if chance.random() < 0.3:
        terms.append(f'"{chance.choice(COLUMNS)}"' + chance.choice(["", " DESC"]))
    where = "".join(f" {word} {condition(chance, column)}" for word in ("WHERE", "AND")[: chance.choice([0, 0, 1, 1, 2])])
    window = chance.choice(["", " LIMIT 1", " LIMIT 5", " LIMIT 10", " LIMIT 30", " LIMIT 7 OFFSET 3", " LIMIT 3 OFFSET 40", " LIMIT 2 OFFSET 1000", " LIMIT 400", " LIMIT 0", " LIMIT -1 OFFSET 2"])
    order = ", ".join(terms)
    select = f'"{column}", {chance.choice(["num", "few", "text, mixed", "rowid"])}'
    if chance.random() < 0.12:
        return f"SELECT n, (SELECT num FROM {{}} WHERE few = n ORDER BY {order}{{}} LIMIT 1 OFFSET {chance.randrange(3)}) FROM outer_rows"
    if chance.random() < 0.12:
        return f"SELECT n, x.num FROM {{}} AS x, outer_rows WHERE x.few = n ORDER BY x.{terms[0]}, x._index LIMIT 12 --{{}}"
    if chance.random() < 0.1:
        return f"SELECT count(*), sum(num) FROM (SELECT num FROM {{}}{where} ORDER BY {order}{{}}{window or ' LIMIT 9'})"
    if chance.random() < 0.1:
        return f'SELECT {chance.choice(["max", "min"])}("{column}") FROM {{}}{where} --{{}}'
    return f"SELECT {select} FROM {{}}{where} ORDER BY {order}{{}}{window}"


def kinds(rows):
    return [tuple((type(value).__name__, value) for value in row) for row in rows]


def answer(database, text, most):
    cursor = database.execute(text)
    rows = cursor.fetchmany(most) if most else cursor.fetchall()
    cursor.close()
    return kinds(rows)


def compare(pair, report, chance, where):
    text = query(chance)
    most = chance.choice([0, 0, 1, 3, 20])
    got = answer(pair.database, text.format("t", ""), most)
    want = answer(pair.database, text.format("o", ", o._index"), most)
    report.check(got == want, f"{where}: {text.format('t', '')}", f"got  {harness.short(got)}\n     want {harness.short(want)}")
    plan = " ".join(row[3] for row in pair.database.execute("EXPLAIN QUERY PLAN " + text.format("t", "")))
    return "walk" in plan


def plan_of(chance):
    column = chance.choice(PATHS)
    first = chance.choice(["", f"filter few = {chance.randrange(4)} | ", f"filter {column} > {chance.randrange(3000)} | ", f"filter num < {chance.randrange(4000)} | "])
    order = chance.choice(["sort_by {0}{1} | head {2}", "top_k {2} by {0}", "bottom_k {2} by {0}, few", "sort_by {0}{1}, num | skip 3 | head {2}", "select {0} as k, num | sort_by k{1} | head {2} | filter num > 100"])
    return first + order.format(column, chance.choice(["", " desc"]), chance.choice([1, 3, 10, 60]))


def compare_plan(pair, report, chance, where):
    stages = plan_of(chance)
    outcome = lambda name: pair.database.execute("SELECT arbor_json(?)", (f"{name} | {stages}",)).fetchone()[0]
    handle = pair.database.execute("SELECT arbor_open('t')").fetchone()[0]  # Of a handle no index knows.
    report.equal(outcome("t"), outcome(handle), f"{where}: {stages}")
    pair.database.execute("SELECT arbor_close(?)", (handle,)).fetchall()
    return "walk" in pair.database.execute("SELECT arbor_explain(?, 'physical')", (f"t | {stages}",)).fetchone()[0]


def test_orders(report):
    chance = random.Random(harness.seed_of(OPTIONS))
    walked = asked = 0
    for world in range(2 if OPTIONS.quick else 8):
        pair = Pair(chance, OPTIONS, chance.choice([2500, 4000]))
        for round_number in range(12 if OPTIONS.quick else 30):
            where = f"world {world}, round {round_number}"
            pair.database.execute("BEGIN")
            undone = chance.random() < 0.4
            if undone:
                pair.database.execute("SAVEPOINT s")
            for _ in range(chance.choice([0, 1, 1, 3])):
                pair.change()
            pair.renumber()
            for _ in range(6):
                walked += compare(pair, report, chance, where)
                asked += 1
            if undone:
                pair.database.execute("ROLLBACK TO s")
            for _ in range(5):
                walked += compare(pair, report, chance, where + " after all" if undone else where)
                walked += compare_plan(pair, report, chance, where)
                asked += 2
            pair.database.execute(chance.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
            walked += compare(pair, report, chance, where + ", alone")
            asked += 1
        report.equal(pair.database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", f"world {world}: check")
        pair.database.close()
    report.check(walked > asked // 6, "indexes are walked", f"{walked} of {asked}")


if __name__ == "__main__":
    OPTIONS = harness.parser().parse_args()
    harness.run(globals(), OPTIONS)
