-- The time of which every event is mirrored; NULL where that is all time. What lies outside is listed in `links` and has
-- no row in `events`.
ALTER TABLE calendars ADD COLUMN window_start INTEGER;
ALTER TABLE calendars ADD COLUMN window_end INTEGER;
