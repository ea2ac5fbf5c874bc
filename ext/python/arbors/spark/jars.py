"""The jar of the reader inside Spark's JVM: where this package has it, and whether a session does. Imports nothing of Spark."""

from __future__ import annotations

import os
import pathlib
from typing import Any

from .. import loading
from ..errors import Error

SOURCE, _SQLITE = "arbors.spark.Source", "org.sqlite.SQLiteConfig"
_JAR = pathlib.Path(loading.__file__).resolve().parent / "lib" / "arbors-spark.jar"


def jar() -> str:
    """The path of the reader's jar. The environment variable `ARBORS_SPARK_JAR` names another build."""
    path = os.environ.get("ARBORS_SPARK_JAR") or str(_JAR)
    if not os.path.exists(path):
        raise Error(f"the jar is not there: {path}; this package was built without it: make it by `mvn package` in ext/spark, and name it "
                    "in ARBORS_SPARK_JAR")
    return path


def is_there(spark: Any) -> bool:
    """Whether a session has the jar. Raises an Error where it has that, but no driver of SQLite."""
    if "connect" in type(spark).__module__:
        return False
    has = _has(spark, SOURCE)
    if has and not _has(spark, _SQLITE):
        raise Error("this session has arbors-spark.jar, but not org.xerial:sqlite-jdbc, which it needs: put both into spark.jars, "
                    "or name org.xerial:sqlite-jdbc:3.54.1.0 in spark.jars.packages")
    return has


def _has(spark: Any, name: str) -> bool:
    from py4j.protocol import Py4JJavaError
    try:
        spark._jvm.org.apache.spark.util.Utils.classForName(name, False, False)
        return True
    except Py4JJavaError:
        return False
