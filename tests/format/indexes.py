"""The kept-up indexes of an Arbor, as sql/FORMAT.md has them: which entries its trees ask for, held against those that are there."""
import collections
import json
import re
import sqlite3

from columns import string_text
from streams import Damage, SEEN, require

DIGITS = re.compile(r"\s*[-+]?[0-9]+\s*", re.ASCII)
STEP = re.compile(r'"((?:[^"]|"")*)"|(\[\*\])|([^.,\["\s]+)')
EVERY = None  # the step [*]


def keys_of(path):
    """The steps of a path's text: keys, bare or in double quotes that are doubled inside, and [*]."""
    return [EVERY if every else bare or quoted.replace('""', '"') for quoted, every, bare in STEP.findall(path)]


def paths_in(text):
    """The paths of a key's text, between commas outside of quotes."""
    parts = re.findall(r'(?:"(?:[^"]|"")*"|[^,"])+', text)
    return [part.strip() for part in parts]


def raw_at(tree, keys):
    """The JSON text at a path of keys, or None."""
    import reader  # which is loaded by now
    at = 0
    for key in keys:
        try:
            at = reader.member(tree, at, string_text(key.encode()))
        except Damage:
            return None
    return tree[at:reader.value_end(tree, at)]


def elements(raw):
    """The JSON texts of an array's elements; none of anything else."""
    import reader
    at = 1 if raw is not None and raw[:1] == b"[" else None
    while at is not None and raw[at:at + 1] != b"]":
        end = reader.value_end(raw, at)
        yield raw[at:end]
        at = end + (raw[end:end + 1] == b",")


def found(tree, steps):
    """The JSON texts that a path with [*] finds, in order; None for one that is missing."""
    if EVERY not in steps:
        return [raw_at(tree, steps)]
    above, rest = steps[:steps.index(EVERY)], steps[steps.index(EVERY) + 1:]
    return [raw for element in elements(raw_at(tree, above)) for raw in found(element, rest)]


def element_keys(tree, steps):
    """Under which an index on elements has a tree: each value that is found, once; an empty blob where something else than an array or null stands, or a string where a key is asked for."""
    array, rest = raw_at(tree, steps[:steps.index(EVERY)]), steps[steps.index(EVERY) + 1:]
    other = array is not None and array != b"null" and array[:1] != b"["
    other = other or rest[:1] != [] and rest[0] is not EVERY and any(element[:1] == b'"' for element in elements(array))
    SEEN["index on", "no array" if other else "elements"] += 1
    return list({typed([key]): key for raw in found(tree, steps) for key in search_keys(sql_value(raw))}.values()) + [b""] * other


def sql_value(raw):
    """What SQL sees of a value: None where there is nothing or null."""
    if raw is None or raw == b"null":
        return None
    if raw[:1] in b"{[":
        return raw.decode()
    if raw in (b"true", b"false"):
        return int(raw == b"true")
    if raw[:1] == b'"':
        return json.loads(raw)
    number = int(raw) if re.fullmatch(rb"-?\d+", raw) else None
    return number if number is not None and -2**63 <= number < 2**63 else float(raw)


class Affinity:
    """Asks SQLite itself what a column of a declared type makes of a value."""

    def __init__(self):
        self.database, self.types = sqlite3.connect(":memory:"), {}

    def of(self, declared, value):
        if declared not in self.types:
            self.types[declared] = f"t{len(self.types)}"
            self.database.execute(f"CREATE TABLE {self.types[declared]}(v {declared})")
        table = self.types[declared]
        self.database.execute(f"DELETE FROM {table}")
        self.database.execute(f"INSERT INTO {table} VALUES (?)", (value,))
        return self.database.execute(f"SELECT v FROM {table}").fetchone()[0]


AFFINITY = Affinity()


def search_keys(value):
    """Under which a search finds a value: itself and, of a text that reads as a number, that."""
    if value is None:
        return []
    number = AFFINITY.of("NUMERIC", value) if isinstance(value, str) else value
    return [value] if isinstance(number, str) or not isinstance(value, str) else [value, number]


def canonical(raw, declared, collation):
    """The one form of a key's value that is equal by BINARY exactly where keys are the same."""
    own = sql_value(raw)
    require(own is not None and raw[:1] not in b"{[", "a tree has no key")
    value = AFFINITY.of(declared, own)
    digits = DIGITS.fullmatch(own if isinstance(own, str) else raw.decode())
    if digits and (isinstance(own, float) or isinstance(own, str) and isinstance(value, float)):  # beyond int64
        exact = int(digits.group())
        if isinstance(value, str):
            return str(exact)
        return value if abs(value) != float("inf") and int(value) == exact else b"%d" % exact
    if isinstance(value, str):
        value = re.sub("[A-Z]", lambda letter: letter.group().lower(), value) if collation == 1 else value.rstrip(" ") if collation == 2 else value
    return value


def typed(entry):
    """An entry so that equal ones are SQL's: 1 and 1.0 are one number, texts are none."""
    return tuple(("number", value) if isinstance(value, (int, float)) else (type(value).__name__, value) for value in entry)


def compare(arbor, number, wanted, columns):
    held = collections.Counter(typed(row) for row in arbor.rows(f"index{number}", columns, columns))
    wanted = collections.Counter(map(typed, wanted))
    require(held == wanted, f"index {number} lacks {list((wanted - held).items())[:3]} and has too many: {list((held - wanted).items())[:3]}")


def check(arbor):
    trees = arbor.trees()
    for number, path in arbor.index_paths.items():
        steps = keys_of(path)
        keys = (lambda tree: element_keys(tree, steps)) if EVERY in steps else (lambda tree: search_keys(sql_value(raw_at(tree, steps))))
        compare(arbor, number, [(key, rowid) for rowid, tree in trees.items() for key in keys(tree)], "key, rowid")
    for number, paths in arbor.key_paths.items():
        check_key(arbor, number, [keys_of(path) for path in paths_in(paths)], trees)


def check_key(arbor, number, paths, trees):
    declared = {tuple(keys_of(name)): (type, collation) for name, type, collation in arbor.declared}
    wanted = []
    for rowid, tree in trees.items():
        values = [canonical(raw_at(tree, path), *declared.get(tuple(path), ("", 0))) for path in paths]
        own = sql_value(raw_at(tree, paths[0]))
        others = [key for key in search_keys(own) if typed([key]) != typed(values[:1])]
        SEEN["key", bool(others)] += 1
        wanted.append((*values, rowid, own if others else None))
        wanted += [(other, *[0] * (len(paths) - 1), ~rowid, None) for other in others]
    names = ", ".join(["key", *(f"key{part}" for part in range(2, len(paths) + 1)), "rowid", "value"])
    compare(arbor, number, wanted, names)
