#!/usr/bin/env python3
"""What decodes, and when: the contract's table row by row, on a stored Arbor, a handle, a filtered handle and an Arbor in memory, told by arbor_stats()."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
TREES = [{"n": index, "m": index % 100, "w": f"w{index}", "o": {"z": index / 2}} for index in range(1000)]  # ten batches; m runs in each
SOURCES = {"stored": lambda database: "t", "a handle": lambda database: sources.call(database, "arbor_open", "t"),
           "a filtered handle": lambda database: sources.call(database, "arbor_open", "mixed | filter NOT exists(junk)"), "in memory": lambda database: sources.in_memory(database, TREES)}


def call(function, stages="", *arguments):
    return lambda database, source: sources.call(database, function, f"{source}{stages}", *arguments)


def rows(stages, count):
    return lambda database, source: database.execute("SELECT tree FROM arbor_rows(?)", (source + stages,)).fetchmany(count)


NOTHING = {"batches_decoded": 0, "pools_decoded": 0, "materialize_calls": 0, "bytes_read": 0}
EVERY = "logical, optimized, physical, decode_plan, costs"
# (row of the table, what is done, counters, and how many pools a stored Arbor without gaps decodes at most)
TABLE = [
    ("arbor_count", call("arbor_count"), NOTHING, 0), ("arbor_count of a head", call("arbor_count", " | head 7"), NOTHING, 0), ("arbor_count of an order", call("arbor_count", " | sort_by w | select n"), NOTHING, 0),
    ("opening a head", call("arbor_open", " | head 7"), NOTHING, 0), ("opening a tail", call("arbor_open", " | tail 7"), NOTHING, 0), ("opening a skip", call("arbor_open", " | skip 990"), NOTHING, 0), ("opening a take", call("arbor_open", " | take 700, -1, 3"), NOTHING, 0), ("opening a reverse", call("arbor_open", " | reverse"), NOTHING, 0),
    ("explaining", call("arbor_explain", " | filter n > 5 | explode o | sort_by m | head 3", EVERY), NOTHING, 0), ("explaining a grouping", call("arbor_explain", " | group_by m { sum(n) as s } | top_k 3 by s", EVERY), NOTHING, 0),
    ("arbor_get", call("arbor_get", "", 555), {"batches_decoded": 1, "materialize_calls": 1}, 6), ("arbor_get from the end", call("arbor_get", "", -1), {"batches_decoded": 1, "materialize_calls": 1}, 6), ("arbor_get of a slice", call("arbor_get", " | skip 300 | reverse", 0), {"batches_decoded": 1, "materialize_calls": 1}, 6),
    ("a head that is read", call("arbor_json", " | head 150 | select n"), {"batches_decoded": 2, "materialize_calls": 0}, 2), ("rows, as far as they are read", rows(" | select n, w", 150), {"batches_decoded": 2, "materialize_calls": 0}, 4), ("whole rows, as far as they are read", rows("", 20), {"batches_decoded": 1}, 6),
    ("a filter that statistics decide", call("arbor_json", " | filter n = 950 | select w"), {"batches_decoded": 1, "batches_pruned": 9, "materialize_calls": 0}, 2), ("a range", call("arbor_json", " | filter n BETWEEN 250 AND 320 | select w"), {"batches_decoded": 2, "batches_pruned": 8, "materialize_calls": 0}, 4),
    ("a filter with survivors in one batch", call("arbor_json", " | filter m = 5 AND n + 0 < 100 | select w"), {"batches_decoded": 10, "materialize_calls": 0}, 21), ("a filter without survivors", call("arbor_json", " | filter n + 0 < 0 | select w"), {"batches_decoded": 10, "materialize_calls": 0}, 10),
    ("arbor_find_one", call("arbor_find_one", "", "m = 50"), {"batches_decoded": 1, "early_exit_batches_skipped": 9, "materialize_calls": 1}, 6), ("arbor_any", call("arbor_any", "", "m = 50"), {"batches_decoded": 1, "early_exit_batches_skipped": 9, "materialize_calls": 0}, 1), ("arbor_all", call("arbor_all", "", "m <> 50"), {"batches_decoded": 1, "early_exit_batches_skipped": 9, "materialize_calls": 0}, 1),
    ("a head after a filter", call("arbor_json", " | filter m >= 50 | head 60 | select m"), {"batches_decoded": 2, "early_exit_batches_skipped": 8, "materialize_calls": 0}, 2),
    ("a limit after a filter", lambda database, source: database.execute("SELECT tree FROM arbor_rows(?) LIMIT 5", (f"{source} | filter m >= 50 | select m",)).fetchall(), {"batches_decoded": 1, "early_exit_batches_skipped": 9, "materialize_calls": 0}, 1),
    ("the first of an order", call("arbor_json", " | sort_by m | head 3 | select m, w"), {"materialize_calls": 0}, 13), ("the last of an order", call("arbor_json", " | top_k 3 by m, n | select w"), {"materialize_calls": 0}, 23), ("an order that is read", call("arbor_json", " | sort_by m | select w"), {"materialize_calls": 0}, 20),
    ("a field of flattened trees", call("arbor_json", " | flatten | select \"o.z\""), {"batches_decoded": 10, "materialize_calls": 0}, 10), ("a filter on flattened trees", call("arbor_json", " | flatten | filter \"o.z\" = 7 | select n"), {"materialize_calls": 0}, 11),
    ("whole trees of an order", call("arbor_json", " | sort_by m desc, n | head 3"), {"materialize_calls": 3}, 20 + 3 * 6),
]


def counted(folder, name, action):
    """What an action does on a connection of its own, where nothing was decoded before."""
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    source = SOURCES[name](database)
    sources.call(database, "arbor_reset_stats")
    result = action(database, source)
    stats = json.loads(sources.call(database, "arbor_stats"))
    database.close()
    return result, stats


def make(folder):
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=100)")
    database.execute("CREATE VIRTUAL TABLE mixed USING arbor(batch_trees=200)")
    sources.call(database, "arbor_append", "t", sources.array(TREES))
    sources.call(database, "arbor_append", "mixed", sources.array([each for tree in TREES for each in (tree, {"junk": 1})]))
    database.commit()
    database.close()


def expected(counters, name):
    """In memory nothing is decoded or left out; as many trees are made."""
    return {counter: value if counter == "materialize_calls" else 0 for counter, value in counters.items()} if name == "in memory" else counters


def test_plans(report):
    with harness.scratch() as folder:
        make(folder)
        for row, action, counters, pools in TABLE:
            answers = set()
            for name in SOURCES:
                answer, stats = counted(folder, name, action)
                answers.add(str(answer))
                wanted = expected(counters, name)
                report.equal({counter: stats[counter] for counter in wanted}, wanted, f"{row}, {name}")
                # Beside every pool of a batch with gaps stands one that says where they are.
                most = {"in memory": 0, "a filtered handle": 2 * pools}.get(name, pools)
                report.check(stats["pools_decoded"] <= most, f"{row}, {name}: at most {most} pools", str(stats))
            if not row.startswith(("opening", "explaining")):
                report.equal(len(answers), 1, f"{row}: one answer")


def test_tables(report):
    """The same rows where SQL asks."""
    with harness.scratch() as folder:
        make(folder)
        for sql, counters in (("SELECT * FROM t LIMIT 0", NOTHING), ("SELECT count(*) FROM t", NOTHING), ("PRAGMA table_info(t)", NOTHING), ("EXPLAIN QUERY PLAN SELECT w FROM t WHERE n > 5 ORDER BY m", NOTHING), ("SELECT n FROM t LIMIT 3", {"batches_decoded": 1, "pools_decoded": 1, "early_exit_batches_skipped": 9}),
                              ("SELECT w FROM t WHERE n = 950", {"batches_decoded": 1, "pools_decoded": 2, "batches_pruned": 9, "materialize_calls": 0}), ("SELECT n FROM t WHERE m >= 50 LIMIT 3", {"batches_decoded": 1, "pools_decoded": 2, "early_exit_batches_skipped": 9}), ("SELECT _tree FROM t WHERE _index = 555", {"batches_decoded": 1, "materialize_calls": 1}),
                              ("SELECT n FROM t WHERE t MATCH 'm = 50' LIMIT 1", {"batches_decoded": 1, "early_exit_batches_skipped": 9})):
            _, stats = counted(folder, "stored", lambda database, source, sql=sql: database.execute(sql).fetchall())
            report.equal({counter: stats[counter] for counter in counters}, counters, sql)


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
