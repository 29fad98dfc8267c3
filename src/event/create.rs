//! New events, and single events taken out of a text of many.

use super::patch::times_of;
use super::{Content, Event, EventError, Status, main_of, uid_of};
use crate::ics::{Component, DateTime, Property};
use crate::time::Instant;
use crate::zone::Zone;
use std::collections::{HashMap, HashSet};

impl Event {
    /// A new event. Times are written in `content.time_zone`, in UTC where that is none.
    pub fn new(uid: &str, content: &Content, stamp: Instant) -> Result<Event, EventError> {
        let mut calendar = Component::new("VCALENDAR");
        calendar.properties = vec![
            Property::known("VERSION", "2.0"),
            Property::text("PRODID", "-//Kalends//EN"),
            Property::known("CALSCALE", "GREGORIAN"),
        ];
        let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), Zone::named)?;
        let (start, end) = times_of(content, &zone);
        let stamp = DateTime::Utc(stamp);
        let mut event = Component::new("VEVENT");
        event.properties = vec![
            Property::text("UID", uid),
            stamp.property("DTSTAMP"),
            stamp.property("CREATED"),
            stamp.property("LAST-MODIFIED"),
            Property::known("SEQUENCE", "0"),
            start.property("DTSTART"),
            end.property("DTEND"),
            Property::text("SUMMARY", &content.summary),
        ];
        for (name, text) in [("DESCRIPTION", &content.description), ("LOCATION", &content.location)] {
            event.properties.extend(text.iter().filter(|t| !t.is_empty()).map(|t| Property::text(name, t)));
        }
        event.properties.push(Property::known("STATUS", content.status.as_str()));
        if content.status == Status::Cancelled {
            event.properties.push(Property::known("TRANSP", "TRANSPARENT"));
        }
        if let DateTime::Zoned { .. } = start {
            calendar.components.push(zone.definition(content.span));
        }
        calendar.components.push(event);
        Event::of(calendar)
    }
}

/// One event for each UID of a calendar, in order of appearance.
pub(super) fn split(calendar: Component) -> Vec<Event> {
    let mut head = Component::new("VCALENDAR");
    let (mut zones, mut entries) = (Vec::new(), Vec::new());
    if calendar.is("VEVENT") {
        // Some exports leave the VCALENDAR out.
        entries.push(calendar);
    } else {
        head.properties = calendar.properties;
        for component in calendar.components {
            if component.is("VTIMEZONE") {
                zones.push(component);
            } else if component.is("VEVENT") {
                entries.push(component);
            }
        }
    }
    let mut series: Vec<(String, Vec<Component>)> = Vec::new();
    let mut places = HashMap::new();
    for mut event in entries {
        let uid = uid_or_made(&event);
        if uid_of(&event).is_none() {
            event.set(Property::text("UID", &uid));
        }
        let place = *places.entry(uid.clone()).or_insert(series.len());
        if place == series.len() {
            series.push((uid, Vec::new()));
        }
        series[place].1.push(event);
    }
    let complete = |(uid, events): (String, Vec<Component>)| {
        let mut calendar = head.clone();
        let named: HashSet<&str> = events.iter().flat_map(tzids).collect();
        let is_named =
            |zone: &&Component| zone.property("TZID").is_some_and(|p| named.contains(&*p.unescaped()));
        calendar.components = zones.iter().filter(is_named).cloned().collect();
        calendar.components.extend(events);
        main_of(&calendar).map(|main| Event { calendar, uid, main })
    };
    series.into_iter().filter_map(complete).collect()
}

/// The UID of an event, or one made of its content, so that an event without is not lost.
pub(crate) fn uid_or_made(event: &Component) -> String {
    uid_of(event).unwrap_or_else(|| format!("without-uid-{:016x}", fingerprint(&event.write())))
}

/// Every TZID that a component's properties name.
fn tzids(component: &Component) -> impl Iterator<Item = &str> {
    component.properties.iter().filter_map(|p| p.parameter("TZID"))
}

/// FNV-1a: the same text gives the same name wherever it is read.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn a_new_event_has_the_content_it_was_made_of() {
        let start = Instant::parse("2026-11-21T09:00:00Z").unwrap();
        let mut content = Content::new("Lunch, \"later\"", Span::lasting(start, 3_600_000));
        content.description = Some("one\ntwo".into());
        content.time_zone = Some("Europe/Berlin".into());
        content.status = Status::Tentative;
        let event = Event::new("a-1", &content, start).unwrap();
        assert!(event.to_ics().contains("DTSTART;TZID=Europe/Berlin:20261121T100000\r\n"));
        let read = Event::parse(&event.to_ics()).unwrap();
        assert_eq!(read, event);
        assert_eq!(read.content(&Zone::utc()).unwrap(), content);
    }

    #[test]
    fn an_all_day_event_is_written_in_dates_of_its_zone() {
        let start = Instant::parse("2026-11-20T23:00:00Z").unwrap();
        let mut content = Content::new("Fair", Span::lasting(start, 2 * 86_400_000));
        (content.all_day, content.time_zone) = (true, Some("Europe/Berlin".into()));
        let event = Event::new("a-1", &content, start).unwrap();
        let written = event.to_ics();
        assert!(written.contains("DTSTART;VALUE=DATE:20261121\r\nDTEND;VALUE=DATE:20261123\r\n"));
        assert_eq!(event.content(&Zone::iana("Europe/Berlin").unwrap()).unwrap(), content);
        content.time_zone = Some("Nowhere".into());
        assert!(Event::new("a-1", &content, start).is_err());
    }
}
