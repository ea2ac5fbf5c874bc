"""arbors.spark on two executors: the same answers as the engine's and as Spark's over Parquet, through kills, retries and errors."""
import datetime
import decimal
import json
import os
import random
import shutil
import sys
import threading
import time

import cluster
import harness
from cluster import FOLDER, OPTIONS, load, load_in_jvm, message, rows, save, session
from in_jvm import *  # noqa: F401,F403: tests of the reader inside the JVM

POSTED = "kind = 'commit' AND commit.operation = 'create' AND commit.collection = 'app.bsky.feed.post'"
CREATED = "kind = 'commit' AND commit.operation = 'create'"
# JSONBench's questions: in Spark's words, and in the engine's where they differ.
QUESTIONS = [
    ("SELECT commit.collection AS event, count(*) AS n FROM {} GROUP BY 1 ORDER BY n DESC, event", None),
    (f"SELECT commit.collection AS event, count(*) AS n, count(DISTINCT did) AS users FROM {{}} WHERE {CREATED} GROUP BY 1 ORDER BY n DESC, event", None),
    (f"SELECT commit.collection AS event, time_us DIV 3600000000 % 24 AS hour, count(*) AS n FROM {{}} WHERE {CREATED} AND commit.collection IN "
     "('app.bsky.feed.post', 'app.bsky.feed.repost') GROUP BY 1, 2 ORDER BY hour, event", ("DIV", "/")),
    (f"SELECT did, min(time_us) AS first FROM {{}} WHERE {POSTED} GROUP BY 1 ORDER BY first, did LIMIT 3", None),
    (f"SELECT did, (max(time_us) - min(time_us)) DIV 1000 AS span FROM {{}} WHERE {POSTED} GROUP BY 1 ORDER BY span DESC, did LIMIT 3", ("DIV", "/")),
]


def union():
    """One database with the trees of all days."""
    file = FOLDER / "union.db"
    if not file.exists():
        cluster.fill(file, [tree for day in cluster.days() for tree in day])
    return file


def parquet():
    """The lake's rows as Parquet."""
    folder = FOLDER / "parquet"
    if not folder.exists():
        load(cluster.lake()).write.parquet(str(folder))
    return session().read.parquet(str(folder))


def test_schema(report):
    frame = load(f"{cluster.lake()}/*.db")
    kinds = dict(frame.dtypes)
    report.equal(kinds["id"], "bigint", "integers")
    report.equal(kinds["score"], "double", "reals")
    report.equal(kinds["ok"], "boolean", "booleans")
    report.equal(kinds["commit"], "struct<operation:string,collection:string>", "an object is a struct")
    report.equal(kinds["steps"], "array<struct<n:bigint,at:string>>", "an array of objects is an array of structs")
    report.equal(kinds["note"], "struct<deep:struct<n:bigint>>", "objects in objects")
    report.equal(frame.rdd.getNumPartitions(), 10, "a partition for each file")
    report.check(all(field.nullable for field in frame.schema), "everything is nullable")


def test_jsonbench(report):
    load(cluster.lake()).createOrReplaceTempView("events")
    database = harness.connect(OPTIONS.extension, union())
    for question, words in QUESTIONS:
        got = [row.asDict() for row in session().sql(question.format("events")).collect()]
        sql = question.format("events").replace(*words) if words else question.format("events")
        report.equal(got, [json.loads(tree) for (tree,) in database.execute("SELECT tree FROM arbor_rows(?)", (sql,))], question)


def test_rows_are_the_trees(report):
    wanted = [tree for day in cluster.days() for tree in day]
    frame = load(cluster.lake()).orderBy("id").collect()
    keys = ["id", "text", "score", "ok", "tags", "steps", "commit"]
    got = [{key: row.asDict(recursive=True)[key] for key in keys} for row in frame]
    report.equal(got, [{key: tree.get(key) for key in keys} for tree in wanted], "every value")


# One DataFrame asked twice, in the forms in which pushed filters leak: `one` and `two` give the frame, or one each.
FORMS = {
    "count, then count": lambda one, two: (one().where("id < 10").count(), two().count()),
    "union": lambda one, two: rows(one().where("id < 10").union(two().where("score > 0.9")).select("id")),
    "explained before": lambda one, two: (len(one().where("id < 10")._jdf.queryExecution().toString()) > 9, two().count()),
    "anti join": lambda one, two: rows(one().where("id < 20000").join(two().where("ok"), "id", "left_anti").select("id")),
    "subquery": lambda one, two: rows(one().where(f"time_us > {two().where('id = 90007').first().time_us}").select("id")),
    "self join": lambda one, two: rows(one().where("id < 20").select("id", "did").join(two().where("id > 5").selectExpr("id", "ok AS other"), "id")),
}


def test_frames_asked_twice(report):
    reference = parquet()
    for what, form in FORMS.items():
        frame = load(cluster.lake(), partitions="2")
        wanted = form(lambda: reference, lambda: reference)
        report.equal(form(lambda: frame, lambda: frame), wanted, f"{what}, without push-down, of one load")
        pushed = lambda: load(cluster.lake(), pushdown="true", partitions="2")  # noqa: E731
        report.equal(form(pushed, pushed), wanted, f"{what}, with push-down, a load for each query")
        if cluster.jars():
            frame = load_in_jvm(cluster.lake(), partitions="2")
            report.equal(form(lambda: frame, lambda: frame), wanted, f"{what}, in the JVM")


def test_a_written_copy_of_a_filtered_frame(report):
    frame = load(cluster.lake())
    frame.where("ok").count()
    save(frame, FOLDER / "whole", "copy")
    report.equal(rows(load(FOLDER / "whole", "copy")), rows(parquet()), "the copy has every row")


CONDITIONS = ["id = 20003", "id IN (1, 2, 30004, NULL)", "id NOT IN (1, 2)", "score > 3.5", "score <= 0.25 AND NOT ok", "text = 'O''Neil'",
              "text LIKE '%b%'", "text LIKE 'Z%'", "text <> ''", "note IS NULL", "note.deep.n = 3", "commit.operation <=> 'delete'",
              "commit.operation <=> NULL", "NOT (day = '2026-01-04')", "day BETWEEN '2026-01-02' AND '2026-01-03'", "ok = true", "size(tags) = 2",
              "exists(steps, s -> s.at = 'here')", "text = concat('line', chr(10), 'break')", "score = 0.5 OR id = 7", "time_us > 1732206349000000"]


def test_random_queries(report):
    chance = random.Random(OPTIONS.seed if OPTIONS.seed is not None else 7)
    reference = parquet()
    for number in range(14):
        where = " AND ".join(f"({condition})" for condition in chance.sample(CONDITIONS, chance.choice([1, 1, 2])))
        keys = chance.sample(["day", "kind", "ok", "commit.operation", "text"], 2)

        def ask(frame):
            return frame.where(where).groupBy(*keys).agg({"id": "count", "score": "max", "time_us": "min"})

        wanted = rows(ask(reference))
        report.equal(rows(ask(load(cluster.lake(), pushdown="true" if number % 2 else "false", partitions="2"))), wanted, f"{where} by {keys}")
        if cluster.jars():
            report.equal(rows(ask(load_in_jvm(cluster.lake(), partitions="2"))), wanted, f"{where} by {keys}, in the JVM")


def test_columns_and_schemas(report):
    folder = cluster.lake()
    frame = load(folder, columns="commit.collection, id")
    report.equal(frame.columns, ["commit", "id"], "columns in the option's order")
    report.equal(frame.where("commit.collection IS NOT NULL").count(), parquet().where("commit IS NOT NULL").count(), "a part of a struct")
    given = load(folder, schema="id int, day date, steps array<struct<n:int>>, note map<string,struct<n:bigint>>, score decimal(30,20), nope string")
    row = given.where("id = 7").collect()[0]
    tree = cluster.days()[0][7]
    report.equal((row.id, row.day, row.nope), (7, datetime.date(2026, 1, 1), None), "a schema's types")
    report.equal([step.n for step in row.steps], [step["n"] for step in tree["steps"]], "a part of each element")
    report.equal(row.score, decimal.Decimal(repr(tree["score"])).quantize(decimal.Decimal("1e-20")), "decimals have the digits")
    report.check(row.note is None or list(row.note) == ["deep"], "a map")
    texts = load(folder, schema="id string, text string, commit string, ok string").where("id = '0'").collect()[0]
    first = cluster.days()[0][0]
    report.equal((texts.text, texts.ok), (first["text"], json.dumps(first["ok"])), "a string takes any, texts as they are")
    report.equal(json.loads(texts.commit or "null"), first.get("commit"), "objects as JSON")
    words = message(lambda: load(folder, columns="comit.collection").count())
    report.check("comit" in words and "nearest: commit" in words, "a column that no file has", words[-300:])


def test_where_opens_one_file(report):
    folder = FOLDER / "some"
    shutil.copytree(cluster.lake(), folder)
    frame = load(folder, where="day = '2026-01-05'")
    report.equal(frame.rdd.getNumPartitions(), 1, "the other files are no partitions")
    for file in folder.iterdir():
        if file.name != "day-04.db":
            file.unlink()
    report.equal({row.day for row in frame.select("day").collect()}, {"2026-01-05"}, "and are not opened: they are gone")
    report.equal(frame.count(), 600, "every tree of the day")
    words = message(lambda: load(cluster.lake(), where="day = ").count())
    report.check("filter" in words and "day-00.db" in words, "a wrong condition is the engine's error", words[-300:])


def test_snapshots(report):
    file = cluster.fill(FOLDER / "moving.db", [{"n": number} for number in range(100)])
    frame = load(file)
    report.equal(frame.count(), 100, "before")
    cluster.fill(file, [{"n": -1}])
    report.equal(frame.count(), 100, "a frame keeps its generation")
    report.equal(load(file).count(), 101, "a new load sees the new tree")
    report.equal(load(file, at="1").count(), 100, "a generation by number")
    for number in range(12):
        cluster.fill(file, [{"n": number}])
    words = message(frame.count)
    report.check("moving.db" in words and "generation" in words, "one that is gone is an error", words[-300:])


def test_kinds(report):
    folder = FOLDER / "kinds"
    folder.mkdir()
    cluster.fill(folder / "a.db", [{"n": 1, "m": 1, "big": 2**70, "open": {f"k{i}": i for i in range(3)}, "A": 1, "a": "x", "u": []},
                                   {"m": "x"}, {"m": {"k": [1]}}])
    cluster.fill(folder / "b.db", [{"n": 1.5, "m": "only texts", "big": 5, "open": {}, "late": True, "u": ["t"]}])
    frame = load(folder)
    kinds = dict(frame.dtypes)
    report.equal((kinds["n"], kinds["m"], kinds["big"], kinds["late"], kinds["u"]), ("double", "string", "string", "boolean", "array<string>"), "widened")
    got = {row.m for row in frame.select("m").collect()}
    report.equal(got, {"1", '"x"', '{"k":[1]}', '"only texts"'}, "mixed kinds are strings of JSON")
    report.equal({row.big for row in frame.select("big").collect()}, {str(2**70), "5", None}, "integers beyond 64 bits keep their digits")
    report.equal([row.a_2 for row in frame.select("a_2").collect() if row.a_2], ["x"], "keys that differ by case only")
    cluster.fill(folder / "c.db", [{"n": "text"}])
    words = message(lambda: load(folder).count())
    report.check("c.db" in words and "n holds strings" in words and "numbers" in words, "differing kinds", words[-400:])
    report.equal(sorted(row.n for row in load(folder, schema="n string").collect() if row.n), ["1", "1.5", "text"], "unless a type takes both")
    words = message(lambda: load(folder, schema="n double").collect())
    report.check("c.db" in words and "double" in words, "a value that does not fit", words[-400:])


def test_variants(report):
    file = cluster.fill(FOLDER / "open.db", [{"m": {f"key{i}": {"n": i}}} for i in range(400)])
    frame = load(file)
    report.equal(dict(frame.dtypes)["m"], "variant", "objects with open keys")
    report.equal(frame.selectExpr("variant_get(m, '$.key7.n', 'int') AS n").where("n = 7").count(), 1, "their values")
    save(frame, FOLDER / "variants", "open")
    report.equal(load(FOLDER / "variants", "open").selectExpr("sum(variant_get(m, '$.key9.n', 'int')) AS n").collect()[0].n, 9, "and written again")


def test_errors_name_the_file(report):
    folder = FOLDER / "bad"
    shutil.copytree(cluster.lake(), folder)
    harness.connect(OPTIONS.extension, folder / "zz.db").execute("CREATE TABLE t(a)")
    words = message(lambda: load(folder).count())
    report.check("zz.db" in words and "no such Arbor: events" in words, "a file without the Arbor", words[-300:])
    (folder / "zz.db").write_bytes(b"this is no database" * 100)
    words = message(lambda: load(folder).count())
    report.check("zz.db" in words and "not a database" in words, "a file of another format", words[-300:])
    (folder / "zz.db").unlink()
    damaged = folder / "day-03.db"
    schema = load(folder).schema
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:4096 * 3] + bytes(len(whole) - 4096 * 3))
    words = message(lambda: load(folder, schema=schema).count())
    report.check("day-03.db" in words, "a damaged one fails the job", words[-300:])
    words = message(lambda: load(f"{folder}/none-*.db").count())
    report.check("no such file" in words and "none-*" in words, "a path of nothing", words[-300:])
    words = message(lambda: session().read.format("arbors").load(str(folder)))
    report.check("option name" in words, "no name", words[-300:])
    words = message(lambda: load(folder, colums="a").count())
    report.check("no option colums" in words, "an option that is none", words[-300:])
    words = message(lambda: load("s3://bucket/x.db").count())
    report.check("s3://bucket/x.db" in words, "another file system", words[-300:])


def test_types_come_back(report):
    from pyspark.sql import types
    utc = datetime.timezone.utc
    schema = types.StructType.fromDDL("i int, f float, d decimal(20,4), day date, at timestamp, local timestamp_ntz, m map<string,int>, s struct<a:tinyint,b:string>, l array<timestamp>, b boolean, t string")
    moment = datetime.datetime(2026, 10, 25, 0, 30, 15, 123456, utc)
    data = [(1, 0.1, decimal.Decimal("123456789012.3456"), datetime.date(1999, 12, 31), moment, datetime.datetime(2026, 3, 29, 2, 30), {"k": 1}, (7, "x"), [moment, None], True, 'a "quote"\n'),
            (None, None, None, None, moment + datetime.timedelta(hours=1), None, {}, None, [], None, "")]
    frame = session().createDataFrame(data, schema)
    save(frame, FOLDER / "types", "rows")
    again = load(FOLDER / "types", "rows")
    report.equal(again.schema.simpleString(), schema.simpleString(), "the schema that was written")
    report.equal(sorted(map(str, again.collect())), sorted(map(str, frame.collect())), "the rows, in a zone with a doubled hour")
    (file,) = [file for file in sorted((FOLDER / "types").glob("*.db"))][:1]
    database = harness.connect(OPTIONS.extension, file)
    trees = [json.loads(tree) for (tree,) in database.execute("SELECT tree FROM arbor_rows('rows')")]
    report.check(any(tree.get("at") == "2026-10-25T00:30:15.123456Z" for tree in trees) or len(trees) < 2, "times are written in UTC", trees)
    for kind, value, word in (("b binary", b"x", "binary"), ("x double", float("nan"), "nan")):
        words = message(lambda kind=kind, value=value: save(session().createDataFrame([(value,)], kind), FOLDER / "types", "rows"))
        report.check(word in words and "JSON has" in words, kind, words[-300:])
    report.equal(load(FOLDER / "types", "rows").count(), 2, "a write that failed leaves nothing")
    report.equal(sorted(os.listdir(FOLDER / "types/_arbors")), ["lock", "published.json"], "not even a staging folder")


def test_append_and_overwrite(report):
    numbers = session().range(0, 100, 1, 4)
    place = FOLDER / "numbers"
    save(numbers, place, "n")
    save(numbers, place, "n")
    report.equal(load(place, "n").count(), 200, "append adds")
    report.equal(load(f"{place}/*.db", "n").count(), 200, "by a glob, too")
    save(numbers.limit(5), place, "n", "overwrite")
    report.equal(load(place, "n").count(), 5, "overwrite replaces")
    save(numbers, place, "other")
    report.equal((load(place, "n").count(), load(place, "other").count()), (5, 100), "two Arbors share a folder")
    save(numbers.where("id < 0"), place, "n", "overwrite")
    report.equal((load(place, "n").count(), load(place, "n").columns), (0, ["id"]), "nothing is a table without rows")
    for mode in ("error", "ignore"):
        report.check(message(lambda mode=mode: save(numbers, place, "n", mode)), f"Spark refuses {mode}")
    for file in place.glob("*.db"):
        database = harness.connect(OPTIONS.extension, file)
        for (name,) in database.execute("SELECT name FROM arbor_list"):
            report.equal(database.execute("SELECT arbor_check(?)", (name,)).fetchall(), [("ok",)], "every part is whole")
    cluster.fill(place / "mine.db", [{"id": 1}], "n")
    words = message(lambda: save(numbers, place, "n", "overwrite"))
    report.check("mine.db" in words, "a database that others wrote is not overwritten", words[-300:])


def test_views_and_tables(report):
    session().sql(f"CREATE OR REPLACE TEMPORARY VIEW v USING arbors OPTIONS (path '{cluster.lake()}', name 'events', columns 'id')")
    report.equal(session().sql("SELECT count(*) AS n FROM v").collect()[0].n, 6000, "a temporary view keeps its options")
    files = sorted(str(file) for file in cluster.lake().iterdir())[:2]
    report.equal(session().read.format("arbors").option("name", "events").load(files).count(), 1200, "several paths")
    load(cluster.lake()).limit(3).collect()
    report.equal(load(cluster.lake()).limit(3).count(), 3, "LIMIT")


def test_an_executor_killed_in_a_read(report):
    import killing
    frame = load(cluster.lake(), columns="id, score")
    kept = frame.mapInArrow(killing.once(str(FOLDER / "killed-read")), frame.schema)
    got = kept.agg({"id": "count", "score": "sum"}).collect()[0]
    report.check((FOLDER / "killed-read").exists(), "an executor was killed")
    report.equal(got[0 if "count" in got.__fields__[0] else 1], 6000, "each row once")


def test_an_executor_killed_in_a_write(report):
    import killing
    frame = load(cluster.lake())
    place = FOLDER / "killed"
    save(frame.select("id", "score", "commit").mapInArrow(killing.once(str(FOLDER / "killed-write")), frame.select("id", "score", "commit").schema), place, "copy")
    report.check((FOLDER / "killed-write").exists(), "an executor was killed")
    report.equal(rows(load(place, "copy")), rows(frame.select("id", "score", "commit")), "each row once")
    report.equal(sorted(os.listdir(place / "_arbors")), ["lock", "published.json"], "nothing is left of the killed task")


def test_a_cancelled_job(report):
    """It ends long before its tasks' work in the engine would, and others run after it."""
    file = FOLDER / "slow.db"
    cluster.fill(file, [{"id": number, "s": f"{'a' * 20}{number}"} for number in range(200_000)])  # equal texts would be asked about once
    slow = load(file, where=f"regexp_like(replace(s, 'a', '{'abc' * 200}'), '(a|b|c)*(b|c)*(a|ab)*d')").select("id")
    ends = []

    def run():
        try:
            ends.append(slow.count())
        except Exception as error:
            ends.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    context, began = session().sparkContext, time.monotonic()
    tasks = lambda: sum(stage.numActiveTasks for stage in map(context.statusTracker().getStageInfo, context.statusTracker().getActiveStageIds()) if stage)  # noqa: E731
    while not tasks() and thread.is_alive() and time.monotonic() - began < 60:
        time.sleep(0.1)
    time.sleep(1)
    report.check(thread.is_alive(), "the job is at work", str(ends))
    cancelled = time.monotonic()
    context.cancelAllJobs()
    thread.join(60)
    report.check(time.monotonic() - cancelled < 10, "it ends soon", f"after {time.monotonic() - cancelled:.0f} s")
    report.check(ends and "CANCELLED" in str(ends[0]), "as cancelled", str(ends))
    report.equal(load(file, where="id < 10").count(), 10, "the next job")


if __name__ == "__main__":
    why = cluster.lack()
    if why:
        print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    cluster.install()
    try:
        harness.run(globals(), OPTIONS)
    finally:
        cluster.stop()
