"""SELECT in the place of a plan: what the random statements of differential/ do not reach."""
import itertools
import json
import re
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


def notices_own_function(report, name, arity, call):
    """Defines a function that a SELECT has called already; returns the database."""
    database = filled(report.options)
    sql = f"SELECT {call} AS v FROM t"
    before = rows(database, sql)
    report.equal(rows(database, sql), before, f"{call} again")
    database.create_function(name, arity, lambda *_: 7)
    report.raises(lambda: rows(database, sql), f"{call} after a definition with {arity} arguments", f"own function {name}()")
    return database


def test_own_functions(report):
    """A function that the application defines, of whatever arity and whenever, is noticed and named."""
    for name, arity, call in (("upper", 1, "upper(s)"), ("upper", -1, "upper(s)"), ("max", 2, "max(a, 3)"), ("coalesce", -1, "coalesce(a, 1)"),
                              ("list_len", 1, "list_len(l)"), ("like", 2, "s LIKE 'x%'"), ("substr", 2, "substr(s, 1)")):
        database = notices_own_function(report, name, arity, call)
        report.equal(rows(database, "SELECT lower(s) AS v FROM t WHERE a = 0"), [("x",), (None,)], "others are not")
    database = filled(report.options)
    sql = "SELECT sum(a) AS v FROM t"
    report.equal(rows(database, sql), [(10,)], "an aggregate")
    database.create_aggregate("sum", 1, type("Own", (), {"step": lambda self, value: None, "finalize": lambda self: 7}))
    report.raises(lambda: rows(database, sql), "the application's sum", "line 1, column 8", "own function sum()")
    report.raises(lambda: rows(database, "SELECT sum(a) OVER (ORDER BY a) AS v FROM t"), "over a window too", "own function sum()")
    for name, arity, call in (("month", 1, "month(s)"), ("month", -1, "month(s)"), ("lag", -1, "lag(a) OVER (ORDER BY a)"), ("row_number", 0, "row_number() OVER ()")):
        notices_own_function(report, name, arity, call)


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
         {"a": 1, "b": False, "s": 'y"z', "l": [], "r": 1e100}, {"a": 2, "s": "[1,2]", "r": 3.0}, {"a": None, "s": "k", "r": -1, "big": 123456789012345678901}]
OTHERS = [{"k": 1, "v": "one"}, {"k": 3, "v": "three"}, {"k": 1, "v": "uno"}, {"k": None, "v": None}]

# What SQLite answers over the virtual tables, the engine must answer alike.
ALIKE = """SELECT json_array(l, b, s, a, r) AS x FROM t
SELECT json_group_array(l) AS x, json_group_array(b) AS y FROM t
SELECT json_group_object(s, l) AS x FROM t
SELECT json_array(l -> 0, l -> 2) AS x, json_array(l ->> 0, l ->> 2, l -> 0 ->> 'k') AS y, json_array(json_extract(l, '$[2]'), _tree -> '$.b', _tree -> '$.n', _tree ->> '$.b') AS z FROM t
SELECT json_group_array(l -> 2) AS x, json_group_array(l ->> 2) AS y, json_group_array(_tree -> '$.b') AS z FROM t
SELECT json_object('k', l -> 1, 'e', l ->> 2) AS x, json_array(json('true'), json(a), json(b), json('"x"'), json(l)) AS y FROM t
SELECT json_array(+l, coalesce(l, 1), iif(a = 1, l, 0), max(l, ''), coalesce(l ->> 0, 1)) AS x, json(l) AS y, typeof(json(l)) AS z FROM t
SELECT l -> '$' AS x, l ->> '$' AS y, json_type(b, '$') AS z, json_array_length(b, '$') AS u, json_array(l -> '$') AS v FROM t
SELECT a, json_group_array(json(l)) AS x, json_object('k', json_group_array(s)) AS y FROM t GROUP BY a
SELECT json_array(json(l), a) AS x, row_number() OVER (ORDER BY s) AS y FROM t
SELECT hex(json_array(r, -r, r * 1e16, 0.1 + 0.2, -0.0)) AS x, length(json_object('k', r / 3)) AS y, json_array(r) LIKE '%1.0e+100%' AS z, json_array(r, big) || '' AS u FROM t
SELECT hex(json_group_array(r)) AS x, hex(json_group_object(s, r * 1e16)) AS y, json_group_array(r / 3) || '' AS z, hex(json_group_array(big)) AS u FROM t
SELECT hex(json_group_array(r * 1e16) OVER (ORDER BY s)) AS x FROM t
SELECT json_object('k', json((SELECT json_group_array(v) FROM u))) AS x FROM t
SELECT e.value, e.type, e.atom, typeof(e.value) AS x FROM t, json_each(t.r) e
SELECT e.value, e.type FROM t, json_each(t.b) e
SELECT (SELECT max(value) FROM json_each(t.r)) AS x, (SELECT count(*) FROM json_each(t.b)) AS y FROM t
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
SELECT min(a), max(r) AS m, s FROM t
SELECT max(r) AS m, min(r) AS n, s, a FROM t GROUP BY a
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
SELECT a, count(*) AS n FROM t GROUP BY a HAVING count(*) > (SELECT min(k) FROM u)
SELECT typeof(x'61') AS k, hex(x'61') AS h, 'q' || x'61' AS c, s < x'61' AS l, a IN (x'61', 1) AS i FROM t"""

# (text, words of the error)
REFUSED = [
    ("SELECT a FROM t WHERE EXISTS (SELECT count(*) FROM u WHERE u.k = t.a)", "an aggregate in EXISTS", "SQLite itself"),
    ("SELECT t.a FROM t JOIN u ON u.k = t.a AND EXISTS (SELECT 1 FROM u AS w WHERE w.k = u.k)", "EXISTS in ON", "SQLite itself"),
    ("SELECT t.a FROM t JOIN u ON u.k = t.a AND u.k = (SELECT max(w.k) FROM u AS w WHERE w.k = u.k)", "in ON", "SQLite itself"),
    ("SELECT a, s FROM t GROUP BY a", "line 1, column 11", "neither in GROUP BY", "SQLite itself"),
    ("SELECT * FROM t FULL JOIN u ON u.k = t.a", "RIGHT and FULL JOIN", "SQLite itself"),
    ("VALUES (1), (2)", "VALUES", "SQLite itself"),
    ("WITH RECURSIVE w(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM w) SELECT n FROM w", "WITH RECURSIVE", "SQLite itself"),
    ("SELECT sum(a) OVER (ORDER BY a ROWS 1 PRECEDING EXCLUDE TIES) AS x FROM t", "EXCLUDE", "SQLite itself"),
    ("SELECT group_concat(s ORDER BY r) AS x FROM t", "ORDER BY inside an aggregate", "SQLite itself"),
    ("SELECT a FROM t, u", "line 1, column 18", "needs an equality", "SQLite itself"), ("SELECT \"sz\" FROM t", "did you mean"), ("SELECT a FROM tt", "there are: t, u"),
    ("SELECT v FROM t JOIN u ON u.k = t.a JOIN u AS w ON w.k = t.a", "ambiguous column name: v"), ("SELECT lenght(s) AS x FROM t", "did you mean length"),
    ("SELECT json_group_object(a, s) AS x FROM t WHERE a = 1", "comes twice"), ("SELECT json_group_object(n, s) AS x FROM t", "must not be NULL"),
    # What is JSON to SQLite, or a text, as it sorts and keeps rows
    ("SELECT json_array(l) AS x, row_number() OVER (ORDER BY s) AS y FROM t", "write json("), ("SELECT json_group_array(l) OVER (ORDER BY s) AS x FROM t", "write json("),
    ("SELECT json_group_array(coalesce(l, 1)) AS x FROM t GROUP BY a", "write json("), ("SELECT json_array(max(l)) AS x FROM t GROUP BY a", "write json("),
    ("SELECT x, count(*) AS n FROM (SELECT json_array(l) AS x FROM t) GROUP BY x", "write json("), ("WITH w AS (SELECT json_object('k', l) AS x FROM t) SELECT DISTINCT x FROM w", "write json("),
    ("SELECT json_array(CAST(l AS TEXT)) AS x FROM t", "write json("), ("SELECT json_array((SELECT l FROM t WHERE a = 1)) AS x FROM t", "write json("),
    ("SELECT json_array(coalesce(l -> 1, 0)) AS x FROM t", "line 1, column 8", "write json("), ("SELECT json_array(c) AS x FROM (SELECT l -> 1 AS c FROM t)", "write json("),
    ("SELECT typeof(json(b)) AS x FROM t", "JSON that is no array or object"), ("SELECT b -> '$' AS x FROM t", "JSON that is no array or object"),
    ("SELECT a, min(rowid) AS m, _tree -> '$.n' AS x FROM t GROUP BY a", "line 1, column 28", "-> or json_type()", "SQLite itself"),
    ("SELECT group_concat(s, s) AS x FROM t", "the separator is a constant"), ("SELECT a FROM t WHERE _generation > 1", "_generation in a condition", "SQLite itself"),
]


def values(row):
    """A row with its JSON read, and booleans as SQL shows them."""
    made = []
    for value in row:
        if isinstance(value, str) and value.startswith(("[", "{")):
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
    # A rowid has no collation, so that another column's counts
    database.execute("CREATE VIRTUAL TABLE w USING arbor(s TEXT COLLATE NOCASE)")
    database.execute("SELECT arbor_append('w', ?)", (json.dumps([{"s": s} for s in ("b", "A", "a", "B", "2")]),))
    report.raises(lambda: rows(database, "SELECT rowid AS x FROM w UNION SELECT s FROM w WHERE rowid > 2 ORDER BY x DESC"), "that of a set operator's other query", "the first has no collation")
    for sql in ("SELECT _index AS x FROM w UNION ALL SELECT s FROM w WHERE rowid IN (1, 2) ORDER BY 1", "SELECT max(rowid, s) AS x, s > rowid AS y, rowid IN (s, 'A') AS z FROM w ORDER BY rowid"):
        report.equal(list(map(values, rows(database, sql))), [values(row) for row in database.execute(sql)], sql)
    for sql, *words in REFUSED:
        report.raises(lambda: rows(database, sql), sql, *words)
    report.equal(rows(database, "SELECT x.zz FROM (SELECT zz FROM t) AS x WHERE exists(x.zz)"), [(None,)] * 4, "a query's column is there in every row")


LISTS = [{"n": 1, "items": [{"sku": "a", "q": 2}, {"sku": "b", "q": 5}], "tags": ["x", "y", None], "nums": [3, 1, 2.5], "main": "y"},
         {"n": 2, "items": [], "tags": [], "nums": [], "main": "x"}, {"n": 3, "items": {"o": {"sku": "c", "q": 7}}, "tags": {"k": "x"}, "nums": 4, "main": "x"},
         {"n": 4, "tags": ["z"], "nums": [None, "7", "x"], "main": None}, {"n": 5, "items": None, "tags": "[1, \"x\"]", "nums": [True, False, 2], "main": 1},
         {"n": 6, "items": [{"sku": "a", "q": None}], "tags": ["x"], "nums": [10], "main": "x"}]

# Queries over the elements of a list of the row around.
ELEMENTS = """SELECT n FROM o WHERE EXISTS (SELECT 1 FROM json_each(o.items) i WHERE i.value ->> 'sku' = 'a')
SELECT n FROM o WHERE NOT EXISTS (SELECT 1 FROM json_each(o.tags) WHERE value = 'x')
SELECT n FROM o WHERE EXISTS (SELECT * FROM json_each(tags) LIMIT 1)
SELECT n, EXISTS (SELECT DISTINCT value FROM json_each(o.nums) WHERE value > 2 AND o.n < 4) AS e FROM o
SELECT n, EXISTS (SELECT 1 FROM json_each(o.tags) AS t WHERE t.value = o.main) AS e FROM o
SELECT n FROM o WHERE 'x' IN (SELECT value FROM json_each(o.tags))
SELECT n FROM o WHERE 'x' NOT IN (SELECT value FROM json_each(o.tags))
SELECT n, main IN (SELECT value FROM json_each(o.tags)) AS e, main NOT IN (SELECT t.value FROM json_each(o.tags) t WHERE t.value IS NOT NULL) AS f FROM o
SELECT n FROM o WHERE 'b' IN (SELECT i.value ->> 'sku' FROM json_each(o.items) i WHERE i.type = 'object')
SELECT n, (SELECT count(*) FROM json_each(o.items) i) AS c, (SELECT count(*) FROM json_each(o.items) i WHERE i.value ->> 'q' > 2) AS d FROM o
SELECT n, (SELECT count(value) FROM json_each(o.tags)) AS c, (SELECT sum(value) FROM json_each(o.nums)) AS s, (SELECT avg(value) FROM json_each(o.nums) WHERE value > 1) AS a FROM o
SELECT n, (SELECT min(value) FROM json_each(o.tags)) AS a, (SELECT max(value) FROM json_each(o.nums)) AS b FROM o WHERE n <> 5
SELECT n, (SELECT coalesce(sum(i.value ->> 'q'), 0) + count(*) FROM json_each(o.items) i WHERE i.type = 'object') AS s FROM o
SELECT n, (SELECT i.value ->> 'sku' FROM json_each(o.items) i WHERE i.value ->> 'q' > 1 LIMIT 1) AS s FROM o WHERE n <> 3
SELECT (SELECT count(*) FROM json_each(o.tags)) AS c, count(*) AS n FROM o GROUP BY 1
SELECT sum((SELECT count(*) FROM json_each(o.nums) WHERE value > 2)) AS s FROM o
SELECT n FROM o WHERE n IN (SELECT value FROM json_each('[1, 3, 5]'))
SELECT n FROM o WHERE EXISTS (SELECT 1 FROM json_each(o.items) i WHERE 'a' IN (SELECT value FROM json_each(CASE WHEN i.type = 'object' THEN i.value END)))
SELECT n FROM o ORDER BY (SELECT count(*) FROM json_each(o.tags)) DESC, n"""

# What SQLite runs and the engine does not: each says where, and that SQLite may run it.
ONLY_SQLITE = """SELECT x.a FROM t x, t y WHERE x.a < y.a
SELECT x.a FROM t x CROSS JOIN u y
SELECT x.a FROM t x LEFT JOIN u y ON x.a > y.k
SELECT x.a FROM t x JOIN u y ON x.a > y.k JOIN u z ON z.k = x.a
SELECT a FROM t JOIN u ON 1
SELECT x.a, y.a FROM t x JOIN t y ON x.a = y.a
SELECT a, a FROM t
SELECT a, * FROM t
SELECT * FROM json_each('[1]')
SELECT * FROM t, json_each(t.l)
SELECT e.path FROM t, json_each(t.l) e
SELECT e.value FROM t JOIN json_each(t.l) e ON e.value > 1
SELECT e.value FROM t, json_each(upper(t.s)) e
SELECT e.value FROM t, json_each(t.l, '$[0]') e
SELECT e.value FROM t, json_tree(t.l) e
SELECT name FROM pragma_table_info('t')
SELECT a FROM t RIGHT JOIN u ON u.k = t.a
SELECT a FROM (t JOIN u ON u.k = t.a)
SELECT a FROM t WHERE (a, s) = (1, 'x')
SELECT a FROM t WHERE (a, s) IN (SELECT k, v FROM u)
SELECT a FROM t WHERE a IN u2
SELECT a FROM t LIMIT (SELECT 1)
SELECT a FROM t WHERE s MATCH 'x'
SELECT CAST(s AS BLOB) AS b FROM t
SELECT a, x'61' AS b FROM t
SELECT CASE WHEN a > 1 THEN +x'61' END AS b FROM t
SELECT max(x'00ff') AS b FROM t
SELECT lag(s, 1, x'61') OVER (ORDER BY a) AS b FROM t
SELECT a FROM t UNION SELECT ifnull(NULL, x'61')
SELECT (SELECT x'61') AS b FROM t
SELECT sqlite_version() AS v FROM t
SELECT zeroblob(3) AS z FROM t
SELECT last_insert_rowid() AS r FROM t
SELECT CURRENT_TIMESTAMP AS c FROM t
SELECT count(DISTINCT a) FILTER (WHERE a > 1) AS n, s FROM t
SELECT json_extract(_tree, '$.a', '$.s') AS x FROM t
SELECT json_extract(_tree, '$.' || s) AS x FROM t
SELECT _tree ->> s AS x FROM t
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k < t.a)
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.a LIMIT 1)
SELECT a, (SELECT v FROM u WHERE u.k = t.a) AS x FROM t
SELECT a, (SELECT count(*) FROM u WHERE u.k > t.a) AS x FROM t
SELECT a FROM t WHERE a IN (SELECT k FROM u WHERE u.k > t.a)
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.l) WHERE value > t.a)
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.l) WHERE key = 1)
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.l) e, u WHERE u.k = e.value)
SELECT a, (SELECT group_concat(value) FROM json_each(t.l)) AS x FROM t
SELECT a, (SELECT count(DISTINCT value) FROM json_each(t.l)) AS x FROM t
SELECT a, (SELECT value FROM json_each(t.l) ORDER BY value DESC) AS x FROM t
SELECT DISTINCT a FROM t ORDER BY r
SELECT a FROM t UNION SELECT k FROM u ORDER BY abs(1)
SELECT sum(a) OVER (ORDER BY a RANGE 1 PRECEDING) AS x FROM t
SELECT count(DISTINCT a) + count(*) OVER () AS x FROM t GROUP BY s HAVING rank() OVER () > 1
SELECT a FROM t INDEXED BY nothing
SELECT a FROM t NOT INDEXED
SELECT a AS "x", s AS 'x' FROM t
SELECT a FROM t WHERE rowid = 0x1
SELECT `a` FROM t WHERE a == 1_0"""


def test_elements(report):
    database = harness.connect(report.options.extension)
    database.execute("CREATE VIRTUAL TABLE o USING arbor()")
    database.execute("SELECT arbor_append('o', ?)", (json.dumps(LISTS),))
    for sql in ELEMENTS.split("\n"):
        want = sorted(values(row) for row in database.execute(sql))
        report.equal(sorted(map(values, rows(database, sql))), want, sql)


def test_refusals(report):
    """Whatever SQLite runs and the engine refuses is refused with a place, a caret and a hint."""
    database = filled(report.options, TREES)
    database.execute("CREATE VIRTUAL TABLE u USING arbor()")
    database.execute("SELECT arbor_append('u', ?)", (json.dumps(OTHERS),))
    database.execute("CREATE TABLE u2(k)")
    refused = 0
    for sql in ONLY_SQLITE.split("\n"):
        try:
            database.execute("EXPLAIN " + sql)
        except sqlite3.Error:  # not this version
            continue
        try:
            rows(database, sql)
        except sqlite3.Error as error:
            refused += 1
            for words in ("line 1, column", "^", "SQLite itself"):
                report.check(words in str(error), f"{sql}: {words} in {error}")
    report.check(refused >= 40, f"{refused} are refused")
    for sql, *words in (("SELEC a FROM t", "column 1", "SELECT"), ("INSERT INTO t VALUES (1)", "INSERT", "only a plan or a SELECT"), ("update t set a = 1", "only a plan or a SELECT"),
                        ("DELETE FROM t", "only a plan"), ("CREATE TABLE x(a)", "only a plan"), ("WITH w AS (SELECT 1) DELETE FROM t", "only a SELECT"), ("EXPLAIN SELECT a FROM t", "only a plan")):
        report.raises(lambda sql=sql: rows(database, sql), sql, *words)


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


def test_nul_under_nocase(report):
    """NOCASE looks at no character behind a NUL, and at how long texts are: so do groups, sets, joins and partitions."""
    texts = ["a\0b", "a\0b", "A\0c", "a\0bc", "a", "ab", "\0x", "\0Y", ""]
    for declared in ("", "s TEXT COLLATE NOCASE"):
        database = filled(report.options, [{"s": text, "n": n} for n, text in enumerate(texts)], declared)
        for sql in ("SELECT DISTINCT s COLLATE NOCASE AS x FROM t", "SELECT DISTINCT n > 3 AS b, (s COLLATE NOCASE) || (n > 6) AS x FROM t", "SELECT count(DISTINCT s COLLATE NOCASE) AS x FROM t",
                    "SELECT s, count(*) AS x FROM t GROUP BY s COLLATE NOCASE", "SELECT x.n, y.n AS m FROM t x JOIN t y ON x.s = y.s COLLATE NOCASE", "SELECT s FROM t UNION SELECT s FROM t",
                    "SELECT n, count(*) OVER (PARTITION BY s COLLATE NOCASE) AS k FROM t", "SELECT n FROM t x WHERE EXISTS (SELECT 1 FROM t y WHERE y.s = x.s COLLATE NOCASE AND y.n = 2)",
                    "SELECT n FROM t WHERE s COLLATE NOCASE IN ('A' || char(0) || 'z', 'x')"):
            report.equal(sorted(map(values, rows(database, sql))), sorted(map(values, database.execute(sql))), f"{sql}, {declared}")


def test_declared_values(report):
    """Where versions of SQLite compare, or one converts, as it plans, the engine says so; texts and numbers as declared go through."""
    database = filled(report.options, [{"a": 0, "n": 3}, {"a": "x", "n": 2.5}], "a TEXT, n REAL")
    for sql in ("SELECT a FROM t WHERE a = 0.0", "SELECT a FROM t WHERE a IN (0, 1)", "SELECT a FROM t WHERE a BETWEEN 0 AND 1"):
        report.raises(lambda: rows(database, sql), sql, "a column declared TEXT holds a value", "CAST")
    report.raises(lambda: rows(database, "SELECT x.c FROM (SELECT instr(2.5, abs(n)) AS c FROM t) AS x GROUP BY x.c"), "an expression inside a grouped query", "declared REAL")
    database = filled(report.options, [{"a": 1, "n": "10"}], "a INTEGER, n NUMERIC")
    report.raises(lambda: rows(database, "SELECT n FROM t WHERE n IN (2.5, 'Abc ', '10')"), "a text in a numeric column", "declared NUMERIC")
    for inner in ("SELECT a || '' FROM t", "SELECT a FROM t", "SELECT a || '' FROM t EXCEPT SELECT 5"):
        for no in ("", "NOT "):
            report.raises(lambda inner=inner, no=no: rows(database, f"SELECT n FROM t WHERE n {no}IN ({inner})"), f"{no}IN ({inner})", "declared NUMERIC")
    report.equal(rows(database, "SELECT a FROM t WHERE a IN (2.5, 'Abc ', '1')"), [(1,)], "numbers in one")
    report.equal(rows(database, "SELECT a FROM t WHERE a IN (SELECT a || '' FROM t)"), [(1,)], "numbers in one, of a query")
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


def test_row_restrictions(report):
    """A condition on rowids or places touches the batches that hold these trees alone."""
    database = filled(report.options, [{"a": index % 7} for index in range(1000)], "batch_trees=100")
    database.execute("DELETE FROM t WHERE rowid % 3 = 0")

    def touched(sql):
        database.execute("SELECT arbor_reset_stats()")
        got = rows(database, sql)
        stats = json.loads(database.execute("SELECT arbor_stats()").fetchone()[0])
        return got, stats["batches_decoded"]

    for sql, most in (("rowid = 410", 1), ("410 = rowid", 1), ("rowid IN (5, 7, 905)", 2), ("rowid < 50", 1), ("rowid > 950 AND a < 6", 1), ("rowid BETWEEN 150 AND 250", 2),
                      ("rowid BETWEEN 150 AND 250.5 AND rowid <> 200", 2), ("_index = 3", 1), ("_index IN (3, 4, 600)", 2), ("_index >= 640", 1), ("rowid = 410 OR rowid = 411", 10),
                      ("rowid = 100000", 0), ("rowid = '410'", 10), ("rowid = 410.5", 10), ("rowid = NULL", 0), ("_index < 3 AND rowid > 2", 1), ("rowid = -1", 0), ("oid IN (410)", 1)):
        query = f"SELECT a, rowid FROM t WHERE {sql}"
        got, batches = touched(query)
        report.equal(got, [tuple(row) for row in database.execute(query)], query)
        report.check(batches <= most, f"{query}: {batches} batches")
    got, batches = touched("SELECT x.rowid AS i, y.rowid AS j FROM t x JOIN t y ON x.a = y.a WHERE x.rowid = 410 AND y.rowid IN (410, 403)")
    report.equal(sorted(got), [(410, 403), (410, 410)], "both sides of a join")
    report.check(batches <= 2, f"both sides of a join: {batches} batches")
    text = database.execute("SELECT arbor_explain('SELECT a FROM t WHERE rowid = 410', 'physical')").fetchone()[0]
    report.check("alone" in text, "explain says so")


def test_row_orders(report):
    """The first rows by rowid or place are those that SQLite gives, and the first batch that has them ends the search."""
    for ascend in (True, False):
        database = filled(report.options, [{"a": index % 7, "l": [index, index % 3]} for index in range(1000)], "batch_trees=100")
        database.execute("DELETE FROM t WHERE rowid % 3 = 0")
        if not ascend:
            database.execute("INSERT INTO t(rowid, a) VALUES (5000, 1), (4000, 2)")
            database.execute("SELECT arbor_optimize('t')")
        for by, order in itertools.product(("rowid", "_index", "oid DESC", "rowid DESC, a", "_index DESC", "_index DESC, rowid", "a, rowid DESC"), ("LIMIT 3", "LIMIT 2 OFFSET 4", "LIMIT 700", "")):
            of_table = re.sub("(rowid|oid|_index|^a)", r"t.\1", by)
            for query in (f"SELECT rowid AS r, a FROM t ORDER BY {by} {order}", f"SELECT a, _index AS i FROM t WHERE a > 4 ORDER BY {by} {order}",
                          f"SELECT r FROM (SELECT rowid AS r, _index AS i, a FROM t ORDER BY a, rowid LIMIT 5) ORDER BY {by.replace('oid', 'r').replace('rowid', 'r').replace('_index', 'i')} {order}",
                          f"SELECT t.rowid AS r, e.value AS v FROM t, json_each(t.l) AS e ORDER BY {of_table.replace(', a', ', e.value')} {order}",
                          f"SELECT a, (SELECT max(u.rowid) FROM t u WHERE u.a = t.a) AS m FROM t WHERE rowid < 40 ORDER BY t.{by} {order}"):
                report.equal(rows(database, query), [tuple(row) for row in database.execute(query)], query)
        for query in ("SELECT a FROM t ORDER BY rowid DESC LIMIT 3", "SELECT rowid AS r FROM t WHERE a < 6 ORDER BY _index DESC LIMIT 3", "SELECT a, rowid AS r FROM t ORDER BY _index LIMIT 3"):
            database.execute("SELECT arbor_reset_stats()")
            rows(database, query)
            skipped = json.loads(database.execute("SELECT arbor_stats()").fetchone()[0])["early_exit_batches_skipped"]
            report.check(skipped == 9 or not ascend, f"{query}: {skipped} batches are not looked at")


if __name__ == "__main__":
    harness.run(globals())
