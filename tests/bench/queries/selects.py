"""SQL that runs wholly in the engine: each question as one SELECT, as a plan, and in the peers' words.

In a template `<path:s>` is a text and `<path:i>` an integer of the events; the other tables are spelled by hand.
"""
from queries import Query

CREATED = "<kind:s> = 'commit' AND <commit.operation:s> = 'create'"
POSTED = f"{CREATED} AND <commit.collection:s> = 'app.bsky.feed.post'"
PLAN_CREATED = "events | filter kind = 'commit' AND commit.operation = 'create'"
PLAN_POSTED = f"{PLAN_CREATED} AND commit.collection = 'app.bsky.feed.post'"
HOURS = (f"SELECT <commit.collection:s> AS event, {{}} AS hour, count(*) AS n FROM events WHERE {CREATED} AND <commit.collection:s>"
         " IN ('app.bsky.feed.post', 'app.bsky.feed.repost', 'app.bsky.feed.like') GROUP BY 1, 2 ORDER BY 2, 1")
LONGEST = f"SELECT <did:s> AS user, {{}} AS span FROM events WHERE {POSTED} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3"
NEVER_LIKED = ("SELECT count(DISTINCT <did:s>) AS users FROM events WHERE <commit.collection:s> = 'app.bsky.feed.post'"
               " AND <did:s> NOT IN (SELECT <did:s> FROM events WHERE <commit.collection:s> = 'app.bsky.feed.like')")

# The elements of an array as rows, in each engine's words: what is read of them stands in the braces.
SEASONS = {"arbors": "players p, json_each(p.{}) b", "duckdb": "(SELECT playerID, unnest({}) AS b FROM players)",
           "chdb": "(SELECT playerID, arrayJoin({}) AS b FROM players)"}
FIELD = {"arbors": "b.value.", "duckdb": "b.", "chdb": "b."}


def seasons(text, array="batting", **words):
    """A question over elements in every dialect: `@` stands before an element's field, FROM_IT for the elements, other words as given."""
    texts = {}
    for engine, source in SEASONS.items():
        found = text.replace("FROM_IT", "FROM " + source.format(array)).replace("@", FIELD[engine])
        for word, by_engine in words.items():
            found = found.replace(word, by_engine.get(engine, by_engine["all"]) if isinstance(by_engine, dict) else by_engine)
        texts[engine] = found
    return {**texts, "variant": None}


DECADE = {"all": "@year / 10", "arbors": "b.value.year / 10", "duckdb": "b.year // 10", "chdb": "intDiv(b.year, 10)"}
HALF = {"all": "median(@AB)", "arbors": "median(b.value.AB)", "duckdb": "quantile_cont(b.AB, 0.5)",
        "chdb": "quantileExactInclusive(0.5)(b.AB)"}
MOST = {"all": "", "arbors": "quantile(b.value.HR, 0.9)", "duckdb": "quantile_cont(b.HR, 0.9)",
        "chdb": "quantileExactInclusive(0.9)(b.HR)"}
CAREER = ("G", "AB", "R", "H", "`2B`", "`3B`", "HR", "RBI", "SB", "BB", "SO", "AVG")
MEMBERS = {
    "arbors": "SELECT m.key AS field, count(*) AS n, sum(m.value) AS total FROM players p, json_each(p.career_batting) m"
              " WHERE m.value > 100 GROUP BY 1",
    "duckdb": "SELECT field, count(*), sum(value) FROM (UNPIVOT (SELECT career_batting.* FROM players) ON COLUMNS(*)"
              " INTO NAME field VALUE value) WHERE value > 100 GROUP BY 1",
    "chdb": "SELECT m.1, count(*), sum(m.2) FROM (SELECT arrayJoin([" + ", ".join(f"('{field.strip('`')}', toFloat64(career_batting.{field}))" for field in CAREER)
            + "]) AS m FROM players) WHERE m.2 > 100 GROUP BY 1",
    "variant": None,
}


def stints(array, *fields):
    """The elements of an array with the four keys and some fields, as a query in parentheses, in every dialect."""
    names = ("year", "stint", "team", *fields)
    return {engine: f"(SELECT playerID, {', '.join(f'{FIELD[engine]}{name} AS {name}' for name in names)}"
                    f" FROM {source.format(array)})" for engine, source in SEASONS.items()}


BATTED, PITCHED = stints("batting", "HR"), stints("pitching", "W")
FOUR_KEYS = {engine: f"SELECT count(*) AS n, sum(l.HR) AS hr, sum(r.W) AS won FROM {BATTED[engine]} l JOIN {PITCHED[engine]} r"
                     " ON l.playerID = r.playerID AND l.year = r.year AND l.stint = r.stint AND l.team = r.team"
             for engine in SEASONS}
TEAMS = {
    "arbors": "SELECT t.lg, count(*) AS n, sum(b.value.HR) AS hr, sum(t.record.W) AS won FROM players p, json_each(p.batting) b"
              " JOIN teams t ON t.team = b.value.team AND t.year = b.value.year GROUP BY 1",
    **{engine: f"SELECT t.lg, count(*), sum(b.HR), sum(t.record.W) FROM {SEASONS[engine].format('batting')} x"
               " JOIN teams t ON t.team = b.team AND t.year = b.year GROUP BY 1" for engine in ("duckdb", "chdb")},
    "variant": None,
}
USERS = "SELECT u.country, count(*) AS n FROM events e JOIN users u ON u.did = {} GROUP BY 1"
EXPLODED = "players | explode batting as b"

QUESTIONS = [
    Query("counts by a field", "SELECT <commit.collection:s> AS event, count(*) AS n FROM events GROUP BY 1",
          plan="events | group_by commit.collection as event { count() as n }"),
    Query("distinct counts", "SELECT <commit.collection:s> AS event, count(*) AS n, count(DISTINCT <did:s>) AS users FROM events"
          f" WHERE {CREATED} GROUP BY 1",
          plan=f"{PLAN_CREATED} | group_by commit.collection as event {{ count() as n, count(distinct did) as users }}"),
    Query("by hour", HOURS.format("<time_us:i> / 3600000000 % 24"), ordered=True,
          other={"duckdb": HOURS.format("<time_us:i> // 3600000000 % 24"), "variant": HOURS.format("<time_us:i> // 3600000000 % 24"),
                 "chdb": HOURS.format("intDiv(<time_us:i>, 3600000000) % 24")},
          plan=f"{PLAN_CREATED} AND commit.collection IN ('app.bsky.feed.post', 'app.bsky.feed.repost', 'app.bsky.feed.like')"
               " | group_by commit.collection as event, time_us / 3600000000 % 24 as hour { count() as n } | sort_by hour, event"),
    Query("first posts", f"SELECT <did:s> AS user, min(<time_us:i>) AS first FROM events WHERE {POSTED} GROUP BY 1 ORDER BY 2 LIMIT 3",
          ordered=True, plan=f"{PLAN_POSTED} | group_by did as user {{ min(time_us) as first }} | sort_by first | head 3"),
    Query("longest activity", LONGEST.format("(max(<time_us:i>) - min(<time_us:i>)) / 1000"), ordered=True,
          other={"duckdb": LONGEST.format("(max(<time_us:i>) - min(<time_us:i>)) // 1000"),
                 "variant": LONGEST.format("(max(<time_us:i>) - min(<time_us:i>)) // 1000"),
                 "chdb": LONGEST.format("intDiv(max(<time_us:i>) - min(<time_us:i>), 1000)")},
          plan=f"{PLAN_POSTED} | group_by did as user {{ min(time_us) as lo, max(time_us) as hi }}"
               " | select user, (hi - lo) / 1000 as span | sort_by span desc, user | head 3"),
    Query("filtered count", "SELECT count(*) AS n FROM events WHERE <commit.operation:s> = 'delete'",
          plan="events | filter commit.operation = 'delete' | aggregate count() as n"),
    Query("filter on three fields", "SELECT <did:s> AS did, <time_us:i> AS time_us FROM events WHERE <kind:s> = 'commit'"
          " AND <commit.operation:s> = 'create' AND <commit.collection:s> = 'app.bsky.feed.generator'",
          plan=f"{PLAN_CREATED} AND commit.collection = 'app.bsky.feed.generator' | select did, time_us"),
    Query("range", "SELECT count(*) AS n, min(<did:s>) AS did, max(<commit.rkey:s>) AS rkey FROM events"
          " WHERE <time_us:i> BETWEEN 1732207000000000 AND 1732207400000000",
          plan="events | filter time_us between 1732207000000000 and 1732207400000000"
               " | aggregate count() as n, min(did) as did, max(commit.rkey) as rkey"),
    Query("top-k", "SELECT <did:s> AS did, <time_us:i> AS time_us FROM events WHERE <commit.collection:s> = 'app.bsky.feed.post'"
          " ORDER BY <time_us:i> DESC LIMIT 10", ordered=True,
          plan="events | filter commit.collection = 'app.bsky.feed.post' | sort_by time_us desc | head 10 | select did, time_us"),
    Query("LIKE", "SELECT count(*) AS n FROM events WHERE <commit.record.text:s> LIKE '%love%'",
          plan="events | filter commit.record.text like '%love%' | aggregate count() as n"),
    Query("sums", "SELECT <kind:s> AS kind, sum(<time_us:i> % 1000) AS rest, avg(<time_us:i> % 1000000) AS mean FROM events GROUP BY 1",
          plan="events | group_by kind { sum(time_us % 1000) as rest, avg(time_us % 1000000) as mean }"),
    Query("heavy groups", "SELECT <did:s> AS did, count(*) AS n, max(<time_us:i>) AS last FROM events"
          " WHERE <commit.collection:s> = 'app.bsky.feed.like' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10", ordered=True,
          plan="events | filter commit.collection = 'app.bsky.feed.like' | group_by did { count() as n, max(time_us) as last }"
               " | sort_by n desc, did | head 10"),
    Query("unnest and count", "", other=seasons("SELECT @team AS team, count(*) AS n FROM_IT GROUP BY 1"),
          plan=f"{EXPLODED} | group_by b.team {{ count() as n }}"),
    Query("unnest with a filter", "", other=seasons("SELECT @team AS team, count(*) AS n, max(@HR) AS hr FROM_IT WHERE @HR >= 20 GROUP BY 1"),
          plan=f"{EXPLODED} | filter b.HR >= 20 | group_by b.team {{ count() as n, max(b.HR) as hr }}"),
    Query("unnest members of objects", "", other=MEMBERS,
          plan="players | explode career_batting as m | filter m.value > 100 | group_by m.key as field { count() as n, sum(m.value) as total }"),
    Query("sum over elements", "", ordered=True,
          other={"arbors": "SELECT playerID, list_sum(batting[*].HR) AS hr FROM players"
                           " ORDER BY 2 DESC, 1 LIMIT 5",
                 "duckdb": "SELECT playerID, list_sum(list_transform(batting, lambda b: b.HR)) AS hr FROM players"
                           " ORDER BY 2 DESC NULLS LAST, 1 LIMIT 5",
                 "chdb": "SELECT playerID, arraySum(arrayMap(b -> ifNull(b.HR, 0), batting)) AS hr FROM players ORDER BY 2 DESC, 1 LIMIT 5", "variant": None},
          plan="players | select playerID, list_sum(batting[*].HR) as hr | sort_by hr desc, playerID | head 5"),
    Query("sums of elements by group", "", other=seasons("SELECT @lg AS lg, sum(@HR) AS hr, sum(@AB) AS ab, avg(@H) AS h FROM_IT GROUP BY 1"),
          plan=f"{EXPLODED} | group_by b.lg {{ sum(b.HR) as hr, sum(b.AB) as ab, avg(b.H) as h }}"),
    Query("join of elements on two keys", "", other=TEAMS,
          plan=f"{EXPLODED} | join (teams) as t on b.team = team and b.year = year"
               " | group_by t.lg { count() as n, sum(b.HR) as hr, sum(t.record.W) as won }"),
    Query("self-join on four keys", "", other={**FOUR_KEYS, "variant": None},
          plan=f"{EXPLODED} | join (players | explode pitching as c) as r on playerID = playerID and b.year = c.year"
               " and b.stint = c.stint and b.team = c.team | aggregate count() as n, sum(b.HR) as hr, sum(r.c.W) as won"),
    Query("median and percentile by group", "", other=seasons("SELECT @team AS team, HALF AS half, MOST AS most FROM_IT GROUP BY 1",
                                                              HALF=HALF, MOST=MOST),
          plan=f"{EXPLODED} | group_by b.team {{ median(b.AB) as half, quantile(b.HR, 0.9) as most }}"),
    Query("best element of each parent", "", other=seasons(
        "SELECT year, count(*) AS n, sum(hr) AS hr FROM (SELECT @year AS year, @HR AS hr, row_number() OVER"
        " (PARTITION BY playerID ORDER BY @HR DESC, @year, @stint) AS place FROM_IT) s WHERE place = 1 GROUP BY 1"),
          plan=f"{EXPLODED} | window by playerID order b.HR desc, b.year, b.stint {{ row_number() as place }} | filter place = 1"
               " | group_by b.year { count() as n, sum(b.HR) as hr }"),
    Query("lag over elements", "", other=seasons(
        "SELECT year, sum(hr - before) AS more FROM (SELECT @year AS year, @HR AS hr, lag(@HR) OVER"
        " (PARTITION BY playerID ORDER BY @year, @stint) AS before FROM_IT) s GROUP BY 1"),
          plan=f"{EXPLODED} | window by playerID order b.year, b.stint {{ lag(b.HR) as before }} | group_by b.year {{ sum(b.HR - before) as more }}"),
    Query("month of a text date", "", other={
        "arbors": "SELECT month(debut) AS m, count(*) AS n FROM players GROUP BY 1",
        "duckdb": "SELECT month(CAST(debut AS DATE)) AS m, count(*) FROM players GROUP BY 1",
        "chdb": "SELECT toMonth(toDate32(debut)) AS m, count(*) FROM players GROUP BY 1", "variant": None},
          plan="players | group_by month(debut) as m { count() as n }"),
    Query("anti-join", NEVER_LIKED,
          plan="events | filter commit.collection = 'app.bsky.feed.post'"
               " | anti join (events | filter commit.collection = 'app.bsky.feed.like') on did = did | aggregate count(distinct did) as users"),
    Query("top two of a decade", "", other=seasons(
        "SELECT decade, id, hr FROM (SELECT DECADE AS decade, playerID AS id, @HR AS hr, row_number() OVER"
        " (PARTITION BY DECADE ORDER BY @HR DESC, playerID, @year, @stint) AS place FROM_IT WHERE @HR IS NOT NULL) s WHERE place <= 2",
        DECADE=DECADE),
          plan=f"{EXPLODED} | filter b.HR is not null | window by b.year / 10 order b.HR desc, playerID, b.year, b.stint"
               " { row_number() as place } | filter place <= 2 | select b.year / 10 as decade, playerID as id, b.HR as hr"),
    Query("join with 100,000 users", USERS.format("e.did"),
          other={"variant": USERS.format("CAST(e.j.did AS VARCHAR)"), "chdb": USERS.format("e.j.did")},
          plan="events | join (users) as u on did = did | group_by u.country { count() as n }"),
]
