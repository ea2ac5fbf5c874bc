"""Random SELECT statements over the tables that random_selects.py makes, and what their answers determine.

Every part of a statement that a count of refusals should tell apart has a word in `kinds`.
"""
import dataclasses

NUMBERS = ["0", "1", "2", "-1", "3", "7", "2.5", "0.5", "100"]
TEXTS = ["'a'", "'A'", "'b'", "'abc'", "'Abc '", "''", "'2'", "'10'", "'x y'", "'3.0'"]
PATTERNS = ["'a%'", "'%b%'", "'_b%'", "'%'", "'A%'", "'%1'"]
ONE = ["length({})", "upper({})", "lower({})", "abs({})", "typeof({})", "coalesce({}, 'none')", "-{}", "+{}", "~{}", "trim({})",
       "CAST({} AS INTEGER)", "CAST({} AS TEXT)", "CAST({} AS REAL)", "round({})", "ifnull({}, 0)", "({} IS NULL)", "hex({})",
       "{} COLLATE NOCASE", "iif({}, 'y', 'n')", "NOT {}", "substr({}, 1, 2)", "substr({}, -2)", "instr({}, 'b')",
       "date({}, 'unixepoch')", "strftime('%H:%M', {} * 60, 'unixepoch')", "lower({}) LIKE '%B%'", "{} || '/'"]
TWO = ["{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} % {}", "{} || {}", "{} || '/' || {}", "nullif({}, {})", "min({}, {})", "max({}, {})",
       "substr({}, {})", "instr({}, {})", "coalesce({}, {})", "{} & {}", "{} | {}", "{} << {}", "replace({}, {}, 'z')"]
COMPARE = ["=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT", "==", "!="]


@dataclasses.dataclass
class Source:
    """An item of FROM: its alias, and its columns by name; those of `lists` hold arrays of objects or scalars."""
    text: str
    alias: str
    columns: list
    lists: list = dataclasses.field(default_factory=list)

    def names(self):
        return [f'{self.alias}.{quoted(name)}' for name in self.columns]


@dataclasses.dataclass
class Statement:
    text: str
    parameters: list
    kinds: set
    ordered: int = 0  # Rows come in the order of so many first columns; each one's direction does not matter to compare.
    total: bool = True  # LIMIT cuts a determined order, or there is none.
    loose: bool = False  # Equal values of other spellings may be shown.


def quoted(name):
    return name if name.isidentifier() else f'"{name}"'


class Maker:
    def __init__(self, rng, tables, ordinary):
        self.rng, self.tables, self.ordinary = rng, tables, ordinary
        self.kinds, self.parameters, self.aliases, self.loose = set(), [], 0, False
        self.depth_of_queries, self.plain = 0, None

    # ---- expressions
    def literal(self):
        rng = self.rng
        if rng.random() < 0.12:
            self.kinds.add("parameter")
            self.parameters.append(rng.choice([0, 1, 2, "a", "abc", "2", None, 2.5, -1, "B"]))
            return "?"
        return rng.choice(NUMBERS if rng.random() < 0.55 else TEXTS + ["NULL"])

    def value(self, names, depth=2):
        rng = self.rng
        roll = rng.random()
        if depth == 0 or roll < 0.5:
            return rng.choice(names) if names and rng.random() < 0.8 else self.literal()
        if roll < 0.72:
            text = rng.choice(ONE).format(self.value(names, depth - 1))
            return f"({text})"
        if roll < 0.735 and self.depth_of_queries == 0:
            return self.query_value(names)
        if roll < 0.94:
            return "(" + rng.choice(TWO).format(self.value(names, depth - 1), self.value(names, depth - 1)) + ")"
        if roll < 0.95:
            whens = " ".join(f"WHEN {self.condition(names, rng.choice([0, 0, 1]))} THEN {self.literal()}" for _ in range(rng.randint(1, 3)))
            return f"CASE {whens}{rng.choice(['', f' ELSE {self.literal()}'])} END"
        if roll < 0.97:
            return f"CASE WHEN {self.condition(names, depth - 1)} THEN {self.value(names, 0)} ELSE {self.value(names, 0)} END"
        whens = " ".join(f"WHEN {self.value(names, 0)} THEN {self.value(names, 0)}" for _ in range(rng.choice([1, 1, 2, 3])))
        return f"CASE {self.value(names, 0)} {whens}{rng.choice(['', f' ELSE {self.value(names, 0)}'])} END"

    def condition(self, names, depth=2):
        rng = self.rng
        roll = rng.random()
        if depth > 0 and roll < 0.22:
            word = rng.choice(["AND", "AND", "OR"])
            return f"({self.condition(names, depth - 1)} {word} {self.condition(names, depth - 1)})"
        if depth > 0 and roll < 0.28:
            return f"NOT ({self.condition(names, depth - 1)})"
        left = self.value(names, 1 if rng.random() < 0.2 else 0)
        if roll < 0.66:
            collate = rng.choice(["", "", "", "", " COLLATE NOCASE", " COLLATE RTRIM"])
            return f"{left} {rng.choice(COMPARE)} {self.value(names, 1 if rng.random() < 0.2 else 0)}{collate}"
        if roll < 0.74:
            return f"{left} {rng.choice(['', 'NOT '])}IN ({', '.join(self.literal() for _ in range(rng.randint(1, 4)))})"
        if roll < 0.82:
            return f"{left} {rng.choice(['', 'NOT '])}BETWEEN {self.value(names, 0)} AND {self.value(names, 0)}"
        if roll < 0.88:
            return f"{left} {rng.choice(['', 'NOT '])}LIKE {rng.choice(PATTERNS)}"
        if roll < 0.94:
            return f"{left} {rng.choice(['IS NULL', 'IS NOT NULL', 'NOTNULL', 'ISNULL'])}"
        return left

    def query_value(self, names):
        """A query as a value, EXISTS or IN over one."""
        rng = self.rng
        self.depth_of_queries += 1
        name, columns, _ = rng.choice(self.tables)
        alias = self.alias()
        inner = [f"{alias}.{quoted(column)}" for column in columns]
        where = f" WHERE {self.condition(inner, 1)}" if rng.random() < 0.7 else ""
        roll = rng.random()
        negated = rng.choice(["", "", "NOT "])
        if roll < 0.3:
            self.kinds.add("in as value")
            text = f"({self.value(names, 0)} {negated}IN (SELECT {rng.choice(inner)} FROM {name} AS {alias}{where}))"
        elif roll < 0.5:
            self.kinds.add("exists as value")
            text = f"({negated}EXISTS (SELECT {rng.choice(inner)} FROM {name} AS {alias}{where}))"
        elif roll < 0.7 and names:
            self.kinds.add("correlated exists as value")
            more = f" AND {where[7:]}" if where else ""
            text = f"({negated}EXISTS (SELECT 1 FROM {name} AS {alias} WHERE {rng.choice(inner)} = {rng.choice(names)}{more}))"
        elif roll < 0.85 and names:
            self.kinds.add("correlated value")
            text = (f"(SELECT {rng.choice(['count', 'min', 'max', 'sum'])}({rng.choice(inner)}) FROM {name} AS {alias} "
                    f"WHERE {rng.choice(inner)} = {rng.choice(names)})")
        else:
            self.kinds.add("query as value")
            text = f"(SELECT {rng.choice(['min', 'max', 'count', 'avg'])}({rng.choice(inner)}) FROM {name} AS {alias}{where})"
        self.depth_of_queries -= 1
        return text

    def gathered(self, names, source):
        """An aggregate whose answer depends on the rows' order, which is the table's where there is one table."""
        rng = self.rng
        self.kinds.add("gathering aggregate")
        if source.lists and rng.random() < 0.4:
            return rng.choice(["json_group_array({})", "json_group_array({} -> 0)", "json_group_array({} ->> 1)", "json_group_array(coalesce({}, 1))", "json_object('k', json_group_array(json({})))",
                               "json_array(max({}))"]).replace("{}", f"{source.alias}.{quoted(rng.choice(source.lists))}")
        return rng.choice(["group_concat({})", "group_concat({}, '-')", "json_group_array({})", "group_concat(DISTINCT {})"]).format(
            self.value(names, 1 if rng.random() < 0.3 else 0))

    def json_value(self, source):
        """JSON functions over a list's column."""
        rng = self.rng
        self.kinds.add("json function")
        column = f"{source.alias}.{quoted(rng.choice(source.lists))}"
        return rng.choice(["json_array_length({})", "json_type({})", "{} -> 0", "{} ->> 1", "json_extract({}, '$[0]')", "json_type({}, '$[1]')",
                           "json_array_length({}, '$[0]')", "typeof({} -> '$[1]')", "{} -> 0 ->> 'k'", "{} -> '$'", "{} ->> '$'", "json_type({}, '$')", "json({})", "typeof(json({}))",
                           "json_array({} -> 0, {} ->> 0)", "json_array({}, {} -> 1 -> 'k')", "json_object('k', {} -> 0, 'e', {} ->> 1)", "json_array(json({}), json_extract({}, '$[0]'))",
                           "json_array(coalesce({}, 1), +{})", "json_array(coalesce({} ->> 0, 'x'))", "json_array(iif({} -> 0, {} -> 0, 1))", "json_array(CAST({} AS TEXT))", "json_array((SELECT {}))"]).replace("{}", column)

    def of_elements(self, source, names):
        """A query over the elements of a list of the row, as a condition."""
        rng = self.rng
        self.kinds.add("query over elements")
        alias = self.alias()
        inner = [f"{alias}.value", f"{alias}.value", f"{alias}.type", f"{alias}.atom"]
        conditions = [self.condition(inner, 1)] if rng.random() < 0.7 else []
        if rng.random() < 0.2:
            conditions.append(f"{alias}.value = {rng.choice(names)}")
        items = f"FROM json_each({source.alias}.{quoted(rng.choice(source.lists))}) AS {alias}"
        items += f" WHERE {' AND '.join(conditions)}" if conditions else ""
        negated = rng.choice(["", "", "NOT "])
        return rng.choice([f"{negated}EXISTS (SELECT 1 {items})", f"{self.value(names, 0)} {negated}IN (SELECT {alias}.value {items})",
                           f"(SELECT {rng.choice(['count(*)', f'count({alias}.value)', f'sum({alias}.atom)', f'min({alias}.atom)', f'max({alias}.type)'])} {items})"
                           f" {rng.choice(COMPARE)} {self.literal()}"])

    def of_rows(self, source):
        """A condition on rowids or places."""
        rng = self.rng
        self.kinds.add("condition on rowid")
        name = f"{source.alias}.{rng.choice(['rowid', '_index', 'oid'])}"
        numbers = [rng.choice(["0", "1", "2", "5", "17", "40", "2.5", "3.0", "-1", "'4'", "NULL"]) for _ in range(3)]
        return rng.choice([f"{name} {rng.choice(['=', '<', '<=', '>', '>=', 'IS'])} {numbers[0]}", f"{numbers[0]} {rng.choice(['=', '<', '>='])} {name}",
                           f"{name} {rng.choice(['', 'NOT '])}IN ({', '.join(numbers)})", f"{name} {rng.choice(['', 'NOT '])}BETWEEN {numbers[0]} AND {numbers[1]}"])

    def aggregate(self, names):
        rng = self.rng
        value = self.value(names, 1 if rng.random() < 0.3 else 0)
        text = rng.choice(["count(*)", f"count({value})", f"sum({value})", f"total({value})", f"avg({value})", f"min({value})",
                           f"max({value})", f"count(DISTINCT {value})", f"sum(DISTINCT {value})"])
        if rng.random() < 0.15:
            self.kinds.add("filter clause")
            text += f" FILTER (WHERE {self.condition(names, 1)})"
        return text

    # ---- FROM
    def alias(self):
        self.aliases += 1
        return f"x{self.aliases}"

    def source(self, depth):
        rng = self.rng
        alias = self.alias()
        if depth > 0 and rng.random() < 0.2:
            self.kinds.add("subquery in FROM")
            inner, width = self.select(depth - 1, nested=True)
            if rng.random() < 0.15:
                self.kinds.add("set operator in FROM")
                inner += f" UNION ALL {self.of_width(width)}"
            return Source(f"({inner}) AS {alias}", alias, [f"c{index}" for index in range(width)])
        if self.ordinary and rng.random() < 0.08:
            self.kinds.add("ordinary table")
            return Source(f"side AS {alias}", alias, ["k", "v"])
        name, columns, lists = rng.choice(self.tables)
        return Source(f"{name} AS {alias}", alias, columns, lists)

    def from_clause(self, depth):
        rng = self.rng
        first = self.source(depth)
        sources, text, where = [first], first.text, []
        for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2]) if depth > 0 else 0):
            item = self.source(depth - 1)
            left, right = rng.choice(sources), item
            equal = f"{rng.choice(left.names())} = {rng.choice(right.names())}"
            extra = f" AND {self.condition(left.names() + right.names(), 1)}" if rng.random() < 0.25 else ""
            style = rng.choice(["JOIN", "LEFT JOIN", ",", "USING"])
            shared = [name for name in item.columns if name in left.columns and name.isidentifier()]
            if style == "USING" and shared and len(sources) == 1:
                self.kinds.add("join using")
                text += f" JOIN {item.text} USING ({rng.choice(shared)})"
            elif style == ",":
                self.kinds.add("comma join")
                text += f", {item.text}"
                where.append(equal)
            else:
                left_join = style == "LEFT JOIN"
                self.kinds.add("left join" if left_join else "join")
                text += f" {'LEFT ' if left_join else ''}JOIN {item.text} ON {equal}{extra}"
            sources.append(item)
        for source in list(sources):
            if source.lists and rng.random() < 0.25:
                self.kinds.add("json_each")
                alias = self.alias()
                text += f", json_each({source.alias}.{quoted(rng.choice(source.lists))}) AS {alias}"
                sources.append(Source("", alias, ["value", "key", "type", "atom"]))
                break
        # The only item of FROM, where that is a table.
        self.plain = sources[0] if len(sources) == 1 and not text.startswith("(") else None
        return text, [name for source in sources for name in source.names()], where

    # ---- whole statements
    def select(self, depth, nested=False):
        """A SELECT's text and its number of columns, named c0, c1, … where it is nested."""
        rng = self.rng
        from_text, names, where = self.from_clause(depth)
        plain = self.plain
        arbor = plain if plain is not None and not plain.text.startswith("side ") else None
        if rng.random() < 0.55:
            where.append(self.condition(names))
        where += self.subqueries(names, depth)
        if arbor and rng.random() < 0.08:
            where.append(self.of_rows(arbor))
        if arbor and arbor.lists and rng.random() < 0.1:
            where.append(self.of_elements(arbor, names))
        where_text = f" WHERE {' AND '.join(where)}" if where else ""
        roll = rng.random()
        group_text, having = "", ""
        if roll < 0.3:
            self.kinds.add("group by")
            self.loose = True
            keys = [self.value(names, 1 if rng.random() < 0.3 else 0) for _ in range(rng.choice([1, 1, 2]))]
            keys = [key for key in keys if not key.lstrip("-").replace(".", "").isdigit() and "?" not in key] or [names[0]]
            columns = keys + [self.aggregate(names) for _ in range(rng.choice([1, 1, 2]))]
            if arbor and rng.random() < 0.25:
                columns.append(self.gathered(names, arbor))
            elif arbor and rng.random() < 0.2:  # rowids are distinct: one row is the least or greatest
                self.kinds.add("bare column")
                columns = [*keys, f"{rng.choice(['min', 'max'])}({arbor.alias}.{rng.choice(['rowid', '_index'])})", self.value(names, 1)]
            group_text = " GROUP BY " + ", ".join(
                str(index + 1) if rng.random() < 0.25 else key for index, key in enumerate(keys))
            if rng.random() < 0.3:
                self.kinds.add("having")
                having = f" HAVING {rng.choice(['count(*) > 1', 'count(*) < 5', self.aggregate(names) + ' > 1'])}"
        elif roll < 0.42:
            self.kinds.add("aggregate")
            columns = [self.aggregate(names) for _ in range(rng.choice([1, 2]))]
            if arbor and rng.random() < 0.25:
                columns.append(self.gathered(names, arbor))
            elif arbor and rng.random() < 0.2:
                self.kinds.add("bare column")
                columns = [f"{rng.choice(['min', 'max'])}({arbor.alias}.rowid)", "count(*)", self.value(names, 1)]
        else:
            columns = [self.value(names) for _ in range(rng.choice([1, 2, 2, 3]))]
            if arbor and rng.random() < 0.1:
                self.kinds.add("rowid")
                columns[0] = f"{arbor.alias}.{rng.choice(['rowid', '_index', 'oid'])}"
            if arbor and arbor.lists and rng.random() < 0.3:
                columns.append(self.json_value(arbor))
            if rng.random() < 0.12:
                self.kinds.add("window")
                columns.append(self.window(names))
        distinct = ""
        if rng.random() < 0.15:
            self.kinds.add("distinct")
            self.loose = True
            distinct = "DISTINCT "
        shown = ", ".join(f"{text} AS c{index}" if nested or rng.random() < 0.85 else text for index, text in enumerate(columns))
        return f"SELECT {distinct}{shown} FROM {from_text}{where_text}{group_text}{having}", len(columns)

    def of_width(self, width):
        """A SELECT of so many columns."""
        return next(other for other, count in iter(lambda: self.select(1), None) if count == width)

    def subqueries(self, names, depth):
        rng = self.rng
        if depth == 0 or rng.random() > 0.12:
            return []
        name, columns, _ = rng.choice(self.tables)
        alias = self.alias()
        inner = [f"{alias}.{quoted(column)}" for column in columns]
        outer = rng.choice(names)
        where = f" WHERE {self.condition(inner, 1)}" if rng.random() < 0.6 else ""
        roll = rng.random()
        if roll < 0.35:
            self.kinds.add("in subquery")
            result, more = rng.choice(inner), ""
            if rng.random() < 0.2:
                result = rng.choice(["{} COLLATE NOCASE", "{} COLLATE BINARY", "{} || ''"]).format(result)
            if rng.random() < 0.1:
                self.kinds.add("set operator in IN")
                more = f" {rng.choice(['UNION', 'UNION ALL', 'EXCEPT'])} {self.of_width(1)}"
            return [f"{outer} {rng.choice(['', 'NOT '])}IN (SELECT {result} FROM {name} AS {alias}{where}{more})"]
        if roll < 0.7:
            self.kinds.add("correlated exists")
            more = " AND " + where[7:] if where else ""
            return [f"{rng.choice(['', 'NOT '])}EXISTS (SELECT 1 FROM {name} AS {alias} WHERE {rng.choice(inner)} = {outer}{more})"]
        self.kinds.add("scalar subquery")
        return [f"{outer} {rng.choice(COMPARE)} (SELECT {rng.choice(['min', 'max', 'count', 'avg'])}({rng.choice(inner)}) "
                f"FROM {name} AS {alias}{where})"]

    def window(self, names):
        """One whose answer does not depend on the order of equal rows."""
        rng = self.rng
        partition = f"PARTITION BY {rng.choice(names)} " if rng.random() < 0.7 else ""
        order = f"ORDER BY {rng.choice(names)}"
        return rng.choice([f"rank() OVER ({partition}{order})", f"dense_rank() OVER ({partition}{order})",
                           f"count(*) OVER ({partition}{order})", f"max({rng.choice(names)}) OVER ({partition})",
                           f"sum({rng.choice(names)}) OVER ({partition}{order})", f"count(*) OVER ({partition})"])

    def statement(self):
        rng = self.rng
        text, width = self.select(2)
        if rng.random() < 0.14:
            for _ in range(rng.choice([1, 1, 2])):
                word = rng.choice(["UNION", "UNION ALL", "INTERSECT", "EXCEPT"])
                other = self.of_width(width)
                self.kinds.add(word.lower())
                self.loose = True
                text += f" {word} {other}"
        if rng.random() < 0.08:
            self.kinds.add("with")
            text = f"WITH w({', '.join(f'c{index}' for index in range(width))}) AS ({text}) SELECT * FROM w"
        ordered = 0
        if rng.random() < 0.5:
            self.kinds.add("order by")
            ordered = rng.choice([width, width, 1])
            text += " ORDER BY " + ", ".join(
                f"{index + 1}{rng.choice(['', ' DESC', ' ASC'])}{rng.choice(['', '', ' NULLS FIRST', ' NULLS LAST'])}"
                for index in range(ordered))
            if ordered == width and rng.random() < 0.5:
                self.kinds.add("limit")
                text += f" LIMIT {rng.choice([0, 1, 3, 10, -1])}{rng.choice(['', '', ' OFFSET 2'])}"
        return Statement(text, self.parameters, self.kinds or {"plain"}, ordered, "limit" not in self.kinds, self.loose)
