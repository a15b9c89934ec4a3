-- A bulk store of form 1 as the first release keeps it. Never edited: a new form gets a new file.
PRAGMA application_id = 1381188145;
CREATE TABLE migrations (version INTEGER PRIMARY KEY) STRICT;
INSERT INTO migrations (version) VALUES (1);
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE items (
  series INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  time REAL NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (series, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX items_by_time ON items (series, time, seq);
INSERT INTO series (id, name, items, bytes) VALUES (1, '000000000000/us-east-1/a', 2, 9);
INSERT INTO items (series, seq, time, data) VALUES (1, 1, 1700000000001.0, 'first'), (1, 2, 1700000000000.0, 'last');
