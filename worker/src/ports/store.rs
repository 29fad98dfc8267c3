//! The store port over D1: loads are one statement each, a commit is one batch behind the lease's fence.

use super::{RuntimeClock, RuntimeEntropy};
use crate::database::appointments::AppointmentRow;
use crate::database::connections::state_word;
use crate::database::{Database, DbError, Guard, Statement};
use kalends::Instant;
use kalends::booking::Appointment;
use kalends::port::{
    Change, Clock, Connection, ConnectionId, Entropy, Fence, Intent, Link, LinkId, Store, StoreError,
};
use std::collections::HashMap;

/// D1 as the store of one connection's runs.
pub struct D1Store<'a> {
    /// The database.
    pub database: &'a Database,
    /// The connection that the runs are of.
    pub connection: &'a Connection,
}

fn store(error: DbError) -> StoreError {
    match error {
        DbError::Refused(Guard::LeaseHeld) => StoreError::Fenced,
        DbError::Refused(Guard::AppointmentUnchanged) => StoreError::Stale,
        DbError::Refused(guard) => StoreError::Failed(guard.to_string()),
        DbError::Failed(text) => StoreError::Failed(text),
    }
}

impl D1Store<'_> {
    fn statements(&self, change: &Change, now: Instant) -> Result<Vec<Statement>, DbError> {
        let (database, owner, id) = (self.database, &self.connection.owner, &self.connection.id);
        Ok(match change {
            Change::PutLink(link) => vec![database.put_link(id, link)?],
            Change::PutEvent(link, event) => vec![database.put_event(owner, link, event)?],
            Change::DropLink(link) => vec![database.drop_link(link)?],
            Change::PutIntent(intent) => vec![database.put_intent(id, intent, now)?],
            Change::DropIntent(intent) => {
                vec![database.statement("DELETE FROM outbox WHERE id = ?", &[intent])?]
            }
            Change::PutAppointment { appointment, expected } => {
                database.put_appointment(owner, appointment, Some(*expected))?
            }
            Change::SetCursor(cursor) => {
                vec![database.statement(
                    "UPDATE calendars SET cursor = ?2 WHERE connection_id = ?1",
                    &[&id.0, &cursor.0],
                )?]
            }
            Change::ForgetCursor => {
                vec![
                    database
                        .statement("UPDATE calendars SET cursor = NULL WHERE connection_id = ?", &[&id.0])?,
                ]
            }
            Change::SetWindow(window) => vec![database.statement(
                "UPDATE calendars SET window_start = ?2, window_end = ?3 WHERE connection_id = ?1",
                &[&id.0, &window.start(), &window.end()],
            )?],
            Change::SetState { state, error, synced_at } => vec![database.statement(
                "UPDATE calendar_connections SET sync_status = ?2, last_sync_error = ?3,
                   last_sync_at = coalesce(?4, last_sync_at), updated_at = ?5 WHERE id = ?1",
                &[&id.0, &state_word(*state), error, synced_at, &now],
            )?],
            Change::KeepLoser { appointment, lost, side } => {
                let lost = lost.as_ref().and_then(|content| serde_json::to_string(content).ok());
                vec![database.statement(
                    "INSERT INTO conflicts (connection_id, appointment_id, side, lost, created_at) VALUES (?, ?, ?, ?, ?)",
                    &[&id.0, appointment, &side.as_str(), &lost, &now],
                )?]
            }
            Change::Log(log) => vec![database.add_log(&RuntimeEntropy.id("log"), id, log, now)?],
        })
    }
}

impl Store for D1Store<'_> {
    async fn lease(
        &self,
        connection: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<Fence>, StoreError> {
        Ok(self.database.take_lease(connection, now, until).await.map_err(store)?.map(Fence))
    }

    async fn release(&self, connection: &ConnectionId, fence: Fence) -> Result<(), StoreError> {
        self.database.release_lease(connection, fence.0).await.map_err(store)
    }

    async fn links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError> {
        self.database.links(connection).await.map_err(store)
    }

    async fn unread(&self, connection: &ConnectionId) -> Result<Vec<LinkId>, StoreError> {
        self.database.unread(connection).await.map_err(store)
    }

    async fn sources(&self, links: &[LinkId]) -> Result<HashMap<LinkId, String>, StoreError> {
        self.database.sources_of(links).await.map_err(store)
    }

    async fn appointment(
        &self,
        _connection: &ConnectionId,
        id: &str,
    ) -> Result<Option<Appointment>, StoreError> {
        let row = self.database.appointment(&self.connection.owner.tenant, id).await.map_err(store)?;
        Ok(row.map(|row| row.appointment()))
    }

    async fn unsynced(
        &self,
        connection: &ConnectionId,
        since: Instant,
    ) -> Result<Vec<Appointment>, StoreError> {
        let owner = &self.connection.owner;
        let rows: Vec<AppointmentRow> = self
            .database
            .all(
                "SELECT a.*, l.connection_id, l.remote, l.uid, l.version, NULL AS calendar_url FROM appointments a
                 LEFT JOIN links l ON l.connection_id = ?1 AND l.appointment_id = a.id
                 WHERE a.tenant = ?2 AND a.owner = ?3 AND CASE
                   WHEN a.status NOT IN ('PENDING', 'CONFIRMED') THEN l.id IS NOT NULL
                   WHEN l.id IS NOT NULL THEN l.agreed_revision <> a.revision
                   ELSE coalesce(a.icloud_sync_enabled, ?5) AND a.end_time > ?4 END
                 ORDER BY a.updated_at, a.id",
                &[&connection.0, &owner.tenant, &owner.owner, &since, &self.connection.auto_export],
            )
            .await
            .map_err(store)?;
        Ok(rows.iter().map(AppointmentRow::appointment).collect())
    }

    async fn outbox(&self, connection: &ConnectionId) -> Result<Vec<Intent>, StoreError> {
        self.database.outbox(connection).await.map_err(store)
    }

    async fn commit(
        &self,
        connection: &ConnectionId,
        fence: Fence,
        until: Instant,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let now = RuntimeClock.now();
        let mut batch = Vec::with_capacity(changes.len() + 3);
        let held = self.database.assert(
            Guard::LeaseHeld,
            "EXISTS (SELECT 1 FROM calendar_connections WHERE id = ? AND fence = ?)",
            &[&connection.0, &fence.0],
        );
        batch.push(held.map_err(store)?);
        for change in changes {
            batch.extend(self.statements(change, now).map_err(store)?);
        }
        if changes.iter().any(|change| moves_mirror(change, changes)) {
            batch.push(self.database.raise_revision(&self.connection.owner).map_err(store)?);
        }
        let renew = "UPDATE calendar_connections SET lease_until = ?2 WHERE id = ?1";
        batch.push(self.database.statement(renew, &[&connection.0, &until]).map_err(store)?);
        self.database.batch(batch).await.map_err(store)
    }
}

/// Whether a change may alter what the owner's calendars hold beside appointments, which reserve their time
/// themselves.
fn moves_mirror(change: &Change, all: &[Change]) -> bool {
    match change {
        Change::DropLink(_) => true,
        Change::PutEvent(id, _) => !all.iter().any(
            |other| matches!(other, Change::PutLink(link) if link.id == *id && link.appointment.is_some()),
        ),
        _ => false,
    }
}
