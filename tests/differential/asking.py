"""Every function that reads, asked after random writes: what the model knows is compared, the rest must answer or say why not.

The functions are found, not listed: one that is new is asked too, with arguments that change nothing.
"""
import json
import sqlite3

from model import canonical, get

WRITES = {"arbor_append", "arbor_create_index", "arbor_delete", "arbor_drop_index", "arbor_export", "arbor_import", "arbor_optimize", "arbor_restore", "arbor_save", "arbor_save_multiple", "arbor_sync", "arbor_tag",
          "arbor_untag", "arbor_vacuum"}
ARGUMENTS = [(), ("t",), ("t", "id >= 30"), ("t | filter id >= 30 | select id, s",), ("t | group_by s { count() as n }",), ("t | explode extra",), ("t | sort_by id | head 3", "id > 1"), ("t", 0), ("t", 1, 2)]


class Schema:
    """What arbor_schema must say: by path, how many values there are, how many of them null, and their bounds."""

    def __init__(self, trees):
        self.values = {}
        for tree in trees:
            self.enter("", tree)

    def enter(self, path, value):
        self.values.setdefault(path or "$", []).append(value)
        if isinstance(value, dict):
            for key, member in value.items():
                self.enter(f"{path}.{key}" if path else key, member)
        elif isinstance(value, list):
            for element in value:
                self.enter(path + "[*]", element)

    def rows(self):
        return {path: (len(values), values.count(None), *self.bounds(values)) for path, values in self.values.items()}

    @staticmethod
    def bounds(values):
        """In SQLite's order: numbers come before texts."""
        numbers, texts = [int(v) if isinstance(v, bool) else v for v in values if isinstance(v, (int, float))], [v for v in values if isinstance(v, str)]
        return (min(numbers or texts, default=None), max(texts or numbers, default=None))


def holds(tree):
    """id >= 30, as SQLite compares it."""
    value = get(tree, ("id",))
    return value is not None and (not isinstance(value, (int, float)) or value >= 30)


def list_questions(trees):
    """What an index on elements may answer."""
    def with_element(path, wanted):
        lists = [get(tree, path) for tree in trees]
        return [tree for tree, values in zip(trees, lists) if isinstance(values, list) and any(is_equal(value, wanted) for value in values)]

    def is_equal(value, wanted):
        return not isinstance(value, (dict, list)) and value == wanted

    for path, wanted in (("extra", 3), ("extra", 7), ("a", "x"), ("a", 1)):
        found, literal = with_element((path,), wanted), f"''{wanted}''" if isinstance(wanted, str) else wanted
        yield f"SELECT arbor_json('t | filter list_contains({path}, {literal})')", canonical(found)
        yield f"SELECT count(*) FROM t WHERE t MATCH 'list_any({path}, it = {literal})'", len(found)
        held = [get(tree, (path,)) for tree in trees]
        if not any(isinstance(value, str) for value in held):  # which json_each would read
            each = [element for value in held for element in (value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value])]
            yield f"SELECT tree ->> 'n' FROM arbor_rows('SELECT count(*) AS n FROM t, json_each(t.{path}) AS e WHERE e.value = {literal}')", sum(is_equal(value, wanted) for value in each)


def known(trees):
    """Questions, each with the answer that the trees give."""
    some = [index for index, tree in enumerate(trees) if holds(tree)]
    first = canonical(trees[some[0]]) if some else None
    ids = [get(trees[index], ("id",)) for index in some]
    scalars = [value for value in ids if not isinstance(value, (dict, list))]
    return [
        ("SELECT arbor_count('t')", len(trees)), ("SELECT arbor_count('t | filter id >= 30')", len(some)), ("SELECT arbor_any('t', 'id >= 30')", int(bool(some))), ("SELECT arbor_all('t', 'id >= 30')", int(len(some) == len(trees))),
        ("SELECT arbor_matching_indices('t', 'id >= 30')", json.dumps(some, separators=(",", ":"))), ("SELECT arbor_find_one('t', 'id >= 30')", first), ("SELECT arbor_json('t')", canonical(trees)),
        ("SELECT arbor_json('t | filter id >= 30')", canonical([trees[index] for index in some])), ("SELECT count(*) FROM arbor_rows('t | filter id >= 30')", len(some)),
        ("SELECT json_group_array(json(tree)) FROM arbor_rows('t')", canonical(trees)), ("SELECT arbor_get('t', -1)", canonical(trees[-1]) if trees else None), ("SELECT trees FROM arbor_list WHERE name = 't'", len(trees)),
        ("SELECT trees FROM arbor_history('t') ORDER BY generation DESC LIMIT 1", len(trees)), ("SELECT arbor_json('t | aggregate count(id) as n')", canonical([{"n": len([tree for tree in trees if get(tree, ("id",)) is not None])}])),
        *list_questions(trees), ("SELECT arbor_check('t')", "ok"), ("SELECT count(*) FROM t WHERE t MATCH 'id >= 30' AND typeof(id) IN ('integer', 'real', 'text')", len(scalars) + len(ids) - len(scalars)),
    ]


class Asker:
    def __init__(self, database):
        self.database = database
        scalars = [row[0] for row in database.execute("SELECT DISTINCT name FROM pragma_function_list WHERE name GLOB 'arbor_*' ORDER BY 1")]
        self.scalars = [name for name in scalars if name not in WRITES and name != "arbor_config"]
        self.tables = [row[0] for row in database.execute("SELECT name FROM pragma_module_list WHERE name GLOB 'arbor_*' AND name <> 'arbor_view' ORDER BY 1")]
        assert len(self.scalars) > 15 and len(self.tables) > 3, (self.scalars, self.tables)

    def ask(self, rng, trees):
        """Gives a sentence that says what was wrong, or None."""
        if rng.random() < 0.3:
            want = Schema(trees).rows()
            got = {row[0]: row[1:] for row in self.database.execute("SELECT path, count, nulls, min, max FROM arbor_schema('t')")}
            wrong = {path: (got.get(path), want.get(path)) for path in got.keys() | want.keys() if got.get(path) != want.get(path)}
            return f"arbor_schema: got and want {wrong}" if wrong else None
        if rng.random() < 0.5:
            query, want = rng.choice(known(trees))
            row = self.database.execute(query).fetchone()
            got = row[0] if row else None
            return f"{query}: got {got!r:.300}, want {want!r:.300}" if got != want else None
        arguments = rng.choice(ARGUMENTS)
        marks = ", ".join("?" * len(arguments))
        name = rng.choice(self.scalars + self.tables)
        query = f"SELECT * FROM {name}({marks})" if name in self.tables else f"SELECT {name}({marks})"
        try:
            self.database.execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            words = str(error)
            if not words or words == "not an error" or "damaged" in words or "malformed" in words:
                return f"{query} {arguments}: {words!r}"
        return None
