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
        rivals(series, self.problems);
        let master = series.master();
        let start = master.and_then(|master| Time::read(master.property("DTSTART")?.value()));
        // An invitation may be to single occurrences alone (RFC 5546 §3.2.2).
        let mut is_alone = master.is_none() && self.method.is_none();
        for entry in series.overrides() {
            self.entry = Entry::of(entry);
            if std::mem::take(&mut is_alone) {
                self.tell_of(Fault::NoMaster, None, entry);
            }
            if master.is_none() && entry.property("DTSTART").is_none() {
                self.tell_of(Fault::NoStart, None, entry);
            }
            // It is a date where DTSTART of the series is one.
            let id = entry.property("RECURRENCE-ID");
            let named = id.and_then(|id| Time::read(id.value()));
            if named.zip(start).is_some_and(|(named, start)| named.is_date() != start.is_date()) {
                self.tell_of(Fault::MixedTimes, id, entry);
            }
        }
    }
}

/// Tells events that were left out, since another of the same UID and SEQUENCE was used that says something else.
fn rivals(series: &Series<'_>, problems: &mut Vec<Problem>) {
    let Some(master) = series.master().filter(|_| series.entries().len() > 1) else { return };
    let sequence = sequence_of(master);
    for entry in series.entries() {
        let is_rival = entry.property("RECURRENCE-ID").is_none() && sequence_of(entry) == sequence;
        // The very same once more takes nothing away.
        if is_rival && *entry != master {
            let uid = Some(series.uid().to_owned());
            problems.push(Problem { uid, ..Problem::of(Fault::SameUid, entry) });
        }
    }
}
