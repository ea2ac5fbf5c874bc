"""arbor_export: every format and compression read back, by Python and by the readers of Arrow; all or nothing; errors; reports."""
import gzip
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import threading

import arrow_model
import arrow_readers
import documents
import harness

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
open_database = harness.opener(OPTIONS)
SCRATCH = harness.scratch()
FOLDER = pathlib.Path(SCRATCH.name)

NESTED = [{"id": 1, "name": "Ärger \U0001f600", "stints": [{"team": "a", "games": [1, 2]}, {"team": None, "games": []}], "ratio": 0.5},
          {"id": 2, "name": None, "stints": [], "ratio": 2, "born": {"year": 1970, "place": {"city": "Ürümqi"}}},
          {"id": None, "stints": None, "flag": True, "born": {}},
          {},
          {"id": -2**63, "name": "nul \u0000 inside", "stints": [{"team": "", "games": [None, 2**53 + 1], "extra": {"deep": [[1.5], [], None]}}], "flag": False}]
MIXED = [{"m": 1, "list": [1, "x", None]}, {"m": "1", "list": [{"k": [True]}]}, {"m": [1], "list": []}, {"m": {"k": None}, "big": 2**64, "near": 2**53 + 1}, {"m": None, "near": 0.5, "empty": {}}]


def filled(texts, batch_trees=None):
    database = open_database()
    database.execute("CREATE VIRTUAL TABLE t USING arbor" + (f"(batch_trees={batch_trees})" if batch_trees else ""))
    if texts:  # As an array, so that a tree that is an array stays one.
        database.execute("SELECT arbor_append('t', ?)", ("[" + ",".join(texts) + "]",)).fetchall()
    return database


def export(database, plan, name, options=None):
    path = str(FOLDER / name)
    arguments = (plan, path) if options is None else (plan, path, json.dumps(options))
    done = json.loads(database.execute(f"SELECT arbor_export({', '.join('?' * len(arguments))})", arguments).fetchone()[0])
    return path, done


def unpack(path):
    data = pathlib.Path(path).read_bytes()
    if path.endswith(".gz"):
        return gzip.decompress(data)
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq"], input=data, check=True, capture_output=True).stdout
    return data


def json_texts(path):
    """The trees of an exported JSON file, as texts."""
    text = unpack(path).decode()
    if ".jsonl" in path or ".ndjson" in path:
        return text.split("\n")[:-1] if text else []
    return [json.dumps(tree) for tree in json.loads(text)]


def alike(texts, others):
    return len(texts) == len(others) and all(documents.same(documents.canonical(one), documents.canonical(two)) for one, two in zip(texts, others))


def test_parameters(report):
    """The plan's parameters stand behind the options."""
    database = filled(['{"a":1}', '{"a":2}', '{"a":3}'])
    path = str(FOLDER / "parameters.jsonl")
    database.execute("SELECT arbor_export('t | filter a = ?1 OR a = ?2 | select a + ?2 as b', ?, '{}', 3, 1)", (path,)).fetchall()
    report.equal(json_texts(path), ['{"b":2}', '{"b":4}'], "two parameters")
    report.raises(lambda: database.execute("SELECT arbor_export('t | filter a = ?1', ?, '{}')", (path,)).fetchall(), "none given", "?1 is not given")


def test_json(report):
    """Every JSON format and compression gives the trees back, in order, unchanged."""
    texts = [json.dumps(tree) for tree in NESTED + MIXED] + ["5", "null", '"x"', "[]", "[1,{}]", '{"b":1,"a":2}', '{"a":2,"b":1.0}', "12345678901234567890"]
    for batch_trees in (None, 2):
        database = filled(texts, batch_trees)
        for ending in ("jsonl", "ndjson", "json", "jsonl.gz", "jsonl.zst", "json.gz", "json.zst", "JSON"):
            path, done = export(database, "t", f"trees.{ending}")
            report.check(alike(json_texts(path), texts), f"{ending} (batch_trees={batch_trees})", unpack(path)[:300])
            report.equal((done["trees"], done["bytes"]), (len(texts), os.path.getsize(path)), f"{ending}: the report")
            report.check(isinstance(done["seconds"], (int, float)) and done["seconds"] >= 0, f"{ending}: the seconds", done)


def test_generated(report):
    """Generated and random documents: JSON Lines gives the texts back."""
    rng = random.Random(SEED)
    cases = [(name, texts) for name, texts in documents.by_name()] + [("random", documents.random_texts(rng, 300)) for _ in range(3 if OPTIONS.quick else 15)]
    for name, texts in cases:
        path, _ = export(filled(texts), "t", "generated.jsonl.zst")
        report.check(alike(json_texts(path), texts), name)


def arrow_cases():
    rng = random.Random(SEED)
    yield "nested", NESTED
    yield "mixed", MIXED
    yield "empty", []
    yield "scalars", [1, None, 3]
    yield "texts", ["a", "\u0000", "é", None]
    yield "arrays", [[1, 2], [], [None], [3]]
    yield "objects and scalars", [{"a": 1}, 5, "x", None]
    yield "objects without keys", [{}, {}]
    yield "only nulls", [{"a": None, "b": [None]}, {"b": []}]
    yield "many rows", [{"i": index, "s": str(index % 7) * (index % 5), "l": [{"v": float(step)} for step in range(index % 4)], "b": index % 3 == 0} for index in range(8_000 if OPTIONS.quick else 40_000)]
    for number in range(5 if OPTIONS.quick else 30):
        yield f"random {number}", [random_record(rng) for _ in range(rng.choice([1, 9, 400]))]


def random_record(rng):
    """An object of a few typed keys, each of which may be missing or null."""
    makers = {"i": lambda: rng.randrange(-2**63, 2**63), "r": lambda: rng.choice([rng.gauss(0, 1), rng.randrange(1000)]), "s": lambda: rng.choice(["", "é", "text", "\U0001f600"]), "b": lambda: rng.random() < 0.5,
              "l": lambda: [rng.choice([None, rng.randrange(9)]) for _ in range(rng.randrange(4))],
              "o": lambda: {"p": rng.choice([None, 1.5]), "q": [{"x": rng.choice(["y", None]), "z": [rng.random() < 0.5]} for _ in range(rng.randrange(3))]},
              "m": lambda: rng.choice([1, "1", [1], {"k": 1}])}
    return {key: rng.choice([None, make()]) for key, make in makers.items() if rng.random() < 0.8}


def test_arrow(report):
    """Arrow files, read back by each reader, hold the documents; the nested ones as structs and lists."""
    cases = []
    for index, (name, trees) in enumerate(arrow_cases()):
        database = filled([json.dumps(tree) for tree in trees], random.Random(SEED + index).choice([None, 3, 1000]))
        for ending in ("arrow", "arrows"):
            path, done = export(database, "t", f"case{index}.{ending}")
            report.equal((done["trees"], done["bytes"]), (len(trees), os.path.getsize(path)), f"{name}.{ending}: the report")
            cases.append((f"{name}.{ending}", path, trees))
    for reader in arrow_readers.READERS:
        found = arrow_readers.read(reader, [path for _, path, _ in cases])
        if found is None:
            report.skip(f"{reader} is not installed")
            continue
        for (name, _, trees), content in zip(cases, found):
            if reader == "duckdb" and not trees:
                continue  # It takes no table without columns.
            wrong = arrow_model.difference(content, trees)
            report.check(wrong is None, f"{reader}: {name}", wrong)


def test_arrow_types(report):
    """The types are Arrow's own, kept through nesting; what does not go together is JSON text."""
    paths = [export(filled([json.dumps(tree) for tree in trees], 2), "t", f"types{index}.arrow")[0] for index, trees in enumerate((NESTED, MIXED))]
    paths.append(export(filled([json.dumps(tree) for tree in NESTED]), "t", "types.feather")[0])
    found = arrow_readers.read("pyarrow", paths)
    if found is None:
        raise harness.Skip("pyarrow is not installed")
    marked = "extension<arrow.json>"
    nested = ["int64", "string", "list<item: struct<team: string, games: list<item: int64>, extra: struct<deep: list<item: list<item: double>>>>>", "double",
              "struct<year: int64, place: struct<city: string>>", "bool"]
    for content, want in zip(found, (nested, [marked, f"list<item: {marked}>", "double", "double", marked], nested)):
        report.equal(content.get("types"), want, "types")
    report.equal([row[0] for row in found[1]["rows"]], ["1", '"1"', "[1]", '{"k":null}', None], "a mixed column")


def test_arrow_compressed(report):
    """A compressed Arrow file is the same file, compressed."""
    database = filled([json.dumps(tree) for tree in NESTED])
    plain = unpack(export(database, "t", "plain.arrow")[0])
    for ending in ("gz", "zst"):
        report.check(unpack(export(database, "t", f"packed.arrow.{ending}")[0]) == plain, ending)


def test_plans(report):
    """Any plan is exported: filtered, ordered, computed, grouped."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no plans")
    trees = [{"id": index, "g": index % 3, "l": [{"v": index}, {"v": None}][: index % 3]} for index in range(500)]
    database = filled([json.dumps(tree) for tree in trees], 64)
    plans = ["t", "t | filter g = 1", "t | sort_by id desc | head 5", "t | select id * 2 as twice, l", "t | group_by g { count() as n, sum(id) as s }", "t | explode l", "t | filter id < 0",
             "t | head 3", "json '[1,{\"a\":[2]}]'", "t | reverse | take 0, 5, 5"]
    paths = []
    for plan in plans:
        want = [row[0] for row in database.execute("SELECT tree FROM arbor_rows(?) ORDER BY idx", (plan,))]
        for ending in ("jsonl", "json"):
            path, done = export(database, plan, f"plan.{ending}")
            report.check(alike(json_texts(path), want) and done["trees"] == len(want), f"{plan} to {ending}")
        paths.append((plan, export(database, plan, f"plan{len(paths)}.arrow")[0], [json.loads(text) for text in want]))
    found = arrow_readers.read("pyarrow", [path for _, path, _ in paths])
    for (plan, _, want), content in zip(paths, found or []):
        wrong = arrow_model.difference(content, want)
        report.check(wrong is None, f"{plan} to arrow", wrong)


def test_options(report):
    database = filled(["1", "2"])
    path, _ = export(database, "t", "named.txt", {"format": "jsonl"})
    report.equal(unpack(path), b"1\n2\n", "a named format")
    path, _ = export(database, "t", "named.jsonl.gz", {"format": "json"})
    report.equal(json.loads(unpack(path)), [1, 2], "a named format stands before the ending")
    for options in ({"format": "csv"}, {"format": 5}, {"nonsense": 1}, [], 5, "json"):
        report.raises(lambda: export(database, "t", "refused.jsonl", options), f"options {options}")
        report.check(not (FOLDER / "refused.jsonl").exists(), f"options {options}: no file")


def test_errors(report):
    """Nothing is left of an export that fails, and what was there stays; the message names the file."""
    database = filled(["1", "2"])
    (FOLDER / "a folder").mkdir()
    (FOLDER / "before.jsonl").write_bytes(b"before")
    files = set(os.listdir(FOLDER))
    for name, *words in (("x.csv", ".jsonl", ".arrow"), ("x", ".jsonl"), ("missing/x.jsonl", "missing/x.jsonl", "director"), ("a folder", "a folder"), ("a folder/", "a folder")):
        report.raises(lambda: export(database, "t", name), name, *words)
    report.raises(lambda: export(database, "t", "a folder", {"format": "json"}), "a folder, with a format", "directory")
    report.raises(lambda: export(database, "t", "/dev/null", {"format": "json"}), "a device", "/dev/null")
    report.raises(lambda: export(database, "no_such_arbor", "before.jsonl"), "no such Arbor", "no_such_arbor")
    if not OPTIONS.self_check:
        report.raises(lambda: export(database, "t | nonsense", "before.jsonl"), "a wrong plan", "nonsense")
        report.raises(lambda: export(database, "t | take 99", "before.jsonl"), "an index out of range")
    report.equal((FOLDER / "before.jsonl").read_bytes(), b"before", "what was there")
    report.equal(set(os.listdir(FOLDER)), files, "no file is left behind")


def test_replaced(report):
    """An export replaces what was there, in one step, with its permissions kept."""
    database = filled(["1", "2"])
    (FOLDER / "old.jsonl").write_bytes(b"before" * 1000)
    os.chmod(FOLDER / "old.jsonl", 0o640)
    with open(FOLDER / "old.jsonl", "rb") as reader:
        path, _ = export(database, "t", "old.jsonl")
        report.equal(reader.read(), b"before" * 1000, "who had opened the old file reads on")
    report.equal((unpack(path), os.stat(path).st_mode & 0o777), (b"1\n2\n", 0o640), "the new file")


def test_interrupt(report):
    """An interrupt from another thread ends an export soon; the old file stays."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in does not listen")
    database = open_database(check_same_thread=False)
    database.execute("CREATE VIRTUAL TABLE t USING arbor")
    database.execute("SELECT arbor_append('t', ?)", ("\n".join(json.dumps({"i": index, "s": "text " * 20}) for index in range(100_000 if OPTIONS.quick else 300_000)),)).fetchall()
    for name in ("interrupted.jsonl.zst", "interrupted.arrow"):
        (FOLDER / name).write_bytes(b"before")
        files = set(os.listdir(FOLDER))
        timer = threading.Timer(0.01, database.interrupt)
        timer.start()
        try:
            export(database, "t", name)
            report.skip(f"{name}: the export was faster than its interrupt")
        except sqlite3.OperationalError as error:
            report.check("interrupt" in str(error), f"{name}: the message", str(error))
            report.equal(set(os.listdir(FOLDER)), files, f"{name}: no file is left behind")
            there = (FOLDER / name).read_bytes()
            if there != b"before" and there == pathlib.Path(export(database, "t", f"whole.{name}")[0]).read_bytes():
                report.skip(f"{name}: the interrupt came when the file was whole")
            else:
                report.check(there == b"before", f"{name}: what was there", harness.short(there))
        timer.join()


def test_not_from_the_schema(report):
    """Views and triggers may not write files."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in does not guard")
    database = filled(["1"])
    database.execute("CREATE VIEW v AS SELECT arbor_export('t', '%s')" % (FOLDER / "view.jsonl"))
    report.raises(lambda: database.execute("SELECT * FROM v").fetchall(), "a view", "unsafe use")
    report.check(not (FOLDER / "view.jsonl").exists(), "no file")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
