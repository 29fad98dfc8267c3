-- What calls that carried an Idempotency-Key were answered, so that the same call again is answered the same; `status` is
-- NULL while the first one is at work. Kept for a day.
CREATE TABLE idempotency_keys (
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  asked TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  status INTEGER,
  body TEXT,
  PRIMARY KEY (tenant, owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (begun_at);
