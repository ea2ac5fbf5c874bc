"""One case at least of every stage, aggregate and function: the text, and what it means in plain Python.

test_operations.py fails for an entry of arbor_help() that has none.
"""
import datetime
import math
import statistics

import model
from model import MISSING, at, compared, deviation, equal, field, greater, number, numbers_over, over, put, sql, total, values_of, variance

PEOPLE = [
    {"id": 1, "name": "Ann", "team": "red", "born": {"year": 1980, "city": "Rome"}, "hits": [{"y": 2001, "n": 3}, {"y": 2002, "n": 5}], "tags": ["a", "b"], "ok": True},
    {"id": 2, "name": "Bob", "team": "blue", "born": {"year": 1975, "city": "Oslo"}, "hits": [], "tags": [], "ok": False},
    {"id": 3, "name": "Cid", "team": "red", "born": {"year": None}, "hits": [{"y": 2001, "n": 7}], "tags": ["b", "c", "b"], "score": 1.5},
    {"id": 4, "name": "Dan", "team": None, "hits": None, "score": 2},
    {"id": 5, "name": "Eve", "born": {"year": 1980, "city": "rome"}, "hits": [{"y": 2003, "n": None}, {"y": 2001, "n": 1, "x": {"deep": [1, [2]]}}], "score": "2", "ok": True},
    {"id": 6, "name": "Ärger", "team": "blue", "born": {}, "tags": [1, 2.5, None], "score": -1},
    {"id": 7, "team": "red", "born": {"year": 1999, "city": "Rome"}, "hits": [{"n": 2}, {"y": 2002, "n": 4}, {"y": 2001, "n": 4}], "score": 2.0},
    {"id": 8, "name": "", "team": "green", "hits": [{"y": 2002, "n": 9}], "ok": False, "tags": ["z"]},
    {"id": 9},
    {"id": 10, "name": "Ann", "team": "red", "born": {"year": 1980, "city": "Rome"}, "hits": [{"y": 2001, "n": 3}], "score": None, "ok": None},
    {"id": 11, "name": " o'Hara \U0001f600", "team": "red", "born": {"city": "São Paulo", "year": 1601}, "hits": [{"n": 0, "y": 2001}], "tags": ["a", "a"], "score": 10},
]
MANY = [{"id": index, "name": f"n{index % 37}", "team": ["red", "blue", "green", None][index * 7 % 4], "born": {"year": 1900 + index * 31 % 97, "city": f"c{index % 5}"},
         "hits": [{"y": 2000 + step, "n": (index + step) % 11} for step in range(index % 4)], "tags": [f"t{index % 3}"] * (index % 3), "score": (index * 13 % 29) / 2, "ok": index % 3 == 0} for index in range(140)]
DOCUMENTS = {"people": PEOPLE, "nothing": [], "one": PEOPLE[:1], "many": MANY}
MOVED = {"city": "Rome", "year": 1980.0, "x": None}
SCALARS = [3, 1, "a", None, True, [1, 2], {"a": 1}, 1.5, "10", [], {}, False]


def born(tree):
    return sql(at(tree, "born.year"))


def plus(read, more):
    return lambda tree: None if sql(read(tree)) is None else number(read(tree)) + more


score, team = field("score"), field("team")
OTHER = [{"id": 100, "name": "new"}, {"id": 101}]
OTHERS = "(json '[{\"id\":100,\"name\":\"new\"},{\"id\":101}]')"
JUST_ONE = "(json '[{\"id\":100,\"name\":\"new\"}]')"
red_ids = model.then(model.filtered(equal("team", "red")), model.selected(id="id"))

def hits(tree):
    return at(tree, "hits") if isinstance(at(tree, "hits"), list) else []


def listed(path):
    """All values, NULL included."""
    return lambda trees: [None if value is MISSING else value for value in map(field(path), trees)]


# (stage or stages, what they do)
STAGES = [
    ("filter id > 4", model.filtered(greater("id", 4))),
    ("filter born.year = 1980 AND team = 'red'", model.filtered(lambda tree: equal("born.year", 1980)(tree) and equal("team", "red")(tree))),
    ("filter score > 1.5 OR name LIKE 'a%'", model.filtered(lambda tree: greater("score", 1.5)(tree) or str(sql(at(tree, "name")) or "").lower().startswith("a"))),
    ("filter NOT ok", model.filtered(lambda tree: sql(at(tree, "ok")) == 0)),
    ("filter team IS NULL", model.filtered(lambda tree: sql(at(tree, "team")) is None)),
    ("select id, nullif(team, 'green') as t | filter exists(t)", model.then(model.selected(id="id", t=lambda tree: None if at(tree, "team") == "green" else at(tree, "team")), model.filtered(lambda tree: "t" in tree))),
    ("filter exists(hits[*].x)", model.filtered(lambda tree: any("x" in hit for hit in hits(tree)))),
    ("select id, exists(hits[*].y) as dated, exists(hits[*]) as any", model.selected(id="id", dated=lambda tree: any("y" in hit for hit in hits(tree)), any=lambda tree: hits(tree) != [])),
    ("filter exists(team)", model.filtered(lambda tree: at(tree, "team") is not MISSING)),
    ("filter name IN ('Ann', 'Bob', 'n3')", model.filtered(lambda tree: at(tree, "name") in ("Ann", "Bob", "n3"))),
    ("filter list_any(hits, n > 3 AND y = 2002)", model.filtered(lambda tree: any(greater("n", 3)(hit) and equal("y", 2002)(hit) for hit in hits(tree)))),
    ("filter 1 = 1", model.filtered(lambda tree: True)),
    ("filter null", model.filtered(lambda tree: False)),
    ("FILTER id > 4 -- a comment\n| Head 2", model.then(model.filtered(greater("id", 4)), model.cut(None, 2))),
    ("select name, born.year as year, hits", model.selected(name="name", year="born.year", hits="hits")),
    ("select born, id + 1 as next, team || '!' as loud", model.selected(born="born", next=plus(field("id"), 1), loud=lambda tree: None if sql(at(tree, "team")) is None else at(tree, "team") + "!")),
    ("select hits[0].n as first, hits[-1].n as last, hits[*].n as all", model.selected(first=lambda tree: hit(tree, 0), last=lambda tree: hit(tree, -1), all=lambda tree: [at(one, "n") for one in at(tree, "hits")] if isinstance(at(tree, "hits"), list) else MISSING)),
    ("select it as whole | filter whole.id < 3", model.then(model.selected(whole=lambda tree: tree), model.filtered(lambda tree: at(tree, "whole.id") < 3))),
    ("add_field x = id * 2", model.with_fields({"x": lambda tree: tree["id"] * 2})),
    ("add_field born.age = 2000 - born.year, id = 0", model.with_fields({"born.age": lambda tree: None if born(tree) is None else 2000 - born(tree), "id": lambda tree: 0})),
    ("drop team, born.year", model.without("team", "born.year")),
    ("drop nothing.there", model.without("nothing.there")),
    ("head 3", model.cut(None, 3)), ("head 0", model.cut(None, 0)), ("head 1000", model.cut()),
    ("tail 3", lambda trees: trees[-3:]), ("tail 0", model.cut(None, 0)), ("filter id > 2 | tail 4", lambda trees: model.filtered(greater("id", 2))(trees)[-4:]),
    ("skip 2", model.cut(2)), ("skip 1000", model.cut(1000)), ("skip 1 | head 4 | skip 1", lambda trees: trees[1:5][1:]),
    ("take 0, -1, 0", model.taken(0, -1, 0)), ("take 3, 2", model.taken(3, 2)), ("filter team = 'red' | take -1", model.then(model.filtered(equal("team", "red")), model.taken(-1))),
    ("sample 3 seed 7", model.sampled(3, 7)), ("sample 1000", model.sampled(1000)), ("filter id > 2 | sample 2", model.then(model.filtered(greater("id", 2)), model.sampled(2))),
    ("shuffle seed 7", model.shuffled(7)), ("filter id > 2 | shuffle", model.then(model.filtered(greater("id", 2)), model.shuffled())),
    ("reverse", lambda trees: trees[::-1]), ("head 3 | reverse", lambda trees: trees[:3][::-1]),
    ("sort_by born.year, name desc", model.ordered("born.year", ("name", True))),
    ("sort_by score", model.ordered("score")), ("sort_by team desc", model.ordered(("team", True))),
    ("sort_by born.year % 10, id desc", model.ordered(lambda tree: None if born(tree) is None else born(tree) % 10, ("id", True))),
    ("sort_by score nulls last", lambda trees: sorted(model.ordered("score")(trees), key=lambda tree: sql(at(tree, "score")) is None)),
    ("top_k 3 by score", lambda trees: model.ordered(("score", True))(trees)[:3]), ("top_k 4 by score asc, id", lambda trees: model.ordered("score", ("id", True))(trees)[:4]),
    ("bottom_k 4 by born.year, name", lambda trees: model.ordered("born.year", "name")(trees)[:4]), ("bottom_k 0 by id", model.cut(None, 0)),
    ("top_k 5 by id | skip 3", lambda trees: model.ordered(("id", True))(trees)[3:5]), ("bottom_k 3 by id | skip 1 | head 1", lambda trees: model.ordered("id")(trees)[1:2]), ("top_k 2 by id | skip 2", lambda trees: []),
    ("unique_by team", model.unique(field("team"))), ("unique_by born.year, ok", model.unique(field("born.year"), field("ok"))),
    ("group_by team { count() as n, sum(id) as ids }", model.grouped({"team": field("team")}, {"n": len, "ids": over(field("id"), total)})),
    ("group_by team as t, ok { count() }", model.grouped({"t": field("team"), "ok": field("ok")}, {"count": len})),
    ("group_by born.year / 10 as decade { list(name) as names, max(score) as best }",
     model.grouped({"decade": lambda tree: None if born(tree) is None else born(tree) // 10}, {"names": listed("name"), "best": over(field("score"), lambda values: max(values, key=model.rank))})),
    ("group_by team", model.grouped({"team": field("team")})),
    ("select id, team | group_by team | filter list_len(trees) > 1", model.then(model.selected(id="id", team="team"), model.grouped({"team": field("team")}), model.filtered(lambda tree: len(tree["trees"]) > 1))),
    ("aggregate count() as n, sum(id) as ids", model.aggregated({"n": len, "ids": over(field("id"), total)})),
    ("filter id < 0 | aggregate count() as n, max(id) as most", lambda trees: [{"n": 0, "most": None}]),
    ("reverse | filter NOT exists(born.year) | aggregate min(born.year) as least, max(born.year) as most", lambda trees: [{"least": None, "most": None}]),
    ("explode hits", model.exploded("hits")), ("explode hits as hit", model.exploded("hits", "hit")), ("explode hits as hit outer", model.exploded("hits", "hit", True)),
    ("explode hits outer", model.exploded("hits", None, True)), ("explode name", lambda trees: []),
    ("explode tags as tag | group_by tag { count() as n }", model.then(model.exploded("tags", "tag"), model.grouped({"tag": field("tag")}, {"n": len}))),
    ("explode hits as hit | explode tags as tag | select id, hit.n, tag", model.then(model.exploded("hits", "hit"), model.exploded("tags", "tag"), model.selected(id="id", n="hit.n", tag="tag"))),
    ("sort_by id desc | explode hits | select id, hits.n", model.then(model.ordered(("id", True)), model.exploded("hits"), model.selected(id="id", n="hits.n"))),
    ("head 3 | explode hits", model.then(model.cut(None, 3), model.exploded("hits"))),
    ("flatten", model.each(model.flat)), ("head 2 | flatten | select id, \"born.year\"", model.then(model.cut(None, 2), model.selected(id="id", **{"born.year": lambda tree: at(tree, "born.year")}))),
    ("select team, id, name | nest id, name as members", model.then(model.selected(team="team", id="id", name="name"), model.nested(["id", "name"], "members"))),
    ("select id, iif(id % 2 = 0, tags, name) as v | nest id as ids", model.then(model.selected(id="id", v=lambda tree: at(tree, "name" if tree["id"] % 2 else "tags")), model.nested(["id"], "ids"))),
    ("select score, id | nest id as ids", model.then(model.selected(score="score", id="id"), model.nested(["id"], "ids"))),
    ("select id, iif(id = 10, json('{\"city\":\"Rome\",\"year\":1980.0,\"x\":null}'), born) as born | nest id as ids | filter list_len(ids) > 1 or born.year = 1999",
     model.then(model.selected(id="id", born=lambda tree: MOVED if tree["id"] == 10 else at(tree, "born")), model.nested(["id"], "ids"), lambda trees: [tree for tree in trees if len(tree["ids"]) > 1 or at(tree, "born.year") == 1999])),
    ("drop name, team, tags, score, ok, hits | add_field born.city = 'x' | nest id as born2 | explode born2 as each",
     model.then(model.each(lambda tree: {key: tree[key] for key in ("id", "born") if key in tree}), model.with_fields({"born.city": lambda tree: "x"}), model.nested(["id"], "born2"), model.exploded("born2", "each"))),
    ("drop name, team, tags, score, ok, hits | nest born.city as cities", model.each(lambda tree: model.put(model.put({key: tree[key] for key in ("id", "born") if key in tree}, "born.city", MISSING), "cities", [{key: at(tree, "born.city") for key in ["city"] if at(tree, "born.city") is not MISSING}]))),
    ("head 3 | nest it as whole", model.then(model.cut(None, 3), model.each(lambda tree: {**tree, "whole": [{"it": tree}]}))),
    ("append (json '[{\"id\":100,\"name\":\"new\"},{\"id\":101}]')", lambda trees: trees + OTHER),
    (f"concat {OTHERS} | filter id > 5", model.then(lambda trees: trees + OTHER, model.filtered(greater("id", 5)))),
    ("append ({source} | filter team = 'red' | select id)", lambda trees: trees + red_ids(trees)),
    ("filter team = 'red' | append ({source} | head 1)", lambda trees: model.filtered(equal("team", "red"))(trees) + trees[:1]),
    (f"insert 0 {OTHERS}", model.inserted(0, lambda trees: OTHER)), (f"insert 3 {OTHERS} | skip 2", model.then(model.inserted(3, lambda trees: OTHER), model.cut(2))),
    ("insert -1 ({source} | head 2)", model.inserted(-1, lambda trees: trees[:2])),
    (f"set 0 {JUST_ONE}", model.replaced(0, lambda trees: OTHER[:1])), ("set -1 ({source} | take 1)", model.replaced(-1, model.taken(1))), (f"set 0 {OTHERS}", model.replaced(0, lambda trees: OTHER)),
    ("remove 0", model.removed(0)), ("remove 2, -1, 2 | select id", model.then(model.removed(2, -1, 2), model.selected(id="id"))),
    ("select *, id + 1 as next", model.with_fields({"next": plus(field("id"), 1)})), ("filter exists(born.year) | select born.*, id", model.then(model.filtered(lambda tree: at(tree, "born.year") is not MISSING), model.each(lambda tree: {**tree["born"], "id": tree["id"]}))),
    ("select 0 as year, born.* | filter year = 0 or year > 1900", model.then(model.each(lambda tree: {"year": 0, **tree.get("born", {})}), model.filtered(lambda tree: sql(tree["year"]) is not None and (tree["year"] == 0 or tree["year"] > 1900)))),
    ("rename name as who, id as name", model.renamed({"name": "who", "id": "name"})), ("rename score as team | filter team = 1.5", model.then(model.renamed({"score": "team"}), model.filtered(equal("team", 1.5)))),
    ("explode born", model.exploded("born")), ("explode born as b outer | select id, b.key as k, b.value as v", model.then(model.exploded("born", "b", True), model.selected(id="id", k="b.key", v="b.value"))),
    ("join ({source} | select team, score as s) as other on team = team", lambda trees: model.joined(lambda _: model.selected(team="team", s="score")(trees), [(team, team)], "other")(trees)),
    ("select id, score | left join ({source} | filter id < 6 | select id as n, score as s) as o on score = s and o.n <> id",
     model.then(lambda trees: model.joined(lambda _: model.then(model.filtered(lambda tree: tree["id"] < 6), model.selected(n="id", s="score"))(trees), [(field("score"), field("s"))], "o", "left", lambda tree, other: tree["id"] != other["n"])(model.selected(id="id", score="score")(trees)))),
    ("explode hits as hit | join ({source} | explode hits as h | filter h.n > 3 | select id, h.y as y) as good on id = id and hit.y = y | group_by good.y as y { count() as n, sum(hit.n) as sum } | sort_by n desc, y",
     lambda trees: model.then(model.exploded("hits", "hit"), model.joined(lambda _: model.then(model.exploded("hits", "h"), model.filtered(greater("h.n", 3)), model.selected(id="id", y="h.y"))(trees), [(field("id"), field("id")), (field("hit.y"), field("y"))], "good"),
                              model.grouped({"y": field("good.y")}, {"n": len, "sum": over(field("hit.n"), total)}), model.ordered(("n", True), "y"))(trees)),
    ("semi join ({source} | filter score > 1) on team = team", model.joined(model.filtered(greater("score", 1)), [(team, team)], kind="semi")),
    ("anti join ({source} | filter score > 1) on team = team", model.joined(model.filtered(greater("score", 1)), [(team, team)], kind="anti")),
    ("sort_by score, id | semi join ({source}) as o on born.city = born.city and o.id < id", lambda trees: model.then(model.ordered("score", "id"), model.joined(lambda _: trees, [(field("born.city"), field("born.city"))], kind="semi", fulfils=lambda tree, other: other["id"] < tree["id"]))(trees)),
    ("window by team order score desc, id { row_number() as place, rank() as r, lag(id) as before, sum(id) as ids, first(name) as best, last(id) as last }",
     model.windowed([team], [(score, True), (field("id"), False)], {"place": lambda trees, place, first, end: place + 1, "r": lambda trees, place, first, end: first + 1, "before": lambda trees, place, first, end: trees[place - 1]["id"] if place else None,
                                                                    "ids": lambda trees, place, first, end: sum(tree["id"] for tree in trees[:end]), "best": lambda trees, place, first, end: at(trees[0], "name"), "last": lambda trees, place, first, end: trees[end - 1]["id"]})),
    ("window order team { dense_rank() as d, count(score) as n, max(score) as most, list(id) rows between 1 preceding and 1 following as near } | filter d > 1",
     model.then(model.windowed([], [(team, False)], {"d": lambda trees, place, first, end: len({model.rank(team(tree)) for tree in trees[:end]}), "n": lambda trees, place, first, end: len(values_of(score, trees[:end])), "most": lambda trees, place, first, end: over(score, lambda values: max(values, key=model.rank))(trees[:end]),
                                                   "near": lambda trees, place, first, end: [tree["id"] for tree in trees[max(place - 1, 0):place + 2]]}), model.filtered(greater("d", 1)))),
    ("window by team order id desc { row_number() as n } | filter n <= 2 | select id, n", model.then(model.windowed([team], [(field("id"), True)], {"n": lambda trees, place, first, end: place + 1}), model.filtered(lambda tree: tree["n"] <= 2), model.selected(id="id", n="n"))),
    ("index_by name", lambda trees: trees), ("index_by id | filter id > 3", model.filtered(greater("id", 3))),
    ("group_by team { count() as n } | append ({source} | group_by ok as team { count() as n })",
     lambda trees: model.grouped({"team": field("team")}, {"n": len})(trees) + model.grouped({"team": field("ok")}, {"n": len})(trees)),
]


def hit(tree, index):
    hits = at(tree, "hits")
    return at(hits[index], "n") if isinstance(hits, list) and hits else MISSING


ORDERS = {"id": field("id"), "score": field("score"), "born.year": field("born.year"), "team": field("team")}
is_red = model.filtered(equal("team", "red"))


def first_greatest(values):
    return max(values, key=model.rank)


# (aggregate, what it is of a list of trees)
def at_bound(choose):
    """The team of the first tree whose id is the least or greatest."""
    def run(trees):
        value = at(choose(trees, key=lambda tree: tree["id"]), "team") if trees else None
        return None if value is MISSING else value
    return run


AGGREGATES = [
    ("count()", len), ("count(team)", lambda trees: len(values_of(team, trees))), ("count(distinct team)", lambda trees: len({sql(value) for value in values_of(team, trees)})),
    ("count() filter (where team = 'red')", lambda trees: len(is_red(trees))),
    ("sum(id)", over(field("id"), total)), ("sum(score)", over(score, total)), ("sum(hits[0].n)", over(lambda tree: hit(tree, 0), total)), ("sum(distinct id)", over(field("id"), total)),
    ("total(id)", over(field("id"), lambda values: float(sum(values)), 0.0)), ("total(nothing)", lambda trees: 0.0),
    ("avg(id)", over(field("id"), lambda values: sum(values) / len(values))), ("avg(score) filter (where ok IS NULL)", lambda trees: over(score, lambda values: total(values) / len(values))([tree for tree in trees if sql(at(tree, "ok")) is None])),
    ("min(name)", over(field("name"), lambda values: min(values, key=model.rank))), ("max(name)", over(field("name"), first_greatest)), ("max(score)", over(score, first_greatest)), ("min(born.year)", over(field("born.year"), min)),
    ("first(team)", lambda trees: sql(team(trees[0])) if trees else None), ("last(team)", lambda trees: sql(team(trees[-1])) if trees else None),
    ("median(score)", numbers_over(score, lambda values: float(statistics.median(values)))), ("median(id)", numbers_over(field("id"), lambda values: float(statistics.median(values)))),
    ("quantile(id, 0.25)", numbers_over(field("id"), model.quantile(0.25))), ("quantile(id, 1)", numbers_over(field("id"), model.quantile(1))),
    ("stddev(id)", numbers_over(field("id"), deviation, 2)), ("variance(score)", numbers_over(score, variance, 2)),
    ("list(tags)", listed("tags")), ("list(ok)", listed("ok")),
    ("any_value(ok)", lambda trees: next(iter(values_of(field("ok"), trees)), None)),
    ("arg_min(team, id)", at_bound(min)), ("arg_max(team, id)", at_bound(max)),
    ("group_concat(id, '; ')", lambda trees: "; ".join(str(sql(value)) for value in values_of(field("id"), trees)) if values_of(field("id"), trees) else None),
    ("group_concat(id)", lambda trees: ",".join(str(sql(value)) for value in values_of(field("id"), trees)) if values_of(field("id"), trees) else None),
    ("string_agg(id, '')", lambda trees: "".join(str(sql(value)) for value in values_of(field("id"), trees)) if values_of(field("id"), trees) else None),
    ("json_group_object(id, tags)", lambda trees: {str(tree["id"]): None if at(tree, "tags") is MISSING else at(tree, "tags") for tree in trees}),
]


def text(path, work):
    """A function of the text at a path; NULL of NULL."""
    return lambda tree: None if sql(at(tree, path)) is None else work(str(sql(at(tree, path))))


def of_list(path, work, otherwise=None):
    return lambda tree: work(at(tree, path)) if isinstance(at(tree, path), list) else otherwise


def known(values):
    return [value for value in values if value is not None]


def numbers(values):
    return [value for value in values if isinstance(value, (int, float))]


def when(year):
    return None if year is None else datetime.datetime(int(year), 3, 4, 5, 6, 7)


def stamp(part):
    return lambda tree: None if born(tree) is None else getattr(when(born(tree)), part)


def ascii_case(value, upper):
    return "".join((letter.upper() if upper else letter.lower()) if letter.isascii() else letter for letter in value)


def substring(value, first, count):
    return value[first - 1:first - 1 + count]


def half_up(value):
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


def near(function, work, limit=0.3):
    """A function of reals, told by which side of a limit its values are on: libraries differ in the last bit."""
    return f"{function} > {limit}", lambda tree: work(at(tree, "id")) > limit


MOMENT = "(2000 + id % 30) || '-02-27 22:30:15'"


def moment(tree):
    return datetime.datetime(2000 + at(tree, "id") % 30, 2, 27, 22, 30, 15)


def days_later(days):
    return lambda tree: str(moment(tree) + datetime.timedelta(days))[:10]


TIME = "born.year || '-03-04T05:06:07Z'"
numeric_score = lambda tree: sql(score(tree)) if not isinstance(sql(score(tree)), str) else None  # noqa: E731
number_of = "iif(typeof(score) = 'text', null, score)"


def with_number(work):
    return lambda tree: None if numeric_score(tree) is None else work(numeric_score(tree))


# (expression, what it is of a tree)
def json_kind(value):
    """The name that SQLite's JSON functions have for a value; None where it is missing."""
    names = {bool: str(value).lower(), type(None): "null", int: "integer", float: "real", str: "text", list: "array", dict: "object"}
    return None if value is MISSING else names[type(value)]


def each_value(value):
    """The values of the rows that SQLite's json_each gives of a value."""
    if isinstance(value, (list, dict)):
        return list(value.values()) if isinstance(value, dict) else value
    return [] if sql(value) is None else [sql(value)]


FUNCTIONS = [
    ("json_type(hits)", lambda tree: {list: "array", type(None): None}.get(type(sql(at(tree, "hits")) and at(tree, "hits")))),
    ("json_array_length(hits)", lambda tree: len(tree["hits"]) if isinstance(at(tree, "hits"), list) else None),
    ("json_array(ok, id)", lambda tree: [sql(at(tree, "ok")), at(tree, "id")]), ("json_object('k', ok)", lambda tree: {"k": sql(at(tree, "ok"))}),
    ("json_element(ok)", lambda tree: sql(at(tree, "ok")) if isinstance(at(tree, "ok"), bool) else at(tree, "ok")), ("json_scalar(id)", lambda tree: at(tree, "id")),
    ("json_part(ok)", lambda tree: sql(at(tree, "ok")) if at(tree, "ok") is MISSING else at(tree, "ok")), ("json_document(born)", lambda tree: at(tree, "born") if isinstance(at(tree, "born"), dict) else None),
    ("json_text(id)", lambda tree: str(at(tree, "id"))), ("json_text(ok)", lambda tree: None if at(tree, "ok") is MISSING else model.text_of(at(tree, "ok"))),
    ("json_kind(team)", lambda tree: json_kind(at(tree, "team"))), ("json_kind(hits)", lambda tree: json_kind(at(tree, "hits"))), ("as_declared(id, 'INTEGER')", lambda tree: at(tree, "id")), ("no_text(id)", lambda tree: None),
    ("json_values(hits)", lambda tree: each_value(at(tree, "hits"))), ("json_values(born)", lambda tree: each_value(at(tree, "born"))), ("json_values(id)", lambda tree: [at(tree, "id")]),
    ("keys(born)", lambda tree: list(tree["born"]) if isinstance(at(tree, "born"), dict) else None), ("values(born)", lambda tree: list(tree["born"].values()) if isinstance(at(tree, "born"), dict) else None), ("entries(hits[0])", lambda tree: model.members(tree["hits"][0]) if hits(tree) else None),
    (f"abs({number_of})", with_number(abs)), ("array(id, team, null)", lambda tree: [at(tree, "id"), sql(at(tree, "team")), None]), (f"ceil({number_of})", with_number(lambda value: type(value)(math.ceil(value)))),
    (f"floor({number_of})", with_number(lambda value: type(value)(math.floor(value)))), ("char(64 + id % 26)", lambda tree: chr(64 + at(tree, "id") % 26)), ("coalesce(name, team, 'none')", lambda tree: next((sql(at(tree, path)) for path in ("name", "team") if sql(at(tree, path)) is not None), "none")),
    ("contains(name, 'n')", text("name", lambda value: "n" in value)), ("starts_with(name, 'A')", text("name", lambda value: value.startswith("A"))), ("ends_with(name, 'n')", text("name", lambda value: value.endswith("n"))),
    ("day(" + TIME + ")", stamp("day")), ("month(" + TIME + ")", stamp("month")), ("year(" + TIME + ")", stamp("year")), ("hour(" + TIME + ")", stamp("hour")), ("minute(" + TIME + ")", stamp("minute")), ("second(" + TIME + ")", stamp("second")),
    ("exists(team)", lambda tree: at(tree, "team") is not MISSING), ("hex(name)", lambda tree: (sql(at(tree, "name")) or "").encode().hex().upper()), ("ifnull(team, 'x')", lambda tree: sql(at(tree, "team")) or "x"),
    ("iif(id > 5, 'high', 'low')", lambda tree: "high" if at(tree, "id") > 5 else "low"), ("iif(id > 5, 'high')", lambda tree: "high" if at(tree, "id") > 5 else None), ("instr(name, 'n')", text("name", lambda value: value.find("n") + 1)),
    ("json('{\"a\": [1, 2]}')", lambda tree: {"a": [1, 2]}), ("length(name)", text("name", len)), ("lower(name)", text("name", lambda value: ascii_case(value, False))), ("upper(name)", text("name", lambda value: ascii_case(value, True))),
    ("list_all(hits, n > 2)", of_list("hits", lambda hits: all(greater("n", 2)(one) for one in hits))), ("list_any(hits, n > 2)", of_list("hits", lambda hits: any(greater("n", 2)(one) for one in hits))),
    ("list_avg(hits[*].n)", of_list("hits", lambda hits: sum(known(map(lambda one: at(one, "n"), hits))) / len(known(map(lambda one: at(one, "n"), hits))) if known(map(lambda one: at(one, "n"), hits)) else None)),
    ("list_contains(tags, 'b')", of_list("tags", lambda tags: True if "b" in tags else None if None in tags else False)), ("list_count(hits, y = 2001)", of_list("hits", lambda hits: sum(bool(equal("y", 2001)(one)) for one in hits))),
    ("list_filter(hits, n > 2)", of_list("hits", lambda hits: [one for one in hits if greater("n", 2)(one)])), ("list_first(tags)", of_list("tags", lambda tags: tags[0] if tags else None)), ("list_last(tags)", of_list("tags", lambda tags: tags[-1] if tags else None)),
    ("list_join(tags, '-')", of_list("tags", lambda tags: "-".join(str(tag) for tag in known(tags)))), ("list_len(hits)", of_list("hits", len)), ("list_map(hits, n * 2)", of_list("hits", lambda hits: [plus(lambda one: at(one, "n") if sql(at(one, "n")) is None else at(one, "n") * 2, 0)(one) for one in hits])),
    ("list_max(hits[*].n)", of_list("hits", lambda hits: max(known(at(one, "n") for one in hits), default=None))), ("list_min(hits[*].n)", of_list("hits", lambda hits: min(known(at(one, "n") for one in hits), default=None))),
    ("list_sort(tags)", of_list("tags", lambda tags: sorted(tags, key=model.rank))), ("list_sum(hits[*].n)", of_list("hits", lambda hits: sum(known(at(one, "n") for one in hits)) if known(at(one, "n") for one in hits) else None)), ("list_unique(tags)", of_list("tags", lambda tags: list(dict.fromkeys(tags)))),
    ("trim(name)", text("name", lambda value: value.strip(" "))), ("ltrim(name, ' A')", text("name", lambda value: value.lstrip(" A"))), ("rtrim(name, 'n')", text("name", lambda value: value.rstrip("n"))),
    ("max(id, 4)", lambda tree: max(at(tree, "id"), 4)), ("min(id, 4)", lambda tree: min(at(tree, "id"), 4)), ("nullif(team, 'red')", lambda tree: None if sql(at(tree, "team")) == "red" else at(tree, "team")),
    ("object('i', id, 'l', array(1))", lambda tree: {"i": at(tree, "id"), "l": [1]}), ("power(id, 2)", lambda tree: float(at(tree, "id") ** 2)), ("regexp_like(name, '^[A-C].*n?$')", text("name", lambda value: value[:1] in "ABC" and value != "")),
    ("replace(name, 'n', '__')", text("name", lambda value: value.replace("n", "__"))), (f"round({number_of})", with_number(lambda value: float(half_up(value)))), (f"sign({number_of})", with_number(lambda value: (value > 0) - (value < 0))),
    ("split(name, 'n')", text("name", lambda value: value.split("n"))), ("sqrt(id)", lambda tree: math.sqrt(at(tree, "id"))), ("substr(name, 2, 2)", text("name", lambda value: substring(value, 2, 2))), ("substring(name, 1, 1)", text("name", lambda value: substring(value, 1, 1))),
    ("typeof(score)", lambda tree: {type(None): "null", int: "integer", float: "real", str: "text"}[type(sql(score(tree)))]), ("unicode(name)", text("name", lambda value: ord(value[0]) if value else None)),
    near("acos(id / 200.0)", lambda i: math.acos(i / 200), 1.5), near("acosh(id + 1)", lambda i: math.acosh(i + 1), 2), near("asin(id / 200.0)", lambda i: math.asin(i / 200)), near("asinh(id)", math.asinh, 2), near("atan(id)", math.atan, 1.3), near("atan2(id, 7)", lambda i: math.atan2(i, 7), 0.7), near("atanh(id / 200.0)", lambda i: math.atanh(i / 200)),
    near("cos(id)", math.cos), near("cosh(id / 50.0)", lambda i: math.cosh(i / 50), 1.5), near("sin(id)", math.sin), near("sinh(id / 50.0)", lambda i: math.sinh(i / 50), 1.5), near("tan(id)", math.tan), near("tanh(id / 20.0)", lambda i: math.tanh(i / 20)), near("exp(id / 9.0)", lambda i: math.exp(i / 9), 4.1),
    near("ln(id + 1)", lambda i: math.log(i + 1), 1.2), near("log(id + 1)", lambda i: math.log10(i + 1), 0.7), near("log(3, id + 1)", lambda i: math.log(i + 1, 3), 1.7), near("log10(id + 1)", lambda i: math.log10(i + 1), 0.7), near("log2(id + 1)", lambda i: math.log2(i + 1), 2.1), near("degrees(id)", math.degrees, 300), near("radians(id)", math.radians, 0.1),
    ("pi()", lambda tree: math.pi), (f"ceiling({number_of})", with_number(lambda value: type(value)(math.ceil(value)))), (f"trunc({number_of})", with_number(lambda value: type(value)(math.trunc(value)))), ("pow(id, 2)", lambda tree: float(at(tree, "id") ** 2)), ("mod(id, 2.5)", lambda tree: math.fmod(at(tree, "id"), 2.5)),
    ("quote(name)", lambda tree: "NULL" if sql(at(tree, "name")) is None else "'" + at(tree, "name").replace("'", "''") + "'"), ("concat(id, name, 1.0)", lambda tree: f"{at(tree, 'id')}{sql(at(tree, 'name')) or ''}1.0"), ("concat_ws('-', id, name, team)", lambda tree: "-".join(str(value) for value in map(sql, (at(tree, "id"), at(tree, "name"), at(tree, "team"))) if value is not None)),
    ("octet_length(name)", text("name", lambda value: len(value.encode()))), ("if(id > 5, 'high', 'low')", lambda tree: "high" if at(tree, "id") > 5 else "low"), ("likely(team)", field("team")), ("unlikely(ok)", field("ok")), ("likelihood(id, 0.5)", field("id")),
    ("printf('%05d|%-4s|%.1f|%x', id, team, id / 4.0, id)", lambda tree: f"{at(tree, 'id'):05d}|{sql(at(tree, 'team')) or '':<4}|{half_up(at(tree, 'id') * 2.5) / 10:.1f}|{at(tree, 'id'):x}"), ("format('%,d', id * 1000)", lambda tree: f"{at(tree, 'id') * 1000:,d}"),
    (f"date({MOMENT})", days_later(0)), (f"date({MOMENT}, '+2 days')", days_later(2)), (f"time({MOMENT})", lambda tree: "22:30:15"), (f"datetime({MOMENT}, '+90 minutes')", lambda tree: str(moment(tree) + datetime.timedelta(minutes=90))), (f"strftime('%Y/%m-%d %j %w', {MOMENT})", lambda tree: moment(tree).strftime("%Y/%m-%d %j %w")),
    (f"unixepoch({MOMENT})", lambda tree: int(moment(tree).replace(tzinfo=datetime.timezone.utc).timestamp())), ("julianday(id)", lambda tree: float(at(tree, "id"))), ("datetime(id * 86400, 'unixepoch')", lambda tree: str(datetime.datetime(1970, 1, 1) + datetime.timedelta(at(tree, "id")))),
    ("CASE team WHEN 'red' THEN 1 WHEN 'blue' THEN 2 ELSE 3 END", lambda tree: {"red": 1, "blue": 2}.get(sql(at(tree, "team")), 3)), ("id BETWEEN 3 AND 5", lambda tree: 3 <= at(tree, "id") <= 5), ("name GLOB 'A*'", text("name", lambda value: value.startswith("A"))),
    ("team IS NOT 'red'", lambda tree: sql(at(tree, "team")) != "red"), ("id % 3 = 1 OR team = 'blue'", lambda tree: at(tree, "id") % 3 == 1 or equal("team", "blue")(tree)), ("-id + 7 / 2 << 1", lambda tree: (-at(tree, "id") + 3) << 1),
    ("CAST(id AS TEXT)", lambda tree: str(at(tree, "id"))), ("(id & 3 | 8)", lambda tree: at(tree, "id") & 3 | 8), ("name = 'ANN' COLLATE NOCASE", text("name", lambda value: value.lower() == "ann")),
]
del put, compared, ORDERS
