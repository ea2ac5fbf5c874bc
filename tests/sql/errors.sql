-- Bad input: each is refused with a message that says what is wrong, and changes nothing.
-- error: no such column
SELECT nonsense FROM players;
-- error: no such file | /nowhere/file.jsonl
SELECT arbor_import('p', '/nowhere/file.jsonl');
-- error: /tmp | directory
SELECT arbor_import('p', '/tmp');
-- error: line 2
SELECT arbor_append('p', '{"a":1}' || char(10) || '{"a":}');
-- error: line 1
SELECT arbor_append('p', '{"a":1');
-- error: nonsense
SELECT arbor_append('nonsense.p', '{}');
-- error: no such Arbor: nobody
SELECT arbor_check('nobody');
-- error: no such Arbor: nobody
SELECT * FROM arbor_schema('nobody');
-- error: batch_trees
CREATE VIRTUAL TABLE bad USING arbor(batch_trees=0);
-- error: batch_trees
CREATE VIRTUAL TABLE bad USING arbor(batch_trees=many);
-- error: nonsense
CREATE VIRTUAL TABLE bad USING arbor(nonsense=1);
-- error: columns
CREATE VIRTUAL TABLE bad USING arbor(columns=some);
-- error: duplicate
CREATE VIRTUAL TABLE bad USING arbor(a INTEGER, A TEXT);
-- error: exists
CREATE VIRTUAL TABLE players USING arbor;
-- error: nonsense
SELECT arbor_config('nonsense');
CREATE TABLE ordinary(x);
-- error: ordinary
SELECT arbor_append('ordinary', '{}');
-- error: ordinary
SELECT arbor_check('ordinary');
SELECT count(*) FROM ordinary;
-- error: 
SELECT count(*) FROM players WHERE players MATCH 'height >';
-- error: 
SELECT count(*) FROM players WHERE players MATCH 'nonsense(height)';
-- error: 
SELECT count(*) FROM players WHERE players MATCH '';
-- Nothing came of the failed statements.
-- arbor: [[0]]
SELECT count(*) FROM sqlite_schema WHERE name IN ('p', 'bad') OR name LIKE 'p\_%' ESCAPE '\' OR name LIKE 'bad\_%' ESCAPE '\';
SELECT count(*) FROM players;
