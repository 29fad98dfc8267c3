//! Components of one UID: whether they fit together, across a whole calendar.

use super::values::Time;
use super::{Checker, Entry};
use crate::event::{Series, sequence_of};
use crate::ics::{Fault, Problem};

impl<'c> Checker<'c, '_> {
    pub(super) fn series(&mut self, series: &Series<'c>) {
        if series.entries().len() == 1 && !self.has_overrides {
            return;
        }
        let master = series.master();
        rivals(series, self.problems);
        // An invitation may be to single occurrences alone (RFC 5546 §3.2.2).
        let mut is_alone = master.is_none() && self.calendar.property("METHOD").is_none();
        for entry in series.overrides() {
            self.entry = Entry::of(entry);
            let start = entry.property("DTSTART");
            if std::mem::take(&mut is_alone) {
                self.tell_of(Fault::NoMaster, None, entry);
            }
            let Some(master) = master else {
                if start.is_none() {
                    self.tell_of(Fault::NoStart, None, entry);
                }
                continue;
            };
            // It is a date where DTSTART of the series is one.
            let (id, start) = (entry.property("RECURRENCE-ID"), master.property("DTSTART"));
            let (Some(id), Some(start)) = (id, start) else { continue };
            let types = Time::read(id.value()).zip(Time::read(start.value()));
            if types.is_some_and(|(id, start)| id.is_date() != start.is_date()) {
                self.tell_of(Fault::MixedTimes, Some(id), entry);
            }
        }
    }
}

/// Tells events that were left out, since another of the same UID and SEQUENCE was used that says something else.
fn rivals(series: &Series<'_>, problems: &mut Vec<Problem>) {
    let Some(master) = series.master().filter(|_| series.entries().len() > 1) else { return };
    for entry in series.entries() {
        let is_rival = entry.property("RECURRENCE-ID").is_none() && sequence_of(entry) == sequence_of(master);
        // The very same once more takes nothing away.
        if is_rival && *entry != master {
            let uid = Some(series.uid().to_owned());
            problems.push(Problem { uid, ..Problem::of(Fault::SameUid, entry) });
        }
    }
}
