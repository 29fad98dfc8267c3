-- How often a connection has failed in a row, when the clock tries it again, and until when its service wants to be left
-- alone.
ALTER TABLE calendar_connections ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calendar_connections ADD COLUMN retry_at INTEGER;
ALTER TABLE calendar_connections ADD COLUMN hold_until INTEGER;
