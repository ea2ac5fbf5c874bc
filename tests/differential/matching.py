"""Random conditions that mean the same in a plan's language and in SQL, for `t MATCH '…'`.

A path is written «a.b», which becomes "a.b" in SQL and a.b in the plan. Only undeclared columns are used: an expression of the
plan sees the document, which has no affinities.
"""
from expressions import COMPARISONS, GLOBS, PATTERNS
from query import Node, leaf

FORMS = ["{}", "{}", "{}", "{} + 1", "{} * 2", "-{}", "{} || 'x'", "lower({})", "upper({})", "length({})", "typeof({})", "coalesce({}, 0)",
         "substr({}, 1, 2)", "trim({})", "replace({}, 'b', 'c')", "instr({}, 'c')", "nullif({}, 1)", "iif({}, 1, 2)",
         "CASE WHEN {} > 1 THEN 'p' ELSE 2 END", "CASE {} WHEN 1 THEN 'one' WHEN 'abc' THEN 3 END"]


class Matching:
    def __init__(self, rng, expressions):
        self.rng, self.expressions = rng, expressions
        self.columns = [column for column in expressions.columns if not column.declared and column.flavour != "arrays"]

    def operand(self):
        column = self.rng.choice(self.columns)
        return Node(self.rng.choice(FORMS), (leaf(f"«{'.'.join(column.path)}»"),)), column

    def literal(self, column):
        return leaf(self.expressions.literal(self.expressions.value_near(column)))

    def comparison(self):
        (operand, column), kind = self.operand(), self.rng.random()
        if kind < 0.5:
            return Node(f"{{}} {self.rng.choice(COMPARISONS)} {{}}", (operand, self.literal(column)))
        if kind < 0.6:
            return Node(f"{{}} {self.rng.choice(COMPARISONS)} {{}}", (operand, self.operand()[0]))
        if kind < 0.7:
            return Node("{} BETWEEN {} AND {}", (operand, self.literal(column), self.literal(column)))
        if kind < 0.8:
            return Node("{} IN ({}, {})", (operand, self.literal(column), self.literal(column)))
        if kind < 0.9:
            word, patterns = self.rng.choice([("LIKE", PATTERNS), ("GLOB", GLOBS)])
            return Node(f"{{}} {word} {{}}", (operand, leaf(self.expressions.literal(self.rng.choice(patterns)))))
        return Node(self.rng.choice(["{} IS NULL", "{} IS NOT NULL", "{}"]), (operand,))

    def condition(self, depth=2):
        kind = self.rng.random()
        if depth == 0 or kind < 0.5:
            return self.comparison()
        if kind < 0.9:
            return Node(self.rng.choice(["({} AND {})", "({} OR {})"]), (self.condition(depth - 1), self.condition(depth - 1)))
        return Node("NOT ({})", (self.condition(depth - 1),))
