"""Arrow streams of the Python package, as pyarrow, Polars, DuckDB, pandas and nanoarrow take them, and trees from theirs."""
import ctypes
import datetime
import decimal
import gc
import importlib.util
import math
import os
import random
import threading

import harness
import package

import arbors
from arbors import path

TREES = [{"n": 1, "s": "a", "l": [1, 2], "o": {"x": 1.5, "y": None}}, {"n": None, "s": "é\u0000", "l": []}, {"n": 3, "b": True, "o": {"x": 2}}]
ROWS = [{"n": 1, "s": "a", "l": [1, 2], "o": {"x": 1.5, "y": None}, "b": None}, {"n": None, "s": "é\u0000", "l": [], "o": None, "b": None},
        {"n": 3, "s": None, "l": None, "o": {"x": 2.0, "y": None}, "b": True}]


def needs(*names):
    for name in names:
        if importlib.util.find_spec(name) is None:
            raise harness.Skip(f"{name} is not installed")
    if not package.function_is_there("arbor_arrow"):
        raise harness.Skip("the extension has no arbor_arrow")


def many():
    return arbors.from_dicts({"n": n, "t": f"text {n % 1000}", "g": {"k": n % 7}} for n in range(200_000))


def test_without_any_library(report):
    if importlib.util.find_spec("pyarrow") or importlib.util.find_spec("nanoarrow"):
        raise harness.Skip("pyarrow or nanoarrow is installed")
    report.raises(lambda: arbors.from_dicts(TREES).__arrow_c_stream__(), "no library", "pyarrow", "nanoarrow", kind=ImportError)


def test_pyarrow(report):
    needs("pyarrow")
    import pyarrow as pa
    arbor = arbors.from_dicts(TREES)
    for what, table in {"table()": pa.table(arbor), "to_arrow()": arbor.to_arrow(), "again": pa.table(arbor), "a plan": pa.table(arbor.plan()),
                        "a reader": pa.RecordBatchReader.from_stream(arbor).read_all()}.items():
        report.equal(table.to_pylist(), ROWS, f"pyarrow: {what}")
    report.equal(pa.schema(arbor).names, ["n", "s", "l", "o", "b"], "the schema")
    wanted = pa.schema([("n", pa.int32()), ("s", pa.large_string()), ("l", pa.list_(pa.int64())), pa.field("o", pa.table(arbor).schema.field("o").type), ("b", pa.bool_())])
    report.equal(pa.RecordBatchReader.from_stream(arbor, schema=wanted).schema, wanted, "a requested schema")
    report.equal(arbor.head(0).select("n", "s").to_arrow().num_rows, 0, "no rows")
    big = many()
    report.equal(pa.table(big.sort_by("t", "n desc")).column("n").to_pylist(), [tree["n"] for tree in big.sort_by("t", "n desc").pick("n")], "many batches, in order")


def test_polars(report):
    needs("polars", "pyarrow")
    import polars as pl
    arbor = arbors.from_dicts(TREES)
    for what, frame in {"to_polars()": arbor.to_polars(), "DataFrame()": pl.DataFrame(arbor), "from_arrow()": pl.from_arrow(arbor).struct.unnest(),
                        "without pyarrow": pl.read_ipc_stream(arbor._arrow_source().reader())}.items():
        report.equal(frame["n"].to_list(), [1, None, 3], f"polars: {what}")
        report.equal(frame["l"].to_list(), [[1, 2], [], None], f"polars: lists, {what}")
        report.check(frame.equals(arbor.to_polars()), f"polars: everything, {what}")
    report.equal(many().to_polars().group_by("g").len()["len"].sum(), 200_000, "many rows")


def test_duckdb(report):
    needs("duckdb", "pyarrow")
    import duckdb
    arbor = arbors.from_dicts(TREES)
    report.equal(duckdb.sql("SELECT n, s, o.x FROM arbor ORDER BY n NULLS FIRST").fetchall(), [(None, "é\u0000", None), (1, "a", 1.5), (3, None, 2.0)], "duckdb")
    big = many().filter(path("g.k") == 3)
    report.equal(duckdb.sql("SELECT count(*), sum(n) FROM big").fetchall(), [(len(big), sum(tree["n"] for tree in big.pick("n")))], "pulled from its threads")
    report.equal(len(duckdb.sql("FROM big LIMIT 1").fetchall()), 1, "a LIMIT leaves early")
    report.equal(len(big.filter("n > 100")), len([n for n in range(101, 200_000) if n % 7 == 3]), "and the connection goes on")


def test_pandas_and_nanoarrow(report):
    needs("pandas", "pyarrow", "nanoarrow")
    import nanoarrow
    arbor = arbors.from_dicts(TREES)
    report.equal(arbor.to_pandas()["n"].sum().item(), 4.0, "to_pandas()")
    report.equal(nanoarrow.ArrayStream(arbor).read_all().to_pylist()[0], ROWS[0], "nanoarrow")


def test_nanoarrow_alone(report):
    needs("nanoarrow")
    from arbors import arrow, with_nanoarrow
    kept, arrow._reader = arrow._reader, lambda: with_nanoarrow
    try:
        import nanoarrow
        arbor = arbors.from_dicts(TREES)
        report.equal(nanoarrow.ArrayStream(arbor).read_all().to_pylist(), ROWS, "a stream by nanoarrow")
        report.equal(nanoarrow.c_schema(arbor).n_children, 5, "its schema")
        report.equal(arbors.from_arrow(arbor).to_list()[0], {**ROWS[0]}, "and trees from one")
    finally:
        arrow._reader = kept


def test_streams_from_any_thread(report):
    needs("pyarrow")
    import pyarrow as pa
    arbor = many()
    reader, found = pa.RecordBatchReader.from_stream(arbor), []
    thread = threading.Thread(target=lambda: found.append(sum(batch.num_rows for batch in reader)))
    thread.start()
    count = len(arbor.filter("n < 1000"))
    thread.join()
    report.equal((found, count), ([200_000], 1000), "pulled elsewhere while its own thread works")
    streams = [pa.RecordBatchReader.from_stream(arbor) for _ in range(3)]
    rows = [[stream.read_next_batch().num_rows for stream in streams] for _ in range(2)]
    report.check(all(0 < count <= 65_536 and same == [count] * 3 for same in rows for count in same), "several at a time", rows)
    del streams
    gc.collect()
    arbor = arbor.head(3)
    capsule = arbor.__arrow_c_stream__()
    report.check(type(capsule).__name__ == "PyCapsule", "a capsule that nobody takes")
    del capsule


def test_streams_outlive_their_arbor(report):
    needs("pyarrow")
    import pyarrow as pa
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        many().save(file, "t")
        reader = pa.RecordBatchReader.from_stream(arbors.open(file, "t").filter("n < 150000"))
        gc.collect()
        first = reader.read_next_batch()
        with arbors.connect(file) as db:
            for _ in range(12):
                db.table("t").delete("n < 100000")
                db.table("t").insert({"n": 1})
        report.equal(first.num_rows + reader.read_all().num_rows, 150_000, "and its state stays")


def test_errors_are_one_line(report):
    needs("pyarrow")
    import pyarrow as pa
    plan = arbors.from_dicts({"n": n} for n in range(10)).plan().take(99)
    for what, take in {"pyarrow": lambda: pa.table(plan), "to_arrow": plan.to_arrow}.items():
        report.raises(take, f"{what}: a plan that fails", "out of range", kind=Exception)
    failing = arbors.from_dicts({"n": n} for n in range(200_000))
    boom = arbors.Error("what went wrong\nand a second line")
    session, blocks = failing._session, failing._session.blocks

    def broken(sql, *parameters, **options):
        for at, rows in enumerate(blocks(sql, *parameters, **options)):
            if at == 2:
                raise boom
            yield rows
    session.blocks = broken
    takers = {"pyarrow": lambda: pa.table(failing)}
    if importlib.util.find_spec("duckdb"):
        import duckdb
        takers["duckdb"] = lambda: duckdb.from_arrow(failing).sum("n").fetchall()
    if importlib.util.find_spec("polars"):
        import polars
        takers["polars"] = lambda: polars.DataFrame(failing)
    try:
        for what, take in takers.items():
            try:
                take()
                report.fail(f"{what}: no error")
            except Exception as error:
                report.check("what went wrong" in str(error) and "Traceback" not in str(error) and "second line" not in str(error), f"{what}: one line", str(error))
            report.check(failing.last_error is boom, f"{what}: last_error")
    finally:
        del session.blocks


def test_from_arrow(report):
    needs("pyarrow")
    import pyarrow as pa
    table = pa.table({"n": [1, None, 3], "s": ["a", "b", None], "l": [[1], [], None], "o": [{"x": 1}, None, {"x": None}]})
    want = [{"n": 1, "s": "a", "l": [1], "o": {"x": 1}}, {"n": None, "s": "b", "l": [], "o": None}, {"n": 3, "s": None, "l": None, "o": {"x": None}}]
    sources = {"a table": table, "batches": pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1)), "one batch": table.to_batches()[0],
               "views": table.set_column(1, "s", table["s"].cast(pa.string_view())), "dictionaries": table.set_column(1, "s", table["s"].dictionary_encode())}
    if importlib.util.find_spec("polars"):
        import polars
        sources["polars"] = polars.from_arrow(table)
    if importlib.util.find_spec("duckdb"):
        import duckdb
        rows = table
        sources["duckdb"] = duckdb.sql("FROM rows")
    for what, source in sources.items():
        report.equal(arbors.from_arrow(source).to_list(), want, what)
    report.equal(arbors.from_arrow(arbors.from_dicts(want)).to_list(), want, "an Arbor itself")
    report.equal(arbors.from_arrow(table.slice(0, 0)).to_list(), [], "no rows")
    report.raises(lambda: arbors.from_arrow([1]), "no stream", "__arrow_c_stream__", kind=TypeError)
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.db")
        report.equal(arbors.save_multiple(file, {"t": table})["t"].to_list(), want, "saved")
        report.equal(arbors.connect(file).table("t").insert(table), 3, "inserted")

        def failing():
            yield table.to_batches()[0]
            raise ZeroDivisionError("x")
        report.raises(lambda: arbors.connect(file).table("t").insert(pa.RecordBatchReader.from_batches(table.schema, failing())), "an error in the middle", kind=Exception)
        report.equal(len(arbors.connect(file).table("t")), 6, "rolls everything back")


def types_table(pa):
    """A table of every type that becomes JSON, and the trees that it becomes."""
    D = decimal.Decimal
    columns = {
        "i8": (pa.array([1, None, -3], pa.int8()), [1, None, -3]),
        "u64": (pa.array([2**64 - 1, 0, None], pa.uint64()), [2**64 - 1, 0, None]),
        "u8": (pa.array([255, 0, None], pa.uint8()), [255, 0, None]),
        "f16": (pa.array([1.5, -2, None], pa.float16()), [1.5, -2.0, None]),
        "f32": (pa.array([0.5, math.nan, math.inf], pa.float32()), [0.5, None, math.inf]),
        "bool": (pa.array([True, None, False]), [True, None, False]),
        "view": (pa.array(["short", "é😀" * 9, None], pa.string_view()), ["short", "é😀" * 9, None]),
        "large": (pa.array(["a\0b", '"', ""], pa.large_string()), ["a\0b", '"', ""]),
        "nothing": (pa.nulls(3), [None] * 3),
        "d": (pa.array([D("1.50"), D("-12.00"), None], pa.decimal128(10, 2)), [1.5, -12, None]),
        "d256": (pa.array([D(10)**40, -D(10)**40, D(-1)], pa.decimal256(60, 0)), [10**40, -10**40, -1]),
        "date": (pa.array([datetime.date(2020, 1, 2), datetime.date(1, 1, 1), None]), ["2020-01-02", "0001-01-01", None]),
        "date64": (pa.array([datetime.date(2020, 1, 2), datetime.date(9999, 12, 31), None], pa.date64()), ["2020-01-02", "9999-12-31", None]),
        "at": (pa.array([datetime.datetime(2020, 1, 2, 3, 4, 5, 123000), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), None], pa.timestamp("us")),
               ["2020-01-02T03:04:05.123000", "1969-12-31T23:59:59.999999", None]),
        "instant": (pa.array([1_600_000_000_000_000_001, None, -1_000_000_000], pa.timestamp("ns", "Europe/Oslo")),
                    ["2020-09-13T12:26:40.000000001+00:00", None, "1969-12-31T23:59:59+00:00"]),
        "time": (pa.array([datetime.time(1, 2, 3), datetime.time(23, 59, 59, 5), None]), ["01:02:03", "23:59:59.000005", None]),
        "list": (pa.array([[[1], []], None, [None]], pa.large_list(pa.list_(pa.int64()))), [[[1], []], None, [None]]),
        "fixed": (pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2)), [[1, 2], None, [3, 4]]),
        "list view": (pa.array([[1], [2, 3], None], pa.list_view(pa.int64())), [[1], [2, 3], None]),
        "struct": (pa.array([{"a": 1, "b": {"c": "x"}}, None, {"a": None, "b": None}]), [{"a": 1, "b": {"c": "x"}}, None, {"a": None, "b": None}]),
        "map": (pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())), [[{"key": "k", "value": 1}], [], None]),
        "structs": (pa.array([[{"a": 1}], [{"a": 2}, None], []]), [[{"a": 1}], [{"a": 2}, None], []]),
        "dictionary": (pa.array(["u", "v", None]).dictionary_encode(), ["u", "v", None]),
        "lists by number": (pa.DictionaryArray.from_arrays(pa.array([1, 0, 1], pa.uint8()), pa.array([[1], [2, 3]])), [[2, 3], [1], [2, 3]]),
        "runs": (pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["p", None])), ["p", "p", None]),
        "": (pa.array([1, 2, 3]), [1, 2, 3]),
        "a.b": (pa.array([1, 2, 3]), [1, 2, 3]),
    }
    return (pa.table({name: array for name, (array, _) in columns.items()}),
            [{name: values[row] for name, (_, values) in columns.items()} for row in range(3)])


def test_types_from_arrow(report):
    needs("pyarrow")
    import pyarrow as pa
    table, want = types_table(pa)
    got = arbors.from_arrow(table).to_list()
    for name in table.column_names:
        report.equal([tree[name] for tree in got], [tree[name] for tree in want], f"values of {name!r}")
    report.equal([*got[0]], table.column_names, "the order of the keys")
    for what, wrong in {"binary": pa.array([b"x"]), "duration": pa.array([datetime.timedelta(1)])}.items():
        report.raises(lambda: arbors.from_arrow(pa.table({"x": wrong})), what, "'x' is " + what, kind=arbors.Error)
    report.raises(lambda: arbors.from_arrow(pa.Table.from_arrays([pa.array([1])] * 2, names=["x", "x"])), "a name twice", "two columns", kind=arbors.Error)
    report.raises(lambda: arbors.from_arrow(pa.table({"x": pa.array([2**40], pa.timestamp("s"))})), "a year beyond 9999", "a date", kind=arbors.Error)


def test_many_rows_from_arrow(report):
    needs("pyarrow")
    import pyarrow as pa
    rows = [{"i": i, "s": f"text {i % 100}", "f": i / 2, "o": {"a": [i, str(i)][:1], "b": None if i % 3 else "x"}} for i in range(70_000)]
    table = pa.Table.from_pylist(rows)
    for what, source in {"one chunk": table, "small chunks": pa.Table.from_batches(table.to_batches(max_chunksize=1000))}.items():
        made = arbors.from_arrow(source)
        report.check(made.to_list() == rows, what)
        session = made._session
        report.equal(session.value("SELECT arbor_check(?)", made._shown), "ok", f"{what}: the stored form")
        report.equal(session.value("SELECT batches FROM arbor_list WHERE name = ?", made._shown), 5, f"{what}: full batches")
    wide = pa.table({f"c{number}": [number, None] for number in range(3000)})
    report.equal(arbors.from_arrow(wide).to_list(), wide.to_pylist(), "more columns than a batch has paths")
    deep = pa.array([1])
    for _ in range(55):
        deep = pa.StructArray.from_arrays([deep], ["a"])
    value = deep.to_pylist()
    report.equal(arbors.from_arrow(pa.table({"x": deep})).to_list(), [{"x": value[0]}], "55 levels")


def test_bytes_from_anywhere(report):
    """Damaged streams are errors, or other trees, never more."""
    needs("pyarrow")
    import pyarrow as pa
    table, _ = types_table(pa)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    whole = sink.getvalue().to_pybytes()
    session = arbors.from_dicts([])._session
    chance = random.Random(harness.seed_of(package.OPTIONS))
    refused = 0
    for _ in range(300 if package.OPTIONS.quick else 3000):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 8))):
            damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        if chance.random() < 0.1:
            damaged = damaged[:chance.randrange(len(damaged))]
        try:
            session.call("arbor_append", "damaged", bytes(damaged), '{"format":"arrow","if_exists":"replace"}')
            session.run("SELECT tree FROM arbor_rows('damaged')")
        except arbors.Error:
            refused += 1
    report.check(refused > 0, "some were refused")
    report.equal(session.value("SELECT arbor_check('damaged')"), "ok", "what is stored")
    named = pa.table({"zqz": [1], "o": [{"qzq": 1}]})
    for key in (b"zqz", b"qzq"):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, named.schema) as writer:
            writer.write_table(named)
        spoilt = sink.getvalue().to_pybytes().replace(key, b"z\xffz")
        report.raises(lambda spoilt=spoilt: session.call("arbor_append", "other", spoilt, '{"format":"arrow"}'), f"a name that is no text: {key}", "z\\xffz", "UTF-8", kind=arbors.Error)
    for what, data in {"nothing": b"", "a text": b"hello", "no schema": b"\xff\xff\xff\xff\0\0\0\0"}.items():
        report.raises(lambda: session.call("arbor_append", "other", data, '{"format":"arrow"}'), what, "Arrow data", kind=arbors.Error)
    report.raises(lambda: session.call("arbor_append", "other", "[]", '{"format":"arrow"}'), "JSON", "as a blob", kind=arbors.Error)
    report.raises(lambda: session.call("arbor_append", "other", whole, '{"format":"arrow","limit":1}'), "another option", "if_exists", kind=arbors.Error)
    session.call("arbor_delete", "damaged")


def test_parquet(report):
    needs("pyarrow")
    import pyarrow.parquet
    with harness.scratch() as folder:
        file = os.path.join(folder, "t.parquet")
        report.equal(many().to_parquet(file, compression="zstd"), 200_000, "rows")
        report.equal(pyarrow.parquet.read_table(file).num_rows, 200_000, "read back")
        report.raises(lambda: arbors.from_dicts([{}]).plan().take(9).to_parquet(os.path.join(folder, "no.parquet")), "a plan that fails", kind=arbors.Error)
        report.equal(sorted(os.listdir(folder)), ["t.parquet"], "leaves no file")


def test_no_stream_is_kept(report):
    needs("pyarrow")
    from arbors import c_stream
    arbor = arbors.from_dicts(TREES)
    for _ in range(c_stream._KEPT + 50):
        arbor.__arrow_c_stream__()
    gc.collect()
    report.check(len(c_stream._open) <= c_stream._KEPT + 1, "what was wrapped goes", len(c_stream._open))
    report.check(ctypes.sizeof(c_stream._Stream) == 5 * ctypes.sizeof(ctypes.c_void_p), "the structure")


if __name__ == "__main__":
    package.run(globals())
