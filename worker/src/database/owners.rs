//! Owners: made by the first call that connects or creates something for them.

use super::{Database, DbError, Statement};
use kalends::Instant;
use kalends::port::OwnerKey;
use serde::Deserialize;

/// An owner.
#[derive(Debug, Deserialize)]
pub struct OwnerRow {
    /// The IANA zone in which the owner's floating times and dates are read.
    pub timezone: String,
    /// Raised with every change of the mirror.
    pub revision: i64,
}

impl Database {
    /// The owner, if known.
    pub async fn owner(&self, key: &OwnerKey) -> Result<Option<OwnerRow>, DbError> {
        let sql = "SELECT timezone, revision FROM owners WHERE tenant = ? AND id = ?";
        self.first(sql, &[&key.tenant, &key.owner]).await
    }

    /// Makes the owner if there is none; a zone that is given is kept.
    pub fn ensure_owner(
        &self,
        key: &OwnerKey,
        zone: Option<&str>,
        now: Instant,
    ) -> Result<Statement, DbError> {
        self.statement(
            "INSERT INTO owners (tenant, id, timezone, created_at) VALUES (?1, ?2, coalesce(?3, 'UTC'), ?4)
             ON CONFLICT (tenant, id) DO UPDATE SET timezone = coalesce(?3, timezone)",
            &[&key.tenant, &key.owner, &zone, &now],
        )
    }

    /// Tells bookings that the mirror has changed.
    pub fn raise_revision(&self, key: &OwnerKey) -> Result<Statement, DbError> {
        let sql = "UPDATE owners SET revision = revision + 1 WHERE tenant = ? AND id = ?";
        self.statement(sql, &[&key.tenant, &key.owner])
    }
}
