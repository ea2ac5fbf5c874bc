"""Random lives of Arbors: CREATE, DROP, RENAME, ATTACH, DETACH, VACUUM and backups, in transactions and savepoints, under odd names.

A Python model follows along; after every step the databases must hold exactly the model's tables and trees, and no shadow table
without its Arbor. The seed and the last statements are printed on failure.
"""
import copy
import json
import os
import random
import sqlite3

import harness

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
NAMES = ["plain", "plain_index", "two words", "it's", 'quo"te', "ünïcødé", "日本", "select", "1st", "per%cent", "under_score", "br[ack]et", "semi;colon", "x-- y", "'; DROP TABLE plain; --", "plain_meta_2"]
SHADOWS = ("meta", "path", "segment", "chunk", "pending", "index")
BIG = [{"id": number, "text": "x" * (number % 50)} for number in range(100)]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def texts(trees):
    return "\n".join(map(json.dumps, trees))


class Life:
    """A connection with its attached databases, the model of both, and the random steps."""

    def __init__(self, report, folder, rng):
        self.report, self.folder, self.rng, self.files, self.log = report, folder, rng, 0, []
        self.state = {}
        self.saved = []  # savepoints: (name, the model then); the first is BEGIN's
        self.open()

    # ---- the connection ----------------------------------------------------------------------------
    def open(self):
        """Opens the connection; temp and memory databases begin empty."""
        self.database = harness.connect(OPTIONS.extension, f"{self.folder}/main.db")
        self.state = {"main": self.state.get("main", {}), "temp": {}}
        self.say(f"-- connection opened on {self.folder}/main.db")

    def say(self, statement, parameters=()):
        self.log.append((statement, parameters))

    def run(self, statement, parameters=()):
        self.say(statement, parameters)
        return self.database.execute(statement, parameters).fetchall()

    def refused(self, statement, what, parameters=()):
        self.say(statement + "  -- to be refused", parameters)
        self.report.raises(lambda: self.database.execute(statement, parameters).fetchall(), what)

    # ---- picking -----------------------------------------------------------------------------------
    def schema(self):
        return self.rng.choice(list(self.state))

    def arbor(self, schema):
        return self.rng.choice(list(self.state[schema]) or [None])

    def trees(self):
        return [{"id": self.rng.randrange(100), self.rng.choice(["a", "b c", "d"]): self.rng.choice([1, "x", None])} for _ in range(self.rng.choice([1, 1, 3, 30]))]

    def place(self):
        schema = self.schema()
        name = self.arbor(schema)
        return schema, name, name and f"{quoted(schema)}.{quoted(name)}"

    def taken(self, schema, name):
        """A name may not be one of another Arbor's shadow tables, nor have such itself."""
        names = [other.lower() for other in self.state[schema]]
        return name.lower() in names

    # ---- steps -------------------------------------------------------------------------------------
    def create(self):
        schema, name = self.schema(), self.rng.choice(NAMES)
        statement = f"CREATE VIRTUAL TABLE {quoted(schema)}.{quoted(name)} USING arbor(batch_trees={self.rng.choice([1, 4, 100])})"
        if self.taken(schema, name):
            return self.refused(statement, "creating a table twice")
        self.run(statement)
        self.state[schema][name] = []

    def create_by_append(self):
        schema, name, trees = self.schema(), self.rng.choice(NAMES), self.trees()
        self.run("SELECT arbor_append(?, ?)", (f"{schema}.{name}", texts(trees)))
        self.state[schema].setdefault(name, []).extend(trees)

    def drop(self):
        schema, name, place = self.place()
        if name is None:
            return self.refused(f"DROP TABLE {quoted(schema)}.nothing", "dropping nothing")
        if self.rng.random() < 0.5:
            self.run(f"DROP TABLE {place}")
        else:
            self.report.equal(self.run("SELECT arbor_delete(?)", (f"{schema}.{name}",)), [(1,)], "arbor_delete")
        del self.state[schema][name]

    def rename(self):
        schema, name, place = self.place()
        if name is None:
            return
        new = self.rng.choice(NAMES)
        statement = f"ALTER TABLE {place} RENAME TO {quoted(new)}"
        if self.taken(schema, new):
            return self.refused(statement, "renaming to a name that is taken")
        self.run(statement)
        self.state[schema][new] = self.state[schema].pop(name)

    def insert(self):
        schema, name, place = self.place()
        if name is None:
            return
        trees = self.trees()
        if self.rng.random() < 0.5:
            self.run("SELECT arbor_append(?, ?)", (f"{schema}.{name}", texts(trees)))
        else:
            self.run(f"INSERT INTO {place}(_tree) SELECT value FROM json_each(?)", (json.dumps(trees),))
        self.state[schema][name] += trees

    def delete(self):
        schema, name, place = self.place()
        if name is None or not self.state[schema][name]:
            return
        position = self.rng.randrange(len(self.state[schema][name]))
        self.run(f"DELETE FROM {place} WHERE _index = ?", (position,))
        del self.state[schema][name][position]

    def copy_between(self):
        source, name, place = self.place()
        target, other, other_place = self.place()
        if name is None or other is None or len(self.state[source][name]) > 300:
            return
        self.run(f"INSERT INTO {other_place}(_tree) SELECT _tree FROM {place}")
        self.state[target][other] += copy.deepcopy(self.state[source][name])

    def replace_whole(self):
        """Drops an Arbor and makes another of its name at once: nothing of the old one may show."""
        schema, name, place = self.place()
        if name is None:
            return
        self.run(f"DROP TABLE {place}")
        self.run(f"CREATE VIRTUAL TABLE {place} USING arbor(z, batch_trees=3)")
        self.run(f"INSERT INTO {place}(z) VALUES (1), (2)")
        self.state[schema][name] = [{"z": 1}, {"z": 2}]

    def failing(self):
        schema, name, place = self.place()
        if name is not None:
            self.refused(f"INSERT INTO {place}(_tree) VALUES ('1'), ('2'), ('{{')", "a malformed tree in the third row")
            self.refused("SELECT arbor_append(?, ?)", "a malformed tree in the second line", (f"{schema}.{name}", '{"a":1}\n{'))

    def tidy(self):
        schema, name, _ = self.place()
        if name is not None:
            self.run(f"SELECT {self.rng.choice(['arbor_optimize', 'arbor_vacuum', 'arbor_sync'])}(?)", (f"{schema}.{name}",))

    # ---- transactions ------------------------------------------------------------------------------
    def begin(self):
        name = f"s{len(self.saved)}"
        self.run("BEGIN" if not self.saved and self.rng.random() < 0.7 else f"SAVEPOINT {name}")
        self.saved.append((name, copy.deepcopy(self.state), self.log[-1][0] == "BEGIN"))

    def commit(self):
        if not self.saved:
            return
        depth = self.rng.randrange(len(self.saved))
        name, _, begun = self.saved[depth]
        self.run("COMMIT" if begun else f"RELEASE {name}")
        del self.saved[depth:]

    def rollback(self):
        if not self.saved:
            return
        depth = self.rng.randrange(len(self.saved))
        name, state, begun = self.saved[depth]
        if begun or (depth == 0 and self.rng.random() < 0.5):
            self.run("ROLLBACK")
            del self.saved[depth:]
        else:
            self.run(f"ROLLBACK TO {name}")
            del self.saved[depth + 1:]
        self.state = copy.deepcopy(state)

    # ---- outside of transactions -------------------------------------------------------------------
    def attach(self):
        if self.saved or len(self.state) >= 5:
            return
        self.files += 1
        schema = self.rng.choice([f"aux{self.files}", f"odd 'schema\" {self.files}"])
        self.run(f"ATTACH ? AS {quoted(schema)}", (self.rng.choice([":memory:", f"{self.folder}/{self.files}.db"]),))
        self.state[schema] = {}

    def detach(self):
        extra = [schema for schema in self.state if schema not in ("main", "temp")]
        if self.saved or not extra:
            return
        schema = self.rng.choice(extra)
        file = {row[1]: row[2] for row in self.database.execute("PRAGMA database_list")}[schema]
        self.run(f"DETACH {quoted(schema)}")
        trees = self.state.pop(schema)
        if file:
            self.verify_copy(file, trees)

    def vacuum(self):
        if not self.saved:
            self.run("VACUUM")

    def copies(self):
        """VACUUM INTO and the backup API, of a schema; the copy opens by itself and checks."""
        if self.saved:
            return
        schema = self.schema()
        self.files += 1
        target = f"{self.folder}/{self.files}.copy"
        if self.rng.random() < 0.5 and schema != "temp" and "'" not in schema:  # SQLite itself fails on a quote here
            self.run(f"VACUUM {quoted(schema)} INTO ?", (target,))
        else:
            self.say(f"-- backup of {schema} into {target}")
            copied = sqlite3.connect(target)
            self.database.backup(copied, name=schema)
            copied.close()
        self.verify_copy(target, self.state[schema])
        os.remove(target)

    def reopen(self):
        if self.saved:
            return
        self.database.close()
        self.open()

    # ---- comparing ---------------------------------------------------------------------------------
    def verify_copy(self, file, arbors):
        copied = harness.connect(OPTIONS.extension, file)
        self.compare(copied, "main", arbors, f"the copy {file}")
        self.report.equal(copied.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity_check of a copy")
        copied.close()

    def compare(self, database, schema, arbors, what):
        tables = database.execute(f"SELECT name, rootpage FROM {quoted(schema)}.sqlite_master WHERE type = 'table'").fetchall()
        found = sorted(name for name, page in tables if page == 0)
        self.report.equal(found, sorted(arbors), f"the Arbors of {what}")
        strays = [name for name, page in tables if page and not any(name.startswith(f"{arbor}_{shadow}") for arbor in arbors for shadow in SHADOWS)]
        self.report.equal(strays, [], f"shadow tables without an Arbor in {what}")
        for name, trees in arbors.items():
            place = f"{quoted(schema)}.{quoted(name)}"
            rows = [json.loads(row[0]) for row in database.execute(f"SELECT _tree FROM {place} ORDER BY _index")]
            self.report.equal(rows, trees, f"{place} of {what}")
            if self.rng.random() < 0.1:
                self.report.equal(database.execute("SELECT arbor_check(?)", (f"{schema}.{name}",)).fetchall(), [("ok",)], f"arbor_check of {place}")

    def step(self):
        steps = [self.create, self.create, self.create_by_append, self.drop, self.rename, self.rename, self.insert, self.insert, self.insert, self.delete, self.copy_between, self.replace_whole, self.failing,
                 self.tidy, self.begin, self.begin, self.commit, self.rollback, self.rollback, self.attach, self.detach, self.vacuum, self.copies, self.reopen]
        self.rng.choice(steps)()
        for schema, arbors in self.state.items():
            self.compare(self.database, schema, arbors, schema)


def live(report, seed, steps):
    """One life; stops at its first failure, which it shows with the statements before it."""
    with harness.scratch() as folder:
        life, failed = Life(report, folder, random.Random(seed)), report.failed
        for _ in range(steps):
            try:
                life.step()
            except Exception as error:
                report.fail(f"{type(error).__name__}: {error}")
            if report.failed > failed:
                statements = "\n       ".join(harness.short(entry if entry[1] else entry[0], 150) for entry in life.log[-14:])
                print(f"     life {seed}; the last statements:\n       {statements}", flush=True)
                break
        life.database.close()


def test_lives(report):
    lives, steps = (12, 60) if OPTIONS.quick else (80, 200)
    for number in range(lives):
        report.where = f"life {SEED + number}"
        live(report, SEED + number, steps)
        if report.failed > 20:
            break


def test_cursor_keeps_its_state(report):
    """A statement that was begun goes on as it began, whatever its own connection does meanwhile."""
    changes = ["DELETE FROM t", "UPDATE t SET id = -id", "DELETE FROM t WHERE id % 2", "SELECT arbor_optimize('t')", "SELECT arbor_vacuum('t')", "INSERT INTO t(id) VALUES (1000)",
               "SELECT arbor_append('t', '{\"later\":1}')", "BEGIN", "SAVEPOINT a", "COMMIT"]
    for query in ("SELECT _tree FROM t", "SELECT _tree FROM t ORDER BY id", "SELECT _tree FROM t WHERE id >= 0", "SELECT _tree FROM t ORDER BY text DESC, id"):
        for change in changes + [None]:
            database = harness.connect(OPTIONS.extension)
            database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=8)")
            database.execute("SELECT arbor_append('t', ?)", (texts(BIG),)).fetchall()
            database.execute("UPDATE t SET text = 'y' WHERE id % 9 = 0")
            want = [row[0] for row in database.execute(query)]
            cursor = database.execute(query)
            got = [row[0] for row in cursor.fetchmany(10)]
            for statement in [change] if change else changes:
                if statement == "COMMIT" and not database.in_transaction:
                    continue
                database.execute(statement).fetchall()
                got += [row[0] for row in cursor.fetchmany(5)]
            got += [row[0] for row in cursor.fetchall()]
            report.equal(got, want, f"{query} across {change or 'all changes'}")
            report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], f"arbor_check after {change}")


def test_drop_under_a_cursor(report):
    """DROP and RENAME while a statement reads: refused as locked, or done without harm; never wrong rows."""
    for statement in ("DROP TABLE t", "ALTER TABLE t RENAME TO u", "SELECT arbor_delete('t')"):
        database = harness.connect(OPTIONS.extension)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=8)")
        database.execute("SELECT arbor_append('t', ?)", (texts(BIG),)).fetchall()
        cursor = database.execute("SELECT id FROM t")
        got = [row[0] for row in cursor.fetchmany(10)]
        try:
            database.execute(statement).fetchall()
            done = True
        except sqlite3.Error as error:
            done = False
            report.check("locked" in str(error), f"{statement} under a cursor", str(error))
        try:
            got += [row[0] for row in cursor.fetchall()]
            report.equal(got, [tree["id"] for tree in BIG], f"a cursor over {statement}")
        except sqlite3.Error as error:
            report.check(done, "a cursor fails only where its table is gone", str(error))
        if not done:
            report.equal(database.execute("SELECT count(*) FROM t").fetchone(), (len(BIG),), f"after {statement} was refused")
            database.execute(statement).fetchall()
            report.ok()


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
