//! One event series as its provider gave it, and how a change is worked into it.

mod abridge;
mod calendar_properties;
mod content;
mod create;
mod details;
mod exceptions;
mod excerpt;
mod export;
mod field;
mod message;
mod new;
mod object;
mod patch;
mod series;
mod shift;
mod times;
mod todo;

use crate::ics::{Component, DateTime, Parsed, Problem, Property, ValueError, parse, parse_bytes};
use crate::time::Instant;
use crate::zone::{Zone, ZoneError, Zones};
pub use calendar_properties::CalendarProperties;
pub use content::{Content, Exception, Field, Status};
pub use details::{Class, Details, Percent, Priority};
pub use excerpt::Excerpt;
pub use export::export;
pub use field::{
    Action, Alarm, Attachment, Attendee, CalAddress, CalendarUser, Color, Conference, Email, Feature,
    FieldError, FieldFault, Geo, ParticipationStatus, Repeat, Role, Trigger, Uri, UserType,
};
pub use message::{Message, MessageError};
pub(crate) use new::shown_by;
pub use new::{End, NewEvent, Repetition, Transparency};
pub use object::{CalendarObject, EntryContent};
pub(crate) use patch::{define, newly_named, stamp_change, work_in};
pub use series::Series;
use std::borrow::Cow;
pub(crate) use times::{Length, Times};
pub use todo::{NewTodo, Todo, TodoContent, TodoObject, TodoStatus};

/// One calendar object resource (RFC 4791 §4.1): a VCALENDAR with the events of one UID, kept as it came.
///
/// ```
/// # use kalends::{Event, Instant, Zone};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261121T090000\n\
///     DURATION:PT1H\nSUMMARY:Lunch\nX-MINE:kept\nEND:VEVENT\nEND:VCALENDAR\n";
/// let event = Event::parse(text).unwrap();
/// let mut content = event.content(&Zone::utc()).unwrap();
/// assert_eq!(content.span.start(), Instant::parse("2026-11-21T08:00:00Z").unwrap());
/// content.summary = "Dinner".into();
/// let patched = event.patched(&content, Instant::parse("2026-11-20T00:00:00Z").unwrap()).unwrap().to_ics();
/// assert!(patched.contains("SUMMARY:Dinner\r\n") && patched.contains("X-MINE:kept\r\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    calendar: Component<'static>,
    uid: String,
    /// Where the VEVENT without RECURRENCE-ID stands, or else the first override.
    main: usize,
}

/// Why a text is no event that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// No VEVENT in a VCALENDAR.
    #[error("there is no VEVENT in a VCALENDAR; give the text of one calendar object")]
    NoEvent,
    /// The event has no UID.
    #[error("the VEVENT has no UID; RFC 5545 §3.8.4.7 requires one")]
    NoUid,
    /// Events of several UIDs where one was expected.
    #[error("there are events of several UIDs ({0} and {1}); read them with Event::all")]
    SeveralUids(String, String),
    /// The event has no DTSTART.
    #[error("event {0} has no DTSTART")]
    NoStart(String),
    /// A value cannot be read.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A time zone cannot be resolved.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl Event {
    /// Reads one calendar object resource: all its events have the same UID.
    pub fn parse(text: &str) -> Result<Event, EventError> {
        Event::first(parse(text))
    }

    /// The same from the octets that a server sent, where a fold may have split a character.
    pub fn parse_bytes(text: &[u8]) -> Result<Event, EventError> {
        Event::first(parse_bytes(text))
    }

    fn first(parsed: Parsed<'_>) -> Result<Event, EventError> {
        let with_event = |c: &Component| c.is("VCALENDAR") && c.components("VEVENT").next().is_some();
        let found = parsed.calendars.into_iter().find(with_event);
        Event::of(found.ok_or(EventError::NoEvent)?.into_owned())
    }

    /// The same from a VCALENDAR that is already read.
    pub fn of(calendar: Component<'static>) -> Result<Event, EventError> {
        let mut uid: Option<String> = None;
        for event in calendar.components("VEVENT") {
            let own = uid_of(event).ok_or(EventError::NoUid)?.into_owned();
            match &uid {
                Some(uid) if *uid != own => return Err(EventError::SeveralUids(uid.clone(), own)),
                _ => uid = Some(own),
            }
        }
        let uid = uid.ok_or(EventError::NoEvent)?;
        let place = Series::of(&uid, calendar.components("VEVENT")).map(|series| series.place_of_main());
        let events = calendar.components.iter().enumerate().filter(|(_, c)| c.is("VEVENT"));
        let main = place.and_then(|place| events.map(|(at, _)| at).nth(place)).ok_or(EventError::NoEvent)?;
        Ok(Event { calendar, uid, main })
    }

    /// Every event in a text of any number of them, such as an exported calendar, one for each UID in order of
    /// appearance. Each gets a copy of its calendar's properties and of the time zones that it names: where the text
    /// may be hostile, [`Series::all`] takes no memory for that. An event without UID gets one made of its content,
    /// so that it is not lost.
    pub fn all(text: &str) -> (Vec<Event>, Vec<Problem>) {
        let parsed = parse(text);
        (parsed.calendars.iter().flat_map(create::split).collect(), parsed.problems)
    }

    /// The UID, the same in all its components.
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The VCALENDAR as it came, with later patches.
    pub fn calendar(&self) -> &Component<'static> {
        &self.calendar
    }

    /// The VEVENT that describes the series; the first override where the series itself did not come.
    pub fn main(&self) -> &Component<'static> {
        &self.calendar.components[self.main]
    }

    /// Where the VEVENT that describes the series stands in its calendar.
    pub(crate) fn main_place(&self) -> usize {
        self.main
    }

    /// The VEVENT that describes the series, if it came.
    pub fn master(&self) -> Option<&Component<'static>> {
        Some(self.main()).filter(|c| c.property("RECURRENCE-ID").is_none())
    }

    /// The VEVENTs that replace single occurrences.
    pub fn overrides(&self) -> impl Iterator<Item = &Component<'static>> {
        self.calendar.components("VEVENT").filter(|c| c.property("RECURRENCE-ID").is_some())
    }

    /// The same as a series in its calendar.
    pub fn series(&self) -> Series<'_> {
        // An event holds a VEVENT: that is what makes it one.
        Series::of(&self.uid, self.calendar.components("VEVENT")).expect("a VEVENT")
    }

    /// Whether it has, or may have, more than one occurrence.
    pub fn is_recurring(&self) -> bool {
        self.series().is_recurring()
    }

    /// The value of its first RRULE.
    pub fn recurrence_rule(&self) -> Option<&str> {
        self.main().property("RRULE").map(|p| p.value())
    }

    /// Whether it takes no time in a free-busy search (TRANSP:TRANSPARENT).
    pub fn is_transparent(&self) -> bool {
        is_transparent(self.main())
    }

    /// Its STATUS; confirmed where it has none.
    pub fn status(&self) -> Status {
        Status::of(self.main())
    }

    /// When it was changed last, where its LAST-MODIFIED tells.
    pub fn last_modified(&self) -> Option<Instant> {
        match DateTime::of(self.main().property("LAST-MODIFIED")?).ok()? {
            DateTime::Utc(instant) => Some(instant),
            _ => None,
        }
    }

    /// The text of the calendar object.
    pub fn to_ics(&self) -> String {
        self.calendar.write()
    }

    /// What Kalends models of it; times without a zone are read in `floating`.
    pub fn content(&self, floating: &Zone) -> Result<Content, EventError> {
        Content::of(self.main(), &Zones::of(&self.calendar), floating)
    }

    /// The event with the content given: changes only what differs from its own content and keeps everything
    /// else, zones included. Where nothing differs it is returned as it is.
    ///
    /// New times are written in the zone that the property has; `content.time_zone` says in which zone an
    /// all-day or floating time is meant. SEQUENCE rises when the time or the status changes. A series that is moved
    /// takes its EXDATE, RDATE, UNTIL and the RECURRENCE-IDs of its overrides with it. Its rule and its exceptions are
    /// not taken from the content: [`CalendarObject::patched`] changes those.
    pub fn patched(&self, content: &Content, stamp: Instant) -> Result<Event, EventError> {
        patch::patched(self, content, stamp)
    }
}

pub(crate) fn is_transparent(event: &Component) -> bool {
    event.property("TRANSP").is_some_and(|p| p.value().trim().eq_ignore_ascii_case("TRANSPARENT"))
}

/// The RRULEs or EXRULEs that say something: some programs write an empty one for what does not recur.
pub(crate) fn rules_of<'c>(
    event: &'c Component<'_>,
    name: &'c str,
) -> impl Iterator<Item = &'c Property<'c>> {
    event.properties(name).filter(|property| !property.value().trim().is_empty())
}

/// Whether a component has, or may have, more than one occurrence, or is one of several.
pub(crate) fn recurs(entry: &Component) -> bool {
    rules_of(entry, "RRULE").next().is_some()
        || ["RDATE", "RECURRENCE-ID"].iter().any(|name| entry.property(name).is_some())
}

pub(crate) fn sequence_of(event: &Component) -> i64 {
    event.property("SEQUENCE").and_then(|p| p.value().trim().parse().ok()).unwrap_or(0)
}

pub(crate) fn uid_of<'c>(event: &'c Component<'_>) -> Option<Cow<'c, str>> {
    let uid = match event.property("UID")?.unescaped() {
        Cow::Borrowed(uid) => Cow::Borrowed(uid.trim()),
        Cow::Owned(uid) => Cow::Owned(uid.trim().to_owned()),
    };
    Some(uid).filter(|uid| !uid.is_empty())
}

/// The UID of an event, or one made of its content, so that an event without is not lost.
pub(crate) fn uid_or_made<'c>(event: &'c Component<'_>) -> Cow<'c, str> {
    uid_of(event).unwrap_or_else(|| format!("without-uid-{:016x}", fingerprint(&event.write())).into())
}

/// FNV-1a: the same text gives the same name wherever it is read.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(lines: &str) -> Result<Event, EventError> {
        Event::parse(&format!("BEGIN:VCALENDAR\n{lines}\nEND:VCALENDAR\n"))
    }

    #[test]
    fn what_is_no_single_event_is_told_apart() {
        assert_eq!(event("X:1"), Err(EventError::NoEvent));
        assert_eq!(event("BEGIN:VEVENT\nEND:VEVENT"), Err(EventError::NoUid));
        let two = "BEGIN:VEVENT\nUID:1\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT";
        assert_eq!(event(two), Err(EventError::SeveralUids("1".into(), "2".into())));
        let no_start = event("BEGIN:VEVENT\nUID:1\nEND:VEVENT").unwrap().content(&Zone::utc());
        assert_eq!(no_start, Err(EventError::NoStart("1".into())));
    }

    #[test]
    fn the_master_is_found_behind_its_overrides() {
        let text = "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260101T000000Z\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:1\nSUMMARY:old\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nSEQUENCE:2\nSUMMARY:new\nEND:VEVENT";
        let event = event(text).unwrap();
        assert_eq!(event.master().unwrap().property("SUMMARY").unwrap().value(), "new");
        assert!(event.is_recurring());
        assert_eq!(event.overrides().count(), 1);
    }

    #[test]
    fn an_event_alone_takes_the_zones_that_it_needs_with_it() {
        let zone = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETFROM:+0100\n\
            TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE";
        for (head, start) in [("X-A:1", "DTSTART;TZID= own:"), ("X-WR-TIMEZONE:Own", "DTSTART:")] {
            let text = format!(
                "BEGIN:VCALENDAR\n{head}\n{zone}\nBEGIN:VEVENT\nUID:1\n{start}20260101T090000\nEND:VEVENT\n\
                 END:VCALENDAR"
            );
            let content = Event::all(&text).0[0].content(&Zone::utc()).unwrap();
            assert_eq!(content.span.start().to_string(), "2026-01-01T08:00:00Z", "{head}");
        }
    }

    #[test]
    fn an_export_becomes_one_event_for_each_uid_with_the_zones_it_names() {
        let text = "BEGIN:VCALENDAR\nX-WR-CALNAME:Mine\nBEGIN:VTIMEZONE\nTZID:A\nEND:VTIMEZONE\n\
            BEGIN:VEVENT\nUID:1\nDTSTART;TZID=A:20260101T000000\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:2\nDTSTART:20260101T000000Z\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=A:20260102T000000\nEND:VEVENT\n\
            BEGIN:VEVENT\nSUMMARY:nameless\nEND:VEVENT\nEND:VCALENDAR";
        let (events, problems) = Event::all(text);
        assert!(problems.is_empty());
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].overrides().count(), 1);
        assert_eq!(events[0].calendar().components("VTIMEZONE").count(), 1);
        assert_eq!(events[1].calendar().components("VTIMEZONE").count(), 0);
        assert!(!events[2].uid().is_empty());
        assert!(events.iter().all(|e| e.calendar().property("X-WR-CALNAME").is_some()));
    }
}
