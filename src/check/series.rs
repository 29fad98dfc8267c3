//! Components of one UID: whether they fit together, across a whole calendar.

use super::{Checker, Entry};
use crate::event::{Series, sequence_of};
use crate::ics::{Component, DateTime, Fault, Problem};

impl<'c> Checker<'c, '_> {
    pub(super) fn series(&mut self, series: &Series<'c>) {
        let master = series.master();
        if master.is_some() && series.entries().len() == 1 {
            return;
        }
        // An invitation may be to single occurrences alone (RFC 5546 §3.2.2).
        let mut is_alone = master.is_none() && self.calendar.property("METHOD").is_none();
        for problem in rivals(series) {
            self.tell(problem);
        }
        for entry in series.overrides() {
            self.entry = Entry::of(Some(entry));
            match master {
                Some(master) => self.named_as(entry, master),
                None => {
                    if std::mem::take(&mut is_alone) {
                        self.tell(Problem::of(Fault::NoMaster, entry));
                    }
                    if entry.property("DTSTART").is_none() {
                        self.tell(Problem::of(Fault::NoStart, entry));
                    }
                }
            }
        }
    }

    /// RECURRENCE-ID is a date where DTSTART of the series is one.
    fn named_as(&mut self, entry: &Component, master: &Component) {
        let Some(id) = entry.property("RECURRENCE-ID") else { return };
        let named = DateTime::of(id).ok().zip(master.property("DTSTART").and_then(|p| DateTime::of(p).ok()));
        if named.is_some_and(|(id, start)| id.is_date() != start.is_date()) {
            self.tell(Problem::of_property(Fault::MixedTimes, id, entry));
        }
    }
}

/// Events that were left out, since another of the same UID and SEQUENCE was used that says something else.
pub(crate) fn rivals(series: &Series<'_>) -> Vec<Problem> {
    let Some(master) = series.master().filter(|_| series.entries().len() > 1) else { return Vec::new() };
    let is_rival = |entry: &&&Component| {
        entry.property("RECURRENCE-ID").is_none()
            && sequence_of(entry) == sequence_of(master)
            // The very same once more takes nothing away.
            && **entry != master
    };
    let told = |entry: &&Component| {
        let uid = Some(series.uid().to_owned());
        Problem { uid, ..Problem::of(Fault::SameUid, entry) }
    };
    series.entries().iter().filter(is_rival).map(told).collect()
}
