-- When an owner takes bookings: hours as JSON, by weekday and date; lengths in minutes.
ALTER TABLE owners ADD COLUMN working_hours TEXT;
ALTER TABLE owners ADD COLUMN buffer_before INTEGER NOT NULL DEFAULT 0 CHECK (buffer_before >= 0);
ALTER TABLE owners ADD COLUMN buffer_after INTEGER NOT NULL DEFAULT 0 CHECK (buffer_after >= 0);
ALTER TABLE owners ADD COLUMN minimum_notice INTEGER NOT NULL DEFAULT 0 CHECK (minimum_notice >= 0);
ALTER TABLE owners ADD COLUMN maximum_per_day INTEGER CHECK (maximum_per_day > 0);

-- Time that is kept for somebody who is still filling in a form.
CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (tenant, owner) REFERENCES owners (tenant, id)
) STRICT;
CREATE INDEX holds_by_time ON holds (tenant, owner, starts_at, ends_at);
CREATE INDEX holds_by_expiry ON holds (expires_at);

-- Until when a pending appointment waits to be confirmed.
ALTER TABLE appointments ADD COLUMN expires_at INTEGER;
CREATE INDEX appointments_by_expiry ON appointments (expires_at) WHERE status = 'PENDING' AND expires_at IS NOT NULL;
