//! What the owner does on the phone, in the same calendar: adds events, edits and deletes any of them.

use crate::world::World;
use kalends::ics::Property;
use kalends::port::Clock;
use kalends::{Content, Event, Zone};

impl World {
    /// Adds an event of the owner's own; its href.
    pub fn phone_adds(&self) -> String {
        let number = self.edit();
        let start = self.some_time().start().to_utc().format("%Y%m%dT%H%M%SZ");
        let rule = if self.dice.percent(20) { "RRULE:FREQ=WEEKLY;COUNT=3\r\n" } else { "" };
        let href = format!("/cal/phone-{number}.ics");
        let body = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:phone-{number}\r\n\
             DTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT30M\r\n{rule}SUMMARY:own {number}\r\n\
             X-PHONE:{number}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        self.calendar.store(&href, &body);
        href
    }

    /// Edits an event as a phone does: the whole object anew, with a property of the phone's own.
    pub fn phone_edits(&self, href: &str, edit: impl FnOnce(&mut Content)) {
        let Some(event) = self.calendar.body(href).and_then(|body| Event::parse(&body).ok()) else { return };
        let Ok(mut content) = event.content(&Zone::utc()) else { return };
        edit(&mut content);
        let edited = event.patched(&content, self.clock.now()).expect("a phone can edit what it reads");
        let mut calendar = edited.calendar().clone();
        for component in calendar.components.iter_mut().filter(|component| component.is("VEVENT")) {
            component.properties.push(Property::text("X-PHONE", &format!("edit {}", self.edit())));
            if self.dice.percent(30) {
                component.remove("LAST-MODIFIED");
            }
        }
        self.calendar.store(href, &calendar.write());
    }

    /// Edits something.
    pub fn phone_edits_something(&self, href: &str) {
        let number = self.edit();
        let span = self.some_time();
        self.phone_edits(href, |content| match self.dice.below(6) {
            0 => content.summary = format!("phone {number}"),
            1 if content.summary.starts_with("REQUEST: ") => content.summary.drain(..9).for_each(drop),
            1 => content.summary = format!("REQUEST: phone {number}"),
            2 => content.description = Some(format!("note {number}")),
            3 => content.location = Some(format!("street {number}")),
            _ => content.span = span,
        });
    }

    /// Does anything that a phone, or the service by itself, can do.
    pub fn phone_acts(&self) {
        let hrefs = self.calendar.hrefs();
        match (self.dice.pick(&hrefs), self.dice.below(20)) {
            (None, _) | (_, 0..4) if hrefs.len() < 16 => drop(self.phone_adds()),
            (Some(href), 4..7) => drop(self.calendar.remove(&href)),
            (Some(href), 7) => {
                // The service gives an object a new etag for reasons of its own.
                let body = self.calendar.body(&href).unwrap_or_default();
                self.calendar.store(&href, &body);
            }
            (Some(href), 8) if self.dice.percent(20) => {
                self.phone_edits(&href, |content| content.status = kalends::Status::Cancelled);
            }
            (Some(href), _) => self.phone_edits_something(&href),
            (None, _) => {}
        }
    }
}
