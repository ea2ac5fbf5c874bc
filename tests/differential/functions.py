#!/usr/bin/env python3
"""Every function that the language of plans shares with SQLite, on thousands of random arguments: the plan's answer is the host's own.

The arguments lie in a table and in an Arbor, so that `SELECT f(a, b) FROM kept` is SQLite's answer and `t | select f(a, b) as v` the plan's, row by row.
With apsw (`--library apsw`) it asks another version of SQLite.
"""
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness

NUMBERS = [0, 1, -1, 2, 3, 7, 10, 12, 59, 60, 100, 255, 1000, 65536, 2**31, -2**31, 2**53, 2**53 + 1, 2**63 - 1, -2**63, 0.0, -0.0, 0.1, 0.5, 1.5, 2.5, -3.5, 2.675, 1.005, 0.3, 1e15, 1e16, 123456.789, 1e-5, 1e22, 1e300, -1e300, 5e-324, 1.7976931348623157e308, 4503599627370496.5, 9007199254740993.0, 0.1 + 0.2, 1 / 3, 2 / 3, 1e21, 99999999999999.99]
TEXTS = ["", " ", "abc", "ABC", "Abc", "aBcD", "a b c", "  padded  ", "äöü", "ÄÖÜ", "ß", "\U0001F600x", "12", " 12 ", "12abc", "1e3", "0x10", "1.5", "-7", "+3", ".5", "5.", "1e", "inf", "nan", "a%b", "a_b", "%", "_", "\\", "a\\%b", "[a]", "[", "]", "[^", "*", "?", "x" * 40, "ab" * 30, "tab\there", "new\nline", "quote'd", 'double"d', "9223372036854775808", "1.7976931348623159e308", "0.1000000000000000055511151231257827", "4.35", "1234567890123456789012345", "12345678901234567.8", "0.30000000000000004441", "9007199254740993", "2.2250738585072011e-308", "179769313486231580793e289"]
STAMPS = ["2024-11-12T20:47:01.917818Z", "2024-11-12T20:47:01.9996Z", "2024-11-12T20:47:59.9999", "2024-02-30", "2021-04-31 10:00:00", "2024-01-31", "2023-02-28 23:59:59.999", "1969-12-31T23:59:59.5Z", 1700000000.5, 1700000000, 1.7e12, -1e9, 0, 0.5, 2460000.5, 2440587.5,
          5373484.5, 5373484.499999, -0.5, "12:34:56.789", "12:34", "24:00", "24:00:00", "25:00", "12:34:60", "23:59:59.9999", "0000-01-01", "0000-00-01", "-0001-12-31", "-4713-11-24 12:00:00", "-4714-01-01", "9999-12-31 23:59:59.999", "9999-12-31 24:00", "10000-01-01", "2024-12-31 23:59:60",
          "2024-03-10 02:30:00", "2024-02-29", "2000-02-29 12:00:00+05:30", "2000-02-29 12:00:00 -14:00", "2000-02-29 12:00:00+14:01", "2000-02-29 12:00+15:00", "2000-01-01T00:00:00Z ", " 2000-01-01", "2000-01-01 ", "2000-01-01T", "2000-1-1", "2000-01-01 1:00", "20000101", "now-ish", "2000-01-01 00:00:00.0000000001", "2000-01-01 00:00:00.",
          "2000-01-01 00:00:00.5z", "2000-01-01T12:00:00.123456789+01:00", "1e6", "2440587.5abc", "", " ", None, "1582-10-15", "1582-10-04", "1900-02-29", "2100-02-29 01:02:03", "2016-12-31 23:59:59.123456"]
BORDERS = [0, 86400, 5373485, 253402300800, -30610224000, -62167219200, -210866760000, 951868800, 2**31]
MODIFIERS = ["+1 month", "-1 month", "+1 year", "-1 year", "+1.5 days", "-0.5 day", "+90 minutes", "-3600 seconds", "+1.5 hours", "+0.001 seconds", "+1000000 days", "-10000000 days", "+1.7 months", "-2.25 years", "start of month", "start of year", "start of day", "START OF MONTH", "weekday 0", "weekday 3", "weekday 6",
             "weekday 7", "weekday 1.5", "unixepoch", "julianday", "auto", "UNIXEPOCH", "subsec", "subsecond", "floor", "ceiling", "+0000-01-00", "-0001-00-00", "+0000-01-31 12:34", "-0000-11-30 23:59:59.999", "+0001-13-00", "+12:30", "-12:30:45.5", "+24:00", "+00:60", "12:00", "5 days", "+5days", "+5 fortnights", " +1 day", "+1 day ", "",
             "bogus", "+-1 day", "++1 day", "1e2 seconds", "+1e400 days", "utc ", "-1 months", "+5373485 days", "+14713 years", "+176546 months", "-464269060799 seconds", "+1  day", "+0x10 days", "localtime", "utc"]
FORMATS = ["%Y-%m-%d %H:%M:%f", "%d", "%e", "%f", "%F", "%g", "%G", "%H", "%I", "%j", "%J", "%k", "%l", "%m", "%M", "%p", "%P", "%R", "%s", "%S", "%T", "%u", "%U", "%V", "%w", "%W", "%Y", "%%", "%", "%Q", "%n", "x%dy", "", "%-d", "%Y%", "%ä", "é%d"]
PRINTFS = ["%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%,d", "%i", "%u", "%x", "%X", "%o", "%#x", "%#o", "%c", "%s", "%10s|", "%-10s|", "%.3s", "%!.3s", "%z", "%q", "%Q", "%w", "%!q", "%f", "%.0f", "%.2f", "%.17f", "%.30f", "%10.3f|", "%-10.3f|", "%+.2f", "%010.2f", "%,.2f", "%#.0f", "%!f", "%!.20f", "%e", "%.3e", "%!e", "%E", "%g", "%.3g", "%!g", "%!.17g",
           "%G", "%#g", "%%", "%", "%5", "%*d", "%-*d|", "%.*f", "%ld", "%lld", "%hd", "%p", "%n", "%j", "%,u", "%,x", "%!d", "% 05d", "%+05d", "%0*d", "é%sé", "%s%s", "%d %s %f", "%.15g", "%.16g", "%!.15g", "%!.16g", "%.1f", "%!.1f", "%.5", "%-", "%2c", "%.3c", "%T", "%S", "%r"]
PATTERNS = ["%", "a%", "%c", "_", "__", "a_c", "%%", "\\%", "[a-c]*", "[^a]*", "[]]", "[]a]*", "[^]]*", "[a", "[a-", "[-a]*", "[a-]*", "[z-a]*", "[[]*", "*", "**", "?", "*?*", "a*", "*c", "ä%", "_öü", "Ä%", "[ä]*", "?öü", "*b*", "%b%", "\U0001F600%", "[\U0001F600]*", "a\\", "", "[]", "[^]", "[a-c-e]*", "[*]", "[?]", "x%x%x", "x*x*x"]


class Functions:
    """What is asked: expressions over the columns a, b and c, and what the columns hold."""

    def __init__(self, rng):
        self.rng = rng

    def number(self):
        kind = self.rng.random()
        if kind < 0.5:
            return self.rng.choice(NUMBERS)
        if kind < 0.6:
            return self.rng.randrange(-2**63, 2**63)
        if kind < 0.7:
            return round(self.rng.uniform(-1000, 1000), self.rng.randrange(6))
        if kind < 0.85:
            return self.rng.uniform(-1, 1) * 10.0 ** self.rng.randrange(-20, 21)
        return self.rng.randrange(-100, 100)

    def digits(self):
        """A number as a text with more digits than a double has."""
        text = "".join(self.rng.choice("0123456789") for _ in range(self.rng.randrange(1, 30)))
        at = self.rng.randrange(len(text) + 1)
        text = text[:at] + self.rng.choice(["", "."]) + text[at:] + self.rng.choice(["", "", f"e{self.rng.randrange(-340, 320)}"])
        return self.rng.choice(["", "-", "+", " "]) + text

    def text(self):
        kind = self.rng.random()
        if kind < 0.7:
            return self.rng.choice(TEXTS)
        if kind < 0.85:
            return self.digits()
        return "".join(self.rng.choice("aAbBcC %_*?[]^-äÄ\\'\"1.\U0001F600") for _ in range(self.rng.randrange(8)))

    def any(self):
        return self.rng.choice([None, self.number(), self.number(), self.text(), self.text(), True, False])

    def small(self):
        return self.rng.choice([None, 0, 1, -1, 2, 3, 5, -5, 10, 15, 17, 20, 30, 31, 100, -100, 2**40, -2**40, 1.9, "2", "x", self.rng.randrange(-12, 40)])

    def stamp(self):
        kind = self.rng.random()
        if kind < 0.6:
            return self.rng.choice(STAMPS)
        if kind < 0.75:
            return self.rng.choice([self.rng.uniform(0, 5373485), self.rng.uniform(-1e11, 3e11), self.rng.randrange(-10**11, 3 * 10**11)])
        fraction = self.rng.choice(["", "", f".{self.rng.randrange(10**self.rng.randrange(1, 10))}"])
        return f"{self.rng.randrange(0, 10000):04}-{self.rng.randrange(1, 13):02}-{self.rng.randrange(1, 32):02}{self.rng.choice(' T')}{self.rng.randrange(25):02}:{self.rng.randrange(60):02}:{self.rng.randrange(60):02}{fraction}{self.rng.choice(['', '', 'Z', '+01:30'])}"

    def seconds(self):
        """A number of seconds, most of them of the years that all versions read alike, or next to their borders."""
        second = self.rng.choice([self.rng.randrange(1_600_000_000, 1_800_000_000), self.rng.randrange(-31 * 10**9, 254 * 10**9), self.rng.choice(BORDERS) + self.rng.randrange(-2, 3)])
        fraction = self.rng.choice([0.5, 0.001, 0.999, 0.9985, 0.9995, 0.0005, 0.0009999, 0.9990001, 0.99949])
        return self.rng.choice([None, second, second, second, float(second), second + fraction])

    def moment(self):
        """A time as logs have it."""
        fraction = self.rng.choice(["", "", ".5", ".999", ".9989", ".99851", ".9995", ".9989999999", f".{self.rng.randrange(1000):03}", f".{self.rng.randrange(10**6):06}", "."])
        date = f"{self.rng.choice([self.rng.randrange(10000), self.rng.randrange(1990, 2050)]):04}-{self.rng.randrange(1, 13):02}-{self.rng.randrange(1, 32):02}"
        clock = f"{self.rng.choice('TTT ')}{self.rng.randrange(25):02}:{self.rng.randrange(60):02}" + self.rng.choice(["", f":{self.rng.randrange(61):02}{fraction}"])
        return self.rng.choice([None, self.stamp(), date, date, *[date + clock + self.rng.choice(["", "Z", "Z", " Z", "z"]) for _ in range(9)]])

    def modifier(self):
        kind = self.rng.random()
        if kind < 0.7:
            return self.rng.choice(MODIFIERS)
        if kind < 0.9:
            return f"{self.rng.choice('+-')}{self.rng.choice([self.rng.randrange(200), round(self.rng.uniform(0, 50), 3)])} {self.rng.choice(['second', 'minute', 'hour', 'day', 'month', 'year'])}{self.rng.choice(['', 's'])}"
        return f"{self.rng.choice('+-')}{self.rng.randrange(0, 30):04}-{self.rng.randrange(0, 13):02}-{self.rng.randrange(0, 32):02}{self.rng.choice(['', ' 10:20', ' 10:20:30.4'])}"

    def format(self):
        return "".join(self.rng.choice(FORMATS) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))

    def printf(self):
        return "".join(self.rng.choice([f for f in PRINTFS if "*" not in f]) for _ in range(self.rng.choice([1, 1, 1, 2])))

    def starred(self):
        return self.rng.choice([f for f in PRINTFS if "*" in f])

    def small_width(self):
        return self.rng.choice([None, "7", -3, 0, 1, 2, 5, 9.9, 17, 40, 300, -300])

    def pattern(self):
        return self.rng.choice([self.rng.choice(PATTERNS), self.text()])

    def cases(self):
        """Yields (an expression, what the columns a, b and c hold)."""
        time = [self.stamp, self.modifier, self.modifier]
        for name in ("date", "time", "datetime", "julianday", "unixepoch"):
            for arguments in ("a", "a, b", "a, b, c"):
                yield f"{name}({arguments})", time
        for arguments in ("a, b", "a, b, c"):
            yield f"strftime({arguments})", [self.format, self.stamp, self.modifier]
        constants = [f"'{self.format()}'" for _ in range(4)] + ["'%H:%M'", "'%Y-%m-%dT%H:%M:%SZ'", "'%Y-%W %w'", "'%j%%'", "'%s'", "'%M'"]
        for name, formats in [("date", [""]), ("time", [""]), ("datetime", [""]), ("unixepoch", [""]), ("julianday", [""]), ("strftime", [f"{constant}, " for constant in constants])]:
            for form in formats:
                yield f"{name}({form}a)", [self.moment] * 3
                for modifier in ("'unixepoch'", "'auto'"):
                    yield f"{name}({form}a, {modifier})", [self.seconds] * 3
        yield "strftime('%Y %F', a % 3 * 86400, 'unixepoch')", [self.seconds] * 3
        yield "timediff(a, b)", [self.stamp, self.stamp]
        for name in ("printf", "format"):
            for arguments in ("a, b", "a, b, c", "a"):
                yield f"{name}({arguments})", [self.printf, self.any, self.any]
            yield f"{name}(a, b, c)", [self.starred, self.small_width, self.any]
        yield "round(a)", [self.any]
        yield "round(a, b)", [self.any, self.small]
        yield "round(a, 17)", [self.number]
        for kind in ("INTEGER", "REAL", "TEXT", "NUMERIC"):
            yield f"CAST(a AS {kind})", [self.any]
        for operator in ("LIKE", "NOT LIKE", "GLOB", "NOT GLOB"):
            yield f"a {operator} b", [self.any, self.pattern]
        yield "a LIKE b ESCAPE '\\'", [self.text, self.pattern]
        yield "a LIKE b ESCAPE '%'", [self.text, self.pattern]
        for name in ("abs", "sign", "ceil", "ceiling", "floor", "trunc", "ln", "log10", "log2", "log", "exp", "sqrt", "radians", "degrees", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "length", "upper", "lower", "trim", "ltrim", "rtrim",
                     "unicode", "hex", "quote", "octet_length", "typeof", "char", "likely", "unlikely"):
            yield f"{name}(a)", [self.any]
        for name in ("pow", "power", "mod", "atan2", "log", "trim", "ltrim", "rtrim", "instr", "nullif", "ifnull", "coalesce", "min", "max", "substr", "substring", "concat", "concat_ws", "char", "iif", "if"):
            yield f"{name}(a, b)", [self.any, self.any]
        yield "substr(a, b)", [self.text, self.small]
        yield "substr(a, b, c)", [self.any, self.small, self.small]
        yield "replace(a, b, c)", [self.any, self.text, self.any]
        yield "iif(a, b, c)", [self.any] * 3
        yield "concat_ws(a, b, c)", [self.any] * 3
        yield "char(a, b)", [self.small, self.number]
        for operator in ("+", "-", "*", "/", "%", "||", "=", "<", "IS", "&", "|", "<<", ">>", "->>"):
            if operator != "->>":
                yield f"(a {operator} b)", [self.any, self.any]
        yield "-a", [self.any]
        yield "~a", [self.any]


class Sqlite:
    def __init__(self, extension):
        self.database = harness.connect(extension)
        self.version = sqlite3.sqlite_version

    def rows(self, sql, *arguments):
        return self.database.execute(sql, arguments).fetchall()


class Apsw:
    def __init__(self, extension):
        import apsw
        self.database = apsw.Connection(":memory:")
        self.database.enable_load_extension(True)
        self.database.load_extension(str(extension))
        self.version = apsw.sqlite_lib_version()

    def rows(self, sql, *arguments):
        return list(self.database.execute(sql, arguments))


LIBRARIES = {"sqlite3": Sqlite, "apsw": Apsw}


def shown(value):
    """A value as it is compared: a real by its bits, NaN and infinities by name."""
    if isinstance(value, bool):
        return ("int", int(value))
    if isinstance(value, float):
        return ("real", repr(value))
    return (type(value).__name__, value)


def ask(host, sql):
    try:
        return [row[0] for row in host.rows(sql)], None
    except Exception as error:
        return None, str(error)


def differing(host, expression, makers, rng, count):
    """Compares the answers for `count` rows; gives how many differ, and the first."""
    trees = [{name: maker() for name, maker in zip("abc", makers)} for _ in range(count)]
    host.rows("DROP TABLE IF EXISTS t")
    host.rows("CREATE VIRTUAL TABLE t USING arbor")
    host.rows("SELECT arbor_append('t', ?)", json.dumps(trees))
    host.rows("CREATE TEMP TABLE IF NOT EXISTS kept(i INTEGER PRIMARY KEY, a, b, c)")
    host.rows("DELETE FROM kept")
    for number, tree in enumerate(trees):
        values = [int(value) if isinstance(value, bool) else value for value in (tree.get(name) for name in "abc")]
        host.rows("INSERT INTO kept VALUES (?, ?, ?, ?)", number, *values)
    want, refused = ask(host, f"SELECT {expression} FROM kept ORDER BY i")
    if refused and ("no such function" in refused or "wrong number" in refused):
        return 0, []  # The plan may answer where the host does not.
    if want is None:  # One row may be refused where others are not.
        want = [ask(host, f"SELECT {expression} FROM kept WHERE i = {number}") for number in range(count)]
        got = [ask(host, f"SELECT tree FROM arbor_rows('{plan(number, expression)}')") for number in range(count)]
        wrong = [(tree, left, right) for tree, (left, failed), (right, failing) in zip(trees, want, got) if (left is None) != (right is None) and "decode" not in str(failed)]
        return len(wrong), wrong[:1]
    trees_given, refused = ask(host, f"SELECT tree FROM arbor_rows('{plan(None, expression)}') ORDER BY idx")
    if trees_given is None:
        return count, [(trees[0], want[0], refused)]
    got = [json.loads(tree).get("v") for tree in trees_given]
    wrong = [(tree, left, right) for tree, left, right in zip(trees, want, got) if shown(left) != shown(right) and "\ufffd" not in str(right)]
    return len(wrong), wrong[:1]


def plan(number, expression):
    place = "" if number is None else f" | skip {number} | head 1"
    return f"t{place} | select {expression} as v".replace("'", "''")


def test_functions(report):
    host = LIBRARIES[OPTIONS.library](OPTIONS.extension)
    rng = random.Random(SEED)
    count = 60 if OPTIONS.quick else 600
    for expression, makers in Functions(rng).cases():
        wrong, first = differing(host, expression, makers, rng, count)
        report.check(wrong == 0, f"SQLite {host.version}: {expression}", f"{wrong} of {count} differ, such as {first}")


def test_newest(report):
    """The same against the newest SQLite that is installed, by the interpreter that has it."""
    if OPTIONS.library != "sqlite3":
        return
    venv = pathlib.Path(os.environ.get("ARBORS_VENV", harness.ROOT / "build/venv")) / "bin/python"
    environment = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    if not venv.exists() or subprocess.run([venv, "-c", "import apsw"], env=environment, capture_output=True).returncode != 0 or os.environ.get("ARBORS_SANITIZED"):
        raise harness.Skip("apsw is not installed")
    done = subprocess.run([venv, __file__, "--library", "apsw", "--extension", OPTIONS.extension, "--seed", str(SEED)] + ["--quick"] * OPTIONS.quick, env=environment, capture_output=True, text=True, timeout=1200)
    report.check(done.returncode == 0, "apsw", (done.stdout + done.stderr)[-3000:])


if __name__ == "__main__":
    parser = harness.parser()
    parser.add_argument("--library", choices=LIBRARIES, default="sqlite3")
    OPTIONS = parser.parse_args()
    SEED = harness.seed_of(OPTIONS)
    harness.run(globals(), OPTIONS)
