#!/usr/bin/env python3
"""Measures arbors.spark beside Parquet that the same Spark wrote from the same rows: three of JSONBench's questions over generated events,
answers compared, medians of wall and CPU time (driver, JVM and workers together), warm, in turns; what `load` takes is not in them. Arbors are read
inside Spark's JVM, which prunes columns by itself as it does for Parquet, and by the Python source, with the option `columns`. Beside them a
Python source that hands out one batch of such rows from memory again and again: what any source behind Spark's Python interface costs.

Run it by a Python that has pyspark and pyarrow, with Java, after `mvn -q -f ext/spark package`. Usage: spark.py [--extension SO] [--events N] [--files N] [--runs N] [--cache FOLDER]
`--events` is what each of the files holds: the same events in each.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import sys
import time

import datasets

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
POSTED = "kind = 'commit' AND commit.operation = 'create' AND commit.collection = 'app.bsky.feed.post'"
QUESTIONS = {
    "count by collection": ("SELECT commit.collection AS event, count(*) AS n FROM {} GROUP BY 1 ORDER BY n DESC, event", "commit.collection"),
    "and distinct users": ("SELECT commit.collection AS event, count(*) AS n, count(DISTINCT did) AS users FROM {} WHERE kind = 'commit' AND commit.operation = 'create' "
                           "GROUP BY 1 ORDER BY n DESC, event", "kind,commit.operation,commit.collection,did"),
    "longest activity": (f"SELECT did, (max(time_us) - min(time_us)) DIV 1000 AS span FROM {{}} WHERE {POSTED} GROUP BY 1 ORDER BY span DESC, did LIMIT 3",
                         "kind,commit.operation,commit.collection,did,time_us"),
}


def package(options, folder):
    """The package as a wheel lays it out, for driver and executors."""
    site = folder / "site"
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(ROOT / "ext/python/arbors", site / "arbors", ignore=shutil.ignore_patterns("__pycache__", "lib"))
    (site / "arbors/lib").mkdir()
    shutil.copy(options.extension, site / "arbors/lib/arbors.so")
    shutil.copy(ROOT / "ext/spark/target/arbors-spark.jar", site / "arbors/lib")
    os.environ.update(PYTHONPATH=str(site), PYSPARK_PYTHON=sys.executable)
    sys.path.insert(0, str(site))


def databases(options, folder):
    """As many databases, with the same events each."""
    lake = folder / "lake"
    shutil.rmtree(lake, ignore_errors=True)
    lake.mkdir()
    source = datasets.events_file(options.cache, options)
    first = lake / "0.db"
    import arbors
    with arbors.connect(str(first)) as store:
        store.sql("SELECT arbor_import('events', ?)", [str(source)]).rows()
    for number in range(1, options.files):
        shutil.copy(first, lake / f"{number}.db")
    return lake


def connect(folder):
    from pyspark.sql import SparkSession
    import arbors.spark
    (driver,) = (ROOT / "ext/spark/target/lib").glob("sqlite-jdbc-*.jar")
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "3g", "spark.log.level": "OFF",
                "spark.local.dir": str(folder / "local"), "spark.sql.warehouse.dir": str(folder / "warehouse"),
                "spark.jars": f"{arbors.spark.jar()},{driver}"}
    builder = SparkSession.builder.master("local[2]").appName("arbors")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    arbors.spark.register(spark)
    return spark


def cpu():
    """Seconds of CPU time of this process and all below it, the ended ones that were waited for too."""
    parents, times = {}, {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry.name)], times[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    total, below = 0, {os.getpid()}
    while below:
        total += sum(times[process] for process in below)
        below = {process for process, parent in parents.items() if parent in below}
    return total / os.sysconf("SC_CLK_TCK")


def frames(spark, lake, folder):
    """What reads each side: a function of the columns that a question wants."""
    import arbors.spark
    all_files = f"{lake}/*.db"
    whole = arbors.spark.read(spark, all_files, name="events")
    readers = {"Arbors": lambda _: arbors.spark.read(spark, all_files, name="events", partitions="2"),
               "Arbors, by Python": lambda columns: spark.read.format("arbors").options(name="events", columns=columns, partitions="2").load(all_files)}
    for codec in ("snappy", "zstd"):
        files = folder / f"parquet-{codec}"
        shutil.rmtree(files, ignore_errors=True)
        whole.write.option("compression", codec).parquet(str(files))
        readers[f"Parquet, {codec}"] = lambda _, files=files: spark.read.parquet(str(files))
    parts = {side: read("kind").rdd.getNumPartitions() for side, read in readers.items()}
    assert set(parts.values()) == {2}, parts
    return readers


def from_memory(spark, read, columns, options, folder):
    """A frame of as many rows as all files have, from a source that has one batch of 8,000 real ones and nothing else to do."""
    import pyarrow
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
    frame = read(columns)
    batch = frame.limit(8000).toArrow().combine_chunks().to_batches()[0]
    file = str(folder / "batch.arrow")
    with pyarrow.OSFile(file, "wb") as out, pyarrow.ipc.new_file(out, batch.schema) as writer:
        writer.write_batch(batch)
    shape, each = frame.schema, options.events * options.files // batch.num_rows // 2

    class Reader(DataSourceReader):
        def partitions(self):
            return [InputPartition(number) for number in range(2)]

        def read(self, _):
            import pyarrow
            held = pyarrow.ipc.open_file(file).get_batch(0)
            for _ in range(each):
                yield held

    class Memory(DataSource):
        @classmethod
        def name(cls):
            return "memory"

        def schema(self):
            return shape

        def reader(self, schema):
            return Reader()

    spark.dataSource.register(Memory)
    return lambda _: spark.read.format("memory").load()


def size(folder, pattern):
    return sum(file.stat().st_size for file in folder.glob(pattern)) / 1e6


def main():
    parser = datasets.event_options(argparse.ArgumentParser())
    parser.add_argument("--files", type=int, default=4)
    parser.set_defaults(events=250_000)  # more make more partitions of Parquet
    options = parser.parse_args()
    folder = pathlib.Path(options.cache).resolve() / "spark"
    folder.mkdir(parents=True, exist_ok=True)
    package(options, folder)
    lake = databases(options, folder)
    spark = connect(folder)
    readers = frames(spark, lake, folder)
    print(f"{options.files} files of {options.events} events; MB: Arbors {size(lake, '*.db'):.1f}, "
          + ", ".join(f"Parquet {codec} {size(folder / f'parquet-{codec}', '*.parquet'):.1f}" for codec in ("snappy", "zstd")))
    sides = [*readers, "from memory"]
    ratios = ["Arbors", "Arbors, by Python", "Parquet, zstd", "from memory"]
    print("\n| | " + " | ".join(f"{side}, wall s (CPU s)" for side in sides) + "".join(f" | {side}, of snappy" for side in ratios)
          + " |\n| --- |" + " ---: |" * (len(sides) + len(ratios)))
    for name, (question, columns) in QUESTIONS.items():
        times, answers = {side: [] for side in sides}, {}
        readers["from memory"] = from_memory(spark, readers["Arbors, by Python"], columns, options, folder)
        for turn in range(options.runs + 2):
            for side, read in readers.items():
                read(columns).createOrReplaceTempView("events")
                wall, spent = time.perf_counter(), cpu()
                answers[side] = spark.sql(question.format("events")).collect()
                if turn > 1:
                    times[side].append((time.perf_counter() - wall, cpu() - spent))
        assert all(answers[side] == answers["Arbors"] for side in sides[:-1]), name
        medians = {side: [statistics.median(column) for column in zip(*values)] for side, values in times.items()}
        print(f"| {name} | " + " | ".join(f"{wall:.2f} ({spent:.2f})" for wall, spent in medians.values())
              + "".join(f" | {medians[side][0] / medians['Parquet, snappy'][0]:.2f}" for side in ratios) + " |", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
