-- What an appointment says beside what a calendar holds, in the application's own words: whom and what it is for, and, as
-- JSON, the client's other wishes. `reminders` are minutes before it begins, as JSON.
ALTER TABLE appointments ADD COLUMN client_id TEXT;
ALTER TABLE appointments ADD COLUMN service_id TEXT;
ALTER TABLE appointments ADD COLUMN alternatives TEXT;
ALTER TABLE appointments ADD COLUMN reminders TEXT;

-- The calendar of each artist, as operators of a studio look for it.
CREATE VIEW artist_calendars AS
SELECT c.id, c.tenant, c.owner AS artist_id, k.url AS calendar_url,
  replace(rtrim(k.url, '/'), rtrim(rtrim(k.url, '/'), replace(rtrim(k.url, '/'), '/', '')), '') AS calendar_id, k.name AS calendar_name,
  c.sync_status, c.sync_enabled, c.last_sync_error,
  strftime('%Y-%m-%dT%H:%M:%SZ', c.last_sync_at / 1000, 'unixepoch') AS last_sync_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', c.created_at / 1000, 'unixepoch') AS created_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', c.updated_at / 1000, 'unixepoch') AS updated_at
FROM calendar_connections c JOIN calendars k ON k.connection_id = c.id WHERE k.component = 'VEVENT';

-- When an event was mirrored first, and when it was read anew last.
ALTER TABLE events ADD COLUMN created_at INTEGER;
ALTER TABLE events ADD COLUMN updated_at INTEGER;

-- The calendar of each category of an owner's tasks: a JSON object of connections.
ALTER TABLE owners ADD COLUMN category_calendars TEXT NOT NULL DEFAULT '{}';
