"""What the reference pages list is what there is: functions, settings, options, topics of help, the language of plans; the README fits one screen."""
import re
import sys

import markdown

sys.path.insert(0, str(markdown.ROOT / "tests/python"))
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()


def page(name):
    return (markdown.ROOT / name).read_text(encoding="utf-8")


def section(name, title):
    return page(name).split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_language(report):
    """engine/plan/PLANS.md is what the tables of the language say today, and every topic that the pages name has its help."""
    database = harness.connect(OPTIONS.extension)
    made = database.execute("SELECT arbor_help('reference')").fetchone()[0]
    report.check(page("engine/plan/PLANS.md") == made + "\n", "engine/plan/PLANS.md is made anew by: sqlite3 -cmd '.load build/arbors' :memory: \"SELECT arbor_help('reference')\" > engine/plan/PLANS.md")
    topics = re.search(r"a topic is a stage, an aggregate, a function, or (.*?) \|", page("ext/FUNCTIONS.md")).group(1)
    for topic in re.findall(r"`(\w+)`", topics):
        report.check(database.execute("SELECT arbor_help(?)", (topic,)).fetchone()[0].strip() != "", f"help on {topic}")


def test_functions(report):
    database = harness.connect(OPTIONS.extension)
    called = {row[0] for row in database.execute("SELECT name FROM pragma_function_list WHERE name LIKE 'arbor%'")}
    tables = {row[0] for row in database.execute("SELECT name FROM pragma_module_list WHERE name LIKE 'arbor\\_%' ESCAPE '\\'")}
    rows = "\n".join(line for line in section("ext/FUNCTIONS.md", "Functions").splitlines() if line.startswith("| `arbor"))
    report.equal(sorted(set(re.findall(r"`(arbor_\w+)", rows))), sorted(called | tables), "the page's functions are those there are")


def test_expressions(report):
    """The functions that the page on SQL lists for MATCH are functions, and the lists' ones are all there."""
    database = harness.connect(OPTIONS.extension)
    known = set(re.findall(r"^  (\w+)\(", database.execute("SELECT arbor_help('functions')").fetchone()[0], re.M))
    listed = [name for row in re.findall(r"^\| (?:text|numbers|conditions|lists|times|JSON) \| (.*) \|$", page("ext/SQL.md"), re.M) for code in re.findall(r"`([\w ]+)`", row) for name in code.split()]
    report.equal(sorted(set(listed) - known - {"it"}), [], "functions that the page lists and are not there")
    report.equal(sorted(name for name in known if name.startswith("list_") and name not in listed), [], "functions on lists that the page forgets")


def names_of(report, database, sql):
    try:
        database.execute(sql).fetchall()
    except harness.sqlite3.Error as error:
        return sorted(re.search(r"there are: ([^)]*)\)", str(error)).group(1).split(", "))
    report.fail(f"no error: {sql}")
    return []


def test_options(report):
    database = harness.connect(OPTIONS.extension)
    settings = re.search(r"`arbor_config\(key.*?\| reads or sets (.*?) of this", page("ext/FUNCTIONS.md")).group(1)
    report.equal(sorted(re.findall(r"`(\w+)`", settings)), names_of(report, database, "SELECT arbor_config('?')"), "settings")
    options = re.findall(r"^\| `(\w+)` \|", section("ext/FUNCTIONS.md", "Functions").split("### Options of imports")[1], re.M)
    report.equal(sorted(options), names_of(report, database, "SELECT arbor_append('t', '1', '{\"?\":1}')"), "import options")
    arguments = re.findall(r"^\| `(\w+)=", section("ext/SQL.md", "Columns"), re.M)
    report.equal(sorted(arguments), names_of(report, database, "CREATE VIRTUAL TABLE u USING arbor(x=1)"), "table options")


def test_words(report):
    """Each word of the project is explained, once."""
    words = re.findall(r"^\| \*\*(.*?)\*\* \|", section("engine/ARCHITECTURE.md", "Words"), re.M)
    for word in ("tree", "Arbor", "path", "batch", "generation", "opaque", "plan", "handle"):
        report.equal(words.count(word), 1, f"{word} is explained once")
    report.check(any("prefilter" in word for word in words), "prefilter is explained")


def test_readme(report):
    """The README is a first screen and leads to every page."""
    readme = page("README.md")
    report.check(len(readme.splitlines()) < 130, "the README is short", f"{len(readme.splitlines())} lines")
    shown = {(markdown.ROOT / link.partition("#")[0]).resolve() for link in markdown.links(readme)}
    for file in markdown.pages():
        report.check(file in shown or file.name == "README.md" and file.parent == markdown.ROOT, f"the README leads to {file.relative_to(markdown.ROOT)}")


if __name__ == "__main__":
    if OPTIONS.self_check:
        print("nothing to check without the extension")
        raise SystemExit(0)
    harness.run(globals(), OPTIONS)
