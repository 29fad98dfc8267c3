-- Whether an appointment was made an all-day event in the calendar; its times are the midnights of `timezone`.
ALTER TABLE appointments ADD COLUMN all_day INTEGER NOT NULL DEFAULT 0;
