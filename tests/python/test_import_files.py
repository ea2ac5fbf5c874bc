"""arbor_import of many files and of trees within documents, its options besides format and limit, and what its messages name."""
import gzip
import json
import shutil

import harness
import isolated
from importing import FOLDER, LINES, OPTIONS, PLAIN, exists, file_of, open_database, run_append, run_import, trees, zstd


def only_here():
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in reads one file of lines")


def folder_of(name, files):
    folder = FOLDER / name
    folder.mkdir()
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return folder


def test_globs_and_lists(report):
    """Files come in order of name, each in its own format, in one transaction, whatever the number of threads."""
    only_here()
    files = {f"p{index:02}.jsonl{suffix}": pack(b"".join(b'{"file":%d,"i":%d}\n' % (index, i) for i in range(index * 37 % 200)))
             for index, (suffix, pack) in enumerate([("", bytes), (".gz", gzip.compress), (".zst", zstd)] * 9)}
    folder = folder_of("many", files | {"other.txt": b"not this"})
    (folder / "p-folder.jsonl").mkdir()
    want = [(index, i) for index in range(27) for i in range(index * 37 % 200)]
    names = json.dumps([str(folder / "p0*"), str(folder / "p1*"), str(folder / "p2*")])
    for threads in (1, 2, 7):
        for what in (str(folder / "p*.jsonl*"), names):
            database = open_database()
            database.execute("SELECT arbor_config('threads', ?)", (threads,)).fetchall()
            done = run_import(database, what)
            report.equal((done["files"], done["trees"], done["rejected"]), (27, len(want), 0), f"{threads} threads: the report")
            report.equal(database.execute("SELECT file, i FROM t ORDER BY _index").fetchall(), want, f"{threads} threads: the trees in order")
            report.equal(database.execute("SELECT arbor_check('t')").fetchall(), [("ok",)], "arbor_check")
            report.check(database.execute("SELECT batches FROM arbor_list").fetchone()[0] <= 2, "small files share a batch")
    database = open_database()
    report.equal(run_import(database, str(folder / "p*"), {"limit": 100})["trees"], 100, "a limit counts over all files")
    report.equal(database.execute("SELECT file, i FROM t ORDER BY _index").fetchall(), want[:100], "the first ones")
    file_of("odd[1]*.jsonl", b"1\n")
    database = open_database()
    report.equal(run_import(database, str(FOLDER / "odd[1]*.jsonl"))["trees"], 1, "a file of exactly that name goes before a glob")


def test_bad_file_among_many(report):
    only_here()
    folder = folder_of("bad", {"a.jsonl": PLAIN, "b.jsonl": PLAIN + b"\n{oops}\n", "c.jsonl": PLAIN})
    database = open_database()
    report.raises(lambda: run_import(database, str(folder / "*.jsonl")), "a broken line in the second file", "b.jsonl, line 301, byte ")
    report.check(not exists(database), "nothing is left behind")
    done = run_import(database, str(folder / "*.jsonl"), {"on_error": "skip", "rejects": "bad lines"})
    report.equal((done["trees"], done["rejected"]), (900, 1), "the others are kept")
    report.check(done["first_rejected"][0]["file"].endswith("b.jsonl"), "the report names the file", done)
    file, line, byte, reason, text = database.execute('SELECT file, line, byte, reason, text FROM "bad lines"').fetchone()
    report.check(file.endswith("b.jsonl") and (line, byte, text) == (301, len(PLAIN) + 3, "{oops}") and "expected a key" in reason, "the table of rejects", (file, line, byte, reason, text))
    run_import(database, str(folder / "b.jsonl"), {"rejects": "bad lines", "source": "from"})
    report.equal(database.execute('SELECT text FROM "bad lines"').fetchall(), [("{oops}",)] * 2, "rejects skips, and goes on in the same table; the text is the file's")
    report.raises(lambda: run_import(database, str(folder / "b.jsonl"), {"rejects": "x", "on_error": "abort"}), "rejects with abort", "rejects")


def test_source(report):
    """The field gets the file's name, in the place of what had it."""
    only_here()
    folder = folder_of("source", {"a.jsonl": b'{"a":1}\n{}\n', "b.json": b'[{"file":"x","b":"}"}, {"c":{}}]'})
    a, b = str(folder / "a.jsonl"), str(folder / "b.json")
    database = open_database()
    run_import(database, str(folder / "*"), {"source": "file"})
    want = [{"a": 1, "file": a}, {"file": a}, {"file": b, "b": "}"}, {"c": {}, "file": b}]
    report.equal([json.loads(tree) for tree in trees(database)], want, "each tree has its file's name")
    scalars = file_of("scalars.jsonl", b"1\n{}\n[2]\n")
    report.raises(lambda: run_import(open_database(), scalars, {"source": "file"}), "a scalar takes no field", "scalars.jsonl, line 1", "source")
    done = run_import(database, scalars, {"source": "file", "on_error": "skip"})
    report.equal((done["trees"], done["rejected"]), (1, 2), "what is no object is rejected")
    report.raises(lambda: database.execute("SELECT arbor_append('t', '{}', '{\"source\":\"f\"}')").fetchall(), "a text has no file", "source")


def test_path(report):
    """Trees within documents, however they are laid out; memory is what one tree needs."""
    only_here()
    elements = [json.loads(line) for line in LINES]
    nested = {"before": {"items": [9]}, "data": {"count": 300, "items": elements, "more": "]}"}, "after": [1, {"data": 2}]}
    mapped = {"data": {"items": {str(index): element for index, element in enumerate(elements)}}}
    for name, text in {"one line": json.dumps(nested), "pretty": json.dumps(nested, indent=1), "two documents": json.dumps(nested) + "\n" + json.dumps(nested), "an array": json.dumps([nested, nested]), "an object of trees": json.dumps(mapped)}.items():
        for suffix in ("json", "jsonl", "json.gz"):
            database = open_database()
            data = text.encode()
            done = run_import(database, file_of(f"{name}.{suffix}", gzip.compress(data) if suffix.endswith("gz") else data), {"path": "data.items"})
            report.equal([json.loads(tree) for tree in trees(database)], elements * (done["trees"] // 300), f"{name}.{suffix}")
            report.equal(done["trees"], 600 if name in ("two documents", "an array") else 300, f"{name}.{suffix}: the report")
    database = open_database()
    run_append(database, "{}")
    database.execute("SELECT arbor_append('t', ?, ?)", ('{"a key":{"x.y":[1,2]}}', '{"path":"\\"a key\\".\\"x.y\\""}')).fetchall()
    report.equal(trees(database), ["{}", "1", "2"], "quoted keys; also of what is appended")
    for text, word in (('{"data":{"items":5}}', "no array or object"), ('{"data":{}}', "has no 'data.items'"), ("[1]", "must be an object"), ('{"data":{"items":[1,}}', ""), ('{"data":{"items":[1,2', "does not end"), ('{"x":01,"data":{"items":[]}}', "begin with 0")):
        path = file_of("bad-path.json", text.encode())
        report.raises(lambda: run_import(open_database(), path, {"path": "data.items"}), f"{text} under data.items", word)
    for bad in ("a[0]", "a[*].b", "", 5):
        report.raises(lambda: run_import(open_database(), path, {"path": bad}), f"the path {bad!r}", "path")


def test_if_exists(report):
    only_here()
    path, database = file_of("again.jsonl", PLAIN), open_database()
    report.equal(run_import(database, path, {"if_exists": "fail"})["trees"], 300, "fail makes what is absent")
    report.raises(lambda: run_import(database, path, {"if_exists": "fail"}), "fail", "t already", "if_exists")
    database.execute("SELECT arbor_create_index('t', 'id')")
    run_import(database, file_of("few.jsonl", b'{"id":7}\n{"id":8}\n'), {"if_exists": "replace"})
    report.equal(trees(database), ['{"id":7}', '{"id":8}'], "replace")
    report.equal(database.execute("SELECT id FROM t WHERE id = 8").fetchall(), [(8,)], "the index is kept")
    report.raises(lambda: run_import(database, file_of("broken.jsonl", b'{"id":9}\n{'), {"if_exists": "replace"}), "a broken file replaces nothing", "line 2")
    report.equal(trees(database), ['{"id":7}', '{"id":8}'], "the trees are as before")
    run_import(database, path, {"if_exists": "append"})
    report.equal(len(trees(database)), 302, "append")


def test_arrays(report):
    """What an array means hangs on the file's name and the format alone."""
    only_here()
    for count in (3, 30000):
        many = [{"i": i, "t": "x" * 50} for i in range(count)]
        shapes = {"a line": json.dumps(many), "lines": "[" + ",\n".join(map(json.dumps, many)) + "]", "pretty": json.dumps(many, indent=2) + "\n\n"}
        for shape, text in shapes.items():
            for name in ("x.json", "x.dat", "x.jsonl", "x.ndjson", "x.jl"):
                for options in ({}, {"on_error": "skip"}, {"format": "array"}, {"format": "json"}):
                    is_line = shape == "a line" and name.endswith(("jsonl", "ndjson", "jl"))
                    one = options["format"] == "json" if "format" in options else is_line
                    database = open_database()
                    done = run_import(database, file_of(name, text.encode()), options)
                    report.equal((done["trees"], done["rejected"]), (1 if one else count, 0), f"{count} trees, {shape}, {name}, {options}")
    # An array that text follows is a tree among others, also where it is longer than what is looked at.
    for first in (["x"], ["x" * 3_000_000]):
        for gap in ("\n", "\n\n", " "):
            text = json.dumps(first) + gap + '[2]\n{"a":3}\n'
            database = open_database()
            run_import(database, file_of("lines.txt", text.encode()))
            run_append(database, text)
            report.equal([len(tree) < 10 for tree in trees(database)], [len(first[0]) < 10, True, True] * 2, f"an array and more after {gap!r}")
            report.equal(database.execute("SELECT count(*) FROM arbor_rows('json ?1', ?)", (text,)).fetchall(), [(3,)], "in a plan too")


def test_lenience(report):
    only_here()
    text = '// a comment\n[ /* [ */ {"a": 1, "url": "http://x/*,]*/", }, // two\n {"b": [1, 2,], "c": "/",},\n]\n'
    database = open_database()
    run_import(database, file_of("config.json", text.encode()), {"lenient": True})
    report.equal(trees(database), ['{"a":1,"url":"http://x/*,]*/"}', '{"b":[1,2],"c":"/"}'], "comments and trailing commas")
    report.raises(lambda: run_import(open_database(), file_of("config.json", text.encode())), "strict by default", "config.json")
    report.raises(lambda: run_import(open_database(), file_of("config.jsonl", b'{"a":1,} // x\n{"a":,}\n'), {"lenient": True}), "places stay", "line 2, byte 21 (byte 7 of the line)")
    numbers = b'{"a":NaN,"b":[Infinity,-Infinity, 1],"c":"NaN, Infinity"}\n{"a":1}\n'
    report.raises(lambda: run_import(open_database(), file_of("numbers.jsonl", numbers)), "not finite", "NaN", "nonfinite")
    for options in ({"nonfinite": "null"}, {"nonfinite": "null", "on_error": "skip"}):
        for before in (False, True):
            database = open_database()
            if before:
                run_append(database, "0")
            done = run_import(database, file_of("numbers.jsonl", numbers), options)
            report.equal((trees(database)[before:], done["rejected"]), (['{"a":null,"b":[null,null,1],"c":"NaN, Infinity"}', '{"a":1}'], 0), f"{options}")
    report.raises(lambda: run_import(open_database(), file_of("bad.jsonl", b'{"a":NaNa}'), {"nonfinite": "null"}), "another word", "bad.jsonl")


def test_beginnings(report):
    """Marks of the byte order, records, and frames to skip."""
    only_here()
    for text, want in (("\x1e{\"a\":1}\n\x1e[2]\n", ['{"a":1}', "[2]"]), ("\ufeff{\"a\":1}", ['{"a":1}'])):
        database = open_database()
        run_import(database, file_of("records", text.encode()))
        run_append(database, text)
        report.equal(trees(database), want * 2, f"{text!r}")
    database.execute("INSERT INTO t(_tree) VALUES (?)", ("\ufeff[5]",))
    database.execute("UPDATE t SET _tree = ? WHERE _index = 0", ("\ufeff[6]",))
    report.equal((trees(database)[0], trees(database)[-1]), ("[6]", "[5]"), "a mark before what is inserted")
    report.equal(database.execute("SELECT tree FROM arbor_rows('json ?1', ?)", ("\ufeff[7]",)).fetchall(), [("7",)], "a mark before the text of a plan")
    skippable = b"\x5f\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    database = open_database()
    run_import(database, file_of("first.zst", skippable + zstd(PLAIN) + skippable + zstd(b"\n{}")))
    report.equal(len(trees(database)), 301, "frames to skip")
    wide = file_of("wide.zst", zstd((PLAIN + b"\n") * 30, "--long=27"))
    database.execute("SELECT arbor_config('max_window_bytes', 65536)").fetchall()
    report.raises(lambda: run_import(database, wide), "a window that is too wide", "wide.zst", "max_window_bytes")
    database.execute("SELECT arbor_config('max_window_bytes', 1 << 31)").fetchall()
    run_import(database, wide)


def test_jsonb(report):
    """What SQLite hands in as JSONB, from 3.45 on, is the JSON that it stands for; on older hosts a blob is a text or refused."""
    only_here()
    try:
        import apsw
    except ImportError:
        raise harness.Skip("no apsw") from None

    def taken():
        database = apsw.Connection(":memory:")
        database.enable_load_extension(True)
        # A copy: a file serves one SQLite library, and Python's own has loaded it here.
        database.load_extension(shutil.copy(OPTIONS.extension, FOLDER / "arbors.so").as_posix())
        database.execute("CREATE VIRTUAL TABLE t USING arbor")
        wrong = []
        for text in ('{"a":[1,2.5,null,true,"x\\n"],"é":{}}', "[1]", "7", '"text"', "null", "{a:+.5,b:0xFF,'c':'\\x41'}", json.dumps(["x" * 300] * 300)):
            for sql in ("INSERT INTO t(_tree) VALUES (jsonb(?1))", "UPDATE t SET _tree = jsonb(?1)", "SELECT arbor_append('t', jsonb('[' || ?1 || ']'))"):
                database.execute("DELETE FROM t")
                if sql.startswith("UPDATE"):
                    database.execute("INSERT INTO t(_tree) VALUES ('{}')")
                database.execute(sql, (text,)).fetchall()
                got = [json.loads(row[0]) for row in database.execute("SELECT _tree FROM t")]
                want = json.loads(database.execute("SELECT json(?)", (text,)).fetchone()[0])
                if got != [want]:
                    wrong.append((text[:40], sql, got))
        return wrong
    report.equal(isolated.call(taken), [], "JSONB")


def test_messages(report):
    only_here()
    path, database = file_of("here.jsonl", PLAIN), open_database()
    for arguments, words in (((path, "t"), ("no such file: t", "comes first")), (("t", str(FOLDER / "none-*.json")), ("no file matches", "none-*.json")), (("t", "https://example.org/x.jsonl"), ("URL", "download")),
                             (("t", "s3://bucket/x"), ("URL",)), (("t", "[]"), ("empty",)), (("t", "[5]"), ("names",)), (("t", json.dumps([path, "absent.jsonl"])), ("no such file: absent.jsonl",))):
        report.raises(lambda: database.execute("SELECT arbor_import(?, ?)", arguments).fetchall(), f"{arguments}", *words)
        report.check(not exists(database), "nothing is left behind")
    report.raises(lambda: run_import(database, file_of("place.jsonl", b'{"a":1}\n{"a":2,"b":x}\n')), "the place", "place.jsonl, line 2, byte 20 (byte 12 of the line): expected a value")
    for name, data, word in (("a.xz", b"\xfd7zXZ\0..", "xz"), ("a.bz2", b"BZh91AY", "bzip2"), ("a.zip", b"PK\3\4", "zip"), ("a.lz4", b"\x04\x22\x4d\x18", "lz4"), ("a.tar", b"\0" * 257 + b"ustar\0", "tar"), ("a.parquet", b"PAR1", "Parquet"), ("a.arrow", b"ARROW1\0\0", "Arrow"),
                             ("a.db", b"SQLite format 3\0", "SQLite"), ("a.csv", b"a,b\n1,2\n", "CSV"), ("a.tsv", b"a\tb\n1\t2\n", "CSV"), ("u.json", '{"a":1}'.encode("utf-16-le"), "UTF-16"), ("v.json", '{"a":1}'.encode("utf-16"), "UTF-16"), ("two.gz", gzip.compress(gzip.compress(b"{}")), "gzip")):
        report.raises(lambda: run_import(database, file_of(name, data)), name, name, word)


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
