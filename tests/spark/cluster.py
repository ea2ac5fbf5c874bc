"""What the tests of arbors.spark share: the package as it is installed, a Spark session of two executors, and lakes of databases."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402

parser = harness.parser()
parser.add_argument("--in-jvm", action="store_true", help="read by the reader inside Spark's JVM wherever it can")
OPTIONS = parser.parse_args()
OPTIONS.extension = os.path.abspath(OPTIONS.extension)  # a session has a working directory of its own
HERE = tempfile.TemporaryDirectory(prefix="arbors-spark-test-")
FOLDER = pathlib.Path(HERE.name)
FRUGAL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a JVM that lives for a minute gains nothing from more


def lack():
    """Why the tests cannot run here, or None."""
    if OPTIONS.quick:
        return "not part of a quick run: a session of Spark takes half a minute"
    if not shutil.which("java"):
        return "there is no java"
    try:
        import pyarrow  # noqa: F401
        import pyspark.sql.datasource  # noqa: F401
    except ImportError as error:
        return f"PySpark and pyarrow are not installed ({error})"
    return None


def install():
    """The package as a wheel lays it out, the extension inside, in a folder that driver and executors import from."""
    site = FOLDER / "site"
    shutil.copytree(harness.ROOT / "ext/python/arbors", site / "arbors", ignore=shutil.ignore_patterns("__pycache__", "lib"))
    (site / "arbors/lib").mkdir()
    shutil.copy(OPTIONS.extension, site / "arbors/lib/arbors.so")
    shutil.copy(pathlib.Path(__file__).resolve().parent / "killing.py", site)
    os.environ.pop("ARBORS_EXTENSION", None)
    (FOLDER / "tmp").mkdir()
    os.environ.update(PYTHONPATH=str(site), PYSPARK_PYTHON=sys.executable, TMPDIR=str(FOLDER / "tmp"))
    tempfile.tempdir = None
    sys.path.insert(0, str(site))
    return site


_jars = []  # once they were looked for: the reader inside the JVM and SQLite's driver; or nothing, and why


def jars():
    """The jars of the reader inside the JVM, made by Maven; none where it cannot be made."""
    if not _jars:
        _jars.append(build_jars())
        if isinstance(_jars[0], str):
            print(f"skipped: the reader inside the JVM ({_jars[0]})", flush=True)
    return [] if isinstance(_jars[0], str) else _jars[0]


def build_jars():
    """The jars, or why there are none. What does not compile is an error."""
    project = harness.ROOT / "ext/spark"
    if not shutil.which("mvn") or not shutil.which("javac"):
        return "there is no mvn or no javac: Debian's packages maven and default-jdk-headless"
    made = subprocess.run(["mvn", "-q", "-B", "-f", str(project), "package"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    if made.returncode:
        assert "COMPILATION ERROR" not in made.stdout, made.stdout[-3000:]
        return f"Maven gives {made.stdout.strip().splitlines()[:1]}"
    shutil.copy(project / "target/arbors-spark.jar", FOLDER / "site/arbors/lib")
    return [FOLDER / "site/arbors/lib/arbors-spark.jar", *(project / "target/lib").glob("sqlite-jdbc-*.jar")]


_session = []


def session():
    """The one session: a driver and two executors, each a process of its own."""
    if not _session:
        import warnings
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession
        settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.python.filterPushdown.enabled": "true", "spark.sql.shuffle.partitions": "2",
                    "spark.executorEnv.PYTHONPATH": os.environ["PYTHONPATH"], "spark.executorEnv.TMPDIR": os.environ["TMPDIR"],
                    "spark.local.dir": str(FOLDER / "local"), "spark.sql.warehouse.dir": str(FOLDER / "warehouse"),
                    "spark.driver.extraJavaOptions": FRUGAL, "spark.executor.extraJavaOptions": FRUGAL, "spark.driver.memory": "1g", "spark.sql.session.timeZone": "Europe/Berlin", "spark.log.level": "OFF",
                    "spark.jars": ",".join(map(str, jars()))}
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("arbors")
        for key, value in settings.items():
            builder = builder.config(key, value)
        os.chdir(FOLDER)  # executors keep their logs under the working directory
        spark = builder.getOrCreate()
        import arbors.spark
        arbors.spark.register(spark)
        _session.append(spark)
    return _session[0]


def stop():
    for spark in _session:
        spark.stop()


def load(path, name="events", schema=None, **options):
    if OPTIONS.in_jvm:
        return load_in_jvm(path, name, schema, **options)
    reader = session().read.format("arbors").option("name", name).options(**options)
    return (reader.schema(schema) if schema else reader).load(str(path))


def load_in_jvm(path, name="events", schema=None, **options):
    """By the reader inside the JVM, where the session has it."""
    import arbors.spark
    spark = session()
    return arbors.spark.read(spark, path if isinstance(path, list) else str(path), schema=schema, name=name, **options)


def save(frame, path, name, mode="append", **options):
    frame.write.format("arbors").option("name", name).options(**options).mode(mode).save(str(path))


# Lakes.
def event(day, number, chance):
    """A tree: nested, with arrays, nulls, missing keys, odd texts, and numbers of both kinds."""
    tree = {"id": day * 10_000 + number, "day": f"2026-01-{day + 1:02}", "kind": chance.choice(["commit", "identity", "account"]),
            "did": f"did:{chance.randrange(40)}", "time_us": 1_732_206_349_000_000 + (day * 10_000 + number) * 20_000_000,
            "score": chance.choice([chance.random(), chance.randrange(9) + 0.5]), "ok": chance.random() < 0.5,
            "text": chance.choice(["", "a", "Zoë", "50% _x", "O'Neil", "line\nbreak", "日本", "ab"]),
            "tags": [chance.choice("xyz") for _ in range(chance.randrange(3))],
            "steps": [{"n": chance.randrange(5), "at": chance.choice([None, "here"])} for _ in range(chance.randrange(3))]}
    if tree["kind"] == "commit":
        tree["commit"] = {"operation": chance.choice(["create", "create", "delete"]),
                          "collection": chance.choice(["app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"])}
    if chance.random() < 0.2:
        tree["note"] = None
    elif chance.random() < 0.4:
        tree["note"] = {"deep": {"n": number % 7}}
    return tree


def days(count=10, trees=600, seed=1):
    """The trees of several days."""
    chance = random.Random(seed)
    return [[event(day, number, chance) for number in range(trees)] for day in range(count)]


def fill(file, trees, name="events"):
    """A database with the trees as an Arbor, by the extension itself."""
    database = harness.connect(OPTIONS.extension, file)
    database.execute("SELECT arbor_append(?, ?, '{\"format\":\"jsonl\"}')", (name, "\n".join(map(json.dumps, trees)))).fetchall()
    database.close()
    return file


def lake(name="lake", made=None):
    """A folder with a database of each day."""
    folder = FOLDER / name
    if not folder.exists():
        folder.mkdir()
        for day, trees in enumerate(made or days()):
            fill(folder / f"day-{day:02}.db", trees)
    return folder


def rows(frame):
    """A frame's rows as sorted texts."""
    return sorted(json.dumps(row.asDict(recursive=True), default=str, sort_keys=True) for row in frame.collect())


def message(action):
    """What an action raises, as one text; empty where it raises nothing."""
    try:
        action()
    except Exception as error:
        return str(error)
    return ""
