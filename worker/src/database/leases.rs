//! Which run has a connection, and from where the next one goes on.

use super::connections::window;
use super::{Database, DbError};
use kalends::Instant;
use kalends::port::{ConnectionId, Cursor, Fence, Lease};
use serde::Deserialize;

impl Database {
    /// Makes the next run read everything anew; one that is under way is fenced off.
    pub async fn forget_cursor(&self, id: &str) -> Result<(), DbError> {
        let fence = "UPDATE calendar_connections SET fence = fence + 1, lease_until = 0 WHERE id = ?";
        let forget = "UPDATE calendars SET cursor = NULL WHERE connection_id = ?";
        self.batch(vec![self.statement(fence, &[&id])?, self.statement(forget, &[&id])?]).await
    }

    /// Has the clock's next tick look at a connection.
    pub async fn look_soon(&self, id: &str, now: Instant) -> Result<(), DbError> {
        self.run("UPDATE calendar_connections SET retry_at = ?2 WHERE id = ?1", &[&id, &now]).await
    }

    /// Takes the lease if it is free.
    pub async fn take_lease(
        &self,
        id: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<Lease>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            fence: i64,
            cursor: Option<String>,
            window_start: Option<i64>,
            window_end: Option<i64>,
        }
        let sql = "UPDATE calendar_connections SET fence = fence + 1, lease_until = ?3
             WHERE id = ?1 AND lease_until <= ?2
             RETURNING fence, (SELECT cursor FROM calendars WHERE connection_id = ?1) AS cursor,
               (SELECT window_start FROM calendars WHERE connection_id = ?1) AS window_start,
               (SELECT window_end FROM calendars WHERE connection_id = ?1) AS window_end";
        let row = self.first::<Row>(sql, &[&id.0, &now, &until]).await?;
        Ok(row.map(|row| Lease {
            fence: Fence(row.fence),
            cursor: row.cursor.map(Cursor),
            window: window(row.window_start, row.window_end),
        }))
    }

    /// Gives the lease back.
    pub async fn release_lease(&self, id: &ConnectionId, fence: i64) -> Result<(), DbError> {
        let sql = "UPDATE calendar_connections SET lease_until = 0 WHERE id = ? AND fence = ?";
        self.run(sql, &[&id.0, &fence]).await
    }
}
