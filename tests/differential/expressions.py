"""Random conditions over a table's columns: every operator that can be pushed down, and the ones beside them that cannot."""
from query import Node, leaf
from values import NUMBERS, TEXTS, random_value

COMPARISONS = ["=", "=", "==", "<", "<=", ">", ">=", "<>", "!=", "IS", "IS NOT"]
PATTERNS = ["%", "a%", "A%", "%c", "_bc", "abc", "a\\%c", "a|%c", "1%", "%2", "12", "", "%%", "a_c", "ab%d%", "ä%", "Ä%", "%\U0001F600%", "[a]%", "9%", "-%"]
GLOBS = ["*", "a*", "A*", "*c", "?bc", "abc", "a[*]c", "[a-b]*", "[^a]*", "1*", "12", "", "ä*", "[[]*", "a*c", "9*", "*.5"]

BLOBS = [b"", b"12", b"abc"]


class Expressions:
    """Draws expressions over the columns of one alias; collects the parameters that they use."""

    def __init__(self, rng, columns, alias=""):
        self.rng, self.columns, self.alias = rng, columns, alias
        self.slots = []  # names of parameters
        self.flavours = {column.path: column.flavour for column in columns}

    def column(self):
        return self.rng.choice(self.columns)

    def reference(self, column):
        return leaf(f"{self.alias}{column.name}")

    def literal(self, value):
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return str(int(value))
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        if isinstance(value, int):
            return str(value) if value > -2**63 else "(-9223372036854775807 - 1)"
        return repr(value) if value == value and abs(value) < 1e309 else "9e999"

    def value_near(self, column):
        """A value that stands a chance of being in the column."""
        kind = self.rng.random()
        if kind < 0.7:
            value = random_value(self.rng, column.flavour if column.flavour != "arrays" else "texts")
        else:
            value = self.rng.choice([None] + NUMBERS + TEXTS)
        return int(value) if isinstance(value, bool) else value

    def constant(self, column):
        value = self.value_near(column)
        kind = self.rng.random()
        if kind < 0.45:
            return leaf(self.literal(value))
        if kind < 0.9:
            return self.parameter(column)
        if kind < 0.95:
            return leaf(f"CAST({self.literal(value)} AS {self.rng.choice(['INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB'])})")
        return leaf(self.rng.choice(["x'3132'", "x'61'", "x''", "(SELECT max(k) FROM side)", "(SELECT 3)", "1+1", "'1'||'2'", "+3", "-'3'"]))

    def parameter(self, column):
        name = f"p{len(self.slots)}{self.alias[:-1]}"
        self.slots.append((name, column))
        return leaf(":" + name)

    def parameters(self):
        """Draws a value for each parameter that was used so far."""
        return {name: self.pattern_or_value(column) if self.rng.random() < 0.96 else self.rng.choice(BLOBS) for name, column in self.slots}

    def pattern_or_value(self, column):
        if isinstance(column, list):
            return self.rng.choice(column)
        return self.value_near(column)

    def operand(self, column):
        """The column itself, or something that hides it from pushing down."""
        reference, kind = self.reference(column), self.rng.random()
        if kind < 0.8:
            return reference
        if kind < 0.88:
            return Node("{}" + self.rng.choice([" COLLATE NOCASE", " COLLATE RTRIM", " COLLATE BINARY"]), (reference,))
        if kind < 0.94:
            return Node(f"CAST({{}} AS {self.rng.choice(['INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB'])})", (reference,))
        return Node(self.rng.choice(["+{}", "({})", "lower({})", "length({})", "typeof({})", "coalesce({}, 7)", "{} || ''"]), (reference,))

    def comparison(self):
        column, kind = self.column(), self.rng.random()
        operand = self.operand(column)
        if kind < 0.34:
            return self.binary(operand, self.constant(column))
        if kind < 0.40:
            return self.binary(operand, self.operand(self.column()))
        if kind < 0.50:
            return Node("{} BETWEEN {} AND {}" if self.rng.random() < 0.8 else "{} NOT BETWEEN {} AND {}",
                        (operand, self.constant(column), self.constant(column)))
        if kind < 0.62:
            return self.membership(operand, column)
        if kind < 0.74:
            return self.matching(operand)
        if kind < 0.82:
            return Node(self.rng.choice(["{} IS NULL", "{} IS NOT NULL", "{} ISNULL", "{} NOTNULL", "{} IS TRUE", "{} IS NOT FALSE"]), (operand,))
        if kind < 0.94:
            return self.position()
        return operand  # The column's truth value.

    def binary(self, left, right):
        if self.rng.random() < 0.3:
            left, right = right, left
        return Node(f"{{}} {self.rng.choice(COMPARISONS)} {{}}", (left, right))

    def membership(self, operand, column):
        word = self.rng.choice(["IN", "IN", "IN", "NOT IN"])
        if self.rng.random() < 0.2:
            other = self.rng.choice(["SELECT k FROM side", "SELECT v FROM side", "SELECT k FROM side WHERE k IS NOT NULL",
                                     f"SELECT {self.column().name} FROM u ORDER BY _index LIMIT 5", "SELECT 1 WHERE 0"])
            return Node(f"{{}} {word} ({other})", (operand,))
        members = tuple(self.constant(column) for _ in range(self.rng.choice([0, 1, 2, 3, 5, 20])))
        if self.rng.random() < 0.2:
            members += (leaf("NULL"),)
        return Node(f"{{}} {word} ({', '.join(['{}'] * len(members))})", (operand, *members))

    def matching(self, operand):
        if self.rng.random() < 0.5:
            word, patterns = "LIKE", PATTERNS
        else:
            word, patterns = "GLOB", GLOBS
        patterns = patterns + [12, 1.5, None]
        pattern = leaf(self.literal(self.rng.choice(patterns))) if self.rng.random() < 0.6 else self.parameter(patterns)
        negated = self.rng.choice(["", "", "NOT "])
        escape = f" ESCAPE {self.rng.choice(['|', chr(92)])!r}".replace("\\\\", "\\") if word == "LIKE" and self.rng.random() < 0.2 else ""
        return Node(f"{{}} {negated}{word} {{}}{escape}", (operand, pattern))

    def position(self):
        name = leaf(self.alias + self.rng.choice(["rowid", "rowid", "oid", "_rowid_", "_index", "_index", "_index"]))
        small = lambda: leaf(self.literal(self.rng.choice([0, 1, 5, 63, 64, 100, -1, 1e3, 7.5, 2**63 - 1, -2**63, self.rng.randrange(300)])))
        kind = self.rng.random()
        if kind < 0.5:
            return self.binary(name, small())
        if kind < 0.75:
            return Node("{} BETWEEN {} AND {}", (name, small(), small()))
        if kind < 0.95:
            return Node("{} IN ({}, {}, {})", (name, small(), small(), leaf(self.rng.choice(["NULL", "3", "'4'", "4.0"]))))
        return Node("{} IS NULL", (name,))

    def condition(self, depth=3):
        kind = self.rng.random()
        if depth == 0 or kind < 0.4:
            return self.comparison()
        if kind < 0.7:
            return Node("({} AND {})", (self.condition(depth - 1), self.condition(depth - 1)))
        if kind < 0.9:
            return Node("({} OR {})", (self.condition(depth - 1), self.condition(depth - 1)))
        return Node("NOT ({})", (self.condition(depth - 1),))
