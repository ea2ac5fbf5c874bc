"""DuckDB: `read_json` into a table on disk, with the types that DuckDB finds."""
import os

import duckdb

from engines.template import render


class DuckDb:
    def __init__(self, settings):
        self.settings = settings
        self.path = os.path.join(settings["cache"], f"{settings['dataset']}.duckdb")
        self.connection = None

    def remove(self):
        for tail in ("", ".wal"):
            if os.path.exists(self.path + tail):
                os.remove(self.path + tail)

    def open(self):
        self.connection = duckdb.connect(self.path)
        self.connection.execute(f"SET threads = {self.settings['threads']}")

    def load(self, source):
        self.connection.execute(
            f"CREATE TABLE {self.settings['dataset']} AS SELECT * FROM read_json('{source}', format = 'newline_delimited')")
        self.connection.execute("CHECKPOINT")

    def close(self):
        self.connection.close()

    def size(self):
        return os.path.getsize(self.path)

    def rows(self, sql, parameters=()):
        return self.connection.execute(sql, parameters).fetchall()

    def template(self, query):
        return query.template("duckdb")

    def render(self, template):
        """Spells paths as struct fields. LIKE becomes ILIKE: SQLite's ignores case."""
        return render(template, self.spell).replace(" LIKE ", " ILIKE ")

    def spell(self, path, _):
        return f"to_json({self.settings['dataset']})" if path == "_tree" else path
