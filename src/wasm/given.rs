//! Times as JavaScript gives and gets them: instants with an offset, wall times without, and dates.

use super::failure::Failure;
use crate::ics::{DateTime, parse_date_time};
use crate::time::{Date, Instant, Span, Wall};
use crate::zone::Zone;
use chrono::NaiveTime;

/// A time as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// `2026-11-21`.
    Date(Date),
    /// `2026-11-21T09:00:00`, in a zone that was given beside it.
    Wall(Wall),
    /// `2026-11-21T09:00:00Z`.
    Instant(Instant),
}

impl Given {
    pub fn parse(text: &str) -> Result<Given, Failure> {
        if let Ok(instant) = Instant::parse(text) {
            return Ok(Given::Instant(instant));
        }
        match parse_date_time(text) {
            Some(DateTime::Date(date)) => Ok(Given::Date(date)),
            Some(DateTime::Floating(wall)) => Ok(Given::Wall(wall)),
            Some(DateTime::Utc(instant)) => Ok(Given::Instant(instant)),
            _ => Err(Failure::new(
                "invalid_time",
                format!(
                    "\"{}\" is no time; write 2026-11-21T09:00:00Z, or 2026-11-21 for a whole day",
                    text.chars().take(60).collect::<String>()
                ),
            )),
        }
    }

    pub fn date_time(self) -> DateTime {
        match self {
            Given::Date(date) => DateTime::Date(date),
            Given::Wall(wall) => DateTime::Floating(wall),
            Given::Instant(instant) => DateTime::Utc(instant),
        }
    }

    pub fn is_date(self) -> bool {
        matches!(self, Given::Date(_))
    }

    pub fn instant(self, zone: &Zone) -> Instant {
        match self {
            Given::Date(date) => zone.to_instant(date.and_time(NaiveTime::MIN)),
            Given::Wall(wall) => zone.to_instant(wall),
            Given::Instant(instant) => instant,
        }
    }
}

pub(super) fn span(start: Instant, end: Instant) -> Result<Span, Failure> {
    let backward = || Failure::new("invalid_time", format!("the end, {end}, is before the start, {start}"));
    Span::new(start, end).ok_or_else(backward)
}

/// The span between two given times, in which zone they may be.
pub(super) fn span_between(start: &str, end: &str, zone: &Zone) -> Result<Span, Failure> {
    span(Given::parse(start)?.instant(zone), Given::parse(end)?.instant(zone))
}

/// The zone of that name; the empty name is UTC.
pub(super) fn zone(name: &str) -> Result<Zone, Failure> {
    if name.is_empty() { Ok(Zone::utc()) } else { Ok(Zone::named(name)?) }
}
