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
    let owned = database.ensure_owner(owner, None, new.changed_at)?;
    let mut batch = vec![owned, database.assert_no_task(&owner.tenant, task_id)?];
    batch.extend(database.put_task(owner, new, task_id, None)?);
    match database.batch(batch).await {
        Err(DbError::Refused(Guard::EntryUnchanged)) => {
            Err(ServiceError::NotAllowed(format!("There is a task {task_id} already; change that one")))
        }
        Err(error) => Err(error.into()),
        Ok(()) => delivered(database, settings, owner, &new.id, new.on_calendar).await,
    }
}

/// Writes a changed or deleted task.
pub async fn change(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    row: TaskRow,
    mut after: Task,
) -> Result<TaskRow, ServiceError> {
    let before = row.task();
    if before == after {
        return Ok(row);
    }
    (after.source, after.changed_at) = (Source::Application, RuntimeClock.now());
    match database.batch(database.put_task(owner, &after, &row.task_id, Some(before.revision))?).await {
        Err(DbError::Refused(Guard::EntryUnchanged)) => Err(ServiceError::NotAllowed(
            "the task was changed by somebody else meanwhile; read it again".to_owned(),
        )),
        Err(error) => Err(error.into()),
        Ok(()) => {
            let on_calendar = before.on_calendar || after.on_calendar;
            delivered(database, settings, owner, &after.id, on_calendar).await
        }
    }
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
