"""`_tree` gives back every tree as it came in: generated documents, random ones, and the real input where it is present."""
import random
import subprocess

import documents
import harness
import stand_in

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
open_database = harness.opener(OPTIONS)
BATCHES = [None, 2, 64]


def stored_trees(texts, batch_trees=None, path=":memory:"):
    database = open_database(path)
    database.execute("CREATE VIRTUAL TABLE t USING arbor" + (f"(batch_trees={batch_trees})" if batch_trees else ""))
    # A first line of its own keeps a single text from being taken for an array of trees.
    database.execute("SELECT arbor_append('t', ?)", ("\n".join(['"first"', *texts, '"last"']),)).fetchall()
    rows = [row[0] for row in database.execute("SELECT _tree FROM t ORDER BY _index")]
    database.close()
    return rows[1:-1]


def compare(report, name, texts, rows):
    if not report.check(len(texts) == len(rows), f"{name}: {len(texts)} trees went in, {len(rows)} came out"):
        return
    for index, (text, row) in enumerate(zip(texts, rows)):
        try:
            alike = documents.same(documents.canonical(text), documents.canonical(row))
        except (ValueError, TypeError) as error:
            report.fail(f"{name}, tree {index}: {error}", harness.short(row))
            continue
        report.check(alike, f"{name}, tree {index}", f"in  {harness.short(text)}\n     out {harness.short(row)}")


def test_generated(report):
    for name, texts in documents.by_name():
        for batch_trees in BATCHES:
            try:
                compare(report, f"{name} (batch_trees={batch_trees})", texts, stored_trees(texts, batch_trees))
            except Exception as error:
                report.fail(f"{name} (batch_trees={batch_trees})", f"{type(error).__name__}: {error!s:.300}")


def test_random(report):
    rng = random.Random(SEED)
    for _ in range(8 if OPTIONS.quick else 60):
        texts = documents.random_texts(rng, rng.choice([1, 50, 400]), rng.choice([2, 4, 7]))
        compare(report, "random", texts, stored_trees(texts, rng.choice([None, 1, 7, 64])))


def test_columns_agree_with_the_tree(report):
    """A column's value is what SQLite's json_extract finds in `_tree`, down to the type."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no columns")
    texts = ['{"a":%s,"o":{"p":%s}}' % (value, value) for value in documents.NUMBERS + documents.STRINGS + ["true", "false", "null", "[1,2]", "[]", '[{"b":1}]']]
    for batch_trees in BATCHES:
        database = open_database()
        database.execute("CREATE VIRTUAL TABLE t USING arbor" + (f"(batch_trees={batch_trees})" if batch_trees else ""))
        database.execute("SELECT arbor_append('t', ?)", ("\n".join(texts),)).fetchall()
        for tree, *values in database.execute('SELECT _tree, a, "o.p" FROM t'):
            want = sqlite_values(database, tree)
            report.equal(values, want, f"columns of {tree:.200} (batch_trees={batch_trees})")


def sqlite_values(database, tree):
    """Takes a string from Python's parser, since SQLite 3.40's own ends it at \\u0000."""
    import json
    value = json.loads(tree)["a"]
    if not isinstance(value, str):
        value = database.execute("SELECT json_extract(?, '$.a')", (tree,)).fetchone()[0]
    return [value, value]


def test_reopened(report):
    """The same trees come from the file by another connection."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in keeps its trees in memory")
    texts = documents.random_texts(random.Random(SEED + 1), 500)
    with harness.scratch() as folder:
        path = f"{folder}/t.db"
        stored_trees(texts, 64, path)
        rows = [row[0] for row in open_database(path).execute("SELECT _tree FROM t ORDER BY _index")]
        compare(report, "reopened", texts, rows[1:-1])


def test_infinite_number(report):
    """A number beyond every double is an error that says so, or comes back as such a number."""
    if OPTIONS.self_check:
        raise harness.Skip("Python writes Infinity")
    try:
        rows = stored_trees(['{"n":1e400}', '{"n":[-1e999]}'])
        report.check([documents.canonical(row) for row in rows] == [documents.canonical('{"n":1e400}'), documents.canonical('{"n":[-1e999]}')], "1e400", rows)
    except Exception as error:
        report.check("line" in str(error), "1e400 is refused with a position", str(error))


def test_shared_data(report):
    folder = harness.shared_data()
    if folder is None:
        raise harness.Skip("no shared data (ARBORS_DATA)")
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in is too slow for it")
    files = sorted(folder.glob("*.jsonl.zst"), key=lambda file: file.stat().st_size)
    for file in files[:3] if OPTIONS.quick else files:
        texts = subprocess.run(["zstd", "-dcq", str(file)], check=True, capture_output=True).stdout.decode().splitlines()
        database = open_database()
        database.execute("SELECT arbor_import('t', ?)", (str(file),)).fetchall()
        differences = count = 0
        for text, (row,) in zip(texts, database.execute("SELECT _tree FROM t ORDER BY _index")):
            count += 1
            if not documents.same(documents.canonical(text), documents.canonical(row)):
                differences += 1
                if differences <= 3:
                    report.fail(f"{file.name}, tree {count - 1}", f"in  {harness.short(text)}\n     out {harness.short(row)}")
        report.check(not differences and count == len(texts), f"{file.name}: {differences} of {count} trees differ, {len(texts)} expected")
        report.equal(database.execute("SELECT count(*) FROM t").fetchone()[0], len(texts), f"{file.name}: count")


def test_faults_are_found(report):
    """Under --self-check: each fault of the stand-in makes the comparison fail."""
    if not OPTIONS.self_check:
        return report.ok()
    texts = [text for name, texts in documents.by_name() if "shapes" in name or "numbers" in name for text in texts]
    for fault in stand_in.FAULTS:
        stand_in.FAULT, found = fault, harness.Report(OPTIONS)
        found.fail = lambda *_: setattr(found, "failed", found.failed + 1)
        compare(found, fault, texts, stored_trees(texts))
        report.check(found.failed > 0, f"the fault '{fault}' was not found")
    stand_in.FAULT = None


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
