"""Compares the answers of random queries on an Arbor and on an ordinary table with the same rows.

A world is a random table: columns with and without declared affinity and collation, random documents, a batch size. Each of its
queries runs with three sets of parameters on one prepared statement, and some run again after more documents were appended.
A difference is cut down to few rows and a short query, and printed as a program.

--self-check --virtual plays it with a virtual table in Python, which proves the ordinary table to be a fair judge.
--self-check plays the Arbor with another ordinary table: without a fault nothing may differ, and each injected fault must be found.
"""
import pathlib
import random
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import writes  # noqa: E402
from compare import difference  # noqa: E402
from shrink import shrink  # noqa: E402
from shapes import SHAPES, matched, random_query  # noqa: E402
from tables import ArborTable, PlainTable  # noqa: E402
from values import random_columns, random_documents, set_path, random_value  # noqa: E402


class World:
    """The same random rows in both tables."""

    def __init__(self, options, rng, fault=None):
        self.options, self.fault = options, fault
        self.declare_all = options.writes
        self.columns = random_columns(rng, declared=options.writes or rng.random() < 0.6)
        if options.writes:
            writes.declare(rng, self.columns)
        self.batch_trees = rng.choice([1, 7, 64, 64, 1000, None])
        self.case_sensitive_like = rng.random() < 0.08
        self.documents = random_documents(rng, self.columns, rng.choice([1, 30, 200, 200, 300]))
        for column in self.columns:  # A path without a value in the data would have no column.
            if not any(holds(document, column.path) for document in self.documents):
                if not isinstance(self.documents[0].get(column.path[0], {}), dict):
                    del self.documents[0][column.path[0]]
                set_path(self.documents[0], column.path, random_value(rng, column.flavour, column.affinity) or "x")
        self.more = random_documents(rng, self.columns, rng.choice([0, 5, 80]))
        self.indexed = [column for column in self.columns if rng.random() < options.indexed]
        self.build(self.documents)

    def build(self, documents):
        self.arbor = self._arbor()
        self.plain = PlainTable(self._plain_database(), self.columns, self.declare_all)
        for table in (self.arbor, self.plain):
            table.database.execute(f"PRAGMA case_sensitive_like={int(self.case_sensitive_like)}")
        self.append(documents)

    def _plain_database(self):
        if self.options.virtual:  # Both under the same SQLite.
            import apsw
            return apsw.Connection(":memory:")
        return sqlite3.connect(":memory:", isolation_level=None, cached_statements=500)

    def _arbor(self):
        if self.options.virtual:
            from virtual_stand_in import VirtualTable
            return VirtualTable(self.columns, self.declare_all)
        if self.options.self_check:
            database = sqlite3.connect(":memory:", isolation_level=None, cached_statements=500)
            database.execute("PRAGMA reverse_unordered_selects=1")  # No order that a query leaves open may be compared.
            return PlainTable(database, self.columns, self.declare_all, fault=self.fault)
        return ArborTable(harness.connect(self.options.extension), self.columns, self.batch_trees, self.declare_all,
                          self.indexed)

    def append(self, documents):
        rowids = self.arbor.append(documents)
        self.plain.append(documents, rowids)

    def differs(self, query):
        """None, or the sentence and the parameters under which the answers differ.

        After `k = 3` SQLite takes k for one value and need not sort by it, though a declared column may hold both 3 and '3'. So
        the order that it gives without knowing of the equality is right too.
        """
        asked = query.sql(arbor=not self.options.self_check)
        for parameters in query.parameters:
            got = self.arbor.answer(asked, parameters)
            why = self.compare(query, got, parameters, opaque=False)
            if why and not (query.order and self.compare(query, got, parameters, opaque=True) is None):
                return why, parameters
        return None

    def compare(self, query, got, parameters, opaque):
        want = self.plain.answer(query.sql(opaque=opaque), parameters)
        return difference(query, want, got, lambda: self.plain.answer(query.sql(limited=False), parameters))

    def describe(self):
        declared = ", ".join(column.declaration for column in self.columns if column.declared or self.declare_all)
        return f"arbor({declared}; batch_trees={self.batch_trees}), {len(self.documents)}+{len(self.more)} documents" + \
            (f", indexes on {', '.join(column.name for column in self.indexed)}" if self.indexed else "") + \
            (", case_sensitive_like" if self.case_sensitive_like else "")


def holds(document, path):
    for key in path:
        if not isinstance(document, dict) or key not in document:
            return False
        document = document[key]
    return document is not None and not isinstance(document, dict)


def run_world(world, rng, report, count, shapes):
    """Asks `count` queries, the last third of them after an append, along with the first third once more."""
    asked = []
    for index in range(count):
        if index == count * 2 // 3 and world.more:
            world.append(world.more)
            world.documents = world.documents + world.more
            for query in asked[: count // 3]:
                ask(world, query, report)
        if world.options.writes and index % 10 == 9:
            writes.change(rng, world, report)
        query = random_query(rng, world.columns, shapes)
        ask(world, query, report)
        asked.append(query)
        if report.failed >= world.options.stop_after:
            return


def without_match(shapes):
    """Plans have their own LIKE, which the pragma does not change."""
    return {shape: weight for shape, weight in shapes.items() if shape is not matched} or shapes


def ask(world, query, report):
    found = world.differs(query)
    if not found:
        return report.ok()
    report.fail(f"{found[0]}", f"{world.describe()}\n     {query.sql(arbor=True)}\n     {found[1]}")
    if not world.options.self_check and not world.options.writes:
        print(shrink(world, query), flush=True)


def self_check(options, report, rng):
    """Proves that the comparison is quiet without a fault, and finds every kind of fault."""
    def fault_of(change):
        def fault(rows):
            for row in rows[:: max(1, len(rows) // 10)]:
                change(row)
        return fault

    def lose(rows):
        rows[len(rows) // 2:] = rows[len(rows) // 2 + 1:]

    def other_type(row):
        row[2:] = [float(value) if isinstance(value, int) and abs(value) < 1e15 else value for value in row[2:]]

    def null_for_text(row):
        row[2:] = [None if isinstance(value, str) else value for value in row[2:]]

    faults = {"a row lost": lose, "another type": fault_of(other_type), "NULL for a text": fault_of(null_for_text)}
    for name, fault in faults.items():
        found = harness.Report(options)
        found.where, found.fail = name, lambda *_: setattr(found, "failed", found.failed + 1)
        for _ in range(6):
            run_world(World(options, rng, fault), rng, found, 40, SHAPES)
        report.check(found.failed > 0, f"the fault '{name}' was not found in {found.passed} queries")


def main():
    parser = harness.parser()
    parser.add_argument("--queries", type=int, default=None)
    parser.add_argument("--writes", action="store_true", help="also change both tables by DML between the queries")
    parser.add_argument("--indexed", type=float, default=0.25, help="the part of the columns that get an index")
    parser.add_argument("--shape", default="", help="only this shape of queries: " + ", ".join(shape.__name__ for shape in SHAPES))
    parser.add_argument("--stop-after", type=int, default=5, help="give up after this many differences")
    parser.add_argument("--virtual", action="store_true", help="with --self-check: play the Arbor with a virtual table in Python (needs apsw)")
    options = parser.parse_args()
    harness.require_extension(options)
    rng, report = random.Random(harness.seed_of(options)), harness.Report(options)
    shapes = {shape: weight for shape, weight in SHAPES.items() if options.shape in shape.__name__}
    total, began = options.queries or (800 if options.quick else 6000), time.monotonic()
    while report.passed < total and report.failed < options.stop_after:
        report.where = f"world after {report.passed} queries"
        world = World(options, rng)
        run_world(world, rng, report, min(120, total), without_match(shapes) if world.case_sensitive_like else shapes)
    if options.self_check and not options.virtual:
        self_check(options, report, rng)
    print(f"{time.monotonic() - began:.1f} s")
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
