"""The queries, in sets. A set names its dataset, its engines and the paths that the `+index` engines index."""
from dataclasses import dataclass, field


@dataclass
class Query:
    """One question in every dialect.

    sql: the template for all engines; other: templates for engines that differ, None where one cannot answer;
    plan: the same question as a plan; ordered: whether the order of rows is part of the answer;
    lookups: values for `?`, one look-up each, the time being that of one; documents: the rows are whole documents.
    """

    name: str
    sql: str
    other: dict = field(default_factory=dict)
    plan: str | None = None
    ordered: bool = False
    lookups: str | None = None
    documents: bool = False

    def template(self, engine):
        """Returns the engine's template; an engine with indexes is asked as the same engine without them."""
        return self.other.get(engine, self.other.get(engine.removesuffix("+index"), self.sql))


@dataclass
class QuerySet:
    name: str
    dataset: str
    queries: list
    engines: tuple = ("arbors", "arbors+index", "sqlite", "sqlite+index", "duckdb", "chdb")
    indexes: tuple = ()
