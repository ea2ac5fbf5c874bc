"""What arbors.spark decides without a cluster: snapshots, partitions, shapes, conversions, counters, staging. Needs PySpark's Python
alone, no Java."""
import json
import os
import sys
import time

import cluster
import harness
from cluster import FOLDER

SCALE = 40_000


def source(path, **options):
    from arbors.spark.source import ArborsSource
    return ArborsSource({"path": str(path), "name": "t", **options})


def read(path, schema=None, **options):
    """All rows, through every partition."""
    made = source(path, **options)
    reader = made.reader(schema=schema or made.schema())
    return [row for partition in reader.partitions() for batch in reader.read(partition) for row in batch.to_pylist()]


def numbers():
    file = FOLDER / "numbers.db"
    if not file.exists():
        cluster.fill(file, [{"n": number, "day": number // 10_000, "o": {"x": number % 3}} for number in range(SCALE)], "t")
    return file


def test_runs_of_batches(report):
    made = source(numbers(), partitions="2")
    partitions = made.reader(made.schema()).partitions()
    report.equal([(piece.start, piece.count) for partition in partitions for piece in partition.pieces], [(0, 16384), (16384, 23616)], "whole batches")
    report.equal([row["n"] for row in read(numbers(), partitions="2")], list(range(SCALE)), "every tree once, in order")
    report.equal(len(read(numbers(), partitions="50")), SCALE, "more partitions than batches")
    empty = cluster.fill(FOLDER / "empty.db", [], "t")
    from pyspark.sql.types import IntegerType, StructType
    made = source(empty)
    reader = made.reader(StructType().add("n", IntegerType()))
    (partition,) = reader.partitions()
    report.equal((list(reader.read(partition)), list(reader.read(None))), ([], []), "an empty partition gives nothing")
    report.raises(lambda: made.reader(made.schema()), "no columns are known", "give a schema", kind=Exception)


def test_small_files_share(report):
    folder = FOLDER / "many"
    folder.mkdir()
    for number in range(40):
        cluster.fill(folder / f"{number:02}.db", [{"n": number}], "t")
    made = source(folder)
    partitions = made.reader(made.schema()).partitions()
    report.check(len(partitions) <= 4 * (os.cpu_count() or 1), "many small files share partitions", len(partitions))
    report.equal(sorted(row["n"] for row in read(folder)), list(range(40)), "and all are read")


def test_conditions_rule_out(report):
    made = source(numbers(), where="day = 3", partitions="3")
    reader = made.reader(made.schema())
    partitions = reader.partitions()
    report.equal([piece.start for partition in partitions for piece in partition.pieces], [16384, 32768], "runs without a tree are no partitions")
    from arbors.spark import planning, summary
    with summary.opened(str(numbers())) as session:
        session.run("SELECT arbor_reset_stats()")
        plan = planning.trees_of("t", partitions[0].pieces[0]) + planning.filtered(["day = 0"])
        report.equal(session.call("arbor_count", plan), 0, "a run that statistics rule out")
        stats = json.loads(session.call("arbor_stats"))
        report.equal((stats["batches_decoded"], stats["batches_pruned"]), (0, 1), "is not read (counters)")
    report.equal({row["day"] for row in read(numbers(), where="day = 3")}, {3}, "a condition")
    report.equal(read(numbers(), where="n = 5 OR false"), [{"n": 5, "day": 0, "o": {"x": 2}}], "one in parentheses")
    report.raises(lambda: read(numbers(), where="n = "), "a wrong one", "numbers.db", "filter", kind=Exception)


def test_a_wide_look_gives_up_in_time(report):
    from arbors.spark import planning
    kept = planning._PATIENCE, planning._ALL_PATIENCE
    planning._PATIENCE = planning._ALL_PATIENCE = -1
    try:
        report.equal(read(numbers(), where="o.x * 7 = -1"), [], "what planning cannot say is read")
    finally:
        planning._PATIENCE, planning._ALL_PATIENCE = kept


def test_columns_decode_what_they_name(report):
    from arbors.spark import summary
    from arbors.spark.columns import Layout
    from arbors.spark.reading import arrow_schema
    schema = source(numbers(), columns="o.x").schema()
    report.equal(schema.simpleString(), "struct<o:struct<x:bigint>>", "a part of a struct")
    with summary.opened(str(numbers())) as session:
        session.run("SELECT arbor_reset_stats()")
        Layout(schema, arrow_schema(schema), lambda stage: summary.arrow_schema(session, f"t@1 | {stage}"))
        report.equal(json.loads(session.call("arbor_stats"))["batches_decoded"], 0, "planning a file reads no trees")


def test_summaries_are_kept(report):
    from arbors.spark import summary
    file = str(numbers())
    first = summary.of_file(file, "t", None)
    os.utime(file, (1, 1))
    summary.of_file(file, "t", None)
    opened = summary.Session
    summary.Session = None
    try:
        report.equal(summary.of_file(file, "t", None), first, "an unchanged file is not opened again")
    finally:
        summary.Session = opened
    cluster.fill(file, [{"n": SCALE}], "t")
    os.utime(file, (1, 1))
    report.equal(summary.of_file(file, "t", None).trees, SCALE + 1, "a changed one is, whatever its time")
    report.equal(summary.of_file(file, "t", "1").trees, SCALE, "an older generation")
    os.unlink(file)


def test_older_states(report):
    import datetime
    file = cluster.fill(FOLDER / "older.db", [{"n": 1}], "t")
    database = harness.connect(cluster.OPTIONS.extension, file)
    database.execute("SELECT arbor_tag('t', 'first')").fetchall()
    time.sleep(0.02)
    between = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    time.sleep(0.02)
    cluster.fill(file, [{"n": 2}, {"late": "x"}], "t")
    for at in ("1", "first", between):
        report.equal(read(file, at=at), [{"n": 1}], f"at {at}: its trees and columns alone")
    report.equal([row["n"] for row in read(file, at="-0 seconds")], [1, 2, None], "counted from now")
    for at in ("99", "nothing", "-1 day"):
        report.raises(lambda at=at: read(file, at=at), f"at {at}: there is none", "older.db", kind=Exception)


def test_shapes(report):
    from arbors.spark import shapes
    merged = lambda *all: shapes.merged([(f"file{i}", shape) for i, shape in enumerate(all)])  # noqa: E731
    report.equal(merged("integer", "null", "real"), "number", "integers and reals")
    report.equal(merged("integer", "big"), "big", "integers beyond 64 bits")
    report.equal(merged("string", "json", "integer"), "json", "mixed in one file")
    report.equal(merged(["struct", [["a", "integer"]]], "open"), "open", "open objects")
    report.equal(merged(["struct", [["a", "integer"]]], ["struct", [["b", "string"], ["a", "null"]]]), ["struct", [["a", "integer"], ["b", "string"]]], "keys are gathered")
    report.equal(merged(["list", "null"], ["list", "boolean"]), ["list", "boolean"], "elements")
    for other in ("string", "boolean", ["list", "integer"], ["struct", []]):
        report.raises(lambda other=other: merged("integer", "null", other), f"integer beside {other}", "file2", "file0", kind=Exception)
    nested = ["struct", [["a", ["list", ["struct", [["b", "integer"]]]]]]], ["struct", [["a", ["list", ["struct", [["b", "string"]]]]]]]
    report.raises(lambda: merged(*nested), "deep inside", "a.b", kind=Exception)


def test_odd_trees(report):
    trees = [{"": 1, "x.y": 2, 'q"q': 3, "order": 4, "A": 5, "a": "six", "a_2": 7, "o": {"B": 1, "b": "x", "": None}, "l": [{"C": 1, "c": 2}], "e": {}}, {}]
    file = cluster.fill(FOLDER / "odd.db", trees, "t")
    made = source(file).schema()
    report.equal([field.name for field in made], ["_2", "x.y", 'q"q', "order", "A", "a_2", "a_2_2", "o", "l", "e"], "names are unique and never empty")
    row = read(file)[0]
    report.equal([row[name] for name in ("_2", "x.y", 'q"q', "order", "A", "a_2", "a_2_2")], [1, 2, 3, 4, 5, "six", 7], "each its own key")
    report.equal(row["o"], {"B": 1, "b_2": "x", "_2": None}, "in objects")
    report.equal(row["l"], [{"C": 1, "c_2": 2}], "in arrays of objects")
    for trees, wanted in (([1, 2.5, None], [1.0, 2.5, None]), ([[1], []], [[1], []]), ([1, "x", [2]], ["1", '"x"', "[2]"])):
        file = FOLDER / f"scalars-{len(json.dumps(trees))}.db"
        cluster.fill(file, trees, "t")
        report.equal([row["value"] for row in read(file)], wanted, f"trees that are no objects: {trees}")


def test_nested_texts(report):
    """Kinds that differ deep inside: as JSON texts, in objects and in arrays, in files where they do and where they do not."""
    folder = FOLDER / "nested"
    folder.mkdir()
    cluster.fill(folder / "a.db", [{"o": {"m": 1, "k": 1}, "l": [{"m": "x"}, {"m": 2.5}]}, {"o": {"m": "y"}}, {"o": None}], "t")
    cluster.fill(folder / "b.db", [{"o": {"m": "z", "k": 2}, "l": [{"m": True}]}, {"o": {"m": None}, "l": None}], "t")
    got = read(folder)
    report.equal([row["o"] for row in got], [{"m": "1", "k": 1}, {"m": '"y"', "k": None}, None, {"m": '"z"', "k": 2}, {"m": None, "k": None}], "in objects")
    report.equal([row["l"] for row in got], [[{"m": '"x"'}, {"m": "2.5"}], None, None, [{"m": "true"}], None], "in arrays")


def test_paths(report):
    from arbors.spark import keys, lake
    import doctest
    report.equal(doctest.testmod(keys).failed, 0, "the examples of keys")
    report.equal(lake.absolute("file:///a/b%20c.db", True), "/a/b c.db", "file URLs")
    report.equal(lake.absolute("x.db", False), os.path.abspath("x.db"), "relative paths are the driver's")
    report.raises(lambda: lake.absolute("x.db", True), "not under Connect", "Connect", kind=Exception)
    report.raises(lambda: lake.absolute("hdfs://x/y", True), "no other file systems", "hdfs", kind=Exception)


def test_an_extension_that_is_not_there(report):
    os.environ["ARBORS_EXTENSION"] = "/nowhere/arbors.so"
    from arbors import loading
    kept = dict(loading._copies)
    loading._copies.clear()
    file = cluster.fill(FOLDER / "unreachable.db", [{"n": 1}], "t")
    try:
        report.raises(lambda: read(file), "an extension that is not there", "unreachable.db", "/nowhere/arbors.so", kind=Exception)
    finally:
        del os.environ["ARBORS_EXTENSION"]
        loading._copies.update(kept)


def test_filters(report):
    from pyspark.sql import datasource as spark
    from arbors.spark import filters, types
    shape = ["struct", [["n", "integer"], ["r", "real"], ["b", "boolean"], ["s", "string"], ["o", ["struct", [["x", "integer"]]]], ["wide", "number"]]]
    schema = types.schema_of(shape)
    said = lambda given: filters.condition(given, schema, shape)  # noqa: E731
    for given, wanted in ((spark.EqualTo(("n",), 3), "n = 3"), (spark.EqualNullSafe(("s",), "it's"), "s IS 'it''s'"), (spark.In(("n",), [1, None, 2]), "n IN (1, 2)"),
                          (spark.GreaterThan(("o", "x"), 1), "o.x > 1"), (spark.Not(spark.EqualTo(("b",), True)), "b <> TRUE"),
                          (spark.StringStartsWith(("s",), "a%"), "starts_with(s, 'a%')"), (spark.IsNull(("r",)), "r IS NULL"),
                          (spark.LessThan(("wide",), 1.0), None), (spark.EqualTo(("n",), True), None), (spark.Not(spark.In(("n",), [1])), None),
                          (spark.EqualTo(("r",), float("nan")), None), (spark.EqualTo(("n",), None), None), (spark.EqualTo(("none",), 1), None)):
        report.equal(said(given), wanted, str(given))


def test_staging(report):
    from arbors.spark import lake, staging
    folder = str(FOLDER / "staged")
    dead = staging.begin(folder)
    (FOLDER / f"staged/_arbors/{dead}/part-00000-0-{dead}.db").write_bytes(b"half")
    (FOLDER / f"staged/part-00001-0-{dead}.db").write_bytes(b"published by a commit that died")
    alive = staging.begin(folder)
    report.check(os.path.isdir(staging.of_job(folder, dead)), "the job of a driver that lives is left alone")
    report.equal(lake._of_folder(folder, "t"), [f"{folder}/part-00001-0-{dead}.db"], "before the first list, files are what is there")
    owner = FOLDER / f"staged/_arbors/{dead}/owner.json"
    owner.write_text(json.dumps({**json.loads(owner.read_text()), "began": "0"}))
    job = staging.begin(folder)
    report.check(not os.path.exists(staging.of_job(folder, dead)), "what a dead driver has staged is swept")
    report.check(not os.path.exists(f"{folder}/part-00001-0-{dead}.db"), "and what it published without a list")
    part = f"part-00000-0-{job}.db"
    (FOLDER / f"staged/_arbors/{job}/{part}").write_bytes(b"")
    (FOLDER / f"staged/_arbors/{job}/part-00000-1-{job}.db").write_bytes(b"a failed attempt")
    staging.publish(folder, job, "T", {part: 3}, None, False)
    report.equal(sorted(os.listdir(folder)), ["_arbors", part], "published, the failed attempt swept")
    (FOLDER / f"staged/part-00007-0-{alive}.db").write_bytes(b"in the middle of its commit")
    report.equal(lake._of_folder(folder, "t"), [f"{folder}/{part}"], "a part that is not on the list is none")
    staging.discard(folder, alive)
    staging.discard(folder, alive)
    report.equal(sorted(os.listdir(folder)), ["_arbors", part], "an abort removes it, and may come twice")
    report.raises(lambda: staging.publish(folder, job, "t", {"part-9-0-x.db": 1}, None, True), "a commit that fails", kind=OSError)
    report.equal(list(lake.published(folder)["t"]["files"]), [part], "changes no list")


def test_texts_that_are_all_null(report):
    file = cluster.fill(FOLDER / "nulls.db", [{"n": 1}, {"n": 2, "open": {}}, {"n": 3, "open": {"k": 1}}], "t")
    report.equal(read(file, where="n = 1"), [{"n": 1, "open": None}], "a batch that holds no variant where others do")


def test_what_the_jvm_is_told(report):
    from arbors.spark import jvm, vectors
    from pyspark.sql import types
    folder = FOLDER / "told"
    folder.mkdir()
    for number in range(3):
        cluster.fill(folder / f"{number}.db", [{"n": number, "o": {"x": [1.5]}, **({"late": "x"} if number == 2 else {})}], "t")
    made = source(folder, where="n >= 0", columns="o, n, late")
    plan = json.loads(jvm.planned(made, None))
    report.equal(plan["layouts"], [[{"name": "o", "there": "o is not null", "fields": [{"name": "x", "item": "o.x", "value": {"element": "FLOAT64"}}]},
                                    {"name": "n", "item": "n", "value": "INT64"}] + rest for rest in
                                   ([{"name": "late"}], [{"name": "late", "item": "late", "value": "UTF8"}])], "a layout for each kind of file")
    pieces = [piece for partition in plan["partitions"] for piece in partition]
    report.equal([(piece["file"], piece["source"], piece["state"], piece["trees"], piece["count"], piece["layout"]) for piece in pieces],
                 [(str(folder / f"{number}.db"), "t@1 | filter (n >= 0\n)", "t@1", 1, 1, int(number == 2)) for number in range(3)], "and what each partition reads")
    report.equal(types.StructType.fromJson(plan["schema"]), made.schema(), "the schema")
    struct, k = ["struct", [["k", "integer"]]], types.StructType().add("k", types.IntegerType())
    for kind, shape, item in ((types.LongType(), "integer", "INT64"), (types.DoubleType(), "integer", "INT64"), (types.IntegerType(), "number", None),
                              (types.StringType(), "string", "UTF8"), (types.StringType(), "integer", None), (types.VariantType(), "open", "JSON"),
                              (types.VariantType(), struct, "BRACKETS"), (types.VariantType(), "string", "BRACKETS"), (types.DateType(), "string", None),
                              (types.TimestampType(), "string", None), (types.DecimalType(9, 2), "number", None), (types.MapType(types.StringType(), k), struct, None),
                              (types.ArrayType(types.StringType()), ["list", "integer"], None), (k, "open", None),
                              (types.ArrayType(k), ["list", struct], {"element": {"members": [{"name": "k", "key": "k", "value": "INT64"}]}}),
                              (types.ArrayType(k), ["list", ["struct", [["k", "integer"], ["K", "integer"]]]], None)):
        schema = types.StructType([types.StructField("c", kind)])
        try:
            (found,) = vectors.layout(schema, ["struct", [["c", shape]]])
            found = found["value"]
        except vectors.OnlyPython:
            found = None
        report.equal(found, item, f"{kind} of {shape}")


def test_jars(report):
    import types
    from arbors.spark import jars
    os.environ["ARBORS_SPARK_JAR"] = "/nowhere.jar"
    report.raises(jars.jar, "a jar that is not there", "/nowhere.jar", "mvn package", kind=Exception)
    os.environ["ARBORS_SPARK_JAR"] = __file__
    report.equal(jars.jar(), __file__, "one that is")
    del os.environ["ARBORS_SPARK_JAR"]
    kept = jars._has
    try:
        session = types.SimpleNamespace()
        jars._has = lambda spark, name: False
        report.equal(jars.is_there(session), False, "a session without")
        jars._has = lambda spark, name: name == jars.SOURCE
        report.raises(lambda: jars.is_there(session), "one without SQLite's driver", "org.xerial:sqlite-jdbc", kind=Exception)
    finally:
        jars._has = kept


if __name__ == "__main__":
    why = cluster.lack() if "java" not in (cluster.lack() or "") else None
    if why:
        print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    cluster.install()
    began = time.monotonic()
    harness.run(globals(), cluster.OPTIONS)
