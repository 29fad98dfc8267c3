//! The recurrence set: what rules and dates give, less what is excluded, with overrides in their places.

use super::overrides::{Override, Overrides};
use super::starts::{Range, Start, last_instant, starts};
use super::{Budget, Occurrence, RecurrenceError};
use crate::event::{Series, Times, rules_of, sequence_of};
use crate::ics::{Component, DateTime};
use crate::rule::Rule;
use crate::time::{Date, Instant, Span, Wall, sort_by_time};
use crate::zone::{Zone, Zones, wall_of};
use std::collections::HashSet;

/// A series with its zone, its length and its overrides read.
pub(super) struct Set<'e> {
    pub series: Series<'e>,
    /// When the series begins, if it came with its overrides.
    pub times: Option<Times>,
    pub overrides: Overrides<'e>,
    recurring: bool,
}

/// What describes an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Described {
    Series,
    /// Its own override; `later`: for all later occurrences too.
    Override {
        later: bool,
    },
    /// A THISANDFUTURE override of an earlier one.
    Earlier,
}

/// One occurrence, found by its RECURRENCE-ID.
pub(super) struct Found<'e> {
    pub at: Instant,
    pub occurrence: Occurrence<'e>,
    pub described: Described,
    /// Where the series has it, on the wall of its zone.
    pub wall: Wall,
    /// Whether rules or dates give it; an override may stand for what the series does not have.
    pub given: bool,
}

impl<'e> Set<'e> {
    pub fn of(series: &Series<'e>, zones: &Zones<'_>, floating: &Zone) -> Result<Set<'e>, RecurrenceError> {
        let times = series.master().map(|master| Times::of(master, zones, floating)).transpose()?;
        let mut overrides = Overrides::of(series, zones, floating, times.as_ref())?;
        if let (Some(master), Some(times)) = (series.master(), &times) {
            // An override with a rule is a copy of an older version of the series, as Confluence keeps them.
            let is_older = |own: &Override<'_>| {
                own.event.property("RRULE").is_some() && sequence_of(own.event) < sequence_of(master)
            };
            if overrides.all().any(is_older) {
                let withdrawn = Withdrawn::of(master, zones, times)?;
                overrides.retain(|own| !is_older(own) || !withdrawn.holds(own.id, times));
            }
        }
        Ok(Set { series: series.clone(), times, overrides, recurring: series.is_recurring() })
    }

    pub fn expand(
        &self,
        zones: &Zones<'_>,
        window: Span,
        budget: &mut Budget,
    ) -> Result<Vec<Occurrence<'e>>, RecurrenceError> {
        let mut found = Vec::new();
        if let (Some(master), Some(times)) = (self.series.master(), &self.times) {
            for start in self.given(zones, range(window, times, &self.overrides), budget)? {
                if self.overrides.replaces(start.at) {
                    continue;
                }
                let (occurrence, _) = self.occurrence(master, times, &start);
                if occurrence.span.touches(window) {
                    found.push(occurrence);
                }
            }
        }
        found.extend(self.overrides.all().map(overridden).filter(|o| o.span.touches(window)));
        if budget.left() == 0 {
            return Err(RecurrenceError::Budget(self.series.uid().to_owned()));
        }
        sort_by_time(&mut found, |o| {
            let [start, end, _] = o.span.key();
            [start, end, o.recurrence_id.map_or(i64::MIN, Instant::millis)]
        });
        Ok(found)
    }

    /// The occurrence that a RECURRENCE-ID names.
    pub fn find(
        &self,
        zones: &Zones<'_>,
        id: Instant,
        budget: &mut Budget,
    ) -> Result<Option<Found<'e>>, RecurrenceError> {
        let given = self.given(zones, Range { from: id, until: id, limit: usize::MAX }, budget)?;
        let start = given.iter().find(|start| start.at == id);
        let zone = self.times.as_ref().map(|times| &times.zone);
        let wall = match (start, zone) {
            (Some(start), _) => crate::rule::wall_at(start.wall),
            (None, Some(zone)) => zone.to_wall(id),
            (None, None) => id.to_utc(),
        };
        let given = start.is_some();
        if let Some(own) = self.overrides.get(id) {
            let described = Described::Override { later: own.is_future() };
            return Ok(Some(Found { at: id, occurrence: overridden(own), described, wall, given }));
        }
        let (Some(start), Some(master), Some(times)) = (start, self.series.master(), &self.times) else {
            return Ok(None);
        };
        let (occurrence, described) = self.occurrence(master, times, start);
        Ok(Some(Found { at: id, occurrence, described, wall, given }))
    }

    /// The starts that rules and dates give, less what is excluded.
    pub fn given(
        &self,
        zones: &Zones<'_>,
        range: Range,
        budget: &mut Budget,
    ) -> Result<Vec<Start>, RecurrenceError> {
        let (Some(master), Some(times)) = (self.series.master(), &self.times) else { return Ok(Vec::new()) };
        let excluded = Excluded::of(master, zones, times, range, budget)?;
        let mut found = starts(master, times, zones, range, budget)?;
        if !excluded.is_empty() {
            found.retain(|start| !excluded.holds(start));
        }
        Ok(found)
    }

    fn occurrence(
        &self,
        master: &'e Component<'e>,
        times: &Times,
        start: &Start,
    ) -> (Occurrence<'e>, Described) {
        let wall = crate::rule::wall_at(start.wall);
        let recurrence_id = self.recurring.then_some(start.at);
        if let Some((future, span)) = self.overrides.future(start.at, wall) {
            let all_day = future.times.start.is_date();
            return (Occurrence { span, all_day, recurrence_id, event: future.event }, Described::Earlier);
        }
        let length = start.length.unwrap_or(times.length);
        let (span, all_day) = (length.span(wall, start.at, &times.zone), times.start.is_date());
        (Occurrence { span, all_day, recurrence_id, event: master }, Described::Series)
    }
}

fn overridden<'e>(own: &Override<'e>) -> Occurrence<'e> {
    let (all_day, recurrence_id) = (own.times.start.is_date(), Some(own.id));
    Occurrence { span: own.times.span(), all_day, recurrence_id, event: own.event }
}

/// Between which instants an occurrence must start to reach into the window.
fn range(window: Span, times: &Times, overrides: &Overrides<'_>) -> Range {
    let (before, after) = overrides.reach();
    let from = window.start().plus_millis(-times.length.at_most().max(before));
    Range { from, until: window.end().plus_millis(after), limit: usize::MAX }
}

/// What a series no longer has: an override of an older version (RFC 5545 §3.8.7.4) went with it.
struct Withdrawn {
    excluded: Excluded,
    /// The last UNTIL, where every rule has one and there are no dates.
    until: Option<Instant>,
}

impl Withdrawn {
    fn of(master: &Component, zones: &Zones<'_>, times: &Times) -> Result<Withdrawn, RecurrenceError> {
        let until = |rule: &str| Some(last_instant(Rule::parse(rule).ok()?.until()?, times));
        let dates = master.property("RDATE").is_some();
        let last = rules_of(master, "RRULE").map(|rule| until(rule.value())).collect::<Option<Vec<_>>>();
        Ok(Withdrawn {
            excluded: Excluded::dates(master, zones, times)?,
            until: last.filter(|_| !dates).and_then(|last| last.into_iter().max()),
        })
    }

    fn holds(&self, id: Instant, times: &Times) -> bool {
        let wall = times.zone.to_wall(id).and_utc().timestamp();
        self.until.is_some_and(|until| id > until)
            || self.excluded.holds(&Start { at: id, wall, length: None })
    }
}

/// What EXDATE and EXRULE take out.
struct Excluded {
    instants: HashSet<Instant>,
    /// Whole days, as wall dates in the series' zone.
    days: HashSet<Date>,
}

impl Excluded {
    /// What EXDATE alone takes out.
    fn dates(master: &Component, zones: &Zones<'_>, times: &Times) -> Result<Excluded, RecurrenceError> {
        let (mut instants, mut days) = (HashSet::new(), HashSet::new());
        for property in master.properties("EXDATE") {
            for value in DateTime::list(property) {
                match value? {
                    DateTime::Date(date) => drop(days.insert(date)),
                    value if times.start.is_date() => drop(days.insert(wall_of(&value).date())),
                    value => drop(instants.insert(zones.instant_of(&value, &times.zone)?)),
                }
            }
        }
        Ok(Excluded { instants, days })
    }

    fn of(
        master: &Component,
        zones: &Zones<'_>,
        times: &Times,
        range: Range,
        budget: &mut Budget,
    ) -> Result<Excluded, RecurrenceError> {
        let mut all = Excluded::dates(master, zones, times)?;
        // RFC 2445 had EXRULE, and old calendars still do.
        for property in rules_of(master, "EXRULE") {
            let excluded = super::starts::by_rule(property.value(), times, range, false, budget)?;
            all.instants.extend(excluded.into_iter().map(|start| start.at));
        }
        Ok(all)
    }

    fn is_empty(&self) -> bool {
        self.instants.is_empty() && self.days.is_empty()
    }

    fn holds(&self, start: &Start) -> bool {
        let day = || -> Wall { crate::rule::wall_at(start.wall) };
        (!self.instants.is_empty() && self.instants.contains(&start.at))
            || (!self.days.is_empty() && self.days.contains(&day().date()))
    }
}
