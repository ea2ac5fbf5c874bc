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


TREES = [{"a": 1, "b": True, "s": "x", "l": [1, 2, {"k": 1.0}], "r": 2.5, "n": None, "o": {"p": 1, "q": {"z": "w"}}},
         {"a": 1, "b": False, "s": 'y"z', "l": [], "r": 1e100}, {"a": 2, "s": "[1,2]", "r": 3.0}, {"a": None, "s": "k", "r": -1}]
OTHERS = [{"k": 1, "v": "one"}, {"k": 3, "v": "three"}, {"k": 1, "v": "uno"}, {"k": None, "v": None}]

# What SQLite answers over the virtual tables, the engine must answer alike.
ALIKE = """SELECT json_array(l, b, s, a, r) AS x FROM t
SELECT json_group_array(l) AS x, json_group_array(b) AS y FROM t
SELECT json_group_object(s, l) AS x FROM t
SELECT json_type(l) AS x, json_type(b) AS y, json_type(a) AS z, json_type(_tree, '$.b') AS u, json_type(_tree, '$.n') AS v FROM t
SELECT json_array_length(l) AS x, json_array_length(_tree, '$.l') AS y, json_array_length(_tree, '$.s') AS z, json_array_length(a) AS w FROM t
SELECT _tree -> '$.s' AS u, _tree -> '$.b' AS v, l -> 1 AS w, l -> '$[2].k' AS x, typeof(_tree -> '$.b') AS y, _tree -> 'o' -> 'q' ->> 'z' AS z FROM t
SELECT group_concat(s) AS u, group_concat(r, '-') AS v, group_concat(DISTINCT a) AS w, group_concat(s, NULL) AS x FROM t
SELECT a, group_concat(s, '; ') AS x FROM t GROUP BY a HAVING group_concat(s) <> 'k'
SELECT group_concat(s) OVER (ORDER BY r) AS x FROM t
SELECT max(a) AS m, s FROM t
SELECT a, max(r) AS m, s, upper(s) AS u, count(*) AS n FROM t GROUP BY a
SELECT a, min(n) AS m, s FROM t GROUP BY a
SELECT max(a), s FROM t WHERE a > 100
SELECT a FROM t GROUP BY a HAVING min(r) > 0 AND s <> 'x'
SELECT rowid, _index, oid AS o, a FROM t WHERE a = 1 OR rowid = 4
SELECT t.rowid AS x, u.rowid AS y, t._index AS z FROM t JOIN u ON u.k = t.a WHERE u.rowid > 1
SELECT a, EXISTS (SELECT 1 FROM u WHERE u.k = t.a) AS e, NOT EXISTS (SELECT * FROM u WHERE v = 'zzz') AS f FROM t
SELECT a, a IN (SELECT k FROM u) AS e, a NOT IN (SELECT k FROM u WHERE k IS NOT NULL) AS f, a IN (SELECT k FROM u WHERE k > 100) AS g FROM t
SELECT s FROM t WHERE a = 2 OR a IN (SELECT k FROM u)
SELECT a FROM t WHERE a NOT IN (SELECT k FROM u)
SELECT a FROM t WHERE a NOT IN (SELECT k FROM u WHERE k > 1)
SELECT a FROM t WHERE a NOT IN (SELECT k FROM u WHERE k > 100)
SELECT k FROM u WHERE k NOT IN (SELECT a FROM t WHERE a IS NOT NULL)
SELECT s FROM t WHERE s = 'k' OR EXISTS (SELECT 1 FROM u WHERE u.k = t.a AND v LIKE 'u%')
SELECT CASE WHEN EXISTS (SELECT 1 FROM u WHERE k = 3) THEN 'yes' ELSE 'no' END AS c FROM t
SELECT a, count(*) AS n, count(*) IN (SELECT k FROM u) AS e FROM t GROUP BY a
SELECT a, sum(a IN (SELECT k FROM u)) AS n FROM t GROUP BY a
SELECT a, (SELECT count(*) FROM u WHERE u.k = t.a) AS n FROM t
SELECT a, count(*) AS n FROM t GROUP BY a HAVING count(*) > (SELECT min(k) FROM u)"""

# (text, words of the error)
REFUSED = [
    ("SELECT a FROM t WHERE EXISTS (SELECT count(*) FROM u WHERE u.k = t.a)", "an aggregate in EXISTS", "SQLite itself"),
    ("SELECT t.a FROM t JOIN u ON u.k = t.a AND EXISTS (SELECT 1 FROM u AS w WHERE w.k = u.k)", "EXISTS in ON", "SQLite itself"),
    ("SELECT t.a FROM t JOIN u ON u.k = t.a AND u.k = (SELECT max(w.k) FROM u AS w WHERE w.k = u.k)", "in ON", "SQLite itself"),
    ("SELECT a, s FROM t GROUP BY a", "line 1, column 11", "neither in GROUP BY", "SQLite itself"),
    ("SELECT min(a), max(a), s FROM t", "neither in GROUP BY"),
    ("SELECT * FROM t FULL JOIN u ON u.k = t.a", "RIGHT and FULL JOIN", "SQLite itself"),
    ("VALUES (1), (2)", "VALUES", "SQLite itself"),
    ("WITH RECURSIVE w(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM w) SELECT n FROM w", "WITH RECURSIVE", "SQLite itself"),
    ("SELECT sum(a) OVER (ORDER BY a ROWS 1 PRECEDING EXCLUDE TIES) AS x FROM t", "EXCLUDE", "SQLite itself"),
    ("SELECT group_concat(s ORDER BY r) AS x FROM t", "ORDER BY inside an aggregate", "SQLite itself"),
    ("SELECT a FROM t, u", "needs an equality"), ("SELECT \"sz\" FROM t", "did you mean"), ("SELECT a FROM tt", "there are: t, u"),
    ("SELECT v FROM t JOIN u ON u.k = t.a JOIN u AS w ON w.k = t.a", "ambiguous column name: v"), ("SELECT lenght(s) AS x FROM t", "did you mean length"),
    ("SELECT json_group_object(a, s) AS x FROM t WHERE a = 1", "comes twice"), ("SELECT json_group_object(n, s) AS x FROM t", "must not be NULL"),
    ("SELECT group_concat(s, s) AS x FROM t", "the separator is a constant"), ("SELECT _generation FROM t", "_generation", "SQLite itself"),
]


def values(row):
    """A row with its JSON read, and booleans as SQL shows them."""
    made = []
    for value in row:
        if isinstance(value, str) and value[:1] in "[{":
            value = json.loads(value)
        made.append(int(value) if isinstance(value, bool) else value)
    return repr(made)


def test_as_sqlite(report):
    database = filled(report.options, TREES)
    database.execute("CREATE VIRTUAL TABLE u USING arbor()")
    database.execute("SELECT arbor_append('u', ?)", (json.dumps(OTHERS),))
    for sql in ALIKE.split("\n"):
        want = [values(row) for row in database.execute(sql)]
        report.equal(sorted(map(values, rows(database, sql))), sorted(want), sql)
    for sql, *words in REFUSED:
        report.raises(lambda: rows(database, sql), sql, *words)
    report.equal(rows(database, "SELECT x.zz FROM (SELECT zz FROM t) AS x WHERE exists(x.zz)"), [(None,)] * 4, "a query's column is there in every row")


TEXTS = [{"s": "a", "r": "a ", "b": "A"}, {"s": "A", "r": "A", "b": "a"}, {"s": "b", "r": "b  ", "b": "a "}, {"s": "B ", "r": "a", "b": "b"}, {"s": "abc", "r": "ABC", "b": "Abc"}]

# A COLLATE inside an aggregate or a window function shows outside, as it does through a function.
COLLATED = """SELECT rowid AS i, min(b COLLATE NOCASE) AS m FROM t GROUP BY rowid ORDER BY 2, 1
SELECT rowid AS i, max(b COLLATE RTRIM) AS m FROM t GROUP BY rowid HAVING max(b COLLATE RTRIM) = 'a'
SELECT rowid AS i, min(b COLLATE NOCASE) IN ('A') AS x, min(b COLLATE NOCASE) BETWEEN 'A' AND 'A' AS y, min(b) IN ('A') AS z FROM t GROUP BY rowid
SELECT rowid AS i FROM t GROUP BY rowid HAVING (count(*) || min(b COLLATE NOCASE)) = '1A'
SELECT count(*) AS n FROM (SELECT DISTINCT min(b COLLATE NOCASE) AS m FROM t GROUP BY rowid)
SELECT c FROM (SELECT group_concat(b COLLATE NOCASE) AS c FROM t GROUP BY rowid) WHERE c = 'A'
SELECT c FROM (SELECT group_concat(s) AS c FROM t GROUP BY rowid) WHERE c = 'A'
SELECT rowid AS i, lag(b COLLATE NOCASE) OVER (ORDER BY rowid) AS c FROM t ORDER BY c, 1
SELECT rowid AS i, (lag(b COLLATE NOCASE) OVER (ORDER BY rowid)) = 'A' AS c, (lag(s) OVER (ORDER BY rowid)) = 'A' AS d FROM t
SELECT x.rowid AS i, y.i AS j FROM t x JOIN (SELECT rowid AS i, min(b COLLATE NOCASE) AS m FROM t GROUP BY rowid) y ON y.m = x.b
SELECT rowid AS i FROM t WHERE (SELECT min(b COLLATE NOCASE) FROM t) = 'A'
SELECT rowid AS i FROM t AS o WHERE (SELECT min(b COLLATE NOCASE) FROM t WHERE t.b = o.b) = 'A'
SELECT rowid AS i FROM t WHERE CASE WHEN (b COLLATE NOCASE IN (SELECT 'a')) THEN r ELSE b END = 'A'
SELECT rowid AS i FROM t WHERE s COLLATE RTRIM IN (SELECT b COLLATE NOCASE FROM t)
SELECT rowid AS i FROM t WHERE s IN (SELECT b COLLATE NOCASE FROM t)"""

# SQLite looks these up as one of two collations or affinities says, by version and plan another.
DOUBTFUL = """SELECT s FROM t WHERE s IN (SELECT b COLLATE BINARY FROM t)
SELECT s IN (SELECT b COLLATE BINARY FROM t) AS x FROM t
SELECT s FROM t AS o WHERE s NOT IN (SELECT b COLLATE RTRIM FROM t WHERE t.b = o.b)
SELECT b FROM t WHERE b IN (SELECT min(b COLLATE NOCASE) FROM t GROUP BY rowid)
SELECT b FROM t WHERE b || '' IN (SELECT s FROM t UNION SELECT r FROM t)
SELECT b FROM t WHERE rowid || '' IN (SELECT rowid FROM t UNION SELECT CAST(b AS TEXT) FROM t)
SELECT c FROM (SELECT CAST(rowid AS INTEGER) AS c FROM t UNION ALL SELECT rowid || '' FROM t) WHERE c = '1'
SELECT x.c, t.s FROM (SELECT b AS c FROM t UNION ALL SELECT b || '' FROM t) AS x JOIN t ON t.s = x.c"""


def test_collations(report):
    database = harness.connect(report.options.extension)
    database.execute("CREATE VIRTUAL TABLE t USING arbor(s TEXT COLLATE NOCASE, r COLLATE RTRIM)")
    database.execute("SELECT arbor_append('t', ?)", (json.dumps(TEXTS),))
    for sql in COLLATED.split("\n"):
        got, want = (list(map(values, found)) for found in (rows(database, sql), database.execute(sql)))
        report.equal(*((got, want) if sql.endswith(" 1") else (sorted(got), sorted(want))), sql)
    for sql in DOUBTFUL.split("\n"):
        report.raises(lambda sql=sql: rows(database, sql), sql, "SQLite itself", ("COLLATE", "set operator"))
    report.equal(rows(database, "SELECT c FROM (SELECT b AS c FROM t UNION ALL SELECT b || 'x' FROM t) WHERE c = 'ax'"), [("ax",)], "queries around a set operator that agree")


def test_declared_values(report):
    """Where versions of SQLite compare, or one converts, as it plans, the engine says so; texts and numbers as declared go through."""
    database = filled(report.options, [{"a": 0, "n": 3}, {"a": "x", "n": 2.5}], "a TEXT, n REAL")
    for sql in ("SELECT a FROM t WHERE a = 0.0", "SELECT a FROM t WHERE a IN (0, 1)", "SELECT a FROM t WHERE a BETWEEN 0 AND 1"):
        report.raises(lambda: rows(database, sql), sql, "a column declared TEXT holds a value", "CAST")
    report.raises(lambda: rows(database, "SELECT x.c FROM (SELECT instr(2.5, abs(n)) AS c FROM t) AS x GROUP BY x.c"), "an expression inside a grouped query", "declared REAL")
    database = filled(report.options, [{"a": 1, "n": "10"}], "a INTEGER, n NUMERIC")
    report.raises(lambda: rows(database, "SELECT n FROM t WHERE n IN (2.5, 'Abc ', '10')"), "a text in a numeric column", "declared NUMERIC")
    report.equal(rows(database, "SELECT a FROM t WHERE a IN (2.5, 'Abc ', '1')"), [(1,)], "numbers in one")
    database = filled(report.options, [{"a": "0", "n": 3.0}, {"a": "x", "n": 2.5}], "a TEXT, n REAL")
    for sql in ("SELECT a FROM t WHERE a = 0", "SELECT a FROM t WHERE a IN (0, 1)", "SELECT a FROM t WHERE a BETWEEN 0 AND 1", "SELECT a, n FROM t WHERE n = 3 AND a < 'y'"):
        report.equal(rows(database, sql), [tuple(row) for row in database.execute(sql)], sql)


def test_rowids(report):
    """Rowids and places of an Arbor with gaps, in batches, as SQL gives them."""
    database = filled(report.options, [{"a": index % 7} for index in range(100)], "batch_trees=9")
    database.execute("DELETE FROM t WHERE rowid % 3 = 0 OR a = 5")
    database.execute("INSERT INTO t(rowid, a) VALUES (1000, 1), (500, 2)")
    for sql in ("SELECT rowid, _index, a FROM t", "SELECT _index, rowid FROM t WHERE a = 2", "SELECT rowid, a FROM t ORDER BY a DESC, rowid DESC LIMIT 20",
                "SELECT a, max(rowid) AS r, min(_index) AS i, count(*) AS n FROM t GROUP BY a", "SELECT rowid FROM t WHERE _index BETWEEN 3 AND 20 AND a < 4"):
        report.equal(rows(database, sql), [tuple(row) for row in database.execute(sql)], sql)
    report.check("window" in database.execute("SELECT arbor_explain('SELECT rowid FROM t')").fetchone()[0], "explain shows where rowids come from")


if __name__ == "__main__":
    harness.run(globals())
