#!/usr/bin/env python3
"""arbor_view tables: which columns a plan has, and that SQL's conditions, orders, limits and projections go into the plan."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
TREES = [{"id": index, "g": f"g{index % 7}", "o": {"x": index % 10, "A": 1, "a": 2}, "t": [{"k": index, "w": {"z": 1}}] * (index % 3), "n": [1, 2]} for index in range(1000)]


def opened():
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=100)")
    sources.call(database, "arbor_append", "p", json.dumps(TREES))
    return database


def shown(database, plan):
    """The columns of a view, and the view."""
    database.execute("DROP TABLE IF EXISTS v")
    database.execute(f"CREATE VIRTUAL TABLE v USING arbor_view({sources.quoted(plan)})")
    return [(name, kind) for _, name, kind, *_ in database.execute("PRAGMA table_info(v)")]


ALL = ["id", "g", "o.x", "o.A", "t", "n"]
COLUMNS = [("p", ALL), ("p | filter id > 1 | sort_by g | head 5", ALL), ("p | select id, o.x as x, g || '!'", ["id", "x", "g || '!'"]), ("p | add_field more = id + 1, o.y = 5, g = 1", [*ALL, "more", "o.y"]), ("p | drop o, n", ["id", "g", "t"]), ("p | drop o.x", ["id", "g", "o.A", "t", "n"]),
           ("p | explode t as e", ["id", "g", "o.x", "o.A", "n", "e.k", "e.w.z"]), ("p | explode t", [*ALL, "t.k", "t.w.z"]), ("p | explode n as m", ["id", "g", "o.x", "o.A", "t", "m"]), ("p | select t as tt, id | explode tt as q", ["id", "q.k", "q.w.z"]), ("p | nest id, g as ids", ["o.x", "o.A", "t", "n", "ids"]), ("p | flatten", ALL),
           ("p | group_by g", ["g", "trees"]), ("p | append (json '[]' | select q)", [*ALL, "q"]), ("p | select id as \"A\", g as a, g as _tree", ["A"]), ("p | select id | add_field o.a = 1 | drop id", ["o.a"]), ("(p | select id) | index_by id", ["id"])]


def test_columns(report):
    """A view's columns are the fields of its trees, and read them."""
    database = opened()
    for plan, names in COLUMNS:
        report.equal([name for name, _ in shown(database, plan)], names, f"the columns of {plan}")
        for name in names:
            key = "$" + "".join(f'."{part}"' for part in ([name] if "flatten" in plan or "||" in name else name.split(".")))
            wrong = database.execute(f'SELECT count(*) FROM v WHERE "{name}" IS NOT json_extract(_tree, ?)', (key,)).fetchone()[0]
            report.equal(wrong, 0, f"{plan}: {name}")
    database.execute("ATTACH ':memory:' AS other")
    sources.call(database, "arbor_save", "other.p", "json '[{\"zz\":1}]'")
    report.equal(shown(database, "other.p"), [("zz", "")], "an Arbor of another database")
    report.equal(shown(database, sources.call(database, "arbor_open", "p | select g, id")), [("g", ""), ("id", "")], "a handle")
    report.raises(lambda: shown(database, "@99"), "no handle", "no such handle: @99")


def test_types(report):
    """What an aggregate always is, its column is declared to be; SQL compares it as such."""
    database = opened()
    text = "p | group_by g { count() as n, avg(id) as a, total(id) as t, median(id) as m, list(id) as l, min(id) as least }"
    report.equal(shown(database, text), [("g", ""), ("n", "INTEGER"), ("a", "REAL"), ("t", "REAL"), ("m", "REAL"), ("l", ""), ("least", "")], "declared types")
    report.equal(database.execute("SELECT typeof(n), typeof(a), typeof(t), typeof(l), typeof(least), json_array_length(l) FROM v LIMIT 1").fetchone(), ("integer", "real", "real", "text", "integer", 143), "kinds of values")
    report.equal(shown(database, f"{text} | append (p | group_by id {{ count() as n, sum(id) as a }}) | append (json '[]')"), [(name, "") for name in ("g", "n", "a", "t", "m", "l", "least", "id")], "trees of which not all have the type")
    report.equal(shown(database, f"{text} | append (p | group_by o.x as g {{ count() as n, sum(id) as a }})")[:3], [("g", ""), ("n", "INTEGER"), ("a", "")], "trees that all have it")
    shown(database, text)
    database.execute("CREATE TABLE plain(g, n INTEGER, a REAL)")
    database.execute("INSERT INTO plain SELECT g, n, a FROM v")
    for where in ("n = '143'", "n > '142.5'", "n = 143.0", "a > '499'", "a BETWEEN 498 AND '500'", "n IN ('143', 7)", "g > 'g3' AND n < 143", "n IS NOT '143'"):
        report.equal(database.execute(f"SELECT g FROM v WHERE {where} ORDER BY 1").fetchall(), database.execute(f"SELECT g FROM plain WHERE {where} ORDER BY 1").fetchall(), where)


def counted(database, sql):
    """What a query's rows are, and what it did."""
    sources.call(database, "arbor_reset_stats")
    rows = database.execute(sql).fetchall()
    return rows, json.loads(sources.call(database, "arbor_stats"))


def test_pushed_down(report):
    """A condition on a view rules batches out, a projection decodes its columns alone, a limit stops early."""
    database = opened()
    shown(database, "p | select id, g, o.x as x, id * 2 as double, n")
    for sql, words in (("SELECT id FROM v WHERE double > 1990 AND g = 'g1' ORDER BY x DESC LIMIT 3", ['"double" > ?', '"g" = ?', 'order by "x" desc', "limit ?"]), ("SELECT g, count(*) FROM v GROUP BY g", ['group by "g"']), ("SELECT id FROM v WHERE x IN (1, 2) AND id IS NOT NULL", ['"x" in ?', '"id" is not null'])):
        plan = " ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}"))
        for word in words:
            report.check(word in plan, f"{sql}: {word}", plan)
    for sql, checks in (("SELECT id FROM v WHERE id >= 950", {"batches_pruned": 9, "batches_decoded": 1, "pools_decoded": 1, "materialize_calls": 0}), ("SELECT g FROM v WHERE id = 5", {"batches_pruned": 9, "pools_decoded": 2}),
                        ("SELECT id FROM v WHERE x >= 5 LIMIT 3", {"batches_decoded": 1, "early_exit_batches_skipped": 9, "materialize_calls": 0}), ("SELECT id FROM v ORDER BY id LIMIT 3", {"materialize_calls": 0})):
        database.close()
        database = opened()
        shown(database, "p | select id, g, o.x as x, id * 2 as double, n")
        _, stats = counted(database, sql)
        report.equal({name: stats[name] for name in checks}, checks, sql)


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
