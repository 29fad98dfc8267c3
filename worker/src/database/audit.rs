//! `audit_log`: who did what to which thing.

use super::{Database, DbError};
use kalends::Instant;
use serde::Deserialize;

/// What is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    TenantCreated,
    TenantChanged,
    KeyIssued,
    KeyRevoked,
    Connected,
    ConnectionChanged,
    Disconnected,
    Paused,
    Resumed,
    Resynced,
    ConflictResolved,
    ConflictUndone,
    VaultRotated,
}

impl Action {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TenantCreated => "tenant.created",
            Self::TenantChanged => "tenant.changed",
            Self::KeyIssued => "key.issued",
            Self::KeyRevoked => "key.revoked",
            Self::Connected => "connection.connected",
            Self::ConnectionChanged => "connection.changed",
            Self::Disconnected => "connection.disconnected",
            Self::Paused => "connection.paused",
            Self::Resumed => "connection.resumed",
            Self::Resynced => "connection.resynced",
            Self::ConflictResolved => "conflict.resolved",
            Self::ConflictUndone => "conflict.undone",
            Self::VaultRotated => "vault.rotated",
        }
    }
}

/// An entry.
#[derive(Debug, Deserialize)]
pub struct AuditRow {
    pub id: i64,
    pub tenant: String,
    /// `operator`, `key` or `owner`, and its id.
    pub actor: String,
    pub action: String,
    /// The id of what it was done to.
    pub thing: String,
    pub created_at: i64,
}

impl Database {
    /// Adds an entry.
    pub async fn add_audit(
        &self,
        tenant: &str,
        actor: &str,
        action: Action,
        thing: &str,
        now: Instant,
    ) -> Result<(), DbError> {
        let sql = "INSERT INTO audit_log (tenant, actor, action, thing, created_at) VALUES (?, ?, ?, ?, ?)";
        self.run(sql, &[&tenant, &actor, &action.as_str(), &thing, &now]).await
    }

    /// A tenant's entries, the newest first.
    pub async fn audit(
        &self,
        tenant: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditRow>, DbError> {
        let sql = "SELECT id, tenant, actor, action, thing, created_at FROM audit_log
             WHERE tenant = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3";
        self.all(sql, &[&tenant, &before, &limit]).await
    }
}
