"""Imports and appends into Arbors with a key: every `on_conflict`, against a model, for conflicts with stored and pending trees, inside one file and
across batches, in files that are opened again; bad keys are rejected lines; all or nothing."""
import json
import random
import sqlite3

import harness

WORDS = ["error", "replace", "ignore", "merge"]


def merge(value, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    value = dict(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            value.pop(key, None)
        else:
            value[key] = merge(value.get(key), part)
    return value


def expected(rows, trees, word):
    """What is there afterwards, the numbers of trees taken and of those replaced; None for a conflict that is an error."""
    rows, taken, replaced = list(rows), 0, 0
    for tree in trees:
        at = next((at for at, row in enumerate(rows) if row["id"] == tree["id"]), None)
        if at is None:
            rows.append(tree)
        elif word == "error":
            return None
        elif word == "ignore":
            continue
        else:
            rows[at] = tree if word == "replace" else merge(rows[at], tree)
            replaced += 1
        taken += 1
    return rows, taken, replaced


def shown(database):
    return [json.loads(tree) for tree, in database.execute("SELECT _tree FROM t ORDER BY _index")]


def random_trees(rng, number, keys):
    """Trees with some of `keys`, of which many are one that came shortly before with another value."""
    value = lambda: rng.choice([1, "a", True, [1], {"x": rng.randrange(3), "y": [2]}, {"x": {"z": rng.randrange(3)}}])
    trees = []
    for _ in range(number):
        tree = {"id": rng.randrange(keys), **{key: value() for key in rng.sample("abcd", rng.randint(0, 3))}}
        if trees and rng.random() < 0.5:
            tree = json.loads(json.dumps(rng.choice(trees[-3:])))
            key = rng.choice(list(tree))
            if key != "id":
                inside = isinstance(tree[key], dict) and rng.random() < 0.7
                tree[key] = {**tree[key], "x": rng.randrange(9)} if inside else value()
        trees.append(tree)
    return trees


def test_random(report):
    rng = random.Random(harness.seed_of(report.options))
    with harness.scratch() as folder:
        for number in range(30 if report.options.quick else 300):
            one_random(report, rng, number, f"{folder}/{number}.db")


def one_random(report, rng, number, path):
    database = harness.connect(report.options.extension, path)
    database.execute("PRAGMA synchronous=OFF")
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(id, key=id, batch_trees={rng.choice([5, 50, 300])})")
    model, keys, mass = [], rng.choice([5, 100, 10000]), rng.choice([3, 60, 600])
    for step in range(6):
        report.where = f"run {number}, step {step}"
        trees = random_trees(rng, rng.randrange(mass), keys)
        word = rng.choice(WORDS)
        if word == "merge":
            for each in trees:
                each.update(rng.choice([{}, {}, {"a": None}, {"b": {"x": None, "z": 1}}, {"b": {"x": rng.randrange(9)}}]))
        want = expected(model, trees, word)
        text = "\n".join(map(json.dumps, trees)) if rng.random() < 0.7 else json.dumps(trees)
        try:
            found = json.loads(database.execute("SELECT arbor_append('t', ?, ?)", (text, json.dumps({"on_conflict": word}))).fetchone()[0])
            report.equal((found["trees"], found["replaced"]), want and want[1:], word)
        except sqlite3.Error as error:
            report.equal(want, None, f"an error: {error}")
            report.equal(error.sqlite_errorcode, 2067, "its code")
        model = want[0] if want else model
        report.equal(shown(database), model, f"after {word}")
        report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", "arbor_check")
        if rng.random() < 0.5:
            database.close()
            database = harness.connect(report.options.extension, path)
            report.equal(shown(database), model, f"opened again after {word}")
        if rng.random() < 0.3:
            database.execute("SELECT arbor_optimize('t')")
        if rng.random() < 0.3 and model:
            gone = rng.choice(model)["id"]
            database.execute("DELETE FROM t WHERE id = ?", (gone,))
            model = [row for row in model if row["id"] != gone]
    database.close()


def test_files(report):
    with harness.scratch() as folder:
        database = harness.connect(report.options.extension)
        database.execute("CREATE VIRTUAL TABLE t USING arbor(id, key=(id, o.k), batch_trees=100)")
        for part in range(3):
            with open(f"{folder}/{part}.jsonl", "w") as file:
                file.writelines(json.dumps({"id": number, "o": {"k": 0}, "part": part}) + "\n" for number in range(part * 400, part * 400 + 1000))
        call = lambda file, **options: json.loads(database.execute("SELECT arbor_import('t', ?, ?)", (f"{folder}/{file}", json.dumps(options))).fetchone()[0])
        report.raises(lambda: call("*.jsonl"), "conflicts between files", "1.jsonl, line 1, ", "UNIQUE constraint failed: t.id, t.o.k")
        report.raises(lambda: call("*.jsonl", on_error="skip"), "on_error does not matter", "UNIQUE constraint failed: t.id, t.o.k")
        report.equal(database.execute("SELECT count(*) FROM t").fetchone()[0], 0, "nothing")
        found = call("*.jsonl", on_conflict="replace")
        report.equal((found["files"], found["trees"], found["replaced"], found["rejected"]), (3, 3000, 1200, 0), "replaced")
        report.equal(database.execute("SELECT count(*), sum(part = 0), sum(part = 2), sum(_index = id) FROM t").fetchone(), (1800, 400, 1000, 1800), "each in its place")
        found = call("0.jsonl", on_conflict="ignore")
        report.equal((found["trees"], found["replaced"]), (0, 0), "ignored")
        found = call("0.jsonl", on_conflict="replace", source="from", limit=10)
        report.equal((found["trees"], found["replaced"]), (10, 10), "limit counts what was taken")
        report.equal(database.execute("SELECT count(*) FROM t WHERE \"from\" LIKE '%0.jsonl'").fetchone()[0], 10, "source")
        found = call("1.jsonl", if_exists="replace")
        report.equal((found["trees"], database.execute("SELECT count(*), arbor_option('t', 'key') FROM t").fetchone()), (1000, (1000, "id, o.k")), "if_exists keeps the key")
        with open(f"{folder}/bad.jsonl", "w") as file:
            file.write('{"id":1,"o":{"k":1}}\n{"id":2}\n{"id":3,"o":{"k":[]}}\n{"id":4,\n{"id":null,"o":{"k":5}}\n7\n{"id":5,"o":{"k":1}}\n')
        report.raises(lambda: call("bad.jsonl"), "a tree without its key", "bad.jsonl, line 2, byte 22", "NOT NULL constraint failed: t.o.k")
        for many in (0, 300):
            with open(f"{folder}/bad.jsonl", "a") as file:
                file.writelines(json.dumps({"id": number, "o": {"k": 7}}) + "\n" for number in range(many))
            found = call("bad.jsonl", on_conflict="replace", rejects="bad")
            report.equal((found["trees"], found["rejected"]), (2 + many, 5), "rejected")
            report.equal(database.execute("SELECT line, text FROM bad ORDER BY line").fetchall()[:2], [(2, '{"id":2}'), (3, '{"id":3,"o":{"k":[]}}')], "what was rejected")
            database.execute("DROP TABLE bad")
        report.equal(database.execute("SELECT arbor_check('t')").fetchone()[0], "ok", "arbor_check")


def test_options(report):
    database = harness.connect(report.options.extension)
    for options in ({"on_conflict": "replace"}, {"on_conflict": "sometimes"}, {"on_conflict": None}):
        report.raises(lambda: database.execute("SELECT arbor_append('t', '{\"id\":1}', ?)", (json.dumps(options),)), f"{options}", "on_conflict")
    report.raises(lambda: database.execute("SELECT arbor_append('t', x'00', '{\"format\":\"arrow\",\"on_conflict\":\"replace\"}')"), "Arrow streams have no on_conflict", "if_exists")
    report.equal(database.execute("SELECT count(*) FROM arbor_list").fetchone()[0], 0, "nothing was made")
    database.execute("SELECT arbor_append('t', '{\"id\":1,\"a\":{\"b\":1,\"c\":2}}', '{\"on_conflict\":\"error\"}')")
    database.execute("SELECT arbor_option('t', 'key', 'id')")
    found = json.loads(database.execute("SELECT arbor_append('t', '[{\"id\":1,\"a\":{\"b\":null,\"d\":3}},{\"id\":2,\"x\":null}]', '{\"on_conflict\":\"merge\"}')").fetchone()[0])
    report.equal((found["trees"], found["replaced"]), (2, 1), "merged")
    report.equal([tree for tree, in database.execute("SELECT _tree FROM t")], ['{"id":1,"a":{"c":2,"d":3}}', '{"id":2,"x":null}'], "as a merge patch; a new tree as it is")


if __name__ == "__main__":
    harness.run(globals())
