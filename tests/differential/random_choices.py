#!/usr/bin/env python3
"""What expressions that choose among values hand on: the value as it is in its tree, down to whether it is null or not there.

SQL shows both as NULL, so no comparison with SQLite tells them apart. Random expressions are asked of plans and of a model in
Python: of stored trees, of the sides of a join, over other stages, with constants that are folded and parameters that are not.
"""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance"))
import harness  # noqa: E402
from model import MISSING, at, rank, sql, text_of  # noqa: E402

BIG = 12345678901234567890123
VALUES = [None, None, True, False, 0, 1, 2.5, "a", "a", "b", "1", "", BIG, [1, None], {"k": 1}]
SCALES = {"nothing": [MISSING], "null": [None], "both": [None, MISSING], "texts": ["a", "b", "a", "b", None, MISSING], "any": VALUES + [MISSING] * 4}
LITERALS = [("null", None), ("null", None), ("true", True), ("0", 0), ("1", 1), ("'a'", "a"), ("''", ""), ("2.5", 2.5), (str(2**62), 2**62)]
PARAMETERS = [None, 1, "a"]


def truth(value):
    value = sql(value)
    if isinstance(value, str):
        return value.startswith("1")
    return bool(value)


def same(left, right):
    """Whether = is true."""
    return sql(left) is not None and sql(right) is not None and rank(left) == rank(right)


def coalesced(values):
    return next((value for value in values if sql(value) is not None), values[-1])


def extreme(values, greatest):
    """Of equal ones min() takes the last and max() the first."""
    if any(sql(value) is None for value in values):
        return None
    best = values[0]
    for value in values[1:]:
        if rank(value) > rank(best) if greatest else rank(value) <= rank(best):
            best = value
    return best


class Maker:
    """Makes expressions: a text, and the function that gives its value in a tree."""

    def __init__(self, rng, paths):
        self.rng, self.paths = rng, paths

    def leaf(self):
        rng = self.rng
        if rng.random() < 0.65:
            path = rng.choice(self.paths)
            return path, lambda tree: at(tree, path)
        if rng.random() < 0.25:
            number = rng.randrange(len(PARAMETERS))
            return f"?{number + 1}", lambda tree: PARAMETERS[number]
        text, value = rng.choice(LITERALS)
        return text, lambda tree: value

    def condition(self, depth):
        rng = self.rng
        (text, value), (other_text, other) = self.value(depth - 1), self.value(0)
        path = rng.choice(self.paths)
        return rng.choice([
            (f"{text} is null", lambda tree: sql(value(tree)) is None), (f"{text} is not null", lambda tree: sql(value(tree)) is not None),
            (f"{text} is (+{other_text})", lambda tree: rank(value(tree)) == rank(other(tree))), (text, lambda tree: truth(value(tree))),
            (f"exists({path})", lambda tree: at(tree, path) is not MISSING)])

    def value(self, depth=3):
        rng = self.rng
        if depth <= 0 or rng.random() < 0.15:
            return self.leaf()
        texts, values = zip(*(self.value(depth - 1) for _ in range(rng.choice([2, 2, 3]))))
        condition, holds = self.condition(depth)
        (first, second), (one, two) = texts[:2], values[:2]
        every = lambda tree: [value(tree) for value in values]
        return rng.choice([
            (f"coalesce({', '.join(texts)})", lambda tree: coalesced(every(tree))), (f"coalesce({', '.join(texts)}, null)", lambda tree: coalesced([*every(tree), None])),
            (f"ifnull({first}, {second})", lambda tree: coalesced(every(tree)[:2])),
            (f"{rng.choice(['iif', 'if'])}({condition}, {first}, {second})", lambda tree: one(tree) if holds(tree) else two(tree)),
            (f"iif({condition}, {first})", lambda tree: one(tree) if holds(tree) else None),
            (f"nullif({first}, {second})", lambda tree: None if same(one(tree), two(tree)) else one(tree)),
            (f"CASE WHEN {condition} THEN {first} ELSE {second} END", lambda tree: one(tree) if holds(tree) else two(tree)),
            (f"CASE WHEN {condition} THEN {first} END", lambda tree: one(tree) if holds(tree) else MISSING),
            (f"(+{first})", lambda tree: one(tree)), (f"{rng.choice(['likely', 'unlikely'])}({first})", lambda tree: one(tree)),
            (f"min({', '.join(texts)})", lambda tree: extreme(every(tree), False)), (f"max({', '.join(texts)})", lambda tree: extreme(every(tree), True))])


def put(tree, **fields):
    return {**tree, **{key: value for key, value in fields.items() if value is not MISSING}}


class World:
    """Two Arbors, p and q, whose columns are of one kind or of many."""

    def __init__(self, options, rng):
        self.database = harness.connect(options.extension)
        self.trees = {}
        for name, most in (("p", 30), ("q", 20)):
            scales = {key: rng.choice(list(SCALES.values())) for key in "abc"}
            self.trees[name] = [put({"id": rng.randrange(20)}, **{key: rng.choice(scale) for key, scale in scales.items()}) for _ in range(rng.randrange(most) + 1)]
            self.database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees={rng.choice([1, 4, 1000])})")
            self.database.execute("SELECT arbor_append(?, ?)", (name, json.dumps(self.trees[name]))).fetchall()
        self.database.execute("SELECT arbor_config('parallel_trees', ?)", (rng.choice([0, 1000000]),)).fetchall()

    def joined(self):
        """Each pair of a left join as a tree, the right one under r."""
        for tree in self.trees["p"]:
            partners = [other for other in self.trees["q"] if other["id"] == tree["id"]]
            yield from ([{**tree, "r": other} for other in partners] or [tree])

    def question(self, rng):
        """A plan and the trees that it means."""
        (text, value), (other_text, other) = (Maker(rng, ["a", "b", "c", "gone", "a.k"]).value() for _ in range(2))
        (upper_text, upper), (pair_text, pair) = Maker(rng, ["x", "y", "a"]).value(2), Maker(rng, ["a", "b", "r.a", "r.c", "r", "r.a.k"]).value()
        below = [put({"a": at(tree, "a")} if "a" in tree else {}, x=value(tree), y=other(tree)) for tree in self.trees["p"]]
        return rng.choice([
            (f"p | select id, {text} as x, {other_text} as y", [put({"id": tree["id"]}, x=value(tree), y=other(tree)) for tree in self.trees["p"]]),
            (f"p | add_field x = {text}", [put(tree, x=value(tree)) for tree in self.trees["p"]]),
            (f"p | filter exists(a) | select {text} as x", [put({}, x=value(tree)) for tree in self.trees["p"] if "a" in tree]),
            (f"p | select a, {text} as x, {other_text} as y | select {upper_text} as z", [put({}, z=upper(tree)) for tree in below]),
            (f"p | left join (q) as r on id = id | select id, {pair_text} as x", [put({"id": tree["id"]}, x=pair(tree)) for tree in self.joined()]),
            (f"json '{json.dumps(self.trees['p'])}' | select {text} as x", [put({}, x=value(tree)) for tree in self.trees["p"]])])


def test_choices(report):
    options = report.options
    for number in range(25 if options.quick else 250):
        rng = random.Random(f"{options.seed} {number}")
        world = World(options, rng)
        for _ in range(40):
            plan, want = world.question(rng)
            got = [tree for tree, in world.database.execute("SELECT tree FROM arbor_rows(?, ?, ?, ?)", (plan, *PARAMETERS))]
            report.equal(got, [text_of(tree) for tree in want], plan)
        world.database.close()


if __name__ == "__main__":
    OPTIONS = harness.parser().parse_args()
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    OPTIONS.seed = harness.seed_of(OPTIONS)
    harness.run(globals(), OPTIONS)
