//! `api_keys`: issued, listed and revoked; of a secret its hash or its sealed form is kept.

use super::callers::Algorithm;
use super::{Database, DbError, Statement};
use kalends::Instant;
use kalends::vault::SealedCredentials;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Everything of its tenant.
    Admin,
    /// What an application does for its users.
    User,
    /// To read availability, from the pages that it is bound to.
    Publishable,
    /// To sign tokens, each for one owner.
    Owner,
}

impl Scope {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
            Self::Publishable => "publishable",
            Self::Owner => "owner",
        }
    }
}

/// A key about to be stored.
pub struct NewKey<'a> {
    pub id: &'a str,
    pub tenant: &'a str,
    pub scope: Scope,
    pub name: Option<&'a str>,
    /// Of what its holder sends; none of a key that signs tokens.
    pub hash: Option<&'a str>,
    /// Of a publishable key: where its pages are.
    pub origins: &'a [String],
    /// Of a key that signs tokens.
    pub signing: Option<Signing<'a>>,
}

/// How tokens are signed with a key.
pub struct Signing<'a> {
    pub algorithm: Algorithm,
    pub issuer: Option<&'a str>,
    pub audience: Option<&'a str>,
    /// A JSON list of JWKs.
    pub public_keys: Option<&'a str>,
    pub jwks_url: Option<&'a str>,
    pub sealed: Option<&'a SealedCredentials>,
}

/// A key as it is listed.
#[derive(Debug, Deserialize)]
pub struct KeyRow {
    pub id: String,
    pub tenant: String,
    pub scope: Scope,
    pub name: Option<String>,
    pub algorithm: Option<Algorithm>,
    pub issuer: Option<String>,
    pub audience: Option<String>,
    pub jwks_url: Option<String>,
    /// A JSON list.
    pub origins: String,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
    /// Later ones have a higher one.
    pub position: i64,
}

const SELECT: &str =
    "SELECT k.id, k.tenant, k.scope, k.name, k.algorithm, k.issuer, k.audience, k.jwks_url, k.created_at,
    k.revoked_at, k.rowid AS position, (SELECT json_group_array(o.origin) FROM allowed_origins o
      WHERE o.tenant = k.tenant AND o.key_id = k.id) AS origins FROM api_keys k ";

impl Database {
    /// Stores a key. Tokens of one issuer must tell whose they are: another tenant may have the same issuer only where
    /// both name an audience, and another one.
    pub async fn add_key(&self, new: &NewKey<'_>, now: Instant) -> Result<bool, DbError> {
        let signing = new.signing.as_ref();
        let insert = "INSERT INTO api_keys (id, tenant, scope, name, hash, algorithm, issuer, audience, public_keys, jwks_url,
               jwks_read_at, wrapped_key, encrypted_secret, created_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, CASE WHEN ?10 IS NOT NULL THEN ?13 END, ?11, ?12, ?13
             WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE issuer = ?7 AND tenant <> ?2 AND revoked_at IS NULL
               AND (audience IS NULL OR ?8 IS NULL OR audience = ?8))";
        let key = self.statement(
            insert,
            &[
                &new.id,
                &new.tenant,
                &new.scope.as_str(),
                &new.name,
                &new.hash,
                &signing.map(|signing| signing.algorithm.as_str()),
                &signing.and_then(|signing| signing.issuer),
                &signing.and_then(|signing| signing.audience),
                &signing.and_then(|signing| signing.public_keys),
                &signing.and_then(|signing| signing.jwks_url),
                &signing.and_then(|signing| signing.sealed).map(|sealed| &*sealed.wrapped_key),
                &signing.and_then(|signing| signing.sealed).map(|sealed| &*sealed.password),
                &now,
            ],
        )?;
        self.batch(vec![key, self.add_origins(new.tenant, new.id, new.origins)?]).await?;
        Ok(self.key(new.id).await?.is_some())
    }

    /// Adds origins of a tenant's pages, or of those that one of its keys is bound to.
    pub fn add_origins(&self, tenant: &str, key: &str, origins: &[String]) -> Result<Statement, DbError> {
        let origins = serde_json::to_string(origins).unwrap_or_default();
        self.statement(
            "INSERT INTO allowed_origins (origin, tenant, key_id) SELECT value, ?1, ?2 FROM json_each(?3) WHERE true
             ON CONFLICT DO NOTHING",
            &[&tenant, &key, &origins],
        )
    }

    /// A key.
    pub async fn key(&self, id: &str) -> Result<Option<KeyRow>, DbError> {
        self.first([SELECT, "WHERE k.id = ?"], &[&id]).await
    }

    /// A tenant's keys, the newest first, those that were revoked, too.
    pub async fn keys(&self, tenant: &str, before: Option<i64>, limit: i64) -> Result<Vec<KeyRow>, DbError> {
        let page = "WHERE k.tenant = ?1 AND (?2 IS NULL OR k.rowid < ?2) ORDER BY k.rowid DESC LIMIT ?3";
        self.all([SELECT, page], &[&tenant, &before, &limit]).await
    }

    /// Ends a key; repeating it changes nothing.
    pub async fn revoke_key(&self, id: &str, now: Instant) -> Result<(), DbError> {
        self.run("UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL", &[&id, &now])
            .await
    }
}
