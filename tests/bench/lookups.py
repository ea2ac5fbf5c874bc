"""Look-ups of single rows: an Arbor beside ordinary tables, in turns, in one process, as CPU time.

The peers are a table with a JSON text column, expression indexes and `->>`, and one that keeps the paths asked for as
columns besides, with indexes on these. Keys are random, statements prepared once, caches warm; every answer is compared.
"""
import json
import os
import random
import time
from itertools import islice
from statistics import median

import datasets
from engines import sqlite_family
from queries import Query, QuerySet

TREES, KEYS, ROUNDS, JOINED, WRITTEN = 200_000, 500, 9, 10_000, 50
FIELDS = ("did", "time_us", "commit.collection", "commit.rkey", "kind")
INDEXES = ("n", "dup")
ONE, FIVE, TREE = FIELDS[2:3], FIELDS, ("_tree",)
ENGINES = ("arbors+index", "sqlite+index", "sqlite columns")

# name, what is read, condition, keys, and how many of them go into one statement
LOOKUPS = [
    ("look-up by rowid, one field", ONE, "rowid = ?", "rowid", 1),
    ("look-up by rowid, five fields", FIVE, "rowid = ?", "rowid", 1),
    ("look-up by rowid, _tree", TREE, "rowid = ?", "rowid", 1),
    ("look-up by rowid, missing", ONE, "rowid = ?", "no rowid", 1),
    ("look-up by rowid IN 20, one field", ONE, "rowid IN (?)", "rowid", 20),
    ("look-up by _index, one field", ONE, "<_index> = ?", "_index", 1),
    ("look-up by _index, _tree", TREE, "<_index> = ?", "_index", 1),
    ("look-up by index, one field", ONE, "<n> = ?", "n", 1),
    ("look-up by index, five fields", FIVE, "<n> = ?", "n", 1),
    ("look-up by index, _tree", TREE, "<n> = ?", "n", 1),
    ("look-up by index, missing", ONE, "<n> = ?", "no n", 1),
    ("look-up by index, ten rows", ONE, "<dup> = ?", "dup", 1),
    ("look-up by index, ten rows, _tree", TREE, "<dup> = ?", "dup", 1),
    ("look-up by index IN 20, one field", ONE, "<n> IN (?)", "n", 20),
    ("look-up by index IN 20, _tree", TREE, "<n> IN (?)", "n", 20),
]
JOINS = [
    ("look-up of 10,000 by a join, rowid", ONE, "t.rowid = wanted.rowid"),
    ("look-up of 10,000 by a join, index", ONE, "<n> = wanted.key"),
    ("look-up of 10,000 by a join, index, _tree", TREE, "<n> = wanted.key"),
]
AFTER_WRITES = [("look-up just after an insert, by rowid", ONE, "rowid = ?"),
                ("look-up just after an insert, by index, _tree", TREE, "<n> = ?")]
FIRST = [("first look-up of a connection, one field", ONE, "rowid = ?"),
         ("first look-up of a connection, _tree", TREE, "rowid = ?")]
SET = QuerySet("lookups", "lookups", [Query(row[0], "", lookups="key") for row in (*LOOKUPS, *JOINS, *AFTER_WRITES, *FIRST)])


def run(options):
    source = cut_source(options)
    tables = {name: Table(name, options) for name in ENGINES}
    for table in tables.values():
        table.load(source)
    results = {}
    for name, fields, condition, kind, together in LOOKUPS:
        measure(results, name, tables, lambda table: table.look_up(fields, condition, kind, together))
    for name, fields, condition in JOINS:
        measure(results, name, tables, lambda table: table.join(fields, condition))
    for name, fields, condition in FIRST:
        measure(results, name, tables, lambda table: table.first(fields, condition))
    for name, fields, condition in AFTER_WRITES:
        measure(results, name, tables, lambda table: table.after_writes(fields, condition))
    return results


def cut_source(options):
    """Takes the first events, each with a key of its own and one that it shares with nine others."""
    path = os.path.join(options.cache, "lookups.jsonl")
    shared = [n // 10 for n in range(TREES)]
    random.Random(10).shuffle(shared)
    with open(datasets.prepare("events", options.cache, options), encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
        for n, line in enumerate(islice(lines, TREES)):
            out.write(f'{{"n":{7 * n},"dup":{shared[n]},{line[1:]}')
    return path


def measure(results, name, tables, ask):
    """Asks all in turns, once to warm up; the last turn's answers are compared."""
    columns = {engine: {"times": []} for engine in tables}
    for turn in range(ROUNDS + 1):
        answers = {}
        for engine, table in tables.items():
            table.rng = random.Random(f"{name}/{turn}")
            seconds, answers[engine] = ask(table)
            if turn > 0:
                columns[engine]["times"].append(seconds)
    first = answers[ENGINES[0]]
    wrong = [engine for engine, rows in answers.items() if rows != first]
    for engine, column in columns.items():
        column.update(median=median(column["times"]), digest=repr(answers[engine]), sample=repr(answers[engine])[:200])
    results[name] = {"columns": columns, "disagreement": f"{wrong} against {ENGINES[0]}" if wrong else None}


class Table:
    """One engine's table `t`, and its words for paths."""

    def __init__(self, engine, options):
        self.engine, self.options, self.rng = engine, options, None
        self.path = os.path.join(options.cache, f"lookups.{engine.replace(' ', '-')}.db")
        self.connection, self.trees = None, 0

    def open(self):
        self.connection = sqlite_family.connect(self.path)
        if self.engine.startswith("arbors"):
            sqlite_family.load_extension(self.connection, self.options.extension)

    def rows(self, sql, values=()):
        return self.connection.execute(sql, values).fetchall()

    def load(self, source):
        for tail in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.path + tail):
                os.remove(self.path + tail)
        self.open()
        self.rows("PRAGMA journal_mode = wal")
        self.rows("PRAGMA synchronous = off")
        with open(source, encoding="utf-8") as lines:
            self.trees = sum(1 for _ in lines)
        self.load_arbor(source) if self.engine.startswith("arbors") else self.load_table(source)
        self.rows("CREATE TEMP TABLE wanted(key, rowid INTEGER PRIMARY KEY)")
        self.rows("ANALYZE main")

    def load_arbor(self, source):
        self.rows("SELECT arbor_import('t', ?)", (source,))
        for path in INDEXES:
            self.rows("SELECT arbor_create_index('t', ?)", (path,))

    def load_table(self, source):
        paths = (*INDEXES, *FIELDS) if self.engine == "sqlite columns" else ()
        self.rows(f"CREATE TABLE t(doc TEXT{''.join(f', {quote(path)}' for path in paths)})")
        self.rows("BEGIN")
        with open(source, encoding="utf-8") as lines:
            self.connection.executemany(self.insert_sql(), (self.insert_values(line.rstrip("\n")) for line in lines))
        self.rows("COMMIT")
        for path in INDEXES:
            self.rows(f"CREATE INDEX {quote('by ' + path)} ON t({self.spell(path)})")

    def insert_sql(self):
        if self.engine.startswith("arbors"):
            return "INSERT INTO t(_tree) VALUES (?1)"
        paths = (*INDEXES, *FIELDS) if self.engine == "sqlite columns" else ()
        return f"INSERT INTO t VALUES (?1{''.join(f', ?1 ->> {literal(path)}' for path in paths)})"

    @staticmethod
    def insert_values(tree):
        return (tree,)

    def spell(self, path):
        if path == "_tree":
            return path if self.engine.startswith("arbors") else "doc"
        if path == "_index" and not self.engine.startswith("arbors"):
            return "rowid - 1"
        return f"doc ->> {literal(path)}" if self.engine == "sqlite+index" else quote(path)

    def select(self, fields, condition):
        for path in (*INDEXES, "_index"):
            condition = condition.replace(f"<{path}>", self.spell(path))
        condition = condition.replace("rowid - 1 = ?", "rowid = ? + 1")
        return ", ".join(map(self.spell, fields)), condition

    def key(self, kind):
        at = self.rng.randrange(self.trees)
        return {"rowid": at + 1, "no rowid": self.trees + 10**6 + at, "_index": at, "n": 7 * at, "no n": 7 * at + 1, "dup": at // 10}[kind]

    def look_up(self, fields, condition, kind, together):
        shown, condition = self.select(fields, condition)
        sql = f"SELECT {shown} FROM t WHERE {condition.replace('(?)', '(' + ', '.join('?' * together) + ')')}"
        keys = [tuple(self.key(kind) for _ in range(together)) for _ in range(KEYS // together)]
        execute, found = self.connection.execute, []
        start = time.process_time()
        for key in keys:
            found.append(execute(sql, key).fetchall())
        return (time.process_time() - start) / len(keys), alike(found)

    def join(self, fields, condition):
        shown, condition = self.select(fields, condition)
        self.rows("DELETE FROM wanted")
        places = self.rng.sample(range(self.trees), JOINED)
        self.connection.executemany("INSERT INTO wanted VALUES (?, ?)", ((7 * at, at + 1) for at in places))
        start = time.process_time()
        found = self.rows(f"SELECT {shown} FROM wanted CROSS JOIN t ON {condition}")
        return time.process_time() - start, alike([found])

    def after_writes(self, fields, condition):
        """Times look-ups of old rows, each after a row was inserted in a transaction of its own."""
        shown, condition = self.select(fields, condition)
        sql, seconds, found = f"SELECT {shown} FROM t WHERE {condition}", 0.0, []
        for n in range(WRITTEN):
            self.rows(self.insert_sql(), (f'{{"n":{-n},"commit":{{"collection":"new"}}}}',))
            key = (self.key("n" if "rowid" not in condition else "rowid"),)
            start = time.process_time()
            found.append(self.rows(sql, key))
            seconds += time.process_time() - start
        return seconds / WRITTEN, alike(found)

    def first(self, fields, condition):
        """Times a connection's first look-up: opening the file, the schema and one row, the extension loaded."""
        shown, condition = self.select(fields, condition)
        other = Table(self.engine, self.options)
        start = time.process_time()
        other.open()
        found = other.rows(f"SELECT {shown} FROM t WHERE {condition}", (self.key("rowid"),))
        seconds = time.process_time() - start
        other.connection.close()
        return seconds, alike([found])


def alike(found):
    """Sorts each look-up's rows and reads their documents."""
    return [sorted(repr(tuple(json.loads(v) if isinstance(v, str) and v.startswith("{") else v for v in row)) for row in rows)
            for rows in found]


def quote(name):
    return '"' + name + '"'


def literal(path):
    return f"'$.{path}'"
