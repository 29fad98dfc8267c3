-- What a collection is connected for: appointments as events, or tasks as VTODOs.
ALTER TABLE calendars ADD COLUMN component TEXT NOT NULL DEFAULT 'VEVENT' CHECK (component IN ('VEVENT', 'VTODO'));

-- `task_id` is the id by which the application knows a task. A deleted one is kept until its task list knows.
CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  task_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  scheduled_time INTEGER,
  timezone TEXT NOT NULL,
  duration INTEGER CHECK (duration >= 0),
  category TEXT,
  due INTEGER,
  all_day INTEGER NOT NULL DEFAULT 0,
  recurrence TEXT,
  status TEXT NOT NULL CHECK (status IN ('NEEDS-ACTION', 'IN-PROCESS', 'COMPLETED', 'CANCELLED')),
  completed_at INTEGER,
  percent_complete INTEGER NOT NULL DEFAULT 0 CHECK (percent_complete BETWEEN 0 AND 100),
  deleted INTEGER NOT NULL DEFAULT 0,
  last_modified_source TEXT NOT NULL CHECK (last_modified_source IN ('application', 'calendar')),
  revision INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (tenant, owner) REFERENCES owners (tenant, id)
) STRICT;
CREATE INDEX tasks_by_owner ON tasks (tenant, owner, deleted);
CREATE UNIQUE INDEX tasks_by_task_id ON tasks (tenant, task_id) WHERE deleted = 0;

-- A link, a conflict and the guard of a revision are about an appointment or a task.
DROP INDEX links_by_appointment;
ALTER TABLE links RENAME COLUMN appointment_id TO entry_id;
CREATE INDEX links_by_entry ON links (entry_id) WHERE entry_id IS NOT NULL;
ALTER TABLE conflicts RENAME COLUMN appointment_id TO entry_id;
DROP TABLE assertions;
CREATE TABLE assertions (
  lease_held INTEGER CONSTRAINT lease_held CHECK (lease_held = 1),
  entry_unchanged INTEGER CONSTRAINT entry_unchanged CHECK (entry_unchanged = 1),
  slot_free INTEGER CONSTRAINT slot_free CHECK (slot_free = 1),
  mirror_unchanged INTEGER CONSTRAINT mirror_unchanged CHECK (mirror_unchanged = 1)
) STRICT;
