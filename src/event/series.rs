//! The components of one UID, wherever in a calendar they stand: a series and what replaces parts of it.

use super::{recurs, sequence_of, uid_or_made};
use crate::ics::Component;
use std::borrow::Cow;
use std::collections::HashMap;

/// A master and its overrides, borrowed from their calendar; [`crate::Event`] is one that stands by itself.
///
/// ```
/// # use kalends::{ics, event::Series};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nRRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\n\
///     BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261121T090000Z\nEND:VEVENT\nEND:VCALENDAR\n";
/// let parsed = ics::parse(text);
/// let all = Series::all(&parsed.calendars[0]);
/// assert_eq!(all.iter().map(Series::uid).collect::<Vec<_>>(), ["1", "2"]);
/// assert_eq!(all[0].overrides().count(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Series<'c> {
    uid: Cow<'c, str>,
    entries: Vec<&'c Component<'c>>,
    main: usize,
}

impl<'c> Series<'c> {
    /// One for each UID of the VEVENTs in a calendar, in order of appearance. An event without UID gets one made of
    /// its content, so that it is not lost. A VEVENT that stands outside any calendar is a series, too.
    pub fn all(calendar: &'c Component<'c>) -> Vec<Series<'c>> {
        match calendar.is("VEVENT") {
            true => Series::among([calendar]),
            false => Series::among(calendar.components("VEVENT")),
        }
    }

    /// The same of any components that can recur.
    pub(crate) fn among(entries: impl IntoIterator<Item = &'c Component<'c>>) -> Vec<Series<'c>> {
        let mut all: Vec<Series<'c>> = Vec::new();
        let mut places: HashMap<Cow<'c, str>, usize> = HashMap::new();
        for entry in entries {
            let uid = uid_or_made(entry);
            match places.get(&uid) {
                Some(place) => all[*place].push(entry),
                None => {
                    places.insert(uid.clone(), all.len());
                    all.push(Series { uid, entries: vec![entry], main: 0 });
                }
            }
        }
        all
    }

    /// The components of one UID; nothing where there are none.
    pub(super) fn of(
        uid: &'c str,
        mut entries: impl Iterator<Item = &'c Component<'c>>,
    ) -> Option<Series<'c>> {
        let mut series = Series { uid: uid.into(), entries: vec![entries.next()?], main: 0 };
        entries.for_each(|entry| series.push(entry));
        Some(series)
    }

    /// The master of the highest SEQUENCE is the main one, the later one in a tie; else the first override.
    fn push(&mut self, entry: &'c Component<'c>) {
        let rank = |c: &Component| c.property("RECURRENCE-ID").is_none().then(|| sequence_of(c));
        if rank(entry).is_some() && rank(entry) >= rank(self.main()) {
            self.main = self.entries.len();
        }
        self.entries.push(entry);
    }

    /// The UID, the same in all its components.
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The component that describes the series; the first override where the series itself did not come.
    pub fn main(&self) -> &'c Component<'c> {
        self.entries[self.main]
    }

    /// The component that describes the series, if it came.
    pub fn master(&self) -> Option<&'c Component<'c>> {
        Some(self.main()).filter(|c| c.property("RECURRENCE-ID").is_none())
    }

    /// The components that replace single occurrences.
    pub fn overrides(&self) -> impl Iterator<Item = &'c Component<'c>> {
        self.entries.iter().copied().filter(|c| c.property("RECURRENCE-ID").is_some())
    }

    /// Whether it has, or may have, more than one occurrence.
    pub fn is_recurring(&self) -> bool {
        self.overrides().next().is_some() || recurs(self.main())
    }

    /// All its components, in order.
    pub(crate) fn entries(&self) -> &[&'c Component<'c>] {
        &self.entries
    }

    /// Where the main one stands among them.
    pub(super) fn place_of_main(&self) -> usize {
        self.main
    }
}
