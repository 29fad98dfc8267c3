//! Many events in one calendar: what an export is.

use super::Event;
use crate::ics::{Component, Property};

impl Event {
    /// One VCALENDAR with all these events, each time zone once.
    pub fn collection<'e>(events: impl IntoIterator<Item = &'e Event>) -> Component {
        let mut calendar = Component::new("VCALENDAR");
        calendar.properties = vec![
            Property::known("VERSION", "2.0"),
            Property::text("PRODID", "-//Kalends//EN"),
            Property::known("CALSCALE", "GREGORIAN"),
        ];
        let (mut zones, mut others): (Vec<Component>, Vec<Component>) = (Vec::new(), Vec::new());
        for component in events.into_iter().flat_map(|event| &event.calendar().components) {
            if !component.is("VTIMEZONE") {
                others.push(component.clone());
            } else if !zones.contains(component) {
                zones.push(component.clone());
            }
        }
        calendar.components = zones.into_iter().chain(others).collect();
        calendar
    }
}

#[cfg(test)]
mod tests {
    use crate::{Content, Event, Instant, Span};

    #[test]
    fn an_export_holds_every_event_and_each_zone_once() {
        let stamp = Instant::from_millis(0);
        let content = Content {
            time_zone: Some("Europe/Berlin".into()),
            ..Content::new("Cut", Span::lasting(Instant::from_millis(1_700_000_000_000), 3_600_000))
        };
        let events = ["1", "2"].map(|uid| Event::new(uid, &content, stamp).unwrap());
        let text = Event::collection(&events).write();
        let count = |what: &str| text.matches(what).count();
        assert_eq!((count("BEGIN:VEVENT"), count("BEGIN:VTIMEZONE"), count("BEGIN:VCALENDAR")), (2, 1, 1));
    }
}
