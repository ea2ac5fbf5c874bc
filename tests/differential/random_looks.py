#!/usr/bin/env python3
"""Random SELECTs over values that are equal but look different (1, 1.0 and true; texts under a collation), by SQLite and by the engine.

Queries in FROM make one of such values, by groups, DISTINCT, set operators, partitions and bounds, and queries around them ask what tells
them apart: LIKE, typeof, texts, JSON, other collations. Rows are the same by type and value, or the engine refuses. So are plans with and
without the optimizer's rules.
"""
import json
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
from random_selects import Tally, chosen_options, newest, shown, without_parts  # noqa: E402

WORLDS = 40
DECLARED = ["", "", "", "k TEXT", "k NUMERIC", "k INTEGER", "k REAL", "s TEXT COLLATE NOCASE", "s COLLATE RTRIM", "k TEXT, s TEXT COLLATE NOCASE"]
NUMBERS = [[1, 1.0, True], [1, 1.0, 2, 2.0], [0, 0.0, False, 1, 1.0, "1", "1.0", None], [1, 1.0, -1, -1.0, 2.5, "a", "A"], [1, 2, "a", "b", None], [1.0, 2.0, 2.5]]
TEXTS = [["a", "A", "b"], ["a", "a ", "A", "B"], ["x", "y"], ["1", "1.0", "a"], ["a\0b", "A\0c", "a", "b"]]
PIECES = ["typeof({})", "({} || '')", "CAST({} AS TEXT)", "length({})", "abs({})", "({} + 0)", "(+{})", "json_array({})", "lower({})", "coalesce({}, 'none')", "CAST({} AS NUMERIC)", "quote({})", "({} LIKE '%0')",
          "CASE WHEN {} = 1 THEN {} ELSE 'other' END", "max({}, 0)", "({} = 1)", "({} COLLATE NOCASE)"]
APART = ["{} LIKE '%.0'", "{} LIKE '%1'", "{} NOT LIKE '%.0'", "{} GLOB '[A-Z]*'", "typeof({}) = 'real'", "typeof({}) <> 'integer'", "{} || '' = '1.0'", "CAST({} AS TEXT) = '1'", "{} = CAST(1 AS TEXT)", "length({}) = 1", "length({}) > 1",
         "json_array({}) = '[1.0]'", "{} = 'a' COLLATE NOCASE", "{} = 'a' COLLATE BINARY", "{} IN ('a', 'A', 1)", "CAST({} AS TEXT) IN ('1.0', 'a')", "{} || 'x' > '1.'", "quote({}) LIKE '%.0'", "instr({}, '.')", "{} = '1'", "{} BETWEEN '1' AND '1z'"]
ALIKE = ["{} = 1", "{} > 0", "{} IS NOT NULL", "{} IN (1, 2, 'a')", "{} BETWEEN 0 AND 1", "{} <> 'a'", "{}", "{} IS 1.0", "1 = {}", "NOT ({} = 2)"]


class Maker:
    def __init__(self, rng):
        self.rng, self.aliases, self.kinds = rng, 0, set()
        self.ordered = True  # the rows of the query that was made last have an order that no plan of SQLite's decides

    def alias(self):
        self.aliases += 1
        return f"d{self.aliases}"

    def value(self, columns):
        column = self.rng.choice(columns)
        return self.rng.choice(PIECES).replace("{}", column) if self.rng.random() < 0.25 else column

    def condition(self, columns):
        rng = self.rng
        roll = rng.random()
        if roll < 0.1:
            return f"({self.condition(columns)} {rng.choice(['AND', 'OR'])} {self.condition(columns)})"
        if roll < 0.15 and len(columns) > 1:
            return f"{rng.choice(columns)} {rng.choice(['=', '<', 'IS'])} {rng.choice(columns)}"
        column = rng.choice(columns)
        made = rng.choice(APART if rng.random() < 0.6 else ALIKE).replace("{}", column)
        # SQLite puts a constant that a column is said to be in its place, also in other queries, as it makes them one or not.
        return made.replace(" = ", " IS ") if made in (f"{column} = 1", f"1 = {column}") and column.partition(".")[2].startswith("c") else made

    def conditions(self, columns, share):
        if self.rng.random() > share:
            return ""
        return " WHERE " + " AND ".join(self.condition(columns) for _ in range(self.rng.choice([1, 1, 2])))

    def item(self, depth):
        """An item of FROM and its columns, those that may look different first."""
        rng = self.rng
        alias = self.alias()
        if depth == 0 or rng.random() < 0.25:
            self.ordered = True
            return f"{rng.choice('pq')} AS {alias}", [f"{alias}.{name}" for name in rng.choice(["kk", "ks", "ksn", "ksnm", "kn"])]
        text, width = self.query(depth - 1)
        return f"({text}) AS {alias}", [f"{alias}.c{index}" for index in range(width)]

    def query(self, depth):
        text, width = self.core(depth)
        if self.rng.random() < 0.3:
            for _ in range(self.rng.choice([1, 1, 2])):
                word = self.rng.choice(["UNION", "UNION ALL", "UNION ALL", "INTERSECT", "EXCEPT"])
                self.kinds.add(word.lower())
                ordered = self.ordered
                text += f" {word} {self.core(depth, width)[0]}"
                self.ordered = word != "UNION ALL" or (ordered and self.ordered)
        return text, width

    def core(self, depth, width=None):
        rng = self.rng
        source, columns = self.item(depth)
        gather = ["group_concat({})"] if self.ordered else ["count({})"]
        where = self.conditions(columns, 0.35 if depth else 0.2)
        count = width or rng.choice([1, 1, 2, 2, 3])
        kind = rng.choice(["plain", "group by", "group by", "distinct", "window", "aggregate"])
        self.kinds.add(kind)
        tail, head, shows = "", "", [self.value(columns) for _ in range(count)]
        if kind == "group by":
            keys = [self.value(columns) if rng.random() < 0.3 else rng.choice(columns) for _ in range(rng.choice([1, 1, 2]))]
            if rng.random() < 0.15:
                keys[0] = f"{rng.choice(columns)} COLLATE {rng.choice(['NOCASE', 'RTRIM', 'BINARY'])}"
            calls = [rng.choice(["count(*)", "sum({})", "min({})", "max({})", "count(DISTINCT {})", "sum(DISTINCT {})", "total({})", *gather]).replace("{}", rng.choice(columns)) for _ in range(3)]
            shows = [rng.choice(keys + calls) if rng.random() < 0.8 else rng.choice(PIECES).replace("{}", rng.choice(keys).partition(" COLLATE")[0]) for _ in range(count)]
            tail = " GROUP BY " + ", ".join(keys)
            if rng.random() < 0.2:
                self.kinds.add("having")
                tail += f" HAVING {rng.choice([self.condition([key.partition(' COLLATE')[0] for key in keys]), 'count(*) > 1', 'min(' + rng.choice(columns) + ') = 1'])}"
        elif kind == "aggregate":
            shows = [rng.choice(["count(*)", "sum({})", "min({})", "max({})", "typeof(min({}))", "sum(DISTINCT {})", *gather, gather[0].replace("(", "(DISTINCT ")]).replace("{}", rng.choice(columns)) for _ in range(count)]
        elif kind == "distinct":
            head = "DISTINCT "
            self.ordered = False
        elif kind == "window":
            by = rng.choice(columns) if rng.random() < 0.9 else self.value(columns)
            order = f" ORDER BY {rng.choice(columns)}" if rng.random() < 0.5 else ""
            call = rng.choice(["count(*)", "sum({})", "rank()", "dense_rank()", "max({})", "min({})"]).replace("{}", rng.choice(columns))
            if "rank" in call:
                order = order or f" ORDER BY {rng.choice(columns)}"
            shows = [by, f"{call} OVER (PARTITION BY {by}{order})", *shows][:count] if count > 1 else [f"{call} OVER (PARTITION BY {by}{order})"]
        shown_as = ", ".join(f"{value} AS c{index}" for index, value in enumerate(shows))
        return f"SELECT {head}{shown_as} FROM {source}{where}{tail}", count

    def statement(self):
        rng = self.rng
        text, width = self.query(rng.choice([0, 1, 1, 1, 2]))
        if rng.random() < 0.6:
            self.kinds.add("asked around")
            columns = [f"z.c{index}" for index in range(width)]
            shows = ", ".join(f"{self.value(columns)} AS r{index}" for index in range(rng.choice([1, 2])))
            if rng.random() < 0.2:
                hint = rng.choice(["", "MATERIALIZED ", "NOT MATERIALIZED "])
                return f"WITH z AS {hint}({text}) SELECT {shows} FROM z WHERE {self.condition(columns)}"
            return f"SELECT {shows} FROM ({text}) AS z WHERE {self.condition(columns)}"
        return text


def tree(rng, numbers, texts):
    made = {"k": rng.choice(numbers), "s": rng.choice(texts), "n": rng.randrange(6), "m": rng.choice(numbers)}
    if rng.random() < 0.1:
        del made[rng.choice("ks")]
    return made


def opened(rng, options, connect):
    database = connect(options.extension)
    database.execute("PRAGMA automatic_index=OFF")
    declared = rng.choice(DECLARED)
    numbers, texts = rng.choice(NUMBERS), rng.choice(TEXTS)
    for name in "pq":
        arguments = ", ".join(part for part in (declared, rng.choice(["batch_trees=5", "batch_trees=100", ""])) if part)
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor({arguments})")
        trees = [tree(rng, numbers, texts) for _ in range(rng.choice([3, 8, 20, 40]))]
        trees[0] |= {"k": numbers[0], "s": texts[0]}  # all columns are there
        database.execute("SELECT arbor_append(?, ?)", (name, json.dumps(trees)))
    for budget, amounts in {"max_group_keys": (1, 3), "threads": (1, 2), "parallel_trees": (1, 10)}.items():
        if rng.random() < 0.3:
            database.execute("SELECT arbor_config(?, ?)", (budget, rng.choice(amounts)))
    return database


def exact(row):
    return repr(tuple((type(value).__name__, round(value, 9) if isinstance(value, float) else value) for value in map(shown, row)))


def play(report, database, sql, kinds, tally):
    try:
        want = sorted(exact(row) for row in database.execute(sql).fetchall())
    except (sqlite3.Error, OverflowError):
        tally.rejected += 1
        return
    tally.kinds.update(kinds)
    try:
        got = sorted(exact(json.loads(tree).values()) for tree, in database.execute("SELECT tree FROM arbor_rows(?)", (sql,)))
    except sqlite3.Error as error:
        tally.refuse(kinds, str(error))
        return
    tally.compared += 1
    if got != want and "group_concat" in sql:
        in_order = without_parts(database, sql)
        if in_order is not None:
            want = sorted(exact(row) for row in database.execute(in_order).fetchall())
    report.check(got == want, sql, f"want {want[:6]}, got {got[:6]}")


def compare(report, connect):
    options = report.options
    count = options.statements or (2000 if options.quick else 12000)
    tally = Tally()
    for number in range(WORLDS):
        rng = random.Random(f"{options.seed} {number}")
        database = opened(rng, options, connect)
        for _ in range(count // WORLDS):
            maker = Maker(rng)
            play(report, database, maker.statement(), maker.kinds, tally)
        database.close()
    tally.print()
    report.check(tally.compared > count // 4, "a quarter of the statements is compared at least", str(tally.compared))


def test_looks(report):
    compare(report, harness.connect)


def test_newest(report):
    """The same through the newest SQLite."""
    compare(report, newest())


if __name__ == "__main__":
    harness.run(globals(), chosen_options())
