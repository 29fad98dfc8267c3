//! New events, and single events taken out of a text of many.

use super::{Content, Event, EventError, FieldError, FieldFault, NewEvent, Series, uid_of};
use crate::ics::{Component, Property, ValueError};
use crate::time::Instant;
use std::collections::HashSet;

impl Event {
    /// A new event. Times are written in `content.time_zone`, in UTC where that is none. [`NewEvent`] says more.
    pub fn new(uid: &str, content: &Content, stamp: Instant) -> Result<Event, EventError> {
        let mut new = NewEvent::of(uid, content)?;
        (new.details.created, new.details.last_modified) = (Some(stamp), Some(stamp));
        Ok(new.event(stamp)?)
    }
}

impl From<FieldError> for EventError {
    /// Of what a [`Content`] says only the zone and the times can be wrong.
    fn from(error: FieldError) -> EventError {
        match error.fault {
            FieldFault::Zone(error) => error.into(),
            FieldFault::Missing(_) => EventError::NoUid,
            _ => ValueError::new(error.field(), &error.fault.to_string(), "time that can be written").into(),
        }
    }
}

/// One event for each UID of a calendar, in order of appearance.
pub(super) fn split(calendar: &Component<'_>) -> Vec<Event> {
    let is_bare = calendar.is("VEVENT");
    let zones: Vec<&Component> = calendar.components("VTIMEZONE").collect();
    // Where floating times are at home may be a zone that only this calendar defines.
    let home = calendar.property("X-WR-TIMEZONE").map(|p| folded(&p.unescaped()));
    let complete = |series: Series<'_>| {
        let uid = series.uid().to_owned();
        let mut own = Component::new("VCALENDAR");
        if !is_bare {
            own.properties = calendar.properties.iter().map(|p| p.clone().into_owned()).collect();
        }
        let mut named: HashSet<String> =
            series.entries().iter().flat_map(|entry| tzids(entry)).map(folded).collect();
        named.extend(home.clone());
        let is_named = |zone: &&&Component| {
            zone.property("TZID").is_some_and(|p| named.contains(&folded(&p.unescaped())))
        };
        own.components = zones.iter().filter(is_named).map(|zone| (*zone).clone().into_owned()).collect();
        let main = own.components.len() + series.place_of_main();
        for entry in series.entries() {
            let mut entry = (*entry).clone().into_owned();
            if uid_of(&entry).is_none() {
                entry.set(Property::text("UID", &uid));
            }
            own.components.push(entry);
        }
        Event { calendar: own, uid, main }
    };
    Series::all(calendar).into_iter().map(complete).collect()
}

/// Every TZID that a component's properties name.
pub(super) fn tzids<'c>(component: &'c Component<'_>) -> impl Iterator<Item = &'c str> {
    component.properties.iter().filter_map(|p| p.parameter("TZID"))
}

/// A TZID as it is compared: in any case of letters, without space around it.
fn folded(tzid: &str) -> String {
    tzid.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Status;
    use crate::time::Span;
    use crate::zone::Zone;

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
