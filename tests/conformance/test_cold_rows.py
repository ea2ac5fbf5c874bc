#!/usr/bin/env python3
"""Single rows and few rows, read on connections that have decoded nothing: the values that a scan gives, and no more decoded than they need."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
TREES, BATCH = 3000, 1000


def document(index, rng):
    """Values of every kind, some in few trees, arrays in arrays, kinds that change, long prose."""
    tree = {"id": index, "name": f"user-{rng.randrange(10**6)}", "kind": rng.choice(["post", "like", "follow"]), "price": rng.randrange(10**5) / 100,
            "at": f"2026-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}", "who": {"key": f"{rng.randrange(2**64):016x}", "n": rng.gauss(0, 1)},
            "prose": " ".join(rng.choice(["arbour", "branch", "root", "leaf", "twig"]) + str(rng.randrange(50)) for _ in range(30))}
    if index % 7 == 0:
        tree["rare"] = {"deep": [index, "x", None], "flag": index % 2 == 0}
    if index % 3 == 0:
        tree["any"] = rng.choice([None, True, 2**70, -5, 1.5, "text", {}, {"a": 1}, [], [[1, {"b": index}], []]])
    tree["tags"] = [{"t": rng.randrange(9), "w": "y" * rng.randrange(3)} for _ in range(index % 4)]
    return tree


def made(folder):
    rng = random.Random(harness.seed_of(OPTIONS))
    trees = [document(index, rng) for index in range(TREES)]
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={BATCH})")
    sources.call(database, "arbor_append", "t", sources.array(trees))
    database.execute("""CREATE VIRTUAL TABLE flat USING arbor(batch_trees=1000)""")
    sources.call(database, "arbor_append", "flat", sources.array([{"id": tree["id"], "name": tree["name"], "who": tree["who"], "rare": None} for tree in trees]))
    database.execute("UPDATE t SET name = 'new' WHERE id % 500 = 7")
    database.execute("UPDATE t SET _tree = '{\"id\":-1}' WHERE id = 11")
    database.commit()
    database.close()


def cold(folder, *queries):
    """The rows of queries, one after the other on a connection of their own, and what they did."""
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    rows = [database.execute(*query).fetchall() for query in queries]
    stats = json.loads(sources.call(database, "arbor_stats"))
    database.close()
    return rows, stats


COLUMNS = ["id", "name", "kind", "price", "at", '"who.key"', '"who.n"', "prose", '"rare.flag"', "any", "tags", "rare"]


def test_rows(report):
    rng = random.Random(harness.seed_of(OPTIONS) + 1)
    with harness.scratch() as folder:
        made(folder)
        (everything,), _ = cold(folder, (f"SELECT rowid, _tree, {', '.join(COLUMNS)} FROM t",))
        known = {row[0]: row for row in everything}
        for _ in range(10 if OPTIONS.quick else 60):
            wanted = rng.sample(sorted(known), 5)
            found, _ = cold(folder, *(("SELECT rowid, _tree FROM t WHERE rowid = ?", (row,)) for row in wanted))
            report.equal([rows[0] for rows in found], [known[row][:2] for row in wanted], f"trees {wanted}")
            at = rng.randrange(len(COLUMNS))
            found, _ = cold(folder, *((f"SELECT {COLUMNS[at]} FROM t WHERE rowid = ?", (row,)) for row in wanted))
            report.equal([rows[0][0] for rows in found], [known[row][2 + at] for row in wanted], f"{COLUMNS[at]} of {wanted}")
        for condition in ("id % 100 = 3", "kind = 'post' AND id % 77 < 2", "name = 'new'", "\"rare.flag\" = 1 AND id < 100", "id = -1", "any IS NOT NULL AND id % 50 < 4"):
            (rowids,), _ = cold(folder, (f"SELECT rowid FROM t WHERE {condition}",))
            for shown in ("*", "_tree", "length(prose) + length(prose), who", "rare, tags, any", "json_extract(_tree, '$.tags[#-1].t'), json_extract(tags, '$[0].w')"):
                found, _ = cold(folder, (f"SELECT {shown} FROM t WHERE {condition}",), (f"SELECT {shown} FROM t",), (f"SELECT rowid FROM t",))
                of = dict(zip((rowid for rowid, in found[2]), found[1]))
                report.equal(found[0], [of[rowid] for rowid, in rowids], f"{shown} where {condition}")


def test_what_decodes(report):
    with harness.scratch() as folder:
        made(folder)
        columns = 7  # the tree, id, name, who, who.key, who.n, rare
        _, stats = cold(folder, ("SELECT _tree FROM flat WHERE rowid = 1234",))
        report.equal((stats["rows_decoded"], stats["batches_decoded"]), (columns, 1), "a tree decodes a row of each column")
        _, stats = cold(folder, ("SELECT name FROM flat WHERE rowid = 1234",))
        report.equal((stats["rows_decoded"], stats["pools_decoded"]), (1, 1), "a value decodes a row of its column")
        _, stats = cold(folder, ("SELECT _tree FROM flat WHERE flat MATCH 'id % 500 = 7'",))
        report.equal(stats["rows_decoded"], TREES + 6 * 6, "few trees after a filter decode their rows of the columns that it did not")
        _, stats = cold(folder, ("SELECT id FROM flat",))
        report.equal(stats["rows_decoded"], TREES, "a scan decodes all")
        one_by_one = [("SELECT name FROM flat WHERE rowid = ?", (row,)) for row in range(1, 200)]
        _, stats = cold(folder, *one_by_one)
        report.check(stats["rows_decoded"] < BATCH + 10, "many values one by one decode the column once", stats)
        _, stats = cold(folder, ("SELECT _tree FROM flat WHERE flat MATCH 'id % 500 = 7'",), ("SELECT count(id), count(\"who.n\") FROM flat WHERE id > -1 AND \"who.n\" < 1e9",))
        report.check(stats["rows_decoded"] <= 2 * TREES + 36, "what was picked does not stand for the column", stats)


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
