"""`arbors.load` in connections of every SQLite library that is installed, several of them in one process, and of those that wrap one."""
import asyncio
import gc
import importlib
import os
import sqlite3
import subprocess
import sys

import harness
import package

import arbors

LIBRARIES = {"sqlite3": "sqlite3", "apsw": "apsw", "pysqlite3": "pysqlite3", "sqlean": "sqlean", "sqlcipher3": "sqlcipher3"}


def connect(name):
    module = importlib.import_module(LIBRARIES[name])
    return module.Connection(":memory:") if name == "apsw" else module.connect(":memory:")


def work(connection):
    """The same small workload everywhere."""
    connection.execute("SELECT arbor_append('t', '[{\"n\":1},{\"n\":2}]')").fetchall()
    connection.execute("INSERT INTO t(n) VALUES (3)")
    return [row[0] for row in connection.execute("SELECT n FROM t WHERE n > 1 ORDER BY n DESC")]


def test_each_library(report):
    for name in LIBRARIES:
        try:
            connection = connect(name)
        except ImportError:
            report.skip(f"{name} is not installed")
            continue
        if not hasattr(connection, "enable_load_extension"):
            report.raises(lambda: arbors.load(connection), f"{name} that loads nothing", "apsw", kind=arbors.Error)
            continue
        arbors.load(connection)
        report.equal(work(connection), [3, 2], name)


def test_all_at_once(report):
    open_ones = {}
    for name in LIBRARIES:
        try:
            open_ones[name] = [connect(name), connect(name)]
        except ImportError:
            continue
    for connections in open_ones.values():
        for connection in connections:
            arbors.load(connection)
    for name, connections in open_ones.items():
        for connection in connections:
            report.equal(work(connection), [3, 2], f"{name} beside {len(open_ones) - 1} others")
            report.equal(arbors.from_dicts([{"n": 1}]).to_list(), [{"n": 1}], "and the package's own")
    open_ones.clear()
    gc.collect()
    again = connect("sqlite3")
    arbors.load(again)
    report.equal(work(again), [3, 2], "and again when all have gone")


def test_loading_is_switched_off_again(report):
    connection = connect("sqlite3")
    arbors.load(connection)
    report.raises(lambda: connection.execute("SELECT load_extension('x')").fetchall(), "load_extension after load()", "not authorized")


def test_sqlalchemy(report):
    try:
        import sqlalchemy
    except ImportError:
        raise harness.Skip("sqlalchemy is not installed")
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
    arbors.load(engine)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT arbor_append('t', :trees)"), {"trees": '[{"n":1}]'})
        report.equal([tuple(row) for row in connection.execute(sqlalchemy.text("SELECT n FROM t"))], [(1,)], "an engine")
    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        arbors.load(connection)
        report.equal(connection.execute(sqlalchemy.text("SELECT arbor_count('json ''[1,2]''')")).scalar(), 2, "a connection")


class Awaiting:
    """As aiosqlite's connections are: its methods are coroutines."""

    def __init__(self):
        self.inner = connect("sqlite3")

    async def enable_load_extension(self, on):
        self.inner.enable_load_extension(on)

    async def load_extension(self, path):
        self.inner.load_extension(path)


class Adapted:
    """As SQLAlchemy hands one to what listens to an engine's connections."""

    def __init__(self):
        self.driver_connection = Awaiting()

    def run_async(self, function):
        return asyncio.run(function(self.driver_connection))


def test_asynchronous_connections(report):
    if not hasattr(sqlite3.Connection, "enable_load_extension"):
        raise harness.Skip("this sqlite3 loads nothing")
    awaiting, adapted = Awaiting(), Adapted()

    async def loaded():
        await arbors.load(awaiting)
    asyncio.run(loaded())
    report.equal(work(awaiting.inner), [3, 2], "an awaited load")
    arbors.load(adapted)
    report.equal(work(adapted.driver_connection.inner), [3, 2], "one of an engine")


class Wrapped:
    """As peewee's databases and SQLAlchemy's sessions are: a method gives the connection."""

    def __init__(self, inner):
        self.inner = inner

    def connection(self):
        return self.inner


def test_wrapped_connections(report):
    connection = connect("sqlite3")
    if not hasattr(connection, "enable_load_extension"):
        raise harness.Skip("this sqlite3 loads nothing")
    arbors.load(Wrapped(connection))
    report.equal(work(connection), [3, 2], "the connection that a method gives")
    for what in (Wrapped(5), None, "t.db"):
        report.raises(lambda: arbors.load(what), f"{what!r}", "SQLite is wanted", type(what).__name__, kind=TypeError)


def test_django(report):
    try:
        import django
        from django.conf import settings
    except ImportError:
        raise harness.Skip("django is not installed")
    settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
    django.setup()
    from django.db import connection
    arbors.load(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT arbor_append('t', %s)", ['[{"n":1}]'])
        cursor.execute("SELECT n FROM t WHERE n = %s", [1])
        report.equal(cursor.fetchall(), [(1,)], "django")


def without(*missing):
    """What the package says, or does, where these cannot be had."""
    script = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {missing!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
import arbors
try:
    arbor = arbors.from_dicts([{{"n": 1}}, {{"n": 2}}])
    print(arbor.filter("n > 1").to_list(), type(arbor._session.connection).__module__)
except arbors.Error as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(package.SOURCE)})
    return done.stdout + done.stderr


def test_interpreters_that_cannot_load(report):
    said = without("sqlite3", "_sqlite3", "apsw")
    report.check("apsw" in said and said.count("\n") == 1 and "Traceback" not in said, "one sentence says what to do", said)
    try:
        importlib.import_module("apsw")
    except ImportError:
        raise harness.Skip("apsw is not installed")
    report.equal(without("sqlite3", "_sqlite3"), "[{'n': 2}] apsw\n", "apsw stands in")


if __name__ == "__main__":
    package.run(globals())
