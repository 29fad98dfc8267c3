//! An event too large to be kept whole: its times and names without its bulk.

use super::Event;
use crate::ics::{Component, Property};

/// The mark of an abridged event, on its VCALENDAR.
const MARK: &str = "X-KALENDS-ABRIDGED";

impl Event {
    /// The same event without values longer than `longest` bytes (attachments, mostly), marked as abridged: enough
    /// to tell its time, not to be written back.
    pub fn abridged(&self, longest: usize) -> Event {
        Event { calendar: abridged(&self.calendar, longest), ..self.clone() }
    }
}

/// A calendar without values longer than `longest` bytes, marked as abridged.
pub(super) fn abridged(calendar: &Component<'static>, longest: usize) -> Component<'static> {
    let mut calendar = calendar.clone();
    shorten(&mut calendar, longest);
    calendar.set(Property::text(MARK, "TRUE"));
    calendar
}

/// Components nest no deeper than the parser lets them.
fn shorten(component: &mut Component, longest: usize) {
    component.properties.retain(|property| property.value().len() <= longest);
    for inner in &mut component.components {
        shorten(inner, longest);
    }
}

#[cfg(test)]
mod tests {
    use super::MARK;
    use crate::{Event, Zone};

    #[test]
    fn an_abridged_event_has_its_time_and_says_that_it_is_abridged() {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261121T090000Z\nDURATION:PT1H\nSUMMARY:Plan\n\
             ATTACH;ENCODING=BASE64;VALUE=BINARY:{}\nEND:VEVENT\nEND:VCALENDAR\n",
            "A".repeat(50_000)
        );
        let whole = Event::parse(&text).unwrap();
        let short = Event::parse(&whole.abridged(10_000).to_ics()).unwrap();
        assert!(short.to_ics().contains(MARK) && short.to_ics().len() < 500);
        assert_eq!(short.content(&Zone::utc()).unwrap(), whole.content(&Zone::utc()).unwrap());
    }
}
