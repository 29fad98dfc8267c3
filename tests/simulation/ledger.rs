//! Who has ever said what, and what was done that must never be done. Every edit in the world uses words and times
//! that no other edit uses, so a value tells which edit it came from.

use kalends::booking::Appointment;
use kalends::{Content, Event, Zone};
use std::cell::RefCell;
use std::collections::HashSet;

/// The world's memory, kept apart from what the engine can see.
#[derive(Default)]
pub struct Ledger {
    in_calendar: RefCell<HashSet<String>>,
    in_application: RefCell<HashSet<String>>,
    kept: RefCell<HashSet<String>>,
    wrongs: RefCell<Vec<String>>,
}

impl Ledger {
    /// A calendar object has this body.
    pub fn calendar_says(&self, body: &str) {
        self.in_calendar.borrow_mut().extend(values_of_body(body));
    }

    /// An appointment reads like this.
    pub fn application_says(&self, appointment: &Appointment) {
        self.in_application.borrow_mut().extend(appointment.content().iter().flat_map(values));
    }

    /// `ours` was written over by somebody who had read only what was there before: it counts as never said there.
    pub fn nobody_read(&self, ours: &str, before: &str, theirs: &str) {
        let known = [values_of_body(before), values_of_body(theirs)].concat();
        let lost = values_of_body(ours).into_iter().filter(|value| !known.contains(value));
        for value in lost {
            self.in_calendar.borrow_mut().remove(&value);
        }
    }

    /// The losing side of a conflict was kept.
    pub fn keeps(&self, lost: &Content) {
        self.kept.borrow_mut().extend(values(lost));
    }

    /// The engine puts `new` in the place of `old` in the calendar: what `old` said has to be known elsewhere.
    pub fn replaced_in_calendar(&self, href: &str, old: &str, new: &str) {
        let new_values = values_of_body(new);
        for value in values_of_body(old).into_iter().filter(|value| !new_values.contains(value)) {
            if !self.in_application.borrow().contains(&value) && !self.kept.borrow().contains(&value) {
                self.wrong(format!("{href}: \"{value}\" was written over and is nowhere else"));
            }
        }
        if new.is_empty() {
            return;
        }
        for line in old.lines().filter(|line| line.starts_with("X-PHONE")) {
            if !new.lines().any(|kept| kept == line) {
                self.wrong(format!("{href}: {line} did not survive an update"));
            }
        }
    }

    /// The engine puts `new` in the place of `old` in the application.
    pub fn replaced_in_application(&self, old: &Appointment, new: &Appointment) {
        let Some(mut content) = old.content() else { return };
        // A name made of client and description is said by nobody.
        content.summary = old.title.clone().unwrap_or_default();
        // One that is cancelled still says what it said.
        let described = Appointment { status: old.status, ..new.clone() };
        let new_values: Vec<String> = described.content().iter().flat_map(values).collect();
        for value in values(&content).into_iter().filter(|value| !new_values.contains(value)) {
            if !self.in_calendar.borrow().contains(&value) && !self.kept.borrow().contains(&value) {
                self.wrong(format!("{}: \"{value}\" was written over and is nowhere else", old.id));
            }
        }
    }

    /// Something happened that must not.
    pub fn wrong(&self, what: String) {
        self.wrongs.borrow_mut().push(what);
    }

    /// All that happened and must not.
    pub fn wrongs(&self) -> Vec<String> {
        self.wrongs.borrow().clone()
    }
}

/// What a calendar object says.
pub fn content_of(body: &str) -> Option<Content> {
    Event::parse(body).ok()?.content(&Zone::utc()).ok()
}

fn values_of_body(body: &str) -> Vec<String> {
    content_of(body).iter().flat_map(values).collect()
}

fn values(content: &Content) -> Vec<String> {
    let summary = content.summary.strip_prefix("REQUEST: ").unwrap_or(&content.summary);
    let mut values = vec![format!("time {}", content.span.start().millis() / 1000)];
    for (field, text) in [
        ("summary", Some(summary)),
        ("description", content.description.as_deref()),
        ("location", content.location.as_deref()),
    ] {
        values.extend(text.filter(|text| !text.is_empty()).map(|text| format!("{field} {text}")));
    }
    values
}
