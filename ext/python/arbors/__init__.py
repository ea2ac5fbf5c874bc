"""Named collections of JSON trees in SQLite files: compressed columns, queried lazily or at once, from Python.

    import arbors
    from arbors import path

    games = arbors.read_jsonl("games.jsonl.gz")             # an Arbor in memory; files are read once
    games.save("sport.db", "games")                         # a name in a database file, an ordinary SQLite file

    games = arbors.open("sport.db", "games")                # pinned: later writes do not change it
    late = games.filter(path("date").dt.year() >= 2020)     # selects now, reads the dates alone
    late.group_by("home.team", n="count()").top_k(5, "n")   # an Arbor again, a tree of each group
    late.select("home.team", "score").to_polars()           # or to_pandas, to_arrow, to_list, pick

    plan = games.plan().filter("score > 100").head(10)      # lazy: nothing runs before collect()
    print(plan.explain())

    with arbors.connect("sport.db") as db:                  # a store: scopes, SQL, living tables
        db.table("games").insert({"home": {"team": "A"}, "score": 99})
        db.sql("SELECT count(*) FROM games").rows()

Expressions are built with `path` and `lit` and Python's operators, or written as text in the language of plans, which
`arbors.help()` prints. Errors are `arbors.Error` with one sentence of the engine. `arbors.load(connection)` loads the
extension into any SQLite connection of yours.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

__version__ = "0.9.0"

if TYPE_CHECKING:
    from .arbor import Arbor as Arbor
    from .errors import BudgetError as BudgetError
    from .errors import Error as Error
    from .expressions import Expr as Expr
    from .expressions import lit as lit
    from .expressions import path as path
    from .files import delete as delete
    from .files import list as list
    from .files import open as open
    from .files import save_multiple as save_multiple
    from .indexed import IndexedView as IndexedView
    from .language import help as help
    from .loading import load as load
    from .loading import loadable_path as loadable_path
    from .plan import ArborPlan as ArborPlan
    from .result import Result as Result
    from .sources import from_arrow as from_arrow
    from .sources import from_dicts as from_dicts
    from .sources import read_json as read_json
    from .sources import read_jsonl as read_jsonl
    from .store import ArborStore as ArborStore
    from .store import connect as connect
    from .table import ArborTable as ArborTable
    from .tree import Tree as Tree
    from .tree import TreePlan as TreePlan

# Where each name is; a module is imported when one of its names is first used.
_HOMES = {name: module for module, names in {
    "arbor": ["Arbor"],
    "errors": ["BudgetError", "Error"],
    "expressions": ["Expr", "lit", "path"],
    "files": ["delete", "list", "open", "save_multiple"],
    "indexed": ["IndexedView"],
    "language": ["help"],
    "loading": ["load", "loadable_path"],
    "plan": ["ArborPlan"],
    "result": ["Result"],
    "sources": ["from_arrow", "from_dicts", "read_json", "read_jsonl"],
    "store": ["ArborStore", "connect"],
    "table": ["ArborTable"],
    "tree": ["Tree", "TreePlan"],
}.items() for name in names}

__all__ = [  # noqa: F822
    "Arbor", "ArborPlan", "ArborStore", "ArborTable", "BudgetError", "Error", "Expr", "IndexedView", "Result", "Tree", "TreePlan",
    "connect", "delete", "from_arrow", "from_dicts", "help", "list", "lit", "load", "loadable_path", "open", "path", "read_json",
    "read_jsonl", "save_multiple",
]


def __getattr__(name: str) -> Any:
    if name == "spark":  # a module of its own
        import importlib
        return importlib.import_module("arbors.spark")
    if name not in _HOMES:
        raise AttributeError(f"module 'arbors' has no attribute {name!r}")
    import importlib
    found = getattr(importlib.import_module(f"arbors.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> builtins.list[str]:
    return sorted({*globals(), *__all__})
