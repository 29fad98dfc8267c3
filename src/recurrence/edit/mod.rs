//! A series changed for one occurrence, for it and all that follow, or for all (RFC 5545 §3.8.4.4, §3.8.5).

mod all;
mod end;
mod exceptions;
mod following;
mod repeat;
#[cfg(test)]
mod tests;
mod this;

use super::set::{Described, Found, Set};
use super::starts::Range;
use super::{Budget, RecurrenceError};
use crate::event::{Content, Event, EventError, Times};
use crate::ics::{Component, DateTime, Property, ValueError};
use crate::rule::{Rule, RuleError};
use crate::time::{Instant, Wall};
use crate::zone::{Zone, ZoneError, Zones};
use std::cell::RefCell;

/// An event opened to be changed for one or more of its occurrences.
///
/// An occurrence is named by its `recurrence_id`, or by its start where the event does not recur. What the
/// application shows of it is [`Editor::content`]; the changed content goes back into one of the functions here, and
/// only the fields that differ are changed. Everything that is not modelled is kept. Nothing here has a clock or
/// randomness: the time of the change and the UID of a new series are given.
///
/// ```
/// # use kalends::{Event, Instant, Zone, recurrence::Editor};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261103T090000Z\nDURATION:PT1H\nSUMMARY:Lunch\n\
///     RRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR\n";
/// let event = Event::parse(text).unwrap();
/// let at = |text| Instant::parse(text).unwrap();
/// let series = Editor::of(&event, &Zone::utc(), at("2026-11-01T00:00:00Z")).unwrap();
/// let second = at("2026-11-10T09:00:00Z");
/// let mut content = series.content(second).unwrap();
/// content.summary = "Dinner".into();
/// let changed = series.change_this(second, &content).unwrap().to_ics();
/// assert!(changed.contains("RECURRENCE-ID:20261110T090000Z\r\n") && changed.contains("SUMMARY:Dinner\r\n"));
/// let deleted = series.delete_this(second).unwrap().unwrap().to_ics();
/// assert!(deleted.contains("EXDATE:20261110T090000Z\r\n"));
/// let ended = series.delete_following(second).unwrap().unwrap().to_ics();
/// assert!(ended.contains("RRULE:FREQ=WEEKLY;UNTIL=20261103T090000Z\r\n"));
/// assert!(series.content(at("2026-11-11T09:00:00Z")).is_err());
/// ```
pub struct Editor<'e> {
    event: &'e Event,
    zones: Zones<'e>,
    set: Set<'e>,
    floating: Zone,
    stamp: Instant,
    /// The steps for each change, and how many of them are left.
    budget: Budget,
    left: RefCell<Budget>,
}

/// What becomes of the rule when a series is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat<'r> {
    /// It stays, and follows the start to another day or time, see [`Rule::following`].
    AsItIs,
    /// This rule takes its place; an event that did not recur does from now on. RDATEs stay. EXDATEs and overrides
    /// stay where the new rule has an occurrence at their time, and go where it has none. A start that the rule does
    /// not match moves to the first time that it does, and UNTIL is written in the form that goes with the start.
    By(&'r Rule),
    /// The event takes place once, at its start: rules, dates and overrides go.
    Never,
}

/// The series that begins where another is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSeries<'u> {
    /// Its UID, which no other event has.
    pub uid: &'u str,
    /// Whether the two series name each other, as RFC 8984 §4.1.3 asks for: RELATED-TO with RELTYPE=NEXT and
    /// RELTYPE=FIRST (RFC 9253 §5).
    pub related: bool,
}

/// A series after a change of one occurrence and all that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What the UID now means: the occurrences before the change, or, where there are none, the whole series, changed.
    pub series: Event,
    /// The changed occurrences; none where all were changed.
    pub following: Option<Event>,
}

/// Why a series cannot be changed so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The series has no occurrence of that name.
    #[error("event {uid} has no occurrence at {at}; give the recurrenceId of one")]
    NoOccurrence {
        /// The UID.
        uid: String,
        /// The instant that was given.
        at: Instant,
    },
    /// Only single occurrences of the series came.
    #[error("of event {0} only single occurrences came, not the series; change each of them as \"this one\"")]
    NoSeries(String),
    /// An override for all later occurrences stands in the way.
    #[error(
        "event {uid} has a change of this and all later occurrences (RANGE=THISANDFUTURE) from {from} on, with which this change cannot be made; delete from there on, or change the texts of all"
    )]
    Range {
        /// The UID.
        uid: String,
        /// The first occurrence for which such an override holds.
        from: Instant,
    },
    /// The rest of the series cannot be said by one rule with a start of its own.
    #[error("event {uid} cannot be split at {at}: {why}; give the rule of the new series")]
    Unsplittable {
        /// The UID.
        uid: String,
        /// Where it was to be split.
        at: Instant,
        /// Why not.
        why: &'static str,
    },
    /// The new series needs a UID of its own.
    #[error("\"{0}\" cannot be the UID of the new series; give one that no event has")]
    Uid(String),
    /// The whole series, moved as one occurrence was, would not have that occurrence where it was moved to.
    #[error("the rule of event {uid} does not follow to {at}; give the new rule too")]
    Unfollowed {
        /// The UID.
        uid: String,
        /// Where the occurrence was to be.
        at: Instant,
    },
    /// The new rule has no occurrence.
    #[error("the rule {0} has no occurrence at or after the event's start; change it or the start")]
    Never(String),
    /// The series cannot be read or expanded, or a rule does not say how it follows.
    #[error(transparent)]
    Recurrence(#[from] RecurrenceError),
}

impl From<RuleError> for EditError {
    fn from(error: RuleError) -> EditError {
        RecurrenceError::from(error).into()
    }
}

impl From<EventError> for EditError {
    fn from(error: EventError) -> EditError {
        RecurrenceError::from(error).into()
    }
}

impl From<ValueError> for EditError {
    fn from(error: ValueError) -> EditError {
        RecurrenceError::from(error).into()
    }
}

impl From<ZoneError> for EditError {
    fn from(error: ZoneError) -> EditError {
        RecurrenceError::from(error).into()
    }
}

impl<'e> Editor<'e> {
    /// Opens an event. `floating` is the zone of dates and of times without a zone, as for
    /// [`occurrences`](super::occurrences); `stamp` is the time of the change, for DTSTAMP and LAST-MODIFIED.
    pub fn of(event: &'e Event, floating: &Zone, stamp: Instant) -> Result<Editor<'e>, EditError> {
        let zones = Zones::of(event.calendar());
        let set = Set::of(&event.series(), &zones, floating)?;
        let (floating, budget) = (floating.clone(), Budget::default());
        Ok(Editor { event, zones, set, floating, stamp, left: RefCell::new(budget.clone()), budget })
    }

    /// The same with so many steps for each change.
    pub fn with_budget(self, budget: Budget) -> Editor<'e> {
        Editor { left: RefCell::new(budget.clone()), budget, ..self }
    }

    /// What an occurrence says now.
    pub fn content(&self, at: Instant) -> Result<Content, EditError> {
        self.begin();
        let alone = self.alone(&self.found(at)?)?;
        Ok(Content::of(&alone, &self.zones, &self.floating)?)
    }

    /// Another event, with the same zone and stamp and the steps that are left.
    fn within<'o>(&self, event: &'o Event) -> Result<Editor<'o>, EditError> {
        Ok(Editor::of(event, &self.floating, self.stamp)?.with_budget(self.left.borrow().clone()))
    }

    /// Gives a change its steps.
    fn begin(&self) {
        self.left.replace(self.budget.clone());
    }

    /// Expands with the steps that are left.
    fn spend<T>(
        &self,
        expand: impl FnOnce(&mut Budget) -> Result<T, RecurrenceError>,
    ) -> Result<T, EditError> {
        let mut budget = self.left.borrow_mut();
        let found = expand(&mut budget)?;
        match budget.left() {
            0 => Err(RecurrenceError::Budget(self.uid()).into()),
            _ => Ok(found),
        }
    }

    fn event(&self) -> &'e Event {
        self.event
    }

    fn uid(&self) -> String {
        self.event().uid().to_owned()
    }

    fn found(&self, at: Instant) -> Result<Found<'e>, EditError> {
        let found = self.spend(|budget| self.set.find(&self.zones, at, budget))?;
        found.ok_or_else(|| EditError::NoOccurrence { uid: self.uid(), at })
    }

    /// The VEVENT of the series and its times.
    fn master(&self) -> Result<(&'e Component<'e>, &Times), EditError> {
        let master = self.event().master().zip(self.set.times.as_ref());
        master.ok_or_else(|| EditError::NoSeries(self.uid()))
    }

    /// The zone in which a content's times are meant.
    fn zone_of(&self, content: &Content) -> Result<Zone, EditError> {
        let name = content.time_zone.as_deref();
        Ok(name.map_or(Ok(Zone::utc()), |name| self.zones.resolve(name))?)
    }

    /// Where a VEVENT of the event stands in its calendar.
    fn place(&self, event: &Component) -> Option<usize> {
        self.event().calendar().components.iter().position(|c| std::ptr::eq(c, event))
    }

    /// Which occurrence an override replaces, on its wall and as an instant; none where this is no override.
    fn replaced(&self, event: &Component) -> Result<Option<(Wall, Instant)>, EditError> {
        let Some(id) = event.property("RECURRENCE-ID").filter(|_| event.is("VEVENT")) else {
            return Ok(None);
        };
        let (zones, times) = (&self.zones, self.set.times.as_ref());
        Ok(Some(super::overrides::original(id, zones, &self.floating, times)?))
    }

    /// Whether the series has an occurrence whose name lies in this range.
    fn has_any(&self, from: Instant, until: Instant) -> Result<bool, EditError> {
        if self.set.overrides.all().any(|own| from <= own.id && own.id <= until) {
            return Ok(true);
        }
        let excluded: usize =
            self.event().main().properties("EXDATE").map(|p| DateTime::list(p).count()).sum();
        // A few are enough, unless an EXDATE takes out many.
        for limit in [excluded + 1, usize::MAX] {
            let range = Range { from, until, limit };
            if !self.spend(|budget| self.set.given(&self.zones, range, budget))?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A start of the series, written as its DTSTART is; in UTC where the clocks of its zone show that time twice.
fn written(times: &Times, wall: Wall, at: Instant) -> DateTime {
    match &times.start {
        DateTime::Date(_) => DateTime::Date(wall.date()),
        _ if times.zone.to_instant(wall) != at => DateTime::Utc(at),
        DateTime::Floating(_) => DateTime::Floating(wall),
        DateTime::Zoned { tzid, .. } => DateTime::Zoned { wall, tzid: tzid.clone() },
        DateTime::Utc(_) => DateTime::Utc(at),
    }
}

/// Keeps of a property's list what is wanted, as it was written, and no empty property.
fn retain_items(
    event: &mut Component,
    name: &str,
    mut wanted: impl FnMut(&Property, &str) -> Result<bool, EditError>,
) -> Result<(), EditError> {
    let mut failed = None;
    for property in event.properties.iter_mut().filter(|property| property.is(name)) {
        let mut kept = Vec::new();
        let items: Vec<&str> = property.value().split(',').collect();
        for item in &items {
            match wanted(property, item) {
                Ok(true) => kept.push(*item),
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        if kept.len() < items.len() {
            let kept = kept.join(",");
            property.set_known(kept);
        }
    }
    event.properties.retain(|property| !property.is(name) || !property.value().is_empty());
    failed.map_or(Ok(()), Err)
}
