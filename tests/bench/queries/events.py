"""Plain SQL over the events, and JSONBench's five queries as SQL and as plans."""
from queries import Query, QuerySet

INDEXES = ("commit.collection", "did", "time_us", "commit.operation")
CREATED = "<kind> = 'commit' AND <commit.operation> = 'create'"
POSTED = f"{CREATED} AND <commit.collection> = 'app.bsky.feed.post'"
PLAN_CREATED = "events | filter kind = 'commit' AND commit.operation = 'create'"
PLAN_POSTED = f"{PLAN_CREATED} AND commit.collection = 'app.bsky.feed.post'"

EVENTS = QuerySet("events", "events", indexes=INDEXES, queries=[
    Query("count by a field", "SELECT <commit.collection>, count(*) FROM events GROUP BY 1"),
    Query("count and distinct count, filtered",
          f"SELECT <commit.collection>, count(*), count(DISTINCT <did>) FROM events WHERE {CREATED} GROUP BY 1"),
    Query("filter on one field", "SELECT count(*) FROM events WHERE <commit.operation> = 'delete'"),
    Query("filter on three fields, two outputs",
          "SELECT <did>, <time_us> FROM events WHERE <kind> = 'commit' AND <commit.operation> = 'create'"
          " AND <commit.collection> = 'app.bsky.feed.generator'"),
    Query("IN of three", "SELECT count(*), min(<did>) FROM events WHERE <commit.collection> IN"
          " ('app.bsky.graph.list', 'app.bsky.feed.threadgate', 'app.bsky.actor.profile')"),
    Query("LIKE in a text", "SELECT count(*) FROM events WHERE <commit.record.text:String> LIKE '%love%'"),
    Query("selective range", "SELECT count(*), min(<did>), max(<commit.rkey:String>) FROM events"
          " WHERE <time_us> BETWEEN 1732207000000000 AND 1732207040000000"),
    Query("top-k", "SELECT <did>, <time_us> FROM events ORDER BY <time_us> DESC LIMIT 10", ordered=True),
    Query("top-k, filtered", "SELECT <did>, <time_us> FROM events WHERE <commit.collection> = 'app.bsky.feed.post'"
          " ORDER BY <time_us> DESC LIMIT 10", ordered=True),
    Query("group by with min and max",
          "SELECT <commit.collection>, min(<time_us>), max(<time_us>) FROM events GROUP BY 1"),
    Query("group by many keys, min and max", f"SELECT <did>, min(<time_us>), max(<time_us>) FROM events WHERE {POSTED}"
          " GROUP BY 1 ORDER BY 3 DESC LIMIT 10", ordered=True),
    Query("two columns of all rows", "SELECT <did>, <time_us> FROM events"),
    Query("whole documents of 1 %", "SELECT <_tree> FROM events WHERE <commit.collection> = 'app.bsky.actor.profile'",
          documents=True),
    Query("look-up by did", "SELECT <time_us>, <commit.rkey:String> FROM events WHERE <did> = ?", lookups="did"),
    Query("look-up by rowid", "SELECT <did>, <time_us> FROM events WHERE rowid = ?",
          other={"duckdb": "SELECT <did>, <time_us> FROM events WHERE rowid = ? - 1", "chdb": None}, lookups="rowid"),
    Query("look-up by _index", "SELECT <did>, <time_us> FROM events WHERE _index = ? - 1",
          other={"sqlite": "SELECT <did>, <time_us> FROM events WHERE rowid = ?",
                 "sqlite+index": "SELECT <did>, <time_us> FROM events WHERE rowid = ?",
                 "duckdb": "SELECT <did>, <time_us> FROM events WHERE rowid = ? - 1", "chdb": None}, lookups="rowid"),
])

HOUR = {"duckdb": "<time_us> // 3600000000 % 24", "chdb": "intDiv(<time_us>, 3600000000) % 24"}
SPAN = {"duckdb": "(max(<time_us>) - min(<time_us>)) // 1000", "chdb": "intDiv(max(<time_us>) - min(<time_us>), 1000)"}
Q3 = (f"SELECT <commit.collection>, {{}}, count(*) FROM events WHERE {CREATED} AND <commit.collection> IN"
      " ('app.bsky.feed.post', 'app.bsky.feed.repost', 'app.bsky.feed.like') GROUP BY 1, 2 ORDER BY 2, 1")
Q5 = f"SELECT <did>, {{}} AS span FROM events WHERE {POSTED} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3"

JSONBENCH = QuerySet("jsonbench", "events", indexes=INDEXES, queries=[
    Query("Q1 count by collection", "SELECT <commit.collection>, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC",
          plan="events | group_by commit.collection as event { count() as n } | sort_by n desc"),
    Query("Q2 and distinct users",
          f"SELECT <commit.collection>, count(*) AS n, count(DISTINCT <did>) FROM events WHERE {CREATED}"
          " GROUP BY 1 ORDER BY 2 DESC",
          plan=f"{PLAN_CREATED} | group_by commit.collection as event {{ count() as n, count(distinct did) as users }}"
          " | sort_by n desc"),
    Query("Q3 by hour", Q3.format("<time_us> / 3600000000 % 24"), ordered=True,
          other={engine: Q3.format(hour) for engine, hour in HOUR.items()},
          plan=f"{PLAN_CREATED} AND commit.collection IN ('app.bsky.feed.post', 'app.bsky.feed.repost',"
          " 'app.bsky.feed.like') | group_by commit.collection as event, time_us / 3600000000 % 24 as hour"
          " { count() as n } | sort_by hour, event"),
    Query("Q4 first posts", f"SELECT <did>, min(<time_us>) AS first FROM events WHERE {POSTED} GROUP BY 1 ORDER BY 2 LIMIT 3",
          ordered=True, plan=f"{PLAN_POSTED} | group_by did as user {{ min(time_us) as first }} | sort_by first | head 3"),
    Query("Q5 longest activity", Q5.format("(max(<time_us>) - min(<time_us>)) / 1000"), ordered=True,
          other={engine: Q5.format(span) for engine, span in SPAN.items()},
          plan=f"{PLAN_POSTED} | group_by did as user {{ min(time_us) as lo, max(time_us) as hi }}"
          " | select user, (hi - lo) / 1000 as span | sort_by span desc, user | head 3"),
])
