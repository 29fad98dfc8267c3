-- A task whose time an event keeps free in the owner's calendars; `exceptions` are, as JSON, those times of a recurring
-- one that are not as the first.
ALTER TABLE tasks ADD COLUMN on_calendar INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN location TEXT;
ALTER TABLE tasks ADD COLUMN exceptions TEXT;
CREATE INDEX tasks_on_calendar ON tasks (tenant, owner) WHERE on_calendar = 1;
