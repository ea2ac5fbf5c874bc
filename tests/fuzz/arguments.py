"""Wrong values everywhere: every SQL function with every kind and number of arguments, import options that were mutated, hidden
columns, limits and commands with values of the wrong kind. An answer or an error with words, never a crash or a hang, and the Arbor
is sound afterwards.
"""
import json
import os
import random

import fuzzing
import harness

OPTIONS = harness.parser().parse_args()
OPTIONS.extension = os.path.abspath(OPTIONS.extension)  # The working folder changes.
SEED = harness.seed_of(OPTIONS)
SCRATCH = harness.scratch()
OPTION_TEXTS = ['{"format":"jsonl","on_error":"skip","limit":2,"progress":false}', '{"format":"array"}', '{"format":"json","limit":null}', '{"on_error":"abort"}', "{}", '{"limit":1,"limit":2}', '{"\\u0066ormat":"auto"}']
VOCABULARY = [token for text in OPTION_TEXTS for token in fuzzing.split(text)] + ["-1", "1e3", "1.5", "true", "null", "[]", "99999999999999999999", '"json"', '"skip"', '"x"']
CONFIG = ["cache_bytes", "threads", "max_buffer_trees", "max_group_keys", "max_index_entries"]
# No text of these is a path out of the scratch folder, which is where the child works.
TEXTS = ["", "t", "main.t", "T", "none", "sqlite_schema", "t_meta", "t | head 1", "t | explode tags", "@1", "@0", "@99", "json '[1,2]'", "id", "id > 3", "tags[*]", "name", "o.x", "file.jsonl", "out.jsonl", "out.json.gz", "out.arrow", "no/such/file.jsonl", ".", "{}", "[]", '{"a":1}', '{"s":"t"}', '{"s":"t","u":"none"}', "[1,[2],{\"a\":3}]", "{", "max_trees=1", "logical", "group_by", "\0", "x" * 3000, "é😀", "1", "-1", "' OR 1 --", "temp.x", "main.", ".t"] + OPTION_TEXTS + CONFIG
VALUES = [None, 0, 1, -1, 3, 2**31, 2**63 - 1, -2**63, 0.0, -1.5, 1e300, float("inf"), b"", b"t", b"\xff\xfe", b'{"a":1}', bytes(2000)]
HIDDEN = ["_tree", "_index", "_generation", "rowid", "t", "id", "name", "o.x", "tags"]
OPERATORS = ["=", "<", "<=", ">", ">=", "<>", "IS", "IS NOT", "LIKE", "GLOB", "MATCH", "REGEXP", "IN (?, 1)", "BETWEEN 1 AND"]


def value(rng):
    return rng.choice(VALUES) if rng.random() < 0.45 else rng.choice(TEXTS)


def database():
    os.chdir(SCRATCH.name)
    with open("file.jsonl", "w", encoding="utf-8") as file:
        file.write('{"id":9}\n{"id":10,"name":"x"}\nnot JSON\n')
    made = harness.connect(OPTIONS.extension)
    made.execute("PRAGMA recursive_triggers = 1")
    made.execute("CREATE VIRTUAL TABLE t USING arbor(id INTEGER, batch_trees=4)")
    trees = [{"id": number, "name": f"n{number % 3}", "o": {"x": number / 2}, "tags": [number, "a", None]} for number in range(11)]
    made.execute("SELECT arbor_append('t', ?)", (json.dumps(trees),)).fetchall()
    made.execute("SELECT arbor_create_index('t', 'name')").fetchall()
    return made


def functions():
    made = database()
    names = sorted({row[0] for row in made.execute("SELECT name FROM pragma_function_list WHERE name GLOB 'arbor_*'")})
    return names, ["arbor_rows", "arbor_arrow", "arbor_schema", "arbor_history", "arbor_list", "arbor_diff"]


def statement(rng, scalars, tables):
    kind = rng.randrange(10)
    if kind < 4:
        values = [value(rng) for _ in range(rng.choice([0, 1, 1, 2, 2, 2, 3, 3, 4, 19]))]
        name = rng.choice(scalars)
        if name == "arbor_config" and len(values) == 2:
            values = [rng.choice(CONFIG), rng.choice(VALUES)]
        return f"SELECT {name}({', '.join('?' * len(values))})", values
    if kind < 5:
        values = [value(rng) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
        return f"SELECT * FROM {rng.choice(tables)}({', '.join('?' * len(values))}) LIMIT 50", values
    column = rng.choice(HIDDEN)
    if kind < 7:
        operator = rng.choice(OPERATORS)
        condition = f'"{column}" {operator}' + ("" if "IN (" in operator else " ?")
        order = rng.choice(["", f' ORDER BY "{rng.choice(HIDDEN)}"', f' ORDER BY "{rng.choice(HIDDEN)}" DESC LIMIT 3 OFFSET 1'])
        return f"SELECT _index, _tree FROM t WHERE {condition}{order}", [value(rng)]
    if kind < 8:
        return "SELECT id FROM t LIMIT ? OFFSET ?", [value(rng), value(rng)]
    columns = rng.sample(HIDDEN, rng.choice([1, 1, 2]))
    quoted = [f'"{column}"' for column in columns]
    if rng.random() < 0.5:
        return f"INSERT {rng.choice(['', 'OR REPLACE ', 'OR IGNORE '])}INTO t({', '.join(quoted)}) VALUES ({', '.join('?' * len(columns))})", [value(rng) for _ in columns]
    return f"UPDATE t SET {', '.join(column + ' = ?' for column in quoted)} WHERE id = ?", [value(rng) for _ in columns] + [rng.randrange(12)]


def run_statements(statements):
    made = database()
    for sql, values in statements:
        try:
            fuzzing.outcome(made, sql, values)
        except AssertionError as error:
            return f"{error} of {sql} with {harness.short(values)}"
        except (UnicodeDecodeError, OverflowError):
            continue
    made.execute("SELECT arbor_config('threads', 1)")
    check = made.execute("SELECT arbor_check('t')").fetchone()[0] if made.execute("SELECT count(*) FROM sqlite_schema WHERE name = 't'").fetchone()[0] else "ok"
    return None if check == "ok" else f"afterwards {check}"


def test_values(report):
    rng, (scalars, tables) = random.Random(SEED), functions()
    report.check(len(scalars) > 25, "the functions are found", scalars)
    count = 120 if OPTIONS.quick else 2500
    fuzzing.run_cases(report, [[statement(rng, scalars, tables) for _ in range(15)] for _ in range(count)], run_statements, at_once=20)


def run_options(text):
    made = database()
    before = made.execute("SELECT count(*) FROM t").fetchone()[0]
    for sql in ("SELECT arbor_import('t', 'file.jsonl', ?)", "SELECT arbor_append('t', '[{},1]', ?)", "SELECT arbor_export('t', 'out.jsonl', ?)", "SELECT arbor_explain_analyze('t', ?)", "SELECT arbor_save_multiple(?)"):
        kind, _ = fuzzing.outcome(made, sql, (text,))
        after = made.execute("SELECT count(*) FROM t").fetchone()[0]
        if kind == "error" and after != before:
            return f"{sql} failed and left {after - before} trees"
        before = after
    return None


def test_options(report):
    rng = random.Random(SEED + 1)
    texts = [fuzzing.mutated(rng, rng.choice(OPTION_TEXTS), VOCABULARY) for _ in range(400 if OPTIONS.quick else 6000)]
    fuzzing.run_cases(report, texts, run_options)


def test_many_arguments(report):
    """As many as SQLite passes on, and lists as long as a statement may be."""
    made = database()
    for count, kind in ((127, "rows"), (128, "error")):
        report.equal(fuzzing.outcome(made, "SELECT arbor_count('t'" + ", 1" * (count - 1) + ")")[0], kind, f"{count} arguments")
    report.equal(fuzzing.outcome(made, "SELECT count(*) FROM t WHERE name IN (" + ", ".join(["?"] * 30000) + ")", ["n1"] * 30000), ("rows", [(4,)]), "30,000 values")
    report.equal(fuzzing.outcome(made, "SELECT count(*) FROM t WHERE name IN (SELECT 'n' || value FROM json_each('[" + ",".join(map(str, range(100000))) + "]'))"), ("rows", [(11,)]), "100,000 values")


if __name__ == "__main__":
    harness.run({} if OPTIONS.self_check else globals(), OPTIONS)
