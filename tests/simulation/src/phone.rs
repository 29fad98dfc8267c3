//! What the owner does on the phone, in the same calendar: adds events, edits and deletes any of them.

use crate::service::Service;
use crate::world::World;
use kalends::booking::Kind;
use kalends::event::{CalendarObject, EntryContent, Exception, TodoContent, TodoStatus};
use kalends::ics::{Component, Property, parse};
use kalends::port::Clock;
use kalends::{Content, Status};

const WEEK: i64 = 7 * 86_400_000;

impl World {
    /// Adds an event or task of the owner's own; its href.
    pub fn phone_adds(&self) -> String {
        let number = self.edit();
        let start = self.some_time().start().to_utc();
        let start = match self.dice.below(5) {
            3 => start.format(":%Y%m%dT%H%M%S"),
            4 => start.format(";TZID=America/New_York:%Y%m%dT%H%M%S"),
            0 => start.format(";TZID=Europe/Berlin:%Y%m%dT%H%M%S"),
            _ => start.format(":%Y%m%dT%H%M%SZ"),
        };
        let rule = if self.dice.percent(20) { "RRULE:FREQ=WEEKLY;COUNT=26\r\n" } else { "" };
        let href = self.setting.service.address(number);
        let component = self.setting.kind.component();
        let body = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:{component}\r\nUID:phone-{number}\r\n\
             DTSTAMP:20260101T000000Z\r\nDTSTART{start}\r\nDURATION:PT30M\r\n{rule}SUMMARY:own {number}\r\n\
             X-PHONE:{number}\r\nEND:{component}\r\nEND:VCALENDAR\r\n"
        );
        self.calendar.store(&href, &body);
        href
    }

    /// Edits an event, see [`World::phone_rewrites`].
    pub fn phone_edits(&self, href: &str, edit: impl FnOnce(&mut Content)) {
        self.phone_rewrites(href, |content| match content {
            EntryContent::Event(content) => edit(content),
            EntryContent::Todo(_) => panic!("{href} is a task"),
        });
    }

    /// Edits a task, see [`World::phone_rewrites`].
    pub fn phone_edits_task(&self, href: &str, edit: impl FnOnce(&mut TodoContent)) {
        self.phone_rewrites(href, |content| match content {
            EntryContent::Todo(content) => edit(content),
            EntryContent::Event(_) => panic!("{href} is an event"),
        });
    }

    /// Edits as a phone does: the whole object anew, with a property of the phone's own.
    fn phone_rewrites(&self, href: &str, edit: impl FnOnce(&mut EntryContent)) {
        let object = self.calendar.body(href).and_then(|body| CalendarObject::parse(&body).ok());
        let Some(object) = object else { return };
        let Ok(mut content) = object.content(&self.ledger.zone) else { return };
        edit(&mut content);
        let edited = object.patched(&content, self.phone_time()).expect("a phone can edit what it reads");
        let mut calendar = parse(&edited.to_ics()).calendars.remove(0).into_owned();
        let component = self.setting.kind.component();
        for component in calendar.components.iter_mut().filter(|one| one.is(component)) {
            component.properties.push(Property::text("X-PHONE", &format!("edit {}", self.edit())));
            self.adds_what_kalends_does_not_model(component);
            if self.dice.percent(30) {
                component.remove("LAST-MODIFIED");
            }
        }
        match (self.setting.service, content.own_status()) {
            // To call an event off is to delete it there.
            (Service::Events(..), Some(Status::Cancelled)) => drop(self.calendar.remove(href)),
            _ => drop(self.calendar.store(href, &calendar.write())),
        }
    }

    fn adds_what_kalends_does_not_model(&self, component: &mut Component<'_>) {
        let number = self.edit();
        match self.dice.below(8) {
            0 => {
                component.properties.push(Property::text("ATTENDEE", &format!("mailto:{number}@example.com")))
            }
            1 => {
                component.properties.push(Property::text("ATTACH", &format!("https://example.com/{number}")))
            }
            2 if component.property("DTSTART").is_some() => {
                let mut alarm = Component::new("VALARM");
                alarm.properties.push(Property::text("ACTION", "DISPLAY"));
                alarm.properties.push(Property::text("DESCRIPTION", &format!("alarm {number}")));
                alarm.properties.push(Property::text("TRIGGER", "-PT10M"));
                component.components.push(alarm);
            }
            // It shall be every week from now on: only its first occurrence is the appointment.
            3 if component.is("VEVENT") && component.property("RRULE").is_none() => {
                let rule = Property::raw("RRULE", "FREQ=WEEKLY;COUNT=26").expect("it is a rule");
                component.properties.push(rule);
            }
            _ => {}
        }
    }

    /// Edits something.
    pub fn phone_edits_something(&self, href: &str) {
        let number = self.edit();
        let span = self.some_time();
        if self.setting.kind == Kind::Todo {
            return self.phone_edits_task(href, |todo| match self.dice.below(8) {
                0 => todo.summary = format!("phone {number}"),
                1 => todo.description = Some(format!("note {number}")),
                2 => todo.category = Some(format!("list {number}")),
                3 => todo.percent = number as u8 % 100,
                4 => todo.status = TodoStatus::InProcess,
                5 => (todo.status, todo.completed) = (TodoStatus::Completed, Some(self.clock.now())),
                6 => (todo.start, todo.due) = (Some(span.start()), Some(span.end())),
                _ => {
                    let start = Some(span.start()).filter(|_| todo.recurrence.is_some());
                    (todo.start, todo.due, todo.by_duration) = (start, Some(span.end()), false);
                }
            });
        }
        let every = self.dice.percent(30).then(|| "FREQ=WEEKLY;COUNT=6".to_owned());
        let weeks = self.dice.below(6) as i64;
        let days = self.some_days();
        self.phone_edits(href, |content| match self.dice.below(9) {
            6 => (content.recurrence, content.exceptions) = (every, Default::default()),
            7 if content.recurrence.is_some() && !content.all_day => {
                let summary = self.dice.percent(50).then(|| format!("phone once {number}"));
                let other = Exception { span, summary, description: None, location: None };
                let at = content.span.start().plus_millis(weeks * WEEK);
                content.exceptions.insert(at, Some(other).filter(|_| self.dice.percent(60)));
            }
            0 => content.summary = format!("phone {number}"),
            1 if content.summary.starts_with("REQUEST: ") => content.summary.drain(..9).for_each(drop),
            1 => content.summary = format!("REQUEST: phone {number}"),
            2 => content.description = Some(format!("note {number}")),
            3 => content.location = Some(format!("street {number}")),
            8 => {
                (content.span, content.all_day) = (days, true);
                (content.recurrence, content.exceptions) = (None, Default::default());
            }
            _ => {
                (content.span, content.all_day) = (span, false);
                content.exceptions = Default::default();
            }
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
            (Some(href), 9) => {
                // It is deleted and made again as it shall be: some services count its versions from the first one.
                self.phone_edits_something(&href);
                let body = self.calendar.remove(&href).unwrap_or_default();
                self.calendar.store(&href, &body);
            }
            (Some(href), 8) if self.setting.kind == Kind::Event && self.dice.percent(20) => {
                self.phone_edits(&href, |content| content.status = kalends::Status::Cancelled);
            }
            (Some(href), _) => self.phone_edits_something(&href),
            (None, _) => {}
        }
    }
}
