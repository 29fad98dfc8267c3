//! Who has ever said what, and what was done that must never be done. Every edit in the world uses words and times
//! that no other edit uses, so a value tells which edit it came from.

use crate::invariant::{Broken, Invariant};
use crate::store::Rows;
use crate::trace::{Keep, Trace};
use crate::truth::Truth;
use crate::{unmodelled, wall_time};
use kalends::Zone;
use kalends::booking::{Appointment, Entry, Task};
use kalends::event::{CalendarObject, EntryContent};
use kalends::port::Change;
use std::cell::RefCell;
use std::collections::HashSet;

/// The world's memory, kept apart from what the engine can see.
pub struct Ledger {
    /// The owner's zone, in which dates and times without a zone are meant.
    pub zone: Zone,
    pub trace: Trace,
    pub truth: Truth,
    in_calendar: RefCell<HashSet<String>>,
    in_application: RefCell<HashSet<String>>,
    kept: RefCell<HashSet<String>>,
    mirrored: RefCell<HashSet<String>>,
    broken: RefCell<Vec<Broken>>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new(Zone::utc(), Keep::Nothing)
    }
}

impl Ledger {
    /// That of a world whose owner lives in this zone.
    pub fn new(zone: Zone, keep: Keep) -> Self {
        Self {
            zone,
            trace: Trace::new(keep),
            truth: Truth::default(),
            in_calendar: RefCell::default(),
            in_application: RefCell::default(),
            kept: RefCell::default(),
            mirrored: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// What a calendar object says.
    pub fn content_of(&self, body: &str) -> Option<EntryContent> {
        CalendarObject::parse(body).ok()?.content(&self.zone).ok()
    }

    fn values_of_body(&self, body: &str) -> Vec<String> {
        self.content_of(body).iter().flat_map(values).collect()
    }

    /// A calendar object stands there, in this version and with this body.
    pub fn calendar_has(&self, href: &str, version: &str, body: &str) {
        self.trace.note(format_args!("calendar: {href} is {version}: {body:?}"));
        self.truth.stands(href, version, body.contains("STATUS:CANCELLED"));
        self.calendar_says(body);
    }

    /// Nothing stands there any more.
    pub fn calendar_lost(&self, href: &str) {
        self.trace.note(format_args!("calendar: {href} is gone"));
        self.truth.is_gone(href);
    }

    /// A calendar object has or had this body.
    pub fn calendar_says(&self, body: &str) {
        self.in_calendar.borrow_mut().extend(self.values_of_body(body));
    }

    /// An appointment or task reads like this.
    pub fn application_says(&self, entry: &Entry) {
        self.trace.note(format_args!("application: {entry:?}"));
        self.in_application.borrow_mut().extend(entry.content().iter().flat_map(values));
    }

    /// `ours` was written over by somebody who had read only what was there before: it counts as never said there.
    pub fn nobody_read(&self, ours: &str, before: &str, theirs: &str) {
        let known = [self.values_of_body(before), self.values_of_body(theirs)].concat();
        let lost = self.values_of_body(ours).into_iter().filter(|value| !known.contains(value));
        for value in lost {
            self.in_calendar.borrow_mut().remove(&value);
        }
    }

    /// A calendar object was taken in as it reads here.
    pub fn mirrors(&self, body: &str) {
        self.mirrored.borrow_mut().insert(body.to_owned());
    }

    /// Whether a calendar object with this body was ever taken in.
    pub fn has_mirrored(&self, body: &str) -> bool {
        self.mirrored.borrow().contains(body)
    }

    /// The losing side of a conflict was kept.
    pub fn keeps(&self, lost: &EntryContent) {
        self.kept.borrow_mut().extend(values(lost));
    }

    /// The engine puts `new` in the place of `old` in the calendar: what `old` said has to be known elsewhere.
    pub fn replaced_in_calendar(&self, href: &str, old: &str, new: &str) {
        let new_values = self.values_of_body(new);
        for value in self.values_of_body(old).into_iter().filter(|value| !new_values.contains(value)) {
            if !self.in_application.borrow().contains(&value) && !self.kept.borrow().contains(&value) {
                let how = format!("{href}: \"{value}\" was written over and is nowhere else");
                self.broke(Invariant::NothingLost, how);
            }
        }
    }

    /// The engine has made `new` of `old`: what it does not model is in it, and a series is where it was.
    pub fn updated_in_calendar(&self, href: &str, old: &str, new: &str) {
        for lost in unmodelled::lost(old, new) {
            self.broke(Invariant::Lossless, format!("{href}: {lost} did not survive an update"));
        }
        if let Some(stray) = wall_time::zone_of(old).and_then(|tzid| wall_time::strays(new, &tzid)) {
            self.broke(Invariant::WallTime, format!("{href}: {stray}"));
        }
    }

    /// The engine puts `new` in the place of `old` in the application.
    pub fn replaced_in_application(&self, old: &Entry, new: &Entry) {
        let Some(mut content) = old.content() else { return };
        if let (Entry::Appointment(old), EntryContent::Event(content)) = (old, &mut content) {
            // A name made of client and description is said by nobody.
            content.summary = old.title.clone().unwrap_or_default();
        }
        // One that has ended still says what it said.
        let described: Entry = match (old, new.clone()) {
            (Entry::Appointment(old), Entry::Appointment(new)) => {
                Appointment { status: old.status, ..new }.into()
            }
            (_, Entry::Task(new)) => Task { deleted: false, ..new }.into(),
            (_, Entry::TaskTime(new)) => Entry::TaskTime(Task { deleted: false, on_calendar: true, ..new }),
            (_, new) => new,
        };
        let new_values: Vec<String> = described.content().iter().flat_map(values).collect();
        for value in values(&content).into_iter().filter(|value| !new_values.contains(value)) {
            if !self.in_calendar.borrow().contains(&value) && !self.kept.borrow().contains(&value) {
                let how = format!("{}: \"{value}\" was written over and is nowhere else", old.id());
                self.broke(Invariant::NothingLost, how);
            }
        }
    }

    /// A commit stands.
    pub fn judge(&self, before: &Rows, after: &Rows, changes: &[Change]) {
        self.broken.borrow_mut().extend(self.truth.judge(before, after, changes));
    }

    /// Something happened that must not.
    pub fn broke(&self, invariant: Invariant, how: String) {
        self.broken.borrow_mut().push(Broken::new(invariant, how));
    }

    /// All that happened and must not.
    pub fn broken(&self) -> Vec<Broken> {
        self.broken.borrow().clone()
    }
}

fn values(content: &EntryContent) -> Vec<String> {
    let (mut values, texts) = match content {
        EntryContent::Event(content) => (
            vec![format!("time {}", content.span.start().millis() / 1000)],
            [
                ("summary", Some(content.summary.strip_prefix("REQUEST: ").unwrap_or(&content.summary))),
                ("description", content.description.as_deref()),
                ("location", content.location.as_deref()),
            ],
        ),
        EntryContent::Todo(content) => (
            [("start", content.start), ("due", content.due)]
                .into_iter()
                .filter_map(|(field, at)| Some(format!("{field} {}", at?.millis() / 1000)))
                .collect(),
            [
                ("summary", Some(content.summary.as_str())),
                ("description", content.description.as_deref()),
                ("category", content.category.as_deref()),
            ],
        ),
    };
    for (field, text) in texts {
        values.extend(text.filter(|text| !text.is_empty()).map(|text| format!("{field} {text}")));
    }
    values
}
