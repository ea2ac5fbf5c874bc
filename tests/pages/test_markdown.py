"""The reader of pages tells what it should: blocks and outputs, what does not fit, headings, links, tables, files."""
import pathlib
import subprocess
import sys

import markdown

sys.path.insert(0, str(markdown.ROOT / "tests/python"))
import harness  # noqa: E402

OPTIONS = harness.parser().parse_args()
PAGE = """# A page, `with code`

```sql
SELECT 1;
```

```text
1
```

<!-- first: echo a > b -->
```python
print(2)
```

<!-- not run: no time -->
```sh
sleep 9
```

```
no language
```

```console
$ sqlite3 x.db
sqlite> SELECT 3,
   ...>  4;
3|4
sqlite> .print x
x
```

## What is `pushed` down?

See [there](other.md#a-heading), ![a picture](a.svg), [the web](https://example.org), `[no](link.md)` and `gone.cpp`, `sqlite3.h`, `run_….cpp`.

| a | b |
| --- | --- |
| 1 \\| 2 | 3 |
| 1 | 2 | 3 |
"""


def test_blocks(report):
    blocks = list(markdown.blocks(PAGE))
    report.equal([(block.language, block.printed, block.why, block.first) for block in blocks],
                 [("sql", "1\n", None, None), ("python", None, None, "echo a > b"), ("sh", None, "no time", None), ("console", None, None, None)], "blocks")
    report.equal(blocks[-1].prompts, [("SELECT 3,\n 4;", "3|4\n"), (".print x", "x\n")], "a session")
    report.equal([PAGE[slice(*block.span)][:3] for block in blocks], ["```"] * 4, "spans begin with the fence")
    report.equal([PAGE.split("\n")[block.line - 1] for block in blocks], ["```sql", "```python", "```sh", "```console"], "lines")


def test_what_fits(report):
    for printed, wanted, fit in [("a\nb\n", "a\nb\n", True), ("a\nb", "a\nc", False), ("a\n", "", False), ("", "", True), ("a 12 b", "a … b", True), ("a\n1\n2\nz", "a\n…\nz", True),
                                 ("a\n1\nz", "a … z", False), ('{"seconds":1.5}', '{"seconds":0.2}', True), ("x", "x\ny", False), ("a.b", "a+b", False), ("  indented", "indented", False)]:
        report.equal(markdown.fits(printed, wanted), fit, f"{printed!r} in the place of {wanted!r}")


def test_words(report):
    report.equal(sorted(markdown.anchors(PAGE)), ["a-page-with-code", "what-is-pushed-down"], "headings")
    report.equal(markdown.links(PAGE), ["other.md#a-heading", "a.svg"], "links")
    report.equal(markdown.files(PAGE), ["gone.cpp"], "files")
    report.equal(list(markdown.uneven_rows(PAGE)), ["| 1 | 2 | 3 |"], "rows")


def test_a_wrong_page_fails(report):
    """The program that runs pages fails on a wrong output, a block that nobody runs, a link and a file that are not there."""
    faults = {"output": "```python\nprint(1)\n```\n\n```text\n2\n```\n", "silence": "```python\nprint(1)\n```\n", "language": "```ruby\nputs 1\n```\n", "link": "[x](nowhere.md)\n", "heading": "[x](#nowhere)\n",
              "file": "`nowhere.cpp`\n", "error": "```python\nraise ValueError('no')\n```\n", "sql": "```sql\nSELECT x;\n```\n", "sh": "```sh\nfalse\n```\n", "good": "```python\nprint(1)\n```\n\n```text\n1\n```\n"}
    for name, text in faults.items():
        with harness.scratch() as folder:
            page = pathlib.Path(folder, "page.md")
            page.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, markdown.ROOT / "tests/pages/test_pages.py", "--extension", OPTIONS.extension, str(page)], capture_output=True, text=True)
            report.equal(done.returncode, 0 if name == "good" else 1, f"a page with a wrong {name}", )


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
