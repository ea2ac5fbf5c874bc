"""The kinds of source that a plan may read: each holds the same trees in another way, and is written as the plan's beginning."""
import itertools
import json
import pathlib
import tempfile

from model import text_of

JUNK = '{"junk":true}'
NUMBERS = itertools.count(1)


def array(trees):
    return "[" + ",".join(map(text_of, trees)) + "]"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def call(database, function, *arguments):
    return database.execute(f"SELECT {function}({', '.join('?' * len(arguments))})", arguments).fetchone()[0]


def made(database, trees, options="", schema="main"):
    """A new Arbor of these trees, all in batches."""
    name = f"{schema}.a{next(NUMBERS)}"
    database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor({options})")
    if trees:
        call(database, "arbor_append", name, array(trees))
    return name


def in_memory(database, trees):
    return f"json {quoted(array(trees))}"


def one_batch(database, trees):
    return made(database, trees)


def many_batches(database, trees):
    """Small batches, deleted trees among them, and single rows that are still pending."""
    name = made(database, [], "batch_trees=3")
    stored, pending = trees[: len(trees) * 2 // 3], trees[len(trees) * 2 // 3:]
    mixed = [text for tree in stored for text in (text_of(tree), JUNK)]
    call(database, "arbor_append", name, "[" + ",".join([JUNK, *mixed]) + "]")
    database.executemany(f"INSERT INTO {name}(_tree) VALUES (?)", [(text,) for tree in pending for text in (text_of(tree), JUNK)])
    database.execute(f"DELETE FROM {name} WHERE _tree = ?", (JUNK,))
    return name


def old_generation(database, trees):
    name = many_batches(database, trees)
    generation = database.execute("SELECT generation FROM arbor_list WHERE name = ?", (name.split(".")[1],)).fetchone()[0]
    spoil(database, name)
    return f"{name}@{generation}"


def spoil(database, name):
    """Changes an Arbor in every way."""
    database.execute(f"DELETE FROM {name} WHERE _index % 2 = 0")
    call(database, "arbor_append", name, '[{"id":-1,"name":"later"}]')
    database.execute(f"INSERT INTO {name}(_tree) VALUES (?)", (JUNK,))


def pinned(database, trees):
    name = many_batches(database, trees)
    handle = call(database, "arbor_open", name)
    spoil(database, name)
    return handle


def filtered(database, trees):
    """A handle whose condition left some trees out, before and between."""
    mixed = [each for tree in trees for each in ({"junk": 1}, tree)]
    return quoted(call(database, "arbor_open", made(database, mixed, "batch_trees=4") + " | filter NOT exists(junk)"))


def ordered(database, trees):
    """A handle that puts the trees in another order than they are stored in."""
    return call(database, "arbor_open", made(database, trees[::-1], "batch_trees=5") + " | reverse")


def spliced(database, trees):
    """A plan in parentheses that joins Arbors."""
    half = len(trees) // 2
    return f"({made(database, trees[:half])} | append (({in_memory(database, trees[half:])}) | filter 1))"


def attached(database, trees):
    """An Arbor of an attached database; one of the same name in `main` holds other trees."""
    name = made(database, trees, "batch_trees=2", "other").split(".")[1]
    database.execute(f"CREATE VIRTUAL TABLE main.{name} USING arbor")
    call(database, "arbor_append", f"main.{name}", "[1,2,3]")
    return f"other.{name}"


def view(database, trees):
    name = f"v{next(NUMBERS)}"
    database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor_view({many_batches(database, trees)} | filter 1 = 1)")
    return name


def of_a_file(database, trees):
    """What a plan over a file stored: such plans are taken where something is written, and by arbor_file_rows."""
    name = f"f{next(NUMBERS)}"
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "trees.jsonl")
        file.write_text("".join(tree + "\n" for tree in map(text_of, trees)), encoding="utf-8")
        call(database, "arbor_save", name, f"file('{file}')")
    return name


KINDS = {"in memory": in_memory, "one batch": one_batch, "many batches": many_batches, "an old generation": old_generation, "pinned": pinned,
         "filtered": filtered, "ordered": ordered, "spliced": spliced, "attached": attached, "a view": view, "of a file": of_a_file}


def prepare(database):
    """Makes room for the kinds, and lets workers do what few trees would not be worth."""
    database.execute("ATTACH ':memory:' AS other")
    call(database, "arbor_config", "parallel_trees", 100)
    call(database, "arbor_config", "threads", 2)


def trees_of(database, plan):
    """A plan's trees."""
    return json.loads(call(database, "arbor_json", plan))
