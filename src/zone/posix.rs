//! The rule that holds after the last listed change of a zone: a POSIX TZ string (RFC 9636 §3.3.1).

use super::Period;
use crate::time::Date;
use chrono::Datelike;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posix {
    standard: i32,
    /// The offset in summer, and when summer begins and ends, each in the local time before the change.
    summer: Option<(i32, Change, Change)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    day: Day,
    /// Seconds after midnight, possibly negative or beyond a day.
    time: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// `Mm.w.d`: weekday d (0 is Sunday) in week w of month m, 5 being the last.
    Weekday { month: u32, week: u32, weekday: u32 },
    /// `Jn`: day 1 to 365, February 29 never counted.
    NoLeap(i64),
    /// `n`: day 0 to 365.
    Leap(i64),
}

impl Posix {
    pub fn parse(text: &str) -> Option<Posix> {
        let mut reader = Reader(text.as_bytes());
        reader.abbreviation()?;
        let standard = -reader.time()?;
        if reader.0.is_empty() {
            return Some(Posix { standard, summer: None });
        }
        reader.abbreviation()?;
        let offset = if reader.0.first() == Some(&b',') { standard + 3600 } else { -reader.time()? };
        let begin = reader.change()?;
        let end = reader.change()?;
        reader.0.is_empty().then_some(Posix { standard, summer: Some((offset, begin, end)) })
    }

    pub fn period_at(&self, seconds: i64) -> Period {
        let Some((summer, begin, end)) = self.summer else {
            return Period { offset: self.standard, from: i64::MIN, until: i64::MAX };
        };
        let year = date_of(seconds).year();
        let mut changes = [(0, 0); 6];
        for (i, year) in (year - 1..=year + 1).enumerate() {
            changes[2 * i] = (begin.at(year) - i64::from(self.standard), summer);
            changes[2 * i + 1] = (end.at(year) - i64::from(summer), self.standard);
        }
        // Where summer ends as the next one begins, the beginning comes last and wins.
        let (from, offset) = changes
            .into_iter()
            .filter(|(at, _)| *at <= seconds)
            .max_by_key(|(at, _)| *at)
            .unwrap_or(changes[0]);
        let until = changes.iter().map(|(at, _)| *at).filter(|at| *at > seconds).min().unwrap_or(i64::MAX);
        Period { offset, from, until }
    }
}

/// A yearly change of the clocks, as a recurrence rule can say it.
pub(super) struct Rhythm {
    pub before: i32,
    pub after: i32,
    pub rule: String,
    change: Change,
    /// Of a change that falls into one of two months: the month of this rule.
    month: u32,
}

impl Rhythm {
    /// The first change after this instant, in seconds on the wall before it.
    pub fn first_after(&self, seconds: i64) -> i64 {
        let local = |year| self.change.at(year);
        let is_next = |at: &i64| at - i64::from(self.before) > seconds && date_of(*at).month() == self.month;
        let year = date_of(seconds).year();
        // A date meets a weekday within 12 years, a leap year left out.
        (year - 1..year + 13).map(local).find(is_next).unwrap_or(local(year))
    }
}

impl Posix {
    /// The changes of each year; nothing where there are none or no rule can say when they are.
    pub fn rhythm(&self) -> Option<Vec<Rhythm>> {
        let (summer, begin, end) = self.summer?;
        let mut all = Vec::new();
        for (before, after, change) in [(self.standard, summer, begin), (summer, self.standard, end)] {
            let rules = change.rules()?;
            all.extend(rules.into_iter().map(|(month, rule)| Rhythm { before, after, rule, change, month }));
        }
        Some(all)
    }
}

fn date_of(seconds: i64) -> Date {
    let day = seconds.div_euclid(86_400) + 719_163;
    let last = Date::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    i32::try_from(day).ok().and_then(Date::from_num_days_from_ce_opt).unwrap_or(last)
}

impl Change {
    /// The rule that says when it is, with its month; two, where it is at the turn of a month.
    fn rules(self) -> Option<Vec<(u32, String)>> {
        let Day::Weekday { month, week, weekday } = self.day else { return None };
        // The time may be on the day before or on a later one, such as 26:00 on a Thursday.
        let shift = self.time.div_euclid(86_400);
        let name = |weekday: i32| ["SU", "MO", "TU", "WE", "TH", "FR", "SA"][weekday.rem_euclid(7) as usize];
        let name = name(weekday as i32 + shift);
        if shift == 0 {
            let week = if week == 5 { -1 } else { week as i32 };
            return Some(vec![(month, format!("FREQ=YEARLY;BYMONTH={month};BYDAY={week}{name}"))]);
        }
        let length = |month: u32| match month {
            2 => None,
            4 | 6 | 9 | 11 => Some(30),
            _ => Some(31),
        };
        let first = if week == 5 { length(month)? - 6 } else { 7 * week as i32 - 6 };
        let mut months: Vec<(u32, Vec<String>)> = Vec::new();
        for day in first + shift..first + shift + 7 {
            let (month, day) = match day {
                ..1 if month > 1 => (month - 1, day + length(month - 1)?),
                29.. if month == 2 => return None,
                day if length(month).is_some_and(|length| day > length) && month < 12 => {
                    (month + 1, day - length(month)?)
                }
                1..=31 => (month, day),
                _ => return None,
            };
            match months.last_mut().filter(|(last, _)| *last == month) {
                Some((_, days)) => days.push(day.to_string()),
                None => months.push((month, vec![day.to_string()])),
            }
        }
        let rule = |(month, days): (u32, Vec<String>)| {
            (month, format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={};BYDAY={name}", days.join(",")))
        };
        Some(months.into_iter().map(rule).collect())
    }

    /// Seconds since 1970, as the local clocks count.
    fn at(self, year: i32) -> i64 {
        let first = |month| {
            let date = Date::from_ymd_opt(year, month, 1).unwrap_or_default();
            i64::from(date.num_days_from_ce()) - 719_163
        };
        let day = match self.day {
            Day::NoLeap(n) => first(1) + n - 1 + i64::from(n >= 60 && first(3) - first(1) == 60),
            Day::Leap(n) => first(1) + n,
            Day::Weekday { month, week, weekday } => {
                let start = first(month);
                let end = if month == 12 { start + 31 } else { first(month + 1) };
                // 1970-01-01 was a Thursday.
                let offset = (i64::from(weekday) - (start + 4)).rem_euclid(7);
                let day = start + offset + 7 * (i64::from(week) - 1);
                if day >= end { day - 7 } else { day }
            }
        };
        day * 86_400 + i64::from(self.time)
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn eat(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    fn abbreviation(&mut self) -> Option<()> {
        let length = match self.0.first()? {
            b'<' => self.0.iter().position(|b| *b == b'>')? + 1,
            _ => self.0.iter().take_while(|b| b.is_ascii_alphabetic()).count(),
        };
        self.0 = &self.0[length..];
        (length >= 3).then_some(())
    }

    fn number(&mut self) -> Option<u32> {
        let length = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        std::str::from_utf8(digits).ok()?.parse().ok().filter(|n| *n < 1000)
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    fn time(&mut self) -> Option<i32> {
        let sign = match self.0.first()? {
            b'-' => self.eat(b'-').map(|()| -1)?,
            b'+' => self.eat(b'+').map(|()| 1)?,
            _ => 1,
        };
        let mut seconds = self.number()? as i32 * 3600;
        for unit in [60, 1] {
            if self.eat(b':').is_some() {
                seconds += self.number()? as i32 * unit;
            }
        }
        Some(sign * seconds)
    }

    fn change(&mut self) -> Option<Change> {
        self.eat(b',')?;
        let day = match self.0.first()? {
            b'M' => {
                self.eat(b'M')?;
                let month = self.number().filter(|m| (1..=12).contains(m))?;
                self.eat(b'.')?;
                let week = self.number().filter(|w| (1..=5).contains(w))?;
                self.eat(b'.')?;
                Day::Weekday { month, week, weekday: self.number().filter(|d| *d < 7)? }
            }
            b'J' => {
                self.eat(b'J')?;
                Day::NoLeap(self.number()?.into())
            }
            _ => Day::Leap(self.number()?.into()),
        };
        let time = if self.eat(b'/').is_some() { self.time()? } else { 7200 };
        Some(Change { day, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_are_no_rule_are_refused() {
        for text in [
            "",
            "X",
            "CET",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "CET-1CEST,M13.5.0,M10.5.0/3",
            "CET-1CEST,M3.5.0,M10.5.0x",
        ] {
            assert_eq!(Posix::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_sunday_and_julian_days_are_found() {
        let berlin = Posix::parse("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let july = berlin.period_at(1_783_000_000);
        assert_eq!((july.offset, july.from, july.until), (7200, 1_774_746_000, 1_792_890_000));
        let always = Posix::parse("XXX3EDT4,0/0,J365/23").unwrap();
        assert_eq!(always.period_at(1_783_000_000).offset, -4 * 3600);
    }
}
