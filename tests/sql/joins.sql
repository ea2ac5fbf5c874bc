-- Joins and subqueries.
SELECT count(*) FROM players a JOIN players b ON a.playerID = b.playerID;
SELECT count(*) FROM players a JOIN players b ON a.nameLast = b.nameFirst;
SELECT count(*) FROM players a JOIN players b ON a."birth.year" = b."birth.year" AND a.weight < b.weight;
SELECT a.playerID, b.playerID FROM players a LEFT JOIN players b ON b."birth.year" = a."birth.year" + 120 AND b.bats = a.bats WHERE a."birth.year" > 1998;
SELECT count(*) FROM mixed a JOIN mixed b ON a.v = b.v;
SELECT count(*) FROM mixed a JOIN mixed b ON a.v IS b.v;
SELECT count(*) FROM mixed a LEFT JOIN mixed b ON a.v > b.v AND b.n < 5 WHERE a.n < 50;
SELECT n FROM mixed m WHERE EXISTS (SELECT 1 FROM mixed WHERE v = m.n);
SELECT n FROM mixed m WHERE NOT EXISTS (SELECT 1 FROM mixed WHERE v = m.n) AND n < 20;
SELECT n, (SELECT count(*) FROM players WHERE "birth.month" = m.v) FROM mixed m WHERE n < 40;
SELECT playerID FROM players WHERE "birth.year" = (SELECT max("birth.year") FROM players);
SELECT playerID FROM players WHERE (nameLast, "birth.month") IN (SELECT nameLast, "birth.month" FROM players WHERE weight > 287);
WITH heavy AS (SELECT * FROM players WHERE weight > 280) SELECT h.playerID, p.playerID FROM heavy h JOIN players p USING (nameLast, weight) ORDER BY 1, 2;
SELECT p.playerID, e.key, e.value FROM players p JOIN json_each(p.awards) e WHERE p._index < 60;
SELECT a.value, count(*) FROM players p, json_each(p.awards) a GROUP BY 1 ORDER BY 1;
