"""Turns a query's template into an engine's dialect.

A template is SQL in which `<commit.collection>` stands for a path and `<_tree>` for the whole document; a type after
a colon, `<commit.record.text:String>`, is for the engine that wants one (ClickHouse). A comparison's `<` is followed
by a blank, so the two cannot be mistaken.
"""
import re

PATH = re.compile(r"<([A-Za-z_][\w.$]*)(?::(\w+))?>")


def render(template, spell):
    """Replaces every path by what `spell(path, type)` makes of it."""
    return PATH.sub(lambda found: spell(found[1], found[2]), template)
