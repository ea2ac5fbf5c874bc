"""file('…') as a source of plans: streamed, the same answers as from an Arbor, and out of reach of views, triggers and the schema."""
import gzip
import json
import os
import sqlite3

import harness
from importing import FOLDER, OPTIONS, exists, file_of, open_database, run_import, trees

TREES = [{"i": i, "k": i % 7, "t": f"text {i}", "l": list(range(i % 4)), "o": {"x": i / 4}} for i in range(9000 if OPTIONS.quick else 30000)]
TEXT = "\n".join(map(json.dumps, TREES)).encode()


def rows(database, plan, *parameters):
    marks = "".join(", ?" for _ in parameters)
    return [row[0] for row in database.execute(f"SELECT tree FROM arbor_file_rows(?{marks})", (plan, *parameters))]


def test_same_as_stored(report):
    """Every stage gives over a file what it gives over an Arbor, whether it streams or must see all."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no plans")
    database, path = open_database(), file_of("rows.jsonl", TEXT)
    run_import(database, path)
    run_import(database, file_of("few.json", json.dumps(TREES[:20]).encode()), name="few")
    stages = ["", "| filter i > 8500", "| filter k = 3 | select i, t as name | head 5", "| head 3", "| skip 8995", "| skip 4090 | head 10 | filter k <> 2", "| filter k = 1 | skip 3 | head 4 | explode l | skip 1 | head 2", "| head 0",
              "| explode l as e | filter e = 2 | add_field twice = e * 2 | drop t | head 9", "| drop l | flatten | head 7", "| tail 3", "| take 5, -1, 0", "| reverse | head 2", "| sort_by k desc, i | head 4", "| top_k 3 by i", "| group_by k { count() as n, sum(o.x) as s, max(t) as m }",
              "| filter k = 2 | aggregate count() as n, avg(i) as a", "| unique_by k | select k", "| sample 5 seed 3", "| filter i < 30 | nest t as texts | head 2", "| head 20 | append (few)", "| head 2 | insert 1 (few | head 1)", "| filter list_any(l, it = 2) | select list_sum(l) as s | tail 2"]
    for stage in stages:
        want = [row[0] for row in database.execute("SELECT tree FROM arbor_rows(?)", (f"t {stage}",))]
        report.equal(rows(database, f"file('{path}') {stage}"), want, stage)
        report.equal(rows(database, f"file(?1) {stage}", path), want, f"{stage}, the name as a parameter")
    few = f"file('{FOLDER}/few.json')"
    report.equal(rows(database, f"few | head 1 | append ({few} | skip 18)"), [json.dumps(TREES[i], separators=(",", ":")) for i in (0, 18, 19)], "a file within a plan")
    report.equal(database.execute("SELECT idx, tree ->> 'i' FROM arbor_file_rows(?) WHERE tree ->> 'k' = 3 ORDER BY idx LIMIT 2", (f"file('{path}')",)).fetchall(), [(3, 3), (10, 10)], "in SQL")
    report.equal(database.execute("SELECT a.idx, b.idx FROM arbor_file_rows(?1) AS a, arbor_file_rows(?1) AS b WHERE a.idx = b.idx", (few,)).fetchall(), [(i, i) for i in range(20)], "the same file twice")


def test_options(report):
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no plans")
    folder = FOLDER / "parts"
    folder.mkdir()
    for part in range(5):
        (folder / f"part-{part}.jsonl.gz").write_bytes(gzip.compress(b'{"n":%d}\n{"n":}\n' % part))
    (folder / "doc.json").write_text(json.dumps({"meta": 1, "data": {"items": TREES[:10]}}))
    database = open_database()
    glob = f"{folder}/part-*"
    report.raises(lambda: rows(database, f"file('{glob}')"), "a broken line", "part-0.jsonl.gz, line 2, byte 14 (byte 6 of the line)")
    skip = '{"on_error":"skip","source":"f"}'
    report.equal([json.loads(tree) for tree in rows(database, f"file(?1, '{skip}')", glob)], [{"n": n, "f": f"{folder}/part-{n}.jsonl.gz"} for n in range(5)], "a glob, skipping, with the file's name")
    report.equal(len(rows(database, f"file(?1, ?2)", glob, '{"on_error":"skip","limit":3}')), 3, "a limit")
    report.equal(rows(database, f"file('{folder}/doc.json', '{{\"path\":\"data.items\"}}') | select i"), [f'{{"i":{i}}}' for i in range(10)], "a path")
    for options, word in (('{"rejects":"r"}', "file()"), ('{"if_exists":"replace"}', "file()"), ('{"nonsense":1}', "nonsense"), ("[]", "object")):
        report.raises(lambda: rows(database, "file(?1, ?2)", glob, options), options, word)
    for plan, word in (("file('nowhere.json')", "no such file: nowhere.json"), ("file('none-*')", "no file matches"), ("file('https://x/y')", "URL"), ("file(5)", "takes a text"), ("file('a' 'b')", "")):
        report.raises(lambda: rows(database, plan), plan, word)
    database.execute('SELECT arbor_save(\'file\', \'json "[1]"\')' .replace('"', "''")).fetchall()
    report.equal([row[0] for row in database.execute("SELECT tree FROM arbor_rows('file')")], ["1"], "an Arbor may be called file")


def test_reads_the_beginning_only(report):
    """What a plan needs no more is not read: a broken end goes unnoticed, and a pipe need not end."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no plans")
    database, path = open_database(), file_of("broken.jsonl", (TEXT + b"\n") * 4 + b"{oops")
    report.equal(len(rows(database, f"file('{path}') | head 5")), 5, "head")
    report.equal(len(rows(database, f"file('{path}') | filter k = 2 | select i | head 5")), 5, "a filter, then head")
    report.equal(len(database.execute("SELECT tree FROM arbor_file_rows(?) LIMIT 5", (f"file('{path}')",)).fetchall()), 5, "LIMIT")
    report.raises(lambda: rows(database, f"file('{path}')"), "all of it", "broken.jsonl, line")
    few = [file_of(f"few-{part}.jsonl", b'{"n":1}\n{"n":2}\n' + (b"{oops" if part == 1 else b"")) for part in range(3)]
    names = json.dumps([str(file) for file in few])
    report.equal(rows(database, "file(?1) | head 4", names), ['{"n":1}', '{"n":2}'] * 2, "what stands before a broken line, however near")
    report.raises(lambda: rows(database, "file(?1) | head 5", names), "beyond it", "few-1.jsonl, line 3")
    report.raises(lambda: rows(database, f"file('{path}') | aggregate count()"), "a count", "broken.jsonl, line")


def test_saved_and_exported(report):
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no plans")
    database, path = open_database(), file_of("save.jsonl", TEXT)
    report.equal(database.execute("SELECT arbor_save('s', ?)", (f"file('{path}') | filter k = 3 | select i",)).fetchone()[0], len([tree for tree in TREES if tree["k"] == 3]), "saved")
    report.equal(database.execute("SELECT sum(i) FROM s").fetchone()[0], sum(tree["i"] for tree in TREES if tree["k"] == 3), "its trees")
    for name in ("out.jsonl.zst", "out.json", "out.arrow"):
        done = json.loads(database.execute("SELECT arbor_export(?, ?)", (f"file('{path}') | head 5000 | drop l", str(FOLDER / name))).fetchone()[0])
        report.equal(done["trees"], 5000, name)
    run_import(database, str(FOLDER / "out.json"))
    report.equal(len(trees(database)), 5000, "what was exported comes back")
    database.execute("SELECT arbor_export(?, ?)", (f"file('{path}')", path)).fetchall()
    report.equal(len(rows(database, f"file('{path}')")), len(TREES), "a file may be written anew from itself")
    report.raises(lambda: database.execute("SELECT arbor_save('x', ?)", (f"file('{FOLDER}/broken.jsonl')",)).fetchall(), "a broken file is not saved", "line")
    report.check(not exists(database, "x"), "nothing is left behind")


def test_out_of_reach(report):
    """No other use of a plan reads files, and no view, trigger or schema reaches the one that does."""
    if OPTIONS.self_check:
        raise harness.Skip("the stand-in has no plans")
    path = file_of("secret.jsonl", b'{"a":1}\n')
    plan = f"file('{path}')"
    database = open_database()
    for call in ("arbor_count(?1)", "arbor_json(?1)", "arbor_open(?1)", "arbor_get(?1, 0)", "arbor_collect_tree(?1)", "arbor_any(?1, 'a = 1')", "arbor_lookup(?1 || ' | index_by a', 1)", "arbor_explain_analyze(?1)",
                 "arbor_save_multiple(json_object('m', ?1))", "(SELECT tree FROM arbor_rows(?1))", "(SELECT count(*) FROM arbor_rows(?1 || ' | head 1'))", "(SELECT count(*) FROM arbor_rows('json ''[1]'' | append (' || ?1 || ')'))"):
        report.raises(lambda: database.execute(f"SELECT {call}", (plan,)).fetchall(), call, "arbor_file_rows")
    report.raises(lambda: database.execute(f"CREATE VIRTUAL TABLE v USING arbor_view({plan})") and database.execute("SELECT * FROM v").fetchall(), "an arbor_view", "arbor_file_rows")
    for trusted in (0, 1):
        database = open_database()
        database.execute(f"PRAGMA trusted_schema = {trusted}")
        database.execute("CREATE TABLE o(x)")
        quoted = plan.replace("'", "''")
        database.execute(f"CREATE VIEW seen AS SELECT * FROM arbor_file_rows('{quoted}')")
        report.raises(lambda: database.execute("SELECT * FROM seen").fetchall(), "a view", "unsafe use")
        database.execute(f"CREATE TRIGGER fired AFTER INSERT ON o BEGIN INSERT INTO o SELECT tree FROM arbor_file_rows('{quoted}'); END")
        report.raises(lambda: database.execute("INSERT INTO o VALUES (1)"), "a trigger", "unsafe use")
        database.execute("DROP TRIGGER fired")
        database.execute("INSERT INTO o VALUES (1)")
        database.execute(f"CREATE TRIGGER other AFTER DELETE ON o BEGIN SELECT arbor_save('x', '{quoted}'); END")
        report.raises(lambda: database.execute("DELETE FROM o"), "a trigger that saves", "unsafe use")
    database = open_database()
    database.execute("PRAGMA query_only = 1")
    report.equal(rows(database, plan), ['{"a":1}'], "reading is no writing")
    database.execute("SELECT arbor_config('files', 0)").fetchall()
    report.raises(lambda: rows(database, plan), "files switched off", "file")
    os.remove(path)


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
