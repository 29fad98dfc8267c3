-- Times are INTEGER milliseconds since 1970 UTC; the views show them as text. Everything is keyed by (tenant, owner).

CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

INSERT INTO tenants (id, name, created_at) VALUES ('default', 'default', 0);

CREATE TABLE api_keys (
  hash TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  scope TEXT NOT NULL CHECK (scope IN ('admin', 'user')),
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

-- `revision` rises with every change of an owner's mirror: a booking is only accepted against the mirror it was
-- checked with.
CREATE TABLE owners (
  tenant TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  timezone TEXT NOT NULL DEFAULT 'UTC',
  revision INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE calendar_connections (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  provider TEXT NOT NULL,
  account TEXT NOT NULL,
  wrapped_key TEXT NOT NULL,
  encrypted_username TEXT NOT NULL,
  encrypted_password TEXT NOT NULL,
  sync_status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (sync_status IN ('ACTIVE', 'PAUSED', 'ERROR', 'NEEDS_REAUTH')),
  sync_enabled INTEGER NOT NULL DEFAULT 1,
  sync_interval INTEGER NOT NULL DEFAULT 300 CHECK (sync_interval >= 60),
  bidirectional_sync INTEGER NOT NULL DEFAULT 1,
  auto_export INTEGER NOT NULL DEFAULT 1,
  conflict_policy TEXT NOT NULL DEFAULT 'last_write_wins'
    CHECK (conflict_policy IN ('last_write_wins', 'external_wins', 'local_wins')),
  last_sync_at INTEGER,
  last_sync_error TEXT,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (tenant, owner) REFERENCES owners (tenant, id)
) STRICT;
CREATE INDEX calendar_connections_by_owner ON calendar_connections (tenant, owner);

CREATE TABLE calendars (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL UNIQUE REFERENCES calendar_connections (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  name TEXT NOT NULL,
  color TEXT,
  cursor TEXT
) STRICT;

CREATE TABLE appointments (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL CHECK (end_time > start_time),
  timezone TEXT NOT NULL,
  title TEXT,
  client_name TEXT,
  client_email TEXT,
  client_phone TEXT,
  description TEXT,
  location TEXT,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'DECLINED', 'EXPIRED')),
  icloud_sync_enabled INTEGER,
  last_modified_source TEXT NOT NULL CHECK (last_modified_source IN ('application', 'calendar')),
  revision INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (tenant, owner) REFERENCES owners (tenant, id)
) STRICT;
CREATE INDEX appointments_by_time ON appointments (tenant, owner, start_time);

-- The time that live appointments hold. No booking is accepted over another; an owner may move one onto another.
CREATE TABLE reservations (
  appointment_id TEXT PRIMARY KEY REFERENCES appointments (id) ON DELETE CASCADE,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reservations_by_time ON reservations (tenant, owner, starts_at, ends_at);

-- The only home of href, UID and etag.
CREATE TABLE links (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES calendar_connections (id) ON DELETE CASCADE,
  remote TEXT NOT NULL,
  uid TEXT NOT NULL,
  version TEXT,
  appointment_id TEXT,
  base TEXT,
  agreed_revision INTEGER NOT NULL,
  UNIQUE (connection_id, remote),
  UNIQUE (connection_id, appointment_id)
) STRICT;
CREATE INDEX links_by_appointment ON links (appointment_id) WHERE appointment_id IS NOT NULL;

-- What the calendars hold, as it came; a series is kept once and expanded when it is asked for. Bounds are NULL
-- where they cannot be told, which reads as "always look".
CREATE TABLE events (
  link_id TEXT PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  source TEXT NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER
) STRICT;
CREATE INDEX events_by_time ON events (tenant, owner, starts_at, ends_at);

-- Remote writes: committed before they are sent, removed when their outcome is known.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES calendar_connections (id) ON DELETE CASCADE,
  link_id TEXT NOT NULL REFERENCES links (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('create', 'update', 'delete')),
  remote TEXT NOT NULL,
  base_version TEXT,
  body TEXT NOT NULL,
  content TEXT,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_connection ON outbox (connection_id);
CREATE INDEX outbox_by_link ON outbox (link_id);

-- The side of a conflict that had to give way; `lost` is NULL where that side had ended or deleted it.
CREATE TABLE conflicts (
  id INTEGER PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES calendar_connections (id) ON DELETE CASCADE,
  appointment_id TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('application', 'calendar')),
  lost TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conflicts_by_connection ON conflicts (connection_id);

CREATE TABLE calendar_sync_logs (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES calendar_connections (id) ON DELETE CASCADE,
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
CREATE INDEX calendar_sync_logs_by_connection ON calendar_sync_logs (connection_id, created_at);

-- One row per shard: which ticks of the clock have been served without a gap, so that a sync that found nothing
-- needs no row of its own.
CREATE TABLE scheduler (
  shard INTEGER PRIMARY KEY,
  unbroken_since INTEGER NOT NULL,
  last_tick INTEGER NOT NULL
) STRICT;

-- A batch in D1 is not aborted by a guard that matches no row. It is by a row that breaks one of these.
CREATE TABLE assertions (
  lease_held INTEGER CONSTRAINT lease_held CHECK (lease_held = 1),
  appointment_unchanged INTEGER CONSTRAINT appointment_unchanged CHECK (appointment_unchanged = 1),
  slot_free INTEGER CONSTRAINT slot_free CHECK (slot_free = 1),
  mirror_unchanged INTEGER CONSTRAINT mirror_unchanged CHECK (mirror_unchanged = 1)
) STRICT;
