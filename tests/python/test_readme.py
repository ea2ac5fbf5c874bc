"""What README.md shows and lists is so: its transcript word for word, its tables of functions, settings and options."""
import re
import shutil
import subprocess
import sys

import harness

OPTIONS = harness.parser().parse_args()
README = (harness.ROOT / "README.md").read_text(encoding="utf-8")


def transcript(page=README):
    """The (statement, output) pairs of a page's shell session."""
    session = "".join(re.findall(r"```console\n(.*?)```", page, re.S))
    pairs = []
    for part in session.split("sqlite> ")[1:]:
        lines = part.splitlines()
        end = next(i for i, line in enumerate(lines) if line.endswith(";")) + 1
        pairs.append(("\n".join(line.removeprefix("   ...> ") for line in lines[:end]), "\n".join(lines[end:])))
    return pairs


def without_times(text):
    return re.sub(r'"seconds":[0-9.]+', '"seconds":…', text).strip()


def test_transcripts(report):
    """The shell session of README.md gives what stands there; tests/pages runs the other pages."""
    if not shutil.which("sqlite3"):
        raise harness.Skip("no sqlite3 shell")
    extension = harness.pathlib.Path(OPTIONS.extension).resolve()
    for page in (README,):
        pairs = transcript(page)
        report.check(len(pairs) >= 5, "the page shows a session")
        with harness.scratch() as folder:
            subprocess.run([sys.executable, harness.ROOT / "examples/make_data.py", f"{folder}/orders.jsonl"], check=True)
            script = "".join(f"{statement}\n.print ---\n" for statement, _ in pairs)
            done = subprocess.run(["sqlite3", "-batch", "-cmd", f".load {extension}", ":memory:"], input=script, cwd=folder,
                                  capture_output=True, text=True, timeout=300)
        outputs = done.stdout.split("---\n")
        report.equal(done.stderr, "", "no errors")
        for (statement, expected), output in zip(pairs, outputs):
            report.equal(without_times(output), without_times(expected), statement)


def test_plan(report):
    """The plan of the section on plans gives what stands below it."""
    database = harness.connect(OPTIONS.extension)
    statement, output = re.search(r"```sql\n(SELECT tree FROM arbor_rows.*?)```\n\n```text\n(.*?)```", README, re.S).groups()
    with harness.scratch() as folder:
        subprocess.run([sys.executable, harness.ROOT / "examples/make_data.py", f"{folder}/orders.jsonl"], check=True)
        database.execute("SELECT arbor_import('orders', ?)", (f"{folder}/orders.jsonl",)).fetchall()
    report.equal("".join(tree + "\n" for tree, in database.execute(statement)), output, "the plan")


def test_reference(report):
    """engine/plan/PLANS.md is what the tables of the language say today, and every topic that the README names has its help."""
    database = harness.connect(OPTIONS.extension)
    page = database.execute("SELECT arbor_help('reference')").fetchone()[0]
    report.check((harness.ROOT / "engine/plan/PLANS.md").read_text(encoding="utf-8") == page + "\n", "engine/plan/PLANS.md is made anew by: sqlite3 -cmd '.load build/arbors' :memory: \"SELECT arbor_help('reference')\" > engine/plan/PLANS.md")
    topics = re.search(r"a topic is a stage, an aggregate, a function, or (.*?) \|", README).group(1)
    for topic in re.findall(r"`(\w+)`", topics):
        report.check(database.execute("SELECT arbor_help(?)", (topic,)).fetchone()[0].strip() != "", f"help on {topic}")


def section(title):
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_functions(report):
    database = harness.connect(OPTIONS.extension)
    called = {row[0] for row in database.execute("SELECT name FROM pragma_function_list WHERE name LIKE 'arbor%'")}
    tables = {row[0] for row in database.execute("SELECT name FROM pragma_module_list WHERE name LIKE 'arbor\\_%' ESCAPE '\\'")}
    listed = set(re.findall(r"`(arbor_\w+)", "\n".join(line for line in section("Functions").splitlines() if line.startswith("| `arbor"))))
    report.equal(sorted(listed), sorted(called | tables), "the README's functions are those there are")


def names_of(report, database, sql):
    try:
        database.execute(sql).fetchall()
    except harness.sqlite3.Error as error:
        return sorted(re.search(r"there are: ([^)]*)\)", str(error)).group(1).split(", "))
    report.fail(f"no error: {sql}")
    return []


def test_options(report):
    database = harness.connect(OPTIONS.extension)
    settings = re.search(r"`arbor_config\(key.*?\| reads or sets (.*?) of this", README).group(1)
    report.equal(sorted(re.findall(r"`(\w+)`", settings)), names_of(report, database, "SELECT arbor_config('?')"), "settings")
    options = re.findall(r"^\| `(\w+)` \|", section("Functions"), re.M)
    report.equal(sorted(set(options) - {"arbor_list"}), names_of(report, database, "SELECT arbor_append('t', '1', '{\"?\":1}')"), "import options")
    arguments = re.findall(r"^\| `(\w+)=", section("Reading"), re.M)
    report.equal(sorted(arguments), names_of(report, database, "CREATE VIRTUAL TABLE u USING arbor(x=1)"), "table options")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
