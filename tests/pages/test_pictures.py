"""The pictures of the pages are what draw.py makes of their sources, and the table of the ways to ask compares equal answers."""
import re
import subprocess
import sys
import xml.etree.ElementTree

import markdown

sys.path.insert(0, str(markdown.ROOT / "tests/python"))
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()
PICTURES = markdown.ROOT / "engine/pictures"


def test_pictures(report):
    done = subprocess.run([sys.executable, PICTURES / "draw.py", "--check"], capture_output=True, text=True)
    report.equal((done.returncode, done.stdout + done.stderr), (0, ""), "each .svg is made anew by engine/pictures/draw.py")
    shown = "".join(page.read_text(encoding="utf-8") for page in markdown.pages())
    for file in sorted(PICTURES.glob("*.svg")):
        report.check(f"pictures/{file.name})" in shown, f"a page shows {file.name}")
        root = xml.etree.ElementTree.parse(file).getroot()
        report.check(len(root.findall(".//{*}text")) > 5, f"{file.name} is a picture with words")


def test_a_changed_source_is_told(report):
    sys.path.insert(0, str(PICTURES))
    import draw
    source = "╭───╮\n│ a │──▶ b\n╰───╯\n----\ntitle: a & b\ngreen: a\nbold: b\n"
    made = draw.svg(source)
    report.check(draw.COLOURS["green"] in made and "<title>a &amp; b</title>" in made and 'class="bold">b<' in made, "box, title and bold words are there")
    report.check(made != draw.svg(source.replace("a", "c")) and made == draw.svg(source), "the same source makes the same picture")


def test_ways(report):
    """tests/bench/ways.py finds the same answers in all ways, and asks the questions whose figures the page shows."""
    done = subprocess.run([sys.executable, markdown.ROOT / "tests/bench/ways.py", "--extension", OPTIONS.extension, "--trees", "20000", "--runs", "1"], capture_output=True, text=True)
    report.equal((done.returncode, done.stderr), (0, ""), "the ways agree")
    page = (markdown.ROOT / "ext/PERFORMANCE.md").read_text(encoding="utf-8")
    for question in re.findall(r"^\| ([^|]+) \|", done.stdout, re.M):
        report.check(question == "---" or f"| {question} |" in page, f"the page shows {question}")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
