//! The store port over D1: loads are one statement each, a commit is one batch behind the lease's fence.

use super::{RuntimeClock, RuntimeEntropy};
use crate::database::appointments::AppointmentRow;
use crate::database::connections::state_word;
use crate::database::tasks::TaskRow;
use crate::database::{Database, DbError, Guard, Statement};
use kalends::Instant;
use kalends::booking::{Entry, Kind, Task};
use kalends::port::{
    Change, Clock, Connection, ConnectionId, Entropy, Fence, Intent, Lease, Link, LinkId, Outcome, OwnerKey,
    Store, StoreError,
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
        DbError::Refused(Guard::EntryUnchanged) => StoreError::Stale,
        DbError::Refused(guard) => StoreError::Failed(guard.to_string()),
        DbError::Failed(text) => StoreError::Failed(text),
    }
}

impl D1Store<'_> {
    /// A task as this calendar has it.
    fn entry_of(&self, row: &TaskRow) -> Entry {
        match self.connection.calendar.kind {
            Kind::Event => Entry::TaskTime(row.task()),
            Kind::Todo => Entry::Task(row.task()),
        }
    }

    /// What changes of links and of what is mirrored of them: in the order that their keys want, and many in one
    /// statement.
    fn mirror(&self, changes: &[Change], now: Instant) -> Result<Vec<Statement>, DbError> {
        let (mut batch, mut links, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::DropLink(link) => batch.push(self.database.drop_link(link)?),
                Change::PutLink(link) => links.push(link),
                Change::PutEvent(link, event) => events.push((link, event)),
                _ => {}
            }
        }
        if !links.is_empty() {
            batch.push(self.database.put_links(&self.connection.id, &links)?);
        }
        batch.extend(self.database.put_events(&self.connection.owner, &events, now)?);
        Ok(batch)
    }

    fn statements(&self, change: &Change, now: Instant) -> Result<Vec<Statement>, DbError> {
        let (database, owner, id) = (self.database, &self.connection.owner, &self.connection.id);
        Ok(match change {
            // These are carried out together, before the others.
            Change::PutLink(_) | Change::PutEvent(..) | Change::DropLink(_) => Vec::new(),
            Change::PutIntent(intent) => vec![database.put_intent(id, intent, now)?],
            Change::DropIntent(intent) => {
                vec![database.statement("DELETE FROM outbox WHERE id = ?", &[intent])?]
            }
            Change::PutEntry { entry, expected } => match &**entry {
                Entry::Appointment(appointment) => {
                    database.put_appointment(owner, appointment, Some(*expected))?
                }
                Entry::Task(task) | Entry::TaskTime(task) => {
                    database.put_task(owner, task, &task.id, Some(*expected))?
                }
            },
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
            Change::SetState { state, error, synced_at, retry } => vec![database.statement(
                "UPDATE calendar_connections SET sync_status = ?2, last_sync_error = ?3,
                   last_sync_at = coalesce(?4, last_sync_at), updated_at = ?5, failures = ?6, retry_at = ?7,
                   hold_until = ?8 WHERE id = ?1",
                &[
                    &id.0,
                    &state_word(*state),
                    error,
                    synced_at,
                    &now,
                    &i64::from(retry.failures),
                    &retry.at,
                    &retry.hold_until,
                ],
            )?],
            Change::PutConflict(conflict) => vec![database.put_conflict(self.connection, conflict, now)?],
            Change::EndConflict(conflict) => {
                vec![database.end_conflict(&conflict.0, Outcome::Agreed, now)?]
            }
            Change::Log(log) => {
                vec![database.add_log(&RuntimeEntropy.id("log"), self.connection, log, now)?]
            }
        })
    }
}

impl Store for D1Store<'_> {
    async fn lease(
        &self,
        connection: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<Lease>, StoreError> {
        self.database.take_lease(connection, now, until).await.map_err(store)
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

    async fn entry(&self, _connection: &ConnectionId, id: &str) -> Result<Option<Entry>, StoreError> {
        let OwnerKey { tenant, owner } = &self.connection.owner;
        if is_task(id) {
            let row = self.database.task_entry(id).await.map_err(store)?;
            let own = row.filter(|row| row.tenant == *tenant && row.owner == *owner);
            return Ok(own.map(|row| self.entry_of(&row)));
        }
        let row = self.database.appointment(tenant, id).await.map_err(store)?;
        Ok(row.filter(|row| row.owner == *owner).map(|row| row.appointment().into()))
    }

    async fn unsynced(&self, connection: &ConnectionId, since: Instant) -> Result<Vec<Entry>, StoreError> {
        let owner = &self.connection.owner;
        if self.connection.calendar.kind == Kind::Todo {
            let rows = self.database.unsynced_tasks(owner, &connection.0, since).await.map_err(store)?;
            return Ok(rows.iter().map(|row| self.entry_of(row)).collect());
        }
        let rows: Vec<AppointmentRow> = self
            .database
            .all(
                "SELECT a.*, l.connection_id, l.remote, l.uid, l.version, NULL AS calendar_url FROM appointments a
                 LEFT JOIN links l ON l.connection_id = ?1 AND l.entry_id = a.id
                 WHERE a.tenant = ?2 AND a.owner = ?3 AND CASE
                   WHEN a.status NOT IN ('PENDING', 'CONFIRMED') AND l.id IS NULL THEN 0
                   WHEN l.id IS NOT NULL THEN l.agreed_revision <> a.revision OR EXISTS (SELECT 1 FROM conflicts
                     WHERE id = l.conflict_id AND choice IS NOT NULL)
                   ELSE coalesce(a.icloud_sync_enabled, ?5) AND (a.end_time > ?4 OR a.recurrence IS NOT NULL
                     OR a.icloud_sync_enabled AND a.updated_at > ?4) END
                 ORDER BY a.updated_at, a.id",
                &[&connection.0, &owner.tenant, &owner.owner, &since, &self.connection.auto_export],
            )
            .await
            .map_err(store)?;
        let exports = self.connection.auto_export;
        let tasks =
            self.database.unsynced_task_times(owner, &connection.0, exports, since).await.map_err(store)?;
        let appointments = rows.iter().map(|row| row.appointment().into());
        Ok(appointments.chain(tasks.iter().map(|row| self.entry_of(row))).collect())
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
        batch.extend(self.mirror(changes, now).map_err(store)?);
        for change in changes {
            batch.extend(self.statements(change, now).map_err(store)?);
        }
        // Task lists take no time.
        if self.connection.calendar.kind == Kind::Event
            && changes.iter().any(|change| moves_mirror(change, changes))
        {
            batch.push(self.database.raise_revision(&self.connection.owner).map_err(store)?);
        }
        let renew = "UPDATE calendar_connections SET lease_until = ?2 WHERE id = ?1";
        batch.push(self.database.statement(renew, &[&connection.0, &until]).map_err(store)?);
        self.database.batch(batch).await.map_err(store)
    }
}

fn is_task(entry: &str) -> bool {
    entry.strip_prefix(Task::ID).is_some_and(|rest| rest.starts_with('_'))
}

fn is_appointments(link: &Link) -> bool {
    link.entry.as_deref().is_some_and(|entry| !is_task(entry))
}

/// Whether a change may alter what the owner's calendars hold beside appointments, which reserve their time
/// themselves.
fn moves_mirror(change: &Change, all: &[Change]) -> bool {
    match change {
        Change::DropLink(_) => true,
        Change::PutEvent(id, _) => !all
            .iter()
            .any(|other| matches!(other, Change::PutLink(link) if link.id == *id && is_appointments(link))),
        _ => false,
    }
}
