//! `calendar_syncs`: what was done about each task and each event that became one.

use super::{Database, DbError};
use kalends::Instant;
use kalends::port::OwnerKey;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// A record about to be added of a task's way to the calendar.
pub struct NewTaskSync<'a> {
    pub task_id: Option<&'a str>,
    pub event_id: Option<&'a str>,
    pub calendar_type: &'a str,
    /// Why it could not be done.
    pub error: Option<&'a str>,
}

/// A record, in the columns of the document's table.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = TaskSync)]
pub struct TaskSyncRow {
    pub id: i64,
    user_id: String,
    task_id: Option<String>,
    calendar_event_id: Option<String>,
    calendar_type: String,
    sync_direction: String,
    sync_status: String,
    error_message: Option<String>,
    #[schema(value_type = String)]
    #[serde(serialize_with = "bare")]
    created_at: i64,
}

/// A time in UTC without saying so, as the document shows it.
pub fn bare<S: Serializer>(millis: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Instant::from_millis(*millis).to_utc().format("%Y-%m-%dT%H:%M:%S"))
}

impl Database {
    /// Adds a record.
    pub async fn add_task_sync(
        &self,
        owner: &OwnerKey,
        sync: &NewTaskSync<'_>,
        now: Instant,
    ) -> Result<(), DbError> {
        let status = if sync.error.is_some() { "failed" } else { "success" };
        self.run(
            "INSERT INTO calendar_syncs (tenant, user_id, task_id, calendar_event_id, calendar_type, sync_direction,
               sync_status, error_message, created_at) VALUES (?, ?, ?, ?, ?, 'to_calendar', ?, ?, ?)",
            &[
                &owner.tenant,
                &owner.owner,
                &sync.task_id,
                &sync.event_id,
                &sync.calendar_type,
                &status,
                &sync.error,
                &now,
            ],
        )
        .await
    }

    /// Notes which events became tasks, each by its id and the word for its calendar; an event that did so before is
    /// noted already.
    pub async fn add_imported_tasks(
        &self,
        owner: &OwnerKey,
        events: &[(String, String)],
        now: Instant,
    ) -> Result<(), DbError> {
        let events = serde_json::to_string(events).unwrap_or_default();
        self.run(
            "INSERT INTO calendar_syncs (tenant, user_id, calendar_event_id, calendar_type, sync_direction, sync_status,
               created_at)
             SELECT ?1, ?2, e.value ->> 0, e.value ->> 1, 'from_calendar', 'success', ?4 FROM json_each(?3) e
             WHERE NOT EXISTS (SELECT 1 FROM calendar_syncs WHERE tenant = ?1 AND user_id = ?2
               AND calendar_event_id = e.value ->> 0 AND sync_direction = 'from_calendar')",
            &[&owner.tenant, &owner.owner, &events, &now],
        )
        .await
    }

    /// An owner's records, the newest first, those before a position.
    pub async fn task_syncs(
        &self,
        owner: &OwnerKey,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<TaskSyncRow>, DbError> {
        self.all(
            "SELECT id, user_id, task_id, calendar_event_id, calendar_type, sync_direction, sync_status, error_message,
               created_at FROM calendar_syncs
             WHERE tenant = ?1 AND user_id = ?2 AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
            &[&owner.tenant, &owner.owner, &before, &limit],
        )
        .await
    }
}
