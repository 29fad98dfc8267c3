//! When application and calendar agree, and how the world is brought to rest to see whether they do.

use crate::clock::finish;
use crate::collection::family;
use crate::faults::Faults;
use crate::invariant::{AllBroken, Broken, Invariant};
use crate::wall_time;
use crate::world::{LEASE_IS_OVER, World};
use kalends::booking::Entry;
use kalends::event::{CalendarObject, Field};
use kalends::sync::{Scope, SyncError};
use std::collections::BTreeMap;

/// How many undisturbed runs may be needed.
const A_FEW: usize = 4;

/// In milliseconds.
const A_DAY_IS_OVER: i64 = 86_400_000 + LEASE_IS_OVER;

impl World {
    /// Everything in which application, mirror and calendar do not agree.
    pub fn disagreements(&self) -> Vec<Broken> {
        let mut found = self.ledger.broken();
        let mut broke = |invariant, how: String| found.push(Broken::new(invariant, how));
        let rows = self.store.rows.borrow();
        let objects = self.calendar.objects.borrow();
        let unknowing = self.calendar.unknowing.borrow();
        for how in self.wrong_conflicts() {
            broke(Invariant::Conflicts, how);
        }
        for entry in rows.entries.values().filter(|entry| !rows.is_held(entry.id())) {
            let links = rows.links.values().filter(|link| link.entry.as_deref() == Some(entry.id()));
            let bodies: Vec<_> =
                links.map(|link| objects.get_key_value(&self.address(&link.remote))).collect();
            let shall_stand = match entry {
                Entry::Appointment(appointment) => appointment.status.is_live(),
                Entry::Task(task) | Entry::TaskTime(task) => !task.deleted,
            };
            match (entry.content().filter(|_| shall_stand), &bodies[..]) {
                (None, []) => {}
                // What has no version is never written over, nor removed; the log says so.
                (_, [Some(_)]) if !self.setting.service.tells_versions() => {}
                (Some(ours), [Some((href, object))]) => {
                    let differs =
                        self.ledger.content_of(&object.body).map(|theirs| ours.differences(&theirs));
                    // What nobody can know to be written over was perhaps the STATUS that we had written.
                    let matters = |field: &Field| *field != Field::Status || !unknowing.contains(*href);
                    if differs.as_ref().is_none_or(|differs| differs.iter().any(matters)) {
                        broke(
                            Invariant::Agreement,
                            format!("{} says {ours:?}, its object {}", entry.id(), object.body),
                        );
                    }
                }
                (_, objects) => broke(
                    Invariant::OneObject,
                    format!("{entry:?} has {} links, objects {objects:?}", objects.len()),
                ),
            }
        }
        for link in rows.links.values().filter(|link| link.conflict.is_none() || link.version.is_some()) {
            let (object, event) = (objects.get(&self.address(&link.remote)), rows.events.get(&link.id));
            let (Some(object), Some(event)) = (object, event) else {
                broke(
                    Invariant::Mirror,
                    format!("{link:?} has object {object:?} and mirrored event {event:?}"),
                );
                continue;
            };
            if !self.is_at(link, &object.etag) {
                broke(Invariant::Mirror, format!("{link:?} is not at {}", object.etag));
            }
            // An event that was called off there is its owner's.
            let called_off =
                event.source.contains("BEGIN:VEVENT") && event.source.contains("STATUS:CANCELLED");
            let is_ours = !link.remote.0.contains("phone") && !called_off;
            let is_doubled = self.calendar.doubled.borrow().contains(family(&self.address(&link.remote)));
            if link.entry.is_none() && is_ours && !is_doubled {
                broke(Invariant::OneObject, format!("{} was ours and belongs to nothing now", link.remote));
            }
            if link.entry.is_none() && event.source != object.body {
                broke(
                    Invariant::Mirror,
                    format!("the mirror of {} is not what the calendar has", link.remote),
                );
            }
        }
        for href in objects.keys() {
            if !rows.links.values().any(|link| self.address(&link.remote) == *href) {
                broke(Invariant::Mirror, format!("{href} is not mirrored"));
            }
        }
        for (link, event) in &rows.events {
            let stray =
                wall_time::zone_of(&event.source).and_then(|tzid| wall_time::strays(&event.source, &tzid));
            if let Some(stray) = stray {
                broke(Invariant::WallTime, format!("{link}: {stray}"));
            }
        }
        let mut uids = BTreeMap::new();
        for (href, object) in objects.iter() {
            let uid = CalendarObject::parse(&object.body).map(|object| object.uid().to_owned());
            if let Some(other) = uid.ok().and_then(|uid| uids.insert(uid, href)) {
                broke(Invariant::OneObject, format!("{href} has the UID of {other}"));
            }
        }
        for event in rows.events.keys().filter(|event| !rows.links.contains_key(event)) {
            broke(Invariant::Mirror, format!("{event} is mirrored and has no link"));
        }
        for intent in &rows.outbox {
            broke(Invariant::Rest, format!("{:?} {} is left", intent.kind, intent.id));
        }
        found
    }

    /// Ends all faults, lets the lease run out, runs a few times, and asks for agreement and then for silence.
    pub fn comes_to_rest(&self) -> Result<(), AllBroken> {
        self.ledger.trace.note(format_args!("now everything comes to rest"));
        self.calendar.faults.set(Faults::default());
        self.settles_down();
        self.store.failing.set(0);
        self.steps.set(usize::MAX);
        self.clock.pass(if self.is_listed_daily() { A_DAY_IS_OVER } else { LEASE_IS_OVER });
        for _ in 0..A_FEW {
            let commits = self.store.commits.get();
            let ended = match finish(self.run(Scope::Scheduled)) {
                // An administrator has looked.
                Err(SyncError::MassDeletion { .. }) if self.calendar.unsteady.get() => {
                    finish(self.run(Scope::Accepting))
                }
                ended => ended,
            };
            if let Err(error) = ended {
                let mut broken = self.ledger.broken();
                broken.push(Broken::new(Invariant::Rest, format!("without any fault: {error}")));
                return Err(AllBroken(broken));
            }
            if self.store.commits.get() == commits {
                break;
            }
        }
        let mut broken = self.disagreements();
        if broken.is_empty() {
            broken.extend(self.disturbances().into_iter().map(|how| Broken::new(Invariant::Rest, how)));
            // What was committed in the last runs counts, too.
            broken.extend(self.ledger.broken());
        }
        if broken.is_empty() && self.person_decides() {
            return self.comes_to_rest();
        }
        self.ledger.trace.note(format_args!("{:?}", self.store.rows.borrow()));
        self.ledger.trace.note(format_args!("{:?}", self.calendar.objects.borrow()));
        if broken.is_empty() { Ok(()) } else { Err(AllBroken(broken)) }
    }

    /// What a further run, even one that reads everything, changes on either side.
    fn disturbances(&self) -> Option<String> {
        let commits = self.store.commits.get();
        if let Err(error) = finish(self.run(Scope::Scheduled)) {
            return Some(error.to_string());
        }
        if self.setting.service.tells_state() && self.store.commits.get() != commits {
            return Some("a scheduled run commits although nothing is new".into());
        }
        self.calendar.forget_tokens();
        let before = (self.calendar.writes.get(), self.store.rows.borrow().clone());
        let report = match finish(self.run(Scope::Manual)) {
            Ok(report) => report,
            Err(error) => return Some(error.to_string()),
        };
        let after = self.store.rows.borrow();
        let counts = [report.imported, report.exported, report.updated, report.deleted, report.conflicts];
        let same = before.1.entries == after.entries
            && before.1.links == after.links
            && before.1.events == after.events;
        let is_silent = before.0 == self.calendar.writes.get() && counts == [0; 5] && same;
        (!is_silent).then(|| format!("a further run still does something: {report:?}"))
    }
}
