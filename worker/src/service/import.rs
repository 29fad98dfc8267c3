//! A calendar file taken in: as the owner's appointments, or as events of one of the owner's calendars.

use super::connect::fingerprint;
use super::{ServiceError, own_events, synchronise};
use crate::database::appointments::Beside;
use crate::database::connections::ConnectionRow;
use crate::database::{Database, DbError, Guard, Statement};
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::booking::{Appointment, Status};
use kalends::event::{self, CalendarObject, EntryContent};
use kalends::port::{Clock, OwnerKey};
use kalends::sync::Scope;
use kalends::{Event, Zone};
use std::collections::HashSet;

/// So many appointments are written in one batch.
const TOGETHER: usize = 25;

/// What became of an event of the file.
pub struct Imported {
    /// Its UID.
    pub uid: String,
    /// What became of it; the appointment's id, where it is one.
    pub outcome: Result<Kept, ServiceError>,
}

/// How an event was kept.
pub enum Kept {
    /// As a new appointment.
    Made(String),
    /// It was there before, and stays as it is.
    Known(String),
    /// In the calendar.
    InCalendar,
}

/// Takes events in as appointments: confirmed, unless they are tentative. Each has an id that follows from its UID, so
/// that the same file makes nothing twice. One that is yet to come must not collide with a booking; what the calendars
/// hold beside is not asked, since the file tells what is.
pub async fn into_appointments(
    database: &Database,
    owner: &OwnerKey,
    events: &[Event],
    zone: &Zone,
    beside: &Beside,
) -> Result<Vec<Imported>, ServiceError> {
    let now = RuntimeClock.now();
    database.batch(vec![database.ensure_owner(owner, None, now)?]).await?;
    let id = |event: &Event| own_id(event.uid()).unwrap_or_else(|| made_id(owner, event.uid()));
    let ids: Vec<String> = events.iter().map(id).collect();
    let known: HashSet<String> = database.known_appointments(owner, &ids).await?.into_iter().collect();
    let mut imported: Vec<Imported> = Vec::with_capacity(events.len());
    let mut new: Vec<Appointment> = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    for (event, id) in events.iter().zip(ids) {
        let outcome = if known.contains(&id) {
            Ok(Kept::Known(id))
        } else {
            // An id that is not this owner's says nothing.
            let id = made_id(owner, event.uid());
            appointment(event, &id, zone).map(|appointment| {
                places.push(imported.len());
                new.push(appointment);
                Kept::Made(id)
            })
        };
        imported.push(Imported { uid: event.uid().to_owned(), outcome });
    }
    for (appointments, places) in new.chunks(TOGETHER).zip(places.chunks(TOGETHER)) {
        let batch = |some: &[Appointment]| -> Result<Vec<Statement>, DbError> {
            let each = some.iter().map(|one| statements(database, owner, one, beside));
            Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
        };
        match database.batch(batch(appointments)?).await {
            Ok(()) => {}
            Err(DbError::Refused(_)) => {
                for (one, place) in appointments.iter().zip(places) {
                    imported[*place].outcome = match database.batch(batch(std::slice::from_ref(one))?).await {
                        Ok(()) => Ok(Kept::Made(one.id.clone())),
                        Err(DbError::Refused(Guard::SlotFree)) => {
                            Err(ServiceError::Taken { conflicts: Vec::new(), alternatives: Vec::new() })
                        }
                        Err(DbError::Refused(_)) => Ok(Kept::Known(one.id.clone())),
                        Err(error) => Err(error.into()),
                    };
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(imported)
}

/// An appointment's own id, where a UID was made of one.
fn own_id(uid: &str) -> Option<String> {
    let id = uid.strip_prefix("apt-")?.get(..32)?;
    id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| format!("apt_{id}"))
}

fn made_id(owner: &OwnerKey, uid: &str) -> String {
    format!("apt_{}", fingerprint([&owner.tenant, &owner.owner, &format!("import {uid}")]))
}

fn appointment(event: &Event, id: &str, zone: &Zone) -> Result<Appointment, ServiceError> {
    let unreadable =
        |error: event::EventError| ServiceError::Invalid { field: "calendar", sentence: error.to_string() };
    let object = CalendarObject::Event(event.clone());
    let EntryContent::Event(content) = object.content(zone).map_err(unreadable)? else {
        return Err(ServiceError::NotFound("This is no event"));
    };
    if content.status == event::Status::Cancelled {
        return Err(ServiceError::NotAllowed("The event was called off".to_owned()));
    }
    let now = RuntimeClock.now();
    let zone_name = content.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let zone_name = if Zone::iana(&zone_name).is_ok() { zone_name } else { "UTC".to_owned() };
    let mut appointment = Appointment::new(id, content.span, &zone_name, now);
    appointment.accept(&content);
    appointment.source = kalends::booking::Source::Application;
    let is_request = content.summary.starts_with("REQUEST: ");
    appointment.status = match content.status {
        event::Status::Tentative => Status::Pending,
        _ if is_request => Status::Pending,
        _ => Status::Confirmed,
    };
    Ok(appointment)
}

fn statements(
    database: &Database,
    owner: &OwnerKey,
    appointment: &Appointment,
    beside: &Beside,
) -> Result<Vec<Statement>, DbError> {
    let mut batch = Vec::new();
    if appointment.recurrence.is_none() && appointment.span.end() > RuntimeClock.now() {
        batch.push(database.assert_slots_free(owner, &[appointment.span], 0, Some(&appointment.id))?);
    }
    batch.extend(database.put_appointment(owner, appointment, None)?);
    batch.push(database.put_beside(&appointment.id, beside)?);
    Ok(batch)
}

/// Puts events into a calendar as they are; one whose UID is there stays as it is there.
pub async fn into_calendar(
    database: &Database,
    settings: &Settings,
    connection: &ConnectionRow,
    events: &[Event],
) -> Result<Vec<Imported>, ServiceError> {
    let mut imported = Vec::with_capacity(events.len());
    for event in events {
        let known = database.own_event_by_uid(&connection.id, event.uid()).await?;
        let outcome = match known {
            Some(row) => Ok(Kept::Known(row.id)),
            None => own_events::put(settings, connection, event).await.map(|()| Kept::InCalendar),
        };
        let is_over = matches!(outcome, Err(ServiceError::Provider(_)));
        imported.push(Imported { uid: event.uid().to_owned(), outcome });
        if is_over {
            // The server is away, full or wants to be left alone: so it would be for the others.
            break;
        }
    }
    synchronise::run_patiently(database, settings, connection, &Scope::Manual).await?;
    Ok(imported)
}
