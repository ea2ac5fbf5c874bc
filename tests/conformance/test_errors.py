#!/usr/bin/env python3
"""Wrong plans are errors that say what, where and the way out, with a caret; absurd ones too, soon, and never a crash."""
import pathlib
import re
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
SLOW = 20  # seconds that nothing here may take, sanitized included


def opened(**arguments):
    database = harness.connect(OPTIONS.extension, **arguments)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=3)")
    sources.call(database, "arbor_append", "p", '[{"a":1,"t":[{"b":1}]},{"a":2,"t":[]},{"a":"x","o":{"c":1}},{"a":null},{"a":3}]')
    return database


# (plan, words of the message, the column of the caret)
WRONG = [
    ("p | fitler a > 1", ["no such stage: fitler", "did you mean filter?"], 5), ("p | head 1 | grup_by a", ["grup_by", "group_by"], 14), ("p | filter uper(a) = 'X'", ["no such function: uper", "upper"], 12),
    ("p | group_by a { summ(a) }", ["no such aggregate: summ", "sum"], 18), ("p | xyzzy", ["no such stage: xyzzy"], 5), ("p | filter a >", ["expected an expression", "ends"], 15), ("p | filter (a", ["expected ')'"], 14),
    ("p | select a.", ["expected a key"], 14), ("p | select a..b", ["expected a key"], 14), ("p | select a[x]", ["number or '*'"], 14), ("p | select a[1", ["']'"], 15), ("p | explode t[0]", ["path of a field"], 13), ("p | drop t[*].b", ["path of a field"], 10),
    ("p | add_field t[0] = 1", ["path of a field"], 15), ("p | head -1", ["whole number"], 10), ("p | head x", ["whole number"], 10), ("p | head 1.5", ["whole number"], 10), ("p | head 99999999999999999999", ["whole number"], 10),
    ("p | select a, a", ["two fields are named a"], 12), ("p | group_by a { count() as a }", ["two fields are named a"], None), ("p | top_k by a", ["whole number"], 11), ("p | top_k 3 a", ["by"], 13), ("p | nest a", ["as"], 11), ("p | set 0 p", ["'('"], 11),
    ("", ["expected a source"], 1), ("p |", ["expected a stage"], 4), ("| p", ["expected a source"], 1), ("p p", ["expected '|'"], 3), ("p | filter ?1", ["parameter ?1 is not given"], 12), ("p | head ?2", ["parameter ?2 is not given"], 10),
    ("p | filter 'unclosed", ["'"], None), ("p | filter \"unclosed", ['"'], None), ("p | filter length()", ["length"], None), ("p | filter substr(a, 1, 2, 3)", ["substr"], None), ("json 5", ["|"], 6), ("p@-1", ["generation", "tag"], 3), ("p | filter a # 1", ["#"], None),
    ("p | filter a > 1 |\n  sort_by b |\n  tke 1", ["line 3, column 3", "take"], 3), ("p | select x'61' as b", ["blob"], 12), ("p | add_field c = coalesce(a, x'61')", ["blob"], 19), ("p | group_by a { max(x'61') as m }", ["blob"], 22), ("p | filter a COLLATE x", ["in filter, line 1, column 22: expected a collation"], 22), ("p | filter lenght(a) = 1", ["did you mean length?"], 12), ("p | top_k 3", ["expected 'by'"], 12), ("p | group_by a { count(a, b) }", ["wrong number of arguments"], 18),
]


def test_what_and_where(report):
    database = opened()
    for plan, words, column in WRONG:
        for function in ("arbor_json", "arbor_open", "arbor_explain"):
            message = report.raises(lambda: sources.call(database, function, plan), f"{function}: {plan}", *words)
            if column is None or function != "arbor_json":
                continue
            try:
                sources.call(database, function, plan)
            except Exception as error:
                message = str(error)
            lines = message.split("\n")
            report.check(f"column {column}:" in lines[0], f"{plan}: the column", message)
            report.check(lines[-1] == "  " + " " * (column - 1) + "^", f"{plan}: the caret", message)


def test_bytes_that_are_no_text(report):
    """Whatever a text from SQL holds, the message is UTF-8 and whole: what is no text is shown byte by byte."""
    database = opened()

    def text(*parts):
        return f"CAST(x'{b''.join(part if isinstance(part, bytes) else part.encode() for part in parts).hex()}' AS TEXT)"

    for call, *words in ((f"arbor_help({text('fil', bytes([255]))})", "no help on fil\\xff"), (f"arbor_config({text('é', bytes([0xE9]))})", "no such setting: é\\xe9 (there are"),
                         (f"arbor_json({text('p | head 1 | filter a', bytes(1), 'z = 1')})", "head 1 | filter a\\x00z = 1"), (f"arbor_import('p', {text('/no/n', bytes([27, 255]))})", "/no/n\\x1b\\xff"),
                         (f"arbor_count({text(bytes([255]))})", "UTF-8"), (f"arbor_tag('p', {text(bytes([255]))})", "'\\xff' is none"), (f"arbor_append({text('n', bytes([255]))}, '[1]')", "'n\\xff' is no UTF-8"),
                         (f"arbor_create_index('p', {text('a', bytes([0xE2, 0x82]))})", "'a\\xe2\\x82'", "byte 2"), (f"arbor_append('p', {text('[', chr(34), bytes([255]), chr(34), ']')})", "UTF-8")):
        report.raises(lambda call=call: database.execute("SELECT " + call).fetchall(), call, *words)
    report.equal(database.execute("SELECT name FROM arbor_list").fetchall(), [("p",)], "no Arbor of such a name is left")


def test_which_stage(report):
    """A fault inside a stage is told with the stage's name, also far from it, and in a plan within a plan."""
    database = opened()
    for plan, stage in (("p | filter a >", "filter"), ("p | head 1 | select a, nope(b)", "select"), ("p | append (p | top_k a)", "top_k"), ("p | append (p | head 1) | head x", "head"), ("p | select " + "a + " * 100 + "nope(a)", "select"), ("p | aggregate quantile(a, 1.5)", "aggregate")):
        report.raises(lambda: sources.call(database, "arbor_json", plan), plan[:60], f"in {stage}, line 1, column ")
    for plan, stage in (("p | add_field a.b = 1", "add_field: cannot set a.b"), ("json '[1]' | nest a as b", "nest: "), ("p | take 9", "take: "), ("p | filter json('[') = 1", "json(): ")):
        report.raises(lambda: sources.call(database, "arbor_json", plan), plan, stage)


def test_explaining(report):
    """A plan that reads what is not there is an error before any of it runs; options are read, not passed over."""
    database = opened()
    for function in ("arbor_explain", "arbor_explain_analyze"):
        for plan, *words in (("nobody", "no such Arbor: nobody"), ("p@99", "generation 99"), ("@9", "no such handle: @9"), ("p | append (nobody)", "nobody"), ("p | filter a = ?1", "parameter ?1 is not given")):
            report.raises(lambda: sources.call(database, function, plan), f"{function}: {plan}", *words)
        report.check("a = 5" in sources.call(database, function, "p | filter a = ?1", "", 5), f"{function}: parameters after the options")
        told = sources.call(database, function, "p | head 2", "LOGICAL , costs").split("observed")[0]
        report.equal(re.sub("most [1-9][0-9]* bytes", "most N bytes", told), "logical:\n  p\n  | head 2\ncosts:\n  p: about 5 of 5 trees, 2 of 2 batches to read, at most N bytes\n", f"{function}: sections")
    report.check("nothing stored is read" in sources.call(database, "arbor_explain", "json '[1]' | filter it > 0", "costs"), "the costs of an Arbor in memory")
    for options in ("max_trees", "max_trees=", "max_trees=x", "max_trees=-1", "max_trees=1.5", "time_budget=5", "{\"max_trees\":", "{\"max_trees\":\"2\"}", "[1]"):
        report.raises(lambda: sources.call(database, "arbor_explain_analyze", "p", options), f"options {options}")
    for options, partial, trees in (("max_trees=2", True, 2), ("max_trees = 5", False, 5), ('{"max_trees":2}', True, 2), ("max_trees=6, time_budget_ms=100000", False, 5), ("physical, max_trees=0", True, 0), ("time_budget_ms=9223372036854775807", False, 5), ("time_budget_ms=0", True, None), ("", False, 5)):
        text = sources.call(database, "arbor_explain_analyze", "p", options)
        report.equal("observed (PARTIAL):" in text, partial, f"PARTIAL with {options}")
        if trees is not None:
            report.check(f"trees: {trees} in" in text, f"trees with {options}", text)


def test_conditions_with_parameters(report):
    """The condition of arbor_any and its like sees the parameters that the plan sees."""
    database = opened()
    for function, want in (("arbor_any", 1), ("arbor_all", 0), ("arbor_matching_indices", "[0]"), ("arbor_find_one", '{"a":3}'), ("arbor_find_one_or_error", '{"a":3}')):
        report.equal(sources.call(database, function, "p | filter a >= ?1 | skip 1 | reverse", "a = ?2", 2, 3), want if function != "arbor_matching_indices" else "[0]", function)
        report.raises(lambda: sources.call(database, function, "p", "a = ?1"), f"{function}: a parameter that is not given", "?1 is not given")


def test_many_parameters(report):
    """As many as SQLite passes arguments; beyond that it says so."""
    database = opened()
    most = [5] * 126
    report.equal(sources.call(database, "arbor_count", "p | filter a = ?126", *most), sources.call(database, "arbor_count", "p | filter a = 5"), "126 parameters of a function")
    marks = ", ?" * 126
    report.equal(database.execute(f"SELECT count(*) FROM arbor_rows('p | filter a = ?126 or a = ?1'{marks})", most).fetchone()[0], sources.call(database, "arbor_count", "p | filter a = 5"), "126 of a table-valued function")
    report.raises(lambda: sources.call(database, "arbor_count", "p", *most, 5), "127 of a function", "too many arguments")
    report.raises(lambda: database.execute(f"SELECT * FROM arbor_rows('p'{marks}, ?)", [*most, 5]), "127 of a table-valued function", "too many arguments", "127")


def test_looking_up_by_several_keys(report):
    database = opened()
    for source in ("p", sources.call(database, "arbor_open", "p | index_by array(a, t[0].b)")):
        plan = source if source.startswith("@") else f"{source} | index_by array(a, t[0].b)"
        report.equal(database.execute("SELECT arbor_lookup(?, json_array(1, 1)), arbor_lookup(?, json_array(2, NULL)), arbor_lookup(?, json_array(1, 2))", (plan,) * 3).fetchone(), ('{"a":1,"t":[{"b":1}]}', '{"a":2,"t":[]}', None), plan)
    stages = "p | filter a < ?1 | index_by a, t[0].b"
    for plan in (stages, stages + " | select t", sources.call(database, "arbor_open", stages, 9)):
        report.equal(database.execute("SELECT arbor_lookup(?1, 1, 1, 9) ->> '$.t', arbor_lookup(?1, 1.0, 1.0, 9) ->> '$.t', arbor_lookup(?1, 2, NULL, 9), arbor_lookup(?1, 1, 2, 9)", (plan,)).fetchone(), ('[{"b":1}]', '[{"b":1}]', None, None), f"two keys: {plan}")
    report.raises(lambda: sources.call(database, "arbor_lookup", "p | index_by a, t[0].b", 1), "one key of two", "2 keys", "1 is given")


def test_parameters_are_json(report):
    """A parameter that JSON's functions made is JSON; what JSON cannot hold is refused, in the plan's text too."""
    database = opened()
    report.equal(database.execute("SELECT arbor_json('p | head 1 | select ?1 as x, ?2 as y', json('[1, {\"k\":2.50}]'), '[1]')").fetchone()[0], '[{"x":[1,{"k":2.5}],"y":"[1]"}]', "JSON and a text")
    for bad, word in (("x'41'", "blob"), ("CAST(x'61ff' AS TEXT)", "UTF-8")):
        for call in ("arbor_json('p | select ?1 as x', {})", "arbor_count('p | filter a = ?1', {})", "arbor_save('q', 'p | select ?1 as x', {})"):
            report.raises(lambda: database.execute(f"SELECT {call.format(bad)}").fetchall(), f"{call} of {bad}", "parameter ?1", word)
        report.raises(lambda: database.execute(f"SELECT * FROM arbor_rows('p | select ?1 as x', {bad})").fetchall(), f"arbor_rows of {bad}", "parameter ?1", word)
    report.raises(lambda: database.execute("SELECT arbor_json(CAST(x'70207c2066696c7465722061203d2027ff27' AS TEXT))").fetchall(), "a plan that is no UTF-8", "UTF-8")


def test_when_run(report):
    """What only running can tell: positions, names, generations, handles, types, numbers of trees."""
    database = opened()
    database.execute("CREATE TABLE plain(a)")
    for plan, *words in (("p | take 5", "take", "5", "out of range", "5 trees"), ("p | take -6", "-6", "out of range"), ("p | remove 5", "remove", "out of range"), ("p | insert 6 (p)", "insert", "out of range"), ("p | set 5 (p | head 1)", "set", "out of range"),
                         ("p | set 0 (p)", "one tree", "5"), ("p | filter a = 1 | take 1", "out of range", "1 tree"), ("nobody", "no such Arbor: nobody", "there are: p"), ("main.nobody", "no such Arbor"), ("nowhere.p", "no such Arbor"), ("p@99", "generation 99", "readable"), ("p@x", "no tag 'x'"),
                         ("@7", "no such handle: @7"), ("'@x'", "no such handle"), ("plain", "not an Arbor"), ("p | filter regexp_like(a, '(')", "regular expression"), ("json '[1,'", "json", "byte"), ("json '{\"a\":}'", "json", "line 1"), ("json '[1] | head 1", "'"), ("p | aggregate sum(9223372036854775807)", "overflow", "total()"),
                         ("p | filter json(a) = 1", "json"), ("p | append (nobody)", "no such Arbor: nobody"), ("p | append (p | head)", "whole number")):
        report.raises(lambda: sources.call(database, "arbor_json", plan), plan, *words)
        report.raises(lambda: sources.call(database, "arbor_open", plan), f"arbor_open: {plan}", *words)
    for text, *words in (("arbor_get('p', 'x')", "index", "integer"), ("arbor_any('p', 'a >')", "expected an expression"), ("arbor_count(NULL)", "the plan", "NULL"), ("arbor_count(5)", "the plan"), ("arbor_lookup('p', 1)", "index_by"), ("arbor_find_one_or_error('p', 'a = 99')", "a = 99"), ("arbor_collect_tree('p')", "more than one"),
                         ("arbor_collect_tree('p | head 0')", "no tree"), ("arbor_refresh('@9')", "no such handle"), ("arbor_refresh(arbor_open('json ''[1]'''))", "no stored Arbor"), ("arbor_explain('p', 'nonsense')", "no such section", "decode_plan"), ("arbor_explain_analyze('p', '{\"nonsense\":1}')", "nonsense"),
                         ("arbor_help('filtr')", "did you mean filter?"), ("arbor_save('t', 'nobody')", "no such Arbor: nobody"), ("arbor_save_multiple('[]')", "object"), ("arbor_save_multiple('{\"x\":5}')", "x", "string"), ("arbor_export('p', 'x.csv')", ".jsonl")):
        report.raises(lambda: database.execute(f"SELECT {text}").fetchall(), text, *words)


def test_saving_what_is_read(report):
    """A plan may read the Arbor that it replaces; one that fails half-way leaves it as it was."""
    database = opened()
    want = sources.call(database, "arbor_json", "p | filter a > 1 | append (p)")
    report.equal(sources.call(database, "arbor_save", "p", "p | filter a > 1 | append (p)"), 8, "saved over itself")
    report.equal(sources.call(database, "arbor_json", "p"), want, "saved over itself: the trees")
    for plan in ("p | add_field a.b = 1", "p | append (p) | aggregate sum(9223372036854775807)", "p | take 99"):
        report.raises(lambda: sources.call(database, "arbor_save", "p", plan), plan)
        report.equal(sources.call(database, "arbor_json", "p"), want, f"after {plan}")
    plans = '{"p": "q", "q": "p"}'
    report.raises(lambda: sources.call(database, "arbor_save_multiple", plans), "q is not there yet", "no such Arbor: q")
    sources.call(database, "arbor_save", "q", "json '[1,2]'")
    sources.call(database, "arbor_save_multiple", plans)
    report.equal((sources.call(database, "arbor_json", "p"), sources.call(database, "arbor_json", "q")), ("[1,2]", want), "exchanged")
    report.raises(lambda: sources.call(database, "arbor_save_multiple", '{"p": "q", "q": "p | take 99"}'), "the second fails", "out of range")
    report.equal(sources.call(database, "arbor_json", "p"), "[1,2]", "the first is undone")
    report.equal(sources.call(database, "arbor_check", "p"), "ok", "sound")


def test_views(report):
    database = opened()
    report.raises(lambda: database.execute("CREATE VIRTUAL TABLE v USING arbor_view(nobody)"), "a view of nothing", "no such Arbor: nobody")
    report.raises(lambda: database.execute("CREATE VIRTUAL TABLE v USING arbor_view(p | fitler a)"), "a view of a wrong plan", "filter")
    database.execute("CREATE VIRTUAL TABLE v USING arbor_view(p | select a)")
    database.execute("CREATE VIRTUAL TABLE w USING arbor_view(v | filter a > 1)")
    report.equal(sources.call(database, "arbor_json", "w"), sources.call(database, "arbor_json", "p | filter a > 1 | select a"), "a view of a view")
    report.raises(lambda: sources.call(database, "arbor_json", "w@1"), "a generation of a view", "w is a view")
    database.execute("DROP TABLE v")
    report.raises(lambda: database.execute("CREATE VIRTUAL TABLE v USING arbor_view(w | select a)"), "views in a circle")
    report.raises(lambda: sources.call(database, "arbor_json", "w"), "a view of what is gone", "no such Arbor: v")
    database.execute("CREATE VIRTUAL TABLE v0 USING arbor_view(p | select a)")
    for number in range(32):
        database.execute(f"CREATE VIRTUAL TABLE v{number + 1} USING arbor_view(v{number})")
    report.equal(sources.call(database, "arbor_count", "v31"), 5, "views of views")
    report.raises(lambda: sources.call(database, "arbor_json", "v32"), "too many views", "nested too deeply")
    doubled = "p"
    for number in range(12):  # each reads all of the one before it twice
        database.execute(f"CREATE VIRTUAL TABLE d{number} USING arbor_view('{doubled} | append ({doubled})')")
        doubled = f"d{number}"
    report.equal(sources.call(database, "arbor_count", "d11"), 5 << 12, "views that read views twice")
    for text in ("CREATE VIRTUAL TABLE d12 USING arbor_view('d11 | append (d11)')", "SELECT arbor_count('d11 | append (d10)')", "SELECT arbor_json('SELECT a FROM d11 UNION ALL SELECT a FROM d11')"):
        report.raises(lambda: database.execute(text), text, "views more than 5000 times", "arbor_save")
    for levels, wanted in ((10, 5 << 10), (60, None)):
        text = "WITH w0 AS (SELECT a FROM p)" + "".join(f", w{level + 1} AS (SELECT a FROM w{level} UNION ALL SELECT a FROM w{level})" for level in range(levels)) + f" SELECT a FROM w{levels}"
        if wanted:
            report.equal(sources.call(database, "arbor_count", text), wanted, "queries of WITH that read others twice")
        else:
            report.raises(lambda: sources.call(database, "arbor_explain", text), "and too often", "more than 5000 queries", "SQLite itself")


def test_a_view_outlives_its_arbor(report):
    """A view whose Arbor is gone says so when it is read, and can be dropped."""
    with harness.scratch() as folder:
        database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
        sources.call(database, "arbor_save", "p", "json '[{\"a\":1}]'")
        database.execute("CREATE VIRTUAL TABLE v USING arbor_view(p)")
        sources.call(database, "arbor_delete", "p")
        database.close()
        database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
        report.raises(lambda: database.execute("SELECT * FROM v").fetchall(), "a view of what is gone", "no such Arbor: p")
        database.execute("DROP TABLE v")
        report.equal(database.execute("SELECT count(*) FROM sqlite_master").fetchone(), (0,), "dropped")


def absurd():
    """Plans that are only big, and what is wrong with them; None: nothing."""
    n = 10_000
    yield "p | filter " + "(" * n + "a" + ")" * n, "deep"
    yield "p | filter " + "(" * n, "deep"
    yield "(" * n + "p" + ")" * n, "deep"
    yield "p | filter " + "NOT " * n + "a", "deep"
    yield "p | filter " + "-" * 2 * n + "a", None
    yield "p | filter " + "- " * n + "a", "deep"
    yield "p | filter " + "abs(" * n + "a" + ")" * n, "deep"
    yield "p | filter " + "CASE WHEN a THEN " * n + "1" + " END" * n, "deep"
    yield "p | select " + "array(" * n + ")" * n, "deep"
    yield "p | filter " + "list_any(t, " * n + "1" + ")" * n, "deep"
    yield "p" + " | append (p" * n + ")" * n, "deep"
    yield "p" + " | head 3" * n, "stages"
    yield "p | filter a" + ".a" * n + " = 1", None
    yield "p | filter " + " AND ".join(["a = 1"] * n), None
    yield "p | filter " + " OR ".join([f"a = {i}" for i in range(n)]), None
    yield "p | filter a IN (" + ",".join(map(str, range(n))) + ")", None
    yield "p | filter a = " + "+".join(["1"] * n), None
    yield "p | filter a = '" + "x" * 1_000_000 + "'", None
    yield "p | filter " + "x" * 1_000_000 + " = 1", None
    yield "p | " + "x" * 1_000_000, "no such stage"
    yield "x" * 1_000_000, "no such Arbor"
    yield "p" + " " * 1_000_000 + "| head 1", None
    yield "p -- " + "x" * 1_000_000, None
    yield "p | select " + ", ".join(f"a as f{i}" for i in range(50_000)), None
    yield "p | take " + ", ".join(["1"] * 200_000), None
    yield "p | filter a LIKE '" + "%a" * 100_000 + "'", None
    yield "p | filter a GLOB '" + "*a" * 100_000 + "'", None
    yield "p | filter regexp_like(a, '" + "(" * n + "a" + ")" * n + "')", "regular expression"
    yield "p | filter regexp_like(a, '" + "a?" * 5000 + "a" * 5000 + "')", None
    yield "p | filter regexp_like('" + "a" * 30 + "', '(a*)*b')", None
    yield "json '" + "[" * 100_000 + "]" * 100_000 + "'", None
    yield "json '" + "[" * 100_000 + "'", "json"
    yield "p | filter " + "\U0001f600" * 250_000, None
    yield "p\0 | head 1", ""


def test_absurd_plans(report):
    database = opened()
    for plan, word in absurd():
        what, began = f"{plan[:40]}… of {len(plan):,} characters", time.monotonic()
        if word is None:
            report.check(outcome(database, plan) is not None, what)
        else:
            report.raises(lambda: sources.call(database, "arbor_count", plan), what, *([word] if word else []))
        report.check(time.monotonic() - began < SLOW, f"{what}: soon", f"{time.monotonic() - began:.1f} s")


def outcome(database, plan):
    """A count, or a message: one of them, whatever the plan."""
    try:
        return sources.call(database, "arbor_count", plan)
    except Exception as error:
        return str(error) or None


INTERRUPTED = ["p | append (p) | append (p) | sort_by b desc, a | tail 1", "p | explode t | explode t | aggregate sum(t.b)", "p | group_by b { list(t) as l } | sort_by l", "p | shuffle | explode t | filter t.b < 0", "p | nest a as l | flatten", "p | filter list_any(t, b < 0) | unique_by a", "p | select b, t | reverse | sort_by b, t | unique_by t"]


def test_interrupts(report):
    """An interrupt from another thread stops a plan soon."""
    database = harness.connect(OPTIONS.extension, check_same_thread=False)
    trees = [{"a": index, "b": f"text {index % 977}", "t": [{"b": step, "t": [1, 2, 3]} for step in range(8)]} for index in range(20_000)]
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=2000)")
    sources.call(database, "arbor_append", "p", sources.array(trees))
    for _ in range(2 if OPTIONS.quick else 4):
        sources.call(database, "arbor_append", "p", sources.array(trees))
    for plan in INTERRUPTED:
        for threads in (1, 2):
            sources.call(database, "arbor_config", "threads", threads)
            began = []

            def stop():
                began.append(time.monotonic())
                database.interrupt()
            timer = threading.Timer(0.05, stop)
            timer.start()
            try:
                sources.call(database, "arbor_json", plan)
                report.skip(f"{plan}: faster than its interrupt")
            except Exception as error:
                took = time.monotonic() - began[0] if began else -1
                report.check("interrupt" in str(error), f"{plan}: the message", str(error))
                report.check(0 <= took < 2, f"{plan} stops soon", f"{took:.2f} s")
            timer.join()
    report.equal(sources.call(database, "arbor_count", "p | head 3"), 3, "and the connection goes on")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
