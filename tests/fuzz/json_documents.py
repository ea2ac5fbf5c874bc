"""Mutated JSON documents: an Arbor takes exactly what SQLite's json_valid calls valid, and gives it back.

Differences: a text that is not UTF-8 and a lone surrogate escape are errors; json_valid looks at neither. SQLite 3.40 takes a key
such as ["a"], which no other parser does: what Python's does not take is no JSON either.
"""
import json
import random
import re
import sqlite3

import fuzzing
import harness
import documents

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
VOCABULARY = ["{", "}", "[", "]", ",", ":", '"', "true", "false", "null", "0", "-", "1", "1.5", "1e5", "-0", "0.1e-7", '"a"', '"\\u00e9"', '"\\ud83d\\ude00"', '{"a":1}', "[1]", " ", "\t", "\n", "\r", "\f", "NaN", "Infinity", "'x'", "//", "+1", "01", ".5", "5.", "0x1F"]


def sources():
    texts = [text for _, some in documents.by_name() for text in some if len(text) < 3000]
    return texts + documents.random_texts(random.Random(SEED), 300)


def mutated_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        data[at:at + rng.randrange(3)] = rng.choice([rng.randbytes(1), b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x28\xa1", b"\xef\xbb\xbf", b"\x80", b"", b"\x1f", b"\x7f", b"\x00"])
    return bytes(data)


def cases(rng, count):
    texts = sources()
    for _ in range(count):
        text = rng.choice(texts)
        if rng.random() < 0.25:
            yield mutated_bytes(rng, text.encode())
        else:
            yield fuzzing.mutated(rng, text, VOCABULARY).encode("utf-8", "surrogatepass")


def lone_surrogate(text):
    """An escape of half a pair. Looks at pairs of characters, so that an escaped backslash is none."""
    return re.search(r"\\u[dD][89abAB]", re.sub(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]", "", text.replace("\\\\", "__"))) or re.search(
        r"\\u[dD][c-fC-F]", re.sub(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]", "", text.replace("\\\\", "__")))


def expected(plain, data):
    """Whether the document is to be taken."""
    try:
        text = data.decode("utf-8-sig")  # a mark of the byte order is taken before any text, as in a file
    except UnicodeDecodeError:
        return False
    if "\0" in text:
        return False  # SQLite takes the NUL for the end.
    if not plain.execute("SELECT json_valid(?)", (text,)).fetchone()[0]:
        return False
    try:
        json.loads(text)
    except RecursionError:
        pass
    except ValueError:
        return False
    return not lone_surrogate(text)


def run_one(data):
    plain = sqlite3.connect(":memory:")
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4)")
    want = expected(plain, data)
    inserted = fuzzing.outcome(database, "INSERT INTO t(_tree) VALUES (CAST(? AS TEXT))", (data,))
    if (inserted[0] == "rows") != want:
        return f"INSERT gives {inserted}, json_valid says {want}"
    appended = fuzzing.outcome(database, "SELECT arbor_append('t', ?, '{\"format\":\"json\"}')", (data,))
    if want and appended[0] != "rows":
        return f"arbor_append gives {appended}, json_valid says {want}"
    lines = fuzzing.outcome(database, "SELECT arbor_append('t', ?)", (data + b"\n" + data,))
    skipped = fuzzing.outcome(database, "SELECT arbor_append('t', ?, '{\"on_error\":\"skip\"}')", (b'{"a":1}\n' + data + b'\n{"a":2}\n',))
    if skipped[0] != "rows" and b"\n" not in data:
        return f"skipping gives {skipped}"
    if want:
        wanted = documents.canonical(data.decode("utf-8-sig"))
        for (tree,) in database.execute("SELECT _tree FROM t LIMIT 2").fetchall():
            if not documents.same(documents.canonical(tree), wanted):
                return f"came back as {tree[:500]}"
    database.execute("SELECT arbor_optimize('t')").fetchall()
    check = database.execute("SELECT arbor_check('t')").fetchone()[0]
    valid = database.execute("SELECT min(json_valid(_tree)) FROM t").fetchone()[0]
    return None if check == "ok" and valid in (None, 1) else f"{check}, valid: {valid}, {lines[0]}"


def test_documents(report):
    fuzzing.run_cases(report, list(cases(random.Random(SEED), 1500 if OPTIONS.quick else 20000)), run_one)


def test_depth(report):
    """As deep as promised, and an error beyond; never a crash."""
    for depth in (2, 1000, 1998, 2000, 2002, 10_000, 1_000_000):
        for kind in ("array", "object", "mixed"):
            text = documents.nested(depth, kind)
            got = fuzzing.isolated.call(lambda: fuzzing.outcome(fresh(), "INSERT INTO t(_tree) VALUES (?)", (text,))[0])
            report.equal(got, "rows" if depth <= 2000 else "error", f"{kind} {depth} deep")
            for cut in (text[: len(text) // 2], text[:-1]):
                got = fuzzing.isolated.call(lambda: fuzzing.outcome(fresh(), "SELECT arbor_append('t', ?)", (cut,))[0])
                report.equal(got, "error", f"{kind} {depth} deep, cut")


def fresh():
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE t USING arbor")
    return database


def test_self(report):
    """The judge knows half a pair."""
    report.check(lone_surrogate(json.dumps("\ud800")) and lone_surrogate('"\\udc00\\ud800"') and not lone_surrogate('"\\\\ud800"') and not lone_surrogate(json.dumps("😀")), "lone surrogates")


if __name__ == "__main__":
    harness.run({"test_self": test_self} if OPTIONS.self_check else globals(), OPTIONS)
