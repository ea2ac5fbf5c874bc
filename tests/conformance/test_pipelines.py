#!/usr/bin/env python3
"""Pipelines run as one plan, handle by handle, and saved stage by stage: the same trees, those of the plain Python model."""
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import cases  # noqa: E402
import model as m  # noqa: E402
import sources  # noqa: E402
from cases import MISSING, at, born, equal, field, greater, hits, listed, over, sql, total  # noqa: E402

OPTIONS = harness.parser().parse_args()


def both(*tests):
    return lambda tree: all(test(tree) for test in tests)


def known(path):
    return lambda tree: sql(at(tree, path)) is not None


def times(path, factor):
    return lambda tree: None if sql(at(tree, path)) is None else m.number(at(tree, path)) * factor


def decade(tree):
    return None if born(tree) is None else born(tree) // 10 * 10


def sum_of(path):
    return over(field(path), total)


def most(path):
    return over(field(path), lambda values: max(values, key=m.rank))


def hit_sum(tree):
    values = [at(one, "n") for one in hits(tree) if sql(at(one, "n")) is not None]
    return sum(values) if values else None


OTHERS = "(json '[{\"id\":100,\"name\":\"new\"},{\"id\":101}]')"
OTHER = [{"id": 100, "name": "new"}, {"id": 101}]

# Each stage with what it does.
PIPELINES = {
    "the teams' best seasons": [("filter team IS NOT NULL", m.filtered(known("team"))), ("explode hits as hit", m.exploded("hits", "hit")), ("filter hit.n > 2", m.filtered(greater("hit.n", 2))),
                                ("group_by team, hit.y as y { sum(hit.n) as n }", m.grouped({"team": field("team"), "y": field("hit.y")}, {"n": sum_of("hit.n")})), ("top_k 5 by n, team asc, y asc", lambda trees: m.ordered(("n", True), "team", "y")(trees)[:5])],
    "a page of names": [("filter exists(name)", m.filtered(lambda tree: at(tree, "name") is not MISSING)), ("select id, name", m.selected(id="id", name="name")), ("sort_by name, id desc", m.ordered("name", ("id", True))), ("skip 2", m.cut(2)), ("head 4", m.cut(None, 4))],
    "decades": [("add_field decade = born.year / 10 * 10", m.with_fields({"decade": decade})), ("filter decade > 1900", m.filtered(greater("decade", 1900))), ("group_by decade { count() as n, list(id) as ids }", m.grouped({"decade": field("decade")}, {"n": len, "ids": listed("id")})),
                ("sort_by n desc, decade", m.ordered(("n", True), "decade"))],
    "flatten and select": [("drop hits", m.without("hits")), ("flatten", m.each(m.flat)), ("select id, \"born.year\" as year, \"born.city\" as city", m.selected(id="id", year=lambda tree: at(tree, "born.year") if False else tree.get("born.year", MISSING), city=lambda tree: tree.get("born.city", MISSING))),
                           ("filter year > 1950", m.filtered(greater("year", 1950)))],
    "nest by team": [("select team, id, score", m.selected(team="team", id="id", score="score")), ("sort_by id desc", m.ordered(("id", True))), ("nest id, score as members", m.nested(["id", "score"], "members")), ("add_field size = list_len(members)", m.with_fields({"size": lambda tree: len(tree["members"])})),
                     ("filter size > 1", m.filtered(greater("size", 1)))],
    "tags counted": [("filter list_len(tags) > 0", m.filtered(lambda tree: isinstance(at(tree, "tags"), list) and len(tree["tags"]) > 0)), ("explode tags as tag", m.exploded("tags", "tag")), ("group_by tag { count() as n, count(distinct id) as people }", m.grouped({"tag": field("tag")}, {"n": len, "people": lambda trees: len({tree["id"] for tree in trees})})),
                     ("sort_by n desc, tag", m.ordered(("n", True), "tag")), ("head 3", m.cut(None, 3))],
    "two explodes": [("explode tags as tag", m.exploded("tags", "tag")), ("explode hits as hit outer", m.exploded("hits", "hit", True)), ("select id, tag, hit.n as n", m.selected(id="id", tag="tag", n="hit.n")), ("sort_by n, id, tag", m.ordered("n", "id", "tag"))],
    "edits": [("remove 0, -1", m.removed(0, -1)), (f"append {OTHERS}", lambda trees: trees + OTHER), ("filter id > 2", m.filtered(greater("id", 2))), (f"insert 1 {OTHERS}", m.inserted(1, lambda trees: OTHER)), ("set 0 (json '{\"id\":0}')", m.replaced(0, lambda trees: [{"id": 0}])), ("reverse", lambda trees: trees[::-1])],
    "sorted, then exploded": [("sort_by score desc, id", m.ordered(("score", True), "id")), ("head 7", m.cut(None, 7)), ("explode hits", m.exploded("hits")), ("select id, hits.y as y, hits.n as n", m.selected(id="id", y="hits.y", n="hits.n")), ("filter n IS NOT NULL", m.filtered(known("n"))),
                              ("group_by id { sum(n) as n }", m.grouped({"id": field("id")}, {"n": sum_of("n")}))],
    "grouped twice": [("group_by team, ok { count() as n, max(score) as best }", m.grouped({"team": field("team"), "ok": field("ok")}, {"n": len, "best": most("score")})), ("filter n > 0", m.filtered(greater("n", 0))), ("group_by n as size { count() as groups, list(team) as teams }", m.grouped({"size": field("n")}, {"groups": len, "teams": listed("team")})),
                      ("sort_by size desc", m.ordered(("size", True)))],
    "a sample in order": [("filter id <> 4", m.filtered(lambda tree: tree["id"] != 4)), ("sample 5 seed 3", m.sampled(5, 3)), ("sort_by id desc", m.ordered(("id", True))), ("select id, team", m.selected(id="id", team="team"))],
    "a shuffle undone": [("select id, name", m.selected(id="id", name="name")), ("shuffle seed 5", m.shuffled(5)), ("tail 6", lambda trees: trees[-6:]), ("sort_by id", m.ordered("id"))],
    "first of each city": [("filter born.city IS NOT NULL", m.filtered(known("born.city"))), ("sort_by born.year desc, id", m.ordered(("born.year", True), "id")), ("unique_by born.city COLLATE NOCASE", m.unique(lambda tree: at(tree, "born.city").lower() if at(tree, "born.city").isascii() else at(tree, "born.city"))), ("select id, born", m.selected(id="id", born="born")), ("drop born.year", m.without("born.year"))],
    "lists": [("select id, list_map(hits, n * 2) as doubled, list_filter(hits, n > 3) as high", m.selected(id="id", doubled=lambda tree: [times("n", 2)(one) for one in hits(tree)] if isinstance(at(tree, "hits"), list) else None, high=lambda tree: list(filter(greater("n", 3), hits(tree))) if isinstance(at(tree, "hits"), list) else None)),
              ("filter list_len(high) > 0", m.filtered(lambda tree: bool(tree["high"]))), ("add_field first = high[0].n", m.with_fields({"first": lambda tree: at(tree["high"][0], "n")})), ("sort_by first desc, id", m.ordered(("first", True), "id")), ("select id, first", m.selected(id="id", first="first"))],
    "trees of a group": [("select id, team, ok", m.selected(id="id", team="team", ok="ok")), ("group_by team", m.grouped({"team": field("team")})), ("explode trees as member", m.exploded("trees", "member")), ("select team, member.id as id", m.selected(team="team", id="member.id")), ("filter id % 2 = 1", m.filtered(lambda tree: tree["id"] % 2 == 1)),
                         ("reverse", lambda trees: trees[::-1])],
    "pushed through everything": [("add_field twice = id * 2", m.with_fields({"twice": times("id", 2)})), ("select twice, team, name", m.selected(twice="twice", team="team", name="name")), ("sort_by name desc, twice", m.ordered(("name", True), "twice")), ("drop name", m.without("name")), ("filter twice > 4 AND team = 'red'", m.filtered(both(greater("twice", 4), equal("team", "red")))),
                                  ("head 3", m.cut(None, 3)), ("select twice / 2 as id", m.selected(id=lambda tree: tree["twice"] // 2))],
    "constants": [("filter 1 + 1 = 2", m.filtered(lambda tree: True)), ("filter id > 1 + 1", m.filtered(greater("id", 2))), ("select id, 'x' || 'y' as xy, null as nothing", m.selected(id="id", xy=lambda tree: "xy", nothing=lambda tree: None)), ("filter nothing IS NULL", m.filtered(lambda tree: True)), ("tail 2", lambda trees: trees[-2:])],
    "slices of slices": [("skip 1", m.cut(1)), ("head 8", m.cut(None, 8)), ("tail 6", lambda trees: trees[-6:]), ("skip 1", m.cut(1)), ("filter id <> 5", m.filtered(lambda tree: tree["id"] != 5)), ("head 3", m.cut(None, 3)), ("take -1, 0", m.taken(-1, 0))],
    "outer seasons": [("explode hits as hit outer", m.exploded("hits", "hit", True)), ("add_field none = NOT exists(hit)", m.with_fields({"none": lambda tree: at(tree, "hit") is MISSING})), ("group_by none { count() as n }", m.grouped({"none": field("none")}, {"n": len})), ("sort_by none", m.ordered("none"))],
    "both halves": [("filter ok", m.filtered(lambda tree: sql(at(tree, "ok")) == 1)), ("select id, ok", m.selected(id="id", ok="ok")), ("append (json '[{\"id\":50,\"ok\":true}]' | select ok, id)", lambda trees: trees + [{"ok": True, "id": 50}]), ("sort_by id desc", m.ordered(("id", True))), ("unique_by ok", m.unique(field("ok")))],
    "sums of hits": [("add_field total = list_sum(hits[*].n)", m.with_fields({"total": hit_sum})), ("filter total >= 3", m.filtered(lambda tree: tree["total"] is not None and tree["total"] >= 3)), ("top_k 4 by total, id", lambda trees: m.ordered(("total", True), ("id", True))(trees)[:4]), ("select id, total", m.selected(id="id", total="total")),
                     ("aggregate sum(total) as sum, list(id) as ids", m.aggregated({"sum": sum_of("total"), "ids": listed("id")}))],
    "indexed": [("filter id > 1", m.filtered(greater("id", 1))), ("index_by name", lambda trees: trees), ("select name, id", m.selected(name="name", id="id")), ("sort_by id desc", m.ordered(("id", True)))],
}

# Plans of one tree, with the stages before arbor_collect_tree.
SINGLE = [("filter id = 3", m.filtered(equal("id", 3))), ("head 1", m.cut(None, 1)), ("tail 1", lambda trees: trees[-1:]), ("take 0", m.taken(0)), ("take -1", m.taken(-1)), ("skip 4 | head 1", m.cut(4, 5)),
          ("top_k 1 by id", lambda trees: m.ordered(("id", True))(trees)[:1]), ("bottom_k 1 by score, id", lambda trees: m.ordered("score", "id")(trees)[:1]), ("sort_by born.year desc, id | head 1", lambda trees: m.ordered(("born.year", True), "id")(trees)[:1]),
          ("aggregate count() as n, sum(id) as s", m.aggregated({"n": len, "s": sum_of("id")})), ("filter team = 'red' | aggregate max(score) as best, list(id) as ids", m.then(m.filtered(equal("team", "red")), m.aggregated({"best": most("score"), "ids": listed("id")}))),
          ("group_by team { count() as n } | filter team = 'blue'", m.then(m.grouped({"team": field("team")}, {"n": len}), m.filtered(equal("team", "blue")))), ("group_by ok | head 1 | select ok", m.then(m.grouped({"ok": field("ok")}), m.cut(None, 1), m.selected(ok="ok"))),
          ("explode hits as hit | filter id = 8", m.then(m.exploded("hits", "hit"), m.filtered(equal("id", 8)))), ("explode tags | sort_by tags desc, id | head 1", m.then(m.exploded("tags"), lambda trees: m.ordered(("tags", True), "id")(trees)[:1])), ("unique_by 1 = 1", lambda trees: trees[:1]),
          ("sample 1 seed 9", m.sampled(1, 9)), ("shuffle seed 2 | head 1", lambda trees: m.shuffled(2)(trees)[:1]), ("reverse | head 1 | flatten", lambda trees: [m.flat(tree) for tree in trees[-1:]]), ("head 0 | append (json '{\"only\":1}')", lambda trees: [{"only": 1}]),
          ("select ok | nest ok as all_of_them", m.then(m.selected(ok="ok"), m.nested(["ok"], "all_of_them"))), ("filter id = 3 | select name, born.year as year | add_field x.y = 1", m.then(m.filtered(equal("id", 3)), m.selected(name="name", year="born.year"), m.with_fields({"x.y": lambda tree: 1}))), ("filter 1 = 2", lambda trees: [])]


def outcome(action):
    try:
        return action()
    except (sqlite3.Error, m.Refused):
        return "an error"


def as_one_plan(database, source, stages):
    return sources.call(database, "arbor_json", " | ".join([source, *stages]))


def handle_by_handle(database, source, stages):
    handle = sources.call(database, "arbor_open", source)
    for stage in stages:
        handle = sources.call(database, "arbor_open", f"{handle} | {stage}")
    return sources.call(database, "arbor_json", handle)


def saved_stage_by_stage(database, source, stages):
    """Each stage over an Arbor that the last one was stored in."""
    for number, stage in enumerate(stages):
        sources.call(database, "arbor_save", f"step{number}", f"{source} | {stage}")
        source = f"step{number}"
    return sources.call(database, "arbor_json", source)


def half_and_half(database, source, stages):
    """A handle of the first stages, the rest as one plan over it."""
    half = len(stages) // 2
    handle = sources.call(database, "arbor_open", " | ".join([source, *stages[:half]]))
    return sources.call(database, "arbor_json", " | ".join([handle, *stages[half:]]))


WAYS = [as_one_plan, handle_by_handle, half_and_half, saved_stage_by_stage]


def test_enough(report):
    report.check(sum(4 <= len(stages) <= 10 for stages in PIPELINES.values()) >= 20, "20 pipelines of 4 to 10 stages")
    report.check(len(SINGLE) >= 20, "20 plans of a single tree")


def test_eager_and_lazy(report):
    for documents, trees in cases.DOCUMENTS.items():
        database = harness.connect(OPTIONS.extension)
        sources.prepare(database)
        plans = {kind: make(database, trees) for kind, make in sources.KINDS.items()}
        for name, stages in PIPELINES.items():
            want = outcome(lambda: sources.array(m.then(*(change for _, change in stages))(trees)))
            texts = [text for text, _ in stages]
            for number, (kind, source) in enumerate(plans.items()):
                ways = WAYS if not OPTIONS.quick or documents == "people" else WAYS[:1] + [WAYS[1 + number % 3]]
                for way in ways:
                    got = outcome(lambda: way(database, source, texts))
                    report.check(got == want, f"{name}, {way.__name__}, over {documents}, {kind}", f"{' | '.join(texts)}\n     got  {got[:500]}\n     want {want[:500]}")


def test_single_trees(report):
    """arbor_collect_tree gives the only tree; none or several are an error that says which."""
    for documents, trees in cases.DOCUMENTS.items():
        database = harness.connect(OPTIONS.extension)
        sources.prepare(database)
        for kind, make in sources.KINDS.items():
            source = make(database, trees)
            for stages, change in SINGLE:
                plan, want = f"{source} | {stages}", outcome(lambda: change(trees))
                what = f"{stages} over {documents}, {kind}"
                if want == "an error":
                    report.raises(lambda: sources.call(database, "arbor_collect_tree", plan), what)
                elif len(want) != 1:
                    report.raises(lambda: sources.call(database, "arbor_collect_tree", plan), what, "exactly one", "more than one" if want else "no tree")
                else:
                    report.equal(sources.call(database, "arbor_collect_tree", plan), m.text_of(want[0]), what)
                    report.equal(sources.call(database, "arbor_collect_tree", sources.call(database, "arbor_open", plan)), m.text_of(want[0]), f"a handle of {what}")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
