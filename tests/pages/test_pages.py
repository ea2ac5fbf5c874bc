"""Runs every block of code of every page and compares what it prints with what stands below it; follows every link.

`--write` puts what the blocks print into the pages. `--only NAME` takes the pages whose path holds NAME; a file given is taken alone.
"""
import pathlib
import sys

import markdown

sys.path.insert(0, str(markdown.ROOT / "tests/python"))
WRITE, GIVEN = "--write" in sys.argv, [pathlib.Path(word) for word in sys.argv if word.endswith(".md")]
sys.argv = [word for word in sys.argv if word != "--write" and not word.endswith(".md")]
import harness  # noqa: E402
import package  # noqa: E402
import stage  # noqa: E402

OPTIONS = package.OPTIONS


def run_session(stage, block):
    """What a session prints, with its prompts."""
    start = block.text[:block.text.index("sqlite> ")]
    text = ""
    for statement, wanted in block.prompts:
        printed = stage.sql(statement)
        text += "sqlite> " + statement.replace("\n", "\n   ...> ") + "\n" + (wanted if markdown.fits(printed, wanted) else printed)
    return start + text


def run(report, stage, block):
    """The block as it should stand in the page, with its output."""
    if block.first:
        report.equal(stage.sh(block.first), "", block.first)
    if block.language == "console":
        made = run_session(stage, block)
        report.equal(made, block.text, "a session")
        return f"```console\n{made}```"
    printed = getattr(stage, block.language)(block.text)
    wanted = block.printed or ""
    report.check(markdown.fits(printed, wanted), f"prints what stands below: {harness.short(block.text)}", f"prints {printed}\n     stands {wanted}")
    output = wanted if markdown.fits(printed, wanted) else markdown.TIMES.sub("…", printed).rstrip("\n") + "\n"
    return f"```{block.language}\n{block.text}```" + (f"\n\n```text\n{output}```" if output.strip() else "")


def run_page(report, file):
    page = file.read_text(encoding="utf-8")
    made, end = "", 0
    with harness.scratch() as folder, stage.Stage(folder, OPTIONS.extension) as place:
        for block in markdown.blocks(page):
            report.where = f"{markdown.name(file)}:{block.line}"
            if block.why is not None:
                report.check(len(block.why) > 5, "says why it is not run")
                continue
            if block.language not in markdown.LANGUAGES:
                report.fail(f"a block of {block.language} is neither run nor said to be `<!-- not run: why -->`")
                continue
            try:
                made += page[end:block.span[0]] + run(report, place, block)
                end = block.span[1]
            except harness.Skip as why:
                report.skip(why)
    if WRITE and made + page[end:] != page:
        file.write_text(made + page[end:], encoding="utf-8")


def follow_links(report, file):
    page = file.read_text(encoding="utf-8")
    report.where = markdown.name(file)
    for link in markdown.links(page):
        name, _, anchor = link.partition("#")
        target = (file.parent / name).resolve() if name else file
        report.check(target.exists(), f"links to {link}")
        if anchor and target.suffix == ".md" and target.exists():
            report.check(anchor in markdown.anchors(target.read_text(encoding="utf-8")), f"links to the heading {link}")


def check_words(report, file):
    """Files that a page names are there, wherever; a table's rows have the cells of its head."""
    page = file.read_text(encoding="utf-8")
    report.where = markdown.name(file)
    for name in sorted(set(markdown.files(page))):
        report.check(any(str(path).endswith(f"/{name}") for path in markdown.ROOT.rglob(name.rpartition("/")[2])), f"names {name}, which is nowhere")
    for row in markdown.uneven_rows(page):
        report.fail("a table's row has other cells than its head", row)


def main():
    report = harness.Report(OPTIONS)
    for file in GIVEN or markdown.pages():
        if OPTIONS.only in markdown.name(file):
            follow_links(report, file)
            check_words(report, file)
            run_page(report, file)
    sys.exit(report.finish())


if __name__ == "__main__":
    harness.require_extension(OPTIONS)
    main()
