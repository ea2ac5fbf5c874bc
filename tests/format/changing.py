"""Random changes to an Arbor by the extension, that leave every kind of record, of segment and of kept generation behind."""
import json
import re
import sqlite3

import documents

WORDS = ["", "oak", "ash", "elm", "Elm ", "12", "1.5", "1e3", "0x10", " 7 ", "９", "é\"\\\n", "a\u0000b", "9223372036854775808"]


def value(rng):
    return rng.choice([None, True, False, rng.randrange(-5, 300), rng.randrange(-2**66, 2**66), rng.uniform(-9, 9), 1.0, -0.0, 1e300, rng.choice(WORDS), rng.choice(WORDS)])


def tree(rng):
    """Mostly a record, now and then whatever JSON may be."""
    if rng.random() < 0.1:  # columns take no names from rowids, by which trees are compared
        return re.sub("_?(rowid|oid|index|tree|generation)_?", "x", json.dumps(documents.random_tree(rng, 3)))
    made = {"id": rng.choice([rng.randrange(60), rng.randrange(10**12), rng.choice(WORDS), 2**64 + rng.randrange(3), rng.randrange(60) / 2]), "a": value(rng), "b": {"c": value(rng), "d": rng.choice(WORDS)}, "list": [value(rng) for _ in range(rng.randrange(4))]}
    for key in rng.sample(["a", "list", "b"], rng.randrange(3)):
        del made[key]
    if rng.random() < 0.2:
        made[rng.choice(["x y", "q.r", "é", "a\"b", "late"])] = rng.choice([{"e": value(rng)}, [[1], {"f": value(rng)}], value(rng)])
    return json.dumps(made, ensure_ascii=rng.random() < 0.5)


def insert(database, rng, name):
    database.executemany(f"INSERT INTO {name}(_tree) VALUES (?)", [(tree(rng),) for _ in range(rng.choice([1, 1, 2, 9]))])


def insert_at(database, rng, name):
    """Under a rowid of its own."""
    database.execute(f"INSERT OR REPLACE INTO {name}(rowid, _tree) VALUES (?, ?)", (rng.choice([rng.randrange(200), rng.randrange(10**6), 2**40 + rng.randrange(9)]), tree(rng)))


def append(database, rng, name):
    database.execute(f"SELECT arbor_append('{name}', ?)", ("\n".join(tree(rng) for _ in range(rng.choice([3, 20, 70]))),))


def update(database, rng, name):
    database.execute(f"UPDATE {name} SET {rng.choice(['a', 'id', chr(34) + 'b.c' + chr(34)])} = ? WHERE {some(rng)}", (rng.choice([rng.randrange(99), 2.5, rng.choice(WORDS), None]),))


def patch(database, rng, name):
    database.execute(f"UPDATE {name} SET _patch = ? WHERE {some(rng)}", (json.dumps({rng.choice(["a", "new", "list"]): value(rng), "b": {"c": value(rng)}}),))


def replace(database, rng, name):
    database.execute(f"UPDATE {name} SET _tree = ? WHERE {some(rng)}", (tree(rng),))


def same(database, rng, name):
    """Trees by themselves."""
    database.execute(f"UPDATE {name} SET _tree = _tree WHERE {some(rng)}")


def delete(database, rng, name):
    database.execute(f"DELETE FROM {name} WHERE {some(rng)}")


def some(rng):
    return rng.choice(["_index = {0}", "_index BETWEEN {0} AND {0} + 3", "_index % 7 = {1}", "rowid = {0}", "rowid BETWEEN {0} AND {0} + 9"]).format(rng.randrange(120), rng.randrange(7))


def optimize(database, rng, name):
    database.execute(f"SELECT arbor_optimize('{name}')")


def vacuum(database, rng, name):
    database.execute(f"SELECT arbor_vacuum('{name}', ?)", (rng.randrange(3),))


def tag(database, rng, name):
    database.execute(f"SELECT arbor_tag('{name}', ?)", (rng.choice(["first", "second", "third"]),))


def untag(database, rng, name):
    database.execute(f"SELECT arbor_untag('{name}', ?)", (rng.choice(["first", "second", "third"]),))


def restore(database, rng, name):
    generations = [row[0] for row in database.execute(f"SELECT generation FROM arbor_history('{name}')")]
    database.execute(f"SELECT arbor_restore('{name}', ?)", (rng.choice(generations),))


def index(database, rng, name):
    database.execute(f"SELECT arbor_create_index('{name}', ?)", (rng.choice(["a", "b.c", "b", "list"]),))


def unindex(database, rng, name):
    database.execute(f"SELECT arbor_drop_index('{name}', ?)", (rng.choice(["a", "b.c", "b", "list"]),))


def sync(database, rng, name):
    database.execute(f"SELECT arbor_sync('{name}')")


CHANGES = [insert] * 5 + [insert_at] * 2 + [append] * 2 + [update] * 5 + [patch] * 2 + [replace] * 2 + [same, delete, delete, delete] + \
    [optimize, vacuum, tag, untag, restore, index, unindex, sync]


def change(database, rng, name):
    """One transaction of one change or a few, undone in part or in whole now and then. What is refused, is nothing."""
    steps = rng.choice([1, 1, 1, 2, 5])
    if steps > 1:
        database.execute("BEGIN")
    for _ in range(steps):
        undone = steps > 1 and rng.random() < 0.2
        if undone:
            database.execute("SAVEPOINT s")
        try:
            rng.choice(CHANGES)(database, rng, name)
        except sqlite3.Error:
            pass
        if undone:
            database.execute("ROLLBACK TO s")
            database.execute("RELEASE s")
    if steps > 1:
        database.execute("ROLLBACK" if rng.random() < 0.1 else "COMMIT")
