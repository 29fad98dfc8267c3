//! One recurrence rule as a generator of wall times, as text and in words; it knows no zone (RFC 5545 §3.3.10,
//! RFC 7529).

mod days;
mod doubts;
mod follow;
#[cfg(test)]
mod libical;
#[cfg(test)]
mod oracle;
mod parse;
mod walls;
mod words;
mod write;

use crate::time::{Date, Instant, Wall, Weekday};
pub(crate) use doubts::ignored_part;
pub use parse::RuleError;
pub use walls::Walls;
pub(crate) use walls::wall_at;
pub use words::Language;

/// A recurrence rule.
///
/// ```
/// # use kalends::{rule::Rule, time::Date};
/// let rule = Rule::parse("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2").unwrap();
/// let start = Date::from_ymd_opt(2026, 11, 27).unwrap().and_hms_opt(9, 0, 0).unwrap();
/// let walls: Vec<_> = rule.walls(start, false).map(|wall| wall.to_string()).collect();
/// assert_eq!(walls, ["2026-11-27 09:00:00", "2026-12-25 09:00:00"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: u32,
    count: Option<u64>,
    until: Option<Until>,
    week_start: Weekday,
    skip: Skip,
    /// Bit n is second, minute, hour, month n.
    seconds: u64,
    minutes: u64,
    hours: u64,
    months: u64,
    /// Ordinal (0 where there is none) and weekday.
    weekdays: Vec<(i16, Weekday)>,
    month_days: Vec<i16>,
    year_days: Vec<i16>,
    weeks: Vec<i16>,
    positions: Vec<i64>,
    /// Parts that are not known, such as X-..., as they came.
    others: Vec<(String, String)>,
}

/// FREQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// SECONDLY.
    Secondly,
    /// MINUTELY.
    Minutely,
    /// HOURLY.
    Hourly,
    /// DAILY.
    Daily,
    /// WEEKLY.
    Weekly,
    /// MONTHLY.
    Monthly,
    /// YEARLY.
    Yearly,
}

/// UNTIL, the last moment that counts, in one of its three forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The whole of that day counts.
    Date(Date),
    /// A wall time in the zone of the series.
    Wall(Wall),
    /// A point in time.
    Instant(Instant),
}

/// SKIP (RFC 7529 §4.1): what becomes of a day that a month or year does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Skip {
    #[default]
    Omit,
    Backward,
    Forward,
}

impl Rule {
    /// FREQ.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// COUNT.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// UNTIL.
    pub fn until(&self) -> Option<Until> {
        self.until
    }

    /// Whether it ends, by COUNT or UNTIL.
    pub fn is_bounded(&self) -> bool {
        self.count.is_some() || self.until.is_some()
    }

    /// Its wall times at or after `start`, each once, in order; DTSTART is among them only where it matches.
    /// `date_only` is for a start that is a date: BYHOUR, BYMINUTE and BYSECOND are then ignored, and a rule
    /// finer than DAILY counts as DAILY. An UNTIL in UTC is compared as if the wall times were UTC; who knows
    /// the zone says better with [`Walls::until`].
    pub fn walls(&self, start: Wall, date_only: bool) -> Walls<'_> {
        Walls::new(self, start, date_only)
    }

    /// Whether each interval yields exactly one wall time.
    fn is_plain(&self) -> bool {
        let lists = [&self.month_days, &self.year_days, &self.weeks];
        self.frequency <= Frequency::Weekly
            && (self.seconds, self.minutes, self.hours, self.months) == (0, 0, 0, 0)
            && self.weekdays.is_empty()
            && self.positions.is_empty()
            && lists.iter().all(|list| list.is_empty())
    }
}
