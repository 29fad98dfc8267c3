//! Many events as one calendar, to be published or downloaded.

use super::Event;
use crate::ics::{Component, Property};
use std::collections::HashSet;

/// One VCALENDAR with all the events, each definition of a time zone once.
///
/// `name` is what subscribers see: as NAME (RFC 7986 §5.1) and as X-WR-CALNAME, which most programs read.
pub fn export<'e>(name: Option<&str>, events: impl IntoIterator<Item = &'e Event>) -> Component<'static> {
    let mut calendar = Component::new("VCALENDAR");
    calendar.properties = vec![
        Property::known("VERSION", "2.0"),
        Property::text("PRODID", "-//Kalends//EN"),
        Property::known("CALSCALE", "GREGORIAN"),
    ];
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        calendar.properties.push(Property::text("NAME", name));
        calendar.properties.push(Property::text("X-WR-CALNAME", name));
    }
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
