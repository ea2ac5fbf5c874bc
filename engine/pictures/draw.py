#!/usr/bin/env python3
"""Makes the pictures of the pages: draw.py [--check] turns every .txt of this folder into the .svg beside it.

A source is a drawing in characters, one cell each: boxes and lines of `╭─┬╮│├┼┤╰┴╯`, dashed ones of `┄` and `┆`, arrow heads `▶ ▼ ◀ ▲`, and text.
Behind a line of `----` stand its title and colours: `title: words`, and `colour: words` for boxes whose text begins with these words (or all words of
a comma-separated list), where the colour is one of those below; `bold: words` sets words in bold type. --check says which pictures are not what their source makes.
"""
import html
import itertools
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT, FONT = 8.5, 19, 14
COLOURS = {"green": "#dff2e1", "blue": "#dfeafa", "yellow": "#fdf3d0", "red": "#fbe0dc", "grey": "#ececec", "violet": "#eae2f8", "white": "#ffffff"}
UP, RIGHT, DOWN, LEFT = (0, -1), (1, 0), (0, 1), (-1, 0)
SIDES = {"─": (LEFT, RIGHT), "│": (UP, DOWN), "╭": (RIGHT, DOWN), "╮": (LEFT, DOWN), "╰": (UP, RIGHT), "╯": (UP, LEFT), "├": (UP, RIGHT, DOWN), "┤": (UP, LEFT, DOWN),
         "┬": (LEFT, RIGHT, DOWN), "┴": (LEFT, RIGHT, UP), "┼": (UP, RIGHT, DOWN, LEFT), "┄": (LEFT, RIGHT), "┆": (UP, DOWN)}
HEADS = {"▶": RIGHT, "▼": DOWN, "◀": LEFT, "▲": UP}
CORNERS = "╭╮╰╯"


class Drawing:
    """A source: its cells, its title, its colours."""

    def __init__(self, text):
        picture, _, words = text.partition("\n----\n")
        self.rows = picture.rstrip("\n").split("\n")
        self.width, self.height = max(map(len, self.rows)), len(self.rows)
        notes = [line.partition(": ")[::2] for line in words.splitlines() if line]
        self.title = dict(notes)["title"]
        self.fills = [(start.strip(), COLOURS[colour]) for colour, starts in notes if colour in COLOURS for start in starts.split(",")]
        self.bold = [word.strip() for kind, words in notes if kind == "bold" for word in words.split(",")]

    def at(self, x, y):
        return self.rows[y][x] if 0 <= y < self.height and 0 <= x < len(self.rows[y]) else " "

    def cells(self):
        return ((x, y, sign) for y, row in enumerate(self.rows) for x, sign in enumerate(row))

    def boxes(self):
        """left, top, right, bottom of every closed box; the outer ones first."""
        def along(x, y, step, through, end):
            while True:
                x, y = x + step[0], y + step[1]
                if self.at(x, y) == end:
                    yield x, y
                if self.at(x, y) not in through:
                    return
        found = []
        for left, top, sign in self.cells():
            if sign in "╭├┬┼":
                for right, _ in itertools.chain(*(along(left, top, RIGHT, "─┬┴┼", end) for end in "╮┤┬┼")):
                    bottoms = [y for end in "╰├┴┼" for _, y in along(left, top, DOWN, "│├┤┼", end) if any((right, y) in along(left, y, RIGHT, "─┬┴┼", corner) for corner in "╯┤┴┼")
                               and any((right, y) in along(right, top, DOWN, "│├┤┼", corner) for corner in "╯┤┴┼")]
                    if bottoms:
                        found.append((left, top, right, min(bottoms)))
        return sorted(found, key=lambda box: -(box[2] - box[0]) * (box[3] - box[1]))

    def words_in(self, box):
        left, top, right, bottom = box
        return " ".join(" ".join(self.rows[y][left + 1:right] for y in range(top + 1, bottom)).split())


def middle(x, y):
    return (x + 0.5) * WIDTH, (y + 0.5) * HEIGHT


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def point(x, y):
    return f"{number(x)} {number(y)}"


def fills(drawing):
    for left, top, right, bottom in drawing.boxes():
        words = drawing.words_in((left, top, right, bottom))
        start, colour = max(((start, colour) for start, colour in drawing.fills if words.startswith(start)), default=("", None), key=lambda fill: len(fill[0]))
        if colour:
            (x, y), (end_x, end_y) = middle(left, top), middle(right, bottom)
            yield f'<rect x="{number(x)}" y="{number(y)}" width="{number(end_x - x)}" height="{number(end_y - y)}" rx="5" fill="{colour}"/>'


def strokes(drawing):
    """The lines of all cells, in one path for solid and one for dashed ones."""
    solid, dashed = [], []
    for x, y, sign in drawing.cells():
        here = middle(x, y)
        ends = [(here[0] + dx * WIDTH / 2, here[1] + dy * HEIGHT / 2) for dx, dy in SIDES.get(sign, ())]
        if sign in CORNERS:
            start, end = ends
            solid.append(f"M{point(*start)}Q{point(*here)} {point(*end)}")
        else:
            (dashed if sign in "┄┆" else solid).extend(f"M{point(*here)}L{point(*end)}" for end in ends)
    yield f'<path d="{"".join(solid)}" class="line"/>'
    if dashed:
        yield f'<path d="{"".join(dashed)}" class="line" stroke-dasharray="3 3"/>'


def heads(drawing):
    for x, y, sign in drawing.cells():
        if sign in HEADS:
            (dx, dy), (cx, cy) = HEADS[sign], middle(x, y)
            reach = WIDTH / 2 if dx else HEIGHT / 2
            tip = cx + dx * reach, cy + dy * reach
            back = tip[0] - dx * 8, tip[1] - dy * 8
            yield f'<path d="M{point(*tip)}L{point(back[0] - dy * 4, back[1] - dx * 4)}L{point(back[0] + dy * 4, back[1] + dx * 4)}Z" class="head"/>'
            yield f'<path d="M{point(cx - dx * reach, cy - dy * reach)}L{point(*back)}" class="line"/>'


def texts(drawing):
    for y, row in enumerate(drawing.rows):
        plain = "".join(" " if sign in SIDES or sign in HEADS else sign for sign in row)
        for run in re.finditer(r"\S+(?: \S+)*", plain):
            weight = ' class="bold"' if run[0] in drawing.bold else ""
            yield (f'<text x="{number(run.start() * WIDTH)}" y="{number((y + 0.5) * HEIGHT + FONT * 0.35)}" textLength="{number(len(run[0]) * WIDTH)}"{weight}>'
                   f"{html.escape(run[0], quote=False)}</text>")


def svg(text):
    drawing = Drawing(text)
    width, height = number((drawing.width + 2) * WIDTH), number((drawing.height + 1) * HEIGHT)
    parts = "\n".join(itertools.chain(fills(drawing), strokes(drawing), heads(drawing), texts(drawing)))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">
<title>{html.escape(drawing.title, quote=False)}</title>
<style>text {{ font: {FONT}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #222; white-space: pre }} .bold {{ font-weight: bold }} .line {{ fill: none; stroke: #667; stroke-width: 1.3 }} .head {{ fill: #667 }}</style>
<rect width="100%" height="100%" rx="6" fill="#fff"/>
<g transform="translate({number(WIDTH)} {number(HEIGHT / 2)})">
{parts}
</g>
</svg>
"""


def main():
    faults = []
    for source in sorted(HERE.glob("*.txt")):
        made, target = svg(source.read_text(encoding="utf-8")), source.with_suffix(".svg")
        if "--check" not in sys.argv:
            target.write_text(made, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != made:
            faults.append(f"{target.name} is not what draw.py makes of {source.name}")
    faults += [f"{file.name} has no source" for file in HERE.glob("*.svg") if not file.with_suffix(".txt").exists()] if "--check" in sys.argv else []
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
