-- What was done about each task, as its application's operators look for it.
CREATE TABLE calendar_syncs (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  task_id TEXT,
  calendar_event_id TEXT,
  calendar_type TEXT NOT NULL,
  sync_direction TEXT NOT NULL CHECK (sync_direction IN ('to_calendar', 'from_calendar')),
  sync_status TEXT NOT NULL DEFAULT 'pending' CHECK (sync_status IN ('pending', 'success', 'failed')),
  error_message TEXT,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (tenant, user_id) REFERENCES owners (tenant, id)
) STRICT;
CREATE INDEX calendar_syncs_by_user ON calendar_syncs (tenant, user_id, calendar_event_id);
