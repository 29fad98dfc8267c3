//! Values that decide when something is: read as the rest of Kalends reads them.

use super::cardinality::Type;
use crate::ics::{DateTime, Duration, Property, ValueError, parse_date_time};
use crate::time::Wall;
use crate::zone::{utc_offset, wall_of};

/// A date or time, as far as others are compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub wall: Wall,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Date,
    Utc,
    /// In a zone or in none.
    Local,
}

impl Time {
    pub fn read(text: &str) -> Option<Time> {
        let read = parse_date_time(text)?;
        let form = match read {
            DateTime::Date(_) => Form::Date,
            DateTime::Utc(_) => Form::Utc,
            DateTime::Floating(_) | DateTime::Zoned { .. } => Form::Local,
        };
        Some(Time { wall: wall_of(&read), form })
    }

    pub fn is_date(self) -> bool {
        self.form == Form::Date
    }
}

/// Why a value cannot be used that is neither a rule nor a time that could be read.
pub(super) fn unreadable(value: Type, property: &Property) -> Option<String> {
    let text = property.value();
    let (is_read, expected) = match value {
        Type::Time => (false, "date or date-time, such as 20261121 or 20261121T090000Z"),
        Type::Times => (all(text, false), "date or date-time, or period such as 20261121T090000Z/PT1H"),
        Type::Periods => (all(text, true), "period, such as 20261121T090000Z/PT1H"),
        Type::Duration => (Duration::parse(text).is_some(), "duration, such as PT1H30M or P1D"),
        Type::Trigger => (
            Duration::parse(text).is_some() || Time::read(text).is_some_and(|time| time.form == Form::Utc),
            "duration such as -PT15M, or time in UTC",
        ),
        Type::Offset => (utc_offset(text).is_some(), "offset from UTC, such as +0100"),
        _ => return None,
    };
    (!is_read).then(|| ValueError::new(property.name(), text, expected).to_string())
}

/// Whether every item of a list can be read: a time, or a period of two times or of a time and a duration.
fn all(text: &str, only_periods: bool) -> bool {
    text.split(',').all(|item| match item.split_once('/') {
        Some((begin, rest)) => {
            Time::read(begin).is_some() && (Duration::parse(rest).is_some() || Time::read(rest).is_some())
        }
        None => item.trim().is_empty() || (!only_periods && Time::read(item).is_some()),
    })
}
