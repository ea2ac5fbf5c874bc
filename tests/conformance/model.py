"""What plans mean, in plain Python: values as SQL sees them, and each stage as a function from trees to trees.

Written from the contract, not from the engine: the published generator, SQLite's order of values, lists and dicts.
"""
import json
import statistics


class Refused(Exception):
    """The stage is an error for these trees."""


class Missing:
    def __repr__(self):
        return "MISSING"


MISSING = Missing()


def text_of(tree):
    """A tree's minimal JSON text: what the extension gives back."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def at(tree, path):
    """The value of a path of keys, or MISSING."""
    for key in path.split("."):
        if not isinstance(tree, dict) or key not in tree:
            return MISSING
        tree = tree[key]
    return tree


def sql(value):
    """The value as SQL sees it."""
    if value is MISSING:
        return None
    if isinstance(value, bool):
        return int(value)
    return text_of(value) if isinstance(value, (dict, list)) else value


def rank(value):
    """Sorts as SQLite does: NULL, numbers, texts by bytes. Equal values have equal ranks."""
    value = sql(value)
    if value is None:
        return (0, 0)
    return (2, value.encode()) if isinstance(value, str) else (1, value)


def compared(left, right, test):
    """A comparison's truth: NULL where a side is."""
    if sql(left) is None or sql(right) is None:
        return None
    return test(rank(left), rank(right))


def field(path):
    return lambda tree: at(tree, path)


def greater(path, value):
    return lambda tree: compared(at(tree, path), value, lambda left, right: left > right)


def equal(path, value):
    return lambda tree: compared(at(tree, path), value, lambda left, right: left == right)


def put(tree, path, value):
    """The tree with a path set, or left out where the value is MISSING."""
    head, _, rest = path.partition(".")
    if not isinstance(tree, dict):
        if value is MISSING:
            return tree
        raise Refused("not an object")
    if rest and (head in tree or value is not MISSING):
        value = put(tree.get(head, {}), rest, value)
    return {**tree, head: value} if value is not MISSING else {key: of for key, of in tree.items() if key != head}


class Random:
    """PCG-XSH-RR 64/32 and a draw without bias."""

    def __init__(self, seed):
        self.state = 0
        self.next()
        self.state = (self.state + seed) % 2**64
        self.next()

    def next(self):
        old = self.state
        self.state = (old * 6364136223846793005 + 1442695040888963407) % 2**64
        mixed, turn = ((old >> 18 ^ old) >> 27) % 2**32, old >> 59
        return (mixed >> turn | mixed << (-turn & 31)) % 2**32

    def below(self, bound):
        while True:
            drawn = self.next() << 32
            drawn |= self.next()
            if drawn >= 2**64 % bound:
                return drawn % bound


# Stages. Each gives a function from a list of trees to a list of trees.


def then(*stages):
    def run(trees):
        for stage in stages:
            trees = stage(trees)
        return trees
    return run


def filtered(predicate):
    return lambda trees: [tree for tree in trees if predicate(tree)]


def each(change):
    return lambda trees: [change(tree) for tree in trees]


def selected(**fields):
    """Fields by name, each a function of the tree or the text of a path."""
    readers = {name: field(of) if isinstance(of, str) else of for name, of in fields.items()}

    def select(tree):
        values = {name: read(tree) for name, read in readers.items()}
        return {name: value for name, value in values.items() if value is not MISSING}
    return each(select)


def with_fields(changes):
    def add(tree):
        values = [(path, read(tree)) for path, read in changes.items()]
        for path, value in values:
            tree = put(tree, path, value)
        return tree
    return each(add)


def without(*paths):
    def drop(tree):
        for path in paths:
            tree = put(tree, path, MISSING)
        return tree
    return each(drop)


def place(position, count, end):
    found = position + count if position < 0 else position
    if not 0 <= found < end:
        raise Refused(f"position {position} of {count}")
    return found


def taken(*positions):
    return lambda trees: [trees[place(position, len(trees), len(trees))] for position in positions]


def sampled(count, seed=0):
    def sample(trees):
        random, chosen = Random(seed), set()
        for last in range(len(trees) - min(count, len(trees)), len(trees)):
            drawn = random.below(last + 1)
            chosen.add(last if drawn in chosen else drawn)
        return [trees[index] for index in sorted(chosen)]
    return sample


def shuffled(seed=0):
    def shuffle(trees):
        random, trees = Random(seed), list(trees)
        for left in range(len(trees), 1, -1):
            other = random.below(left)
            trees[left - 1], trees[other] = trees[other], trees[left - 1]
        return trees
    return shuffle


def ordered(*keys):
    """Each key is a function or the text of a path, or a pair with True for descending."""
    def sort(trees):
        for key in reversed(keys):
            read, descending = key if isinstance(key, tuple) else (key, False)
            read = field(read) if isinstance(read, str) else read
            trees = sorted(trees, key=lambda tree, read=read: rank(read(tree)), reverse=descending)
        return trees
    return sort


def cut(first=None, last=None):
    return lambda trees: trees[first:last]


def unique(*keys):
    def run(trees):
        first = {}
        for tree in trees:
            first.setdefault(tuple(rank(key(tree)) for key in keys), tree)
        return list(first.values())
    return run


def gathered(trees, keys):
    """Groups in key order: the first tree's keys, of those that are equal to SQL, and the trees."""
    groups = {}
    for tree in trees:
        values = [key(tree) for key in keys]
        groups.setdefault(tuple(map(rank, values)), (values, []))[1].append(tree)
    return [groups[key] for key in sorted(groups)]


def grouped(keys, aggregates=None):
    """Keys by name; aggregates by name, functions of a group's trees, or None for the trees themselves."""
    def run(trees):
        rows = []
        for values, members in gathered(trees, list(keys.values())):
            row = {name: None if value is MISSING else value for name, value in zip(keys, values)}
            row.update({"trees": members} if aggregates is None else {name: of(members) for name, of in aggregates.items()})
            rows.append(row)
        return rows
    return run


def aggregated(aggregates):
    return lambda trees: [{name: of(trees) for name, of in aggregates.items()}]


def exploded(path, name=None, outer=False):
    def explode(trees):
        rows = []
        for tree in trees:
            elements = members(at(tree, path))
            rest = put(tree, path, MISSING) if name else tree
            for element in elements:
                rows.append(put(rest, name or path, element))
            if outer and not elements:
                rows.append(put(rest, name or path, MISSING))
        return rows
    return explode


def members(value):
    """What explode makes of a value: elements of arrays, {key, value} of objects."""
    if isinstance(value, dict):
        return [{"key": key, "value": inner} for key, inner in value.items()]
    return value if isinstance(value, list) else []


def partners(tree, others, equal_keys, fulfils):
    """The trees of others whose keys equal the tree's: pairs of functions, NULL equal to none."""
    def matches(other):
        keys = [(rank(of_tree(tree)), rank(of_other(other))) for of_tree, of_other in equal_keys]
        return all(left == right and left[0] for left, right in keys) and fulfils(tree, other)
    return [other for other in others if matches(other)]


def joined(others, equal_keys, name=None, kind="inner", fulfils=lambda tree, other: True):
    """others: a function of the trees. kind: inner, left, semi, anti."""
    def join(trees):
        rows, right = [], others(trees)
        for tree in trees:
            found = partners(tree, right, equal_keys, fulfils)
            if kind in ("semi", "anti"):
                rows += [tree] if bool(found) == (kind == "semi") else []
                continue
            if found and at(tree, name) is not MISSING:
                raise Refused("the field is there")
            rows += [put(tree, name, other) for other in found] or ([tree] if kind == "left" else [])
        return rows
    return join


def renamed(names):
    def rename(tree):
        return {names.get(key, key): value for key, value in tree.items() if key in names or key not in names.values()}
    return each(rename)


def windowed(by, order, calls):
    """by, order: functions of a tree (order: pairs with True for descending); calls: by name a function of (the partition's trees in
    order, the place of the tree, the first and the end of its peers)."""
    def window(trees):
        values = [dict() for _ in trees]
        groups = {}
        for place, tree in enumerate(trees):
            groups.setdefault(tuple(rank(key(tree)) for key in by), []).append(place)
        for places in groups.values():
            for read, descending in reversed(order):
                places.sort(key=lambda place, read=read: rank(read(trees[place])), reverse=descending)
            partition = [trees[place] for place in places]
            keys = [tuple(rank(read(tree)) for read, _ in order) for tree in partition]
            for index, place in enumerate(places):
                peers = (keys.index(keys[index]), len(keys) - keys[::-1].index(keys[index]))
                values[place] = {name: of(partition, index, *peers) for name, of in calls.items()}
        rows = []
        for tree, found in zip(trees, values):
            for name, value in found.items():
                tree = put(tree, name, None if value is MISSING else value)
            rows.append(tree)
        return rows
    return window


def flat(tree, prefix=""):
    if not isinstance(tree, dict):
        return tree
    fields = {}
    for key, value in tree.items():
        fields.update(flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {prefix + key: value})
    return fields


def comparable(value):
    """Equal where SQL takes all values in two trees for equal: whatever the order of keys, 1 as 1.0 and true, null as missing."""
    if isinstance(value, dict):
        return ("object", frozenset((key, comparable(inner)) for key, inner in value.items() if inner is not None))
    return ("array", tuple(map(comparable, value))) if isinstance(value, list) else value


def nested(fields, name):
    """Gathers trees that agree on all but the fields, in order of first appearance."""
    def run(trees):
        groups = {}
        for tree in trees:
            rest, inner = tree, {}
            for key in fields:
                rest = put(rest, key, MISSING)
                if at(tree, key) is not MISSING:
                    inner[key] = at(tree, key)
            groups.setdefault(comparable(rest), (rest, []))[1].append(inner)
        return [put(rest, name, inner) for rest, inner in groups.values()]
    return run


def inserted(position, others):
    def run(trees):
        index = place(position, len(trees), len(trees) + 1)
        return trees[:index] + others(trees) + trees[index:]
    return run


def replaced(position, others):
    def run(trees):
        what = others(trees)
        if len(what) != 1:
            raise Refused("not one tree")
        index = place(position, len(trees), len(trees))
        return trees[:index] + what + trees[index + 1:]
    return run


def removed(*positions):
    def run(trees):
        gone = {place(position, len(trees), len(trees)) for position in positions}
        return [tree for index, tree in enumerate(trees) if index not in gone]
    return run


# Aggregates over a field: functions of a list of trees.


def values_of(read, trees):
    return [value for value in map(read, trees) if sql(value) is not None]


def number(value):
    """A value in SQLite's arithmetic; a text counts as the number that it begins with, of which the tests have none or all."""
    value = sql(value)
    if not isinstance(value, str):
        return value
    try:
        return float(value) if not value.lstrip("-").isdigit() else int(value)
    except ValueError:
        return 0


def over(read, fold, none=None):
    """An aggregate of the values that are not NULL."""
    def run(trees):
        values = values_of(read, trees)
        return fold(values) if values else none
    return run


def numbers_over(read, fold, least=1):
    """An aggregate of the numbers alone."""
    def run(trees):
        values = [sql(value) for value in values_of(read, trees) if not isinstance(sql(value), str)]
        return fold(values) if len(values) >= least else None
    return run


def total(values):
    """SQLite's sum: an integer while every value is one."""
    if all(isinstance(sql(value), int) for value in values):
        return sum(map(sql, values))
    return float(sum(map(number, values)))


def quantile(share):
    def of(values):
        values = sorted(values)
        spot = share * (len(values) - 1)
        low = int(spot)
        high = min(low + 1, len(values) - 1)
        return float(values[low] + (values[high] - values[low]) * (spot - low))
    return of


def variance(values):
    return float(statistics.variance(map(float, values)))


def deviation(values):
    return float(statistics.stdev(map(float, values)))
