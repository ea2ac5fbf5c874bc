"""The extension as people meet it: the sqlite3 shell, Python's sqlite3, a newer SQLite through apsw; the words of EXPLAIN QUERY
PLAN; the functions that tell about Arbors; and what is decoded when, by the counters."""
import json
import pathlib
import shutil
import sqlite3
import subprocess

import harness

OPTIONS = harness.parser().parse_args()
TREES, BATCH = 10_000, 500
EXTENSION = str(pathlib.Path(OPTIONS.extension).resolve())


def document(index):
    return {"id": index, "name": f"name {index % 100}", "group": {"key": index % 10, "label": "even" if index % 2 == 0 else "odd"}, "value": index * 0.5,
            "tags": [index % 3, "t"], **({"rare": index} if index % 1000 == 0 else {})}


LINES = "\n".join(json.dumps(document(index)) for index in range(TREES))


def filled(path=":memory:", connection=None):
    database = connection or harness.connect(OPTIONS.extension, path)
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={BATCH})")
    database.execute("SELECT arbor_append('t', ?)", (LINES,)).fetchall()
    return database


def shell(*commands, load=True):
    if not shutil.which("sqlite3"):
        raise harness.Skip("no sqlite3 shell")
    arguments = ["sqlite3", "-batch"] + (["-cmd", f".load {EXTENSION}"] if load else [])
    done = subprocess.run([*arguments, commands[0]], input="\n".join(commands[1:]), capture_output=True, text=True, timeout=120)
    return done.stdout, done.stderr, done.returncode


def test_shell(report):
    with harness.scratch() as folder:
        source, path = pathlib.Path(folder) / "t.jsonl", f"{folder}/t.db"
        source.write_text(LINES)
        out, err, _ = shell(path, f"SELECT arbor_import('t', '{source}');", 'SELECT count(*), sum("group.key") FROM t;', ".mode csv", "SELECT id, name FROM t WHERE id = 42;")
        report.check(f"{TREES}|45000" in out and "42,\"name 42\"" in out.replace("42,name 42", '42,"name 42"'), "import and query in the shell", out + err)
        out, err, _ = shell(path, "SELECT count(*) FROM t WHERE id < 10;", ".schema t", "PRAGMA integrity_check;", "SELECT arbor_check('t');")
        report.check(out.startswith("10\n") and out.endswith("ok\nok\n") and "USING arbor" in out, "another shell reads the file", out + err)
        out, err, _ = shell(path, "SELECT arbor_import('t', '/nowhere.jsonl');")
        report.check("/nowhere.jsonl" in err and "no such file" in err.lower(), "an error in the shell", out + err)
        out, err, _ = shell(path, "SELECT arbor_import('u', '%s');" % source, "SELECT count(*) FROM u;", ".dump ordinary", "DROP TABLE u;", "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'u%';")
        report.check(f"{TREES}\n" in out and out.endswith("0\n"), "dropping leaves no shadow table", out + err)
        out, err, _ = shell(path, "SELECT count(*) FROM t;", load=False)
        report.check("no such module: arbor" in err, "without the extension", out + err)
        out, err, _ = shell(":memory:", "CREATE TEMP TABLE x AS SELECT arbor_import('t', '%s') AS r;" % source, ".tables")
        report.check("SELECT of its own" in err and not out.split(), "an import inside CREATE TABLE AS is refused and says why", out + err)


def test_python(report):
    database = filled()
    report.equal(database.execute('SELECT id, "group.label", value, rare, tags FROM t WHERE id = ?', (1000,)).fetchall(), [(1000, "even", 500.0, 1000, '[1,"t"]')], "a row")
    report.equal(database.execute("SELECT count(*) FROM t").fetchall(), [(TREES,)], "count")
    row = database.execute("SELECT * FROM t LIMIT 1")
    report.equal([column[0] for column in row.description], ["id", "name", "group.key", "group.label", "value", "tags", "rare"], "the columns, in order of first appearance")
    report.equal(json.loads(database.execute("SELECT _tree FROM t WHERE _index = 77").fetchone()[0]), document(77), "_tree")
    report.equal([row[1] for row in database.execute("PRAGMA table_info(t)")][:2], ["id", "name"], "table_info")
    report.equal(database.execute("SELECT count(DISTINCT rowid) FROM t").fetchall(), [(TREES,)], "rowids are unique")
    database.row_factory = sqlite3.Row
    report.equal(database.execute("SELECT * FROM t WHERE id = 5").fetchone()["group.key"], 5, "a Row by name")
    cursors = [database.execute("SELECT id FROM t WHERE id >= ? ORDER BY id", (start,)) for start in (0, 5000)]
    report.equal([tuple(next(cursor)[0] for cursor in cursors) for _ in range(3)], [(0, 5000), (1, 5001), (2, 5002)], "two cursors at once")


def test_memory_attached_and_readonly(report):
    with harness.scratch() as folder:
        path = f"{folder}/t.db"
        filled(path).close()
        database = harness.connect(OPTIONS.extension)
        database.execute("ATTACH ? AS a", (path,))
        report.equal(database.execute("SELECT count(*) FROM a.t").fetchall(), [(TREES,)], "attached")
        database.execute("CREATE VIRTUAL TABLE temp.small USING arbor")
        database.execute("SELECT arbor_append('temp.small', '{\"id\":5}')").fetchall()
        report.equal(database.execute("SELECT t.id FROM a.t JOIN temp.small s ON s.id = t.id").fetchall(), [(5,)], "a join over schemas")
        report.equal(database.execute("SELECT schema, name, trees FROM arbor_list ORDER BY name").fetchall(), [("temp", "small", 1), ("a", "t", TREES)], "arbor_list over schemas")
        database.close()
        readonly = harness.connect(OPTIONS.extension, f"file:{path}?mode=ro", uri=True)
        report.equal(readonly.execute("SELECT id FROM t WHERE _index = 9").fetchall(), [(9,)], "a read-only database")
        report.raises(lambda: readonly.execute("SELECT arbor_append('t', '{}')").fetchall(), "writing to it", ("readonly", "read-only"))
        report.equal(readonly.execute("SELECT count(*) FROM t").fetchall(), [(TREES,)], "unchanged")


def test_column_names(report):
    """Names that SQL holds equal: the first path keeps the column, the other is reached through _tree and named by arbor_schema."""
    database = harness.connect(OPTIONS.extension)
    database.execute("SELECT arbor_append('t', ?)", ('{"Name":1,"name":2,"_tree":3,"_index":4,"rowid":5,"t":6,"":7,"a.b":8,"a":{"b":9}}\n{}',)).fetchall()
    columns = [column[0] for column in database.execute("SELECT * FROM t").description]
    report.check("Name" in columns and "name" not in columns, "one of two names that differ in case", columns)
    report.equal(database.execute('SELECT name, "a.b" FROM t WHERE _index = 0').fetchall(), [(1, 9)], "the values under the names")
    report.equal(json.loads(database.execute("SELECT _tree FROM t WHERE _index = 0").fetchone()[0])["name"], 2, "the tree holds both")
    report.equal(database.execute("SELECT _index FROM t ORDER BY _index").fetchall(), [(0,), (1,)], "_index is the position, whatever keys there are")
    paths = [row[0] for row in database.execute("SELECT path FROM arbor_schema('t')")]
    report.check("Name" in paths and "name" in paths, "arbor_schema names both", paths)
    database = harness.connect(OPTIONS.extension)
    database.execute('CREATE VIRTUAL TABLE d USING arbor("z.y" TEXT, b INTEGER, columns=declared)')
    database.execute("SELECT arbor_append('d', '{\"a\":1,\"b\":2,\"z\":{\"y\":3}}')").fetchall()
    cursor = database.execute("SELECT * FROM d")
    report.equal(([column[0] for column in cursor.description], cursor.fetchall()), (["z.y", "b"], [(3, 2)]), "columns=declared")
    database.execute("CREATE VIRTUAL TABLE e USING arbor(b INTEGER)")
    database.execute("SELECT arbor_append('e', '{\"a\":1,\"b\":2,\"z\":{\"y\":3}}')").fetchall()
    report.equal([column[0] for column in database.execute("SELECT * FROM e").description], ["b", "a", "z.y"], "declared columns first")


def test_many_columns(report):
    """At most 1,900 columns; the other paths stay reachable in the tree."""
    database = harness.connect(OPTIONS.extension)
    text = json.dumps({f"o{outer}": {f"k{inner}": inner for inner in range(195)} for outer in range(10)})
    database.execute("SELECT arbor_append('t', ?)", ("\n".join([text] * 3),)).fetchall()
    cursor = database.execute("SELECT * FROM t")
    report.equal(len(cursor.description), 1900, "the number of columns")
    report.equal(database.execute('SELECT "o0.k0", "o0.k70", "o9.k144" FROM t').fetchone(), (0, 70, 144), "columns beyond the 64 bits of colUsed")
    report.equal(database.execute("SELECT _tree ->> '$.o9.k194' FROM t").fetchone()[0], 194, "a path without a column")
    report.equal(database.execute("SELECT count(*) FROM t WHERE t MATCH 'o9.k194 = 194'").fetchone()[0], 3, "a path without a column, in an expression")


def test_no_columns(report):
    """An Arbor that has no column of its own shows the trees, so that SELECT * and INSERT … VALUES work."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE t USING arbor")
    report.equal(database.execute("SELECT * FROM t").fetchall(), [], "an empty Arbor")
    database.execute("INSERT INTO t VALUES ('{\"a\": 1}')")
    report.equal(database.execute("SELECT * FROM t").fetchall(), [('{"a":1}',)], "the trees while there is no column")
    database.execute("SELECT arbor_sync('t')").fetchall()
    report.equal(database.execute("SELECT * FROM t").fetchall(), [(1,)], "the columns as soon as there are some")
    database.execute("SELECT arbor_append('roots', '[1,\"x\",null,[2]]')").fetchall()
    report.equal(database.execute("SELECT * FROM roots").fetchall(), [("1",), ('"x"',), ("null",), ("[2]",)], "trees that are no objects")


def test_names_with_dots(report):
    database = harness.connect(OPTIONS.extension)
    database.execute('CREATE VIRTUAL TABLE "a.b" USING arbor')
    database.execute('CREATE VIRTUAL TABLE "main.c" USING arbor')
    for name in ("a.b", "main.a.b", "main.c", "MAIN.C"):
        database.execute("SELECT arbor_append(?, '{}')", (name,)).fetchall()
    report.equal([database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in ("a.b", "main.c")], [2, 2], "an Arbor whose name holds a dot is found")
    report.raises(lambda: database.execute("SELECT arbor_append('b.c', '{}')"), "an unknown database", "unknown database b")
    database.execute("SELECT arbor_append('main.c2', '{}')").fetchall()
    report.equal(database.execute("SELECT count(*) FROM c2").fetchall(), [(1,)], "a schema's name before the dot")


def plan(database, query):
    return " / ".join(row[3] for row in database.execute("EXPLAIN QUERY PLAN " + query))


def test_query_plans(report):
    """What was pushed down is said in words; what SQLite would otherwise do itself is absent."""
    database = filled()
    cases = [("SELECT name FROM t WHERE id = 5", ["id"], []), ("SELECT name FROM t WHERE id > 5 AND name LIKE 'a%'", ["id", "name"], []), ("SELECT name FROM t WHERE \"group.key\" IN (1, 2)", ["group.key"], []),
             ("SELECT name FROM t ORDER BY id LIMIT 5", ["id"], ["TEMP B-TREE"]), ("SELECT name FROM t ORDER BY id DESC, name", ["id"], ["TEMP B-TREE"]),
             ("SELECT name, count(*) FROM t GROUP BY name", ["name"], ["TEMP B-TREE FOR GROUP BY"]), ("SELECT name FROM t WHERE rowid = 5", ["rowid"], []), ("SELECT name FROM t WHERE _index = 5", ["_index"], []),
             ("SELECT name FROM t WHERE t MATCH 'id > 5'", ["match"], []), ("SELECT name FROM t LIMIT 5 OFFSET 2", ["limit"], [])]
    for query, words, absent in cases:
        text = plan(database, query)
        report.check("VIRTUAL TABLE" in text and all(word.lower() in text.lower() for word in words), f"the plan of {query} says {words}", text)
        report.check(not any(word in text for word in absent), f"the plan of {query} has no {absent}", text)
    text = plan(database, "SELECT count(*) FROM t a JOIN t b ON a.id = b.id")
    report.check(text.count("id") >= 1, "an inner table of a join is looked up by its key", text)


def test_join_is_not_cartesian(report):
    """A self-join on an equal column finishes; as a product of 10,000 by 10,000 rows it would not within the limit."""
    database = filled()
    database.set_progress_handler(lambda: 1, 50_000_000)
    report.equal(database.execute("SELECT count(*) FROM t a JOIN t b ON a.id = b.id").fetchall(), [(TREES,)], "a self-join")
    report.equal(database.execute("SELECT count(*) FROM t a JOIN t b ON a.name = b.name WHERE a._index < 10").fetchall(), [(1000,)], "a join on a text")


def test_telling_functions(report):
    database = filled()
    version = database.execute("SELECT arbor_version()").fetchone()[0]
    report.check(any(letter.isdigit() for letter in version) and "simdjson" in version.lower() and "format" in version.lower(), "arbor_version", version)
    row = dict(zip(*(lambda cursor: ([column[0] for column in cursor.description], cursor.fetchone()))(database.execute("SELECT schema, name, trees, batches, bytes, generation, columns FROM arbor_list"))))
    report.equal((row["schema"], row["name"], row["trees"], row["batches"]), ("main", "t", TREES, TREES // BATCH), "arbor_list")
    report.check(0 < row["bytes"] < len(LINES) and row["generation"] >= 1, "arbor_list: bytes and generation", row)
    cursor = database.execute('SELECT path, "column", kinds, count, nulls, min, max, "distinct" FROM arbor_schema(\'t\')')
    schema = {row[0]: row for row in cursor}
    report.check({"id", "name", "group.key", "group.label", "value", "tags", "rare"} <= set(schema), "arbor_schema: paths", list(schema))
    report.equal(schema["id"][3:7], (TREES, 0, 0, TREES - 1), "arbor_schema: count, nulls, min, max of id")
    report.check(0.7 * TREES <= schema["id"][7] <= 1.3 * TREES and 70 <= schema["name"][7] <= 130, "arbor_schema: distinct is near", (schema["id"], schema["name"]))
    report.equal(schema["rare"][3], TREES // 1000, "arbor_schema: count of a rare path")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")
    for key in ("cache_bytes", "threads", "max_buffer_trees", "max_group_keys", "max_index_entries"):
        before = database.execute("SELECT arbor_config(?)", (key,)).fetchone()[0]
        report.check(isinstance(before, int) and before > 0, f"arbor_config({key})", before)
        report.equal(database.execute("SELECT arbor_config(?, ?)", (key, 3)).fetchone()[0], 3, f"arbor_config({key}, 3)")
        report.equal(database.execute("SELECT arbor_config(?)", (key,)).fetchone()[0], 3, f"arbor_config({key}) after it")
        report.equal(harness.connect(OPTIONS.extension).execute("SELECT arbor_config(?)", (key,)).fetchone()[0], before, f"{key} of another connection")
        report.raises(lambda: database.execute("SELECT arbor_config(?, 'many')", (key,)).fetchall(), f"arbor_config({key}, 'many')", key)
        report.raises(lambda: database.execute("SELECT arbor_config(?, -1)", (key,)).fetchall(), f"arbor_config({key}, -1)", key)
    report.equal(database.execute("SELECT sum(id) FROM t").fetchone()[0], TREES * (TREES - 1) // 2, "an answer under tiny budgets")


KEYS = ["batches_decoded", "pools_decoded", "pools_skipped", "batches_pruned", "early_exit_batches_skipped", "materialize_calls", "bytes_read", "cache_hits"]


def counted(database, query, parameters=()):
    """The rows, and what running the query did."""
    database.execute("SELECT arbor_reset_stats()").fetchall()
    rows = database.execute(query, parameters).fetchall()
    return rows, json.loads(database.execute("SELECT arbor_stats()").fetchone()[0])


def reopened(folder):
    """A connection whose caches are empty."""
    return harness.connect(OPTIONS.extension, f"{folder}/t.db")


def test_counters(report):
    """SPEC section 6, "What decodes, and when", as far as SQL reaches it."""
    batches = TREES // BATCH
    with harness.scratch() as folder:
        filled(f"{folder}/t.db").close()
        _, stats = counted(reopened(folder), "SELECT 1")
        report.check(set(KEYS) <= set(stats), "the counters", stats)
        cases = [
            ("opening a table", "SELECT 1 FROM pragma_table_info('t')", lambda s: s["batches_decoded"] == s["pools_decoded"] == s["materialize_calls"] == 0),
            ("count(*)", "SELECT count(*) FROM t", lambda s: s["batches_decoded"] == s["pools_decoded"] == 0),
            ("explaining a query", "EXPLAIN QUERY PLAN SELECT * FROM t WHERE id > 5 ORDER BY name", lambda s: s["batches_decoded"] == s["pools_decoded"] == 0),
            ("one column of all rows", "SELECT id FROM t", lambda s: s["batches_decoded"] == batches and s["pools_decoded"] == batches and s["materialize_calls"] == 0),
            ("two columns of all rows", "SELECT id, name FROM t", lambda s: s["batches_decoded"] == batches and s["pools_decoded"] == 2 * batches),
            ("one tree by its position", "SELECT _tree FROM t WHERE _index = 1234", lambda s: s["batches_decoded"] == 1 and s["materialize_calls"] == 1),
            ("one value by its position", "SELECT id FROM t WHERE _index = 1234", lambda s: s["batches_decoded"] == 1 and s["pools_decoded"] == 1 and s["materialize_calls"] == 0),
            ("a position outside", "SELECT id FROM t WHERE _index = 10000000", lambda s: s["batches_decoded"] == 0),
            ("the first rows", "SELECT id FROM t LIMIT 3", lambda s: s["batches_decoded"] == 1),
            ("a filter that statistics settle", "SELECT name FROM t WHERE id BETWEEN 1000 AND 1001", lambda s: s["batches_decoded"] == 1 and s["batches_pruned"] == batches - 1 and s["pools_decoded"] == 2),
            ("a filter that nothing passes", "SELECT name FROM t WHERE id = -5", lambda s: s["batches_decoded"] == 0 and s["batches_pruned"] == batches),
            ("a text that no batch holds", "SELECT id FROM t WHERE name = 'zzz'", lambda s: s["batches_decoded"] == 0 and s["batches_pruned"] == batches),
            ("other paths only where something survives", "SELECT value FROM t WHERE rare = 4000", lambda s: s["pools_decoded"] <= batches + 1),
            ("LIMIT after a filter", "SELECT id FROM t WHERE \"group.label\" = 'odd' LIMIT 2", lambda s: s["batches_decoded"] == 1 and s["early_exit_batches_skipped"] == batches - 1),
            ("EXISTS", "SELECT EXISTS (SELECT 1 FROM t WHERE \"group.key\" = 3)", lambda s: s["batches_decoded"] == 1),
            ("whole trees of one batch", "SELECT _tree FROM t WHERE id < 10", lambda s: s["batches_decoded"] == 1 and s["materialize_calls"] == 10),
            ("the first trees by a key", "SELECT _tree FROM t ORDER BY id LIMIT 20", lambda s: s["materialize_calls"] == 20),
            ("the last rows", "SELECT name FROM t ORDER BY _index DESC LIMIT 3", lambda s: s["batches_decoded"] == 1 and s["pools_decoded"] == 1),
            ("the rows that an order's first ones are in", "SELECT name FROM t ORDER BY id LIMIT 3", lambda s: s["pools_decoded"] <= 5),
            ("order by a key", "SELECT name FROM t ORDER BY value DESC LIMIT 3", lambda s: s["batches_decoded"] <= batches and s["pools_decoded"] <= batches + 3)]
        for name, query, holds in cases:
            database = reopened(folder)
            database.execute("SELECT count(*) FROM arbor_list").fetchall()
            _, stats = counted(database, query)
            report.check(holds(stats), f"{name}: {query}", stats)
            database.close()
        database = reopened(folder)
        _, first = counted(database, "SELECT sum(id) FROM t")
        _, second = counted(database, "SELECT sum(id) FROM t")
        report.check(first["bytes_read"] > 0 and second["bytes_read"] == 0 and second["cache_hits"] > 0, "a second reading comes from the cache", (first, second))


def test_newer_sqlite(report):
    """The same Arbor under apsw's own, newer SQLite."""
    try:
        import apsw
    except ImportError:
        raise harness.Skip("no apsw") from None
    with harness.scratch() as folder:
        filled(f"{folder}/t.db").close()
        database = apsw.Connection(f"{folder}/t.db")
        database.enable_load_extension(True)
        database.load_extension(EXTENSION)
        print(f"apsw with SQLite {apsw.sqlite_lib_version()}")
        rows = lambda query: database.execute(query).fetchall()
        report.equal(rows("SELECT count(*), min(id), max(id) FROM t WHERE \"group.key\" = 3"), [(1000, 3, 9993)], "a filter")
        report.equal(rows("SELECT id FROM t ORDER BY value DESC LIMIT 2 OFFSET 1"), [(TREES - 2,), (TREES - 3,)], "top rows")
        report.equal(rows("SELECT name, count(*) FROM t GROUP BY name ORDER BY 1 LIMIT 1"), [("name 0", 100)], "groups")
        report.equal(rows("SELECT count(*) FROM t a JOIN t b ON a.id = b.id"), [(TREES,)], "a join")
        report.equal(rows("SELECT json_object('t', tags) FROM t WHERE id = 4"), [('{"t":[1,"t"]}',)], "an array is JSON")
        report.equal(rows("PRAGMA integrity_check"), [("ok",)], "integrity_check")
        report.equal(rows("SELECT arbor_check('t')"), [("ok",)], "arbor_check")
        database.execute("SELECT arbor_append('t', '{\"id\":-1}')").fetchall()
        report.equal(rows("SELECT min(id), count(*) FROM t"), [(-1, TREES + 1)], "after an append")
        report.equal(rows("SELECT arbor_stats() IS NOT NULL"), [(1,)], "arbor_stats")


def test_digits_of_reals(report):
    """A real as a text has the digits that the host gives it: 15, from SQLite 3.53 on 17, or what the connection asks for."""
    try:
        import apsw
    except ImportError:
        raise harness.Skip("no apsw") from None
    reals = [9007199254740992.0, 0.1 + 0.2, 1 / 3, 0.1, 2.5e15]
    digits = getattr(apsw, "SQLITE_DBCONFIG_FP_DIGITS", None)
    for asked in [None] if digits is None else [None, 15, 17, 6]:
        database = apsw.Connection(":memory:")
        if asked:
            database.config(digits, asked)
        database.enable_load_extension(True)
        database.load_extension(EXTENSION)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(x TEXT, y, z TEXT)")
        database.execute("SELECT arbor_append('t', ?)", (json.dumps([{"y": real, "z": real} for real in reals]),)).fetchall()
        database.execute("UPDATE t SET x = y")
        want = [text for real in reals for text, in database.execute("SELECT CAST(? AS TEXT)", (real,))]
        report.equal([text for text, in database.execute("SELECT x FROM t ORDER BY _index")], want, f"{asked} digits: written to a TEXT column")
        for index in (False, True):
            if index:
                database.execute("SELECT arbor_create_index('t', 'z'), arbor_create_index('t', 'x')").fetchall()
            for place, text in enumerate(want):
                report.equal(database.execute("SELECT _index FROM t WHERE z = ?", (text,)).fetchall(), [(place,)], f"{asked} digits: {text} beside a real in a TEXT column, index: {index}")
                report.equal(database.execute("SELECT _index FROM t WHERE t MATCH ?", (f"CAST(y AS TEXT) = '{text}'",)).fetchall(), [(place,)], f"{asked} digits: CAST in MATCH, {text}")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
