"""A view that takes the same DML as an Arbor with the model's columns, by SQLite's JSON functions: for --self-check."""
import sqlite3

SCHEMA = """
CREATE TABLE base(pos INTEGER PRIMARY KEY, rid INTEGER UNIQUE, tree TEXT);
CREATE TABLE last(rid INTEGER);
INSERT INTO last VALUES (0);
CREATE VIEW t AS SELECT rid AS rowid, (SELECT count(*) FROM base b WHERE b.pos < base.pos) AS _index, tree AS _tree,
  tree ->> '$.id' AS id, tree ->> '$.a' AS a, tree ->> '$.o.x' AS "o.x", tree ->> '$.o.y' AS "o.y", tree ->> '$.s' AS s FROM base;
CREATE TRIGGER add_tree INSTEAD OF INSERT ON t BEGIN
  UPDATE last SET rid = max(rid + 1, coalesce(NEW.rowid, 0));
  INSERT INTO base(rid, tree) SELECT coalesce(NEW.rowid, rid), coalesce(json(NEW._tree), replace(replace(replace(json_patch('{}',
    json_object('id', NEW.id, 'a', NEW.a, 'o', json_object('x', NEW."o.x", 'y', NEW."o.y"), 's', NEW.s)), '"o":{},', ''), ',"o":{}', ''), '"o":{}', '')) FROM last;
END;
CREATE TRIGGER remove INSTEAD OF DELETE ON t BEGIN DELETE FROM base WHERE rid = OLD.rowid; END;
CREATE TRIGGER set_tree INSTEAD OF UPDATE OF _tree ON t BEGIN UPDATE base SET tree = json(NEW._tree) WHERE rid = OLD.rowid; END;
"""
SETTER = """CREATE TRIGGER "set {0}" INSTEAD OF UPDATE OF "{0}" ON t BEGIN
  UPDATE base SET tree = json_set({1}, '$.{0}', NEW."{0}") WHERE rid = OLD.rowid; END;"""


def connect(path):
    database = sqlite3.connect(path, isolation_level=None)
    if not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        database.executescript(SCHEMA)
        for name in ("id", "a", "o.x", "o.y", "s"):
            parent = "CASE WHEN json_type(tree, '$.o') IS NULL THEN json_set(tree, '$.o', json('{}')) ELSE tree END"
            database.executescript(SETTER.format(name, parent if "." in name else "tree"))
    database.create_function("arbor_append", 2, lambda name, text: append(database, text))
    return database


def append(database, text):
    for line in text.split("\n"):
        database.execute("INSERT INTO t(_tree) VALUES (?)", (line,))
