"""A data source of Apache Spark 4: a folder of database files, each with an Arbor of the same name, is one table.

    import arbors.spark
    arbors.spark.register(spark)
    events = spark.read.format("arbors").option("name", "events").load("/lake/*.db")
    events.where("o.x > 3").groupBy("day").count().show()
    result.write.format("arbors").option("name", "daily").mode("append").save("/lake/daily")

Options of a read: `name`; `columns` ("a, b.c": only these are read); `where` (a condition of the plan language, evaluated by the
engine: files and batches that statistics rule out are not read); `at` (a generation, a tag, a time, "-1 day"); `partitions`
(about how many); `pushdown` ("true": Spark's own filters too, for one query a load). Options of a write: `name`, `nulls`
("keep": nulls are written, else left out). The rest is in the page `SPARK.md` beside this package.

`arbors.spark.read(spark, path, name="events")` is the same read, by a reader inside Spark's JVM where the session has its jar
(`arbors.spark.jar()`): several times as fast.

Driver and executors need this package installed. Importing this module imports nothing of Spark.
"""

from __future__ import annotations

import weakref
from typing import Any

__all__ = ["jar", "read", "register"]

_registered: weakref.WeakSet[Any] = weakref.WeakSet()  # sessions; Spark warns of a second time


def register(spark: Any) -> None:
    """Makes `format("arbors")` known to a Spark session, a classic one or one of Spark Connect. Raises ImportError where
    PySpark is older than 4.0 or pyarrow is missing."""
    try:
        from .source import source_for
    except ImportError as error:
        raise ImportError(f"arbors.spark needs PySpark 4 and pyarrow: pip install 'pyspark>=4' pyarrow ({error})") from error
    spark.dataSource.register(source_for(spark))
    _registered.add(spark)


def read(spark: Any, path: Any, *, schema: Any = None, **options: Any) -> Any:
    """A DataFrame of the files that `path` names (a text or several), with the options of `format("arbors")`: `name`, `columns`,
    `where`, `at`, `partitions`.

    Where the session has the jar (see `jar`), Spark's JVM reads the files itself, and only the columns that a query needs. Else, and
    where only Python makes the wanted types of what the files hold, this is `format("arbors")`, with the same rows.
    """
    if spark not in _registered:
        register(spark)
    from . import jvm
    return jvm.read(spark, path, schema, options)


def jar() -> str:
    """The path of the jar for `spark.jars`, beside `org.xerial:sqlite-jdbc`. Raises an Error where this package was built without
    it."""
    from . import jars
    return jars.jar()
