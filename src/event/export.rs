//! Many events as one calendar, to be published or downloaded.

use super::Event;
use super::field::write_text;
use crate::ics::{Component, Property};
use std::collections::HashSet;

/// One VCALENDAR with all the events, each definition of a time zone once. `name` is what subscribers see;
/// [`CalendarProperties::export`](super::CalendarProperties::export) says more.
pub fn export<'e>(name: Option<&str>, events: impl IntoIterator<Item = &'e Event>) -> Component<'static> {
    let mut calendar = plain_head();
    write_name(&mut calendar.properties, name);
    joined(calendar, events)
}

/// The events in a calendar that has its properties already.
pub(super) fn joined<'e>(
    mut calendar: Component<'static>,
    events: impl IntoIterator<Item = &'e Event>,
) -> Component<'static> {
    let mut defined = HashSet::new();
    let mut entries = Vec::new();
    for event in events {
        for component in &event.calendar().components {
            if !component.is("VTIMEZONE") {
                entries.push(component.clone());
            } else if defined.insert(component.property("TZID").map(|p| p.value().to_owned())) {
                calendar.components.push(component.clone());
            }
        }
    }
    calendar.components.append(&mut entries);
    calendar
}

/// A VCALENDAR with what RFC 5545 §3.4 requires of it.
pub(super) fn plain_head() -> Component<'static> {
    let mut calendar = Component::new("VCALENDAR");
    calendar.properties = vec![
        Property::known("VERSION", "2.0"),
        Property::text("PRODID", "-//Kalends//EN"),
        Property::known("CALSCALE", "GREGORIAN"),
    ];
    calendar
}

/// What a calendar is called: NAME (RFC 7986 §5.1), and X-WR-CALNAME, which most programs read.
pub(super) fn write_name(out: &mut Vec<Property<'static>>, name: Option<&str>) {
    for property in ["NAME", "X-WR-CALNAME"] {
        write_text(out, property, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Content;
    use crate::time::{Instant, Span};

    #[test]
    fn an_export_holds_every_event_and_each_zone_once() {
        let start = Instant::parse("2026-11-21T09:00:00Z").unwrap();
        let mut content = Content::new("Lunch", Span::lasting(start, 3_600_000));
        content.time_zone = Some("Europe/Berlin".into());
        let events = ["a", "b"].map(|uid| Event::new(uid, &content, start).unwrap());
        let calendar = export(Some("Mine; all"), &events);
        assert_eq!(calendar.components("VTIMEZONE").count(), 1);
        assert_eq!(calendar.property("X-WR-CALNAME").unwrap().value(), "Mine\\; all");
        let (read, problems) = Event::all(&calendar.write());
        assert_eq!((read.len(), problems.len()), (2, 0));
        assert_eq!(read[1].content(&crate::Zone::utc()).unwrap(), content);
    }
}
