"""Who may do what: files, connections that only read, a host's authorizer, and loading the extension again."""
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys

import harness

OPTIONS = harness.parser().parse_args()
TREES = [{"a": 1, "pw": "hush", "o": {"s": "deep", "q": {"z": 1}}, "l": [{"q": 5}]}, {"a": 2, "pw": "zeal", "o": {"s": "low"}, "l": []}]


def filled(path=":memory:", **arguments):
    database = harness.connect(OPTIONS.extension, path, **arguments)
    database.execute("SELECT arbor_append('t', ?)", ("\n".join(map(json.dumps, TREES)),)).fetchall()
    return database


# --- files ---------------------------------------------------------------------------------------------------------------


def refuses_files(report, database, folder, *words):
    """No file is written, and none imported."""
    source = pathlib.Path(folder, "in.jsonl")
    source.write_text('{"a":1}\n', encoding="utf-8")
    target = pathlib.Path(folder, "out.jsonl")
    report.raises(lambda: database.execute("SELECT arbor_export('t', ?)", (str(target),)).fetchall(), "arbor_export", "arbor_export", *words)
    report.check(not target.exists(), "no file appears")
    report.raises(lambda: database.execute("SELECT arbor_import('new', ?)", (str(source),)).fetchall(), "arbor_import", "arbor_import", *words)
    report.raises(lambda: database.execute("SELECT arbor_import('temp.new', ?)", (str(source),)).fetchall(), "arbor_import into temp", "arbor_import", *words)
    report.equal([row[0] for row in database.execute("SELECT name FROM arbor_list")], ["t"], "no Arbor appears")
    report.equal(database.execute("SELECT arbor_count('t')").fetchall(), [(2,)], "reading goes on")


def test_files_of_readers(report):
    with harness.scratch() as folder:
        filled(f"{folder}/x.db").close()
        refuses_files(report, harness.connect(OPTIONS.extension, f"file:{folder}/x.db?mode=ro", uri=True), folder, "read-only")
        database = harness.connect(OPTIONS.extension, f"{folder}/x.db")
        database.execute("PRAGMA query_only = 1")
        refuses_files(report, database, folder, "query_only")
        database.execute("PRAGMA query_only = 0")
        report.check(json.loads(database.execute("SELECT arbor_export('t', ?)", (f"{folder}/out.jsonl",)).fetchone()[0])["trees"] == 2, "exports again")


def test_files_switched_off(report):
    with harness.scratch() as folder:
        database = filled(f"{folder}/x.db")
        report.equal(database.execute("SELECT arbor_config('files'), arbor_config('files', 1)").fetchall(), [(1, 1)], "on")
        report.equal(database.execute("SELECT arbor_config('files', 0), arbor_config('files', 0)").fetchall(), [(0, 0)], "off")
        refuses_files(report, database, folder, "switched off")
        report.raises(lambda: database.execute("SELECT arbor_config('files', 1)").fetchall(), "for good", "for good")
        report.equal(database.execute("SELECT arbor_config('files')").fetchall(), [(0,)], "stays off")
        for query in ("SELECT * FROM arbor_file_rows('file(''{}'')')", "SELECT arbor_save('u', 'file(''{}'')')"):
            report.raises(lambda query=query: database.execute(query.format(f"{folder}/in.jsonl")).fetchall(), query, "switched off")
        report.equal(filled().execute("SELECT arbor_config('files')").fetchall(), [(1,)], "another connection has them")
        database.execute("SELECT arbor_append('t', '{}')").fetchall()


def test_files_off_in_the_environment(report):
    code = "import sys; sys.path.insert(0, sys.argv.pop()); import harness; db = harness.connect(sys.argv[2]); print(db.execute(\"SELECT arbor_config('files')\").fetchone())"
    for value, said in (("0", "(0,)"), ("1", "(1,)"), ("", "(1,)")):
        done = subprocess.run([sys.executable, "-c", code, "--extension", str(pathlib.Path(OPTIONS.extension).resolve()), str(pathlib.Path(__file__).parent)],
                              env=dict(os.environ, ARBORS_FILES=value), capture_output=True, text=True, check=False)
        report.equal(done.stdout.strip(), said, f"ARBORS_FILES={value} {done.stderr[-200:]}")


# --- a host's authorizer -------------------------------------------------------------------------------------------------

CLOSED = {  # what reads pw, and what does not
    True: ["SELECT a FROM t WHERE t MATCH 'pw = ''hush'''", "SELECT a FROM t WHERE _tree MATCH 'pw LIKE ''h%'''", "SELECT a FROM t WHERE t MATCH 'pw = ''hush''' OR a = 7",
           "SELECT a FROM t WHERE rowid = 1 AND t MATCH 'pw = ''hush'''", "SELECT tree FROM arbor_rows('t | select pw')", "SELECT tree FROM arbor_rows('t | filter pw > ''i'' | select a')",
           "SELECT tree FROM arbor_rows('t | select a, upper(pw) as x')", "SELECT tree FROM arbor_rows('t | sort_by pw | select a')", "SELECT tree FROM arbor_rows('t | top_k 1 by pw | select a')",
           "SELECT tree FROM arbor_rows('t | group_by pw { count() }')", "SELECT tree FROM arbor_rows('t | aggregate max(pw)')", "SELECT tree FROM arbor_rows('t | aggregate count() filter (where pw > ''i'')')",
           "SELECT tree FROM arbor_rows('t | unique_by pw | select a')", "SELECT tree FROM arbor_rows('t | add_field x = pw | select x')", "SELECT tree FROM arbor_rows('(t | select pw as b) | select b')",
           "SELECT tree FROM arbor_rows('json ''[{}]'' | append (t | select pw)')", "SELECT arbor_json('t | head 1 | select pw')", "SELECT arbor_count('t | filter pw = ''hush''')", "SELECT arbor_any('t', 'pw = ''hush''')",
           "SELECT arbor_all('t', 'pw = ''hush''')", "SELECT arbor_matching_indices('t', 'pw = ''hush''')", "SELECT arbor_find_one('t | select a, pw', 'a = 1')", "SELECT arbor_get('t | select pw', 0)",
           "SELECT arbor_lookup('t | index_by pw', 'hush')", "SELECT arbor_explain('t | filter pw > ''i''')", "SELECT arbor_explain_analyze('t | filter pw > ''i''')", "SELECT arbor_open('t | select pw')",
           "SELECT arbor_json(:opened)", "SELECT tree FROM arbor_rows('main.t | select pw')", "SELECT tree FROM arbor_rows('t@1 | select pw')", "SELECT p FROM v", "SELECT a FROM v WHERE p > 'a'", "SELECT a FROM v ORDER BY p", "SELECT count(*) FROM f", "SELECT tree FROM arbor_rows('v')",
           "SELECT arbor_save('copy', 't | select pw')", "SELECT arbor_save_multiple('{\"copy\":\"t | select pw\"}')", "SELECT arbor_export('t | select pw', :file)"],
    False: ["SELECT a FROM t", "SELECT a FROM t WHERE t MATCH 'a = 1'", "SELECT a FROM t WHERE _tree MATCH 'o.s = ''low'''", "SELECT tree FROM arbor_rows('t | select a')", "SELECT tree FROM arbor_rows('t | aggregate sum(a)')",
            "SELECT tree FROM arbor_rows('t | filter o.q.z = 1 | select o.s')", "SELECT arbor_count('t')", "SELECT arbor_any('t', 'a = 2')", "SELECT a FROM v", "SELECT tree FROM arbor_rows('t | explode l | select l')", "SELECT count(*) FROM v"]}


def refusal(database, query, values):
    try:
        database.execute(query, values).fetchall()
    except sqlite3.Error as error:
        return str(error)
    return None


def keep(database, outcome, *columns):
    reads = sqlite3.SQLITE_READ
    database.set_authorizer(lambda action, table, column, *_: outcome if action == reads and table == "t" and column in columns else sqlite3.SQLITE_OK)


def test_kept_columns(report):
    """What SQL may not read, plans, views and MATCH do not tell."""
    with harness.scratch() as folder:
        values = {"file": f"{folder}/out.jsonl"}
        for outcome in (sqlite3.SQLITE_DENY, sqlite3.SQLITE_IGNORE):
            database = filled()
            database.execute("CREATE VIRTUAL TABLE v USING arbor_view('t | select a, pw as p')")
            database.execute("CREATE VIRTUAL TABLE f USING arbor_view('t | filter pw > ''i'' | select a')")
            values["opened"] = database.execute("SELECT arbor_open('t | select pw')").fetchone()[0]
            answers = {query: database.execute(query, values).fetchall() for query in CLOSED[False]}
            for query in CLOSED[True]:
                report.check(query.startswith("SELECT arbor_save_m") or database.execute(query, values).fetchall() is not None, f"open: {query}")
            for columns in (("pw",), ("pw", "_tree")):
                keep(database, outcome, *columns)
                for query in CLOSED[True]:
                    said = refusal(database, query, values)
                    report.check(said and ("prohibited" in said or "not authorized" in said or "requested context" in said), f"{outcome} {columns}: {query}", said)
                for query in CLOSED[False]:
                    if "_tree" not in columns or "_tree" not in query:
                        report.equal(refusal(database, query, values) or database.execute(query, values).fetchall(), answers[query], f"{outcome} {columns}: {query}")


def test_kept_trees_objects_and_arrays(report):
    """Whole trees ask for _tree, objects for their own column, what is inside an array for the array's."""
    for outcome in (sqlite3.SQLITE_DENY, sqlite3.SQLITE_IGNORE):
        database = filled()
        for column, closed, open_ in (
                ("_tree", ["SELECT tree FROM arbor_rows('t')", "SELECT arbor_json('t | filter a = 1')", "SELECT arbor_get('t', 0)", "SELECT arbor_find_one('t', 'a = 1')", "SELECT arbor_json('t | drop pw')", "SELECT arbor_json('t | select it as x')",
                           "SELECT arbor_json('t | group_by a')", "SELECT arbor_json('t | nest a as n')", "SELECT arbor_json('t | flatten')", "SELECT arbor_json('t | select absent')"], ["SELECT arbor_json('t | select o')", "SELECT arbor_count('t | filter a = 1')"]),
                ("o", ["SELECT arbor_json('t | select o')", "SELECT arbor_json('t | select json(o) as x')", "SELECT arbor_json('t | select o.new')"], ["SELECT arbor_json('t | select o.s')", "SELECT arbor_json('t | select o.q')"]),
                ("l", ["SELECT arbor_json('t | select l')", "SELECT arbor_json('t | select l[0].q')", "SELECT arbor_json('t | explode l | select l.q')", "SELECT arbor_json('t | select list_any(l, q > 1) as x')", "SELECT a FROM t WHERE t MATCH 'list_any(l, q > 1)'"], ["SELECT arbor_json('t | select a')"])):
            keep(database, outcome, column)
            for query in closed:
                report.raises(lambda query=query: database.execute(query).fetchall(), f"{outcome} {column}: {query}", f"t.{column} is prohibited")
            for query in open_:
                report.check(database.execute(query).fetchall(), f"{outcome} {column}: {query}")


def test_kept_bounds(report):
    """arbor_schema shows bounds of what SQL could read alone."""
    query = "SELECT path, min, max FROM arbor_schema('t') WHERE max IS NOT NULL"
    database = filled()
    whole = database.execute(query).fetchall()
    report.equal(whole, [("a", 1, 2), ("pw", "hush", "zeal"), ("o.s", "deep", "low"), ("o.q.z", 1, 1), ("l[*].q", 5, 5)], "all")
    for outcome in (sqlite3.SQLITE_DENY, sqlite3.SQLITE_IGNORE):
        keep(database, outcome, "pw", "l")
        report.equal(database.execute(query).fetchall(), [row for row in whole if row[0] in ("a", "o.s", "o.q.z")], f"{outcome}")
        keep(database, outcome, "_tree")
        report.equal(database.execute(query).fetchall(), whole, f"{outcome} _tree")


EXPRESSIONS = ["a", "pw", "o.s", "o", "l", "l[0].q", "upper(pw)", "a + length(pw)", "list_any(l, q > 1)", "CASE WHEN pw > 'i' THEN a END", "coalesce(pw, a)", "absent", "it"]
STAGES = ["filter {}", "filter {} > 'i'", "filter {} = {}", "select a, {} as x", "select {} as x", "add_field z = {}", "add_field a = {}", "drop pw", "drop a", "head 2", "tail 1", "reverse", "take 0", "remove 0", "sort_by {}", "top_k 1 by {}", "unique_by {}",
          "group_by {} as g {{ count() as n, max({}) as m }}", "group_by {} as g", "aggregate count() as n, list({}) as s", "aggregate count() filter (where {}) as n", "explode l as l", "explode l", "flatten", "nest a as n", "nest {} as n", "append (t | select {} as x)", "insert 0 (t)",
          "set 0 (t | head 1)", "join (t) as j on a = a", "left join (t | select pw as p, a) as j on a = a", "semi join (t) on {} = {}", "anti join (t | head 1) on {} = {}", "window by {} order a {{ row_number() as r }}", "window order {} {{ lag({}) as b, sum(a) as s }}", "rename pw as q",
          "rename a as b, pw as a", "select *", "select o.*", "index_by {}", "sample 1 seed 3"]
SELECTS = ["SELECT {} AS x FROM t", "SELECT a FROM t WHERE {} > 'i'", "SELECT count(*) AS n FROM t GROUP BY {}", "SELECT a FROM t ORDER BY {} LIMIT 1", "SELECT x.a FROM t x JOIN t y ON x.a = y.a AND x.pw > 'i'", "SELECT x.a FROM t x JOIN t y ON x.pw = y.pw", "SELECT a FROM t x WHERE EXISTS (SELECT 1 FROM t y WHERE y.pw = x.pw AND y.a > 1)",
           "SELECT a, row_number() OVER (ORDER BY {}) AS r FROM t", "SELECT a FROM t WHERE a IN (SELECT a FROM t WHERE pw > 'i')", "SELECT max({}) AS m FROM t", "WITH w AS (SELECT a, {} AS x FROM t) SELECT a FROM w WHERE x > 'i'", "SELECT (SELECT max(pw) FROM t) AS m, a FROM t", "SELECT group_concat(a, pw) AS g FROM t",
           "SELECT * FROM t", "SELECT _tree FROM t", "SELECT a FROM t UNION SELECT {} FROM t", "SELECT DISTINCT {} AS x FROM t", "SELECT a FROM t GROUP BY a HAVING max({}) > 'i'"]


def test_nothing_depends_on_what_is_kept(report):
    """What a plan gives does not change with the values of a column that it may not read."""
    rng = random.Random(harness.seed_of(OPTIONS))
    databases = []
    for words in (("hush", "zeal", "aa", "aa"), ("x", "b", None, "ii")):
        database = harness.connect(OPTIONS.extension)
        trees = [{"a": number % 3, "pw": word, "o": {"s": "abc"[number % 3]}, "l": [{"q": number}, {"q": 2}]} for number, word in enumerate(words)]
        database.execute("SELECT arbor_append('t', ?)", ("\n".join(map(json.dumps, trees)),)).fetchall()
        databases.append(database)

    def outcome(database, plan):
        try:
            return database.execute("SELECT tree FROM arbor_rows(?)", (plan,)).fetchall()
        except sqlite3.Error as error:
            return "prohibited" if "prohibited" in str(error) else "an error"

    told = kept = 0
    for _ in range(400 if OPTIONS.quick else 5000):
        pick = lambda text: text.format(*(rng.choice(EXPRESSIONS) for _ in range(4)))  # noqa: E731
        stages = [pick(rng.choice(STAGES)) for _ in range(rng.randrange(1, 5))]
        plan = " | ".join(["t", *stages]) if rng.random() < 0.75 else pick(rng.choice(SELECTS))
        for database in databases:
            database.set_authorizer(None)
        open_ = [outcome(database, plan) for database in databases]
        for database in databases:
            keep(database, rng.choice([sqlite3.SQLITE_DENY, sqlite3.SQLITE_IGNORE]), "pw", "_tree")
        closed = [outcome(database, plan) for database in databases]
        report.check(closed[0] == closed[1] or "prohibited" in closed, plan, closed)
        told += open_[0] != open_[1]
        kept += "prohibited" in closed
    report.check(told > 50 and kept >= told, f"{told} plans tell of it when they may, {kept} were refused")


# --- loading -------------------------------------------------------------------------------------------------------------


def test_loading_twice(report):
    database = filled()
    library = str(pathlib.Path(OPTIONS.extension).resolve())
    handle = database.execute("SELECT arbor_open('t')").fetchone()[0]
    report.equal(database.execute("SELECT load_extension(?)", (library,)).fetchall(), [(None,)], "by SQL")
    database.load_extension(library)
    rows = database.execute("SELECT a FROM t")
    rows.fetchone()
    database.execute("SELECT load_extension(?)", (library,)).fetchall()
    report.equal(rows.fetchall(), [(2,)], "beside a statement that runs")
    report.equal(database.execute("SELECT arbor_count(?), arbor_count('t')", (handle,)).fetchall(), [(2, 2)], "what is open stays")
    database.execute("INSERT INTO t(a) VALUES (3)")
    database.close()
    report.equal(filled().execute("SELECT count(*) FROM t").fetchall(), [(2,)], "a new connection")


def test_any_file_name(report):
    with harness.scratch() as folder:
        for name in ("libtrees-2.so", "x.so", "arbors"):
            copy = pathlib.Path(folder, name)
            shutil.copy(OPTIONS.extension, copy)
            report.check(harness.connect(copy).execute("SELECT arbor_version()").fetchone(), name)


def test_nothing_is_known_of_null(report):
    database = filled()
    for query in ("arbor_history(NULL)", "arbor_schema(NULL)", "arbor_rows(NULL)", "arbor_rows(NULL, 1)", "(SELECT NULL AS n), arbor_history(n)"):
        report.equal(database.execute(f"SELECT * FROM {query}").fetchall(), [], query)
    report.raises(lambda: database.execute("SELECT * FROM arbor_history").fetchall(), "no argument", "arbor_history")


if __name__ == "__main__":
    harness.run(globals())
