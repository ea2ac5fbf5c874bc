#!/usr/bin/env python3
"""Indexes on the elements of arrays (`tags[*]`, `items[*].sku`): plans, MATCH and SELECTs give what they give without, whatever trees hold and whatever is written in between; and they read few batches."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
PATHS = ["tags[*]", "items[*].sku", "items[*].parts[*]", "o.deep[*]"]
ROUNDS = 25 if OPTIONS.quick else 150
ELEMENTS = [None, True, False, 0, 1, 1.0, 2, 2.5, "1", "1.0", "true", "x", "X ", "", [1], [], {"k": 1}, {"sku": 1}, 10**30, -3, "[1]", '{"k":1}']
RARE = [f"r{number}" for number in range(60)]


def elements(chance):
    return [chance.choice(ELEMENTS) if chance.random() < 0.15 else chance.choice(RARE) for _ in range(chance.choice([0, 1, 1, 2, 3]))]


def item(chance):
    if chance.random() < 0.05:
        return chance.choice(["text", 5, None, [1], '{"sku":"r1"}'])
    return {"sku": chance.choice(RARE + [1, 1.0, None, True]), "parts": elements(chance) if chance.random() < 0.7 else chance.choice([None, "r2", {"p": "r3"}])}


def tree(chance, number):
    made = {"id": number, "tags": elements(chance), "items": [item(chance) for _ in range(chance.randrange(3))], "o": {"deep": elements(chance)}}
    if chance.random() < 0.06:
        made[chance.choice(["tags", "items"])] = chance.choice([None, 5, "r1", '["r2"]', {"k": "r3"}, {"a": {"sku": "r4"}}, True, "not json"])
    if chance.random() < 0.05:
        made["o"] = chance.choice([None, 7, {}, {"deep": {"k": "r5"}}, []])
    return {key: value for key, value in made.items() if key == "id" or chance.random() > 0.03}


def literal(chance):
    if chance.random() < 0.6:
        return f"'{chance.choice(RARE)}'"
    return chance.choice(["1", "1.0", "'1'", "true", "0", "2.5", "'[1]'", "'{\"k\":1}'", "NULL", "1e30", "''", "'x'", "'nowhere'", "-3"])


def condition(chance):
    one, two = literal(chance), literal(chance)
    return chance.choice([
        f"list_contains(tags, {one})", f"list_contains(tags[*], {one})", f"list_contains(items[*].sku, {one})", f"list_any(tags, it = {one})", f"list_any(tags, {one} = it)", f"list_any(items, sku = {one})", f"list_any(items[*].sku, it = {one})",
        f"list_any(items, list_contains(parts, {one}))", f"list_any(items[*].parts, list_contains(it, {one}))", f"list_any(items, sku = {one} AND list_any(parts, it = {two}))", f"list_any(tags, it IN ({one}, {two}))", f"list_any(tags, it BETWEEN {one} AND {two})",
        f"list_any(tags, it > {one} AND it < {two})", f"list_any(tags, it >= {one}) AND list_any(tags, it <= {two})", f"list_contains(tags, {one}) AND list_contains(tags, {two})", f"list_contains(tags, {one}) OR list_contains(tags, {two})", f"NOT list_contains(tags, {one})",
        f"list_contains(o.deep, {one})", f"list_contains(o.deep, {one}) AND id < 300", f"list_any(items, sku IS {one})", f"list_any(tags, it <> {one})", f"list_contains(tags, {one}) IS NULL", f"list_any(items[*].parts[*], it = {one})", f"list_all(tags, it = {one})", f"list_any(tags, it COLLATE NOCASE = {one})"])


def plan(chance):
    if chance.random() < 0.5:
        stages = chance.choice(["filter {}", "filter {} | sort_by id desc | head 3", "select id, tags, items, o | filter {}", "filter {} | aggregate count() as n, sum(id) as s", "add_field n = 1 | filter {} | tail 2"])
        return "NAME | " + stages.format(condition(chance))
    one = literal(chance)
    return "NAME | " + chance.choice([
        f"explode tags | filter tags = {one}", f"explode tags as g | filter g = {one} AND id > 50", f"explode outer tags as g | filter g = {one}", f"explode items as i | filter i.sku = {one}", f"filter id < 300 | explode tags | filter tags = {one} | select id", f"rename tags as g | explode g | filter g IN ({one}, 'r9')",
        f"explode o.deep as d | filter d = {one} | sort_by id", f"explode tags | filter tags > {one} AND id = 7", f"head 200 | explode tags | filter tags = {one}", f"explode tags | explode items as i | filter tags = {one} AND i.sku = 'r1'", f"explode tags as g | filter g IS NULL"])


def select(chance):
    one, two = literal(chance), literal(chance)
    return chance.choice([
        f"SELECT t.id, e.value FROM NAME AS t, json_each(t.tags) AS e WHERE e.value = {one}", f"SELECT t.id, e.key, e.value FROM NAME AS t, json_each(t.tags) AS e WHERE e.value IN ({one}, {two}) ORDER BY 1, 2", f"SELECT t.id FROM NAME AS t LEFT JOIN json_each(t.tags) AS e WHERE e.value = {one}",
        f"SELECT count(*) FROM NAME AS t, json_each(t.items) AS e WHERE e.value ->> 'sku' = {one}", f"SELECT t.id FROM NAME AS t WHERE EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = {one})", f"SELECT t.id FROM NAME AS t WHERE EXISTS (SELECT 1 FROM json_each(t.items) AS i WHERE i.value ->> 'sku' = {one})",
        f"SELECT t.id FROM NAME AS t WHERE {one} IN (SELECT value FROM json_each(t.tags))", f"SELECT t.id FROM NAME AS t WHERE NOT EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = {one})", f"SELECT t.id FROM NAME AS t, json_each(t.\"o.deep\") AS e WHERE e.value = {one} AND t.id < 400",
        f"SELECT t.id FROM NAME AS t WHERE EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = {one}) AND t.id % 2 = 1", f"SELECT e.value, count(*) FROM NAME AS t, json_each(t.tags) AS e WHERE e.value > {one} AND e.value < {two} GROUP BY 1"])


def write(database, chance, names):
    """The same change to each Arbor."""
    number, text = chance.randrange(700), json.dumps(tree(chance, chance.randrange(700, 1400)))
    patch = json.dumps({chance.choice(["tags", "items", "o"]): chance.choice([None, 5, ["r1", 1], {"deep": ["r7"]}, "r2", [{"sku": "r8"}], True])})
    statement, arguments = chance.choice([
        ("INSERT INTO NAME(_tree) VALUES (?)", (text,)), ("DELETE FROM NAME WHERE id BETWEEN ? AND ?", (number, number + 4)), ("UPDATE NAME SET _patch = ? WHERE id = ?", (patch, number)), ("UPDATE NAME SET _tree = ? WHERE id = ?", (text, number)),
        ("UPDATE NAME SET tags = ? WHERE id BETWEEN ? AND ?", (chance.choice(['["r1","r1",2]', "r3", 5, None]), number, number + 2)), ("UPDATE NAME SET rowid = rowid + 100000 WHERE id = ? AND rowid < 100000", (number,)), ("SELECT arbor_append('NAME', ?)", (text,)), ("SELECT arbor_optimize('NAME')", ()),
        ("SELECT arbor_save('NAME', 'NAME | filter id <> ?1', ?)", (number,)), ("SELECT arbor_restore('NAME', ?)", (1 + chance.randrange(2),))])
    for name in names:
        try:
            database.execute(statement.replace("NAME", name), arguments).fetchall()
        except Exception as error:  # noqa: BLE001
            if "arbor_restore" not in statement and "no column" not in str(error):  # gone by now; a column that only the other has
                raise


def outcome(database, ask, text):
    try:
        return database.execute(ask, (text,)).fetchall()
    except Exception as error:  # noqa: BLE001 - both must fail alike
        return type(error)


def change_indexes(database, chance, made):
    path = chance.choice(PATHS)
    sources.call(database, "arbor_drop_index" if path in made else "arbor_create_index", "indexed", path)
    made ^= {path}


def test_same_answers(report):
    chance = random.Random(harness.seed_of(OPTIONS))
    database = harness.connect(OPTIONS.extension)
    trees = [tree(chance, number) for number in range(700)]
    for name in ("plain", "indexed"):
        database.execute(f"CREATE VIRTUAL TABLE {name} USING arbor(batch_trees=64, retain=1000)")
        sources.call(database, "arbor_append", name, json.dumps(trees))
    made = set()
    for path in PATHS:
        sources.call(database, "arbor_create_index", "indexed", path)
        made.add(path)
    looked_up = 0
    for number in range(ROUNDS):
        database.execute("BEGIN")
        for _ in range(8):
            text = chance.choice([plan, select])(chance)
            one, two = (text.replace("NAME", name) for name in ("plain", "indexed"))
            try:
                looked_up += "by index" in sources.call(database, "arbor_explain", two, "physical")
            except Exception:  # noqa: BLE001 - told by the outcome
                pass
            report.equal(outcome(database, "SELECT tree FROM arbor_rows(?)", two), outcome(database, "SELECT tree FROM arbor_rows(?)", one), f"round {number}: {text}")
            where = condition(chance)
            counts = [outcome(database, f"SELECT count(*), sum(id) FROM {name} WHERE {name} MATCH ?", where) for name in ("plain", "indexed")]
            report.equal(counts[1], counts[0], f"round {number}: MATCH {where}")
        if chance.random() < 0.3:
            change_indexes(database, chance, made)
        kept = set(made)
        database.execute("SAVEPOINT s")
        write(database, chance, ("plain", "indexed"))
        if chance.random() < 0.2:
            change_indexes(database, chance, made)
        if chance.random() < 0.3:
            database.execute("ROLLBACK TO s")
            made = kept
        database.execute("COMMIT")
        if number % 5 == 0:
            report.equal(sources.call(database, "arbor_check", "indexed"), "ok", f"round {number}: check")
    report.check(looked_up > ROUNDS, "indexes are used", looked_up)
    report.equal(sources.call(database, "arbor_check", "indexed"), "ok", "check")


def decoded(database, ask, *arguments):
    database.execute("SELECT arbor_config('cache_bytes', 0)")
    sources.call(database, "arbor_reset_stats")
    rows = database.execute(ask, arguments).fetchall()
    return rows, json.loads(sources.call(database, "arbor_stats"))["batches_decoded"]


def test_what_an_index_saves(report):
    """Few of many batches are read, whichever way is asked."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=100)")
    trees = [{"id": number, "tags": [f"t{number % 97}", f"u{number * 7919 % 6000}", 3], "items": [{"sku": f"s{number * 31 % 6000}", "n": 1}, {"sku": None}]} for number in range(6000)]
    sources.call(database, "arbor_append", "p", json.dumps(trees))
    want = [(number,) for number in range(6000) if number * 7919 % 6000 == 4321]
    skus = [(number,) for number in range(6000) if number * 31 % 6000 == 4321]
    asks = [("SELECT tree ->> 'id' FROM arbor_rows('p | filter list_contains(tags, ?1)', 'u4321')", want, "p | filter list_contains(tags, 'u4321')"), ("SELECT tree ->> 'id' FROM arbor_rows('p | filter list_any(tags, it = ''u4321'')')", want, "p | filter list_any(tags, it = 'u4321')"),
            ("SELECT id FROM p WHERE p MATCH 'list_contains(tags, ''u4321'')'", want, None), ("SELECT id FROM p WHERE p MATCH arbor_match('list_contains(tags, ?1)', 'u4321')", want, None), ("SELECT tree ->> 'id' FROM arbor_rows('SELECT p.id FROM p, json_each(p.tags) AS e WHERE e.value = ''u4321''')", want, "SELECT p.id FROM p, json_each(p.tags) AS e WHERE e.value = 'u4321'"),
            ("SELECT tree ->> 'id' FROM arbor_rows('SELECT id FROM p WHERE EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ''u4321'')')", want, "SELECT id FROM p WHERE EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = 'u4321')"), ("SELECT tree ->> 'id' FROM arbor_rows('SELECT id FROM p WHERE EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ?1)', 'u4321')", want, None),
            ("SELECT tree ->> 'id' FROM arbor_rows('p | filter list_any(items, sku = ''s4321'')')", skus, "p | filter list_any(items, sku = 's4321')"), ("SELECT tree ->> 'id' FROM arbor_rows('SELECT p.id FROM p, json_each(p.items) AS e WHERE e.value ->> ''sku'' = ''s4321''')", skus, "SELECT p.id FROM p, json_each(p.items) AS e WHERE e.value ->> 'sku' = 's4321'"), ("SELECT tree ->> 'id' FROM arbor_rows('p | explode tags as g | filter g = ''u4321''')", want, "p | explode tags as g | filter g = 'u4321'")]
    without = [decoded(database, ask)[1] for ask, *_ in asks]
    report.check(min(without) >= 20, "without an index many batches are read", without)
    for path in ("tags[*]", "items[*].sku"):
        report.equal(sources.call(database, "arbor_create_index", "p", path), 1, f"an index on {path}")
    for ask, rows, text in asks:
        found, batches = decoded(database, ask)
        report.equal(found, rows, ask)
        report.check(batches <= 2, f"{ask}: batches decoded", batches)
        if text:
            physical = sources.call(database, "arbor_explain", text, "physical")
            report.check("[*]" in physical and "by index" in physical, f"explain says so: {text}", physical)
    rows, batches = decoded(database, "SELECT count(*) FROM arbor_rows('p | filter list_contains(tags, 3)')")
    report.equal((rows[0][0], batches >= 60), (6000, True), "what most trees have is scanned")
    generation = database.execute("SELECT generation FROM arbor_list WHERE name = 'p'").fetchone()[0]
    database.execute("DELETE FROM p WHERE p MATCH 'list_contains(tags, ''u4321'')'")
    report.equal(sources.call(database, "arbor_count", "p | filter list_contains(tags, 'u4321')"), 0, "the index follows")
    report.equal(sources.call(database, "arbor_count", f"p@{generation} | filter list_contains(tags, 'u4321')"), 1, "an older generation is scanned")
    sources.call(database, "arbor_restore", "p", generation)
    report.equal(sources.call(database, "arbor_count", "p | filter list_contains(tags, 'u4321')"), 1, "a restored tree is found again")
    report.equal(sources.call(database, "arbor_check", "p"), "ok", "check")
    report.equal([sources.call(database, "arbor_drop_index", "p", "tags[*]") for _ in range(2)], [1, 0], "dropped once")


def test_statistics_rule_out(report):
    """Lists are pruned by what their elements are: those of `items[*].sku` are the values found, not their elements."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor")
    sources.call(database, "arbor_append", "p", '[{"id":1,"items":[{"sku":"x"},"y"],"m":[[1,2],[3]]}]')
    for where in ("list_any(items[*].sku, it = 'x')", "list_any(m, list_any(it, it = 2))", "list_any(m[*], list_any(it, it = 2))", "list_any(m[*][*], it = 2)", "list_contains(items[*].sku, 'x')", "list_contains(m, '[1,2]')", "list_any(m, list_contains(it, 3))"):
        report.equal(sources.call(database, "arbor_count", f"p | filter {where}"), 1, where)
    sources.call(database, "arbor_reset_stats")
    report.equal(sources.call(database, "arbor_count", "p | filter list_contains(items[*].sku, 'no')"), 0, "nothing")
    report.equal(json.loads(sources.call(database, "arbor_stats"))["batches_pruned"], 1, "and no batch is read for it")


def test_refusals(report):
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor")
    for path, word in (("tags[0]", "of [*] for all elements"), ("tags[*][1]", "of [*] for all elements")):
        report.raises(lambda: sources.call(database, "arbor_create_index", "p", path), f"an index on '{path}'", word)
    sources.call(database, "arbor_create_index", "p", "tags[*]")
    report.raises(lambda: sources.call(database, "arbor_create_index", "p", "tags[*]"), "a second index", "has an index on 'tags[*]' already")
    report.raises(lambda: sources.call(database, "arbor_option", "p", "key", "tags[*]"), "a key of elements", "through no array")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
