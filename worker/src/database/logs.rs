//! `calendar_sync_logs`: what each run did.

use super::{Database, DbError, Statement};
use kalends::Instant;
use kalends::port::{Connection, Direction, OwnerKey, RunLog};
use serde::Deserialize;

/// A row of `calendar_sync_logs`.
#[derive(Debug, Deserialize)]
pub struct LogRow {
    /// Its id.
    pub id: String,
    /// The connection.
    pub connection_id: String,
    /// `manual`, `scheduled`, `initial` or `change`.
    pub sync_type: String,
    /// `import`, `export` or `bidirectional`.
    pub direction: String,
    /// `success`, `partial` or `failed`.
    pub status: String,
    /// Counts, as the documents name them.
    pub events_imported: i64,
    pub events_exported: i64,
    pub events_updated: i64,
    pub events_deleted: i64,
    pub conflicts_resolved: i64,
    /// Milliseconds.
    pub duration: i64,
    /// What went wrong.
    pub error_message: Option<String>,
    /// What could not be done, a line each.
    pub error_details: Option<String>,
    /// When the run ended.
    pub created_at: i64,
    /// Later rows have a higher one.
    pub position: i64,
}

impl Database {
    /// Adds a row.
    pub fn add_log(
        &self,
        id: &str,
        connection: &Connection,
        log: &RunLog,
        now: Instant,
    ) -> Result<Statement, DbError> {
        let direction = match log.direction {
            Direction::Import => "import",
            Direction::Export => "export",
            Direction::Bidirectional => "bidirectional",
        };
        let status = match (&log.error, log.details.is_empty()) {
            (Some(_), _) => "failed",
            (None, false) => "partial",
            (None, true) => "success",
        };
        let details = (!log.details.is_empty()).then(|| log.details.join("\n"));
        self.statement(
            "INSERT INTO calendar_sync_logs (id, connection_id, tenant, owner, sync_type, direction, status,
               events_imported, events_exported, events_updated, events_deleted, conflicts_resolved, duration,
               error_message, error_details, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            &[
                &id,
                &connection.id.0,
                &connection.owner.tenant,
                &connection.owner.owner,
                &log.sync_type,
                &direction,
                &status,
                &i64::from(log.imported),
                &i64::from(log.exported),
                &i64::from(log.updated),
                &i64::from(log.deleted),
                &i64::from(log.conflicts),
                &log.duration,
                &log.error,
                &details,
                &now,
            ],
        )
    }

    /// The position of an owner's last run; 0 where there is none.
    pub async fn last_log(&self, owner: &OwnerKey) -> Result<i64, DbError> {
        #[derive(Deserialize)]
        struct Row {
            position: i64,
        }
        let sql = "SELECT rowid AS position FROM calendar_sync_logs WHERE tenant = ? AND owner = ?
             ORDER BY rowid DESC LIMIT 1";
        Ok(self.first::<Row>(sql, &[&owner.tenant, &owner.owner]).await?.map_or(0, |row| row.position))
    }

    /// An owner's runs after a position, the oldest first.
    pub async fn logs_after(
        &self,
        owner: &OwnerKey,
        position: i64,
        limit: i64,
    ) -> Result<Vec<LogRow>, DbError> {
        self.all(
            "SELECT id, connection_id, sync_type, direction, status, events_imported, events_exported, events_updated,
               events_deleted, conflicts_resolved, duration, error_message, error_details, created_at, rowid AS position
             FROM calendar_sync_logs WHERE tenant = ?1 AND owner = ?2 AND rowid > ?3 ORDER BY rowid LIMIT ?4",
            &[&owner.tenant, &owner.owner, &position, &limit],
        )
        .await
    }

    /// An owner's runs, the newest first, those before a position.
    pub async fn logs(
        &self,
        owner: &OwnerKey,
        connection: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LogRow>, DbError> {
        self.all(
            "SELECT id, connection_id, sync_type, direction, status, events_imported, events_exported, events_updated,
               events_deleted, conflicts_resolved, duration, error_message, error_details, created_at, rowid AS position
             FROM calendar_sync_logs WHERE tenant = ?1 AND owner = ?2 AND (?3 IS NULL OR connection_id = ?3)
               AND (?4 IS NULL OR rowid < ?4) ORDER BY rowid DESC LIMIT ?5",
            &[&owner.tenant, &owner.owner, &connection, &before, &limit],
        )
        .await
    }
}
