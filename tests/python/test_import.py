"""arbor_import and arbor_append of good input: formats, compression, options, reports, rejected lines, names, interrupts."""
import gzip
import json
import random
import re
import sqlite3
import threading

import harness
from importing import (FOLDER, LINES, OPTIONS, PLAIN, SEED, alike, exists, file_of, open_database, run_append, run_import, trees, writable, zstd)
from snippets import INVALID


def test_formats(report):
    """Each file is imported, and its text appended, with the same trees."""
    pretty = "[\n" + ",\n".join(json.dumps(json.loads(line), indent=2) for line in LINES) + "\n]\n"
    first = [LINES[0]]
    cases = {"JSON Lines": (PLAIN + b"\n", LINES), "no last line end": (PLAIN, LINES), "CRLF": (PLAIN.replace(b"\n", b"\r\n") + b"\r\n", LINES),
             "byte order mark": (b"\xef\xbb\xbf" + PLAIN, LINES), "blank lines": (b"\n\n" + PLAIN.replace(b"\n", b"\n \t\n\r\n") + b"\n\n  ", LINES),
             "an array": (("[" + ",".join(LINES) + "]").encode(), LINES), "a pretty-printed array": (pretty.encode(), LINES),
             "an array after white space and a mark": (b"\xef\xbb\xbf \r\n\t" + pretty.encode() + b"\n\n", LINES), "an empty array": (b" [ ] ", []),
             "an array of scalars": (b"[1, 2.5, \"x\", null, [3], {}]", ["1", "2.5", '"x"', "null", "[3]", "{}"]),
             "one object": (LINES[0].encode(), first), "one pretty-printed object": (json.dumps(json.loads(LINES[0]), indent=4).encode() + b"\n", first),
             "one scalar": (b"42", ["42"]), "one string": (b' "a\\nb" \n', ['"a\\nb"']), "one null": (b"null\n", ["null"]),
             "arrays on lines": (b"[1,2]\n[3]\n[]\n", ["[1,2]", "[3]", "[]"]), "scalars on lines": (b"1\n\"x\"\nnull\n", ["1", '"x"', "null"]),
             "two lines": (b"{}\n{\"a\":1}", ["{}", '{"a":1}']), "white space around": (b"  {\"a\":1}  \n\t{\"b\":2}\t\n", ['{"a":1}', '{"b":2}']),
             "one long line": (json.dumps({"s": "x" * 5_000_000}).encode() + b"\n{}", [json.dumps({"s": "x" * 5_000_000}), "{}"]),
             "line separators inside a string": ("{\"a\":\"\u2028\u0085\u000b\"}".replace("\u000b", "\\u000b").encode() + b"\n{}", ['{"a":"\\u2028\\u0085\\u000b"}', "{}"])}
    for index, (name, (data, want)) in enumerate(cases.items()):
        for suffix, pack in (("jsonl", bytes), ("json", bytes), ("txt.gz", gzip.compress), ("jsonl.zst", zstd)):
            database = open_database()
            done = run_import(database, file_of(f"case{index}.{suffix}", pack(data)))
            # A line of a .jsonl is a tree, an array too.
            lines = [data.decode().strip()] if suffix.startswith("jsonl") and data.strip().startswith(b"[") and data.strip().endswith(b"]") and b"\n" not in data else want
            report.check(done["trees"] == len(lines), f"{name}.{suffix}: the report's trees", done)
            report.check(alike(trees(database), lines), f"{name}.{suffix}", harness.short(trees(database)))
        for argument in (data, data.decode("utf-8")):
            database = open_database()
            run_append(database, argument)
            report.check(alike(trees(database), want), f"{name} appended as {type(argument).__name__}", harness.short(trees(database)))


def test_report(report):
    database, path = open_database(), file_of("report.jsonl", PLAIN)
    done = run_import(database, path)
    report.check({"trees", "bytes", "seconds", "rejected"} <= set(done), "the report's keys", done)
    report.check(done["bytes"] == len(PLAIN), "the report's bytes", done)
    report.check(isinstance(done["seconds"], (int, float)) and done["seconds"] >= 0, "the report's seconds", done)
    report.check(not done["rejected"], "nothing was rejected", done)
    run_import(database, path)
    report.check(alike(trees(database), LINES * 2), "a second import appends")


def test_empty(report):
    for name, data in (("empty", b""), ("blank", b" \n\r\n\t"), ("mark", b"\xef\xbb\xbf"), ("empty.gz", gzip.compress(b"")), ("empty.zst", zstd(b""))):
        database = open_database()
        report.check(run_import(database, file_of(f"{name}", data))["trees"] == 0, f"{name}: no trees")
        report.equal(database.execute("SELECT count(*) FROM t").fetchall(), [(0,)], f"{name}: an Arbor without trees")


def test_compressed_pieces(report):
    """Files of several members or frames, skippable frames, and damaged or cut ones."""
    half = PLAIN.index(b"\n", len(PLAIN) // 2) - 7  # Inside a line.
    skippable = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    good = {"members.gz": gzip.compress(PLAIN[:half]) + gzip.compress(PLAIN[half:]), "frames.zst": zstd(PLAIN[:half]) + zstd(PLAIN[half:]),
            "skippable.zst": zstd(PLAIN[:half]) + skippable + zstd(PLAIN[half:]), "long.zst": zstd(PLAIN, "--long=25"), "best.zst": zstd(PLAIN, "-19")}
    for name, data in good.items():
        database = open_database()
        run_import(database, file_of(name, data))
        report.check(alike(trees(database), LINES), name)
    packed, framed = gzip.compress(PLAIN), zstd(PLAIN)
    bad = {"cut.gz": packed[:-20], "cut.zst": framed[:-20], "cut-head.gz": packed[:5], "cut-head.zst": framed[:3], "sum.gz": packed[:-8] + b"\0" * 8,
           "flip.zst": framed[:60] + bytes([framed[60] ^ 255]) + framed[61:], "text.gz": PLAIN, "text.zst": PLAIN, "tail.gz": packed + b"garbage after the end"}
    for name, data in bad.items():
        database, path = open_database(), file_of(name, data)
        if name in ("text.gz", "text.zst", "tail.gz"):  # Reading what is plainly text would be as right as refusing it.
            try:
                run_import(database, path)
                report.check(alike(trees(database), LINES), f"{name}: taken, but not as it is")
            except sqlite3.Error:
                report.check(not exists(database), f"{name}: nothing is left behind")
            continue
        report.raises(lambda: run_import(database, path), name, name)
        report.check(not exists(database), f"{name}: nothing is left behind")


def test_options(report):
    path = file_of("options.jsonl", PLAIN)
    for limit in (0, 1, 10, 299, 300, 10**6):
        database = open_database()
        done = run_import(database, path, {"limit": limit})
        report.check(done["trees"] == min(limit, 300) and alike(trees(database), LINES[:limit]), f"limit {limit}", done)
    for options in ({"on_error": "abort"}, {"on_error": "skip"}, {}):
        database = open_database()
        run_import(database, path, options)
        report.check(alike(trees(database), LINES), f"options {options}")
    refused = [{"nonsense": 1}, {"on_error": "ignore"}, {"on_error": 5}, {"limit": "many"}, {"limit": -1}, {"format": "nonsense"}, {"format": 7}, [], 5, "x"]
    for options in refused:
        if OPTIONS.self_check and options in ({"limit": -1}, {"format": 7}, [], 5, "x"):
            continue
        database = open_database()
        words = list(options) if isinstance(options, dict) else []
        report.raises(lambda: run_import(database, path, options), f"options {options} are refused", *words)
        report.check(not exists(database), f"options {options}: nothing is left behind")
    if OPTIONS.self_check:
        return
    for text in ("null", None):
        database = open_database()
        report.raises(lambda: database.execute("SELECT arbor_import('t', ?, ?)", (path, text)).fetchone(), f"options {text} are refused", "options")
        report.check(not exists(database), f"options {text}: nothing is left behind")


def rejections(done):
    """The count and the list of rejected lines, wherever the report keeps them."""
    listed = next((value for value in done.values() if isinstance(value, list)), None)
    counted = done["rejected"]
    if isinstance(counted, dict):
        listed = next((value for value in counted.values() if isinstance(value, list)), listed)
        counted = next(value for value in counted.values() if isinstance(value, int))
    return counted, listed


def test_skip(report):
    """on_error=skip keeps every good line, counts all bad ones, and gives 20 of them with line and reason."""
    rng = random.Random(SEED)
    bad = sorted(rng.sample(range(300), 45))
    lines = [INVALID[rng.randrange(len(INVALID))].encode("utf-8", "surrogateescape") if index in bad else line.encode() for index, line in enumerate(LINES)]
    lines = [line if line.strip() else b"{" for line in lines]
    for name, pack in (("skip.jsonl", bytes), ("skip.jsonl.zst", zstd)):
        database = open_database()
        done = run_import(database, file_of(name, pack(b"\n".join(lines))), {"on_error": "skip"})
        counted, listed = rejections(done)
        report.equal((done["trees"], counted), (255, 45), f"{name}: counts")
        report.check(alike(trees(database), [line for index, line in enumerate(LINES) if index not in bad]), f"{name}: the good lines")
        if report.check(isinstance(listed, list) and len(listed) == 20, f"{name}: 20 rejections are listed", done):
            for entry, index in zip(listed, bad):
                text = entry if isinstance(entry, str) else json.dumps(entry)
                report.check(re.search(rf"\b{index + 1}\b", text) and len(text) > 12, f"{name}: line {index + 1} and a reason", text)
    for name, text in (("array.json", b'[{"a":1},\n{"a":x},\n{"a":2}]'), ("array-in-a-line", b'[{"a":1},{"a":x},{"a":2}]\n')):
        database = open_database()
        done = run_import(database, file_of(name, text), {"on_error": "skip"})
        report.equal((done["trees"], rejections(done)[0]), (2, 1), f"{name}: the broken element alone is rejected")
        report.check(alike(trees(database), ['{"a":1}', '{"a":2}']), f"{name}: the other elements", trees(database))
    for first in ('{"a":1} {"b":2}', "[1] [2]"):
        database, rest = open_database(), '\n{"a":3}\n{"a":\n{"a":4}\n{"a":5}\n'
        done = run_import(database, file_of("first.jsonl", (first + rest).encode()), {"on_error": "skip"})
        report.equal((done["trees"], rejections(done)[0]), (3, 2), f"{first}: the first line alone is broken, and the fourth")
    database = open_database()
    done = run_import(database, file_of("all-bad.jsonl", b"{\n" * 3000), {"on_error": "skip"})
    report.equal((done["trees"], rejections(done)[0]), (0, 3000), "all lines are bad")


def test_arrays_cut_short(report):
    """on_error=skip keeps the elements of an array whose end is missing, and says so."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in takes whole arrays only")
    database = open_database()
    for number, (text, kept, reasons) in enumerate((
            (b'[{"a":1},{"a":2},{"a":3,"b":[1,2', 2, ("the text ends", "the array does not end")), (b'[{"a":1},{"a":2}', 2, ("the array does not end",)),
            (b'[{"a":1},\n{"a":2},\n', 2, ("the array does not end",)), (b"[1, 2, 3", 3, ("the array does not end",)))):
        for options in ({"on_error": "skip"}, {"on_error": "skip", "format": "array"}):
            name = f"{number}{len(options)}.json"
            done = run_import(database, file_of(name, text), options)
            report.equal((done["trees"], done["rejected"]), (kept, len(reasons)), f"an array cut short: {text!r} {options}")
            for reject, reason in zip(done["first_rejected"], reasons):
                report.check(reason in reject["reason"], f"an array cut short: {text!r}", reject)
        report.raises(lambda: run_import(database, file_of("cut.json", text), {}), f"{text!r}: all or nothing")


def test_names(report):
    """Schemas and names that need quotes."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in knows plain names only")
    path, database = file_of("names.jsonl", PLAIN), open_database()
    database.execute("ATTACH ? AS other", (str(FOLDER / "other.db"),))
    for name, where in (("other.t", "other.t"), ("temp.u", "temp.u"), ("main.v", "main.v"), ("odd name", '"odd name"'), ("Ärbor", '"Ärbor"'), ("select", '"select"'), ("it's", '"it\'s"'),
                        ('"quoted name"', '"quoted name"'), ('other."dotted.name"', 'other."dotted.name"'), ('"a""b"', '"a""b"')):
        run_import(database, path, name=name)
        report.equal(database.execute(f"SELECT count(*) FROM {where}").fetchall(), [(300,)], f"the Arbor {name}")
        report.equal(database.execute("SELECT arbor_check(?)", (name,)).fetchall(), [("ok",)], f"{name} checks")


def test_interrupt(report):
    """An interrupt from another thread ends an import soon, and nothing is left of it. One that comes when the import has
    been committed, and before the host has stepped its SELECT to the end, is an error of this SELECT: then all is left."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in does not listen")
    path = str(FOLDER / "large.jsonl")
    rounds = 20 if OPTIONS.quick else 60
    with open(path, "wb") as file:
        for _ in range(rounds):
            file.write((PLAIN + b"\n") * 100)
    whole = rounds * 100 * len(LINES)
    interrupted = 0
    for delay in (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2):
        for inside in (False, True):
            database = open_database(check_same_thread=False)
            run_append(database, LINES[0])
            if inside:
                database.execute("BEGIN")
            timer = threading.Timer(delay, database.interrupt)
            timer.start()
            try:
                run_import(database, path)
            except sqlite3.OperationalError as error:
                interrupted += 1
                report.check("interrupt" in str(error), "the message", str(error))
                timer.join()
                # SQLite may end a transaction whose write is interrupted.
                report.check(inside or not database.in_transaction, f"no transaction is left open after an interrupt at {delay} s")
                left = len(trees(database))
                report.check(left in (1, 1 + whole), f"nothing is left, or all, after an interrupt at {delay} s", str(left))
                report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], f"arbor_check after an interrupt at {delay} s")
                if database.in_transaction:
                    database.execute("COMMIT")
                run_append(database, LINES[1])
                report.equal(len(trees(database)), left + 1, f"writing goes on after an interrupt at {delay} s")
            timer.join()
    if not interrupted:
        raise harness.Skip("each import was faster than its interrupt")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
