-- How the routes that several documents share write the names of their answers for an application, and what new connections
-- have where a call does not say: its own interval and policy, if they were chosen.
ALTER TABLE tenants ADD COLUMN names TEXT NOT NULL DEFAULT 'camelCase' CHECK (names IN ('camelCase', 'snake_case'));
ALTER TABLE tenants ADD COLUMN sync_interval INTEGER CHECK (sync_interval BETWEEN 60 AND 86400);
ALTER TABLE tenants ADD COLUMN conflict_policy TEXT
  CHECK (conflict_policy IN ('last_write_wins', 'external_wins', 'local_wins', 'manual'));
