//! When the occurrences of a series start: DTSTART, its rules and its RDATEs, each instant once.

use super::{Budget, RecurrenceError};
use crate::event::{Length, Times, rules_of};
use crate::ics::{Component, DateTime, Duration, Property, ValueError, parse_date_time};
use crate::rule::{Frequency, Rule, Until, wall_at};
use crate::time::{Instant, Wall, sort_by_time};
use crate::zone::{Zones, wall_of};
use chrono::NaiveTime;

/// The instants between which starts are asked for, both included, and how many of a rule's at most.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub from: Instant,
    pub until: Instant,
    pub limit: usize,
}

/// One start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub at: Instant,
    /// The same on the wall of the series' zone, in seconds since 1970.
    pub wall: i64,
    /// A length of its own: a period of RDATE.
    pub length: Option<Length>,
}

const SECOND: i64 = 1000;
const DAY: i64 = 86_400;

pub(super) fn starts(
    master: &Component,
    times: &Times,
    zones: &Zones<'_>,
    range: Range,
    budget: &mut Budget,
) -> Result<Vec<Start>, RecurrenceError> {
    let first = times.span().start();
    let mut found = Vec::new();
    let mut rules = rules_of(master, "RRULE").peekable();
    if rules.peek().is_none() {
        found.push(Start { at: first, wall: seconds(wall_of(&times.start)), length: None });
    }
    let inclusive = counts_start(master, times);
    for property in rules {
        found.extend(by_rule(property.value(), times, range, inclusive, budget)?);
    }
    for property in master.properties("RDATE") {
        for item in property.value().split(',').filter(|item| !item.trim().is_empty()) {
            found.push(by_date(property, item, times, zones)?);
            budget.spend();
        }
    }
    // A period of RDATE may be of any length.
    found.retain(|start| (range.from <= start.at || start.length.is_some()) && start.at <= range.until);
    // Of the same instant, the one that has a length of its own stays.
    sort_by_time(&mut found, |start| [start.at.millis(), i64::from(start.length.is_none()), 0]);
    found.dedup_by_key(|start| start.at);
    Ok(found)
}

/// The starts that a rule gives. `inclusive`: DTSTART is one even where it does not match.
pub(super) fn by_rule(
    text: &str,
    times: &Times,
    range: Range,
    inclusive: bool,
    budget: &mut Budget,
) -> Result<Vec<Start>, RecurrenceError> {
    let rule = Rule::parse(text)?;
    let first = Start { at: times.span().start(), wall: seconds(wall_of(&times.start)), length: None };
    if is_over(&rule, times) {
        return Ok(Vec::new());
    }
    let until = rule.until().map(|until| last_instant(until, times));
    let mut found = Vec::new();
    let mut remaining = rule.count().unwrap_or(u64::MAX);
    let real_time = is_in_real_time(&rule, times);
    if inclusive && !gives_start(&rule, first_wall(&rule, times), times.start.is_date()) {
        found.push(first);
        remaining -= 1;
    }
    let expansion = Expansion {
        rule: &rule,
        times,
        from: range.from.max(first.at),
        until: until.unwrap_or(Instant::MAX).min(range.until),
        remaining,
        limit: range.limit,
    };
    match real_time {
        true => expansion.in_real_time(first.at, &mut found, budget),
        false => expansion.on_the_wall(&mut found, budget),
    }
    Ok(found)
}

fn is_in_real_time(rule: &Rule, times: &Times) -> bool {
    rule.frequency() < Frequency::Daily && !times.start.is_date()
}

/// In real time a DTSTART that the clocks skip is the time that they show instead.
fn first_wall(rule: &Rule, times: &Times) -> Wall {
    match is_in_real_time(rule, times) {
        true => times.zone.to_wall(times.span().start()),
        false => wall_of(&times.start),
    }
}

/// Whether each rule has DTSTART as its first occurrence, also where it would not give it. Of several rules it is
/// enough that one gives it: it is none of the others' then, nor counted by them.
pub(super) fn counts_start(master: &Component, times: &Times) -> bool {
    let rules = || rules_of(master, "RRULE").map(|property| property.value());
    rules().nth(1).is_none() || !rules().any(|rule| begins_with_start(rule, times))
}

fn begins_with_start(rule: &str, times: &Times) -> bool {
    let gives = |rule: &Rule| gives_start(rule, first_wall(rule, times), times.start.is_date());
    Rule::parse(rule).is_ok_and(|rule| !is_over(&rule, times) && gives(&rule))
}

/// Whether UNTIL lies before DTSTART: then there is no occurrence.
pub(crate) fn is_over(rule: &Rule, times: &Times) -> bool {
    rule.until().is_some_and(|until| last_instant(until, times) < times.span().start())
}

/// Whether DTSTART is the rule's own first wall time.
pub(crate) fn gives_start(rule: &Rule, start: Wall, date_only: bool) -> bool {
    rule.gives_at_once(start).unwrap_or_else(|| {
        let tomorrow = wall_at(seconds(start) + DAY);
        let mut walls = rule.walls(start, date_only).until(Some(tomorrow)).steps(10_000);
        walls.next() == Some(start)
    })
}

struct Expansion<'a> {
    rule: &'a Rule,
    times: &'a Times,
    from: Instant,
    until: Instant,
    remaining: u64,
    limit: usize,
}

impl Expansion<'_> {
    /// In wall time, each converted by itself: a meeting at nine stays at nine.
    fn on_the_wall(&self, found: &mut Vec<Start>, budget: &mut Budget) {
        let zone = &self.times.zone;
        let start = wall_of(&self.times.start);
        let end = wall_at(seconds(zone.to_wall(self.until)) + DAY);
        let mut walls =
            self.rule.walls(start, self.times.start.is_date()).until(Some(end)).steps(budget.steps);
        walls.set_remaining(self.remaining);
        walls.skip_to(wall_at(seconds(zone.to_wall(self.from)) - DAY));
        let mut cursor = zone.cursor();
        let (from, until) = (self.from.millis(), self.until.millis());
        while let Some(wall) = walls.advance() {
            let millis = (wall - i64::from(cursor.offset(wall))) * SECOND;
            let at = Instant::from_millis(millis);
            let in_order = found.last().is_none_or(|last| last.at < at);
            if millis > until || (in_order && found.len() >= self.limit) {
                // A wall time that is skipped is moved behind some that follow it on the wall: those may still count.
                if zone.to_wall(at) == wall_at(wall) {
                    break;
                }
            } else if millis >= from {
                let start = Start { at, wall, length: None };
                if in_order {
                    found.push(start);
                } else if let Err(place) = found.binary_search_by_key(&at, |start| start.at) {
                    found.insert(place, start);
                    found.truncate(self.limit);
                }
            }
        }
        budget.steps = walls.steps_left();
    }

    /// In real time: from one change of the clocks to the next the offset is constant, and there the rule runs
    /// as if DTSTART had been written with that offset. So each real hour comes once.
    fn in_real_time(&self, first: Instant, found: &mut Vec<Start>, budget: &mut Budget) {
        let zone = &self.times.zone;
        let begin = first.millis().div_euclid(SECOND);
        let (from, until) = (self.from.millis().div_euclid(SECOND), self.until.millis().div_euclid(SECOND));
        let mut remaining = self.remaining;
        // With COUNT everything before must be counted.
        let mut at = if self.rule.count().is_some() { begin } else { from };
        while at <= until && remaining > 0 && found.len() < self.limit && budget.spend() {
            let period = zone.period_at(at);
            let offset = i64::from(period.offset);
            let end = period.until.min(until.saturating_add(1));
            let last = wall_at(end.saturating_add(offset).saturating_sub(1));
            let start = wall_at(begin + offset);
            let mut walls = self.rule.walls(start, false).until(Some(last)).steps(budget.steps);
            walls.set_remaining(remaining);
            walls.jump_to(at + offset);
            while found.len() < self.limit
                && let Some(wall) = walls.advance()
            {
                let instant = wall - offset;
                if instant >= from {
                    let at = Instant::from_millis(instant * SECOND);
                    found.push(Start { at, wall, length: None });
                }
            }
            remaining = walls.remaining();
            budget.steps = walls.steps_left();
            at = end;
        }
    }
}

/// The last instant that UNTIL allows.
pub(crate) fn last_instant(until: Until, times: &Times) -> Instant {
    let end_of_day = |wall: Wall| wall_at(seconds(wall) + DAY - 1);
    match until {
        Until::Date(date) => times.zone.to_instant(end_of_day(date.and_time(NaiveTime::MIN))),
        Until::Wall(wall) => times.zone.to_instant(wall),
        // For dates: midnight in UTC was meant as the date, any other time as an instant where the owner is.
        Until::Instant(instant) if times.start.is_date() && instant.to_utc().time() == NaiveTime::MIN => {
            times.zone.to_instant(end_of_day(instant.to_utc()))
        }
        Until::Instant(instant) => instant,
    }
}

/// One item of an RDATE: a time in any zone, a period with its own length, or a date.
pub(super) fn by_date(
    property: &Property,
    item: &str,
    times: &Times,
    zones: &Zones<'_>,
) -> Result<Start, RecurrenceError> {
    let (begin, rest) = match item.split_once('/') {
        Some((begin, rest)) => (begin, Some(rest.trim())),
        None => (item, None),
    };
    let begin = DateTime::read(property, begin)?;
    let series = wall_of(&times.start);
    let at = match (&times.start, &begin) {
        (DateTime::Date(_), value) => times.zone.to_instant(wall_of(value).date().and_time(NaiveTime::MIN)),
        // A day for a series of times: at the time that the series has.
        (_, DateTime::Date(date)) => times.zone.to_instant(date.and_time(series.time())),
        (_, value) => zones.instant_of(value, &times.zone)?,
    };
    let wall = seconds(times.zone.to_wall(at));
    let length = match rest {
        None => None,
        Some(rest) => Some(period_length(property, rest, at, times, zones)?),
    };
    Ok(Start { at, wall, length })
}

fn period_length(
    property: &Property,
    rest: &str,
    at: Instant,
    times: &Times,
    zones: &Zones<'_>,
) -> Result<Length, RecurrenceError> {
    if let Some(duration) = Duration::parse(rest) {
        return Ok(Length::Nominal(duration));
    }
    if parse_date_time(rest).is_none() {
        let expected = "period, such as 20261121T090000Z/PT1H";
        return Err(ValueError::new(property.name(), rest, expected).into());
    }
    let end = zones.instant_of(&DateTime::read(property, rest)?, &times.zone)?;
    Ok(Length::Exact((end.millis() - at.millis()).max(0)))
}

fn seconds(wall: Wall) -> i64 {
    wall.and_utc().timestamp()
}
