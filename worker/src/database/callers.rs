//! Who calls, and how often: one statement finds the key and counts the request.

use super::keys::Scope;
use super::{Database, DbError};
use kalends::Instant;
use kalends::vault::SealedCredentials;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// How long requests are counted together, in milliseconds. The same number stands in the statements.
const MINUTE: i64 = 60_000;

/// Counts one request more for the tenant and user that a statement begins with; `?2` is now, `?3` the page's origin.
const COUNTED: &str = " ON CONFLICT (tenant, subject) DO UPDATE SET
       requests = CASE WHEN counted_from > ?2 - 60000 THEN requests + 1 ELSE 1 END,
       counted_from = CASE WHEN counted_from > ?2 - 60000 THEN counted_from ELSE ?2 END
     RETURNING tenant, subject, requests, counted_from,
       (SELECT rate_limit FROM tenants WHERE id = request_counts.tenant) AS rate_limit,
       (SELECT names FROM tenants WHERE id = request_counts.tenant) AS names,
       EXISTS (SELECT 1 FROM allowed_origins o
         WHERE o.origin = ?3 AND o.tenant = request_counts.tenant AND o.key_id = '') AS own_page, ";

/// The requests of a user in the minute that began with the first of them.
#[derive(Debug, Deserialize)]
pub struct Counted {
    /// The application.
    pub tenant: String,
    subject: String,
    requests: i64,
    counted_from: i64,
    rate_limit: i64,
    own_page: i64,
    /// In which case the tenant reads the names of shared routes.
    pub names: String,
}

impl Counted {
    /// How many seconds to wait, where there were too many.
    pub fn wait(&self, now: Instant) -> Option<u32> {
        let rest = (self.counted_from + MINUTE - now.millis()).clamp(1, MINUTE);
        (self.requests > self.rate_limit).then_some((rest as u32).div_ceil(1000))
    }

    /// Whether the page that calls is one of the application's own.
    pub fn is_own_page(&self) -> bool {
        self.own_page != 0
    }
}

/// A key that is known by its hash, and its request.
#[derive(Debug, Deserialize)]
pub struct KeyCall {
    /// The count.
    #[serde(flatten)]
    pub counted: Counted,
    /// The key.
    pub id: String,
    /// What it may do.
    pub scope: Scope,
    bound_page: i64,
}

impl KeyCall {
    /// Whether the page that calls is one that the key is bound to.
    pub fn is_bound_page(&self) -> bool {
        self.bound_page != 0
    }
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
pub enum Algorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// HMAC with SHA-256.
    #[serde(rename = "HS256")]
    Hs256,
}

impl Algorithm {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
        }
    }
}

/// A key with which a tenant signs tokens.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenKey {
    /// Its id, which a token may name as its `kid`.
    pub id: String,
    /// The only algorithm that it is for.
    pub algorithm: Algorithm,
    /// The `iss` of its tokens, if that was set.
    pub issuer: Option<String>,
    /// What their `aud` must name, if that was set.
    pub audience: Option<String>,
    /// The public keys, as a JSON list of JWKs (RFC 7517).
    public_keys: Option<String>,
    /// Where they are.
    pub jwks_url: Option<String>,
    /// When that was last asked.
    pub jwks_read_at: Option<i64>,
    wrapped_key: Option<String>,
    encrypted_secret: Option<String>,
}

impl TokenKey {
    /// The public keys that are known.
    pub fn public_keys(&self) -> Vec<Value> {
        self.public_keys.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The sealed secret, where it is one.
    pub fn sealed(&self) -> Option<SealedCredentials> {
        let (wrapped_key, password) = (self.wrapped_key.clone()?, self.encrypted_secret.clone()?);
        Some(SealedCredentials { wrapped_key, username: String::new(), password })
    }
}

/// A tenant whose keys a token may have been signed with, and its request.
#[derive(Debug, Deserialize)]
pub struct TokenCall {
    /// The count.
    #[serde(flatten)]
    pub counted: Counted,
    keys: String,
}

impl TokenCall {
    /// The keys that the token may have been signed with.
    pub fn keys(&self) -> Result<Vec<TokenKey>, DbError> {
        serde_json::from_str(&self.keys).map_err(|error| DbError::Failed(format!("api_keys: {error}")))
    }
}

impl Database {
    /// The key with this hash, unless it was revoked, its request counted for `user`, or for the key itself.
    pub async fn count_key(
        &self,
        hash: &str,
        user: Option<&str>,
        origin: Option<&str>,
        now: Instant,
    ) -> Result<Option<KeyCall>, DbError> {
        let begin = "INSERT INTO request_counts (tenant, subject, counted_from, requests)
             SELECT k.tenant, coalesce(?4, 'key ' || k.id), ?2, 1 FROM api_keys k
             WHERE k.hash = ?1 AND k.revoked_at IS NULL";
        let key = "(SELECT k.id FROM api_keys k WHERE k.hash = ?1) AS id,
             (SELECT k.scope FROM api_keys k WHERE k.hash = ?1) AS scope,
             EXISTS (SELECT 1 FROM api_keys k JOIN allowed_origins o ON o.key_id = k.id AND o.tenant = k.tenant
               WHERE k.hash = ?1 AND o.origin = ?3) AS bound_page";
        self.first([begin, COUNTED, key], &[&hash, &now, &origin, &user]).await
    }

    /// The tenants with a key of that id, or, where there is none, with keys of that issuer; the request counted for `user`
    /// with each. Whoever did not sign the token gives it back by [`Self::count_back`].
    pub async fn count_token(
        &self,
        key: Option<&str>,
        issuer: Option<&str>,
        user: &str,
        origin: Option<&str>,
        now: Instant,
    ) -> Result<Vec<TokenCall>, DbError> {
        let begin = "INSERT INTO request_counts (tenant, subject, counted_from, requests)
             SELECT DISTINCT k.tenant, ?4, ?2, 1 FROM api_keys k
             WHERE (k.id = ?1 OR k.issuer = ?5 AND NOT EXISTS (SELECT 1 FROM api_keys WHERE id = ?1))
               AND k.scope = 'owner' AND k.revoked_at IS NULL";
        let keys = "(SELECT json_group_array(json_object('id', k.id, 'algorithm', k.algorithm, 'issuer', k.issuer,
               'audience', k.audience, 'publicKeys', k.public_keys, 'jwksUrl', k.jwks_url,
               'jwksReadAt', k.jwks_read_at, 'wrappedKey', k.wrapped_key, 'encryptedSecret', k.encrypted_secret))
             FROM api_keys k
             WHERE (k.id = ?1 OR k.issuer = ?5 AND NOT EXISTS (SELECT 1 FROM api_keys WHERE id = ?1))
               AND k.tenant = request_counts.tenant AND k.scope = 'owner' AND k.revoked_at IS NULL) AS keys";
        self.all([begin, COUNTED, keys], &[&key, &now, &origin, &user, &issuer]).await
    }

    /// Takes back what a forged token has counted, so that nobody can use up another's requests.
    pub async fn count_back(&self, counted: &[Counted]) -> Result<(), DbError> {
        let mut batch = Vec::new();
        for one in counted {
            let less = "UPDATE request_counts SET requests = requests - 1 WHERE tenant = ? AND subject = ? AND requests > 0";
            batch.push(self.statement(less, &[&one.tenant, &one.subject])?);
            let none = "DELETE FROM request_counts WHERE tenant = ? AND subject = ? AND requests = 0";
            batch.push(self.statement(none, &[&one.tenant, &one.subject])?);
        }
        self.batch(batch).await
    }

    /// Forgets counts whose minute is long over.
    pub async fn forget_counts(&self, now: Instant) -> Result<(), DbError> {
        let sql = "DELETE FROM request_counts WHERE counted_from < ?";
        self.run(sql, &[&now.plus_millis(-60 * MINUTE)]).await
    }

    /// Whether any application has pages at this origin.
    pub async fn knows_origin(&self, origin: &str) -> Result<bool, DbError> {
        #[derive(Deserialize)]
        struct Row {}
        let sql = "SELECT 1 AS known FROM allowed_origins WHERE origin = ? LIMIT 1";
        Ok(self.first::<Row>(sql, &[&origin]).await?.is_some())
    }

    /// Keeps what lay at the address of a key's public keys, if anything did, and when it was asked.
    pub async fn keep_public_keys(&self, id: &str, keys: Option<&str>, now: Instant) -> Result<(), DbError> {
        let sql =
            "UPDATE api_keys SET public_keys = coalesce(?2, public_keys), jwks_read_at = ?3 WHERE id = ?1";
        self.run(sql, &[&id, &keys, &now]).await
    }
}
