-- A wrapped data key begins with the id of the master key that wrapped it: by this a rotation counts what is left to do.
CREATE INDEX calendar_connections_by_key ON calendar_connections (substr(wrapped_key, 1, 6)) WHERE wrapped_key <> '';
