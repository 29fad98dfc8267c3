-- Both versions of what was changed on both sides. `outcome` tells which stands; `choice` what a person has chosen of an
-- open one, which the next sync carries out. Conflicts and the log outlive their connection.
CREATE TABLE conflicts_kept (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  fields TEXT NOT NULL,
  application TEXT,
  calendar TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('open', 'application', 'calendar', 'agreed')),
  choice TEXT CHECK (choice IN ('application', 'calendar')),
  created_at INTEGER NOT NULL,
  decided_at INTEGER
) STRICT;
INSERT INTO conflicts_kept
SELECT printf('cfl_%032x', f.id), f.connection_id, c.tenant, c.owner, f.entry_id, '[]',
  CASE f.side WHEN 'application' THEN f.lost END, CASE f.side WHEN 'calendar' THEN f.lost END,
  CASE f.side WHEN 'application' THEN 'calendar' ELSE 'application' END, NULL, f.created_at, f.created_at
FROM conflicts f JOIN calendar_connections c ON c.id = f.connection_id ORDER BY f.id;
DROP TABLE conflicts;
ALTER TABLE conflicts_kept RENAME TO conflicts;
CREATE INDEX conflicts_by_owner ON conflicts (tenant, owner);
CREATE INDEX conflicts_open ON conflicts (connection_id) WHERE outcome = 'open';

-- The conflict for which a link waits.
ALTER TABLE links ADD COLUMN conflict_id TEXT;

CREATE TABLE sync_logs_kept (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  sync_type TEXT NOT NULL,
  direction TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('success', 'partial', 'failed')),
  events_imported INTEGER NOT NULL,
  events_exported INTEGER NOT NULL,
  events_updated INTEGER NOT NULL,
  events_deleted INTEGER NOT NULL,
  conflicts_resolved INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  error_message TEXT,
  error_details TEXT,
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO sync_logs_kept
SELECT l.id, l.connection_id, c.tenant, c.owner, l.sync_type, l.direction, l.status, l.events_imported, l.events_exported,
  l.events_updated, l.events_deleted, l.conflicts_resolved, l.duration, l.error_message, l.error_details, l.created_at
FROM calendar_sync_logs l JOIN calendar_connections c ON c.id = l.connection_id ORDER BY l.rowid;
DROP TABLE calendar_sync_logs;
ALTER TABLE sync_logs_kept RENAME TO calendar_sync_logs;
CREATE INDEX calendar_sync_logs_by_owner ON calendar_sync_logs (tenant, owner);
CREATE INDEX calendar_sync_logs_by_connection ON calendar_sync_logs (connection_id);

-- A fourth policy: a person decides.
ALTER TABLE calendar_connections ADD COLUMN policy TEXT NOT NULL DEFAULT 'last_write_wins'
  CHECK (policy IN ('last_write_wins', 'external_wins', 'local_wins', 'manual'));
UPDATE calendar_connections SET policy = conflict_policy;
ALTER TABLE calendar_connections DROP COLUMN conflict_policy;
ALTER TABLE calendar_connections RENAME COLUMN policy TO conflict_policy;
