"""DuckDB in the set `select`: tables with the structs that it finds, or the events as one VARIANT column."""
from engines.duckdb_engine import DuckDb

SQL_TYPES = {"s": "VARCHAR", "i": "BIGINT"}


class Structs(DuckDb):
    def load(self, sources):
        for table, source in sources.items():
            self.connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_json('{source}', format = 'newline_delimited')")
        self.connection.execute("CHECKPOINT")

    def template(self, query):
        return query.template("duckdb")


class Variant(Structs):
    def __init__(self, settings):
        super().__init__({**settings, "dataset": settings["dataset"] + ".variant"})

    def load(self, sources):
        self.connection.execute("CREATE TABLE events AS SELECT CAST(json AS VARIANT) AS j"
                                f" FROM read_json_objects('{sources['events']}', format = 'newline_delimited')")
        super().load({"users": sources["users"]})

    def template(self, query):
        return query.template("variant")

    def spell(self, path, kind):
        return f"CAST(j.{path} AS {SQL_TYPES[kind]})"
