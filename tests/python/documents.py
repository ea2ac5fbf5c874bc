"""JSON texts that are hard to give back as they came in, by name; and the exact comparison of two JSON texts."""
import json
import random
import sys

sys.setrecursionlimit(200000)
sys.set_int_max_str_digits(0)


def canonical(text):
    """A value in which 1, 1.0 and true differ, keys have their order, and the last of duplicate keys stands in the first's place."""
    def pairs(items):
        return ("object", list(dict(items).items()))
    return json.loads(text, object_pairs_hook=pairs, parse_int=lambda digits: ("integer", int(digits)),
                      parse_float=lambda digits: ("real", repr(float(digits))), parse_constant=lambda word: ("not JSON", word))


def same(left, right):
    """Compares canonical values; a loop, since Python's own == gives up on deep nesting."""
    stack = [(left, right)]
    while stack:
        one, two = stack.pop()
        if isinstance(one, (list, tuple)) and type(one) is type(two):
            if len(one) != len(two):
                return False
            stack.extend(zip(one, two))
        elif type(one) is not type(two) or one != two:
            return False
    return True


def nested(depth, kind):
    opening, closing = {"array": ("[", "]"), "object": ('{"a":', "}"), "mixed": ('[{"b":', "}]")}[kind]
    depth = depth // 2 if kind == "mixed" else depth
    return opening * depth + "1" + closing * depth


def by_name():
    """Yields a name and a list of JSON texts, each list an Arbor."""
    for depth in (10, 63, 64, 65, 66, 500, 1000):
        for kind in ("array", "object", "mixed"):
            yield f"nested {depth} {kind}", [nested(depth, kind), '{"a":{"a":2}}']
    yield "numbers", [f'{{"n":{text}}}' for text in NUMBERS]
    yield "numbers in one array", ["{\"n\":[" + ",".join(NUMBERS) + "]}"] * 3
    yield "root scalars", NUMBERS + ['"text"', '""', "null", "true", "false", "[]", "{}", '"\\u0000"', "[[]]", "[{}]", "[null]"]
    yield "escapes", [f'{{"s":{text},{text}:1}}' for text in STRINGS]
    yield "strings in arrays", ["{\"s\":[" + ",".join(STRINGS) + "]}", "[" + ",".join(STRINGS) + "]"]
    yield "keys", [f"{{{json.dumps(key)}:{index}}}" for index, key in enumerate(KEYS)]
    yield "keys together", ["{" + ",".join(f"{json.dumps(key)}:{{{json.dumps(key)}:[1,{{{json.dumps(key)}:2}}]}}" for key in KEYS) + "}"] * 3
    yield "duplicate keys", ['{"a":1,"b":2,"a":3}', '{"a":{"x":1},"a":{"y":2},"b":1}', '{"a":1,"a":[1],"a":null}', '{"a":{"x":1},"b":0,"a":5}',
                             '{"k":[{"d":1,"d":2},{"d":1,"e":1,"d":{"f":1}}]}', '{"":1,"":2}', '{"a\\u0062":1,"ab":2}', '{"a":[1,2],"a":[]}', '{"a":1,"a":1}']
    yield "case of keys", ['{"a":1,"A":2}', '{"A":1}', '{"A":{"b":1},"a":{"B":2}}']
    yield "empty containers", ["{}", "[]", '{"a":{}}', '{"a":[]}', '{"a":[[]]}', '{"a":[{}]}', '{"a":{"b":{}}}', '{"a":null}', '{"a":[null]}', '{"a":[[],[[]],{}]}', "{}"]
    yield "missing and null", ['{"a":null}', "{}", '{"a":1}', '{"b":null,"a":null}', '{"a":{"c":null}}', '{"a":{}}', '{"a":[{"c":null},{},{"c":1}]}', '{"a":[null,{},null]}']
    yield "one path, every kind", [f'{{"a":{value}}}' for value in ("1", "1.5", '"s"', "true", "null", "[]", "[1]", "{}", '{"b":1}', '{"b":[1]}', "12345678901234567890", "[[1],2]", "-0.0")] * 5
    yield "mixed arrays", ['{"a":[1,"x",null,true,2.5,[1,[2,[3]]],{"b":[{"c":1},5,[{"c":2}]]}]}', '{"a":[{"b":1},{"b":"x"},{"c":1},7,null]}', '{"a":[[{"b":1}],[{"b":2},{"b":3}],[]]}', '{"a":5}'] * 3
    yield "key orders", ['{"a":1,"b":2,"c":3}', '{"c":3,"b":2,"a":1}', '{"b":2}', '{"b":2,"a":1}', '{"x":{"q":1,"p":2}}', '{"x":{"p":1,"q":2}}'] * 4
    for shapes in (1, 2, 3, 5, 100, 400):
        yield f"{shapes} shapes", shaped(shapes, 1500)
    for width in (250, 256, 257, 300, 5000):
        yield f"map of {width} keys", maps(width)
    yield "many paths", [json.dumps({f"p{i}": {f"q{j}": i * j for j in range(50)} for i in range(60)})] * 2 + ['{"p1":{"q1":"other"}}']
    yield "long strings", [json.dumps({"s": "x" * 3_000_000, "t": "é" * 100_000}, ensure_ascii=False), '{"s":"short"}']
    yield "long array", [json.dumps(list(range(200_000))), json.dumps({"a": [{"i": i, "s": str(i % 7)} for i in range(50_000)]})]
    yield "big integers", [json.dumps({"n": 10**power + sign, "m": [-(7**power)]}) for power in (17, 18, 19, 20, 25, 100, 400, 5000) for sign in (-1, 0, 1)]


NUMBERS = ["0", "-0", "1", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809", "18446744073709551615",
           "18446744073709551616", "123456789012345678901234567890", "1.0", "-0.0", "0.0", "1e5", "1E5", "1e+5", "1e-5", "1.5e300", "1e308", "-1e308", "5e-324",
           "2.2250738585072014e-308", "1.7976931348623157e308", "0.1", "0.30000000000000004", "9007199254740993", "9007199254740993.0", "123456789.125",
           "1e22", "1e23", "100000000000000000000.0", "3.14", "2.50", "1e0", "0e0", "0.000001", "1e-7", "4.35", "12345.678", "1e15", "1e16", "1e17", "0.1e1"]
STRINGS = ['""', '"\\""', '"\\\\"', '"\\/"', '"/"', '"\\b\\f\\n\\r\\t"', '"\\u0000"', '"a\\u0000b"', '"\\u0001\\u001f"', '"\\u007f"', '"\\u0080"', '"\\u00e9"', '"é"', '"\\ud83d\\ude00"',
           '"😀"', '"\\uFFFF"', '"\\uffff"', '"\\u2028\\u2029"', '"\\ue000"', '"中文"', '"a b"', '"\'"', '"null"', '"1"', '"1.0"', '"{}"', '"[1]"', '"\\\\u0041"', '"\\u0041"', '"  "', '"\\\\\\""']
KEYS = ["", "a.b", "[0]", "[*]", 'a"b', '""', "a", "b", "a b", "é", "中", "😀", "1", "2B", "_tree", "_index", "rowid", "oid", "_rowid_", "t", "select", "\u0000", "a\u0000b", "$", "$.a", "#", "'", "\\", "/",
        "\n", "it", "A", "a.b.c", ".", "..", "[", "]", "[-1]", "*", "?1", "a[0]", "null", "true", "-", "x" * 1000, "_generation", "arg", "key"]


def shaped(shapes, count):
    """Documents of so many different key lists, in a fixed pseudo-random order."""
    rng = random.Random(shapes)
    lists = [rng.sample(["a", "b", "c", "d", "e", "f", "g", "h", "i"], rng.randint(0, 9)) for _ in range(shapes)]
    return [json.dumps({key: rng.choice([None, 1, 2.5, "x", [1, {"k": index}], {"m": rng.choice("uvw")}]) for key in rng.choice(lists)}) for index in range(count)]


def maps(width):
    rng = random.Random(width)
    return [json.dumps({"id": index, "map": {f"key {rng.randrange(width * 3)}.{key}": {"v": rng.choice([key, str(key), None, [key]])} for key in range(width)}, "after": True}) for index in range(4)]


def random_texts(rng, count, depth=4):
    return [json.dumps(random_tree(rng, depth), ensure_ascii=rng.random() < 0.5) for _ in range(count)]


def random_tree(rng, depth):
    kind = rng.random()
    if depth == 0 or kind < 0.45:
        return rng.choice([None, True, False, rng.randrange(-100, 100), rng.randrange(-2**70, 2**70), rng.uniform(-9, 9), rng.gauss(0, 1) * 10 ** rng.randrange(-300, 300),
                           float(rng.randrange(100)), "", "".join(rng.choice("ab\"\\\n é😀\u0000/1.") for _ in range(rng.randrange(12)))])
    if kind < 0.7:
        return [random_tree(rng, depth - 1) for _ in range(rng.randrange(0, 5))]
    return {rng.choice(KEYS + ["a", "b", "c"] * 10): random_tree(rng, depth - 1) for _ in range(rng.randrange(0, 6))}
