-- What events of the owner's own making are about: a list of rules, tried in order whenever imports are listed.
ALTER TABLE owners ADD COLUMN mapping_rules TEXT NOT NULL DEFAULT '[]';

-- What a person has said instead, of an event by its UID: it outlives its link, its connection and the next one to the
-- same calendar, which has the same id.
CREATE TABLE mappings (
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  uid TEXT NOT NULL,
  client_id TEXT,
  client_name TEXT,
  service_id TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, owner, connection_id, uid),
  FOREIGN KEY (tenant, owner) REFERENCES owners (tenant, id)
) STRICT, WITHOUT ROWID;

-- An owner's events by page.
CREATE INDEX events_by_owner ON events (tenant, owner);
