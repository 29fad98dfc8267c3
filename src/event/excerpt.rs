//! One event of a calendar of many: taken out to be changed, and put back in its place.

use super::{Event, EventError, uid_or_made};
use crate::ics::Component;

/// An event and, apart, the other events of its calendar with their places.
///
/// ```
/// # use kalends::{Zone, Instant, event::Excerpt, ics};
/// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261121T090000Z\r\nEND:VEVENT\r\n\
///     BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261121T090000Z\r\nSUMMARY:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let calendar = ics::parse(text).calendars.remove(0).into_owned();
/// let excerpt = Excerpt::of(calendar, Some("2")).unwrap();
/// let mut content = excerpt.event().content(&Zone::utc()).unwrap();
/// content.summary = "b".into();
/// let patched = excerpt.event().patched(&content, Instant::MIN).unwrap();
/// assert!(excerpt.put_back(patched).write().contains("UID:1\r\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    event: Event,
    others: Vec<(usize, Component<'static>)>,
}

impl Excerpt {
    /// The event of that UID, or the only one; what is no event of another stays with it.
    pub fn of(mut calendar: Component<'static>, uid: Option<&str>) -> Result<Excerpt, EventError> {
        let is_other = |c: &Component| c.is("VEVENT") && uid.is_some_and(|uid| uid_or_made(c) != uid);
        let mut others = Vec::new();
        let mut own = Vec::new();
        for (place, component) in calendar.components.into_iter().enumerate() {
            match is_other(&component) {
                true => others.push((place, component)),
                false => own.push(component),
            }
        }
        calendar.components = own;
        Ok(Excerpt { event: Event::of(calendar)?, others })
    }

    /// The event with its calendar's properties and time zones.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The whole calendar without the event.
    pub fn without(self) -> Component<'static> {
        let mut calendar = self.event.calendar;
        calendar.components.retain(|component| !component.is("VEVENT"));
        calendar.components.extend(self.others.into_iter().map(|(_, other)| other));
        calendar
    }

    /// The whole calendar, with what was made of the event in its place.
    pub fn put_back(self, event: Event) -> Component<'static> {
        // A patch may have put a time zone before all others.
        let more = event.calendar.components.len().saturating_sub(self.event.calendar.components.len());
        let mut calendar = event.calendar;
        for (place, other) in self.others {
            let place = (place + more).min(calendar.components.len());
            calendar.components.insert(place, other);
        }
        calendar
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;
    use crate::time::{Instant, Span};
    use crate::zone::Zone;

    #[test]
    fn what_is_put_back_stands_where_it_stood() {
        let event = |uid, time| format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:{time}\r\nEND:VEVENT\r\n");
        let text = format!(
            "BEGIN:VCALENDAR\r\nX-A:1\r\n{}{}BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n{}{}END:VCALENDAR\r\n",
            event(1, "20261121T090000Z"),
            event(2, "20261122"),
            event(3, "20261123"),
            event(2, "20261124\r\nRECURRENCE-ID:20261123"),
        );
        let calendar = parse(&text).calendars.remove(0).into_owned();
        for uid in ["1", "2", "3"] {
            let excerpt = Excerpt::of(calendar.clone(), Some(uid)).unwrap();
            assert_eq!(excerpt.event().uid(), uid);
            let same = excerpt.event().clone();
            assert_eq!(excerpt.put_back(same).write(), text);
        }
        assert_eq!(Excerpt::of(calendar.clone(), Some("4")), Err(EventError::NoEvent));
        assert!(matches!(Excerpt::of(calendar.clone(), None), Err(EventError::SeveralUids(..))));
        // A zone that the event did not name before comes first.
        let excerpt = Excerpt::of(calendar.clone(), Some("3")).unwrap();
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let mut content = excerpt.event().content(&berlin).unwrap();
        (content.all_day, content.span) = (false, Span::lasting(Instant::MIN, 60_000));
        let patched = excerpt.event().patched(&content, Instant::MIN).unwrap();
        let whole = excerpt.put_back(patched);
        assert_eq!(whole.components[0].name(), "VTIMEZONE");
        assert_eq!(whole.components[1..4], calendar.components[0..3]);
        assert_eq!(whole.components[5], calendar.components[4]);
    }
}
