-- How many requests a minute one user of the application may make.
ALTER TABLE tenants ADD COLUMN rate_limit INTEGER NOT NULL DEFAULT 100 CHECK (rate_limit > 0);

-- Keys of every kind, under an id that may be shown. `admin`, `user` and `publishable` are known by their hash; with one of
-- scope `owner` the application signs tokens, each for one owner: by a public key, by those that lie at an address, or by
-- a secret that is sealed like a credential.
CREATE TABLE keys_kept (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  scope TEXT NOT NULL CHECK (scope IN ('admin', 'user', 'publishable', 'owner')),
  name TEXT,
  hash TEXT UNIQUE,
  algorithm TEXT CHECK (algorithm IN ('EdDSA', 'RS256', 'HS256')),
  issuer TEXT,
  audience TEXT,
  public_keys TEXT,
  jwks_url TEXT,
  jwks_read_at INTEGER,
  wrapped_key TEXT,
  encrypted_secret TEXT,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  CHECK ((scope = 'owner') = (hash IS NULL) AND (scope = 'owner') = (algorithm IS NOT NULL))
) STRICT;
INSERT INTO keys_kept (id, tenant, scope, hash, created_at, revoked_at)
SELECT 'key_' || lower(hex(randomblob(16))), tenant, scope, hash, created_at, revoked_at FROM api_keys ORDER BY rowid;
DROP TABLE api_keys;
ALTER TABLE keys_kept RENAME TO api_keys;
CREATE INDEX api_keys_by_tenant ON api_keys (tenant);
CREATE INDEX api_keys_by_issuer ON api_keys (issuer) WHERE issuer IS NOT NULL;

-- Where pages may call from: a tenant's own pages, and those that a publishable key is bound to.
CREATE TABLE allowed_origins (
  origin TEXT NOT NULL,
  tenant TEXT NOT NULL,
  key_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (origin, tenant, key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX allowed_origins_by_tenant ON allowed_origins (tenant, key_id);

-- The requests of each user within the minute that began with the first of them.
CREATE TABLE request_counts (
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  counted_from INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  PRIMARY KEY (tenant, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_counts_by_time ON request_counts (counted_from);

-- Who did what to which thing; rows are only ever added.
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  thing TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_log_by_tenant ON audit_log (tenant, id);
