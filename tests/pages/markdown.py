"""Markdown pages as what a test needs: their code blocks with the outputs that stand below them, their links, their headings.

A block is ```sql, ```python, ```sh or a ```console session of the shell. What it prints stands in the ```text block right after it
(in a session between its prompts); one without prints nothing. `…` in an output stands for anything within its line, and a line of
`…` alone for any lines. `<!-- not run: why -->` right before a block leaves it out, `<!-- first: command -->` runs a command of the
shell before it, such as one that makes its data.
"""
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("sql", "python", "sh", "console")
FENCE = re.compile(r"(?:<!-- (?:not run: (?P<why>[^\n]*?)|first: (?P<first>[^\n]*?)) -->\n\n?)?^```(?P<language>\w*)\n(?P<text>.*?)^```$(?:\n\n(?P<output>^```text\n(?P<printed>.*?)^```$))?", re.S | re.M)
TIMES = re.compile(r'(?<="seconds":)[0-9.]+|[0-9.]+(?= ms$)', re.M)  # what differs each time


def pages():
    """Every page of the project, but those of builds."""
    return [file for file in sorted(ROOT.rglob("*.md")) if not re.match(r"build|\.|node_modules", str(file.relative_to(ROOT)))
            and not {"build", "node_modules", ".cache"} & set(file.relative_to(ROOT).parts)]


def name(file):
    """What a page is called in messages."""
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else file.name


@dataclasses.dataclass
class Block:
    language: str
    text: str
    printed: object  # what stands below it, or None
    why: object      # why it is not run, or None
    first: object    # a command that readers do not see, or None
    line: int
    span: tuple      # where the block and its output stand in the page

    @property
    def prompts(self):
        """The (statement, output) pairs of a session; the command that starts the shell is no statement."""
        pairs = []
        for part in re.split(r"^sqlite> ", self.text, flags=re.M)[1:]:
            lines = part.splitlines()
            end = 0 if lines[0].startswith(".") else next(i for i, line in enumerate(lines) if line.endswith(";"))
            pairs.append(("\n".join(line.removeprefix("   ...> ") for line in lines[:end + 1]), "".join(line + "\n" for line in lines[end + 1:])))
        return pairs


def blocks(page):
    """The blocks of a page's text that can be run, in order."""
    for found in FENCE.finditer(page):
        if found["language"] not in ("", "text"):
            yield Block(found["language"], found["text"], found["printed"], found["why"], found["first"], page.count("\n", 0, found.start("text")), (found.start("language") - 3, found.end()))


def fits(printed, wanted):
    """Whether a block printed what stands in the page."""
    printed, wanted = TIMES.sub("…", printed), TIMES.sub("…", wanted)
    pattern = "\n".join(".*" if line.strip() == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) for line in wanted.rstrip().split("\n"))
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.rstrip().split("\n")), re.S) is not None


def without_code(page):
    return re.sub(r"^```.*?^```$", "", page, flags=re.S | re.M)


def slug(heading):
    """A heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page):
    return {slug(re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)) for heading in re.findall(r"^#+ (.*)$", without_code(page), re.M)}


def links(page):
    """The targets of a page's links and pictures, but those to the web."""
    prose = re.sub(r"(`+)(?:.(?!\1))*?.\1", "", without_code(page))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if not re.match(r"\w+:", link)]


def files(page):
    """The names of sources and scripts that a page's prose mentions; those with a placeholder in them (`run_….cpp`, `*.txt`) are none."""
    return [name for name in re.findall(r"(?<=`)[\w./-]+\.(?:cpp|h|py|sh|txt|md|cmake)(?=`)", without_code(page)) if name != "sqlite3.h"]


def uneven_rows(page):
    """The rows of tables that have not as many cells as their heads."""
    for table in re.findall(r"(?:^\|.*\n)+", without_code(page), re.M):
        rows = table.splitlines()
        cells = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
        yield from (row for row, count in zip(rows, cells) if count != cells[0])
