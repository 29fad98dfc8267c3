-- Where an account's credentials may go, recorded when it was connected: origins separated by spaces.
ALTER TABLE calendar_connections RENAME COLUMN account TO origins;
