"""Random queries: each shape is a function of a random source and the columns, listed in SHAPES with its weight."""
from expressions import Expressions
from matching import Matching
from query import Node, Query, leaf
from relations import RELATIONS

DIRECTIONS = ["", "", " ASC", " DESC", " DESC", " NULLS FIRST", " NULLS LAST", " DESC NULLS FIRST", " DESC NULLS LAST"]
LIMITS = ["0", "1", "2", "3", "10", "50", "-1", "9223372036854775807", ":limit"]
OFFSETS = ["0", "1", "5", "60", "-3", "100000", ":offset"]


def some(rng, columns, most=4):
    return [rng.choice(columns) for _ in range(rng.randint(1, most))]


def names(columns, alias=""):
    return tuple(leaf(alias + column.name) for column in columns)


def bound(rng, *makers):
    """Draws three executions' worth of parameters."""
    draw = lambda: {name: value for maker in makers for name, value in maker.parameters().items()}
    extra = lambda: {"limit": rng.choice([0, 1, 3, 20, -1]), "offset": rng.choice([0, 1, 7, -1, 10**6])}
    return tuple({**extra(), **draw()} for _ in range(3))


def maybe(rng, chance, make):
    return make() if rng.random() < chance else None


def order_terms(rng, maker, alias=""):
    terms = []
    for column in some(rng, maker.columns, 3):
        expression = maker.reference(column)
        kind = rng.random()
        if kind < 0.15:
            expression = Node("{}" + rng.choice([" COLLATE NOCASE", " COLLATE RTRIM", " COLLATE BINARY"]), (expression,))
        elif kind < 0.2:
            expression = Node("length({})", (expression,))
        terms.append((expression, rng.choice(DIRECTIONS)))
    total = rng.random() < 0.6
    if rng.random() < 0.3:
        terms = []
    if total or not terms:
        terms.append((leaf(alias + rng.choice(["_index", "rowid"])), rng.choice(["", " DESC"])))
        total = True
    return tuple(terms), total


def window(rng):
    limit = rng.choice(LIMITS) if rng.random() < 0.5 else None
    return {"limit": limit, "offset": rng.choice(OFFSETS) if limit is not None and rng.random() < 0.4 else None}


def filtered(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.95, maker.condition)
    select = names(some(rng, columns)) if rng.random() < 0.6 else (leaf("_index"),) if rng.random() < 0.5 else (leaf("count(*)"),)
    return Query(select=select, where=where, parameters=bound(rng, maker))


def matched(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.4, lambda: Node("({})", (maker.condition(1),)))
    matching = Matching(rng, maker)
    match = matching.condition() if matching.columns else None
    return Query(select=names(some(rng, columns)) + (leaf("_index"),), match=match, where=where, parameters=bound(rng, maker))


def ordered(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.7, lambda: maker.condition(2))
    order, total = order_terms(rng, maker)
    return Query(select=names(some(rng, columns, 3)) + (leaf("rowid"),), where=where, order=order, total=total, parameters=bound(rng, maker), **window(rng))


def limited(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.8, lambda: maker.condition(2))
    return Query(select=names(some(rng, columns)), where=where, parameters=bound(rng, maker), limit=rng.choice(LIMITS), offset=maybe(rng, 0.5, lambda: rng.choice(OFFSETS)))


def distinct(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.5, lambda: maker.condition(2))
    chosen = some(rng, columns, 2)
    order = tuple((leaf(column.name), rng.choice(DIRECTIONS)) for column in chosen) if rng.random() < 0.4 else ()
    return Query(select=names(chosen), where=where, order=order, distinct=True, loose=True, parameters=bound(rng, maker),
                 limit=maybe(rng, 0.3, lambda: rng.choice(LIMITS)))


AGGREGATES = ["count(*)", "count({})", "count(DISTINCT {})", "min({})", "max({})", "sum(tame)", "total(tame)", "avg(tame)", "count({}) FILTER (WHERE tame > 0)",
              "max(tame)", "min(length({}))", "sum({} IS NULL)", "count(DISTINCT typeof({}))", "max(_index)", "min(rowid)"]


def aggregate(rng, columns):
    return Node(rng.choice(AGGREGATES), (leaf(rng.choice(columns).name),))


def grouped(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.5, lambda: maker.condition(2))
    keys = names(some(rng, columns, 2)) if rng.random() < 0.8 else ()
    having = maybe(rng, 0.3, lambda: Node("{} > 1", (aggregate(rng, columns),))) if keys else None
    order = tuple((key, rng.choice(DIRECTIONS)) for key in keys) if rng.random() < 0.5 else ()
    select = keys + tuple(aggregate(rng, columns) for _ in range(rng.randint(1, 4)))
    return Query(select=select, where=where, group=keys, having=having, order=order, loose=True, parameters=bound(rng, maker))


def joined(rng, columns):
    left, right = Expressions(rng, columns, "t."), Expressions(rng, columns, "u.")
    keys = rng.random()
    a, b = rng.choice(columns), rng.choice(columns)
    if keys < 0.45:
        on = f"t.{a.name} = u.{b.name}"
    elif keys < 0.6:
        on = f"t.{rng.choice(['rowid', '_index'])} = u.{rng.choice(['rowid', '_index', 'k', a.name])}"
    elif keys < 0.75:
        on = f"t.{a.name} = u.{a.name} AND t.{b.name} {rng.choice(['<', '>=', '<>', '=', 'IS'])} u.{b.name}"
    elif keys < 0.85:
        on = f"t._index BETWEEN u._index AND u._index + {rng.randint(0, 3)}"
    else:
        on = f"t.{a.name} {rng.choice(['<', 'IS', '>='])} u.{b.name} AND t._index < 40 AND u._index < 40"
    word = rng.choice(["JOIN", "JOIN", "LEFT JOIN", "CROSS JOIN"])
    where = Node("({} AND {})", (left.comparison(), right.comparison())) if rng.random() < 0.6 else maybe(rng, 0.5, lambda: left.condition(2))
    select = (leaf("count(*)"), leaf("sum(t._index)"), leaf("sum(u._index)")) if rng.random() < 0.5 else names([a], "t.") + names([b], "u.") + (leaf("t._index"), leaf("u._index"))
    return Query(select=select, source=f"t {word} u ON {on}", where=where, parameters=bound(rng, left, right))


def joined_ordinary(rng, columns):
    maker = Expressions(rng, columns, "t.")
    key = rng.choice(columns).name if rng.random() < 0.5 else "k"
    on = f"t.{key} {rng.choice(['=', '=', '=', 'IS', '<', 'LIKE'])} s.{rng.choice(['k', 'v'])}"
    source = rng.choice([f"t {rng.choice(['JOIN', 'LEFT JOIN'])} side s ON {on}", f"side s {rng.choice(['JOIN', 'LEFT JOIN'])} t ON {on}"])
    where = maybe(rng, 0.5, lambda: maker.condition(1))
    return Query(select=(leaf("t._index"), leaf("s.k"), leaf("s.v"), *names(some(rng, columns, 2), "t.")), source=source, where=where, parameters=bound(rng, maker))


def correlated(rng, columns):
    outer, inner = Expressions(rng, columns, "t."), Expressions(rng, columns, "u.")
    a, b = rng.choice(columns).name, rng.choice(columns).name
    operator = rng.choice(["=", "=", "IS", "<"])
    kind = rng.random()
    if kind < 0.4:
        word = rng.choice(["EXISTS", "NOT EXISTS"])
        where = Node(f"{word} (SELECT 1 FROM u WHERE u.{b} {operator} t.{a} AND {{}})", (inner.comparison(),))
    elif kind < 0.7:
        where = Node(f"t.{a} {rng.choice(['IN', 'NOT IN'])} (SELECT u.{b} FROM u WHERE {{}})", (inner.comparison(),))
    else:
        where = Node(f"(SELECT count(*) FROM u WHERE u.{b} {operator} t.{a} AND {{}}) {rng.choice(['>', '=', '<'])} 1", (inner.comparison(),))
    where = Node("({} AND {})", (where, outer.comparison())) if rng.random() < 0.4 else where
    select = (leaf("t._index"), leaf(f"(SELECT max(u._index) FROM u WHERE u.{a} = t.{a})")) if rng.random() < 0.3 else (leaf("t._index"),)
    return Query(select=select, where=where, parameters=bound(rng, outer, inner))


def compound(rng, columns):
    makers = [Expressions(rng, columns, alias) for alias in ("t.", "u.")]
    # A TEXT column that holds both 3 and '3' is not sorted by SQLite when it equals '3', and UNION then shows values twice.
    chosen = [rng.choice([column for column in columns if column.affinity in (None, "", "BLOB")] or columns).name for _ in range(2)]
    arms = [f"SELECT {alias}{name} AS x FROM {alias[:-1]} WHERE {maker.condition(1)}" for alias, name, maker in zip(("t.", "u."), chosen, makers)]
    word = rng.choice(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
    return Query(select=(leaf("x"),), source=f"({arms[0]} {word} {arms[1]})", loose=True, parameters=bound(rng, *makers))


def windowed(rng, columns):
    maker = Expressions(rng, columns)
    where = maybe(rng, 0.5, lambda: maker.condition(1))
    key, by = rng.choice(columns).name, rng.choice(columns).name
    function = rng.choice(["row_number()", f"lag({key})", "sum(tame)", f"first_value({key})", "rank()", "count(*)"])
    over = f"{function} OVER (PARTITION BY {by} ORDER BY {rng.choice(columns).name}{rng.choice(DIRECTIONS)}, _index)"
    return Query(select=(leaf("_index"), leaf(over)), where=where, parameters=bound(rng, maker))


def nested(rng, columns):
    inner = Expressions(rng, columns)
    outer = Expressions(rng, columns)
    outer.slots = inner.slots  # One numbering of parameters.
    order, _ = order_terms(rng, inner)
    order_text = ", ".join(f"{expression}{direction}" for expression, direction in order + ((leaf("_index"), ""),))
    chosen = ", ".join(column.name for column in columns)
    source = f"(SELECT rowid, _index, {chosen} FROM t WHERE {inner.condition(1)} ORDER BY {order_text} LIMIT {rng.choice(['5', '20', ':limit'])})"
    prefix = f"WITH v AS {source} " if rng.random() < 0.3 else ""
    return Query(prefix=prefix, select=(leaf("_index"), *names(some(rng, columns, 2))), source="v" if prefix else source, where=outer.condition(1), parameters=bound(rng, inner))


SHAPES = {filtered: 34, matched: 6, ordered: 20, limited: 6, distinct: 7, grouped: 10, joined: 7, joined_ordinary: 4, correlated: 4, compound: 3, windowed: 2, nested: 3, **RELATIONS}


def random_query(rng, columns, shapes=SHAPES):
    return rng.choices(list(shapes), list(shapes.values()))[0](rng, columns)
