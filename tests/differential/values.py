"""Random rows: the values, columns and documents that queries are tried on.

Values are chosen to sit on SQLite's seams: numbers as texts, integers beside the reals they equal, the ends of both ranges,
texts that differ only in case or trailing spaces. Constants of queries come from the same pool, so that they meet the data.
"""
import json

NUMBERS = [0, 1, -1, 2, 3, 12, 100, 16, -0.0, 0.0, 1.0, 1.5, 2.5, -3.5, 12.0, 100.0, 1e308, -1e308, 5e-324, 0.1,
           2**53, 2**53 + 1, 2**53 - 1, float(2**53), float(2**53 + 2), 2**63 - 1, -2**63, 2**63 - 2, float(2**63), -float(2**63),
           4294967296, 65536, 127, 128, 255, 256]
TEXTS = ["", " ", "12", " 3", "3 ", "1e2", "0x10", "9223372036854775808", "9223372036854775807", "-1", "1.0", "1.5", "abc", "ABC",
         "Abc", "abc ", "abd", "a%c", "a_c", "a*c", "[abc]", "ä", "Ä", "äbc", "zz", "\U0001F600", "\uffff", "a\\c", "null", "true",
         "abcdefghijklmnop", "abcdefghijklmnopq", "12abc", ".5", "+1", "1e", "1_0", "1 2", "inf", "a\nb"]
AFFINITIES = ["INTEGER", "REAL", "TEXT", "NUMERIC", "BLOB", ""]
COLLATIONS = ["", "", "", " COLLATE NOCASE", " COLLATE RTRIM"]


class Column:
    """A column: its SQL name, its path, its declaration and the flavour of its values."""

    def __init__(self, path, affinity=None, collation="", flavour="mixed"):
        self.path, self.affinity, self.collation, self.flavour = path, affinity, collation, flavour

    @property
    def name(self):
        return '"' + ".".join(self.path) + '"'

    @property
    def declared(self):
        return self.affinity is not None

    @property
    def declaration(self):
        return f"{self.name} {self.affinity or ''}{self.collation}".strip()


def random_columns(rng, declared):
    """`tame` holds small numbers only, for sums whose value must not depend on the order of addition."""
    columns = [Column(("tame",), flavour="tame"), Column(("k",), flavour="keys")]
    for path in [("a",), ("b",), ("c",), ("n", "x"), ("n", "y", "z"), ("s",), ("arr",)]:
        flavour = {"s": "texts", "arr": "arrays"}.get(path[0], rng.choice(["mixed", "mixed", "texts", "integers", "reals", "few"]))
        columns.append(Column(path, flavour=flavour))
    if declared:
        for column in columns:
            if rng.random() < 0.7:
                column.affinity, column.collation = rng.choice(AFFINITIES), rng.choice(COLLATIONS)
        columns.sort(key=lambda column: not column.declared)  # Declared columns come first.
    return columns


def random_value(rng, flavour, affinity=""):
    """A column declared REAL gets no integers: whether SQLite shows one as 2 or 2.0 depends on its plan."""
    value = FLAVOURS[flavour](rng)
    return float(value) if affinity == "REAL" and isinstance(value, int) else value


def mixed(rng):
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(NUMBERS)
    if kind < 0.75:
        return rng.choice(TEXTS)
    return rng.choice([None, True, False]) if kind < 0.85 else rng.randrange(-5, 20)


FLAVOURS = {
    "mixed": mixed,
    "tame": lambda rng: rng.choice([rng.randrange(-50, 50), rng.randrange(-50, 50) + 0.5]),
    "keys": lambda rng: rng.randrange(0, 12) if rng.random() < 0.9 else rng.choice(["3", 3.0, None, "k"]),
    "texts": lambda rng: rng.choice(TEXTS) if rng.random() < 0.8 else rng.choice(TEXTS) + rng.choice("xyZ 1"),
    "integers": lambda rng: rng.choice([rng.randrange(-1000, 1000), rng.randrange(-2**63, 2**63), rng.randrange(0, 9)]),
    "reals": lambda rng: rng.choice([rng.uniform(-100, 100), round(rng.uniform(-100, 100), 2), float(rng.randrange(-9, 9))]),
    "few": lambda rng: rng.choice(["red", "green", "Blue", "blue", 1, 2]),
    "arrays": lambda rng: [rng.choice([1, 2, "x", "ä\"q", None, True, [], {"k": 1}]) for _ in range(rng.randrange(0, 4))],
    "constant": mixed,
}


def random_documents(rng, columns, count):
    documents = []
    sparse = {column.path: rng.choice([0.02, 0.1, 0.5, 0.95]) for column in columns}
    for _ in range(count):
        document = {}
        for column in columns:
            if rng.random() >= sparse[column.path] or column.flavour == "keys":
                set_path(document, column.path, random_value(rng, column.flavour, column.affinity))
        if rng.random() < 0.05:
            document["n"] = rng.choice([5, "text", None, [1, {"x": 2}], {}])  # A path that ends early.
        documents.append(document)
    return documents


def set_path(document, path, value):
    for key in path[:-1]:
        document = document.setdefault(key, {})
    document[path[-1]] = value


def cell(document, path):
    """The SQL value of a path: SPEC section 2."""
    for key in path:
        if not isinstance(document, dict) or key not in document:
            return None
        document = document[key]
    if isinstance(document, (dict, list)):
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if isinstance(document, bool):
        return int(document)
    if isinstance(document, int) and not -2**63 <= document < 2**63:
        return float(document)
    return document
