//! Whether an owner's time is free: the mirror, expanded here, together with live appointments.

use super::{ServiceError, synchronise};
use crate::database::Database;
use crate::database::connections::ConnectionRow;
use crate::database::owners::BookingRules;
use crate::log;
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::availability::{Block, Person, blocks, conflicts};
use kalends::booking::{Kind, Status};
use kalends::port::{Clock, ConnectionState, OwnerKey};
use kalends::sync::Scope;
use kalends::{Budget, Event, EventError, Instant, Span, Zone};
use serde::Serialize;
use utoipa::ToSchema;

const NO_TIME: ServiceError = ServiceError::NotFound("This series takes place at no time");

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A mirror that is older than this many milliseconds is not trusted without saying so.
const FRESH: i64 = 5 * 60_000;

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conflict {
    /// What it is called, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// From.
    pub start: Instant,
    /// To.
    pub end: Instant,
    /// What it is.
    pub source: Source,
    /// Why it takes the time.
    pub reason: &'static str,
}

impl Conflict {
    fn touches(&self, time: Span, before: i64, after: i64) -> bool {
        self.start < time.end().plus_millis(after) && time.start().plus_millis(-before) < self.end
    }

    fn span(&self) -> Span {
        Span::lasting(self.start, self.end.millis() - self.start.millis())
    }
}

/// What takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// An event in one of the owner's calendars.
    Calendar,
    /// An appointment.
    Appointment,
    /// A hold.
    Hold,
    /// As many bookings begin on that day as may.
    MaximumPerDay,
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

impl Availability {
    /// The same in times alone: what is in the way, and why something is unknown, is told to nobody.
    pub fn without_words(self) -> Self {
        match self {
            Self::Free => Self::Free,
            Self::Busy(found) => {
                Self::Busy(found.into_iter().map(|found| Conflict { title: None, ..found }).collect())
            }
            Self::Unknown(_) => Self::Unknown("A calendar could not be read".to_owned()),
        }
    }
}

/// An answer, the age of what it rests on, and the mirror's revision.
pub struct Answer {
    /// The answer.
    pub availability: Availability,
    /// When the oldest of the owner's calendars was last read, if there is any.
    pub as_of: Option<Instant>,
    /// The revision of the mirror that was looked at.
    pub revision: i64,
    /// How far apart the owner's bookings are, in milliseconds.
    pub gap: i64,
    /// The days on which the times begin, where there is a maximum.
    pub days: Vec<Day>,
}

/// A day on which no more than so many bookings may begin.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// The day.
    pub span: Span,
    /// How many reservations and holds there may be at most: what recurs has neither.
    pub most: i64,
    is_full: bool,
}

/// What of the owner's own does not stand in the way.
#[derive(Debug, Clone, Copy, Default)]
pub struct But<'a> {
    /// The appointment that is moved, or the task whose time is looked for.
    pub entry: Option<&'a str>,
    /// The hold that is used.
    pub hold: Option<&'a str>,
}

/// How old what is known of the calendars may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Five minutes.
    Recent,
    /// They are asked now.
    Live,
}

/// All that takes an owner's time in a span, and what is known about it.
pub struct Taken {
    /// What the calendars hold.
    pub events: Vec<Conflict>,
    /// What is booked or held.
    pub bookings: Vec<Conflict>,
    /// When those of them begin that recur.
    recurring: Vec<Instant>,
    /// The owner's zone.
    pub zone: Zone,
    /// When the owner takes bookings.
    pub rules: BookingRules,
    /// When the oldest of the owner's calendars was last read, if there is any.
    pub as_of: Option<Instant>,
    /// Why something may be missing.
    pub doubt: Option<String>,
    revision: i64,
}

/// What takes an owner's time in a span. Calendars are read again whose mirror is too old.
pub async fn taken(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    span: Span,
    but: But<'_>,
    age: Age,
) -> Result<Taken, ServiceError> {
    let (as_of, doubt) = refresh(database, settings, owner, span, age).await?;
    let row = database.owner(owner).await?;
    let (revision, zone) = row.as_ref().map_or((0, Zone::utc()), |row| (row.revision, row.zone()));
    let rules = row.map(|row| row.rules).unwrap_or_default();
    let (events, unread) = busy(database, owner, span, &zone, but.entry).await?;
    let mut rows = database.appointments_in(owner, span, but.entry).await?;
    rows.extend(database.recurring_appointments(owner, but.entry).await?);
    let (mut bookings, mut recurring) = (Vec::new(), Vec::new());
    let mut budget = Budget::default();
    for row in rows {
        let appointment = row.appointment();
        let reason = if appointment.status == Status::Pending { "tentative" } else { "busy" };
        for taken in appointment.times(span, &mut budget)? {
            let (start, end) = (taken.start(), taken.end());
            let source = Source::Appointment;
            recurring.extend(appointment.recurrence.is_some().then_some(start));
            bookings.push(Conflict { title: Some(appointment.name()), start, end, source, reason });
        }
    }
    for hold in database.holds_in(owner, span, but.hold, RuntimeClock.now()).await? {
        let (start, end) = (hold.span().start(), hold.span().end());
        let title = Some("Held for somebody".to_owned());
        let (source, reason) = (Source::Hold, "tentative");
        bookings.push(Conflict { title, start, end, source, reason });
    }
    Ok(Taken { events, bookings, recurring, zone, rules, as_of, doubt: doubt.or(unread), revision })
}

/// Whether an owner is free at all of some times, buffers and the maximum of a day included.
pub async fn check(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    times: &[Span],
    but: But<'_>,
    age: Age,
) -> Result<Answer, ServiceError> {
    let ends = times.iter().map(|time| time.end()).max();
    let reach =
        times.iter().map(|time| time.start()).min().zip(ends).and_then(|(start, end)| Span::new(start, end));
    let around = around(reach.ok_or(NO_TIME)?, DAY);
    let taken = taken(database, settings, owner, around, but, age).await?;
    let (before, after) = (taken.rules.buffer_before * MINUTE, taken.rules.buffer_after * MINUTE);
    let gap = taken.rules.gap();
    let mut found: Vec<Conflict> = Vec::new();
    for (all, before, after) in [(&taken.events, before, after), (&taken.bookings, gap, gap)] {
        let meets = |one: &&Conflict| times.iter().any(|time| one.touches(*time, before, after));
        found.extend(all.iter().filter(meets).cloned());
    }
    found.sort_by_key(|one| (one.start, one.end));
    let days = taken.rules.maximum_per_day.map(|most| days(&taken, times, most)).unwrap_or_default();
    for day in days.iter().filter(|day| day.is_full) {
        let (start, end, source) = (day.span.start(), day.span.end(), Source::MaximumPerDay);
        let title = Some("No more bookings on this day".to_owned());
        found.push(Conflict { title, start, end, source, reason: "unavailable" });
    }
    let availability = match (found.is_empty(), taken.doubt) {
        (false, _) => Availability::Busy(found),
        (true, Some(reason)) => Availability::Unknown(reason),
        (true, None) => Availability::Free,
    };
    Ok(Answer { availability, as_of: taken.as_of, revision: taken.revision, gap, days })
}

/// The days on which some times begin.
fn days(taken: &Taken, times: &[Span], most: u32) -> Vec<Day> {
    let day_of = |at: Instant| {
        let date = taken.zone.to_wall(at).date();
        let next = date.succ_opt().unwrap_or(date);
        let [start, end] = [date, next].map(|date| taken.zone.to_instant(date.and_time(Default::default())));
        Span::lasting(start, end.millis() - start.millis())
    };
    let mut days: Vec<Span> = times.iter().map(|time| day_of(time.start())).collect();
    days.sort_by_key(|day| day.start());
    days.dedup();
    let day = |span: Span| {
        let is_on = |at: &Instant| *at >= span.start() && *at < span.end();
        let begin = taken.bookings.iter().filter(|one| is_on(&one.start)).count();
        let recurring = taken.recurring.iter().filter(|at| is_on(at)).count();
        Day { span, most: i64::from(most) - recurring as i64, is_full: begin >= most as usize }
    };
    days.into_iter().map(day).collect()
}

/// A span and so many milliseconds on either side.
pub fn around(span: Span, millis: i64) -> Span {
    Span::lasting(span.start().plus_millis(-millis), span.millis().saturating_add(2 * millis))
}

impl Taken {
    /// The owner as somebody who takes bookings from now on.
    pub fn person(&self, now: Instant) -> Person {
        Person {
            working_hours: self.rules.hours(),
            buffer_before: self.rules.buffer_before * MINUTE,
            buffer_after: self.rules.buffer_after * MINUTE,
            not_before: Some(now.plus_millis(self.rules.minimum_notice * MINUTE)),
            maximum_per_day: self.rules.maximum_per_day,
            bookings: self.bookings.iter().map(Conflict::span).collect(),
            busy: self.events.iter().map(Conflict::span).collect(),
            ..Person::new(self.zone.clone())
        }
    }
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
        title: Some(block.summary.clone()),
        start: block.span.start(),
        end: block.span.end(),
        source: Source::Calendar,
        reason: block.reason.as_str(),
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
    age: Age,
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
            || age == Age::Live
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
            error.in_log(log::warning("not_covered").connection(&row.id)).write();
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
