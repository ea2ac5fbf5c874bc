"""ClickHouse in the process (chDB): a MergeTree table.

The events go into one JSON column with the typed paths and the sort key of ClickHouse's own JSONBench; every other
dataset into the typed columns that ClickHouse infers.
"""
import json
import os
import shutil

from chdb import session

from engines.template import render

EVENTS = """CREATE TABLE {table} (j JSON(kind LowCardinality(String), commit.operation LowCardinality(String),
 commit.collection LowCardinality(String), did String, time_us UInt64)) ENGINE = MergeTree
 ORDER BY (j.kind, j.commit.operation, j.commit.collection, j.did, fromUnixTimestamp64Micro(j.time_us))"""


class ChDb:
    def __init__(self, settings):
        self.settings = settings
        self.path = os.path.join(settings["cache"], f"{settings['dataset']}.chdb")
        self.table = f"bench.{settings['dataset']}"
        self.session, self.loaded, self.bytes = None, False, 0

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def open(self):
        self.session = session.Session(self.path)
        self.session.query("CREATE DATABASE IF NOT EXISTS bench")
        self.session.query("USE bench")
        self.session.query(f"SET max_threads = {self.settings['threads']}")
        self.session.query(f"SET max_insert_threads = {self.settings['threads']}")

    def load(self, source):
        if self.settings["dataset"] == "events":
            self.session.query(EVENTS.format(table=self.table))
            self.session.query(f"INSERT INTO {self.table} SELECT json FROM file('{source}', 'JSONAsObject', 'json JSON')")
        else:
            self.session.query(f"CREATE TABLE {self.table} ENGINE = MergeTree ORDER BY tuple()"
                               f" AS SELECT * FROM file('{source}', 'JSONEachRow')")

        self.loaded = True

    def close(self):
        """Merges a loaded table's parts, outside the measured time: queries then do not run against a table in the making."""
        if self.loaded:
            self.session.query(f"OPTIMIZE TABLE {self.table} FINAL")
            self.bytes = self.stored_bytes()
        self.session.close()

    def size(self):
        return self.bytes

    def stored_bytes(self):
        database, table = self.table.split(".")
        found = self.rows("SELECT sum(bytes_on_disk) FROM system.parts"
                          f" WHERE active AND database = '{database}' AND table = '{table}'")
        return int(found[0][0])

    def rows(self, sql, parameters=()):
        for value in parameters:
            sql = sql.replace("?", repr(value), 1)
        answer = self.session.query(sql, "JSONCompactEachRow").bytes()
        return [tuple(json.loads(line)) for line in answer.splitlines()] if answer else []

    def template(self, query):
        return query.template("chdb")

    def render(self, template):
        return render(template, self.spell).replace(" LIKE ", " ILIKE ")

    def spell(self, path, kind):
        if self.settings["dataset"] != "events":
            return path
        if path == "_tree":
            return "j"
        return f"j.{path}.:{kind}" if kind else f"j.{path}"
