"""Random queries over several tables: outer joins, views, common table expressions, unnesting, row values, top rows of groups.

Each is a function of a random source and the columns, as in shapes.py, which lists them with their weights.
"""
from expressions import Expressions
from query import Node, Query, leaf

JOINS = ["LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN"]


def bound(rng, *makers):
    """Draws three executions' worth of parameters."""
    return tuple({name: value for maker in makers for name, value in maker.parameters().items()} for _ in range(3))


def outer_joined(rng, columns):
    """Conditions in ON and in WHERE, where a missing partner's NULLs make the difference."""
    left, right = Expressions(rng, columns, "t."), Expressions(rng, columns, "u.")
    a, b = rng.choice(columns).name, rng.choice(columns).name
    on = Node(rng.choice([f"t.{a} = u.{a}", f"t.{a} IS u.{b}", "t._index = u.rowid", f"t.{a} = u.{a} AND t.{b} = u.{b}"]) + " AND {} AND {}",
              (left.comparison(), right.comparison()))
    where = rng.choice([None, leaf(f"u.{b} IS NULL"), leaf(f"t.{a} IS NOT NULL"), right.condition(1), left.condition(1)])
    return Query(select=(leaf("t._index"), leaf("u._index"), leaf(f"t.{a}"), leaf(f"u.{b}")), source=Node(f"t {rng.choice(JOINS)} u ON {{}}", (on,)),
                 where=where, parameters=bound(rng, left, right))


def joined_by_name(rng, columns):
    """USING and NATURAL-like joins of three tables; the common column is shown once."""
    maker, a = Expressions(rng, columns, "t."), rng.choice(columns).name
    source = rng.choice([f"t {rng.choice(['JOIN', 'LEFT JOIN'])} u USING ({a})", f"t JOIN side s ON s.k = t._index LEFT JOIN u ON u.{a} = s.v",
                         "t JOIN u USING (k) JOIN side s USING (k)"])
    return Query(select=(leaf("t._index"), leaf("u._index")), source=source, where=Node("({} AND t._index < 25)", (maker.condition(1),)), parameters=bound(rng, maker))


def viewed(rng, columns):
    """Conditions that SQLite pushes into a view, through DISTINCT, GROUP BY, UNION ALL and renamed columns."""
    inner, outer = Expressions(rng, columns), Expressions(rng, columns)
    outer.slots = inner.slots  # One numbering of parameters.
    chosen = ", ".join(column.name for column in columns)
    body = rng.choice([f"SELECT _index, {chosen} FROM t WHERE {{}}", f"SELECT DISTINCT {chosen} FROM t WHERE {{}}",
                       f"SELECT {chosen} FROM t WHERE {{}} UNION ALL SELECT {chosen} FROM u WHERE _index < 9", f"SELECT {chosen}, count(*) FROM t WHERE {{}} GROUP BY _index"])
    text = body.format(inner.condition(1))
    if rng.random() < 0.5:
        parts = {"prefix": f"WITH v AS {rng.choice(['', 'MATERIALIZED ', 'NOT MATERIALIZED '])}({text}) ", "source": "v"}
    else:
        parts = {"source": f"({text})"}
    return Query(select=tuple(leaf(column.name) for column in rng.sample(columns, 2)), where=outer.comparison(), loose=True, parameters=bound(rng, inner), **parts)


def recursive(rng, columns):
    """Look-ups that a recursive query makes, by position, rowid and value."""
    maker, a = Expressions(rng, columns, "t."), rng.choice(columns).name
    key = rng.choice(["t._index", "t.rowid", "t.oid", "t._rowid_", "t.k", f"t.{a}"])
    return Query(prefix=f"WITH RECURSIVE n(i) AS (VALUES({rng.randrange(5)}) UNION ALL SELECT i + {rng.randint(1, 7)} FROM n WHERE i < 40) ",
                 select=(leaf("i"), leaf("t._index"), leaf(f"t.{a}")), source=f"n {rng.choice(['JOIN', 'LEFT JOIN'])} t ON {key} {rng.choice(['=', '=', 'IS'])} n.i",
                 where=maker.condition(1) if rng.random() < 0.5 else None, parameters=bound(rng, maker))


def unnested(rng, columns):
    maker = Expressions(rng, columns, "t.")
    where = Node("{} AND {}", (maker.comparison(), leaf(rng.choice(["j.type = 'integer'", "j.value IS NOT NULL", "j.key > 0", "j.value = 'x'", "j.value > t.tame"]))))
    return Query(select=(leaf("t._index"), leaf("j.key"), leaf("j.value"), leaf("j.type")), source='t, json_each(t."arr") j', where=where, parameters=bound(rng, maker))


def row_values(rng, columns):
    """The rows of an IN are found one by one by SQLite's `=`, which sees 3 and 3.0 in a TEXT column as two, but their set as one."""
    maker, kind = Expressions(rng, columns), rng.random()
    plain = [column for column in columns if column.affinity in (None, "", "BLOB")]
    a, b = [rng.choice(columns if kind < 0.5 or not plain else plain) for _ in range(2)]
    pair = (maker.constant(a), maker.constant(b))
    if not plain:
        kind = kind / 2
    if kind < 0.5:
        where = Node(f"({a.name}, {b.name}) {rng.choice(['=', '<', '<=', '>', '>=', '<>', 'IS', 'IS NOT'])} ({{}}, {{}})", pair)
    elif kind < 0.75:
        where = leaf(f"({a.name}, {b.name}) {rng.choice(['IN', 'NOT IN'])} (SELECT {rng.choice(['k, v FROM side', f'{a.name}, {b.name} FROM u WHERE _index < 5'])})")
    else:
        where = Node(f"(_index, {a.name}) {rng.choice(['>', '<', '='])} ({rng.randrange(200)}, {{}})", pair[:1])
    return Query(select=(leaf("_index"),), where=where, parameters=bound(rng, maker))


def picked(rng, columns):
    """One row a row or a group: scalar subqueries with ORDER BY and LIMIT, bare columns beside min() and max()."""
    maker, a = Expressions(rng, columns, "u."), rng.choice(columns).name
    kind = rng.random()
    if kind < 0.5:
        inner = f"(SELECT u._index FROM u WHERE u.{a} {rng.choice(['=', 'IS', '<'])} t.{a} AND {{}} ORDER BY {rng.choice(['', 'u.tame, '])}u._index{rng.choice(['', ' DESC'])} LIMIT 1{rng.choice(['', ' OFFSET 1'])})"
        return Query(select=(leaf("t._index"), Node(inner, (maker.comparison(),))), where=leaf("t._index < 60"), parameters=bound(rng, maker))
    if kind < 0.75:
        return Query(select=(leaf("k"), leaf(rng.choice(["min(_index)", "max(_index)"])), leaf("_index"), leaf("tame")), group=(leaf("k"),), loose=True, parameters=({},))
    return Query(select=(leaf("k"), leaf("count(*)"), leaf("sum(_index)")), group=(leaf("k"),), order=((leaf("count(*)"), rng.choice(["", " DESC"])), (leaf("min(_index)"), "")),
                 total=True, limit=str(rng.randrange(5)), offset=rng.choice([None, "1"]), loose=True, parameters=({},))


def compound_ordered(rng, columns):
    """ORDER BY and LIMIT over a UNION ALL, which SQLite may merge from ordered arms."""
    makers = [Expressions(rng, columns, alias) for alias in ("t.", "u.")]
    by = rng.choice([column.name for column in columns if not column.declared] or ['"tame"'])
    arms = [f"SELECT {number} AS arm, {alias}_index AS at, {alias}{by} AS x FROM {alias[:-1]} WHERE {maker.condition(1)}" for number, alias, maker in zip((1, 2), ("t.", "u."), makers)]
    order = (leaf("arm"), rng.choice(["", " DESC"])), (leaf("at"), rng.choice(["", " DESC"]))
    if rng.random() < 0.5:
        order = ((leaf("x"), rng.choice(["", " DESC"])), *order)
    return Query(select=(leaf("arm"), leaf("at"), leaf("x")), source=f"({arms[0]} UNION ALL {arms[1]})", order=order, total=True, limit=rng.choice([None, "3", "20", "-1"]),
                 parameters=bound(rng, *makers))


RELATIONS = {outer_joined: 3, joined_by_name: 2, viewed: 4, recursive: 2, unnested: 2, row_values: 4, picked: 3, compound_ordered: 3}
