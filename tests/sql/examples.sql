-- The queries that the project is made for: nested fields of many documents with plain SQL.
SELECT nameFirst, nameLast, "career_batting.HR", playerID FROM players WHERE "career_batting.HR" > 200 AND bats = 'L' ORDER BY "career_batting.HR" DESC, playerID LIMIT 5;
SELECT "birth.country", count(*), avg(height) FROM players GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;
SELECT _tree FROM players WHERE playerID = 'aaronha01';
SELECT p.nameLast, b.value->>'HR' FROM players p, json_each(p.batting) b WHERE p.playerID = 'ruthba01';
SELECT p.playerID, max(b.value->>'HR') AS most FROM players p, json_each(p.batting) b GROUP BY 1 ORDER BY most DESC, 1 LIMIT 20;
SELECT "career_batting.2B" FROM players WHERE "career_batting.2B" BETWEEN 100 AND 110;
SELECT count(*) FROM players;
SELECT hall_of_fame, typeof(hall_of_fame), count(*) FROM players GROUP BY 1 ORDER BY 1;
SELECT _tree ->> '$.birth.year', "birth.year" FROM players WHERE _index < 50;
SELECT json_extract(_tree, '$.batting[0].team') AS team, count(*) FROM players GROUP BY team ORDER BY team;
SELECT json_array_length(awards) AS n, count(*) FROM players GROUP BY n ORDER BY n;
-- arbor: [["main", "mixed"], ["main", "players"]]
SELECT schema, name FROM arbor_list ORDER BY name;
-- arbor: [[2500]]
SELECT trees FROM arbor_list WHERE name = 'players';
-- arbor: [[1, 1]]
SELECT count(*), min(bytes) > 1000 FROM arbor_list WHERE name = 'players';
-- arbor: [["birth.year"]]
SELECT path FROM arbor_schema('players') WHERE path = 'birth.year';
-- arbor some
SELECT path, "column", kinds, count, nulls, min, max, "distinct" FROM arbor_schema('players');
-- arbor: [["ok"]]
SELECT arbor_check('players');
-- arbor some
EXPLAIN QUERY PLAN SELECT nameLast FROM players WHERE "career_batting.HR" > 500 LIMIT 5;
-- An array is JSON for SQLite's JSON functions, not a text.
-- arbor: [["{\"awards\":[\"MVP\"]}"]]
SELECT json_object('awards', awards) FROM players WHERE awards = '["MVP"]' LIMIT 1;
-- arbor: [["[[]]"]]
SELECT json_array(awards) FROM players WHERE awards = '[]' LIMIT 1;
