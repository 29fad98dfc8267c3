//! The recurrence set: what rules and dates give, less what is excluded, with overrides in their places.

use super::overrides::Overrides;
use super::starts::{Range, Start, starts};
use super::{Budget, Occurrence, RecurrenceError};
use crate::event::{Series, Times};
use crate::ics::{Component, DateTime};
use crate::time::{Date, Instant, Span, Wall, sort_by_time};
use crate::zone::{Zone, Zones, wall_of};
use std::collections::HashSet;

pub(super) fn expand<'e>(
    series: &Series<'e>,
    zones: &Zones<'_>,
    window: Span,
    floating: &Zone,
    budget: &mut Budget,
) -> Result<Vec<Occurrence<'e>>, RecurrenceError> {
    let times = series.master().map(|master| Times::of(master, zones, floating)).transpose()?;
    let overrides = Overrides::of(series, zones, floating, times.as_ref())?;
    let mut found = Vec::new();
    if let (Some(master), Some(times)) = (series.master(), &times) {
        let recurring = series.is_recurring();
        let range = range(window, times, &overrides);
        let excluded = Excluded::of(master, zones, times, range, budget)?;
        for start in starts(master, times, zones, range, budget)? {
            let id = start.at;
            if excluded.holds(&start) || overrides.replaces(id) {
                continue;
            }
            let all_day = times.start.is_date();
            let length = start.length.unwrap_or(times.length);
            let wall = crate::rule::wall_at(start.wall);
            let (event, span, all_day) = match overrides.future(id, wall) {
                Some((future, span)) => (future.event, span, future.times.start.is_date()),
                None => (master, length.span(wall, id, &times.zone), all_day),
            };
            if span.touches(window) {
                found.push(Occurrence { span, all_day, recurrence_id: recurring.then_some(id), event });
            }
        }
    }
    for replacement in overrides.all() {
        let span = replacement.times.span();
        if span.touches(window) {
            let (all_day, id) = (replacement.times.start.is_date(), Some(replacement.id));
            found.push(Occurrence { span, all_day, recurrence_id: id, event: replacement.event });
        }
    }
    if budget.left() == 0 {
        return Err(RecurrenceError::Budget(series.uid().to_owned()));
    }
    sort_by_time(&mut found, |o| {
        let [start, end, _] = o.span.key();
        [start, end, o.recurrence_id.map_or(i64::MIN, Instant::millis)]
    });
    Ok(found)
}

/// Between which instants an occurrence must start to reach into the window.
fn range(window: Span, times: &Times, overrides: &Overrides<'_>) -> Range {
    let (before, after) = overrides.reach();
    let from = window.start().plus_millis(-times.length.at_most().max(before));
    Range { from, until: window.end().plus_millis(after), limit: usize::MAX }
}

/// What EXDATE and EXRULE take out.
struct Excluded {
    instants: HashSet<Instant>,
    /// Whole days, as wall dates in the series' zone.
    days: HashSet<Date>,
}

impl Excluded {
    fn of(
        master: &Component,
        zones: &Zones<'_>,
        times: &Times,
        range: Range,
        budget: &mut Budget,
    ) -> Result<Excluded, RecurrenceError> {
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
        // RFC 2445 had EXRULE, and old calendars still do.
        for property in master.properties("EXRULE") {
            let excluded = super::starts::by_rule(property.value(), times, range, false, budget)?;
            instants.extend(excluded.into_iter().map(|start| start.at));
        }
        Ok(Excluded { instants, days })
    }

    fn holds(&self, start: &Start) -> bool {
        let day = || -> Wall { crate::rule::wall_at(start.wall) };
        (!self.instants.is_empty() && self.instants.contains(&start.at))
            || (!self.days.is_empty() && self.days.contains(&day().date()))
    }
}
