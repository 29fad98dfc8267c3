//! Values that decide when something is: read as the rest of Kalends reads them.

use super::cardinality::Type;
use crate::ics::{DateTime, Duration, Fault, Property, ValueError, parse_date_time};
use crate::rule::{Rule, RuleError};
use crate::zone::utc_offset;

/// What a value says, as far as others are compared with it.
pub(super) enum Read {
    Time(DateTime),
    Duration(Duration),
    Rule(Rule),
    Other,
}

/// What is wrong with a value that cannot be used, and the reason.
type Unreadable = (Fault, String);

impl Type {
    /// Whether values of it are read here.
    pub fn is_read(self) -> bool {
        use Type::*;
        matches!(self, Time | Times | Duration | Trigger | Periods | Rule | Offset)
    }
}

pub(super) fn read(value: Type, property: &Property) -> Result<Read, Unreadable> {
    let text = property.value();
    let wrong = |item: &str, expected| (Fault::Value, ValueError::new(property.name(), item, expected).to_string());
    let unreadable = |error: ValueError| (Fault::Value, error.to_string());
    Ok(match value {
        Type::Time => match parse_date_time(text) {
            Some(read) => Read::Time(read),
            None => return Err(DateTime::of(property).map_or_else(unreadable, |_| wrong(text, "time"))),
        },
        Type::Times | Type::Periods => {
            for item in text.split(',').filter(|item| !item.trim().is_empty()) {
                let (begin, rest) = item.split_once('/').map_or((item, None), |(begin, rest)| (begin, Some(rest)));
                let is_end = |rest: &str| Duration::parse(rest).is_some() || parse_date_time(rest).is_some();
                if rest.is_none() && value == Type::Periods || !rest.is_none_or(is_end) {
                    return Err(wrong(item, "period, such as 20261121T090000Z/PT1H"));
                }
                DateTime::read(property, begin).map_err(unreadable)?;
            }
            Read::Other
        }
        Type::Duration => Read::Duration(Duration::of(property).map_err(unreadable)?),
        Type::Trigger => match Duration::parse(text).is_some() || is_utc(text) {
            true => Read::Other,
            false => return Err(wrong(text, "duration such as -PT15M, or time in UTC")),
        },
        Type::Rule => Read::Rule(Rule::parse(text).map_err(|error| {
            let what = if let RuleError::Scale(_) = error { Fault::Scale } else { Fault::Rule };
            (what, error.to_string())
        })?),
        Type::Offset => match utc_offset(text) {
            Some(_) => Read::Other,
            None => return Err(wrong(text, "offset from UTC, such as +0100")),
        },
        _ => Read::Other,
    })
}

impl Read {
    /// The date of a time whose VALUE says that it is one.
    pub fn cut_to_date(&self, property: &Property) -> Option<Read> {
        let Read::Time(DateTime::Floating(wall)) = self else { return None };
        let says_date = property.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("DATE"));
        says_date.then(|| Read::Time(DateTime::Date(wall.date())))
    }
}

fn is_utc(text: &str) -> bool {
    matches!(parse_date_time(text), Some(DateTime::Utc(_)))
}
