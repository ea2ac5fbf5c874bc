"""The reader inside Spark's JVM on two executors: the Python source's rows, only what a query needs, the same errors. Tests for
test_spark.py's session."""
import json
import os
import re
import shutil

import cluster
import harness
from cluster import FOLDER, load, load_in_jvm, message, rows, session


def need_jars():
    if not cluster.jars():
        raise harness.Skip("the reader inside the JVM was not built")


def relation(frame):
    """The name of what a frame reads: the Python source's is `arbors` alone."""
    return re.search(r"RelationV2\[.*\] (arbors( \w+)?)", frame._jdf.queryExecution().analyzed().toString())[1]


def read_schema(frame):
    """The columns that a query asks for."""
    return scan(frame)[2]


def scan(frame):
    """What a query asks the engine for: the text, its conditions, its columns."""
    return re.search(r"arbors \w+((?: \| filter .*)?) (struct<.*>) RuntimeFilters", frame._jdf.queryExecution().executedPlan().toString())


def odd_lake():
    """Files whose trees have little in common: kinds that differ, keys that some lack, nulls, nested lists, and none at all."""
    folder = FOLDER / "odd"
    if folder.exists():
        return folder
    folder.mkdir()
    cluster.fill(folder / "a.db", [{"n": 1, "m": 1, "s": "x", "l": [{"a": 1, "b": [1, 2]}, None], "o": {"p": {"q": 1}}, "e": [], "A": 1, "a": "small", "open": {}, "mixed": True, "v": {"p": [1]}, "ml": [1, "a", {"k": 2}, None], "ls": [{"v": 1}, {"v": "x"}]},
                                   {"m": "it's \"x\"\n\t\u0001\u007f", "s": None, "l": None, "o": None, "u": None, "mixed": "t"}, {}])
    cluster.fill(folder / "b.db", [{"n": 1.5, "m": {"k": [1, {"z": None}]}, "l": [{"b": [], "c": "only here"}], "o": {"p": None, "r": [None, "y"]}, "big": 2**70, "mixed": 7},
                                   {"n": -0.0, "m": 2.50, "o": {"p": {"q": None}}, "e": [None], "open": {"k": {"deep": [1, 2.5, "t"]}}, "mixed": 1e300}])
    cluster.fill(folder / "c.db", [{"n": 2**53 + 1, "m": "texts only", "mixed": "text", "big": 1, "s": "日本", "v": {}, "l": [], "open": {"other": 1}, "é ü": [[1], [], None]}])
    cluster.fill(folder / "d.db", [])
    cluster.fill(folder / "e.db", [{"n": None}] * 3)
    return folder


READS = {"everything": {}, "some columns": {"columns": "o.p.q, m, A"}, "a condition": {"where": "n > 1"}, "one that leaves nothing": {"where": "s = 'nowhere'"},
         "one that only a look finds false": {"where": "length(s) > 5 or m = 'no such'"},
         "another order, narrower types": {"schema": "s string, n float, l array<struct<b:array<smallint>,a:tinyint>>, o struct<r:array<string>,p:struct<q:int>>, none int"},
         "variants": {"schema": "m variant, n variant, l variant, s variant, open variant"}}


def test_jvm_gives_the_same_rows(report):
    need_jars()
    for what, options in READS.items():
        frame = load_in_jvm(odd_lake(), **options)
        report.equal(relation(frame), "arbors events", f"{what}: read in the JVM")
        wanted = load(odd_lake(), **options)
        report.equal(frame.schema, wanted.schema, f"{what}: the schema")
        report.equal(rows(frame), rows(wanted), f"{what}: the rows")
    report.equal(rows(load_in_jvm(cluster.lake(), partitions="3")), rows(load(cluster.lake())), "runs of several files in a partition")


def test_jvm_leaves_the_rest_to_python(report):
    need_jars()
    for what, options in {"times": {"schema": "day date"}, "decimals": {"schema": "score decimal(30,20)"}, "maps": {"schema": "note map<string,struct<n:bigint>>"},
                          "integers as texts": {"schema": "id string"}, "an older generation": {"at": "1"}}.items():
        frame = load_in_jvm(cluster.lake(), **options)
        report.equal(relation(frame), "arbors", f"{what}: read by Python")
    report.equal(frame.count(), 6000, "every row")


def test_jvm_reads_what_is_asked(report):
    need_jars()
    frame = load_in_jvm(cluster.lake())
    report.equal(read_schema(frame.where("commit.operation = 'create'").select("id")), "struct<id:bigint,commit:struct<operation:string>>", "columns, and fields of structs")
    report.equal(read_schema(frame.selectExpr("steps.n")), "struct<steps:array<struct<n:bigint>>>", "fields of structs in arrays")
    report.equal(read_schema(frame.groupBy().count()), "struct<>", "counting reads none")
    report.equal(frame.count(), 6000, "and counts")
    report.equal(load_in_jvm(cluster.lake(), where="id < 30").count(), 30, "where a condition leaves some")
    report.equal(frame.selectExpr("sum(size(steps.n)) AS n").collect(), load(cluster.lake()).selectExpr("sum(size(steps.n)) AS n").collect(), "what was pruned is right")
    report.equal(len(frame.limit(3).collect()), 3, "LIMIT")


PUSHED = {"id = 7 AND text <> 'it''s'": ["id = 7", "text <> 'it''s'"], "ok OR day > '2026-01-05'": ["(ok = TRUE OR day > '2026-01-05')"],
          "commit.operation IN ('create', NULL)": ["commit.operation IN ('create')"], "commit IS NULL": ["NOT (commit is not null)"],
          "day <=> '2026-01-02' AND upper(text) = 'A'": ["day IS '2026-01-02'"], "score > 0.5": ["score IS NOT NULL"], "id = 1 OR score > 0.5": [],
          "text LIKE 'a%'": ["text IS NOT NULL"], "NOT (id > 3 AND ok)": None, "size(tags) = 2 AND id >= 5": ["id >= 5"]}
ODD = ["n = 1", "n >= 2 OR s = 'x'", "s <=> NULL", "o IS NULL", "o.p IS NOT NULL", "a_2 = 'small'", "m = '1'", "mixed IS NULL AND e IS NULL", "NOT (s = 'x')", "big = '1'"]


def test_jvm_hands_filters_on(report):
    need_jars()
    frame = load_in_jvm(cluster.lake())
    for where, wanted in PUSHED.items():
        stages = re.findall(r"\| filter \((.*?)\)(?= \||$)", scan(frame.where(where))[1])
        if wanted is not None:
            report.equal([each for each in wanted if each not in stages], [], f"{where}: in {stages}")
        report.check(not any("score >" in each or "upper" in each or "LIKE" in each for each in stages), f"{where}: nothing that Spark may decide otherwise", stages)
    frame, wanted = load_in_jvm(odd_lake(), partitions="2").drop("open"), load(odd_lake(), partitions="2").drop("open")
    for where in ODD:
        report.equal(rows(frame.where(where)), rows(wanted.where(where)), where)
    report.equal(frame.where("n = 1").groupBy().count().collect(), wanted.where("n = 1").groupBy().count().collect(), "counted")
    schema = "s string collate UTF8_LCASE, n double"  # whose equality is Spark's own
    frame, wanted = load_in_jvm(odd_lake(), schema=schema), load(odd_lake(), schema=schema)
    report.equal(relation(frame), "arbors events", "a collation: read in the JVM")
    for where, count in {"s = 'X'": 1, "s in ('X', 'none')": 1, "s <> 'X'": 1, "s >= 'X'": 2}.items():
        found = rows(frame.where(where))
        report.equal(found, rows(wanted.where(where)), f"a collation: {where}")
        report.equal(len(found), count, f"a collation: {where}: rows")


def told(path, **changes):
    """A frame of what the package tells the JVM, with something else in its place."""
    from arbors.spark import jars, jvm
    from arbors.spark.source import source_for
    plan = json.loads(jvm.planned(source_for(session())({"path": str(path), "name": "events"}), None))
    return session().read.format(jars.SOURCE).option("plan", json.dumps({**plan, **changes})).load()


def test_jvm_errors_name_the_file(report):
    need_jars()
    folder = FOLDER / "bad-jvm"
    shutil.copytree(cluster.lake(), folder)
    frame = load_in_jvm(folder)
    whole = (folder / "day-03.db").read_bytes()

    def fails(what, *expected):
        words = message(lambda: frame.selectExpr("max(text)").collect())
        report.check("day-03.db" in words and all(word in words for word in expected), what, words[:400])

    (folder / "day-03.db").write_bytes(whole[:4096 * 3] + bytes(len(whole) - 4096 * 3))
    fails("a damaged file")
    (folder / "day-03.db").write_bytes(b"this is no database" * 100)
    fails("one of another format", "not a database")
    (folder / "day-03.db").unlink()
    fails("one that is gone", "unable to open")
    harness.connect(cluster.OPTIONS.extension, folder / "day-03.db").execute("CREATE TABLE t(a)")
    fails("one without the Arbor", "no such Arbor: events")
    os.unlink(folder / "day-03.db")
    cluster.fill(folder / "day-03.db", [{"text": "x"}])
    fails("one that was replaced", "the file was replaced since")
    os.unlink(folder / "day-03.db")
    cluster.fill(folder / "day-03.db", [{"text": 1}] * 600)
    fails("by one of other kinds", "the file was replaced since")
    words = message(lambda: told(cluster.lake(), extension="/nowhere/arbors").selectExpr("max(text)").collect())
    report.check("day-0" in words and "/nowhere/arbors" in words and "cannot be loaded" in words, "an extension that is not there", words[:400])
    words = message(lambda: load_in_jvm(FOLDER / "bad-jvm" / "day-*.db", name="other"))
    report.check("day-00.db" in words and "no such Arbor: other" in words, "at planning", words[:400])
    words = message(lambda: load_in_jvm(cluster.lake(), schema="time_us int").collect())
    report.check("day-0" in words and "time_us" in words and "int" in words, "a value that does not fit its type", words[:400])


def test_jvm_executor_killed_in_a_read(report):
    need_jars()
    import killing
    frame = load_in_jvm(cluster.lake()).select("id", "score")
    got = frame.mapInArrow(killing.once(str(FOLDER / "killed-jvm")), frame.schema).selectExpr("count(id)", "sum(id)").collect()[0]
    report.check((FOLDER / "killed-jvm").exists(), "an executor was killed")
    report.equal(tuple(got), (6000, sum(day * 10_000 + number for day in range(10) for number in range(600))), "each row once")
