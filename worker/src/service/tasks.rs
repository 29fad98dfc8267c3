//! Tasks: written here, brought to the task list that is their home, and their times to the owner's calendars.

use super::{ServiceError, synchronise};
use crate::database::tasks::TaskRow;
use crate::database::{Database, DbError, Guard};
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::booking::{Kind, Source, Task};
use kalends::port::{Clock, OwnerKey};

/// Adds a task that the application knows by this id.
pub async fn add(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    new: &Task,
    task_id: &str,
) -> Result<TaskRow, ServiceError> {
    write_new(database, owner, new, task_id).await?;
    delivered(database, settings, owner, &new.id, new.on_calendar).await
}

/// The same without bringing it anywhere yet.
pub async fn write_new(
    database: &Database,
    owner: &OwnerKey,
    new: &Task,
    task_id: &str,
) -> Result<(), ServiceError> {
    let owned = database.ensure_owner(owner, None, new.changed_at)?;
    let mut batch = vec![owned, database.assert_no_task(&owner.tenant, task_id)?];
    batch.extend(database.put_task(owner, new, task_id, None)?);
    match database.batch(batch).await {
        Err(DbError::Refused(Guard::EntryUnchanged)) => {
            Err(ServiceError::NotAllowed(format!("There is a task {task_id} already; change that one")))
        }
        outcome => Ok(outcome?),
    }
}

/// Writes a changed or deleted task.
pub async fn change(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    row: TaskRow,
    after: Task,
) -> Result<TaskRow, ServiceError> {
    let (id, on_calendar) = (after.id.clone(), row.on_calendar != 0 || after.on_calendar);
    if !write_change(database, settings, owner, &row, after).await? {
        return Ok(row);
    }
    delivered(database, settings, owner, &id, on_calendar).await
}

/// The same without bringing it anywhere yet; whether anything changed.
pub async fn write_change(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    row: &TaskRow,
    mut after: Task,
) -> Result<bool, ServiceError> {
    let mut before = row.task();
    if before == after {
        return Ok(false);
    }
    if before.on_calendar && after.on_calendar && before.category != after.category {
        before = leave_calendar(database, settings, owner, row, before).await?;
    }
    (after.source, after.changed_at) = (Source::Application, RuntimeClock.now());
    let written = database.put_task(owner, &after, &row.task_id, Some(before.revision))?;
    database.batch(written).await.map_err(changed_meanwhile)?;
    Ok(true)
}

fn changed_meanwhile(error: DbError) -> ServiceError {
    match error {
        DbError::Refused(Guard::EntryUnchanged) => ServiceError::NotAllowed(
            "the task was changed by somebody else meanwhile; read it again".to_owned(),
        ),
        error => error.into(),
    }
}

/// A task whose new category may have another calendar leaves the one that it has; the task as it is then.
async fn leave_calendar(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    row: &TaskRow,
    before: Task,
) -> Result<Task, ServiceError> {
    let homes = database.owner_settings(owner).await?.map(|settings| settings.category_calendars);
    if homes.is_none_or(|homes| homes.is_empty()) {
        return Ok(before);
    }
    let revision = before.revision;
    let off = Task { on_calendar: false, ..before };
    let written = database.put_task(owner, &off, &row.task_id, Some(revision))?;
    database.batch(written).await.map_err(changed_meanwhile)?;
    Ok(delivered(database, settings, owner, &row.id, true).await?.task())
}

async fn delivered(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    id: &str,
    on_calendar: bool,
) -> Result<TaskRow, ServiceError> {
    synchronise::deliver(database, settings, owner, Kind::Todo, id).await?;
    if on_calendar {
        synchronise::deliver(database, settings, owner, Kind::Event, id).await?;
    }
    database.task_entry(id).await?.ok_or(ServiceError::NotFound("no such task"))
}
