-- Secrets that sign tokens are rotated with the connections' credentials.
CREATE INDEX api_keys_by_key ON api_keys (substr(wrapped_key, 1, 6)) WHERE wrapped_key IS NOT NULL;
