#!/usr/bin/env python3
"""What changes: upserts, patches, diffs and restores of a keyed Arbor beside ordinary tables with a primary key and JSON text, one of them with a history kept by triggers.

Prints a table of wall and CPU time of each, once, in seconds, after comparing what the three hold. Usage: living.py [--extension SO] [--trees N] [--folder DIR]
"""
import argparse
import json
import pathlib
import random
import sqlite3
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HISTORY = ["CREATE TABLE history(seq INTEGER PRIMARY KEY, id INTEGER, old TEXT)",
           "CREATE TRIGGER kept_update AFTER UPDATE ON docs BEGIN INSERT INTO history(id, old) VALUES (old.id, old.doc); END",
           "CREATE TRIGGER kept_insert AFTER INSERT ON docs BEGIN INSERT INTO history(id, old) VALUES (new.id, NULL); END",
           "CREATE TRIGGER kept_delete AFTER DELETE ON docs BEGIN INSERT INTO history(id, old) VALUES (old.id, old.doc); END"]
FIRST = "SELECT id, old FROM history WHERE seq IN (SELECT min(seq) FROM history WHERE seq > ? GROUP BY id)"


def tree(number, version, rng):
    return json.dumps({"id": number, "version": version, "kind": rng.choice(("like", "post", "repost", "follow")), "name": f"user {rng.randrange(50_000)}", "stats": {"score": rng.randrange(10_000), "ratio": round(rng.random(), 4)},
                       "tags": [f"tag{rng.randrange(300)}" for _ in range(rng.randrange(4))], "time_us": 1_700_000_000_000_000 + number * 997, "text": " ".join(rng.choice(("oak", "elm", "ash", "yew", "fir")) for _ in range(8))}, separators=(",", ":"))


class Arbor:
    NAME = "arbors"

    def __init__(self, database, extension):
        self.database = database
        database.enable_load_extension(True)
        database.load_extension(extension)
        database.execute("CREATE VIRTUAL TABLE docs USING arbor(id INTEGER, key=id)")

    def load(self, file, _trees):
        self.database.execute("SELECT arbor_import('docs', ?)", (file,)).fetchall()

    def upsert(self, trees):
        self.database.executemany("INSERT OR REPLACE INTO docs(_tree) VALUES (?)", ((text,) for _, text in trees))

    def patch(self, patches):
        self.database.executemany("UPDATE docs SET _patch = ? WHERE id = ?", patches)

    def mark(self):
        return self.database.execute("SELECT generation FROM arbor_list WHERE name = 'docs'").fetchone()[0]

    def diff(self, mark):
        return {row[0] for row in self.database.execute("SELECT rowid FROM arbor_diff('docs', ?)", (mark,))}

    def restore(self, mark):
        self.database.execute("SELECT arbor_restore('docs', ?)", (mark,)).fetchall()

    def contents(self):
        return self.database.execute("SELECT count(*), sum(id), sum(version), sum(\"stats.score\") FROM docs").fetchone()


class Table:
    NAME = "ordinary table"

    def __init__(self, database, _extension):
        self.database = database
        database.execute("CREATE TABLE docs(id INTEGER PRIMARY KEY, doc TEXT)")

    def load(self, _file, trees):
        self.database.executemany("INSERT INTO docs VALUES (?, ?)", trees)

    def upsert(self, trees):
        self.database.executemany("INSERT INTO docs VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET doc = excluded.doc", trees)

    def patch(self, patches):
        self.database.executemany("UPDATE docs SET doc = json_patch(doc, ?) WHERE id = ?", patches)

    def contents(self):
        return self.database.execute("SELECT count(*), sum(id), sum(doc ->> '$.version'), sum(doc ->> '$.stats.score') FROM docs").fetchone()


class TableWithHistory(Table):
    NAME = "with history"

    def load(self, file, trees):
        super().load(file, trees)
        for statement in HISTORY:
            self.database.execute(statement)

    def mark(self):
        return self.database.execute("SELECT coalesce(max(seq), 0) FROM history").fetchone()[0]

    def diff(self, mark):
        changed = self.database.execute(f"SELECT h.id FROM ({FIRST}) h LEFT JOIN docs USING (id) WHERE docs.doc IS NOT h.old", (mark,))
        return {row[0] for row in changed}

    def restore(self, mark):
        first = self.database.execute(FIRST, (mark,)).fetchall()
        self.database.executemany("INSERT INTO docs VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET doc = excluded.doc", [row for row in first if row[1] is not None])
        self.database.executemany("DELETE FROM docs WHERE id = ?", [row[:1] for row in first if row[1] is None])


class Bench:
    def __init__(self, options, folder):
        self.options, self.times = options, {}
        rng = random.Random(7)
        self.trees = [(number, tree(number, 0, rng)) for number in range(options.trees)]
        self.file = f"{folder}/trees.jsonl"
        pathlib.Path(self.file).write_text("".join(text + "\n" for _, text in self.trees))
        self.engines = []
        for kind in (Arbor, Table, TableWithHistory):
            database = sqlite3.connect(f"{folder}/{kind.__name__}.db", isolation_level=None)
            database.executescript("PRAGMA journal_mode = wal; PRAGMA synchronous = normal;")
            self.engines.append(kind(database, str(pathlib.Path(options.extension).resolve())))

    def measure(self, what, work, engines=None):
        """Runs the work on each engine, each time one transaction."""
        for engine in engines or self.engines:
            wall, cpu = time.perf_counter(), time.process_time()
            engine.database.execute("BEGIN")
            found = work(engine)
            engine.database.execute("COMMIT")
            self.times.setdefault(what, {})[engine.NAME] = (time.perf_counter() - wall, time.process_time() - cpu)
            yield found

    def same(self, what, engines=None):
        contents = [engine.contents() for engine in engines or self.engines]
        if any(one != contents[0] for one in contents):
            raise SystemExit(f"after {what}: {contents}")

    def run(self):
        size, rng = self.options.trees, random.Random(8)
        for what, work in self.changes(size, rng):
            list(self.measure(what, work))
            self.same(what)
        timed = [self.engines[0], self.engines[2]]
        for count in (10, size // 100):
            marks = {engine: engine.mark() for engine in timed}
            some = [(json.dumps({"version": 9, "stats": {"score": rng.randrange(10_000)}}), number) for number in rng.sample(range(size), count)]
            list(self.measure(f"patch {count:,}", lambda engine, some=some: engine.patch(some)))
            changed = list(self.measure(f"diff of {count:,}", lambda engine, marks=marks: engine.diff(marks[engine]), timed))
            if [len(one) for one in changed] != [count, count]:
                raise SystemExit(f"diff of {count}: {[len(one) for one in changed]}")
            list(self.measure(f"restore of {count:,}", lambda engine, marks=marks: engine.restore(marks[engine]), timed))
            self.same("the restore", timed)

    def changes(self, size, rng):
        yield "load", lambda engine: engine.load(self.file, self.trees)
        shuffled = [(number, tree(number, 1, rng)) for number in rng.sample(range(size), size)]
        yield f"upsert {size:,} onto {size:,}, shuffled", lambda engine: engine.upsert(shuffled)
        ascending = [(number, tree(number, 2, rng)) for number in range(size // 2, size + size // 2)]
        yield f"upsert {size:,}, half of them new, ascending", lambda engine: engine.upsert(ascending)
        patches = [(json.dumps({"version": 3, "stats": {"score": rng.randrange(10_000)}}), rng.randrange(size)) for _ in range(size // 10)]
        yield f"patch {size // 10:,} numbers", lambda engine: engine.patch(patches)
        shapes = [(json.dumps({"version": 4, "tags": ["patched"], "text": None, "seen": True}), rng.randrange(size)) for _ in range(size // 10)]
        yield f"patch {size // 10:,} lists and keys", lambda engine: engine.patch(shapes)

    def show(self):
        names = [engine.NAME for engine in self.engines]
        print("| seconds, wall (CPU) |" + "".join(f" {name} |" for name in names) + " CPU, times the ordinary table's |\n| --- |" + " --- |" * (len(names) + 1))
        for what, columns in self.times.items():
            cells = "".join(f" {columns[name][0]:.4f} ({columns[name][1]:.4f}) |" if name in columns else " |" for name in names)
            beside = columns.get(names[1]) or columns.get(names[2])
            print(f"| {what} |{cells} {columns[names[0]][1] / beside[1]:.2f} |")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--extension", default=str(ROOT / "build/arbors.so"))
    options.add_argument("--trees", type=int, default=1_000_000)
    options.add_argument("--folder", help="where the databases go; default: a temporary one")
    options = options.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        bench = Bench(options, folder)
        try:
            bench.run()
        finally:
            bench.show()


if __name__ == "__main__":
    main()
