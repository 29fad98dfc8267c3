//! A series given another rule, or none.

use super::super::set::Set;
use super::super::starts::{Range, by_rule, last_instant};
use super::{EditError, Editor, written};
use crate::event::{Content, Event, Field, Times, sequence_of, stamp_change, work_in};
use crate::ics::{Component, DateTime, Property};
use crate::rule::{Rule, Until, wall_at};
use crate::time::{Instant, Wall};
use crate::zone::Zones;

impl Editor<'_> {
    /// The event, which is this series after other changes, with another rule. `before` is its VEVENT as it was.
    pub(super) fn repeated(&self, event: Event, rule: &Rule, before: &Component) -> Result<Event, EditError> {
        rule.check()?;
        let zones = Zones::of(event.calendar());
        let set = Set::of(&event.series(), &zones, &self.floating)?;
        let Some(times) = &set.times else { return Err(EditError::NoSeries(self.uid())) };
        let rule = rule.clone().map_until(|until| in_form(last_instant(until, times), times));
        let range = Range { from: Instant::MIN, until: Instant::MAX, limit: 1 };
        let first = self.spend(|budget| by_rule(&rule.to_string(), times, range, false, budget))?;
        let first = first.first().ok_or_else(|| EditError::Never(rule.to_string()))?;
        let mut master = event.main().clone();
        if first.at != times.span().start() {
            self.start_at(&mut master, times, wall_at(first.wall), first.at)?;
        }
        set_rule(&mut master, &rule);
        let untold = sequence_of(&master) == sequence_of(before);
        stamp_change(&mut master, untold, self.stamp);
        let event = self.with_main(&event, master)?;
        self.with_exceptions(&event)
    }

    /// The event, which is this series after other changes, without anything that makes it recur.
    pub(super) fn once(&self, event: Event, before: &Component) -> Result<Event, EditError> {
        if !event.is_recurring() {
            return Ok(event);
        }
        let mut master = event.main().clone();
        for name in ["RRULE", "RDATE", "EXDATE", "EXRULE"] {
            master.remove(name);
        }
        let untold = sequence_of(&master) == sequence_of(before);
        stamp_change(&mut master, untold, self.stamp);
        let mut calendar = self.with_main(&event, master)?.calendar().clone();
        calendar.components.retain(|c| !c.is("VEVENT") || c.property("RECURRENCE-ID").is_none());
        Ok(Event::of(calendar)?)
    }

    /// Moves a VEVENT to another start of its rule.
    pub(super) fn start_at(
        &self,
        event: &mut Component,
        times: &Times,
        wall: Wall,
        at: Instant,
    ) -> Result<(), EditError> {
        if event.property("DTEND").is_some() {
            let span = times.length.span(wall, at, &times.zone);
            let when = Content { all_day: times.start.is_date(), ..Content::new("", span) };
            work_in(event, &[Field::Time], &when, &self.zones, &times.zone)?;
        }
        let start = written(times, wall, at);
        if std::mem::discriminant(&start) != std::mem::discriminant(&times.start) {
            return Err(self.unsplittable(at, "the clocks show that time twice"));
        }
        // The clocks may skip it on this day, and show it on others.
        if let Some(property) = event.property_mut("DTSTART") {
            start.write_into(property);
        }
        Ok(())
    }

    fn with_main(&self, event: &Event, main: Component<'static>) -> Result<Event, EditError> {
        let mut calendar = event.calendar().clone();
        calendar.components[event.main_place()] = main;
        Ok(Event::of(calendar)?)
    }
}

/// Puts the rule where the first one stands, and takes all others away.
fn set_rule(series: &mut Component, rule: &Rule) {
    series.remove("EXRULE");
    match series.property_mut("RRULE") {
        Some(property) => property.set_known(rule.to_string()),
        None => series.properties.push(Property::known("RRULE", rule.to_string())),
    }
    let mut seen = false;
    series.properties.retain(|property| !property.is("RRULE") || !std::mem::replace(&mut seen, true));
}

/// UNTIL in the form that goes with DTSTART (RFC 5545 §3.3.10): a date, a local time, or UTC.
pub(super) fn in_form(last: Instant, times: &Times) -> Until {
    match &times.start {
        DateTime::Date(_) => Until::Date(times.zone.to_wall(last).date()),
        DateTime::Floating(_) => Until::Wall(times.zone.to_wall(last)),
        DateTime::Utc(_) | DateTime::Zoned { .. } => Until::Instant(last),
    }
}
