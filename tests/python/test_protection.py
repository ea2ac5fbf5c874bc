"""What keeps an Arbor from harm, sentence by sentence: defensive mode, functions that a schema may not call, trusted_schema, and
integrity_check."""
import pathlib
import shutil
import sqlite3
import subprocess

import damaging
import harness
import isolated

OPTIONS = harness.parser().parse_args()
EXTENSION = str(pathlib.Path(OPTIONS.extension).resolve())
DIRECT_ONLY, INNOCUOUS = 0x80000, 0x200000
# Those that write, touch files, or change what the connection holds; they may not be called from views, triggers or the schema.
DIRECT = ["arbor_import('t', 'f')", "arbor_append('t', '{}')", "arbor_export('t', 'f.jsonl')", "arbor_save('s', 't')", "arbor_save_multiple('{}')", "arbor_delete('t')", "arbor_vacuum('t')", "arbor_optimize('t')",
          "arbor_sync('t')", "arbor_tag('t', 'x')", "arbor_untag('t', 'x')", "arbor_restore('t', 1)", "arbor_create_index('t', 'a')", "arbor_drop_index('t', 'a')", "arbor_option('t', 'retain', 3)", "arbor_config('threads')", "arbor_reset_stats()", "arbor_open('t')", "arbor_refresh('@1')", "arbor_close('@1')"]
HARMLESS = {"arbor_version()", "arbor_help()", "arbor_match('a = ?1 OR a > 7', 5)"}


def filled(path=":memory:"):
    database = harness.connect(EXTENSION, path)
    database.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=4)")
    database.execute("SELECT arbor_append('t', '[{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":4},{\"a\":5}]')").fetchall()
    database.execute("SELECT arbor_create_index('t', 'a')").fetchall()
    database.execute("INSERT INTO t(a) VALUES (6)")
    return database


def test_defensive_shell(report):
    """`.dbconfig defensive on` in the shell: no writing, dropping or altering of any shadow table, index tables included; all else works."""
    if not shutil.which("sqlite3"):
        raise harness.Skip("no sqlite3 shell")
    with harness.scratch() as folder:
        file = f"{folder}/t.db"
        filled(file).close()
        tables = damaging.tables_of(file, "t")
        report.equal(len(tables), 6, "the shadow tables")
        for table in tables:
            for sql in (f"DELETE FROM {table};", f"UPDATE {table} SET rowid = 1;" if table not in ("t_meta", "t_index1") else f"UPDATE {table} SET key = 1;", f"INSERT INTO {table} DEFAULT VALUES;", f"DROP TABLE {table};", f"ALTER TABLE {table} ADD x;"):
                done = subprocess.run(["sqlite3", "-batch", "-cmd", f".load {EXTENSION}", "-cmd", ".dbconfig defensive on", file, sql], capture_output=True, text=True, timeout=60)
                report.check(done.returncode != 0 and ("may not be" in done.stderr or "not authorized" in done.stderr or "cannot" in done.stderr), f"{sql} is refused", done.stderr)
        work = "INSERT INTO t(a) VALUES (7); UPDATE t SET a = 10 WHERE a = 1; DELETE FROM t WHERE a = 2; SELECT arbor_optimize('t') IS NULL; SELECT sum(a), arbor_check('t') FROM t WHERE a > 0; SELECT count(*) FROM t WHERE a = 7; PRAGMA integrity_check;"
        done = subprocess.run(["sqlite3", "-batch", "-cmd", f".load {EXTENSION}", "-cmd", ".dbconfig defensive on", file, work], capture_output=True, text=True, timeout=60)
        report.equal(done.stdout.split("\n")[1:], ["0", "35|ok", "1", "ok", ""], "an Arbor works in defensive mode")


def flags_of(database):
    return {(name, arity): flags for name, arity, flags in database.execute("SELECT name, narg, flags FROM pragma_function_list WHERE name GLOB 'arbor_*'")}


def test_marks(report):
    """Every function is one of: direct only, innocuous, or plain (it reads Arbors)."""
    flags = flags_of(filled())
    direct, harmless = {call.split("(")[0] for call in DIRECT}, {call.split("(")[0] for call in HARMLESS}
    for (name, _), found in flags.items():
        want = DIRECT_ONLY if name in direct else INNOCUOUS if name in harmless else 0
        report.check(found & (DIRECT_ONLY | INNOCUOUS) == want, f"the marks of {name}", hex(found))
    report.check(direct | harmless <= {name for name, _ in flags}, "all of them exist")


def test_direct_only(report):
    """Whatever trusted_schema says, views, triggers, indexes, defaults and generated columns do not get to call them.

    A CHECK constraint is let through by SQLite where a function is not deterministic; there those refuse that write or touch files.
    """
    for trusted in ("ON", "OFF"):
        database = filled()
        database.execute(f"PRAGMA trusted_schema = {trusted}")
        database.execute("CREATE TABLE o(a)")
        for call in DIRECT:
            database.execute(f"CREATE VIEW v AS SELECT {call} AS x")
            report.raises(lambda: database.execute("SELECT * FROM v").fetchall(), f"{call} in a view", "unsafe use of arbor_")
            database.execute("DROP VIEW v")
            database.execute(f"CREATE TRIGGER r AFTER INSERT ON o BEGIN SELECT {call}; END")
            report.raises(lambda: database.execute("INSERT INTO o VALUES (1)"), f"{call} in a trigger", "unsafe use of arbor_")
            database.execute("DROP TRIGGER r")
            for sql in (f"CREATE TABLE d(a DEFAULT ({call}), b); INSERT INTO d(b) VALUES (1)", f"CREATE TABLE d(a, b AS ({call})); SELECT b FROM d", f"CREATE INDEX d ON o({call})"):
                report.raises(lambda: [database.execute(part).fetchall() for part in sql.split("; ")], sql, ("unsafe use", "prohibited", "non-deterministic"))
                database.execute("DROP TABLE IF EXISTS d")
        with harness.scratch() as folder:
            for call in ("arbor_append('t', '{}')", "arbor_save('s', 't')", "arbor_save_multiple('{\"s\":\"t\"}')", "arbor_delete('t')", "arbor_vacuum('t')", "arbor_optimize('t')", "arbor_drop_index('t', 'a')", f"arbor_export('t', '{folder}/f.jsonl')", f"arbor_import('t', '{__file__}')"):
                database.execute(f"CREATE TABLE d(a CHECK ({call}))")
                report.raises(lambda: database.execute("INSERT INTO d VALUES (1)"), f"{call} in a CHECK", ("inside a statement that writes", "locked"))
                database.execute("DROP TABLE d")
            report.equal(list(pathlib.Path(folder).iterdir()), [], "no file was written")
        report.equal(database.execute("SELECT count(*), (SELECT count(*) FROM o), arbor_check('t') FROM t").fetchall(), [(6, 0, "ok")], "nothing happened")


def test_trusted_schema_off(report):
    """An untrusted schema may read and write an Arbor as a table, and call what reads nothing but its arguments; no more.

    SQLite itself takes MATCH, on whatever table, for unsafe there.
    """
    database = filled()
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("CREATE VIEW v AS SELECT sum(a) AS total FROM t WHERE a BETWEEN 2 AND 5")
    report.equal(database.execute("SELECT total FROM v").fetchall(), [(14,)], "a view on an Arbor")
    database.execute("CREATE TABLE o(a)")
    database.execute("CREATE TRIGGER r AFTER INSERT ON o BEGIN INSERT INTO t(a) VALUES (new.a); UPDATE t SET a = a + 1 WHERE a = new.a; DELETE FROM t WHERE a = 1; END")
    database.execute("INSERT INTO o VALUES (100)")
    report.equal(database.execute("SELECT group_concat(a) FROM t").fetchall(), [("2,3,4,5,6,101",)], "a trigger that writes to an Arbor")
    for call in HARMLESS:
        database.execute(f"CREATE VIEW h AS SELECT length({call}) > 10 AS x")
        report.equal(database.execute("SELECT x FROM h").fetchall(), [(1,)], f"{call} in a view")
        database.execute("DROP VIEW h")
    for source in ("(SELECT arbor_count('t'))", "(SELECT arbor_json('t'))", "(SELECT arbor_stats())"):
        database.execute(f"CREATE VIEW p AS SELECT * FROM {source}")
        report.raises(lambda: database.execute("SELECT * FROM p").fetchall(), f"{source} in a view", "unsafe use of")
        database.execute("DROP VIEW p")


def test_integrity_check(report):
    """SQLite before 3.44 checks the shadow tables alone; since then the Arbor is asked as well."""
    with harness.scratch() as folder:
        file = f"{folder}/t.db"
        database = filled(file)
        report.equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "PRAGMA integrity_check")
        report.equal(database.execute("PRAGMA quick_check").fetchall(), [("ok",)], "PRAGMA quick_check")
        database.close()
        try:
            import apsw
        except ImportError:
            raise harness.Skip("no apsw") from None
        newer = lambda query: isolated.call(lambda: apsw_connection(apsw, file).execute(query).fetchall())  # noqa: E731
        report.equal(newer("PRAGMA integrity_check"), [["ok"]], "a newer integrity_check")
        report.equal(newer("PRAGMA integrity_check('t')"), [["ok"]], "of one table")
        plain = sqlite3.connect(file, isolation_level=None)
        plain.execute("DELETE FROM t_index1 WHERE key = 3")
        plain.execute("UPDATE t_chunk SET data = data || x'00' WHERE key = (SELECT max(key) FROM t_chunk)")
        plain.close()
        if tuple(map(int, apsw.sqlite_lib_version().split(".")[:2])) < (3, 44):
            raise harness.Skip(f"SQLite {apsw.sqlite_lib_version()} does not ask")
        found = str(newer("PRAGMA integrity_check"))
        report.check("lacks 1 entries" in found or "checksum" in found, "a newer integrity_check tells the faults", found)
        report.check("batch" in found and "checksum" in found, "it names the batch", found)
        report.equal(newer("PRAGMA quick_check"), [["ok"]], "quick_check looks less closely")


def apsw_connection(apsw, file):
    """For a process of its own, and a copy: a file serves one SQLite library, and Python's own has loaded it here."""
    copy = pathlib.Path(file).parent / "arbors.so"
    shutil.copy(EXTENSION, copy)
    database = apsw.Connection(file)
    database.enable_load_extension(True)
    database.load_extension(str(copy))
    return database


if __name__ == "__main__":
    harness.run({} if OPTIONS.self_check else globals(), OPTIONS)
