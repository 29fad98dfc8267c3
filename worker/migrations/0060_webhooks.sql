-- Where an application wants to be told what happens; the secret that signs it is sealed like a credential.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  wrapped_key TEXT NOT NULL,
  encrypted_secret TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_tenant ON webhooks (tenant);
CREATE INDEX webhooks_by_master_key ON webhooks (substr(wrapped_key, 1, 6), id);

-- What is still to be told: written by the statement that makes it true, removed when the application has taken it.
CREATE TABLE webhook_deliveries (
  id INTEGER PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  tenant TEXT NOT NULL,
  event TEXT NOT NULL,
  owner TEXT NOT NULL,
  thing TEXT NOT NULL,
  details TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (next_at);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id);

CREATE TRIGGER booking_made AFTER INSERT ON appointments BEGIN
  INSERT INTO webhook_deliveries (webhook_id, tenant, event, owner, thing, details, created_at, next_at)
  SELECT w.id, w.tenant, 'booking.changed', NEW.owner, NEW.id,
    json_object('status', NEW.status, 'lastModifiedSource', NEW.last_modified_source), NEW.updated_at, NEW.updated_at
  FROM webhooks w WHERE w.tenant = NEW.tenant AND instr(w.events, '"booking.changed"') > 0;
END;
CREATE TRIGGER booking_changed AFTER UPDATE OF revision ON appointments WHEN NEW.revision <> OLD.revision BEGIN
  INSERT INTO webhook_deliveries (webhook_id, tenant, event, owner, thing, details, created_at, next_at)
  SELECT w.id, w.tenant, 'booking.changed', NEW.owner, NEW.id,
    json_object('status', NEW.status, 'lastModifiedSource', NEW.last_modified_source), NEW.updated_at, NEW.updated_at
  FROM webhooks w WHERE w.tenant = NEW.tenant AND instr(w.events, '"booking.changed"') > 0;
END;
CREATE TRIGGER connection_failed AFTER UPDATE OF sync_status ON calendar_connections
WHEN NEW.sync_status <> OLD.sync_status AND NEW.sync_status IN ('ERROR', 'NEEDS_REAUTH') BEGIN
  INSERT INTO webhook_deliveries (webhook_id, tenant, event, owner, thing, details, created_at, next_at)
  SELECT w.id, w.tenant, e.name, NEW.owner, NEW.id, json_object('syncStatus', NEW.sync_status, 'error', NEW.last_sync_error), e.now, e.now
  FROM webhooks w, (SELECT CASE NEW.sync_status WHEN 'ERROR' THEN 'sync.failed' ELSE 'connection.needs_reauth' END AS name,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now) e
  WHERE w.tenant = NEW.tenant AND instr(w.events, '"' || e.name || '"') > 0;
END;

-- Until when reminders were looked for.
CREATE TABLE reminder_clock (id INTEGER PRIMARY KEY CHECK (id = 1), until INTEGER NOT NULL) STRICT;
INSERT INTO reminder_clock (id, until) VALUES (1, CAST(unixepoch('subsec') * 1000 AS INTEGER));
CREATE INDEX appointments_with_reminders ON appointments (start_time)
  WHERE reminders IS NOT NULL AND status IN ('PENDING', 'CONFIRMED');

-- Addresses at which a calendar program reads an owner's appointments; of each its hash.
CREATE TABLE feeds (
  hash TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (tenant, owner) REFERENCES owners (tenant, id)
) STRICT;
CREATE INDEX feeds_by_owner ON feeds (tenant, owner);
