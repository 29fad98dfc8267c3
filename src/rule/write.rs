//! A `Rule` back to RRULE text, and with one of its parts changed.

use super::parse::{FREQUENCIES, WEEKDAYS};
use super::{Frequency, Rule, RuleError, Skip, Until};
use crate::ics::DateTime;
use crate::time::Weekday;
use std::fmt;

impl Rule {
    /// The rule with one part changed: `value` as RFC 5545 writes it, an empty one takes the part away. COUNT and
    /// UNTIL replace each other.
    ///
    /// ```
    /// # use kalends::rule::Rule;
    /// let rule = Rule::parse("FREQ=WEEKLY;BYDAY=TU;COUNT=10;X-MINE=1").unwrap();
    /// let changed = rule.with("INTERVAL", "2").unwrap().with("UNTIL", "20270503").unwrap();
    /// assert_eq!(changed.to_string(), "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270503;BYDAY=TU;X-MINE=1");
    /// assert!(rule.with("BYDAY", "SOMEDAY").is_err());
    /// ```
    pub fn with(&self, part: &str, value: &str) -> Result<Rule, RuleError> {
        let (part, value) = (part.trim().to_ascii_uppercase(), value.trim());
        let breaks = |c: char| matches!(c, ';' | '=') || c.is_control();
        if part.is_empty() || part.contains(breaks) || value.contains(breaks) {
            let value = format!("{part}={value}").chars().take(40).collect();
            return Err(RuleError::Value {
                part: "RRULE".into(),
                value,
                expected: "give one part's name and value",
            });
        }
        let rival = match part.as_str() {
            "COUNT" if !value.is_empty() => "UNTIL",
            "UNTIL" if !value.is_empty() => "COUNT",
            _ => "",
        };
        let text = self.to_string();
        let stays = |p: &&str| p.split_once('=').is_some_and(|(name, _)| name != part && name != rival);
        let mut parts: Vec<String> = text.split(';').filter(stays).map(str::to_owned).collect();
        if !value.is_empty() {
            parts.push(format!("{part}={value}"));
        }
        Rule::parse(&parts.join(";"))
    }

    /// The rule ending at this moment, and no longer by COUNT.
    pub fn with_until(&self, until: Until) -> Rule {
        Rule { until: Some(until), count: None, ..self.clone() }
    }

    /// The rule ending after so many occurrences, at least one, and no longer by UNTIL.
    pub fn with_count(&self, count: u64) -> Rule {
        Rule { count: Some(count.clamp(1, i64::MAX as u64)), until: None, ..self.clone() }
    }

    /// The rule with another moment for its UNTIL, if it has one.
    pub(crate) fn map_until(self, change: impl FnOnce(Until) -> Until) -> Rule {
        Rule { until: self.until.map(change), ..self }
    }

    /// The rule with another number for its COUNT, if it has one.
    pub(crate) fn map_count(self, change: impl FnOnce(u64) -> u64) -> Rule {
        Rule { count: self.count.map(change), ..self }
    }

    /// Whether RFC 5545 §3.3.10 allows its parts beside each other. Kalends expands a rule that fails this, other
    /// programs may not: check what is to be written.
    pub fn check(&self) -> Result<(), RuleError> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let ordinals = self.weekdays.iter().any(|(ordinal, _)| *ordinal != 0);
        let times = self.seconds | self.minutes | self.hours | self.months != 0;
        let lists = [&self.month_days, &self.year_days, &self.weeks];
        let selected = times || !self.weekdays.is_empty() || lists.iter().any(|list| !list.is_empty());
        let forbidden = [
            (self.count.is_some() && self.until.is_some(), "COUNT", "beside UNTIL"),
            (
                ordinals && self.frequency < Monthly,
                "BYDAY with a number",
                "of another FREQ than MONTHLY or YEARLY",
            ),
            (ordinals && !self.weeks.is_empty(), "BYDAY with a number", "beside BYWEEKNO"),
            (!self.month_days.is_empty() && self.frequency == Weekly, "BYMONTHDAY", "of FREQ=WEEKLY"),
            (
                !self.year_days.is_empty() && (Daily..=Monthly).contains(&self.frequency),
                "BYYEARDAY",
                "of FREQ=DAILY, WEEKLY or MONTHLY",
            ),
            (!self.weeks.is_empty() && self.frequency != Yearly, "BYWEEKNO", "of another FREQ than YEARLY"),
            (!self.positions.is_empty() && !selected, "BYSETPOS", "without another BY part"),
        ];
        let found = forbidden.into_iter().find(|(holds, ..)| *holds);
        found.map_or(Ok(()), |(_, part, beside)| Err(RuleError::Beside { part, beside }))
    }
}

impl fmt::Display for Rule {
    /// The value of an RRULE. What says nothing, such as INTERVAL=1 or WKST=MO, is not written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = FREQUENCIES.iter().find(|(_, frequency)| *frequency == self.frequency);
        write!(f, "FREQ={}", frequency.map_or("YEARLY", |(name, _)| name))?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if let Some(until) = self.until {
            write!(f, ";UNTIL={until}")?;
        }
        list(f, "BYMONTH", bits(self.months))?;
        list(f, "BYWEEKNO", &self.weeks)?;
        list(f, "BYYEARDAY", &self.year_days)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(
            f,
            "BYDAY",
            self.weekdays.iter().map(|(ordinal, day)| match ordinal {
                0 => weekday(*day).to_owned(),
                ordinal => format!("{ordinal}{}", weekday(*day)),
            }),
        )?;
        list(f, "BYHOUR", bits(self.hours))?;
        list(f, "BYMINUTE", bits(self.minutes))?;
        list(f, "BYSECOND", bits(self.seconds))?;
        list(f, "BYSETPOS", &self.positions)?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", weekday(self.week_start))?;
        }
        match self.skip {
            Skip::Omit => {}
            Skip::Backward => f.write_str(";RSCALE=GREGORIAN;SKIP=BACKWARD")?,
            Skip::Forward => f.write_str(";RSCALE=GREGORIAN;SKIP=FORWARD")?,
        }
        self.others.iter().try_for_each(|(name, value)| write!(f, ";{name}={value}"))
    }
}

impl fmt::Display for Until {
    /// As RFC 5545 writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::Date(date) => DateTime::Date(*date),
            Until::Wall(wall) => DateTime::Floating(*wall),
            Until::Instant(instant) => DateTime::Utc(*instant),
        }
        .fmt(f)
    }
}

fn bits(bits: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |n| bits >> n & 1 == 1)
}

fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize].0
}

fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    items: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (i, item) in items.into_iter().enumerate() {
        match i {
            0 => write!(f, ";{name}={item}")?,
            _ => write!(f, ",{item}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_as_it_was_written() {
        for text in [
            "FREQ=DAILY",
            "FREQ=SECONDLY;INTERVAL=4294967295;COUNT=9223372036854775807",
            "FREQ=WEEKLY;UNTIL=20270503;BYDAY=MO,WE;WKST=SU",
            "FREQ=MONTHLY;UNTIL=20270503T090000Z;BYDAY=-1FR,2MO,SU;BYSETPOS=-2,1",
            "FREQ=YEARLY;UNTIL=20270503T090000;BYMONTH=1,12;BYMONTHDAY=-31,31",
            "FREQ=YEARLY;BYWEEKNO=-53,20;BYYEARDAY=-366,1,366;BYHOUR=0,23;BYMINUTE=0,59;BYSECOND=0,59",
            "FREQ=MONTHLY;BYMONTHDAY=31;RSCALE=GREGORIAN;SKIP=FORWARD;X-B=2;X-A=1=1",
        ] {
            let rule = Rule::parse(text).unwrap();
            assert_eq!(rule.to_string(), text);
            assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }
    }

    #[test]
    fn a_changed_part_is_validated_and_cannot_bring_another_along() {
        let rule = Rule::parse("FREQ=WEEKLY;COUNT=3;X-A=1").unwrap();
        let with = |part, value| rule.with(part, value).map(|rule| rule.to_string());
        assert_eq!(with("until", "20270503").unwrap(), "FREQ=WEEKLY;UNTIL=20270503;X-A=1");
        assert_eq!(with("COUNT", "").unwrap(), "FREQ=WEEKLY;X-A=1");
        assert_eq!(with("X-A", "2").unwrap(), "FREQ=WEEKLY;COUNT=3;X-A=2");
        for (part, value) in [
            ("FREQ", ""),
            ("COUNT", "0"),
            ("BYDAY", "MO;COUNT=1"),
            ("X-B", "a\r\nX:1"),
            ("X=", "1"),
            ("", "1"),
        ] {
            assert!(rule.with(part, value).is_err(), "{part}={value}");
        }
        let hostile = Rule::parse("FREQ=DAILY;X-A=a\r\nATTENDEE:b").unwrap();
        assert_eq!(hostile.to_string(), "FREQ=DAILY;X-A=aATTENDEE:b");
    }

    #[test]
    fn parts_that_may_not_stand_together_are_told() {
        for (text, part) in [
            ("FREQ=DAILY;COUNT=2;UNTIL=20270503", "COUNT"),
            ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
            ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYDAY"),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
            ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY"),
            ("FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ] {
            let error = Rule::parse(text).unwrap().check().unwrap_err().to_string();
            assert!(error.starts_with(part), "{text}: {error}");
        }
        assert_eq!(Rule::parse("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=3").unwrap().check(), Ok(()));
    }
}
