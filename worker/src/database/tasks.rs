//! `tasks`, what of them calendars and task lists do not know yet, and the tasks of task lists that belong to none.

use super::{Database, DbError, Guard, Statement};
use kalends::Instant;
use kalends::booking::{Source, Task};
use kalends::event::TodoStatus;
use kalends::port::OwnerKey;
use serde::Deserialize;

/// A task as it is stored, with the link that is shown beside it.
#[derive(Debug, Clone, Deserialize)]
pub struct TaskRow {
    pub id: String,
    pub tenant: String,
    pub owner: String,
    pub task_id: String,
    pub name: String,
    pub description: Option<String>,
    pub location: Option<String>,
    pub scheduled_time: Option<i64>,
    pub timezone: String,
    pub duration: Option<u32>,
    pub category: Option<String>,
    pub due: Option<i64>,
    pub all_day: i64,
    pub recurrence: Option<String>,
    pub on_calendar: i64,
    pub exceptions: Option<String>,
    pub status: TodoStatus,
    pub completed_at: Option<i64>,
    pub percent_complete: u8,
    pub deleted: i64,
    pub last_modified_source: Source,
    pub revision: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub connection_id: Option<String>,
    pub remote: Option<String>,
    pub uid: Option<String>,
    pub version: Option<String>,
    pub calendar_url: Option<String>,
}

impl TaskRow {
    /// Its place in the list: by time, those without one last, then by when they were made.
    pub fn place(&self) -> ([i64; 2], &str) {
        let time = self.scheduled_time.or(self.due).unwrap_or(9_007_199_254_740_991);
        ([time, self.created_at], &self.id)
    }

    /// The task as the core knows it.
    pub fn task(&self) -> Task {
        Task {
            id: self.id.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            location: self.location.clone(),
            scheduled: self.scheduled_time.map(Instant::from_millis),
            time_zone: self.timezone.clone(),
            minutes: self.duration,
            category: self.category.clone(),
            due: self.due.map(Instant::from_millis),
            all_day: self.all_day != 0,
            recurrence: self.recurrence.clone(),
            on_calendar: self.on_calendar != 0,
            exceptions: self
                .exceptions
                .as_deref()
                .and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default(),
            status: self.status,
            completed: self.completed_at.map(Instant::from_millis),
            percent: self.percent_complete,
            deleted: self.deleted != 0,
            revision: self.revision,
            source: self.last_modified_source,
            changed_at: Instant::from_millis(self.updated_at),
        }
    }
}

/// Which tasks a list shows.
#[derive(Debug, Default)]
pub struct Filter {
    pub status: Option<TodoStatus>,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    /// Those after this one, by its place in the list.
    pub after: Option<([i64; 2], String)>,
    /// So many at most.
    pub limit: i64,
}

/// A mirrored task of the owner's own making.
#[derive(Debug, Deserialize)]
pub struct TodoRow {
    pub id: String,
    pub connection_id: String,
    pub uid: String,
    pub source: String,
    pub calendar_name: String,
}

/// Its event comes before its VTODO.
const SELECT: &str = "SELECT t.*, l.connection_id, l.remote, l.uid, l.version, k.url AS calendar_url
    FROM tasks t
    LEFT JOIN links l ON l.id = (SELECT o.id FROM links o JOIN calendars h ON h.connection_id = o.connection_id
      WHERE o.entry_id = t.id ORDER BY h.component, o.id LIMIT 1)
    LEFT JOIN calendars k ON k.connection_id = l.connection_id ";

impl Database {
    /// One task of a tenant by the application's id.
    pub async fn task(&self, tenant: &str, task_id: &str) -> Result<Option<TaskRow>, DbError> {
        let sql = [SELECT, "WHERE t.tenant = ? AND t.task_id = ? AND t.deleted = 0"];
        self.first(sql, &[&tenant, &task_id]).await
    }

    /// One task by its own id, deleted or not.
    pub async fn task_entry(&self, id: &str) -> Result<Option<TaskRow>, DbError> {
        self.first([SELECT, "WHERE t.id = ?"], &[&id]).await
    }

    /// An owner's tasks by time, those without one last. One that is scheduled counts by that, else by when it is due.
    pub async fn tasks(&self, owner: &OwnerKey, filter: &Filter) -> Result<Vec<TaskRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE t.tenant = ?1 AND t.owner = ?2 AND t.deleted = 0 AND (?3 IS NULL OR t.status = ?3)
             AND (?4 IS NULL OR coalesce(t.scheduled_time, t.due) >= ?4)
             AND (?5 IS NULL OR coalesce(t.scheduled_time, t.due) < ?5)
             AND (?6 IS NULL OR (coalesce(t.scheduled_time, t.due, 9007199254740991), t.created_at, t.id) > (?6, ?7, ?8))
             ORDER BY coalesce(t.scheduled_time, t.due, 9007199254740991), t.created_at, t.id LIMIT ?9",
        ];
        let status = filter.status.map(TodoStatus::as_str);
        let Filter { from, to, after, limit, .. } = filter;
        let (time, made) = (after.as_ref().map(|after| after.0[0]), after.as_ref().map(|after| after.0[1]));
        let id = after.as_ref().map(|after| &after.1);
        self.all(sql, &[&owner.tenant, &owner.owner, &status, from, to, &time, &made, &id, limit]).await
    }

    /// Tasks of the owner that this task list has not got as they are, and those without any whose home it is: the
    /// first list that was connected for exports.
    pub async fn unsynced_tasks(
        &self,
        owner: &OwnerKey,
        connection: &str,
        since: Instant,
    ) -> Result<Vec<TaskRow>, DbError> {
        let sql = "SELECT t.*, l.connection_id, l.remote, l.uid, l.version, NULL AS calendar_url FROM tasks t
             LEFT JOIN links l ON l.connection_id = ?1 AND l.entry_id = t.id
             WHERE t.tenant = ?2 AND t.owner = ?3 AND CASE
               WHEN t.deleted AND l.id IS NULL THEN 0
               WHEN l.id IS NOT NULL THEN l.agreed_revision <> t.revision OR EXISTS (SELECT 1 FROM conflicts
                 WHERE id = l.conflict_id AND choice IS NOT NULL)
               ELSE (t.status NOT IN ('COMPLETED', 'CANCELLED') OR t.updated_at > ?4)
                 AND NOT EXISTS (SELECT 1 FROM links o JOIN calendars h ON h.connection_id = o.connection_id
                   WHERE o.entry_id = t.id AND h.component = 'VTODO')
                 AND ?1 = (SELECT c.id FROM calendar_connections c JOIN calendars k ON k.connection_id = c.id
                   WHERE c.tenant = ?2 AND c.owner = ?3 AND c.auto_export = 1 AND k.component = 'VTODO'
                   ORDER BY c.created_at, c.id LIMIT 1) END
             ORDER BY t.updated_at, t.id";
        self.all(sql, &[&connection, &owner.tenant, &owner.owner, &since]).await
    }

    /// Tasks of the owner whose time this calendar shall keep free and does not as it is.
    pub async fn unsynced_task_times(
        &self,
        owner: &OwnerKey,
        connection: &str,
        exports: bool,
        since: Instant,
    ) -> Result<Vec<TaskRow>, DbError> {
        let new = "SELECT t.*, NULL AS connection_id, NULL AS remote, NULL AS uid, NULL AS version,
               NULL AS calendar_url
             FROM tasks t
             WHERE ?4 AND t.tenant = ?2 AND t.owner = ?3 AND t.on_calendar = 1 AND NOT t.deleted
               AND t.status <> 'CANCELLED'
               AND (t.scheduled_time > ?5 OR t.recurrence IS NOT NULL OR t.updated_at > ?5)
               AND NOT EXISTS (SELECT 1 FROM owners o, json_each(o.category_calendars) h
                 WHERE o.tenant = ?2 AND o.id = ?3 AND h.key = t.category AND h.value <> ?1
                   AND EXISTS (SELECT 1 FROM calendar_connections WHERE id = h.value))
               AND NOT EXISTS (SELECT 1 FROM links WHERE connection_id = ?1 AND entry_id = t.id)";
        let changed = " UNION ALL SELECT t.*, l.connection_id, l.remote, l.uid, l.version, NULL
             FROM links l JOIN tasks t ON t.id = l.entry_id
             WHERE l.connection_id = ?1 AND (l.agreed_revision <> t.revision OR EXISTS (SELECT 1 FROM conflicts
               WHERE id = l.conflict_id AND choice IS NOT NULL))
             ORDER BY updated_at, id";
        self.all([new, changed], &[&connection, &owner.tenant, &owner.owner, &exports, &since]).await
    }

    /// What the owner's task lists hold beside these tasks.
    pub async fn imported_todos(&self, owner: &OwnerKey) -> Result<Vec<TodoRow>, DbError> {
        self.all(
            "SELECT l.id, l.connection_id, l.uid, e.source, k.name AS calendar_name
             FROM events e JOIN links l ON l.id = e.link_id JOIN calendars k ON k.connection_id = l.connection_id
             WHERE e.tenant = ?1 AND e.owner = ?2 AND l.entry_id IS NULL AND k.component = 'VTODO' ORDER BY l.id",
            &[&owner.tenant, &owner.owner],
        )
        .await
    }

    /// Refuses the batch if the tenant has a task that the application knows by this id.
    pub fn assert_no_task(&self, tenant: &str, task_id: &str) -> Result<Statement, DbError> {
        self.assert(
            Guard::EntryUnchanged,
            "NOT EXISTS (SELECT 1 FROM tasks WHERE tenant = ? AND task_id = ? AND deleted = 0)",
            &[&tenant, &task_id],
        )
    }

    /// Writes a task: a new one, known to the application as `task_id`, or one whose revision is still `before`.
    pub fn put_task(
        &self,
        owner: &OwnerKey,
        task: &Task,
        task_id: &str,
        before: Option<i64>,
    ) -> Result<Vec<Statement>, DbError> {
        let unchanged = self.assert(
            Guard::EntryUnchanged,
            "?2 IS (SELECT revision FROM tasks WHERE id = ?1)",
            &[&task.id, &before],
        )?;
        let exceptions = serde_json::to_string(&task.exceptions).ok();
        let exceptions = exceptions.filter(|_| !task.exceptions.is_empty());
        let write = self.statement(
            "INSERT INTO tasks (id, tenant, owner, task_id, name, description, scheduled_time, timezone, duration,
               category, due, all_day, recurrence, status, completed_at, percent_complete, deleted,
               last_modified_source, created_at, updated_at, location, on_calendar, exceptions)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?19, ?20,
               ?21, ?22)
             ON CONFLICT (id) DO UPDATE SET name = ?5, description = ?6, scheduled_time = ?7, timezone = ?8,
               duration = ?9, category = ?10, due = ?11, all_day = ?12, recurrence = ?13, status = ?14,
               completed_at = ?15, percent_complete = ?16, deleted = ?17, last_modified_source = ?18,
               updated_at = ?19, location = ?20, on_calendar = ?21, exceptions = ?22, revision = revision + 1",
            &[
                &task.id,
                &owner.tenant,
                &owner.owner,
                &task_id,
                &task.name,
                &task.description,
                &task.scheduled,
                &task.time_zone,
                &task.minutes.map(i64::from),
                &task.category,
                &task.due,
                &task.all_day,
                &task.recurrence,
                &task.status.as_str(),
                &task.completed,
                &i64::from(task.percent),
                &task.deleted,
                &task.source.as_str(),
                &task.changed_at,
                &task.location,
                &task.on_calendar,
                &exceptions,
            ],
        )?;
        Ok(vec![unchanged, write])
    }
}
