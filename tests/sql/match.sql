-- MATCH: an expression of the plan's language as a condition.
-- arbor: [[1]]
SELECT (SELECT count(*) FROM players WHERE players MATCH 'height > 72 and bats = ''L''') = (SELECT count(*) FROM players WHERE height > 72 AND bats = 'L');
-- arbor: [[1]]
SELECT (SELECT group_concat(playerID) FROM players WHERE players MATCH 'birth.year between 1900 and 1910') = (SELECT group_concat(playerID) FROM players WHERE "birth.year" BETWEEN 1900 AND 1910);
-- arbor: [[1]]
SELECT (SELECT count(*) FROM players WHERE players MATCH 'career_batting.2B >= 250') = (SELECT count(*) FROM players WHERE "career_batting.2B" >= 250);
-- arbor: [[1]]
SELECT (SELECT count(*) FROM players WHERE players MATCH 'weight + height > 300 or nameFirst like ''h%''') = (SELECT count(*) FROM players WHERE weight + height > 300 OR nameFirst LIKE 'h%');
-- arbor: [[1]]
SELECT (SELECT count(*) FROM players WHERE players MATCH 'batting[0].team = ''BOS''' AND bats = 'R') = (SELECT count(*) FROM players WHERE _tree ->> '$.batting[0].team' = 'BOS' AND bats = 'R');
-- arbor: [[1]]
SELECT (SELECT count(*) FROM players WHERE players MATCH 'batting[-1].HR > 5') = (SELECT count(*) FROM players WHERE _tree ->> '$.batting[#-1].HR' > 5);
-- arbor: [[1]]
SELECT (SELECT count(*) FROM players WHERE players MATCH 'list_any(batting, HR > 60)') = (SELECT count(*) FROM players p WHERE EXISTS (SELECT 1 FROM json_each(p.batting) WHERE value ->> 'HR' > 60));
-- arbor: [[1]]
SELECT (SELECT count(*) FROM mixed WHERE mixed MATCH 'exists(v)') = (SELECT count(*) FROM mixed WHERE json_type(_tree, '$.v') IS NOT NULL);
-- arbor: [[1]]
SELECT (SELECT count(*) FROM mixed WHERE mixed MATCH 'v is null') = (SELECT count(*) FROM mixed WHERE v IS NULL);
-- arbor: [[1]]
SELECT (SELECT count(*) FROM mixed WHERE mixed MATCH 'typeof(v) = ''text''') = (SELECT count(*) FROM mixed WHERE typeof(v) = 'text');
