#!/usr/bin/env python3
"""Every operation over every kind of source gives the same answer: that of the plain Python model."""
import math
import pathlib
import re
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import cases  # noqa: E402
import sources  # noqa: E402
from model import MISSING, Refused, at, sql, text_of  # noqa: E402

OPTIONS = harness.parser().parse_args()

# Functions that take no plan: tested where they are at home.
WITHOUT_PLAN = {"arbor_append", "arbor_check", "arbor_close", "arbor_config", "arbor_create_index", "arbor_delete", "arbor_drop_index", "arbor_generation", "arbor_help", "arbor_import", "arbor_match", "arbor_optimize", "arbor_option", "arbor_refresh",
                "arbor_reset_stats", "arbor_restore", "arbor_stats", "arbor_sync", "arbor_tag", "arbor_untag", "arbor_vacuum", "arbor_version"}
# Functions whose answer is not the trees: test_what_a_plan_does.
ABOUT_PLANS = {"arbor_explain", "arbor_explain_analyze"}


class World:
    """A database with each set of documents in every kind of source."""

    def __init__(self, documents):
        self.database = harness.connect(OPTIONS.extension)
        sources.prepare(self.database)
        self.documents = documents
        self.plans = {name: {kind: make(self.database, trees) for kind, make in sources.KINDS.items()} for name, trees in documents.items()}

    def each(self):
        for name, plans in self.plans.items():
            for kind, plan in plans.items():
                yield self.documents[name], plan, f"{name}, {kind}"

    def outcome(self, sql_text, *arguments):
        try:
            return self.database.execute(sql_text, arguments).fetchall()
        except sqlite3.Error as error:
            return f"error: {error}"

    def trees(self, plan):
        found = self.outcome("SELECT arbor_json(?)", plan)
        return found if isinstance(found, str) else found[0][0]


def expected(model, trees):
    """The model's trees as JSON text, or None where it refuses."""
    try:
        return sources.array(model(trees))
    except Refused:
        return None


def check_trees(report, world, stages, model):
    for trees, source, where in world.each():
        plan = f"{source} | {stages.replace('{source}', source)}"
        got, want = world.trees(plan), expected(model, trees)
        if want is None:
            report.check(got.startswith("error: "), f"{stages}: an error over {where}", got[:300])
        else:
            report.check(got == want, f"{stages} over {where}", f"got  {got[:600]}\n     want {want[:600]}")


def test_sources(report):
    """Each kind of source gives the trees as they are, also those that are no objects."""
    world = World({**cases.DOCUMENTS, "scalars": cases.SCALARS})
    for trees, source, where in world.each():
        report.equal(world.trees(source), sources.array(trees), where)
    check_trees(report, World({"scalars": cases.SCALARS}), "filter typeof(it) <> 'text' | sort_by it desc", lambda trees: [1.5 if tree == 1.5 else tree for tree in sorted_scalars(trees)])


def sorted_scalars(trees):
    numbers = [tree for tree in trees if tree is None or isinstance(tree, (bool, int, float))]
    return sorted(numbers, key=lambda tree: (tree is not None, tree or 0), reverse=True)


def test_stages(report):
    world = World(cases.DOCUMENTS)
    for stages, model in cases.STAGES:
        check_trees(report, world, stages, model)


def test_aggregates(report):
    """Alone, and in groups; sums of reals may be added up in another order."""
    world = World(cases.DOCUMENTS)
    for text, model in cases.AGGREGATES:
        for trees, source, where in world.each():
            got = world.outcome("SELECT tree ->> '$.x', tree -> '$.x' FROM arbor_rows(?)", f"{source} | aggregate {text} as x")
            same(report, got, model(trees), f"{text} over {where}")
        groups = {}
        for tree in cases.MANY:
            groups.setdefault(sql(at(tree, "team")), []).append(tree)
        for kind, source in world.plans["many"].items():
            got = world.outcome("SELECT tree ->> '$.k', tree ->> '$.x', tree -> '$.x' FROM arbor_rows(?)", f"{source} | group_by team as k {{ {text} as x }}")
            keys = [row[0] for row in got]
            report.equal(keys, sorted(groups, key=lambda key: (key is not None, key or "")), f"the keys of {text} over many, {kind}")
            for key, *row in got:
                same(report, [tuple(row)], model(groups.get(key, [])), f"{text} of {key} over many, {kind}")


def same(report, rows, want, what):
    if isinstance(rows, str):
        return report.fail(what, rows)
    value, text = rows[0]
    if isinstance(want, float):
        report.check(isinstance(value, float) and math.isclose(value, want, rel_tol=1e-12, abs_tol=1e-12), what, f"got {value!r}, want {want!r}")
    else:
        report.equal(text, text_of(want), what)


def test_functions(report):
    world = World(cases.DOCUMENTS)
    for text, model in cases.FUNCTIONS:
        check_trees(report, world, f"select {text} as x", lambda trees, model=model: [{"x": value} if value is not MISSING else {} for value in map(model, trees)])


CONDITIONS = [("id = 3", lambda tree: tree["id"] == 3), ("team = 'red'", lambda tree: sql(at(tree, "team")) == "red"), ("born.year > 1979", lambda tree: cases.greater("born.year", 1979)(tree)), ("id > 0 OR id = 0", lambda tree: True),
              ("team", lambda tree: False), ("list_any(hits, n > 4)", lambda tree: any(cases.greater("n", 4)(one) for one in cases.hits(tree)))]


def looked_up(trees, key):
    return next((tree for tree in trees if sql(at(tree, "name")) == key), None)


def calls():
    """(function, arguments after the plan, stages, what it gives of the trees)"""
    for stages, change in (("", lambda trees: trees), (" | sort_by score desc, id | skip 1", lambda trees: cases.model.ordered(("score", True), "id")(trees)[1:]), (" | filter id < 9 | select id, team, born, hits, name", cases.model.then(cases.model.filtered(lambda tree: tree["id"] < 9), cases.model.selected(id="id", team="team", born="born", hits="hits", name="name")))):
        yield "arbor_count", (), stages, lambda trees, change=change: len(change(trees))
        yield "arbor_json", (), stages, lambda trees, change=change: sources.array(change(trees))
        for index in (0, 1, 5, 99, -1, -2, -99):
            yield "arbor_get", (index,), stages, lambda trees, change=change, index=index: element(change(trees), index)
        for text, holds in CONDITIONS:
            yield "arbor_any", (text,), stages, lambda trees, change=change, holds=holds: int(any(map(holds, change(trees))))
            yield "arbor_all", (text,), stages, lambda trees, change=change, holds=holds: int(all(map(holds, change(trees))))
            yield "arbor_matching_indices", (text,), stages, lambda trees, change=change, holds=holds: text_of([index for index, tree in enumerate(change(trees)) if holds(tree)])
            yield "arbor_find_one", (text,), stages, lambda trees, change=change, holds=holds: found(change(trees), holds)
            yield "arbor_find_one_or_error", (text,), stages, lambda trees, change=change, holds=holds: found(change(trees), holds) or Refused
        for key in ("Ann", "Cid", "nobody", "n7", 5, None):
            yield "arbor_lookup", (key,), stages + " | index_by name", lambda trees, change=change, key=key: tree_text(looked_up(change(trees), key)) if key is not None else None
        yield "arbor_collect_tree", (), stages, lambda trees, change=change: text_of(change(trees)[0]) if len(change(trees)) == 1 else Refused
        yield "arbor_collect_tree", (), stages + " | filter id = 3", lambda trees, change=change: found(change(trees), lambda tree: tree["id"] == 3) or Refused


def element(trees, index):
    return text_of(trees[index]) if -len(trees) <= index < len(trees) else None


def found(trees, holds):
    return next((text_of(tree) for tree in trees if holds(tree)), None)


def tree_text(tree):
    return None if tree is None else text_of(tree)


def test_calls(report):
    """Each function of plans, over each kind of source."""
    world = World(cases.DOCUMENTS)
    for function, arguments, stages, model in calls():
        for trees, source, where in world.each():
            got = world.outcome(f"SELECT {function}({', '.join('?' * (1 + len(arguments)))})", source + stages, *arguments)
            want, what = model(trees), f"{function}{arguments} of {stages} over {where}"
            if want is Refused:
                report.check(isinstance(got, str), f"{what}: an error", str(got)[:300])
            else:
                report.equal(got if isinstance(got, str) else got[0][0], want, what)


def test_rows_handles_and_saves(report):
    """The other ways out: rows with their index, a handle and its refreshment, saved Arbors, exported files, views."""
    world = World({name: cases.DOCUMENTS[name] for name in ("people", "nothing", "one")})
    with harness.scratch() as folder:
        for number, (trees, source, where) in enumerate(world.each()):
            for stages, change in ((" | filter id <> 4", cases.model.filtered(lambda tree: tree["id"] != 4)), (" | sort_by id desc | select id, hits", cases.model.then(cases.model.ordered(("id", True)), cases.model.selected(id="id", hits="hits"))), (" | explode hits", cases.model.exploded("hits"))):
                want = list(map(text_of, change(trees)))
                plan, what = source + stages, f"{stages} over {where}"
                report.equal(world.outcome("SELECT idx, tree FROM arbor_rows(?)", plan), list(enumerate(want)), f"arbor_rows: {what}")
                handle = sources.call(world.database, "arbor_open", plan)
                report.equal(world.trees(handle), f"[{','.join(want)}]", f"arbor_open: {what}")
                report.equal(sources.call(world.database, "arbor_save", f"saved{number}", plan), len(want), f"arbor_save: the count of {what}")
                report.equal(world.outcome(f"SELECT _tree FROM saved{number}"), [(text,) for text in want], f"arbor_save: {what}")
                saved = sources.call(world.database, "arbor_save_multiple", text_of({f"saved{number}": plan, "other_one": f"{source} | head 1"}))
                report.equal(saved, text_of({f"saved{number}": len(want), "other_one": min(1, len(trees))}), f"arbor_save_multiple: {what}")
                report.equal(world.outcome(f"SELECT _tree FROM saved{number}"), [(text,) for text in want], f"arbor_save_multiple: {what}")
                sources.call(world.database, "arbor_export", plan, f"{folder}/out.jsonl")
                report.equal(pathlib.Path(f"{folder}/out.jsonl").read_text(encoding="utf-8"), "".join(text + "\n" for text in want), f"arbor_export: {what}")
                world.database.execute(f"CREATE VIRTUAL TABLE shown USING arbor_view({plan})")
                report.equal(world.outcome("SELECT _index, _tree FROM shown"), list(enumerate(want)), f"arbor_view: {what}")
                world.database.execute("DROP TABLE shown")


def test_what_a_plan_does(report):
    """Explaining reads nothing; a run that is observed says how many trees it gave."""
    world = World({"people": cases.PEOPLE})
    for trees, source, where in world.each():
        sources.call(world.database, "arbor_reset_stats")
        text = sources.call(world.database, "arbor_explain", f"{source} | filter id > 4")
        report.check("filter id > 4" in text and "decode_plan" in text, f"arbor_explain over {where}", text)
        stats = sources.call(world.database, "arbor_stats")
        report.check('"pools_decoded":0' in stats and '"bytes_read":0' in stats, f"arbor_explain over {where} decodes nothing", stats)
        text = sources.call(world.database, "arbor_explain_analyze", f"{source} | filter id > 4")
        report.check(f"trees: {len([tree for tree in trees if tree['id'] > 4])} in" in text, f"arbor_explain_analyze over {where}", text)


def names_in(heading, text):
    """The names of one section of arbor_help()."""
    section = text.split(f"\n{heading}", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^  ([a-z_0-9]+)", section, re.MULTILINE))


def test_every_entry_has_a_case(report):
    """Nothing that arbor_help() lists, and no function of the extension, goes without a case here."""
    database = harness.connect(OPTIONS.extension)
    text = sources.call(database, "arbor_help")
    used = set(re.findall(r"(?:^|\| *)([a-z_]+)", "\n".join(stages.lower() for stages, _ in cases.STAGES), re.MULTILINE))
    report.equal(sorted(names_in("stages:", text) - used), [], "stages without a case")
    used = {match.group() for aggregate, _ in cases.AGGREGATES for match in [re.match(r"[a-z_]+", aggregate)]}
    report.equal(sorted(names_in("aggregates", text) - used), [], "aggregates without a case")
    used = {match.group() for function, _ in cases.FUNCTIONS for match in [re.match(r"[a-z_0-9]+", function)] if match}
    hosts = {"timediff"}  # an older SQLite has none; tests/differential/functions.py compares it with those that do
    report.equal(sorted(names_in("functions:", text) - used - hosts), [], "functions without a case")
    forms = len(re.findall(r"^  \S", text.split("\nsources:", 1)[1].split("\n\n", 1)[0], re.MULTILINE))
    report.equal(forms, 6, "forms of sources, each among the kinds")
    known = {row[0] for row in database.execute("SELECT name FROM pragma_function_list WHERE name LIKE 'arbor\\_%' ESCAPE '\\'")}
    called = {function for function, *_ in calls()} | {"arbor_open", "arbor_save", "arbor_save_multiple", "arbor_export"}
    report.equal(sorted(known - called - WITHOUT_PLAN - ABOUT_PLANS), [], "functions of plans without a case")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
