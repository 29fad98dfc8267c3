//! What a person does about a conflict: choose which version stands, or take the choice back.

use super::{ServiceError, booking, synchronise, tasks};
use crate::database::Database;
use crate::database::appointments::Beside;
use crate::database::conflicts::ConflictRow;
use crate::log;
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::booking::{Entry, Kind, Source};
use kalends::port::{Clock, Outcome, OwnerKey};
use kalends::sync::{Scope, undone};

const GONE: ServiceError = ServiceError::NotFound("The appointment or task of this conflict is no more");

/// Chooses which version of an open conflict stands. The choice is stored; it is carried out at once as far as the
/// calendar can be reached, else by the next sync.
pub async fn resolve(
    database: &Database,
    settings: &Settings,
    row: ConflictRow,
    tenant: &str,
    keep: Source,
) -> Result<ConflictRow, ServiceError> {
    let decided = match row.outcome {
        Outcome::Open => {
            database.choose(&row.id, keep).await?;
            if let Some(connection) = database.connection(tenant, &row.connection_id).await? {
                let scope = Scope::Entry(row.entry_id.clone());
                if let Err(error) = synchronise::run_patiently(database, settings, &connection, &scope).await
                {
                    error.in_log(log::warning("choice_waits").conflict(&row.id)).write();
                }
            }
            None
        }
        Outcome::Application => Some(Source::Application),
        Outcome::Calendar => Some(Source::Calendar),
        Outcome::Agreed => Some(keep),
    };
    match decided {
        Some(other) if other != keep => Err(ServiceError::NotAllowed(
            "This conflict is decided already; undo it to have it the other way".to_owned(),
        )),
        _ => database.conflict(tenant, &row.id).await?.ok_or(GONE),
    }
}

/// Puts the version that gave way in the place of the one that stands: a change like any other made through the API, so
/// that its time must be free.
pub async fn undo(
    database: &Database,
    settings: &Settings,
    row: ConflictRow,
    tenant: &str,
) -> Result<ConflictRow, ServiceError> {
    let owner = OwnerKey { tenant: tenant.to_owned(), owner: row.owner.clone() };
    let not_allowed = |error: kalends::sync::UndoError| ServiceError::NotAllowed(error.to_string());
    let outcome = if let Some(appointment) = database.appointment(tenant, &row.entry_id).await? {
        let before = appointment.appointment();
        let (after, outcome) = undone(&row.conflict(), before.clone().into()).map_err(not_allowed)?;
        let Entry::Appointment(after) = after else { return Err(GONE) };
        booking::change(database, settings, &owner, &before, after, &Beside::default()).await?;
        outcome
    } else {
        let task = database.task_entry(&row.entry_id).await?.ok_or(GONE)?;
        let conflict = row.conflict();
        let entry = match conflict.kind() {
            Some(Kind::Event) => Entry::TaskTime(task.task()),
            Some(Kind::Todo) | None => Entry::Task(task.task()),
        };
        let (after, outcome) = undone(&conflict, entry).map_err(not_allowed)?;
        let (Entry::Task(after) | Entry::TaskTime(after)) = after else { return Err(GONE) };
        tasks::change(database, settings, &owner, task, after).await?;
        outcome
    };
    database.batch(vec![database.end_conflict(&row.id, outcome, RuntimeClock.now())?]).await?;
    database.conflict(tenant, &row.id).await?.ok_or(GONE)
}
