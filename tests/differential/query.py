"""A random query kept in parts, so that it can be printed, run, and cut down after a failure."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Node:
    """An expression: a template with `{}` for each child. Any node may be replaced by one of its children."""
    template: str
    children: tuple = ()

    def __str__(self):
        return self.template.format(*self.children)

    def smaller(self):
        yield from (child for child in self.children if isinstance(child, Node))
        for index, child in enumerate(self.children):
            if isinstance(child, Node):
                for less in child.smaller():
                    yield Node(self.template, self.children[:index] + (less,) + self.children[index + 1:])


def leaf(text):
    """A node of literal text, whose braces mean themselves."""
    return Node("{}", (text,))


@dataclasses.dataclass(frozen=True)
class Query:
    select: tuple
    source: str = "t"
    where: Node = None
    match: Node = None      # holds «paths»: `t MATCH '…'` for the Arbor, the same condition in SQL for the ordinary table
    group: tuple = ()
    having: Node = None
    order: tuple = ()       # pairs of expression and direction
    total: bool = False     # the order leaves nothing open
    limit: str = None
    offset: str = None
    distinct: bool = False
    loose: bool = False     # equal values may be shown in different spellings, as DISTINCT may choose 1 or 1.0
    prefix: str = ""
    parameters: tuple = ()  # each a dict of one execution

    def conditions(self, arbor):
        if self.match:
            text = str(self.match)
            if arbor:
                yield "t MATCH '" + text.replace("«", "").replace("»", "").replace("'", "''") + "'"
            else:
                yield "(" + text.replace("«", '"').replace("»", '"') + ")"
        if self.where:
            yield str(self.where)

    def sql(self, limited=True, arbor=False, opaque=False):
        """With `opaque`, SQLite cannot see equalities in the condition."""
        order_keys = [f"{expression}" for expression, _ in self.order] if self.keys_shown else []
        parts = [self.prefix + "SELECT " + ("DISTINCT " if self.distinct else "") + ", ".join(map(str, [*self.select, *order_keys]))]
        parts.append(f"FROM {self.source}")
        conditions = " AND ".join(self.conditions(arbor))
        if conditions:
            parts.append(f"WHERE ({conditions}) IS TRUE" if opaque else f"WHERE {conditions}")
        if self.group:
            parts.append("GROUP BY " + ", ".join(map(str, self.group)))
        if self.having:
            parts.append(f"HAVING {self.having}")
        if self.order:
            parts.append("ORDER BY " + ", ".join(f"{expression}{direction}" for expression, direction in self.order))
        if limited and self.limit is not None:
            parts.append(f"LIMIT {self.limit}" + (f" OFFSET {self.offset}" if self.offset is not None else ""))
        return " ".join(parts)

    @property
    def keys_shown(self):
        """Appends the order's keys to the answer, where they would not change it, so that the order itself can be compared."""
        return bool(self.order) and not self.total and not self.distinct

    def smaller(self):
        """Yields simpler queries, the boldest cuts first."""
        def without(items, index):
            return items[:index] + items[index + 1:]

        if len(self.parameters) > 1:
            yield from (dataclasses.replace(self, parameters=(values,)) for values in self.parameters)
        for name, nothing in (("where", None), ("match", None), ("having", None), ("limit", None), ("offset", None), ("distinct", False)):
            if getattr(self, name):
                yield dataclasses.replace(self, **{name: nothing})
        if self.order:
            yield dataclasses.replace(self, order=(), total=False)
        for name in ("select", "group", "order"):
            items = getattr(self, name)
            if len(items) > 1:
                fewer = {"total": False} if name == "order" else {}
                yield from (dataclasses.replace(self, **{name: without(items, index)}, **fewer) for index in range(len(items)))
        for name in ("where", "match", "having"):
            if getattr(self, name):
                yield from (dataclasses.replace(self, **{name: less}) for less in getattr(self, name).smaller())
