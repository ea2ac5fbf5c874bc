"""The players: plain SQL, and the questions that plans must answer faster than DuckDB and ClickHouse."""
from queries import Query, QuerySet

INDEXES = ("playerID", "career_batting.HR", "birth.country", "birth.year")

EXPLODED = {
    "arbors": "SELECT b.value ->> 'team', sum(b.value ->> 'HR'), count(*) FROM players, json_each(players.batting) AS b GROUP BY 1",
    "duckdb": "SELECT b.team, sum(b.HR), count(*) FROM (SELECT unnest(batting) AS b FROM players) GROUP BY 1",
    "chdb": "SELECT b.team, sum(b.HR), count(*) FROM (SELECT arrayJoin(batting) AS b FROM players) GROUP BY 1",
}
ONE_UNNESTED = {
    "arbors": "SELECT b.value ->> 'year', b.value ->> 'HR' FROM players, json_each(players.batting) AS b WHERE playerID = 'ruthba01'",
    "duckdb": "SELECT b.year, b.HR FROM (SELECT unnest(batting) AS b FROM players WHERE playerID = 'ruthba01')",
    "chdb": "SELECT b.year, b.HR FROM (SELECT arrayJoin(batting) AS b FROM players WHERE playerID = 'ruthba01')",
}
TEXT_EXPLODED = ("SELECT b.value ->> 'team', sum(b.value ->> 'HR'), count(*)"
                 " FROM players, json_each(doc, '$.batting') AS b GROUP BY 1")
TEXT_ONE = ("SELECT b.value ->> 'year', b.value ->> 'HR' FROM players, json_each(doc, '$.batting') AS b"
            " WHERE <playerID> = 'ruthba01'")

PLAYERS = QuerySet("players", "players", indexes=INDEXES, queries=[
    Query("count by a field", "SELECT <birth.country>, count(*) FROM players GROUP BY 1"),
    Query("count and distinct count, filtered", "SELECT <birth.country>, count(*), count(DISTINCT <birth.state>)"
          " FROM players WHERE <bats> = 'L' AND <weight> > 180 GROUP BY 1"),
    Query("selective filter", "SELECT <nameFirst>, <nameLast>, <career_batting.HR> FROM players"
          " WHERE <career_batting.HR> > 500 AND <bats> = 'L'"),
    Query("selective range", "SELECT count(*), min(<nameLast>) FROM players WHERE <birth.year> BETWEEN 1985 AND 1986"),
    Query("top-k", "SELECT <playerID>, <career_batting.HR> FROM players WHERE <career_batting.HR> IS NOT NULL"
          " ORDER BY <career_batting.HR> DESC, <playerID> LIMIT 10", ordered=True),
    Query("group by with min and max", "SELECT <birth.country>, min(<height>), max(<height>) FROM players GROUP BY 1"),
    Query("two columns of all rows", "SELECT <playerID>, <career_batting.HR> FROM players"),
    Query("whole documents of 1 %", "SELECT <_tree> FROM players WHERE <birth.year> = 1988", documents=True,
          other={"chdb": "SELECT formatRowNoNewline('JSONEachRow', *) FROM players WHERE birth.year = 1988"}),
    Query("unnest an array, group", TEXT_EXPLODED, other=EXPLODED),
    Query("unnest an array of one", TEXT_ONE, other=ONE_UNNESTED),
    Query("look-up by playerID", "SELECT <nameLast>, <weight> FROM players WHERE <playerID> = ?", lookups="playerID"),
])

TEAMS = "{} ORDER BY 2 DESC, 1 LIMIT 10"
THREE = "SELECT <playerID>, <nameLast>, <career_batting.HR> FROM players WHERE <birth.country> = 'D.R.' AND <career_batting.HR> > 300"

PLANS = QuerySet("plans", "players", indexes=INDEXES, queries=[
    Query("top-k by a nested field", "SELECT <playerID>, <career_batting.HR> FROM players"
          " WHERE <career_batting.HR> IS NOT NULL ORDER BY <career_batting.HR> DESC, <playerID> LIMIT 10", ordered=True,
          plan="players | select playerID, career_batting.HR as hr | sort_by hr desc, playerID | head 10"),
    Query("group by an exploded array's field", TEAMS.format(TEXT_EXPLODED), ordered=True,
          other={engine: TEAMS.format(sql) for engine, sql in EXPLODED.items()},
          plan="players | explode batting | group_by batting.team as team { sum(batting.HR) as hr, count() as seasons }"
          " | sort_by hr desc, team | head 10"),
    Query("two fields of all trees", "SELECT sum(<weight>), sum(<height>) FROM players",
          plan="players | aggregate sum(weight) as weight, sum(height) as height"),
    Query("all trees built", "SELECT count(length(<_tree>)) FROM players",
          other={"duckdb": "SELECT count(length(CAST(<_tree> AS VARCHAR))) FROM players",
                 "chdb": "SELECT sum(length(formatRowNoNewline('JSONEachRow', *)) > 0) FROM players"}),
    Query("distinct count", "SELECT count(DISTINCT <birth.city>), count(DISTINCT <nameLast>) FROM players",
          plan="players | aggregate count(distinct birth.city) as cities, count(distinct nameLast) as names"),
    Query("quantile", "", plan="players | aggregate median(weight) as half, quantile(height, 0.9) as tall",
          other={"arbors": None, "sqlite": None,
                 "duckdb": "SELECT quantile_cont(weight, 0.5), quantile_cont(height, 0.9) FROM players",
                 "chdb": "SELECT quantileExactInclusive(0.5)(weight), quantileExactInclusive(0.9)(height) FROM players"}),
    Query("selective filter, three outputs", THREE,
          plan="players | filter birth.country = 'D.R.' AND career_batting.HR > 300"
          " | select playerID, nameLast, career_batting.HR as hr"),
    Query("filter inside an array", "SELECT <playerID> FROM players WHERE EXISTS"
          " (SELECT 1 FROM json_each(doc, '$.batting') AS b WHERE b.value ->> 'HR' > 60)",
          other={"arbors": "SELECT playerID FROM players WHERE players MATCH 'list_any(batting, HR > 60)'",
                 "duckdb": "SELECT playerID FROM players WHERE len(list_filter(batting, lambda b: b.HR > 60)) > 0",
                 "chdb": "SELECT playerID FROM players WHERE arrayExists(b -> b.HR > 60, batting)"},
          plan="players | filter list_any(batting, HR > 60) | select playerID"),
])
