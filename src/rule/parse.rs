//! RRULE text to a `Rule`.

use super::{Frequency, Rule, Skip, Until};
use crate::ics::{DateTime, parse_date_time};
use crate::time::{Wall, Weekday};

/// Why a text is no rule that can be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// FREQ is missing.
    #[error("the rule has no FREQ")]
    NoFrequency,
    /// A part's value is outside what RFC 5545 §3.3.10 allows.
    #[error("{part}={value} in a recurrence rule is not allowed; {expected}")]
    Value {
        /// The part's name.
        part: String,
        /// The offending value.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A calendar system other than the Gregorian.
    #[error("RSCALE={0} is not supported; only GREGORIAN is")]
    Scale(String),
    /// A part that RFC 5545 §3.3.10 forbids beside another.
    #[error("{part} cannot stand in a recurrence rule {beside}; leave one of them out")]
    Beside {
        /// The part's name.
        part: &'static str,
        /// What it stands beside.
        beside: &'static str,
    },
    /// The start of a series was moved, and how its rule follows is not clear.
    #[error(
        "{part} of the rule {rule} does not say how it follows a start moved from {from} to {to}; give the new rule too"
    )]
    Follow {
        /// The part's name.
        part: &'static str,
        /// The rule.
        rule: String,
        /// The start as it was.
        from: Wall,
        /// The start as it is to be.
        to: Wall,
    },
}

impl Rule {
    /// Reads the value of an RRULE. Parts that are not known are kept and mean nothing; empty ones are passed over;
    /// a part given twice means the last one.
    pub fn parse(text: &str) -> Result<Rule, RuleError> {
        let mut rule = Rule {
            frequency: Frequency::Yearly,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Mon,
            skip: Skip::Omit,
            seconds: 0,
            minutes: 0,
            hours: 0,
            months: 0,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            weeks: Vec::new(),
            positions: Vec::new(),
            others: Vec::new(),
        };
        let mut has_frequency = false;
        for part in text.split(';') {
            let Some((name, value)) = part.split_once('=') else { continue };
            let part = Part { name: name.trim().to_ascii_uppercase(), value: value.trim() };
            if part.is_void() {
                continue;
            }
            match part.name.as_str() {
                "FREQ" => {
                    rule.frequency = part.frequency()?;
                    has_frequency = true;
                }
                // Seen in the wild as 0, which can only mean each.
                "INTERVAL" => rule.interval = (part.number(part.value, 0, u32::MAX.into())? as u32).max(1),
                "COUNT" => rule.count = Some(part.number(part.value, 1, i64::MAX)? as u64),
                "UNTIL" => rule.until = Some(part.until()?),
                "WKST" => {
                    rule.week_start = weekday(part.value).ok_or_else(|| part.error(part.value, WEEKDAY))?
                }
                "RSCALE" if part.value.eq_ignore_ascii_case("GREGORIAN") => {}
                "RSCALE" => return Err(RuleError::Scale(part.value.chars().take(40).collect())),
                "SKIP" => rule.skip = part.skip()?,
                // The 60th second is the 59th: leap seconds are not counted (§3.3.12).
                "BYSECOND" => {
                    rule.seconds = part.bits(0, 60).map(|bits| (bits | bits >> 60 << 59) & !(1 << 60))?
                }
                "BYMINUTE" => rule.minutes = part.bits(0, 59)?,
                "BYHOUR" => rule.hours = part.bits(0, 23)?,
                "BYMONTH" => rule.months = part.bits(1, 12)?,
                "BYDAY" => rule.weekdays = part.weekdays()?,
                "BYMONTHDAY" => rule.month_days = part.signed(31)?,
                "BYYEARDAY" => rule.year_days = part.signed(366)?,
                "BYWEEKNO" => rule.weeks = part.signed(53)?,
                "BYSETPOS" => rule.positions = part.positions()?,
                _ => rule.others.extend(part.other()),
            }
        }
        if has_frequency { Ok(rule) } else { Err(RuleError::NoFrequency) }
    }
}

const WEEKDAY: &str = "write MO, TU, WE, TH, FR, SA or SU";

struct Part<'a> {
    name: String,
    value: &'a str,
}

impl Part<'_> {
    /// Whether it says nothing. COUNT=-1 is how some programs say that there is none.
    fn is_void(&self) -> bool {
        self.value.is_empty() || (self.name == "COUNT" && self.value == "-1")
    }

    fn error(&self, value: &str, expected: &'static str) -> RuleError {
        RuleError::Value { part: self.name.clone(), value: value.chars().take(40).collect(), expected }
    }

    fn items(&self) -> impl Iterator<Item = &str> {
        self.value.split(',').map(str::trim).filter(|item| !item.is_empty())
    }

    fn number(&self, item: &str, low: i64, high: i64) -> Result<i64, RuleError> {
        let number = item.parse().ok().filter(|n| (low..=high).contains(n));
        number.ok_or_else(|| self.error(item, "the number is out of range"))
    }

    fn bits(&self, low: i64, high: i64) -> Result<u64, RuleError> {
        self.items().try_fold(0, |bits, item| Ok(bits | 1 << self.number(item, low, high)?))
    }

    fn signed(&self, limit: i64) -> Result<Vec<i16>, RuleError> {
        let mut numbers = Vec::new();
        for item in self.items() {
            match self.number(item, -limit, limit)? {
                0 => return Err(self.error(item, "the number is out of range")),
                number => {
                    let number = number as i16;
                    if let Err(place) = numbers.binary_search(&number) {
                        numbers.insert(place, number);
                    }
                }
            }
        }
        Ok(numbers)
    }

    fn positions(&self) -> Result<Vec<i64>, RuleError> {
        let mut positions = Vec::new();
        for item in self.items() {
            match self.number(item, -i64::MAX, i64::MAX)? {
                0 => return Err(self.error(item, "positions count from 1 or from -1")),
                position => positions.push(position),
            }
        }
        positions.sort_unstable();
        positions.dedup();
        Ok(positions)
    }

    fn frequency(&self) -> Result<Frequency, RuleError> {
        let expected = "write SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY";
        let found = FREQUENCIES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(self.value));
        found.map(|(_, frequency)| frequency).ok_or_else(|| self.error(self.value, expected))
    }

    /// A part that is not known, without what could break a content line; nothing where it is empty.
    fn other(&self) -> Option<(String, String)> {
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        let (name, value) = (plain(&self.name), plain(self.value));
        (!name.is_empty() && !value.is_empty()).then_some((name, value))
    }

    fn skip(&self) -> Result<Skip, RuleError> {
        Ok(match self.value.to_ascii_uppercase().as_str() {
            "OMIT" => Skip::Omit,
            "BACKWARD" => Skip::Backward,
            "FORWARD" => Skip::Forward,
            _ => return Err(self.error(self.value, "write OMIT, BACKWARD or FORWARD")),
        })
    }

    fn until(&self) -> Result<Until, RuleError> {
        match parse_date_time(self.value) {
            Some(DateTime::Date(date)) => Ok(Until::Date(date)),
            Some(DateTime::Utc(instant)) => Ok(Until::Instant(instant)),
            Some(DateTime::Floating(wall)) => Ok(Until::Wall(wall)),
            _ => Err(self.error(self.value, "write a date or date-time such as 20261121T090000Z")),
        }
    }

    fn weekdays(&self) -> Result<Vec<(i16, Weekday)>, RuleError> {
        let mut weekdays = Vec::new();
        for item in self.items() {
            let error = || self.error(item, WEEKDAY);
            let split =
                item.len().checked_sub(2).filter(|at| item.is_char_boundary(*at)).ok_or_else(error)?;
            let (ordinal, name) = item.split_at(split);
            let ordinal = match ordinal.trim() {
                "" => 0,
                ordinal => match self.number(ordinal, -53, 53)? {
                    0 => return Err(self.error(item, "ordinals count from 1 or from -1")),
                    ordinal => ordinal as i16,
                },
            };
            let entry = (ordinal, weekday(name).ok_or_else(error)?);
            if !weekdays.contains(&entry) {
                weekdays.push(entry);
            }
        }
        Ok(weekdays)
    }
}

/// FREQ as it is written.
pub(super) const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

/// Weekdays as they are written, from Monday on.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

fn weekday(name: &str) -> Option<Weekday> {
    WEEKDAYS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, weekday)| weekday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_cannot_be_are_refused_and_say_why() {
        for (text, why) in [
            ("", "no FREQ"),
            ("COUNT=1", "no FREQ"),
            ("FREQ=OFTEN", "FREQ=OFTEN"),
            ("FREQ=DAILY;COUNT=0", "COUNT=0"),
            ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24"),
            ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY=0"),
            ("FREQ=DAILY;BYDAY=XX", "BYDAY=XX"),
            ("FREQ=DAILY;BYDAY=é", "BYDAY=é"),
            ("FREQ=DAILY;BYDAY=0MO", "BYDAY=0MO"),
            ("FREQ=DAILY;UNTIL=later", "UNTIL=later"),
            ("FREQ=YEARLY;RSCALE=HEBREW;BYMONTH=5L", "RSCALE=HEBREW"),
        ] {
            let error = Rule::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn rules_in_the_wild_are_understood() {
        for text in [
            "freq=daily;",
            ";FREQ=DAILY;;X-A=b",
            "FREQ=DAILY;INTERVAL=0",
            " FREQ = DAILY ; BYDAY= ",
            "FREQ=DAILY;COUNT=;UNTIL=;INTERVAL=;WKST=;FREQ=",
            "FREQ=DAILY;COUNT=-1",
            "COUNT=2;FREQ=WEEKLY;FREQ=DAILY",
        ] {
            assert_eq!(Rule::parse(text).map(|rule| rule.frequency()), Ok(Frequency::Daily), "{text}");
        }
        assert_eq!(Rule::parse("FREQ=DAILY;BYSECOND=60").unwrap().seconds, 1 << 59);
    }
}
