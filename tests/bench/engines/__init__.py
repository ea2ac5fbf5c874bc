"""The engines under measurement, by name. Each opens its own file, loads a dataset and answers a query's template."""
from importlib import import_module

MODULES = {
    "arbors": ("engines.sqlite_family", "Arbors"),
    "python": ("engines.package", "Package"),
    "arbors+index": ("engines.sqlite_family", "ArborsIndexed"),
    "sqlite": ("engines.sqlite_family", "SqliteText"),
    "sqlite+index": ("engines.sqlite_family", "SqliteIndexed"),
    "empty": ("engines.sqlite_family", "EmptyTable"),
    "duckdb": ("engines.duckdb_engine", "DuckDb"),
    "chdb": ("engines.chdb_engine", "ChDb"),
    "select arbors": ("engines.select_arbors", "SelectArbors"),
    "select duckdb": ("engines.select_duckdb", "Structs"),
    "select variant": ("engines.select_duckdb", "Variant"),
    "select chdb": ("engines.select_chdb", "TypedAndSorted"),
}


def make(name, settings):
    """Imports an engine only where it is used, so that one engine's library weighs on no other's memory."""
    module, cls = MODULES[name]
    return getattr(import_module(module), cls)(settings)
