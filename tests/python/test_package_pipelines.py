"""Pipelines of the Python package: the lazy and the eager way agree, in memory and stored, and with what Python itself says."""
import os
import random

import harness
import package
from package import PLAYERS, stage_is_there

import arbors
from arbors import lit, path

OTHER = [{"key": 1, "team": "A"}, {"key": 2, "team": "B"}, {"key": 2, "team": "C"}, {"key": 9, "team": "D"}]


def many():
    chance = random.Random(11)
    return [{"id": n, "k": chance.choice("abcde"), "v": chance.choice([None, 1, 2.5, "x", n]), "in": {"a": n % 5, "l": [n % 3, n % 4]},
             **({"w": chance.randrange(100)} if chance.random() < 0.7 else {})} for n in range(700)]


# Each makes a collection of another one `q` and a second one `o`, by methods that Arbors and plans share.
PIPELINES = {
    "filter": lambda q, o: q.filter(path("birth.year") > 1986),
    "filter by text": lambda q, o: q.filter("birth.year > 1986 and bats is not null"),
    "filter twice": lambda q, o: q.filter(path("id") > 1).filter(path("id") < 6),
    "filter, several": lambda q, o: q.filter(path("id") > 1, path("bats") == "L"),
    "filter or": lambda q, o: q.filter((path("bats") == "R") | path("birth").is_null()),
    "filter not": lambda q, o: q.filter(~path("bats").is_in(["L", "B"])),
    "filter between": lambda q, o: q.filter(path("birth.year").between(1985, 1990)),
    "filter like": lambda q, o: q.filter(path("name").like("%d%")),
    "filter exists": lambda q, o: q.filter(path("bats").exists() & path("bats").is_null()),
    "filter list any": lambda q, o: q.filter(path("batting").list.any(path("HR") > 5)),
    "filter list all": lambda q, o: q.filter(path("batting").list.all(path("HR") > 5)),
    "filter text": lambda q, o: q.filter(path("birth.city").str.lower().str.starts_with("o")),
    "select": lambda q, o: q.select("name", "birth.year", x=path("id") * 2),
    "select texts": lambda q, o: q.select(path("name").str.upper().alias("N"), path("name").str.slice(0, 1).alias("first"), "length(name) as n"),
    "select lists": lambda q, o: q.select(path("batting").list.map("HR * 2").alias("twice"), path("nums").list.sort().alias("s"), path("tags").list.join("-").alias("j")),
    "select element": lambda q, o: q.select(path("batting")[0].field("HR").alias("a"), path("batting")[-1].field("HR").alias("b")),
    "select literals": lambda q, o: q.select(lit(None).alias("a"), lit(True).alias("b"), lit("it's").alias("c"), lit([1, {"x": 2}]).alias("d"), lit(-2).alias("e")),
    "select all elements": lambda q, o: q.select("batting[*].HR as hr"),
    "add_field skip": lambda q, o: q.add_field({"name.first": lit(1), "skip": path("id")}, on_mismatch="skip"),
    "add_field": lambda q, o: q.add_field("birth.decade", path("birth.year") / 10 * 10).add_field(double=path("rate") * 2),
    "drop": lambda q, o: q.drop("birth.city", "batting"),
    "head": lambda q, o: q.head(3),
    "tail": lambda q, o: q.tail(2),
    "skip": lambda q, o: q.skip(4),
    "take": lambda q, o: q.take(4, 0, -1, 0),
    "take nothing": lambda q, o: q.take(),
    "head of tail": lambda q, o: q.tail(4).head(2).skip(1),
    "sample": lambda q, o: q.sample(3, seed=2),
    "shuffle": lambda q, o: q.shuffle(seed=2),
    "shuffle without a seed": lambda q, o: q.shuffle(),
    "reverse": lambda q, o: q.reverse(),
    "sort_by": lambda q, o: q.sort_by("birth.year", "name"),
    "sort_by descending": lambda q, o: q.sort_by("birth.year", "id", descending=[True, False]),
    "sort_by nulls": lambda q, o: q.sort_by(path("bats").desc(), nulls="last"),
    "sort, then filter": lambda q, o: q.sort_by("name", descending=True).filter("id > 2").head(2),
    "top_k": lambda q, o: q.top_k(2, "birth.year"),
    "bottom_k": lambda q, o: q.bottom_k(3, "rate", "id"),
    "unique_by": lambda q, o: q.unique_by("birth.year"),
    "group_by": lambda q, o: q.group_by("bats"),
    "group_by with aggregates": lambda q, o: q.group_by("bats", n="count()", years=path("birth.year").n_unique(), top=path("id").max()),
    "group_by an expression": lambda q, o: q.group_by(path("birth.year").coalesce(0).alias("y"), aggregates=["count() as n", path("name").implode().alias("names")]),
    "aggregate": lambda q, o: q.aggregate(n="count()", s=path("id").sum(), m=path("rate").mean(), lo=path("id").min(), q=path("id").quantile(0.25), med=path("id").median()),
    "aggregate with conditions": lambda q, o: q.aggregate(path("id").sum().where(path("bats") == "L").alias("left"), first=path("name").first(), last=path("name").last()),
    "aggregate of none": lambda q, o: q.head(0).aggregate(n="count()", s=path("id").sum()),
    "explode": lambda q, o: q.explode("batting"),
    "explode under a name": lambda q, o: q.explode("batting", "b").select("name", hr="b.HR"),
    "explode outer": lambda q, o: q.explode("batting", "b", outer=True),
    "explode, group, sort": lambda q, o: q.explode("batting", "b").group_by("b.year", hr=path("b.HR").sum()).sort_by("hr", descending=True),
    "flatten": lambda q, o: q.flatten(),
    "nest": lambda q, o: q.select("bats", "id").sort_by("bats", "id").nest("id", name="ids"),
    "append": lambda q, o: q.append(o),
    "append a dict": lambda q, o: q.append({"id": 7, "name": "O'Neil"}),
    "append a list": lambda q, o: q.append([{"id": 7}, {"id": 8}]).tail(3),
    "append many": lambda q, o: q.append([{"id": n, "pad": "x" * 50} for n in range(300)]).filter("id > 290"),
    "concat of a stage": lambda q, o: q.head(2).concat(o.filter("key > 1")),
    "insert": lambda q, o: q.insert(2, o.head(1)),
    "set": lambda q, o: q.set(-1, {"id": 0}),
    "remove": lambda q, o: q.remove(0, -1),
    "a long one": lambda q, o: q.filter(path("id") > 1).add_field(x=path("id") % 3).sort_by("x", "id").head(4).reverse().select("id", "x"),
}
LATER = {
    "join": {"inner": lambda q, o: q.join(o, on="id = key", name="t"), "left": lambda q, o: q.join(o, on="id = key", how="left", name="t").select("id", "t.team"),
             "semi": lambda q, o: q.join(o, on="id = key", how="semi"), "anti": lambda q, o: q.join(o, on=[("id", "key")], how="anti"),
             "of a self": lambda q, o: q.join(q.select("id", "bats"), on="bats", name="same").select("id", other="same.id"),
             "of a stage": lambda q, o: q.filter("id < 4").join(o.filter("key > 1"), on="id = key", name="t").group_by("id", n="count()")},
    "window": {"row_number": lambda q, o: q.window(place="row_number()", by="bats", order="birth.year desc"),
               "sum": lambda q, o: q.window(path("id").sum().alias("so_far"), order="id"), "lag": lambda q, o: q.window("lag(name) as before", order=["bats", "id"])},
    "rename": {"one": lambda q, o: q.rename(name="called"), "a path": lambda q, o: q.rename({"birth.year": "year", "id": "number"})},
}


def agree(report, what, pipeline, collections):
    answers = {}
    for kind, (one, two) in collections.items():
        answers[f"{kind}, eager"] = pipeline(one, two).to_list()
        plan = pipeline(one.plan(), two.plan())
        answers[f"{kind}, lazy"] = plan.collect().to_list()
        answers[f"{kind}, lazy and not collected"] = plan.to_list()
        answers[f"{kind}, eager over lazy"] = pipeline(one, two.plan()).to_list()
    first = next(iter(answers.values()))
    for kind, answer in answers.items():
        report.equal(answer, first, f"{what}: {kind}")


def collections(folder, trees, others):
    file = os.path.join(folder, "t.db")
    stored = arbors.save_multiple(file, {"trees": trees, "others": others})
    other_file = arbors.from_dicts(others).save(os.path.join(folder, "o.db"), "others")
    one, two = arbors.from_dicts(trees), arbors.from_dicts(others)
    return {"memory": (one, two), "stored": (stored["trees"], stored["others"]), "stored and memory": (stored["trees"], two),
            "memory and stored": (one, stored["others"]), "two files": (stored["trees"], other_file)}


def test_lazy_and_eager_agree(report):
    with harness.scratch() as folder:
        sets = collections(folder, PLAYERS, OTHER)
        for what, pipeline in PIPELINES.items():
            agree(report, what, pipeline, sets)
        for stage, pipelines in LATER.items():
            if not stage_is_there(stage):
                report.skip(f"the engine has no {stage}")
                continue
            for what, pipeline in pipelines.items():
                agree(report, f"{stage} {what}", pipeline, sets)


def test_many_trees(report):
    trees = many()
    with harness.scratch() as folder:
        sets = collections(folder, trees, OTHER)
        for what, pipeline, wanted in [
                ("filter", lambda q, o: q.filter("w > 50"), [t for t in trees if t.get("w", 0) > 50]),
                ("sort", lambda q, o: q.filter(path("w").exists()).sort_by("w"), sorted((t for t in trees if "w" in t), key=lambda t: t["w"])),
                ("group", lambda q, o: q.group_by("k", n="count()"), [{"k": k, "n": sum(t["k"] == k for t in trees)} for k in "abcde"]),
                ("lists", lambda q, o: q.filter(path("in.l").list.sum() == 5).select("id"), [{"id": t["id"]} for t in trees if sum(t["in"]["l"]) == 5]),
                ("a field named as a word", lambda q, o: q.select(a="\"in\".a", b=path("in.a")), [{"a": t["in"]["a"], "b": t["in"]["a"]} for t in trees])]:
            for kind, (one, two) in sets.items():
                report.equal(pipeline(one, two).to_list(), wanted, f"{what}: {kind}, eager")
                report.equal(pipeline(one.plan(), two.plan()).to_list(), wanted, f"{what}: {kind}, lazy")


def test_answers(report):
    arbor = arbors.from_dicts(PLAYERS)
    ids = lambda q: [tree["id"] for tree in q.pick("id")]
    report.equal(ids(PIPELINES["filter or"](arbor, None)), [2, 4, 6], "or")
    report.equal(ids(PIPELINES["filter not"](arbor, None)), [2, 6], "not")
    report.equal(ids(PIPELINES["filter exists"](arbor, None)), [3], "exists")
    report.equal(ids(PIPELINES["sort_by descending"](arbor, None)), [5, 1, 3, 2, 6, 4], "sort_by")
    report.equal(PIPELINES["group_by with aggregates"](arbor, None).to_list(),
                 [{"bats": None, "n": 1, "years": 1, "top": 3}, {"bats": "B", "n": 1, "years": 1, "top": 5}, {"bats": "L", "n": 2, "years": 1, "top": 4}, {"bats": "R", "n": 2, "years": 1, "top": 6}], "group_by")
    report.equal(PIPELINES["select literals"](arbor.head(1), None).to_list(), [{"a": None, "b": True, "c": "it's", "d": [1, {"x": 2}], "e": -2}], "literals")
    report.equal(len(PIPELINES) + sum(map(len, LATER.values())) >= 40, True, "at least forty")


if __name__ == "__main__":
    package.run(globals())
