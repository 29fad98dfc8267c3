-- Secrets that tokens are signed with are found for a rotation as the credentials of connections are.
CREATE INDEX api_keys_by_master_key ON api_keys (substr(wrapped_key, 1, 6), id) WHERE wrapped_key <> '';
CREATE INDEX api_keys_wrapped ON api_keys (id) WHERE wrapped_key <> '';
