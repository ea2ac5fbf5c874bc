"""Two SQLite libraries in one process: the extension serves one at a time, and says so to the other. Python's own is the one; the other
is a copy of its file, which the loader takes for another library."""
import ctypes
import pathlib
import shutil
import sqlite3

import harness
import isolated

OPTIONS = harness.parser().parse_args()
EXTENSION = str(pathlib.Path(OPTIONS.extension).resolve())
REFUSED = "in use by another SQLite library"


class Library:
    """A SQLite library through its C interface, and one connection of it."""

    def __init__(self, file):
        self.sqlite = ctypes.CDLL(file)
        for name in ("sqlite3_errmsg", "sqlite3_column_text"):
            getattr(self.sqlite, name).restype = ctypes.c_char_p
        self.database = ctypes.c_void_p()

    def open(self):
        assert self.sqlite.sqlite3_open(b":memory:", ctypes.byref(self.database)) == 0
        self.sqlite.sqlite3_enable_load_extension(self.database, 1)

    def load(self, extension):
        """Gives the message of a refusal, or nothing."""
        message = ctypes.c_char_p()
        result = self.sqlite.sqlite3_load_extension(self.database, extension.encode(), None, ctypes.byref(message))
        return "" if result == 0 else message.value.decode()

    def ask(self, sql):
        """Gives the first value of a query, or its error."""
        statement = ctypes.c_void_p()
        self.sqlite.sqlite3_prepare_v2(self.database, sql.encode(), -1, ctypes.byref(statement), None)
        row = self.sqlite.sqlite3_step(statement)
        text = self.sqlite.sqlite3_column_text(statement, 0) if row == 100 else self.sqlite.sqlite3_errmsg(self.database)
        self.sqlite.sqlite3_finalize(statement)
        return text.decode()

    def close(self):
        assert self.sqlite.sqlite3_close(self.database) == 0


def file_of_sqlite():
    """The library that Python's sqlite3 module uses."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {line.split()[-1] for line in maps if "libsqlite3" in line}
    if len(files) != 1:
        raise harness.Skip("Python's sqlite3 has no library of its own")
    return files.pop()


def in_turn(other_file, copy):
    """Loads the extension through both libraries, in all orders; what each step gave."""
    def first():
        return harness.connect(EXTENSION, ":memory:")

    def append(database):
        return database.execute("SELECT arbor_append('t', '[1,2]') ->> '$.trees'").fetchone()[0]

    given = {}
    other = Library(other_file)
    one, two = first(), first()
    given["the first works"] = append(one)
    other.open()
    given["the second is refused"] = other.load(EXTENSION)
    one.close()
    given["and again while one is left"] = other.load(EXTENSION)
    given["the first still works"] = append(two)
    given["a copy serves the second"] = other.load(copy) or other.ask("SELECT arbor_append('t', '[1,2]') ->> '$.trees'")
    given["both work"] = [append(two), other.ask("SELECT arbor_count('t')")]
    other.close()
    two.close()
    other.open()
    given["the second may load when the first is gone"] = other.load(EXTENSION) or other.ask("SELECT arbor_append('t', '[1,2,3]') ->> '$.trees'")
    try:
        first()
        given["now the first is refused"] = ""
    except sqlite3.Error as error:
        given["now the first is refused"] = str(error)
    given["the second still works"] = other.ask("SELECT arbor_count('t')")
    other.close()
    given["and the first once more"] = append(first())
    return given


def after_reading_what_is_gone(file):
    """Reads a handle whose Arbor was dropped, and whose table's name another one has, then closes; what the read gave."""
    database = Library(file)
    database.open()
    database.load(EXTENSION)
    for sql in ("SELECT arbor_append('t', '[{\"a\":1}]')", "SELECT arbor_append('u', '[{\"a\":2}]')"):
        database.ask(sql)
    handle = database.ask("SELECT arbor_open('t')")
    for sql in ("DROP TABLE t", "ALTER TABLE u RENAME TO t"):
        database.ask(sql)
    given = [database.ask(f"SELECT {read}") for read in (f"arbor_get('{handle}', 0)", f"arbor_json('{handle} | filter a > 0')", "arbor_get('t', 0)")]
    database.close()
    return given


def test_closing(report):
    """No statement of the extension's own keeps a connection from closing, of whatever read it was."""
    file = file_of_sqlite()
    given = isolated.call(lambda: after_reading_what_is_gone(file))
    if report.check(isinstance(given, list), "the connection closes", given):
        report.equal([("is gone" in text, text) for text in given], [(True, given[0]), (True, given[1]), (False, '{"a":2}')], "what is gone is an error")


def test_two_libraries(report):
    """The second library's load is refused while connections of the first one are open that loaded the extension."""
    file = file_of_sqlite()
    with harness.scratch() as folder:
        other, copy = f"{folder}/other.so", f"{folder}/arbors2.so"
        shutil.copyfile(file, other)
        shutil.copyfile(EXTENSION, copy)
        given = isolated.call(lambda: in_turn(other, copy))
    if not report.check(isinstance(given, dict), "the process ends well", given):
        return
    for what in ("the second is refused", "and again while one is left", "now the first is refused"):
        report.check(REFUSED in given[what], what, given[what])
    for what in ("the first works", "the first still works", "and the first once more"):
        report.equal(given[what], 2, what)
    report.equal(given["a copy serves the second"], "2", "a copy serves the second")
    report.equal(given["both work"], [2, "2"], "both work")
    report.equal(given["the second may load when the first is gone"], "3", "the second may load when the first is gone")
    report.equal(given["the second still works"], "3", "the second still works")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
