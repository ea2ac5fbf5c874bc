"""The Python package over the file of `arbors`, as a program uses it: import, connect, `sql(…).rows()`."""
import os
import sys

from engines.sqlite_family import Arbors

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "ext", "python")


class Package(Arbors):
    def open(self):
        """Imports the package too, whose modules lie compiled after the first time, as an installed package's do."""
        sys.dont_write_bytecode, sys.pycache_prefix = False, os.path.join(self.settings["cache"], "pycache")
        sys.path.insert(0, PACKAGE)
        os.environ["ARBORS_EXTENSION"] = os.path.abspath(self.settings["extension"])
        import arbors
        self.connection = arbors.connect(self.path)
        if self.settings["threads"] != os.cpu_count():
            self.rows("SELECT arbor_config('threads', ?)", (self.settings["threads"],))

    def rows(self, sql, parameters=()):
        return self.connection.sql(sql, parameters).rows()
