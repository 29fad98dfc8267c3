//! What services and other clients make of a calendar object.

use kalends::Instant;
use kalends::event::CalendarObject;
use kalends::ics::{Component, DateTime, Property, parse};

/// What becomes of what a service stores, whoever sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewriting {
    Reordered,
    Sorted,
    Classed,
    Remarked,
}

impl Rewriting {
    /// The object as it is kept.
    pub fn of(self, body: &str) -> String {
        match self {
            Self::Reordered => reordered(body),
            Self::Sorted => sorted(body),
            Self::Classed => classed(body),
            Self::Remarked => remarked(body),
        }
    }
}

/// The same object with each event or task in it changed so; as it was where it cannot be read.
fn with_entries(body: &str, change: impl Fn(&mut Component)) -> String {
    let Some(mut calendar) = parse(body).calendars.into_iter().next() else { return body.to_owned() };
    let is_entry = |component: &&mut Component| component.is("VEVENT") || component.is("VTODO");
    calendar.components.iter_mut().filter(is_entry).for_each(change);
    calendar.write()
}

/// The same object with another place or, of a task, another description; its stamps as they were.
pub fn edited(body: &str, text: &str) -> String {
    with_entries(body, |component| {
        let name = if component.is("VEVENT") { "LOCATION" } else { "DESCRIPTION" };
        component.remove(name);
        component.properties.push(Property::text(name, text));
    })
}

/// The same object, changed last at that time.
pub fn stamped(body: &str, at: Instant) -> String {
    with_entries(body, |component| {
        component.remove("LAST-MODIFIED");
        component.properties.push(DateTime::Utc(at).property("LAST-MODIFIED"));
    })
}

/// The same object with the properties of its event or task the other way round.
pub fn reordered(body: &str) -> String {
    with_entries(body, |component| component.properties.reverse())
}

/// The same object with its properties in the order of their names, and lines ended by CR LF (Radicale, Xandikos).
fn sorted(body: &str) -> String {
    with_entries(body, |component| component.properties.sort_by_key(|property| property.name().to_owned()))
}

/// The same object with a class of its own (SOGo).
fn classed(body: &str) -> String {
    with_entries(body, |component| {
        component.remove("CLASS");
        component.properties.push(Property::text("CLASS", "PUBLIC"));
    })
}

/// The same object with a remark of the server's.
fn remarked(body: &str) -> String {
    with_entries(body, |component| {
        component.remove("X-SERVER");
        component.properties.push(Property::text("X-SERVER", "was here"));
    })
}

/// Whether one object says that it was changed no earlier than another, which tells when.
pub fn is_later(one: &str, other: &str) -> bool {
    let stamp = |body: &str| CalendarObject::parse(body).ok().and_then(|object| object.last_modified());
    stamp(one) >= stamp(other)
}

/// FNV-1a: the same body has the same digest.
pub fn digest(body: &str) -> u64 {
    body.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
