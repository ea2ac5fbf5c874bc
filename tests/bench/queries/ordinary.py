"""Ordinary questions to the events and their users: what people ask in SQL besides what the other sets measure.

`<path>` is a path in Arbors and a struct's field in DuckDB. Each is a name, a question and, where DuckDB wants other words, these.
"""
from queries import Query

POSTS, LIKES, PROFILES = (f"<commit.collection> = 'app.bsky.{kind}'" for kind in ("feed.post", "feed.like", "actor.profile"))
MINUTE, DUCKDB_MINUTE = "<time_us> / 60000000", "<time_us> // 60000000"
CLOCK, DUCKDB_CLOCK = "strftime('%H:%M', <time_us> / 1000000, 'unixepoch')", "strftime(to_timestamp(<time_us> // 1000000), '%H:%M')"
LINES = [
    ("groups of a path", "SELECT <did> AS did, count(*) AS n FROM events GROUP BY 1 HAVING count(*) > 100 ORDER BY 2 DESC, 1 LIMIT 20"),
    ("groups of two paths", "SELECT <did> AS did, <commit.collection> AS c, count(*) AS n FROM events GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10"),
    ("groups of groups", "SELECT did, sum(n) AS n FROM (SELECT <did> AS did, <commit.collection> AS c, count(*) AS n FROM events GROUP BY 1, 2) g"
                         " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"),
    ("an aggregate of groups", "SELECT avg(n) AS mean, max(n) AS most FROM (SELECT <did> AS did, count(*) AS n FROM events GROUP BY 1) g"),
    ("groups by count", "SELECT n, count(*) AS users FROM (SELECT <did> AS did, count(*) AS n FROM events GROUP BY 1) g GROUP BY 1 ORDER BY 1 LIMIT 10"),
    ("spans of groups", "WITH g AS (SELECT <did> AS did, min(<time_us>) AS a, max(<time_us>) AS b FROM events GROUP BY 1)"
                        " SELECT avg(b - a) AS mean, max(b - a) AS most FROM g"),
    ("users by minute", f"WITH g AS (SELECT <did> AS did, {MINUTE} AS m, count(*) AS n FROM events GROUP BY 1, 2)"
                        " SELECT m, max(n) AS most, count(*) AS users FROM g GROUP BY 1 ORDER BY 1 LIMIT 10",
     f"WITH g AS (SELECT <did> AS did, {DUCKDB_MINUTE} AS m, count(*) AS n FROM events GROUP BY 1, 2)"
     " SELECT m, max(n) AS most, count(*) AS users FROM g GROUP BY 1 ORDER BY 1 LIMIT 10"),
    ("distinct by minute", f"SELECT {MINUTE} AS m, count(*) AS n, count(DISTINCT <did>) AS users FROM events GROUP BY 1 ORDER BY 1",
     f"SELECT {DUCKDB_MINUTE} AS m, count(*) AS n, count(DISTINCT <did>) AS users FROM events GROUP BY 1 ORDER BY 1"),
    ("distinct texts", "SELECT count(DISTINCT <did>) AS dids, count(DISTINCT <commit.rkey>) AS rkeys FROM events"),
    ("distinct rows", "SELECT count(*) AS n FROM (SELECT DISTINCT <did> AS did, <commit.collection> AS c FROM events) d"),
    ("distinct few", "SELECT count(*) AS n FROM (SELECT DISTINCT <commit.collection> AS c FROM events) d"),
    ("UNION", f"SELECT <did> AS did FROM events WHERE {POSTS} UNION SELECT <did> AS did FROM events WHERE {LIKES} ORDER BY 1 LIMIT 3"),
    ("EXCEPT", f"SELECT <did> AS did FROM events WHERE {POSTS} EXCEPT SELECT <did> AS did FROM events WHERE {LIKES} ORDER BY 1 LIMIT 3"),
    ("INTERSECT", "SELECT <did> AS did FROM events INTERSECT SELECT <did> AS did FROM events WHERE <kind> = 'identity' ORDER BY 1 LIMIT 3"),
    ("IN a query", f"SELECT count(*) AS n FROM events WHERE <did> IN (SELECT <did> FROM events WHERE {PROFILES})"),
    ("EXISTS", f"SELECT count(*) AS n FROM users u WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.<did> = u.did AND e.{LIKES})"),
    ("join and group by two", "SELECT u.country AS country, e.<commit.collection> AS c, count(*) AS n FROM events e JOIN users u ON e.<did> = u.did"
                              " GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10"),
    ("join and distinct count", "SELECT u.joined AS year, count(DISTINCT e.<did>) AS users FROM events e JOIN users u ON e.<did> = u.did GROUP BY 1 ORDER BY 1"),
    ("join and top", "SELECT e.<did> AS did, u.country AS country, e.<time_us> AS t FROM events e JOIN users u ON e.<did> = u.did WHERE u.joined = 2023"
                     " ORDER BY 3 DESC LIMIT 10"),
    ("left join and count", f"SELECT u.did AS did, count(e.<did>) AS n FROM users u LEFT JOIN events e ON e.<did> = u.did AND e.{POSTS}"
                            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"),
    ("join of groups", "SELECT u.country AS country, sum(g.n) AS n FROM (SELECT <did> AS did, count(*) AS n FROM events GROUP BY 1) g"
                       " JOIN users u ON g.did = u.did GROUP BY 1 ORDER BY 2 DESC"),
    ("lag by time", "SELECT sum(d) AS total FROM (SELECT <time_us> - lag(<time_us>) OVER (ORDER BY <time_us>) AS d FROM events) g"),
    ("lag by user", "SELECT max(d) AS most FROM (SELECT <time_us> - lag(<time_us>) OVER (PARTITION BY <did> ORDER BY <time_us>) AS d FROM events) g"),
    ("rank of users", "SELECT did, country, rank() OVER (PARTITION BY country ORDER BY joined, did) AS r FROM users ORDER BY 3 DESC, 1 LIMIT 5"),
    ("far into an order", "SELECT <did> AS did, <time_us> AS t FROM events ORDER BY 1, 2 LIMIT 5 OFFSET 500000"),
    ("a long beginning", "SELECT count(DISTINCT did) AS users, max(t) AS last FROM (SELECT <did> AS did, <time_us> AS t FROM events"
                         " ORDER BY 2 LIMIT 200000) l"),
    ("filter of the last", "SELECT count(*) AS n FROM (SELECT <did> AS did FROM events ORDER BY <time_us> DESC LIMIT 300000) l WHERE did LIKE '%a'"),
    ("first texts", "SELECT <commit.record.text> AS t FROM events WHERE <commit.record.text> IS NOT NULL ORDER BY 1 LIMIT 10"),
    ("greatest texts", "SELECT max(<commit.record.text>) AS t, min(<commit.rkey>) AS r FROM events"),
    ("lengths", "SELECT length(<commit.record.text>) AS l, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"),
    ("lower and LIKE", "SELECT count(*) AS n FROM events WHERE lower(<commit.record.text>) LIKE '%love%'"),
    ("instr", "SELECT count(*) AS n FROM events WHERE instr(<commit.record.text>, 'http') > 0"),
    ("prefix of a text", "SELECT substr(<did>, 9, 2) AS p, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"),
    ("joined texts", "SELECT <did> || '/' || <commit.collection> AS k, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"),
    ("two paths compared", "SELECT count(*) AS n FROM events WHERE <commit.record.reply.parent.uri> = <commit.record.reply.root.uri>"),
    ("sums of cases", "SELECT sum(CASE WHEN <commit.collection> = 'app.bsky.feed.like' THEN 1 ELSE 0 END) AS likes,"
                      " sum(CASE WHEN <commit.collection> = 'app.bsky.feed.post' THEN 1 ELSE 0 END) AS posts FROM events"),
    ("filtered counts", "SELECT <commit.collection> AS c, count(*) FILTER (WHERE <commit.operation> = 'delete') AS n FROM events GROUP BY 1 ORDER BY 2 DESC, 1"),
    ("clock", f"SELECT {CLOCK} AS m, count(*) AS n FROM events GROUP BY 1 ORDER BY 1", f"SELECT {DUCKDB_CLOCK} AS m, count(*) AS n FROM events GROUP BY 1 ORDER BY 1"),
    ("medians", "SELECT <commit.collection> AS c, median(<time_us>) AS half FROM events GROUP BY 1"),
    ("elements", "SELECT l.value AS lang, count(*) AS n FROM events e, json_each(e.<commit.record.langs>) l GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
     "SELECT lang, count(*) AS n FROM (SELECT unnest(<commit.record.langs>) AS lang FROM events) l GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"),
]
QUESTIONS = [Query(name, "", {"arbors": text, "duckdb": (*other, text)[0]}, ordered=" ORDER BY " in text.rpartition(")")[2]) for name, text, *other in LINES]
