//! `feeds`: addresses at which a calendar program reads an owner's appointments.

use super::{Database, DbError};
use kalends::Instant;
use kalends::port::OwnerKey;
use serde::Deserialize;

impl Database {
    /// Makes an address in the place of any that there was; of an owner who is known.
    pub async fn put_feed(&self, owner: &OwnerKey, hash: &str, now: Instant) -> Result<(), DbError> {
        let old = self
            .statement("DELETE FROM feeds WHERE tenant = ? AND owner = ?", &[&owner.tenant, &owner.owner])?;
        let new = self.statement(
            "INSERT INTO feeds (hash, tenant, owner, created_at) VALUES (?, ?, ?, ?)",
            &[&hash, &owner.tenant, &owner.owner, &now],
        )?;
        self.batch(vec![self.ensure_owner(owner, None, now)?, old, new]).await
    }

    /// Withdraws it; whether there was one.
    pub async fn drop_feed(&self, owner: &OwnerKey) -> Result<bool, DbError> {
        #[derive(Deserialize)]
        struct Row {}
        let sql = "DELETE FROM feeds WHERE tenant = ? AND owner = ? RETURNING hash";
        Ok(!self.all::<Row>(sql, &[&owner.tenant, &owner.owner]).await?.is_empty())
    }

    /// Whose appointments are read at an address.
    pub async fn feed(&self, hash: &str) -> Result<Option<OwnerKey>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            tenant: String,
            owner: String,
        }
        let row: Option<Row> = self.first("SELECT tenant, owner FROM feeds WHERE hash = ?", &[&hash]).await?;
        Ok(row.map(|row| OwnerKey { tenant: row.tenant, owner: row.owner }))
    }
}
