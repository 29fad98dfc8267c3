//! A zone defined by the calendar itself: a VTIMEZONE's observances laid out as changes of the clocks (§3.6.5).

use super::Period;
use crate::ics::{Component, DateTime, Property};
use crate::rule::{Rule, Until};
use crate::time::{Instant, Wall, sort_by_time};
use chrono::{Datelike, TimeDelta};

/// Changes are laid out from 1900, since Outlook begins in 1601, to 2100; the last offset holds from then on.
const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2100;
/// Every rule for clocks has an onset in so many years.
const RARELY: i32 = 8;
/// So many changes are enough for any zone, ten a year; more is an attack.
const CHANGES: usize = 2000;

/// The changes of the clocks that a VTIMEZONE defines, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Custom {
    /// The offset before the first change.
    before: i32,
    /// When, and the offset from then on.
    changes: Vec<(i64, i32)>,
}

impl Custom {
    /// Nothing where no observance in it can be read.
    pub fn read(definition: &Component) -> Option<Custom> {
        Custom::in_years(definition, FIRST_YEAR, LAST_YEAR)
    }

    /// The same, right from the beginning of the one year to that of the other.
    pub fn in_years(definition: &Component, from: i32, until: i32) -> Option<Custom> {
        let mut all: Vec<(i64, i32, i32)> = Vec::new();
        for observance in definition.components.iter().filter(|c| c.is("STANDARD") || c.is("DAYLIGHT")) {
            if all.len() < CHANGES
                && let Some(onsets) = onsets(observance, from.max(FIRST_YEAR), until.min(LAST_YEAR))
            {
                all.extend(onsets);
            }
        }
        sort_by_time(&mut all, |(at, from, to)| [*at, i64::from(*from), i64::from(*to)]);
        all.truncate(CHANGES);
        let before = all.first()?.1;
        let mut changes: Vec<(i64, i32)> = all.into_iter().map(|(at, _, to)| (at, to)).collect();
        changes.dedup_by_key(|(at, _)| *at);
        Some(Custom { before, changes })
    }

    /// The first change, before which nothing is defined.
    pub fn first(&self) -> i64 {
        self.changes.first().map_or(i64::MIN, |(at, _)| *at)
    }

    pub fn period_at(&self, seconds: i64) -> Period {
        let next = self.changes.partition_point(|(at, _)| *at <= seconds);
        let last = next.checked_sub(1).map(|last| self.changes[last]);
        Period {
            offset: last.map_or(self.before, |(_, offset)| offset),
            from: last.map_or(i64::MIN, |(at, _)| at),
            until: self.changes.get(next).map_or(i64::MAX, |(at, _)| *at),
        }
    }
}

/// When an observance begins from one year to another, and the last time before, each with the offsets before and
/// after.
fn onsets(observance: &Component, first: i32, last: i32) -> Option<Vec<(i64, i32, i32)>> {
    let offset = |name| observance.property(name).and_then(|p| utc_offset(p.value()));
    let to = offset("TZOFFSETTO")?;
    let from = offset("TZOFFSETFROM").unwrap_or(to);
    let start = wall(&DateTime::of(observance.property("DTSTART")?).ok()?, from);
    let mut walls = vec![start];
    for property in observance.properties("RDATE") {
        walls.extend(dates(property, from));
    }
    for property in observance.properties("RRULE") {
        if walls.len() >= CHANGES {
            break;
        }
        let Ok(rule) = Rule::parse(property.value()) else { continue };
        let until = rule.until().map(|until| match until {
            Until::Date(date) => date.and_hms_opt(23, 59, 59).unwrap_or(Wall::MAX),
            Until::Wall(wall) => wall,
            Until::Instant(instant) => wall(&DateTime::Utc(instant), from),
        });
        let mut expanded = rule.walls(start, false).until(until).steps(CHANGES as u64);
        let ended = until.map_or(first, |until| until.year().min(first));
        expanded.skip_to(year(ended.saturating_sub(RARELY)));
        walls.extend(expanded.take_while(|wall| *wall < year(last)).take(CHANGES));
    }
    Some(walls.into_iter().map(|wall| (wall.and_utc().timestamp() - i64::from(from), from, to)).collect())
}

fn year(year: i32) -> Wall {
    crate::time::Date::from_ymd_opt(year, 1, 1).and_then(|date| date.and_hms_opt(0, 0, 0)).unwrap_or_default()
}

fn dates(property: &Property, from: i32) -> impl Iterator<Item = Wall> {
    DateTime::list(property).filter_map(Result::ok).map(move |value| wall(&value, from))
}

/// Onsets are local times by the old offset; some are wrongly given in UTC or with a zone.
fn wall(value: &DateTime, from: i32) -> Wall {
    match value {
        DateTime::Utc(instant) => shifted(*instant, from),
        other => super::wall_of(other),
    }
}

fn shifted(instant: Instant, offset: i32) -> Wall {
    let utc = instant.to_utc();
    utc.checked_add_signed(TimeDelta::seconds(offset.into())).unwrap_or(utc)
}

/// `[+-]hhmm[ss]`; `-0000` is zero.
pub(crate) fn utc_offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |range| digits.get(range).and_then(|text: &str| text.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0..2)?, part(2..4)?, part(4..6).unwrap_or(0));
    (hours < 24 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3600 + minutes * 60 + seconds))
}
