//! Tenants and their keys; a key is kept as its SHA-256.

use super::{Database, DbError};
use kalends::Instant;
use serde::{Deserialize, Serialize};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Everything of its tenant.
    Admin,
    /// What an application does for its users.
    User,
}

impl Scope {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
        }
    }
}

/// Whose key it is.
#[derive(Debug, Deserialize)]
pub struct KeyRow {
    /// The tenant.
    pub tenant: String,
    /// What it may do.
    pub scope: Scope,
}

impl Database {
    /// The key with this hash, unless it was revoked.
    pub async fn key(&self, hash: &str) -> Result<Option<KeyRow>, DbError> {
        self.first("SELECT tenant, scope FROM api_keys WHERE hash = ? AND revoked_at IS NULL", &[&hash]).await
    }

    /// Adds a key.
    pub async fn add_key(&self, hash: &str, tenant: &str, scope: Scope, now: Instant) -> Result<(), DbError> {
        let sql = "INSERT INTO api_keys (hash, tenant, scope, created_at) VALUES (?, ?, ?, ?)";
        self.run(sql, &[&hash, &tenant, &scope.as_str(), &now]).await
    }

    /// Adds a tenant; false where there is one of that id.
    pub async fn add_tenant(&self, id: &str, name: &str, now: Instant) -> Result<bool, DbError> {
        if self.has_tenant(id).await? {
            return Ok(false);
        }
        let sql = "INSERT INTO tenants (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING";
        self.run(sql, &[&id, &name, &now]).await.map(|()| true)
    }

    /// Whether there is such a tenant.
    pub async fn has_tenant(&self, id: &str) -> Result<bool, DbError> {
        #[derive(Deserialize)]
        struct Row {}
        Ok(self.first::<Row>("SELECT id FROM tenants WHERE id = ?", &[&id]).await?.is_some())
    }
}
