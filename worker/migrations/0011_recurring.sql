-- The RRULE of an appointment that takes place again and again, and, as JSON, those of its times that are not as the
-- first. Its times are found when they are asked for: only an appointment without a rule has a reservation.
ALTER TABLE appointments ADD COLUMN recurrence TEXT;
ALTER TABLE appointments ADD COLUMN exceptions TEXT;
CREATE INDEX appointments_recurring ON appointments (tenant, owner) WHERE recurrence IS NOT NULL;
