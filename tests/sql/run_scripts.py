"""Runs each script of this folder on Arbors and on ordinary tables with the same data, and compares every statement's answer.

The ordinary table has a column for each path, taken from the documents by SQLite's json_extract, and `_tree`, `_index`. A line of
comment before a statement may say more:
  -- error: words      the Arbor must refuse it, with these words (separated by |) in the message; the ordinary table is not asked
  -- arbor: [[…], …]   only the Arbor is asked, and answers these rows (JSON)
  -- arbor some         only the Arbor is asked, and answers at least one row
--self-check plays the Arbor with the ordinary table, which skips the statements for the Arbor only.
"""
import json
import pathlib
import sqlite3
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))
import harness  # noqa: E402
from made_data import DATA  # noqa: E402


def statements(script):
    """Yields line number, directive and text of each statement."""
    gathered, directive, first = "", "", 0
    for number, line in enumerate(script.splitlines(), 1):
        if not gathered and (not line.strip() or line.startswith("--")):
            words = line[2:].strip()
            if words.startswith(("error:", "arbor:", "arbor some")):
                directive = words
            continue
        first = first if gathered else number
        gathered += line + "\n"
        if sqlite3.complete_statement(gathered):
            yield first, directive, gathered.strip()
            gathered = directive = ""
    assert not gathered, f"unfinished statement at line {first}"


def paths_of(documents):
    """The columns an Arbor finds: SPEC section 3."""
    found, taken = {}, set()

    def visit(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                visit(inner, path + (key,))
        elif path and path not in found and ".".join(path).lower() not in taken:
            found[path] = None
            taken.add(".".join(path).lower())
    for document in documents:
        visit(document, ())
    return list(found)


def json_path(path):
    return "$" + "".join(f'."{key}"' for key in path)


def compact(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def fill_ordinary(database, name, documents):
    paths = paths_of(documents)
    columns = ", ".join('"' + ".".join(path) + '"' for path in paths)
    marks = ", ".join("json_extract(?1, '" + json_path(path) + "')" for path in paths)
    database.execute(f"CREATE TABLE {name}(_index INTEGER, _tree, {columns})")
    database.executemany(f"INSERT INTO {name}(rowid, _index, _tree, {columns}) SELECT ?2 + 1, ?2, ?1, {marks}",
                         [(compact(document), index) for index, document in enumerate(documents)])


def fill_arbor(database, name, documents):
    database.execute("SELECT arbor_append(?, ?)", (name, "\n".join(map(json.dumps, documents)))).fetchall()


def answer(database, statement):
    try:
        return database.execute(statement).fetchall()
    except sqlite3.Error as error:
        return f"error: {error}"


def in_order(statement, rows):
    """The rows as they are when the statement orders them, else sorted. Every ORDER BY of the scripts is total."""
    if isinstance(rows, str) or "order by" in statement.lower().rsplit(")", 1)[-1]:
        return rows
    return sorted(rows, key=repr)


def run_script(report, options, file):
    databases = []
    for arbor in (False, True):
        database = harness.connect(options.extension) if arbor and not options.self_check else sqlite3.connect(":memory:", isolation_level=None)
        for name, make in DATA.items():
            (fill_arbor if arbor and not options.self_check else fill_ordinary)(database, name, make())
        databases.append(database)
    ordinary, arbor = databases
    for line, directive, statement in statements(file.read_text()):
        report.where = f"{file.name}:{line}"
        if directive and options.self_check:
            continue
        got = answer(arbor, statement)
        if directive.startswith("error:"):
            words = [word.strip().lower() for word in directive[6:].split("|")]
            report.check(isinstance(got, str) and all(word in got.lower() for word in words), f"must fail with {words}: {statement}", harness.short(got))
        elif directive == "arbor some":
            report.check(isinstance(got, list) and got, f"must answer: {statement}", harness.short(got))
        elif directive.startswith("arbor:"):
            report.check(not isinstance(got, str) and json.loads(directive[6:]) == [list(row) for row in got], statement, f"got  {harness.short(got)}\n     want {directive[6:]}")
        else:
            want = answer(ordinary, statement)
            report.check(not isinstance(want, str), f"an ordinary table must answer: {statement}", want)
            report.equal(in_order(statement, got), in_order(statement, want), statement)


def main():
    options = harness.parser().parse_args()
    harness.require_extension(options)
    report = harness.Report(options)
    for file in sorted(HERE.glob("*.sql")):
        if options.only in file.name:
            report.where = file.name
            run_script(report, options, file)
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
