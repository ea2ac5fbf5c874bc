#!/usr/bin/env python3
"""Stores JSON trees from Python and queries them with SQL, by the standard library's sqlite3 alone.

Needs a built build/arbors.so and a Python that can load SQLite extensions, as Debian's /usr/bin/python3 can.
"""
import json
import pathlib
import sqlite3
import sys

EXTENSION = pathlib.Path(__file__).resolve().parent.parent / "build/arbors"

TREES = [
    {"name": "General Sherman", "species": "giant sequoia", "size": {"height": 83.8, "girth": 31.1},
     "visits": [{"year": 1879, "by": "Wolverton"}, {"year": 1931, "by": "survey"}]},
    {"name": "Hyperion", "species": "coast redwood", "size": {"height": 116.1}, "visits": [{"year": 2006, "by": "Atkins"}]},
    {"name": "Árbol del Tule", "species": "Montezuma cypress", "size": {"height": 35.4, "girth": 36.2}, "visits": []},
    {"name": "Old Tjikko", "species": "Norway spruce", "size": {"height": 5}, "age": 9568},
]


def connect(path=":memory:"):
    database = sqlite3.connect(path)
    if not hasattr(database, "enable_load_extension"):
        sys.exit("this Python cannot load SQLite extensions; try /usr/bin/python3")
    database.enable_load_extension(True)
    database.load_extension(str(EXTENSION))
    database.enable_load_extension(False)
    return database


def main():
    database = connect()
    database.execute("SELECT arbor_append('trees', ?)", [json.dumps(TREES)])
    database.commit()

    print("Taller than 30:")
    query = 'SELECT name, "size.height" FROM trees WHERE "size.height" > ? ORDER BY 2 DESC'
    for name, height in database.execute(query, [30]):
        print(f"  {name}: {height} m")

    print("Visits, from an array:")
    query = "SELECT t.name, v.value ->> 'year', v.value ->> 'by' FROM trees t, json_each(t.visits) v ORDER BY 2"
    for name, year, visitor in database.execute(query):
        print(f"  {year} {name}, by {visitor}")

    (text,) = database.execute("SELECT _tree FROM trees WHERE species LIKE 'norway%'").fetchone()
    print("A whole tree:", json.loads(text))
    assert json.loads(text) == TREES[3]


if __name__ == "__main__":
    main()
