//! A series ended before one of its occurrences.

use super::super::starts::{Range, Start, by_date, by_rule, counts_start, last_instant};
use super::repeat::in_form;
use super::{EditError, Editor, retain_items};
use crate::event::{Event, Times, stamp_change};
use crate::ics::{Component, DateTime, Property};
use crate::rule::Rule;
use crate::time::Instant;
use crate::zone::wall_of;
use chrono::Datelike;

impl Editor<'_> {
    /// Takes this occurrence and all that follow out: the rule ends with the one before. Nothing is left where there
    /// is none before.
    pub fn delete_following(&self, at: Instant) -> Result<Option<Event>, EditError> {
        self.begin();
        self.found(at)?;
        if !self.has_any(Instant::MIN, at.plus_millis(-1))? {
            return Ok(None);
        }
        self.ended(at).map(Some)
    }

    /// The part of the series that lies before an occurrence.
    pub(super) fn ended(&self, at: Instant) -> Result<Event, EditError> {
        let mut calendar = self.event().calendar().clone();
        if let Ok((_, times)) = self.master() {
            let series = &mut calendar.components[self.event().main_place()];
            let says = |p: &&mut Property| p.is("RRULE") && !p.value().trim().is_empty();
            for property in series.properties.iter_mut().filter(says) {
                let rule = Rule::parse(property.value())?;
                let ended = self.rule_ended(&rule, times, at)?;
                if ended != rule {
                    property.set_known(ended.to_string());
                }
            }
            self.retain_dates(series, times, at, |before| before)?;
            stamp_change(series, true, self.stamp);
        }
        self.retain_overrides(&mut calendar, |id| id < at)?;
        Ok(Event::of(calendar)?)
    }

    /// Keeps of RDATE and EXDATE what lies on one side; a whole day that is taken out may lie on both.
    pub(super) fn retain_dates(
        &self,
        series: &mut Component,
        times: &Times,
        at: Instant,
        wanted: impl Fn(bool) -> bool,
    ) -> Result<(), EditError> {
        let zones = &self.zones;
        retain_items(series, "RDATE", |property, item| {
            Ok(!item.trim().is_empty() && wanted(by_date(property, item, times, zones)?.at < at))
        })?;
        let day = times.zone.to_wall(at).date().num_days_from_ce();
        retain_items(series, "EXDATE", |property, item| {
            if item.trim().is_empty() {
                return Ok(false);
            }
            Ok(match DateTime::read(property, item)? {
                DateTime::Date(date) if date.num_days_from_ce() == day && !times.start.is_date() => true,
                DateTime::Date(date) => wanted(date.num_days_from_ce() < day),
                value if times.start.is_date() => wanted(wall_of(&value).date().num_days_from_ce() < day),
                value => wanted(zones.instant_of(&value, &times.zone)? < at),
            })
        })
    }

    fn rule_ended(&self, rule: &Rule, times: &Times, at: Instant) -> Result<Rule, EditError> {
        if self.rule_from(rule, times, at, 1)?.is_empty() {
            // It ends before by itself.
            return Ok(rule.clone());
        }
        if rule.count().is_some() {
            return match self.rule_before(rule, times, at)? {
                0 => Err(self.unsplittable(at, "dates before its start belong to it")),
                count => Ok(rule.with_count(count)),
            };
        }
        let last = self.last_before(rule, times, at)?;
        let last = last.ok_or_else(|| self.unsplittable(at, "dates before its start belong to it"))?;
        // A local time that comes twice reads as the first: then the time before the next one ends it.
        let mut untils = [last.at, at.plus_millis(-1000)].into_iter().map(|at| in_form(at, times));
        let until = untils.find(|until| (last.at..at).contains(&last_instant(*until, times)));
        let until =
            until.ok_or_else(|| self.unsplittable(at, "no local time lies between it and the one before"))?;
        Ok(rule.with_until(until))
    }

    /// How many times of a rule lie before an instant.
    pub(super) fn rule_before(&self, rule: &Rule, times: &Times, at: Instant) -> Result<u64, EditError> {
        let range = Range { from: Instant::MIN, until: at.plus_millis(-1), limit: usize::MAX };
        let found = self.by_rule(rule, times, range)?;
        Ok(found.iter().filter(|start| start.at < at).count() as u64)
    }

    /// The first times of a rule from an instant on.
    pub(super) fn rule_from(
        &self,
        rule: &Rule,
        times: &Times,
        at: Instant,
        limit: usize,
    ) -> Result<Vec<Start>, EditError> {
        // DTSTART comes with them, wherever it lies.
        let range = Range { from: at, until: Instant::MAX, limit: limit + 1 };
        let mut found = self.by_rule(rule, times, range)?;
        found.retain(|start| start.at >= at);
        found.truncate(limit);
        Ok(found)
    }

    /// The last time of a rule before an instant, looked for further and further back.
    fn last_before(&self, rule: &Rule, times: &Times, at: Instant) -> Result<Option<Start>, EditError> {
        let first = times.span().start();
        let mut reach: i64 = 3_600_000;
        loop {
            let from = at.plus_millis(-reach).max(first);
            let range = Range { from, until: at.plus_millis(-1), limit: usize::MAX };
            let found = self.by_rule(rule, times, range)?;
            let last = found.into_iter().rfind(|start| (from..at).contains(&start.at));
            if last.is_some() || from == first {
                return Ok(last);
            }
            reach = reach.saturating_mul(8);
        }
    }

    pub(super) fn by_rule(&self, rule: &Rule, times: &Times, range: Range) -> Result<Vec<Start>, EditError> {
        let inclusive = self.master().map_or(true, |(master, _)| counts_start(master, times));
        self.spend(|budget| by_rule(&rule.to_string(), times, range, inclusive, budget))
    }

    pub(super) fn unsplittable(&self, at: Instant, why: &'static str) -> EditError {
        EditError::Unsplittable { uid: self.uid(), at, why }
    }
}

/// Says of one series how it is related to another.
pub(super) fn relate(series: &mut Component, relation: &str, uid: &str) {
    series.properties.retain(|property| !relates(property, relation));
    series.properties.push(Property::text("RELATED-TO", uid).with_parameter("RELTYPE", relation));
}

/// Whether a series says that it is related so.
pub(super) fn is_related(series: &Component, relation: &str) -> bool {
    series.properties.iter().any(|property| relates(property, relation))
}

fn relates(property: &Property, relation: &str) -> bool {
    property.is("RELATED-TO")
        && property.parameter("RELTYPE").is_some_and(|r| r.eq_ignore_ascii_case(relation))
}
