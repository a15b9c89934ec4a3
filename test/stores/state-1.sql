-- A journal of form 1 as the first release keeps it, with rows of version 1. Never edited: a new form gets a new file.
PRAGMA application_id = 1381190193;
CREATE TABLE migrations (version INTEGER PRIMARY KEY) STRICT;
INSERT INTO migrations (version) VALUES (1);
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, position INTEGER NOT NULL) STRICT;
INSERT INTO head (id, epoch, position) VALUES (1, 3, 41);
CREATE TABLE rows (
  ordinal INTEGER PRIMARY KEY,
  tbl TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  json TEXT NOT NULL,
  UNIQUE (tbl, key)
) STRICT;
INSERT INTO rows (ordinal, tbl, key, version, json) VALUES
  (2, 'settings', 'installation', 1, '{"name":"installation","value":"a1b2c3"}'),
  (5, 'clusters', 'arn:aws:ecs:us-east-1:000000000000:cluster/zeta', 1, '{"arn":"arn:aws:ecs:us-east-1:000000000000:cluster/zeta","account":"000000000000","region":"us-east-1","name":"zeta","status":"ACTIVE","createdAt":1700000000000,"settings":[{"name":"containerInsights","value":"disabled"}],"capacityProviders":[],"defaultCapacityProviderStrategy":[],"tags":[]}'),
  (7, 'clusters', 'arn:aws:ecs:us-east-1:000000000000:cluster/alpha', 1, '{"arn":"arn:aws:ecs:us-east-1:000000000000:cluster/alpha","account":"000000000000","region":"us-east-1","name":"alpha","status":"INACTIVE","createdAt":1700000000001,"settings":[],"capacityProviders":[],"defaultCapacityProviderStrategy":[],"tags":[{"key":"team","value":"größe"}]}'),
  (8, 'families', '000000000000/us-east-1/app', 1, '{"account":"000000000000","region":"us-east-1","family":"app","lastRevision":7}');
