"""Random writes on an Arbor with a key and on an ordinary table with the same UNIQUE columns: the same rows are there after each.

Rows are told by a number `v` of their own. Keys have all declared types and collations, one path or two, and come by columns or in trees.
Statements conflict under every clause, inside transactions and savepoints. After each: the same result code, the same count of changes.
"""
import json
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

TYPES = ["", "INTEGER", "TEXT", "REAL", "NUMERIC", "TEXT COLLATE NOCASE", "TEXT COLLATE RTRIM", "BOOLEAN", "COLLATE NOCASE"]
VALUES = [0, 1, 2, -1, 1.0, 1.5, 2.0, 2**53, 2**53 + 1, float(2**53), 2**63 - 1, -2**63, 1e18, 10**18, -0.0, "", "1", "1.0", " 1", "01", "1e0", "a", "A", "a ", "A  ", "ä", "Ä", "true", "2", "2.0", "0x1", "9007199254740993", "1.5", "\x00", "b"]
CLAUSES = ["", "OR ABORT", "OR FAIL", "OR ROLLBACK", "OR IGNORE", "OR REPLACE"]


class Run:
    def __init__(self, options, rng):
        self.rng, self.log, self.number, self.depth = rng, [], 0, 0
        self.types = [rng.choice(TYPES) for _ in range(rng.choice([1, 1, 2]))]
        self.by_tree = rng.random() < 0.4
        self.names = ["k", "o.j"][:len(self.types)]
        columns = [f'"{name}" {kind}' for name, kind in zip(self.names, self.types)]
        self.plain = sqlite3.connect(":memory:", isolation_level=None)
        self.arbor = harness.connect(options.extension)
        self.both = [self.plain, self.arbor]
        unique = ", ".join(f'"{name}"' for name in self.names)
        self.plain.execute(f"CREATE TABLE t({', '.join(column + ' NOT NULL' for column in columns)}, v, UNIQUE({unique}))")
        key = self.names[0] if len(self.names) == 1 and rng.random() < 0.5 else f"({', '.join(self.names)})"
        later = rng.random() < 0.3
        self.create = f"CREATE VIRTUAL TABLE t USING arbor({', '.join(columns)}, v{'' if later else f', key={key}'}, batch_trees={rng.choice([2, 7, 64])})"
        self.arbor.execute(self.create)
        if later:
            self.arbor.execute("SELECT arbor_option('t', 'key', ?)", (", ".join(self.names),))
        self.values = rng.sample(VALUES, rng.randint(4, 14))
        if self.by_tree:  # other texts than SQLite's own conversions of numbers to text
            self.values = [value for value in self.values if value != "\x00"]

    def run(self, statements, parameters):
        """Runs a statement on both; says what came of it."""
        self.log.append(f"{statements[1]}; -- {parameters[1]!r}")
        outcomes = []
        for database, statement, values in zip(self.both, statements, parameters):
            try:
                database.execute(statement, values)
                writes = statement.startswith(("INSERT", "UPDATE", "DELETE"))
                outcomes.append(("done", writes and database.execute("SELECT changes()").fetchone()[0], database.in_transaction))
            except sqlite3.IntegrityError as error:
                outcomes.append((error.sqlite_errorcode, str(error).split(" (")[0], database.in_transaction))
        assert outcomes[0] == outcomes[1], f"a table: {outcomes[0]}, an Arbor: {outcomes[1]}"
        if not self.plain.in_transaction:
            self.depth = 0

    def tree(self, values, number):
        tree = {"k": values[0], "v": number}
        if len(values) > 1:
            tree["o"] = {"j": values[1]}
        return json.dumps(tree)

    def insert(self):
        values = [self.rng.choice(self.values) for _ in self.names]
        if self.rng.random() < 0.05:
            values[self.rng.randrange(len(values))] = None
        self.number += 1
        clause = self.rng.choice(CLAUSES)
        names = ", ".join(f'"{name}"' for name in self.names)
        by_columns = f"INSERT {clause} INTO t({names}, v) VALUES ({', '.join('?' * (len(values) + 1))})"
        given = (*values, self.number)
        if self.by_tree:
            return self.run((by_columns, f"INSERT {clause} INTO t(_tree) VALUES (?)"), (given, (self.tree(values, self.number),)))
        self.run((by_columns, by_columns), (given, given))

    def insert_many(self):
        """Several rows in one statement, which may meet each other."""
        rows = []
        for _ in range(self.rng.randint(2, 6)):
            self.number += 1
            rows.append((*(self.rng.choice(self.values) for _ in self.names), self.number))
        clause = self.rng.choice(CLAUSES)
        names = ", ".join(f'"{name}"' for name in self.names)
        marks = ", ".join(f"({', '.join('?' * len(rows[0]))})" for _ in rows)
        by_columns = f"INSERT {clause} INTO t({names}, v) VALUES {marks}"
        given = [value for row in rows for value in row]
        if self.by_tree:
            trees = [self.tree(row[:-1], row[-1]) for row in rows]
            return self.run((by_columns, f"INSERT {clause} INTO t(_tree) VALUES {', '.join(['(?)'] * len(trees))}"), (given, trees))
        self.run((by_columns, by_columns), (given, given))

    def update(self):
        values, number = [self.rng.choice(self.values) for _ in self.names], self.rng.randint(1, max(1, self.number))
        clause = self.rng.choice(CLAUSES)
        sets = ", ".join(f'"{name}" = ?' for name in self.names)
        statement = f"UPDATE {clause} t SET {sets} WHERE v = ?"
        if self.by_tree:
            return self.run((statement, f"UPDATE {clause} t SET _tree = ? WHERE v = ?"), ((*values, number), (self.tree(values, number), number)))
        if self.rng.random() < 0.2:
            statement, values = f'UPDATE {clause} t SET "{self.names[-1]}" = ? WHERE v = ?', values[:1]
        self.run((statement, statement), ((*values, number),) * 2)

    def update_all(self):
        statement = self.rng.choice([f'UPDATE OR ABORT t SET "{self.names[0]}" = ? WHERE v < ?', 'UPDATE t SET "k" = "k" WHERE ? IS NOT NULL AND v < ?'])
        if self.by_tree and "= ?" in statement:
            return
        self.run((statement, statement), ((self.rng.choice(self.values), self.rng.randint(1, self.number + 1)),) * 2)

    def delete(self):
        low = self.rng.randint(0, self.number)
        self.run(("DELETE FROM t WHERE v BETWEEN ? AND ?",) * 2, ((low, low + 2),) * 2)

    def transaction(self):
        if self.depth == 0 or (self.depth < 4 and self.rng.random() < 0.5):
            words = "BEGIN" if self.depth == 0 and self.rng.random() < 0.5 else f"SAVEPOINT s{self.depth}"
            self.run((words, words), ((), ()))
            self.depth += 1
            self.names_open = ["BEGIN"] if words == "BEGIN" else (self.names_open if self.depth > 1 else []) + [words.split()[1]]
            if words != "BEGIN" and self.depth > 1 and self.names_open[0] == "BEGIN" and words.split()[1] not in self.names_open:
                self.names_open.append(words.split()[1])
            return
        points = [name for name in self.names_open if name != "BEGIN"]
        kind = self.rng.random()
        if points and kind < 0.6:
            name = self.rng.choice(points)
            words = f"ROLLBACK TO {name}"
            self.run((words, words), ((), ()))
            self.names_open = self.names_open[:self.names_open.index(name) + 1]
            self.depth = len(self.names_open)
            return
        words = "COMMIT" if kind < 0.85 else "ROLLBACK"
        self.run((words, words), ((), ()))
        self.depth = 0

    def look_up(self):
        """Equality of the first column, by the key's index on one side."""
        value = self.rng.choice(self.values)
        statement = 'SELECT v FROM t WHERE "k" = ? ORDER BY v'
        if self.by_tree and self.types[0] not in ("", "COLLATE NOCASE"):
            return
        found = [database.execute(statement, (value,)).fetchall() for database in self.both]
        self.log.append(f"{statement}; -- {value!r}")
        assert found[0] == found[1], f"a table: {found[0]}, an Arbor: {found[1]}"

    def maintain(self):
        self.arbor.execute(self.rng.choice(["SELECT arbor_optimize('t')", "SELECT arbor_sync('t')"]))

    STEPS = {insert: 12, insert_many: 5, update: 8, update_all: 2, delete: 3, transaction: 6, look_up: 6, maintain: 1}

    def compare(self):
        shown = "v" if self.by_tree else ", ".join(f'"{name}"' for name in self.names) + ", v"
        rows = [database.execute(f"SELECT {shown} FROM t ORDER BY v").fetchall() for database in self.both]
        assert harness.same_types(rows[0], rows[1]) and rows[0] == rows[1], f"a table: {rows[0]}, an Arbor: {rows[1]}"
        check = self.arbor.execute("SELECT arbor_check('t')").fetchone()[0]
        assert check == "ok", check


def main():
    parser = harness.parser()
    parser.add_argument("--runs", type=int, default=None)
    options = parser.parse_args()
    harness.require_extension(options)
    rng, report = random.Random(harness.seed_of(options)), harness.Report(options)
    for number in range(options.runs or (25 if options.quick else 400)):
        report.where = f"run {number}"
        one = Run(options, rng)
        try:
            for _ in range(60):
                rng.choices(list(Run.STEPS), list(Run.STEPS.values()))[0](one)
                one.compare()
                report.ok()
        except Exception as error:
            report.fail(f"{type(error).__name__}: {error}", "\n     ".join([one.create, "the last steps:"] + one.log[-10:]))
            if report.failed >= 3:
                break
        one.arbor.close()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
