-- Channels by which Google and Microsoft tell what changed, in the columns of the task application's document; there are
-- none before these services can be connected.
CREATE TABLE webhook_subscriptions (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  calendar_type TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  channel_id TEXT,
  resource_id TEXT,
  expiration INTEGER NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) STRICT;
