//! Whether an owner's time is free: the mirror, expanded here, together with live appointments.

use super::{ServiceError, synchronise};
use crate::database::Database;
use crate::database::connections::ConnectionRow;
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::availability::{Block, blocks, conflicts};
use kalends::booking::Kind;
use kalends::port::{Clock, ConnectionState, OwnerKey};
use kalends::sync::Scope;
use kalends::{Budget, Event, EventError, Instant, Span, Zone};
use serde::Serialize;

const NO_TIME: ServiceError = ServiceError::NotFound("This series takes place at no time");

/// A mirror that is older than this many milliseconds is not trusted without saying so.
const FRESH: i64 = 5 * 60_000;

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// What it is called.
    pub title: String,
    /// From.
    pub start: Instant,
    /// To.
    pub end: Instant,
    /// `calendar` or `appointment`.
    pub source: &'static str,
}

/// Free, busy, or unknown with the reason.
#[derive(Debug, Clone, PartialEq)]
pub enum Availability {
    /// Nothing stands in the way.
    Free,
    /// This does.
    Busy(Vec<Conflict>),
    /// A calendar could not be read; the reason.
    Unknown(String),
}

/// An answer, the age of what it rests on, and the mirror's revision.
pub struct Answer {
    /// The answer.
    pub availability: Availability,
    /// When the oldest of the owner's calendars was last read, if there is any.
    pub as_of: Option<Instant>,
    /// The revision of the mirror that was looked at.
    pub revision: i64,
}

/// Whether an owner is free at all of some times, but for one appointment of its own. Reads calendars again whose mirror
/// is more than five minutes old.
pub async fn check(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    times: &[Span],
    except: Option<&str>,
) -> Result<Answer, ServiceError> {
    let ends = times.iter().map(|time| time.end()).max();
    let reach =
        times.iter().map(|time| time.start()).min().zip(ends).and_then(|(start, end)| Span::new(start, end));
    let span = reach.ok_or(NO_TIME)?;
    let Taken { mut found, as_of, doubt, revision } = taken(database, settings, owner, span, except).await?;
    let overlaps = |found: &Conflict, time: &Span| found.start < time.end() && time.start() < found.end;
    found.retain(|found| times.iter().any(|time| overlaps(found, time)));
    let availability = match (found.is_empty(), doubt) {
        (false, _) => Availability::Busy(found),
        (true, Some(reason)) => Availability::Unknown(reason),
        (true, None) => Availability::Free,
    };
    Ok(Answer { availability, as_of, revision })
}

/// What takes an owner's time.
pub struct Taken {
    /// All of it.
    pub found: Vec<Conflict>,
    /// When the oldest of the owner's calendars was last read, if there is any.
    pub as_of: Option<Instant>,
    /// Why there may be more.
    pub doubt: Option<String>,
    /// The revision of the mirror that was looked at.
    pub revision: i64,
}

/// What takes an owner's time in a span, but for one appointment or the event of one task.
pub async fn taken(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    span: Span,
    except: Option<&str>,
) -> Result<Taken, ServiceError> {
    let (as_of, doubt) = refresh(database, settings, owner, span).await?;
    let row = database.owner(owner).await?;
    let revision = row.as_ref().map_or(0, |row| row.revision);
    let zone = row.and_then(|row| Zone::iana(&row.timezone).ok()).unwrap_or_else(Zone::utc);
    let (mut found, unread) = busy(database, owner, span, &zone, except).await?;
    let mut rows = database.appointments_in(owner, span, except).await?;
    rows.extend(database.recurring_appointments(owner, except).await?);
    let mut budget = Budget::default();
    for row in rows {
        let appointment = row.appointment();
        for taken in appointment.times(span, &mut budget)? {
            let (start, end) = (taken.start(), taken.end());
            found.push(Conflict { title: appointment.name(), start, end, source: "appointment" });
        }
    }
    Ok(Taken { found, as_of, doubt: doubt.or(unread), revision })
}

/// What the owner's calendars hold in a span, and a reason to doubt if an event of theirs could not be expanded.
async fn busy(
    database: &Database,
    owner: &OwnerKey,
    span: Span,
    zone: &Zone,
    except: Option<&str>,
) -> Result<(Vec<Conflict>, Option<String>), ServiceError> {
    let mut rows = database.events_in(owner, span).await?;
    rows.retain(|row| except.is_none() || row.entry_id.as_deref() != except);
    let (mut events, mut unread) = (Vec::new(), None);
    for row in &rows {
        match Event::parse(&row.source) {
            Ok(event) => events.push(event),
            // A task or a journal takes no time.
            Err(EventError::NoEvent) => {}
            Err(error) => unread = Some(format!("The object {} cannot be read: {error}", row.uid)),
        }
    }
    let (found, unexpanded) = blocks(&events, span, zone, &mut Budget::default());
    let conflict = |block: &Block| Conflict {
        title: block.summary.clone(),
        start: block.span.start(),
        end: block.span.end(),
        source: "calendar",
    };
    let unexpanded =
        unexpanded.first().map(|(uid, error)| format!("The event {uid} cannot be read: {error}"));
    Ok((conflicts(span, &found).into_iter().map(conflict).collect(), unread.or(unexpanded)))
}

/// Reads stale calendars again, and those that are not mirrored for that time; the age of the oldest, and a reason to
/// doubt if one could not be read.
pub async fn refresh(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    span: Span,
) -> Result<(Option<Instant>, Option<String>), ServiceError> {
    let served = database.served().await?;
    let mut oldest: Option<Instant> = None;
    let mut doubt = None;
    let lies_outside = |window: Span| span.start() < window.start() || span.end() > window.end();
    for row in calendars(database, owner).await? {
        let now = RuntimeClock.now();
        let (mut read, mut window) = (row.last_read(served), row.window());
        if matches!(row.sync_status, ConnectionState::Paused | ConnectionState::NeedsReauth) {
            let why = row.last_sync_error.as_deref().unwrap_or("it is paused");
            doubt = Some(format!("The calendar \"{}\" is not being read: {why}", row.calendar_name));
        } else if row.must_wait(now) {
            let why = row.last_sync_error.as_deref().unwrap_or("its last sync failed");
            doubt = Some(format!("The calendar \"{}\" could not be read: {why}", row.calendar_name));
        } else if read.is_none_or(|at| now.millis() - at.millis() > FRESH)
            || row.sync_status != ConnectionState::Active
            || window.is_some_and(lies_outside)
        {
            match synchronise::run_patiently(database, settings, &row, &Scope::Covering(span)).await {
                Ok(report) if report.unfinished => {
                    doubt = Some(format!("The calendar \"{}\" is still being read", row.calendar_name));
                }
                Ok(_) => {
                    read = Some(now);
                    let fresh = database.connection(&row.tenant, &row.id).await?;
                    window = fresh.and_then(|row| row.window());
                }
                Err(error) => {
                    let why = error.sentence();
                    doubt = Some(format!("The calendar \"{}\" could not be read: {why}", row.calendar_name));
                }
            }
        }
        if let Some(window) = window.filter(|window| lies_outside(*window)) {
            let (from, until) = (window.start().to_utc().date(), window.end().to_utc().date());
            let name = &row.calendar_name;
            doubt.get_or_insert_with(|| {
                format!("The calendar \"{name}\" is read from {from} to {until} only")
            });
        }
        oldest = match (oldest, read) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    Ok((oldest, doubt))
}

/// Has the owner's calendars mirrored for that time, too, as far as they can be read.
pub async fn cover(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    span: Span,
) -> Result<(), ServiceError> {
    for row in calendars(database, owner).await? {
        let outside = |window: Span| span.start() < window.start() || span.end() > window.end();
        if row.window().is_some_and(outside)
            && row.sync_status == ConnectionState::Active
            && let Err(error) =
                synchronise::run_patiently(database, settings, &row, &Scope::Covering(span)).await
        {
            worker::console_warn!("connection {}: {error}", row.id);
        }
    }
    Ok(())
}

/// The owner's connections that say what time is taken: tasks take none.
async fn calendars(database: &Database, owner: &OwnerKey) -> Result<Vec<ConnectionRow>, ServiceError> {
    let mut rows = database.connections(owner, None).await?;
    // Of one whose sync its owner has turned off the last known state stands.
    rows.retain(|row| row.kind() == Kind::Event && row.is_synced());
    Ok(rows)
}

impl ConnectionRow {
    /// When the calendar was last read with success: by a run that left a trace, or by the clock that found nothing.
    pub fn last_read(&self, served: Option<crate::database::scheduler::Served>) -> Option<Instant> {
        let own = self.last_sync_at.map(Instant::from_millis);
        let by_clock = served
            .filter(|_| self.sync_status == ConnectionState::Active && self.retry_at.is_none())
            .and_then(|served| served.last_look(&self.id, self.sync_interval));
        own.map(|own| by_clock.map_or(own, |clock| clock.max(own)))
    }
}
