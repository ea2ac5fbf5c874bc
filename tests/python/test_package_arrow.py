"""Arrow streams of the Python package, as pyarrow, Polars, DuckDB, pandas and nanoarrow take them, and trees from theirs."""
import ctypes
import gc
import importlib.util
import os
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
    for what, frame in {"to_polars()": arbor.to_polars(), "DataFrame()": pl.DataFrame(arbor), "from_arrow()": pl.from_arrow(arbor).struct.unnest()}.items():
        report.equal(frame["n"].to_list(), [1, None, 3], f"polars: {what}")
        report.equal(frame["l"].to_list(), [[1, 2], [], None], f"polars: lists, {what}")
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
