-- Whose credentials a connection uses: its own, sealed beside it, or those of the Worker's NEXTCLOUD_* variables.
ALTER TABLE calendar_connections ADD COLUMN credentials TEXT NOT NULL DEFAULT 'own'
  CHECK (credentials IN ('own', 'service'));
