"""SELECT in the place of a plan: what the random statements of differential/ do not reach."""
import json
import sqlite3

import harness


def filled(options, trees=None, declared=""):
    database = harness.connect(options.extension)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor({declared})")
    trees = trees if trees is not None else [{"a": index % 5, "s": text, "l": [index, text], "o": {"p": index}}
                                             for index, text in enumerate(("x", "Y", "y", "ä", "Ä", None))]
    database.execute("SELECT arbor_append('t', ?)", (json.dumps(trees),))
    return database


def rows(database, sql, *parameters):
    marks = "".join(", ?" for _ in parameters)
    return [tuple(json.loads(tree).values()) for tree, in database.execute(f"SELECT tree FROM arbor_rows(?{marks})", (sql, *parameters))]


def test_own_functions(report):
    """A function that the application defines, of whatever arity and whenever, is noticed and named."""
    for name, arity, call in (("upper", 1, "upper(s)"), ("upper", -1, "upper(s)"), ("max", 2, "max(a, 3)"), ("coalesce", -1, "coalesce(a, 1)"),
                              ("list_len", 1, "list_len(l)"), ("like", 2, "s LIKE 'x%'"), ("substr", 2, "substr(s, 1)")):
        database = filled(report.options)
        sql = f"SELECT {call} AS v FROM t"
        before = rows(database, sql)
        report.equal(rows(database, sql), before, f"{call} again")
        database.create_function(name, arity, lambda *_: 7)
        report.raises(lambda: rows(database, sql), f"{call} after a definition with {arity} arguments", f"own function {name}()")
        report.equal(rows(database, "SELECT lower(s) AS v FROM t WHERE a = 0"), [("x",), (None,)], "others are not")
    database = filled(report.options)
    sql = "SELECT sum(a) AS v FROM t"
    report.equal(rows(database, sql), [(10,)], "an aggregate")
    database.create_aggregate("sum", 1, type("Own", (), {"step": lambda self, value: None, "finalize": lambda self: 7}))
    report.raises(lambda: rows(database, sql), "the application's sum", "line 1, column 8", "own function sum()")
    report.raises(lambda: rows(database, "SELECT sum(a) OVER (ORDER BY a) AS v FROM t"), "over a window too", "own function sum()")


def test_own_collations(report):
    def fold(left, right):
        left, right = left.casefold(), right.casefold()
        return (left > right) - (left < right)

    for collation, sql in (("NOCASE", "SELECT s FROM t WHERE s = 'Ä' COLLATE NOCASE"), ("BINARY", "SELECT s FROM t WHERE s = 'Ä'"),
                           ("RTRIM", "SELECT s FROM t ORDER BY s COLLATE RTRIM")):
        database = filled(report.options)
        before = rows(database, sql)
        report.equal(rows(database, sql), before, f"{collation} as it was")
        database.create_collation(collation, fold)
        report.raises(lambda: rows(database, sql), f"the application's {collation}", f"the collation {collation}", "SQLite itself")
    database = filled(report.options, declared="s TEXT COLLATE NOCASE")
    database.create_collation("NOCASE", fold)
    report.raises(lambda: rows(database, "SELECT s FROM t ORDER BY s"), "of a declared column", "the collation NOCASE")


if __name__ == "__main__":
    harness.run(globals())
