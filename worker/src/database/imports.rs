//! Imported events with what a person has said that they are about: `mappings`.

use super::{Database, DbError};
use kalends::Instant;
use kalends::booking::Mapping;
use kalends::port::OwnerKey;
use serde::Deserialize;

/// An event of the owner's own making, with its mapping by hand.
#[derive(Debug, Deserialize)]
pub struct ImportRow {
    pub id: String,
    pub tenant: String,
    pub owner: String,
    pub connection_id: String,
    pub uid: String,
    pub source: String,
    pub position: i64,
    client_id: Option<String>,
    client_name: Option<String>,
    service_id: Option<String>,
    mapped_at: Option<i64>,
}

impl ImportRow {
    /// Whose it is.
    pub fn key(&self) -> OwnerKey {
        OwnerKey { tenant: self.tenant.clone(), owner: self.owner.clone() }
    }

    /// What a person has said.
    pub fn by_hand(&self) -> Option<Mapping> {
        self.mapped_at.map(|_| Mapping {
            client_id: self.client_id.clone(),
            client_name: self.client_name.clone(),
            service_id: self.service_id.clone(),
        })
    }
}

const IMPORT: &str = "SELECT l.id, e.tenant, e.owner, l.connection_id, l.uid, e.source, e.rowid AS position,
    m.client_id, m.client_name, m.service_id, m.updated_at AS mapped_at
    FROM events e JOIN links l ON l.id = e.link_id JOIN calendars k ON k.connection_id = l.connection_id
    LEFT JOIN mappings m ON m.tenant = e.tenant AND m.owner = e.owner AND m.connection_id = l.connection_id
      AND m.uid = l.uid
    WHERE l.entry_id IS NULL AND k.component = 'VEVENT' ";

impl Database {
    /// An owner's imported events, the newest first, those before a position.
    pub async fn imports(
        &self,
        owner: &OwnerKey,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ImportRow>, DbError> {
        let sql = [
            IMPORT,
            "AND e.tenant = ?1 AND e.owner = ?2 AND e.rowid < coalesce(?3, 9223372036854775807)
             ORDER BY e.rowid DESC LIMIT ?4",
        ];
        self.all(sql, &[&owner.tenant, &owner.owner, &before, &limit]).await
    }

    /// One imported event of a tenant.
    pub async fn import(&self, tenant: &str, id: &str) -> Result<Option<ImportRow>, DbError> {
        self.first([IMPORT, "AND e.link_id = ? AND e.tenant = ?"], &[&id, &tenant]).await
    }

    /// Keeps what a person says of an imported event, or takes it back.
    pub async fn map_import(
        &self,
        import: &ImportRow,
        mapping: Option<&Mapping>,
        now: Instant,
    ) -> Result<(), DbError> {
        let ImportRow { tenant, owner, connection_id, uid, .. } = import;
        let Some(Mapping { client_id, client_name, service_id }) = mapping else {
            let sql = "DELETE FROM mappings WHERE tenant = ? AND owner = ? AND connection_id = ? AND uid = ?";
            return self.run(sql, &[tenant, owner, connection_id, uid]).await;
        };
        self.run(
            "INSERT INTO mappings (tenant, owner, connection_id, uid, client_id, client_name, service_id, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (tenant, owner, connection_id, uid)
             DO UPDATE SET client_id = ?5, client_name = ?6, service_id = ?7, updated_at = ?8",
            &[tenant, owner, connection_id, uid, client_id, client_name, service_id, &now],
        )
        .await
    }
}
