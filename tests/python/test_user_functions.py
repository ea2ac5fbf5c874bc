"""LIKE and GLOB mean what the application's own functions say, where it has defined them."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness  # noqa: E402


def main():
    options = harness.parser().parse_args()
    harness.require_extension(options)
    report = harness.Report(options)
    for word, pattern in (("LIKE", "zz%"), ("GLOB", "zz*")):
        database = harness.connect(options.extension)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(s)")
        database.executemany("INSERT INTO t(s) VALUES (?)", [("abc",), ("xyz",), ("zzz",)])
        query = f"SELECT s FROM t WHERE s {word} ? ORDER BY s"
        report.equal(database.execute(query, (pattern,)).fetchall(), [("zzz",)], f"{word} as SQLite has it")
        plan = database.execute(f"EXPLAIN QUERY PLAN {query}", (pattern,)).fetchall()[0][3]
        report.check(word.lower() in plan, f"{word} is not pushed down: {plan}")
        database.create_function(word.lower(), 2, lambda wanted, text: text.startswith("x"))
        report.equal(database.execute(query, (pattern,)).fetchall(), [("xyz",)], f"{word} redefined")
        report.equal(database.execute(query + " LIMIT 1", (pattern,)).fetchall(), [("xyz",)], f"{word} redefined, with LIMIT")
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
