//! What really was in the calendar, and when: every commit of the engine is held against it, so that nothing ends
//! without a proof and no cursor is ahead.

use crate::invariant::{Broken, Invariant};
use crate::spelling::path_of;
use crate::store::Rows;
use kalends::booking::Entry;
use kalends::port::{Change, Cursor, Link};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The calendar's own memory, in ticks of which each event there takes one.
#[derive(Default)]
pub struct Truth {
    tick: Cell<u64>,
    objects: RefCell<BTreeMap<String, Life>>,
    cursors: RefCell<BTreeMap<Cursor, u64>>,
}

/// What became of one address.
#[derive(Default)]
struct Life {
    /// The version that stands there, and since when.
    stands: Option<(String, u64)>,
    /// When each version stood there for the first time.
    versions: BTreeMap<String, u64>,
    /// When there was something for the last time that then was removed, or marked as cancelled.
    ended: u64,
}

impl Truth {
    fn next(&self) -> u64 {
        self.tick.set(self.tick.get() + 1);
        self.tick.get()
    }

    /// This version stands there now.
    pub fn stands(&self, href: &str, version: &str, called_off: bool) {
        let now = self.next();
        let mut objects = self.objects.borrow_mut();
        let life = objects.entry(href.to_owned()).or_default();
        life.stands = Some((version.to_owned(), now));
        life.versions.entry(version.to_owned()).or_insert(now);
        if called_off {
            life.ended = now;
        }
    }

    /// Nothing stands there any more.
    pub fn is_gone(&self, href: &str) {
        let now = self.next();
        let mut objects = self.objects.borrow_mut();
        let life = objects.entry(href.to_owned()).or_default();
        (life.stands, life.ended) = (None, now);
    }

    /// A listing that says it is whole leaves it out: that counts as a proof.
    pub fn is_left_out(&self, href: &str) {
        let now = self.next();
        self.objects.borrow_mut().entry(href.to_owned()).or_default().ended = now;
    }

    /// What time it is here.
    pub fn now(&self) -> u64 {
        self.tick.get()
    }

    /// A service has told all that happened before it gave this cursor.
    pub fn told_all_before(&self, cursor: &Cursor) {
        self.told_all_until(cursor, self.now());
    }

    /// A service has told with this cursor all that happened until then.
    pub fn told_all_until(&self, cursor: &Cursor, tick: u64) {
        self.cursors.borrow_mut().insert(cursor.clone(), tick);
    }

    /// What is wrong with a commit.
    pub fn judge(&self, before: &Rows, after: &Rows, changes: &[Change]) -> Vec<Broken> {
        let mut broken = self.unproven(before, after);
        for change in changes {
            if let Change::SetCursor(cursor) = change {
                broken.extend(self.ahead(cursor, after));
            }
        }
        broken
    }

    /// Whether the object of a link ended since it had the version that the link knows.
    fn has_ended(&self, link: &Link) -> bool {
        let objects = self.objects.borrow();
        let (Some(life), Some(version)) = (objects.get(&path_of(&link.remote.0)), &link.version) else {
            return true;
        };
        life.versions.get(&version.0).is_none_or(|first| life.ended >= *first)
    }

    /// Links and entries that a commit ends although their objects are there.
    fn unproven(&self, before: &Rows, after: &Rows) -> Vec<Broken> {
        let mut broken = Vec::new();
        let followed = |link: &Link| after.links.values().any(|other| other.remote == link.remote);
        for link in before.links.values().filter(|link| !after.links.contains_key(&link.id)) {
            if !followed(link) && !self.has_ended(link) {
                let how = format!("{} is forgotten, and was never gone", link.remote);
                broken.push(Broken::new(Invariant::ProofOfDeletion, how));
            }
        }
        for entry in after.entries.values().filter(|entry| !is_live(entry)) {
            if !before.entries.get(entry.id()).is_some_and(is_live) {
                continue;
            }
            let link = before.links.values().find(|link| link.entry.as_deref() == Some(entry.id()));
            if link.is_some_and(|link| !self.has_ended(link)) {
                let how = format!("{} is ended, and its event was never gone", entry.id());
                broken.push(Broken::new(Invariant::ProofOfDeletion, how));
            }
        }
        broken
    }

    /// What a cursor stands for and is not known here.
    fn ahead(&self, cursor: &Cursor, after: &Rows) -> Vec<Broken> {
        let Some(until) = self.cursors.borrow().get(cursor).copied() else { return Vec::new() };
        let link_at = |href: &str| after.links.values().find(|link| path_of(&link.remote.0) == href);
        let mut broken = Vec::new();
        for (href, life) in self.objects.borrow().iter() {
            let version = link_at(href).and_then(|link| link.version.as_ref()).map(|version| &version.0);
            let known = match &life.stands {
                Some((stands, since)) => *since > until || version == Some(stands),
                None => life.ended > until || version.is_none(),
            };
            if !known {
                let stands = life.stands.as_ref().map(|(version, _)| version);
                let how = format!("{cursor} is past {href} at {stands:?}, which is known at {version:?}");
                broken.push(Broken::new(Invariant::Cursor, how));
            }
        }
        broken
    }
}

fn is_live(entry: &Entry) -> bool {
    match entry {
        Entry::Appointment(appointment) => appointment.status.is_live(),
        Entry::Task(task) => !task.deleted,
        Entry::TaskTime(task) => task.time_content().is_some(),
    }
}
