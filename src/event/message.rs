//! Messages between calendar users: METHOD, and what it requires of what it carries (RFC 5546 §3.2, §3.4).

use super::create::tzids;
use super::export::plain_head;
use super::field::{CalAddress, CalendarUser, ParticipationStatus};
use super::{Event, Status, sequence_of, uid_of};
use crate::ics::{Component, DateTime, Property};
use crate::time::{Instant, Span};
use crate::zone::{ZoneError, Zones};

/// What a message says of the event or task that it carries.
///
/// ```
/// # use kalends::{Event, Instant, event::{CalAddress, Message, ParticipationStatus}};
/// let text = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nDTSTART:20261121T120000Z\nSUMMARY:Lunch\n\
///     ORGANIZER:mailto:ben@example.org\nATTENDEE;RSVP=TRUE:mailto:ana@example.org\n\
///     ATTENDEE:mailto:eva@example.org\nEND:VEVENT\nEND:VCALENDAR\n";
/// let ana = CalAddress::parse("ana@example.org").unwrap();
/// let yes = Message::Reply { attendee: &ana, answer: ParticipationStatus::Accepted, comment: None };
/// let stamp = Instant::parse("2026-11-01T00:00:00Z").unwrap();
/// let reply = Event::parse(text).unwrap().message(&yes, stamp).unwrap().write();
/// assert!(reply.contains("METHOD:REPLY\r\n") && !reply.contains("eva"));
/// assert!(reply.contains("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org\r\n"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'m> {
    /// That it is there, for whom it may concern. Attendees are left out.
    Publish,
    /// The organizer asks to it, or says what has changed.
    Request,
    /// The organizer calls it off: all of it, or the single occurrences where the series itself did not come.
    Cancel,
    /// An attendee answers. Other attendees are left out.
    Reply {
        /// Who answers.
        attendee: &'m CalAddress,
        /// What they answer.
        answer: ParticipationStatus,
        /// What they say to it.
        comment: Option<&'m str>,
    },
}

/// Why something cannot be carried by a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// A property that the method requires is not there.
    #[error(
        "METHOD:{method} requires {property}, which {component} {uid} does not have (RFC 5546 §{section})"
    )]
    Missing {
        /// The METHOD.
        method: &'static str,
        /// The property.
        property: &'static str,
        /// VEVENT or VTODO.
        component: &'static str,
        /// The UID of the one that lacks it.
        uid: String,
        /// Where RFC 5546 says so.
        section: &'static str,
    },
    /// Who answers is not an attendee.
    #[error("{attendee} is not among the attendees of {uid}, so there is nothing to answer")]
    NotInvited {
        /// Who answers.
        attendee: String,
        /// To what.
        uid: String,
    },
    /// A word that is no answer.
    #[error(
        "{0} is no answer here; answer ACCEPTED, DECLINED or TENTATIVE, to a task also COMPLETED or IN-PROCESS"
    )]
    Answer(&'static str),
    /// What is cancelled cannot be asked to.
    #[error("{0} or an occurrence of it is cancelled; METHOD:CANCEL says so")]
    Cancelled(String),
    /// One message carries one event.
    #[error("there are entries of several UIDs ({0} and {1}); send a message for each")]
    SeveralUids(String, String),
    /// One message carries events or tasks.
    #[error("there are events and tasks; send a message for each")]
    Mixed,
    /// There is nothing to carry.
    #[error("there is neither a VEVENT nor a VTODO in the calendar")]
    Nothing,
    /// A time zone has to be defined and is not known.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl MessageError {
    /// A word for what is wrong that stays the same over all versions.
    pub fn code(&self) -> &'static str {
        match self {
            MessageError::Missing { .. } => "missing_property",
            MessageError::NotInvited { .. } => "not_invited",
            MessageError::Answer(_) => "invalid_answer",
            MessageError::Cancelled(_) => "cancelled_event",
            MessageError::SeveralUids(..) => "several_uids",
            MessageError::Mixed => "mixed_components",
            MessageError::Nothing => "no_event",
            MessageError::Zone(_) => "unknown_time_zone",
        }
    }
}

impl Event {
    /// The calendar object that carries this event in a message. `stamp` is written as DTSTAMP.
    pub fn message(&self, message: &Message<'_>, stamp: Instant) -> Result<Component<'static>, MessageError> {
        message.carrying(self.calendar().clone(), stamp)
    }
}

/// What one message carries: it is either.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Event,
    Todo,
}

impl Kind {
    fn of(entry: &Component) -> Option<Kind> {
        match entry {
            entry if entry.is("VEVENT") => Some(Kind::Event),
            entry if entry.is("VTODO") => Some(Kind::Todo),
            _ => None,
        }
    }
}

impl Message<'_> {
    /// The METHOD.
    pub fn method(&self) -> &'static str {
        match self {
            Message::Publish => "PUBLISH",
            Message::Request => "REQUEST",
            Message::Cancel => "CANCEL",
            Message::Reply { .. } => "REPLY",
        }
    }

    /// The calendar object of this message about the events, or the tasks, of a calendar. What the method does not
    /// let through is left out; what it requires and can be told is added: METHOD, DTSTAMP, the STATUS and SEQUENCE
    /// of what is cancelled, definitions of time zones. `stamp` is written as DTSTAMP.
    pub fn carrying<'t>(
        &self,
        mut calendar: Component<'t>,
        stamp: Instant,
    ) -> Result<Component<'t>, MessageError> {
        let entries = calendar.components.extract_if(.., |c| Kind::of(c).is_some());
        let mut entries: Vec<Component<'t>> = entries.collect();
        let kind = entries.first().and_then(Kind::of).ok_or(MessageError::Nothing)?;
        if entries.iter().any(|entry| Kind::of(entry) != Some(kind)) {
            return Err(MessageError::Mixed);
        }
        let uid = self.one_uid(kind, &entries)?;
        self.retain(kind, &uid, &mut entries)?;
        for entry in &mut entries {
            self.check(kind, entry)?;
            self.adapt(kind, entry, stamp);
        }
        let mut message = self.head(&calendar);
        message.components = definitions(&calendar, &entries)?;
        message.components.append(&mut entries);
        Ok(message)
    }

    /// The UID of the first; of all, unless something is published.
    fn one_uid(&self, kind: Kind, entries: &[Component<'_>]) -> Result<String, MessageError> {
        let mut first: Option<String> = None;
        for entry in entries {
            let uid = uid_of(entry).ok_or_else(|| self.missing("UID", kind, entry))?;
            match &first {
                None => first = Some(uid.into_owned()),
                Some(first) if *first != *uid && *self != Message::Publish => {
                    return Err(MessageError::SeveralUids(first.clone(), uid.into_owned()));
                }
                Some(_) => {}
            }
        }
        first.ok_or(MessageError::Nothing)
    }

    /// Leaves out the entries that the message is not about.
    fn retain(&self, kind: Kind, uid: &str, entries: &mut Vec<Component<'_>>) -> Result<(), MessageError> {
        let is_master = |entry: &Component| entry.property("RECURRENCE-ID").is_none();
        match self {
            Message::Publish | Message::Request => {}
            // The whole series: no RECURRENCE-ID may name a part of it.
            Message::Cancel if entries.iter().any(is_master) => entries.retain(is_master),
            Message::Cancel => {}
            Message::Reply { attendee, answer, .. } => {
                use ParticipationStatus::{Accepted, Completed, Declined, InProcess, Tentative};
                let is_answer = match answer {
                    Accepted | Declined | Tentative => true,
                    Completed | InProcess => kind == Kind::Todo,
                    _ => false,
                };
                if !is_answer {
                    return Err(MessageError::Answer(answer.as_str()));
                }
                entries.retain(|entry| entry.properties("ATTENDEE").any(|p| names(p, attendee)));
                if entries.is_empty() {
                    let attendee = attendee.as_str().to_owned();
                    return Err(MessageError::NotInvited { attendee, uid: uid.to_owned() });
                }
            }
        }
        Ok(())
    }

    fn check(&self, kind: Kind, entry: &Component) -> Result<(), MessageError> {
        let required: &[&'static str] = match self {
            Message::Publish => &["ORGANIZER", "DTSTART"],
            Message::Request => &["ORGANIZER", "ATTENDEE", "DTSTART"],
            Message::Cancel => &["ORGANIZER", "ATTENDEE"],
            Message::Reply { .. } => &["ORGANIZER"],
        };
        for name in required {
            if entry.property(name).is_none_or(|p| p.value().trim().is_empty()) {
                return Err(self.missing(name, kind, entry));
            }
        }
        if *self == Message::Request && is_cancelled(entry) {
            return Err(MessageError::Cancelled(uid_of(entry).unwrap_or_default().into_owned()));
        }
        Ok(())
    }

    fn missing(&self, property: &'static str, kind: Kind, entry: &Component) -> MessageError {
        let (component, section) = match (kind, self) {
            (Kind::Event, Message::Publish) => ("VEVENT", "3.2.1"),
            (Kind::Event, Message::Request) => ("VEVENT", "3.2.2"),
            (Kind::Event, Message::Reply { .. }) => ("VEVENT", "3.2.3"),
            (Kind::Event, Message::Cancel) => ("VEVENT", "3.2.5"),
            (Kind::Todo, Message::Publish) => ("VTODO", "3.4.1"),
            (Kind::Todo, Message::Request) => ("VTODO", "3.4.2"),
            (Kind::Todo, Message::Reply { .. }) => ("VTODO", "3.4.3"),
            (Kind::Todo, Message::Cancel) => ("VTODO", "3.4.5"),
        };
        let uid = uid_of(entry).unwrap_or_default().into_owned();
        MessageError::Missing { method: self.method(), property, component, uid, section }
    }

    fn adapt(&self, kind: Kind, entry: &mut Component<'_>, stamp: Instant) {
        entry.set(DateTime::Utc(stamp).property("DTSTAMP"));
        entry.remove("REQUEST-STATUS");
        if matches!(self, Message::Publish | Message::Request) {
            // They must be there, but may say nothing.
            let needed = if kind == Kind::Todo { 2 } else { 1 };
            for (name, value) in [("SUMMARY", ""), ("PRIORITY", "0")].into_iter().take(needed) {
                if entry.property(name).is_none() {
                    entry.properties.push(Property::known(name, value));
                }
            }
        } else {
            entry.components.retain(|inner| !inner.is("VALARM"));
        }
        match self {
            Message::Publish => entry.remove("ATTENDEE"),
            Message::Request => {}
            Message::Cancel => {
                // Who has said so already has raised SEQUENCE then.
                if !is_cancelled(entry) {
                    let sequence = sequence_of(entry).saturating_add(1);
                    entry.set(Property::known("SEQUENCE", sequence.to_string()));
                }
                entry.set(Property::known("STATUS", Status::Cancelled.as_str()));
                if entry.property("SEQUENCE").is_none() {
                    entry.set(Property::known("SEQUENCE", "0"));
                }
            }
            Message::Reply { attendee, answer, comment } => {
                let mut seen = false;
                entry.properties.retain(|p| {
                    let is_other = p.is("ATTENDEE") && (seen || !names(p, attendee));
                    seen |= p.is("ATTENDEE") && !is_other;
                    !is_other
                });
                if let Some(own) = entry.property_mut("ATTENDEE") {
                    own.set_parameter("PARTSTAT", answer.as_str());
                    own.remove_parameter("RSVP");
                }
                let comment = comment.filter(|comment| !comment.trim().is_empty());
                entry.properties.extend(comment.map(|comment| Property::text("COMMENT", comment)));
            }
        }
    }

    /// What is published says what the calendar said of itself; a message about one event must not, since some
    /// programs would make a calendar of that name.
    fn head<'t>(&self, calendar: &Component<'t>) -> Component<'t> {
        let mut head: Component<'t> = plain_head();
        for property in &calendar.properties {
            let is_own = ["VERSION", "CALSCALE", "METHOD"].iter().any(|name| property.is(name));
            if property.is("PRODID") {
                head.set(property.clone());
            } else if *self == Message::Publish && !is_own {
                head.properties.push(property.clone());
            }
        }
        head.properties.insert(3, Property::known("METHOD", self.method()));
        head
    }
}

fn is_cancelled(entry: &Component) -> bool {
    entry.property("STATUS").is_some_and(|p| p.value().trim().eq_ignore_ascii_case("CANCELLED"))
}

/// Whether an ATTENDEE is that person.
fn names(property: &Property, person: &CalAddress) -> bool {
    CalendarUser::of(property).is_some_and(|user| {
        user.address.is(person) || user.email.is_some_and(|email| CalAddress::of(&email).is(person))
    })
}

/// The VTIMEZONE of each TZID that the entries name: the one that came, or a new one.
fn definitions<'t>(
    calendar: &Component<'t>,
    entries: &[Component<'t>],
) -> Result<Vec<Component<'t>>, MessageError> {
    let zones = Zones::of(calendar);
    let mut named: Vec<&str> = Vec::new();
    for tzid in entries.iter().flat_map(tzids) {
        if !named.contains(&tzid) {
            named.push(tzid);
        }
    }
    let define = |tzid: &str| {
        let came = calendar.components("VTIMEZONE").find(|zone| {
            zone.property("TZID").is_some_and(|p| p.unescaped().trim().eq_ignore_ascii_case(tzid.trim()))
        });
        if let Some(came) = came {
            return Ok(came.clone());
        }
        let zone = zones.resolve(tzid)?;
        let times = entries.iter().flat_map(|entry| &entry.properties);
        let times =
            times.filter(|p| p.parameter("TZID") == Some(tzid)).flat_map(|p| DateTime::list(p).flatten());
        let instants: Vec<Instant> = times.filter_map(|time| zones.instant_of(&time, &zone).ok()).collect();
        let recurs = entries.iter().any(|entry| entry.property("RRULE").is_some());
        let first = instants.iter().min().copied().unwrap_or(Instant::from_millis(0));
        let last = if recurs { Instant::MAX } else { instants.iter().max().copied().unwrap_or(first) };
        let span = Span::new(first, last).unwrap_or(Span::lasting(first, 0));
        let mut definition: Component<'t> = zone.definition(span);
        definition.set(Property::text("TZID", tzid));
        Ok(definition)
    };
    named.into_iter().map(define).collect()
}

#[cfg(test)]
mod tests;
