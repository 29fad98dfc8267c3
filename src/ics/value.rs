//! Typed values: DATE and DATE-TIME in their four forms, and DURATION (RFC 5545 §3.3.4 to §3.3.6).

use super::property::Property;
use crate::time::{Date, Instant, Wall};
use chrono::{Datelike, NaiveTime, TimeDelta, Timelike};
use std::fmt;

/// A date or time as a property gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DateTime {
    /// A day without time or zone.
    Date(Date),
    /// A wall time in whatever zone the viewer is in.
    Floating(Wall),
    /// A point in time.
    Utc(Instant),
    /// A wall time in a named zone.
    Zoned {
        /// The wall time.
        wall: Wall,
        /// The zone's name as the property gives it.
        tzid: String,
    },
}

/// A value that does not read as its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{property}: \"{value}\" is no {expected}")]
pub struct ValueError {
    /// The property's name.
    pub property: String,
    /// The value as it came.
    pub value: String,
    /// What it should have been, with an example.
    pub expected: &'static str,
}

impl ValueError {
    pub(crate) fn new(property: &str, value: &str, expected: &'static str) -> ValueError {
        let value = value.chars().take(80).collect();
        ValueError { property: property.to_owned(), value, expected }
    }
}

const DATE_TIME: &str = "date or date-time, such as 20261121 or 20261121T090000Z";

impl DateTime {
    /// Reads a property of one date or date-time. `Z` beats TZID, as every reader has it.
    pub fn of(property: &Property) -> Result<DateTime, ValueError> {
        DateTime::read(property, property.value())
    }

    /// Reads a property of several dates or date-times, such as EXDATE.
    pub fn list(property: &Property) -> impl Iterator<Item = Result<DateTime, ValueError>> {
        let items = property.value().split(',').filter(|item| !item.trim().is_empty());
        items.map(move |item| DateTime::read(property, item))
    }

    /// Reads one item of a property's value with the property's VALUE and TZID.
    pub(crate) fn read(property: &Property, item: &str) -> Result<DateTime, ValueError> {
        let error = || ValueError::new(property.name(), item, DATE_TIME);
        let read = parse_date_time(item).ok_or_else(error)?;
        let date_only = property.parameter("VALUE").is_some_and(|v| v.eq_ignore_ascii_case("DATE"));
        Ok(match read {
            DateTime::Floating(wall) if date_only => DateTime::Date(wall.date()),
            DateTime::Floating(wall) => match property.parameter("TZID") {
                Some(tzid) if !tzid.is_empty() => DateTime::Zoned { wall, tzid: tzid.to_owned() },
                _ => DateTime::Floating(wall),
            },
            other => other,
        })
    }

    /// Whether it is a day without time.
    pub fn is_date(&self) -> bool {
        matches!(self, DateTime::Date(_))
    }

    /// A property of that name with this value.
    pub fn property(&self, name: &str) -> Property<'static> {
        let mut property = Property::known(name, "");
        self.write_into(&mut property);
        property
    }

    /// Makes this the value of a property, setting VALUE and TZID and keeping its other parameters.
    pub fn write_into(&self, property: &mut Property) {
        property.set_known(self.to_string());
        property.remove_parameter("VALUE");
        match self {
            DateTime::Date(_) => property.set_parameter("VALUE", "DATE"),
            DateTime::Zoned { tzid, .. } => return property.set_parameter("TZID", tzid),
            _ => {}
        }
        property.remove_parameter("TZID");
    }
}

impl fmt::Display for DateTime {
    /// The value as RFC 5545 writes it, without the zone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DateTime::Date(date) => write!(f, "{:04}{:02}{:02}", date.year(), date.month(), date.day()),
            DateTime::Floating(wall) | DateTime::Zoned { wall, .. } => f.write_str(&write_wall(*wall)),
            DateTime::Utc(instant) => write!(f, "{}Z", write_wall(instant.to_utc())),
        }
    }
}

fn write_wall(wall: Wall) -> String {
    let (date, time) = (wall.date(), wall.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}", date.year(), date.month(), date.day())
}

/// Reads `20261121`, `20261121T0900`, `20261121T090000` with or without `Z`, and the same with `-` and `:`.
pub(crate) fn parse_date_time(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        // Google writes RDATEs of birthdays as 20131210Z.
        None => (text.strip_suffix(['Z', 'z']).unwrap_or(text), None),
    };
    let day = digits(day, b'-', 8)?;
    let date = Date::from_ymd_opt((day / 10_000) as i32, day / 100 % 100, day % 100)?;
    let Some(time) = time else { return Some(DateTime::Date(date)) };
    let (time, utc) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, true),
        None => (time, false),
    };
    let time = match time.bytes().filter(u8::is_ascii_digit).count() {
        4 => digits(time, b':', 4)? * 100,
        _ => digits(time, b':', 6)?,
    };
    // Leap seconds are not counted in Unix time: the 60th second reads as the 59th.
    let (hour, minute, second) = (time / 10_000, time / 100 % 100, (time % 100).min(59 + time % 100 / 61));
    let wall = match hour {
        24 if minute == 0 && second == 0 => date.succ_opt()?.and_time(NaiveTime::MIN),
        _ => date.and_time(NaiveTime::from_hms_opt(hour, minute, second)?),
    };
    Some(if utc { DateTime::Utc(Instant::from_utc(wall)) } else { DateTime::Floating(wall) })
}

fn digits(text: &str, separator: u8, count: usize) -> Option<u32> {
    let mut value = 0;
    let mut seen = 0;
    for byte in text.bytes().filter(|b| *b != separator) {
        if !byte.is_ascii_digit() || seen == count {
            return None;
        }
        value = value * 10 + u32::from(byte - b'0');
        seen += 1;
    }
    (seen == count).then_some(value)
}

/// A length: nominal days, whose hours depend on the zone, and exact seconds (P1D is not PT24H).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    days: i64,
    seconds: i64,
}

/// Longer than any calendar: keeps sums from overflowing.
const LONGEST_DAYS: i64 = 4_000_000;

impl Duration {
    /// So many nominal days and exact seconds. Of opposite signs they cannot be written: the days then count
    /// as 24 hours each. Beyond some ten thousand years they are clamped.
    pub fn new(days: i64, seconds: i64) -> Duration {
        let longest = LONGEST_DAYS * 86_400;
        let (days, seconds) = (days.clamp(-LONGEST_DAYS, LONGEST_DAYS), seconds.clamp(-longest, longest));
        if days.signum() * seconds.signum() < 0 {
            return Duration { days: 0, seconds: seconds + days * 86_400 };
        }
        Duration { days, seconds }
    }

    /// The nominal days.
    pub fn days(self) -> i64 {
        self.days
    }

    /// The exact seconds.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Reads a property of type DURATION, such as `PT1H30M` or `-P1D`.
    pub fn of(property: &Property) -> Result<Duration, ValueError> {
        let error = || ValueError::new(property.name(), property.value(), "duration, such as PT1H30M or P1D");
        Duration::parse(property.value()).ok_or_else(error)
    }

    /// Reads `[+-]P[nW][nD][T[nH][nM][nS]]`.
    pub fn parse(text: &str) -> Option<Duration> {
        let text = text.trim();
        let (sign, text) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let mut rest = text.strip_prefix(['P', 'p'])?;
        let (mut days, mut seconds, mut timed, mut parts) = (0_i64, 0_i64, false, 0);
        while let Some(first) = rest.chars().next() {
            if matches!(first, 'T' | 't') && !timed {
                timed = true;
                rest = &rest[1..];
                continue;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let number: i64 = rest[..end].parse().ok().filter(|n| *n <= 1_000_000_000_000)?;
            match (rest.as_bytes()[end].to_ascii_uppercase(), timed) {
                // PT1W is wrong, and has been seen.
                (b'W', _) => days += number * 7,
                (b'D', false) => days += number,
                (b'H', true) => seconds += number * 3600,
                (b'M', true) => seconds += number * 60,
                (b'S', true) => seconds += number,
                _ => return None,
            }
            parts += 1;
            if parts > 6 {
                return None;
            }
            rest = &rest[end + 1..];
        }
        (parts > 0).then(|| Duration::new(sign * days, sign * seconds))
    }

    /// The wall time this many nominal days later; the exact part is for instants.
    pub fn add_days(self, wall: Wall) -> Wall {
        TimeDelta::try_days(self.days).and_then(|d| wall.checked_add_signed(d)).unwrap_or(wall)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days < 0 || self.seconds < 0 {
            f.write_str("-")?;
        }
        let (days, seconds) = (self.days.abs(), self.seconds.abs());
        f.write_str("P")?;
        match days {
            0 => {}
            weeks if weeks % 7 == 0 && seconds == 0 => return write!(f, "{}W", weeks / 7),
            days => write!(f, "{days}D")?,
        }
        if seconds == 0 && days != 0 {
            return Ok(());
        }
        f.write_str("T")?;
        let parts = [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M'), (seconds % 60, 'S')];
        for (number, unit) in parts.into_iter().filter(|(n, unit)| *n != 0 || (*unit == 'S' && seconds == 0))
        {
            write!(f, "{number}{unit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    fn property(line: &str) -> Property<'static> {
        parse(&format!("BEGIN:A\n{line}\nEND:A")).calendars[0].properties[0].clone().into_owned()
    }

    #[test]
    fn a_time_is_written_as_it_was_read() {
        for line in
            ["D;VALUE=DATE:20261121", "D:20261121T090000", "D:20261121T090000Z", "D;TZID=X/Y:20261121T090000"]
        {
            let read = DateTime::of(&property(line)).unwrap();
            assert_eq!(read.property("D").to_string(), line);
        }
    }

    #[test]
    fn times_in_the_wild_are_understood() {
        for (line, meant) in [
            ("D;TZID=Europe/Berlin:20261121T090000Z", "20261121T090000Z"),
            ("D:20261121", "20261121"),
            ("D;VALUE=DATE:20261121T090000", "20261121"),
            ("D:20261121Z", "20261121"),
            ("D:2026-11-21T09:00:00Z", "20261121T090000Z"),
            ("D:20261121T0900", "20261121T090000"),
            ("D:20261231T240000", "20270101T000000"),
            ("D:20261231T235960Z", "20261231T235959Z"),
        ] {
            assert_eq!(DateTime::of(&property(line)).unwrap().to_string(), meant, "{line}");
        }
        for line in
            ["D:", "D:tomorrow", "D:20260230", "D:20261121T250000", "D:20261121T0990", "D:20261121T090061"]
        {
            assert!(DateTime::of(&property(line)).is_err(), "{line}");
        }
        assert_eq!(DateTime::list(&property("D:20261121T090000Z,20261122T090000Z")).count(), 2);
    }

    #[test]
    fn durations_are_read_and_written() {
        for text in ["PT1H30M", "-P1D", "P2W", "P1DT12H", "PT0S", "-PT15M", "PT24H"] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Duration::parse("P1W2D"), Some(Duration::new(9, 0)));
        assert_ne!(Duration::parse("P1D"), Duration::parse("PT24H"));
        for text in ["", "P", "PT", "P1", "1D", "P1H", "PT1D", "P99999999999999D", "P-1D"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
        assert_eq!(Duration::new(1, -3600), Duration::new(0, 82_800));
    }
}
