"""Arbors in the set `select`: every table of a dictionary of files, asked by a SELECT or a plan in `arbor_rows`."""
from engines.sqlite_family import Arbors


class SelectArbors(Arbors):
    def load(self, sources):
        for table, source in sources.items():
            self.rows("SELECT arbor_import(?, ?)", (table, source))

    def template(self, query):
        return query.template("arbors")
