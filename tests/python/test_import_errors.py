"""arbor_import and arbor_append of bad input: what is refused, where the message points, and that nothing has changed then."""
import json
import os
import random
import re
import sqlite3

import documents
import harness
from importing import (FOLDER, LINES, OPTIONS, PLAIN, SEED, alike, exists, file_of, open_database, run_append, run_import, trees)
from snippets import INVALID, VALID


def accepted_by_python(snippet):
    def refuse(word):
        raise ValueError(word)
    if re.search("[\udc80-\udcff]", snippet):
        return False
    try:
        json.loads(snippet, parse_constant=refuse)
        return True
    except ValueError:
        return False


def offer(report, snippet):
    """Puts the snippet between two good lines; both Python and the Arbor accept it, or neither."""
    database, data = open_database(), b'{"first":1}\n' + snippet.encode("utf-8", "surrogateescape") + b'\n{"last":1}\n'
    want = accepted_by_python(snippet)
    try:
        run_append(database, data)
        report.check(want and len(trees(database)) == 3 and alike(trees(database)[1:2], [snippet]), f"{snippet!r} is accepted", trees(database))
    except sqlite3.Error as error:
        if report.check(not want, f"{snippet!r} is refused", str(error)):
            report.check(re.search(r"line 2\b", str(error)), f"{snippet!r}: the message names line 2", str(error))
            report.check(not exists(database), f"{snippet!r}: nothing is left behind")


def test_acceptance(report):
    for snippet in VALID:
        report.check(accepted_by_python(snippet), f"the corpus holds {snippet!r} as valid")
        offer(report, snippet)
    for snippet in INVALID:
        report.check(not accepted_by_python(snippet), f"the corpus holds {snippet!r} as invalid")
        offer(report, snippet)


def test_acceptance_of_mutations(report):
    """Changes a byte of good documents at random. Lone surrogates are left out: they are valid JSON that no UTF-8 can hold."""
    rng = random.Random(SEED)
    alphabet = '{}[]",:\\ \t0123456789eE+-.truefalsn/bu\x00\x1fé\udcff'
    for _ in range(150 if OPTIONS.quick else 2500):
        snippet = list(rng.choice(VALID + LINES[:5] + documents.random_texts(rng, 1, 2)))
        for _ in range(rng.choice([1, 1, 2])):
            place = rng.randrange(len(snippet) + 1)
            change = rng.randrange(3)
            snippet[place:place + (change != 0)] = [] if change == 2 else [rng.choice(alphabet)]
        text = "".join(snippet)
        if text.strip(" \t") and "\n" not in text and not re.search(r"\\u[dD][89a-fA-F]|\d{5,}[eE]|[eE]\+?\d{3,}", text):
            offer(report, text)


def position(error):
    """The line and byte that a message names."""
    found = re.search(r"line (\d+),? byte (\d+)", str(error))
    return (int(found[1]), int(found[2])) if found else (None, None)


def test_error_positions(report):
    """The file, the line, and a byte within that line."""
    for line in (1, 2, 150, 299, 300):
        for snippet in ('{"a":tru}', '{"a":1', '{"a":"\udcff"}', "{}}", '{"a":01}'):
            lines = [text.encode() for text in LINES]
            lines[line - 1] = snippet.encode("utf-8", "surrogateescape")
            for end in (b"\n", b"\r\n"):
                database, path = open_database(), file_of("positions.jsonl", end.join(lines))
                start = sum(len(text) + len(end) for text in lines[: line - 1])
                try:
                    run_import(database, path)
                    report.fail(f"line {line} {snippet!r}: imported")
                except sqlite3.Error as error:
                    named, byte = position(error)
                    report.check("positions.jsonl" in str(error) and named == line, f"line {line} {snippet!r}: file and line", str(error))
                    inside = byte is not None and (start <= byte <= start + len(lines[line - 1]) + 2)
                    report.check(inside, f"line {line} {snippet!r}: the byte lies in the line, which begins at byte {start} of the file", str(error))
                report.check(not exists(database), f"line {line} {snippet!r}: nothing is left behind")


def test_error_in_one_value(report):
    """An array or a pretty-printed value that breaks off or goes wrong is an error too, with a position."""
    pretty = "[\n" + ",\n".join(LINES[:50]) + "\n]\n"
    for name, text in {"unclosed": pretty[:-3], "comma": pretty.replace("\n]", ",\n]"), "missing comma": pretty.replace(",\n", "\n", 1), "tail": pretty + "x", "bad element": pretty.replace('"line 20"', "line"),
                       "unclosed object": '{\n "a": 1,\n "b": [1, 2\n', "bad object": '{\n "a": 1,\n "b": tru\n}\n'}.items():
        database, path = open_database(), file_of(f"{name}.json", text.encode())
        report.raises(lambda: run_import(database, path), name, f"{name}.json", "line")
        report.check(not exists(database), f"{name}: nothing is left behind")


def test_the_first_fault_is_told(report):
    """What is wrong inside an element, though because of it the array does not end, or something lacks behind it."""
    database = open_database()
    for text, byte, reason in (('[{"z":1},{]', 11, "expected a key"), ('[{"z":1},{"a":[}', 16, "expected a value"), ('[{"z":1},{"a":[1}]', 17, "expected ',' or ']'"), ('[{"z":1},"x]', 13, "string does not end"),
                               ("[1,2}", 5, "unexpected '}'"), ('[{"z":01},{"z":1}', 8, "begin with 0"), ('[{"z":tru} {"z":2}]', 7, "unknown word"), ('[{"z":1},{"z":2}', 17, "the array does not end")):
        for how, action in {"append": lambda: run_append(database, text), "import": lambda: run_import(database, file_of("first.json", text.encode()), {"format": "array"}),
                            "a plan": lambda: database.execute("SELECT arbor_json(?)", ("json '" + text.replace("'", "''") + "'",)).fetchall()}.items():
            try:
                action()
                report.fail(f"{how} {text}: taken")
            except sqlite3.Error as error:
                report.check(position(error) == (1, byte) and reason in str(error), f"{how} {text}: byte {byte}, {reason}", str(error))


def test_atomic(report):
    """A failure after many good lines leaves an existing Arbor, and the transaction around it, as they were."""
    good, bad = file_of("good.jsonl", PLAIN), file_of("bad.jsonl", PLAIN * 40 + b"\n{oops}\n")
    database = open_database()
    run_import(database, good)
    before = trees(database)
    report.raises(lambda: run_import(database, bad), "bad line at the end", "bad.jsonl", "line")
    report.check(trees(database) == before, "an existing Arbor is unchanged")
    report.raises(lambda: run_append(database, PLAIN + b"\n{oops}"), "bad append", "line 301")
    report.check(trees(database) == before, "an existing Arbor is unchanged after an append")
    if OPTIONS.self_check:
        return
    database.execute("CREATE TABLE other(x)")
    database.execute("BEGIN")
    database.execute("INSERT INTO other VALUES (1)")
    run_append(database, '{"id":1000}')
    report.raises(lambda: run_import(database, bad), "bad line inside a transaction", "bad.jsonl")
    database.execute("INSERT INTO other VALUES (2)")
    database.execute("COMMIT")
    report.equal(database.execute("SELECT count(*) FROM other").fetchall(), [(2,)], "the transaction went on")
    report.equal(len(trees(database)), 301, "the append before the failure is kept")
    database.execute("BEGIN")
    run_import(database, good)
    run_import(database, good, name="fresh")
    database.execute("ROLLBACK")
    report.equal((len(trees(database)), exists(database, "fresh")), (301, False), "rolled back")
    report.equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity")
    report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")


def test_bad_arguments(report):
    path = file_of("arguments.jsonl", PLAIN)
    cases = {"a missing file": (("t", str(FOLDER / "absent.jsonl")), ["absent.jsonl"]), "a directory": (("t", str(FOLDER)), ["directory"]),
             "a missing directory": (("t", "/nowhere/x.jsonl"), ["/nowhere"]), "an ordinary table's name": (("taken", path), ["taken"])}
    if not OPTIONS.self_check:
        cases |= {"NULL for the name": ((None, path), []), "NULL for the file": (("t", None), []), "an empty name": (("", path), []), "an unknown schema": (("nowhere.t", path), ["nowhere"]),
                  "a number for the file": (("t", 5), []), "options that are not JSON": (("t", path, "{oops"), []), "a view's name": (("seen", path), ["seen"]), "an index's name": (("held", path), ["held"]),
                  "a blob for the file": (("t", b"\xff\xfe"), []), "a file with a zero in its name": (("t", path + "\0x"), [])}
    for name, (arguments, words) in cases.items():
        database = open_database()
        database.execute("CREATE TABLE taken(x)")
        database.execute("CREATE VIEW seen AS SELECT 1 AS x")
        database.execute("CREATE INDEX held ON taken(x)")
        report.raises(lambda: database.execute(f"SELECT arbor_import({', '.join('?' * len(arguments))})", arguments).fetchall(), name, *words)
        report.check(not exists(database), f"{name}: nothing is left behind")
        report.equal(database.execute("SELECT count(*) FROM taken").fetchall(), [(0,)], f"{name}: the ordinary table is as before")
    if OPTIONS.self_check:
        return
    database = open_database()
    for arguments in ((), ("t",), ("t", path, "{}", "x")):
        report.raises(lambda: database.execute(f"SELECT arbor_import({', '.join('?' * len(arguments))})", arguments).fetchall(), f"{len(arguments)} arguments")
    database.execute("CREATE TABLE taken(x)")
    for value in (None, 5, 1.5):
        try:  # A number is JSON text by SQLite's conversion; NULL is nothing at all.
            run_append(database, value, "n")
            report.check(value is not None, "NULL appended")
        except sqlite3.Error:
            report.ok()
    report.raises(lambda: run_append(database, "{}", "taken"), "append to an ordinary table", "taken")
    report.raises(lambda: database.execute("CREATE VIEW v AS SELECT arbor_import('x', 'y')") and database.execute("SELECT * FROM v").fetchall(), "a view may not import", ("unsafe", "prohibited", "not authorized"))


def test_unreadable(report):
    path = file_of("secret.jsonl", PLAIN)
    os.chmod(path, 0)
    if os.access(path, os.R_OK):
        raise harness.Skip("this user may read everything")
    report.raises(lambda: run_import(open_database(), path), "an unreadable file", "secret.jsonl")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
