"""What the tests of the Python package share: the package from the source folder, over the extension under test."""
import os
import pathlib
import sys

import harness

OPTIONS = harness.parser().parse_args()
SOURCE = harness.ROOT / "ext/python"
os.environ["ARBORS_EXTENSION"] = str(pathlib.Path(OPTIONS.extension).resolve())
sys.path.insert(0, str(SOURCE))

PLAYERS = [
    {"id": 1, "name": "Ada", "birth": {"year": 1990, "city": "Oslo"}, "bats": "L", "batting": [{"year": 2010, "HR": 3}, {"year": 2011, "HR": 7}]},
    {"id": 2, "name": "Bo", "birth": {"year": 1985}, "bats": "R", "batting": [{"year": 2010, "HR": 61}]},
    {"id": 3, "name": "Cyd", "birth": {"year": 1990, "city": "Pune"}, "bats": None, "batting": []},
    {"id": 4, "name": "Dee", "bats": "L", "tags": ["x", "y"], "nums": [3, 1, 2]},
    {"id": 5, "name": "Ed", "birth": {"year": 2001, "city": "Oslo"}, "bats": "B", "batting": [{"year": 2020, "HR": 0}], "rate": 0.5},
    {"id": 6, "name": "Flo", "birth": {"year": 1985, "city": "Lyon"}, "bats": "R", "rate": 1.5, "tags": []},
]


def stage_is_there(stage):
    """Tells whether the engine has a stage."""
    import arbors
    try:
        arbors.help(stage)
    except arbors.Error:
        return False
    return True


def function_is_there(name):
    """Tells whether the extension has a function or table."""
    import arbors
    connection = arbors.from_dicts([])._session.connection
    return bool(connection.execute("SELECT count(*) FROM pragma_function_list WHERE name = ?", (name,)).fetchone()[0]
                or connection.execute("SELECT count(*) FROM pragma_module_list WHERE name = ?", (name,)).fetchone()[0])


def run(names):
    harness.run(names, OPTIONS)
