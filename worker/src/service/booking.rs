//! Booking an owner's time: checked against the mirror, decided by one guarded batch, brought to the calendars.

use super::availability::{self, Age, Availability, But};
use super::{ServiceError, slots, synchronise};
use crate::database::appointments::{AppointmentRow, Beside};
use crate::database::{Database, DbError, Guard, Statement};
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::booking::{Appointment, Kind, Source, Status, Transition};
use kalends::port::{Clock, OwnerKey};
use kalends::{Budget, Span};

/// How far ahead the times of a series must be free, in milliseconds: a year.
const AHEAD: i64 = 366 * 86_400_000;

/// How often a booking is decided again because the mirror moved meanwhile.
pub(super) const TRIES: usize = 4;

/// Books a new appointment. A hold that is named is used up by it.
pub async fn book(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    new: &Appointment,
    beside: &Beside,
    hold: Option<&str>,
) -> Result<AppointmentRow, ServiceError> {
    let now = RuntimeClock.now();
    database.batch(vec![database.ensure_owner(owner, None, now)?]).await?;
    for _ in 0..TRIES {
        let but = But { entry: Some(&new.id), hold };
        let mut batch = free(database, settings, owner, new, but, Age::Recent).await?;
        batch.extend(hold.map(|hold| database.drop_hold(hold)).transpose()?);
        batch.extend(database.put_appointment(owner, new, None)?);
        batch.push(database.put_beside(&new.id, beside)?);
        match database.batch(batch).await {
            Err(DbError::Refused(Guard::MirrorUnchanged | Guard::SlotFree)) => continue,
            outcome => outcome?,
        }
        return deliver(database, settings, owner, &new.id).await;
    }
    Err(ServiceError::Contended)
}

/// Writes a changed appointment; one that moved or came back to life must find its time free.
pub async fn change(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    before: &Appointment,
    mut after: Appointment,
    beside: &Beside,
) -> Result<AppointmentRow, ServiceError> {
    if *before == after && *beside == Beside::default() {
        let row = database.appointment(&owner.tenant, &after.id).await?;
        return row.ok_or(ServiceError::NotFound("no such appointment"));
    }
    (after.source, after.changed_at) = (Source::Application, RuntimeClock.now());
    let when = |one: &Appointment| (one.span, one.recurrence.clone(), one.exceptions.clone());
    let claims = after.status.is_live() && (when(before) != when(&after) || !before.status.is_live());
    // Before somebody relies on it the calendars are asked themselves.
    let confirms = before.status == Status::Pending && after.status == Status::Confirmed;
    let age = if confirms { Age::Live } else { Age::Recent };
    let but = But { entry: Some(&before.id), hold: None };
    for _ in 0..TRIES {
        let mut batch = match claims || confirms {
            true => free(database, settings, owner, &after, but, age).await?,
            false => Vec::new(),
        };
        batch.extend(database.put_appointment(owner, &after, Some(before.revision))?);
        batch.push(database.put_beside(&after.id, beside)?);
        match database.batch(batch).await {
            Err(DbError::Refused(Guard::MirrorUnchanged | Guard::SlotFree)) => continue,
            Err(DbError::Refused(Guard::EntryUnchanged)) => {
                return Err(ServiceError::NotAllowed(
                    "the appointment was changed by somebody else meanwhile; read it again".to_owned(),
                ));
            }
            outcome => outcome?,
        }
        return deliver(database, settings, owner, &after.id).await;
    }
    Err(ServiceError::Contended)
}

/// Takes one step of an appointment's life.
pub async fn step(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    before: &Appointment,
    transition: Transition,
) -> Result<AppointmentRow, ServiceError> {
    let status = transition.from(before.status).ok_or_else(|| {
        ServiceError::NotAllowed(format!(
            "an appointment that is {} does not allow this",
            before.status.as_str()
        ))
    })?;
    change(database, settings, owner, before, Appointment { status, ..before.clone() }, &Beside::default())
        .await
}

/// What must still hold of all its times when an appointment is written.
async fn free(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    wanted: &Appointment,
    but: But<'_>,
    age: Age,
) -> Result<Vec<Statement>, ServiceError> {
    let reach = match wanted.recurrence {
        // One that has begun long ago takes its time from now on.
        Some(_) => Span::lasting(wanted.span.start().max(RuntimeClock.now()), AHEAD),
        None => wanted.span,
    };
    let times = wanted.times(reach, &mut Budget::default())?;
    if times.is_empty() && wanted.recurrence.is_some() {
        // It is over, or begins again in a year: nothing can stand in its way.
        return Ok(Vec::new());
    }
    guards(database, settings, owner, &times, but, age).await
}

/// What must still hold when the batch is carried out: the mirror as it was looked at, no live reservation or hold within
/// the owner's buffers, and room on the day.
pub(super) async fn guards(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    times: &[Span],
    but: But<'_>,
    age: Age,
) -> Result<Vec<Statement>, ServiceError> {
    let answer = availability::check(database, settings, owner, times, but, age).await?;
    if let Availability::Busy(conflicts) = answer.availability {
        let alternatives = match times {
            [time] => slots::instead(database, settings, owner, *time, but).await?,
            _ => Vec::new(),
        };
        return Err(ServiceError::Taken { conflicts, alternatives });
    }
    let now = RuntimeClock.now();
    let mut guards = vec![
        database.assert_mirror(owner, answer.revision)?,
        database.assert_slots_free(owner, times, answer.gap, but.entry)?,
        database.assert_not_held(owner, times, answer.gap, but.hold, now)?,
    ];
    for day in answer.days {
        let others = [but.entry, but.hold];
        guards.push(database.assert_day_open(owner, day.span, day.most, others, now)?);
    }
    Ok(guards)
}

/// Brings an appointment to the owner's calendars at once, as far as they can be reached.
async fn deliver(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    id: &str,
) -> Result<AppointmentRow, ServiceError> {
    synchronise::deliver(database, settings, owner, Kind::Event, id).await?;
    let row = database.appointment(&owner.tenant, id).await?;
    row.ok_or(ServiceError::NotFound("no such appointment"))
}
