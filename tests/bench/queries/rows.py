"""Scans beside an empty virtual table, and a self-join: what the table costs on top of SQLite's own interface.

The dataset's columns are i1..i4 (integers), r1..r4 (reals), t1..t4 (texts); its `k` is a permutation to join on.
The empty table also has u1..u4: texts that SQLite must copy, as any table's must be when rows outlive their batch.
"""
from queries import Query, QuerySet


def each(prefix, count, wrap="<{}>"):
    return ", ".join(wrap.format(f"{prefix}{n}") for n in range(1, count + 1))


def scans():
    yield Query("count(*)", "SELECT count(*) FROM rows")
    for count in (1, 2, 4):
        for prefix, word in (("i", "integers"), ("r", "reals")):
            yield Query(f"sum() of {count} {word}", f"SELECT {each(prefix, count, 'sum(<{}>)')} FROM rows")
        yield Query(f"sum(length()) of {count} texts", f"SELECT {each('t', count, 'sum(length(<{}>))')} FROM rows")
        empty = f"SELECT {each('u', count, 'sum(length(<{}>))')} FROM rows"
        yield Query(f"the same beside copied texts ({count})",
                    f"SELECT {each('t', count, 'sum(length(<{}>))')} FROM rows", other={"empty": empty})
    for prefix, word in (("i", "integers"), ("t", "texts")):
        yield Query(f"fetch 2 {word}", f"SELECT {each(prefix, 2)} FROM rows")
    yield Query("filter that keeps all, sum", "SELECT sum(<i1>) FROM rows WHERE <i2> >= 0")
    yield Query("all documents", "SELECT <_tree> FROM rows", documents=True, other={"empty": None})


SCAN = QuerySet("scan", "rows", queries=list(scans()), engines=("arbors", "empty"))

JOINED = "SELECT count(*), sum(a.{v} + b.{v}) FROM pairs AS a JOIN pairs AS b ON a.{k} = b.{other}"
TEXT_JOINED = ("SELECT count(*), sum((a.doc ->> '$.v') + (b.doc ->> '$.v')) FROM pairs AS a"
               " JOIN pairs AS b ON a.doc ->> '$.k' = b.doc ->> '$.{}'")

JOIN = QuerySet("join", "pairs", indexes=("k", "id"), queries=[
    Query("self-join of 100,000 rows", JOINED.format(v="v", k="k", other="k"),
          other={"sqlite": None, "sqlite+index": TEXT_JOINED.format("k")}),
    Query("self-join on two columns", JOINED.format(v="v", k="k", other="id"),
          other={"sqlite": None, "sqlite+index": TEXT_JOINED.format("id")}),
])
