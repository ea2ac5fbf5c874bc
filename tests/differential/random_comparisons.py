"""Compares each condition in WHERE, where it is pushed down, with itself as a result column, where SQLite alone decides:
every operator, affinity and collation over values on which conversions differ."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()
VALUES = [None, 0, 1, 5, -1, 5.0, 0.5, 9007199254740993, 9007199254740992.0, 9223372036854775807, 0.30000000000000004, 0.3, 1e22, True, False,
          "5", "5.0", " 5", "5 ", "05", "5x", "a", "A", "a ", "", "0.3", "1e22", "9007199254740993", "a\0b", "A\0c", "[1]", "é", "É"]
RIGHT = ["5", "5.0", "'5'", "'5.0'", "' 5'", "'a'", "'A'", "'a '", "0.3", "'0.3'", "''", "NULL", "x'35'", "CAST(5 AS TEXT)", "CAST('5' AS INTEGER)",
         "CAST('0.3' AS REAL)", "CAST('a' AS BLOB)", "9007199254740993", "'9007199254740993'", "9007199254740992.0", "1e22", "'1e22'", "'1.0e+22'",
         "-1", "1", "0", "9223372036854775807", "9223372036854775808.0", "char(97,0,98)", "+5", "-(-5)", "true", "5||''", "(SELECT '5')", "(SELECT 5)", "'[1]'"]
OPERATORS = ["=", "<", "<=", ">", ">=", "<>", "IS", "IS NOT"]
DECLARED = ["", "INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB", "TEXT COLLATE NOCASE", "COLLATE NOCASE", "COLLATE RTRIM"]
KINDS = {"numbers": lambda v: not isinstance(v, str), "texts": lambda v: v is None or isinstance(v, str), "all": lambda v: True}


def condition(dice):
    right, other = dice.choice(RIGHT), dice.choice(RIGHT)
    collation = dice.choice(["", "", " COLLATE NOCASE", " COLLATE BINARY"])
    operator = dice.choice(OPERATORS)
    return dice.choice([f"a {operator} {right}{collation}"] * 5 + [f"{right} {operator} a{collation}"] * 3 + [f"a IN ({right}, {other})", f"a BETWEEN {right} AND {other}"])


def table(dice):
    database = harness.connect(OPTIONS.extension)
    declared = dice.choice(DECLARED)
    pool = list(filter(KINDS[dice.choice(list(KINDS))], VALUES))
    trees = [{} if value is None and dice.random() < 0.5 else {"a": value} for value in dice.choices(pool, k=dice.randrange(1, 12))]
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(a {declared}, columns=declared, batch_trees={dice.choice([1, 3, 16384])})")
    database.execute("SELECT arbor_append('t', ?)", (json.dumps(trees),)).fetchall()
    return database, f"a {declared}: {trees}"


def test_equal_numbers_as_texts(report):
    """5 and 5.0 are equal, but not the texts that they are compared as."""
    database = harness.connect(OPTIONS.extension)
    database.execute("SELECT arbor_append('t', ?)", (json.dumps([{"n": number, "a": value} for number, value in enumerate(VALUES)]),)).fetchall()
    for items in ("5, 5.0", "5.0, 5", "'a', 5.0, NULL, 5, 5.0"):
        where = f"CAST(a AS TEXT) IN ({items})"
        want = [number for number, found in database.execute(f"SELECT n, {where} FROM t") if found]
        got = [json.loads(tree)["n"] for tree, in database.execute("SELECT tree FROM arbor_rows(?)", (f"SELECT n FROM t WHERE {where}",))]
        report.equal(got, want, where)


def test_comparisons(report):
    dice = random.Random(harness.seed_of(OPTIONS))
    for _ in range(100 if OPTIONS.quick else 1000):
        database, what = table(dice)
        for _ in range(40):
            where = condition(dice)
            pushed = [row for row, in database.execute(f"SELECT rowid FROM t WHERE {where} ORDER BY rowid")]
            decided = [row for row, truth in database.execute(f"SELECT rowid, ({where}) FROM t ORDER BY rowid") if truth]
            report.equal(pushed, decided, f"{where}, {what}")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
