//! When application and calendar agree, and how the world is brought to rest to see whether they do.

use crate::clock::finish;
use crate::collection::family;
use crate::faults::Faults;
use crate::ledger::content_of;
use crate::world::{LEASE_IS_OVER, World};
use kalends::booking::Entry;
use kalends::event::Field;
use kalends::sync::{Scope, SyncError};

/// How many undisturbed runs may be needed.
const A_FEW: usize = 4;

/// In milliseconds.
const A_DAY_IS_OVER: i64 = 86_400_000 + LEASE_IS_OVER;

impl World {
    /// Everything in which application, mirror and calendar do not agree.
    pub fn disagreements(&self) -> Vec<String> {
        let mut found = self.ledger.wrongs();
        let rows = self.store.rows.borrow();
        let objects = self.calendar.objects.borrow();
        let unknowing = self.calendar.unknowing.borrow();
        found.extend(self.wrong_conflicts());
        for entry in rows.entries.values().filter(|entry| !rows.is_held(entry.id())) {
            let links = rows.links.values().filter(|link| link.entry.as_deref() == Some(entry.id()));
            let bodies: Vec<_> =
                links.map(|link| objects.get_key_value(&self.address(&link.remote))).collect();
            let shall_stand = match entry {
                Entry::Appointment(appointment) => appointment.status.is_live(),
                Entry::Task(task) => !task.deleted,
            };
            match (entry.content().filter(|_| shall_stand), &bodies[..]) {
                (None, []) => {}
                // What has no version is never written over, nor removed; the log says so.
                (_, [Some(_)]) if !self.setting.service.tells_versions() => {}
                (Some(ours), [Some((href, object))]) => {
                    let differs = content_of(&object.body).map(|theirs| ours.differences(&theirs));
                    // What nobody can know to be written over was perhaps the STATUS that we had written.
                    let matters = |field: &Field| *field != Field::Status || !unknowing.contains(*href);
                    if differs.as_ref().is_none_or(|differs| differs.iter().any(matters)) {
                        found.push(format!("{} says {ours:?}, its object {}", entry.id(), object.body));
                    }
                }
                (_, objects) => {
                    found.push(format!("{entry:?} has {} links, objects {objects:?}", objects.len()))
                }
            }
        }
        for link in rows.links.values().filter(|link| link.conflict.is_none() || link.version.is_some()) {
            let (object, event) = (objects.get(&self.address(&link.remote)), rows.events.get(&link.id));
            let (Some(object), Some(event)) = (object, event) else {
                found.push(format!("{link:?} has object {object:?} and mirrored event {event:?}"));
                continue;
            };
            if !self.is_at(link, &object.etag) {
                found.push(format!("{link:?} is not at {}", object.etag));
            }
            // An event that was called off there is its owner's.
            let called_off =
                event.source.contains("BEGIN:VEVENT") && event.source.contains("STATUS:CANCELLED");
            let is_ours = !link.remote.0.contains("phone") && !called_off;
            let is_doubled = self.calendar.doubled.borrow().contains(family(&self.address(&link.remote)));
            if link.entry.is_none() && is_ours && !is_doubled {
                found.push(format!("{} was ours and belongs to nothing now", link.remote));
            }
            if link.entry.is_none() && event.source != object.body {
                found.push(format!("the mirror of {} is not what the calendar has", link.remote));
            }
        }
        for href in objects.keys() {
            if !rows.links.values().any(|link| self.address(&link.remote) == *href) {
                found.push(format!("{href} is not mirrored"));
            }
        }
        if rows.events.len() != rows.links.len() {
            found.push(format!("{} mirrored events of {} links", rows.events.len(), rows.links.len()));
        }
        found.extend(rows.outbox.iter().map(|intent| format!("{:?} {} is left", intent.kind, intent.id)));
        found
    }

    /// Ends all faults, lets the lease run out, runs a few times, and asks for agreement and then for silence.
    pub fn comes_to_rest(&self) -> Result<(), String> {
        self.calendar.faults.set(Faults::default());
        self.settles_down();
        self.store.failing.set(0);
        self.steps.set(usize::MAX);
        self.clock.pass(if self.is_listed_daily() { A_DAY_IS_OVER } else { LEASE_IS_OVER });
        for _ in 0..A_FEW {
            let commits = self.store.commits.get();
            match finish(self.run(Scope::Scheduled)) {
                // An administrator has looked.
                Err(SyncError::MassDeletion { .. }) if self.calendar.unsteady.get() => {
                    finish(self.run(Scope::Accepting))
                }
                outcome => outcome,
            }
            .map_err(|error| format!("without any fault: {error}"))?;
            if self.store.commits.get() == commits {
                break;
            }
        }
        let found = self.disagreements();
        if !found.is_empty() {
            return Err(found.join("\n"));
        }
        self.is_silent()?;
        match self.person_decides() {
            true => self.comes_to_rest(),
            false => Ok(()),
        }
    }

    /// A further run, even one that reads everything, changes nothing on either side.
    fn is_silent(&self) -> Result<(), String> {
        let commits = self.store.commits.get();
        finish(self.run(Scope::Scheduled)).map_err(|error| error.to_string())?;
        if self.setting.service.tells_state() && self.store.commits.get() != commits {
            return Err("a scheduled run commits although nothing is new".into());
        }
        self.calendar.forget_tokens();
        let before = (self.calendar.writes.get(), self.store.rows.borrow().clone());
        let report = finish(self.run(Scope::Manual)).map_err(|error| error.to_string())?;
        let after = self.store.rows.borrow();
        let counts = [report.imported, report.exported, report.updated, report.deleted, report.conflicts];
        let same = before.1.entries == after.entries
            && before.1.links == after.links
            && before.1.events == after.events;
        if before.0 != self.calendar.writes.get() || counts != [0; 5] || !same {
            return Err(format!("a further run still does something: {report:?}"));
        }
        Ok(())
    }
}
