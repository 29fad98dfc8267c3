//! Which days of a month, week or year a rule picks, as bit masks and plain day numbers.

use super::{Frequency, Rule, Skip};
use crate::time::Date;
use chrono::Datelike;

/// Days since 1970-01-01.
pub(super) type Day = i32;

/// The last day of the year 9999: no rule runs beyond it.
pub(super) const LAST_DAY: Day = 2_932_896;

pub(super) fn day_of(date: Date) -> Day {
    date.num_days_from_ce() - 719_163
}

/// The date of a day; days beyond the calendar stop at its edge.
pub(super) fn date_of(day: Day) -> Date {
    day.checked_add(719_163).and_then(Date::from_num_days_from_ce_opt).unwrap_or(Date::MAX)
}

pub(super) fn weekday_of(day: Day) -> u32 {
    // 1970-01-01 was a Thursday; Monday is 0.
    (day + 3).rem_euclid(7) as u32
}

pub(super) fn first_of(year: i32, month: u32) -> Day {
    Date::from_ymd_opt(year, month, 1).map_or(LAST_DAY + 1, day_of)
}

pub(super) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn year_length(year: i32) -> i32 {
    365 + i32::from(is_leap(year))
}

pub(super) fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A rule made ready for asking about days.
#[derive(Clone, Debug)]
pub(super) struct Picker<'r> {
    rule: &'r Rule,
    start: Date,
    /// Bit n is day n + 1 of the month.
    month_days: u32,
    /// Bit n is day -(n + 1) of the month.
    month_days_from_end: u32,
    /// Bit n is weekday n, Monday being 0; of BYDAY with and without ordinals.
    weekdays: u8,
    /// BYDAY with ordinals, where they mean something.
    ordinals: bool,
}

impl<'r> Picker<'r> {
    pub fn new(rule: &'r Rule, start: Date) -> Picker<'r> {
        let bits = |sign: i16| {
            let days = rule.month_days.iter().map(move |day| day * sign).filter(|day| *day > 0);
            days.fold(0, |bits, day| bits | 1 << (day - 1))
        };
        let meaningful = rule.frequency >= Frequency::Monthly && rule.weeks.is_empty();
        Picker {
            rule,
            start,
            month_days: bits(1),
            month_days_from_end: bits(-1),
            weekdays: rule.weekdays.iter().fold(0, |bits, (_, day)| bits | 1 << day.num_days_from_monday()),
            ordinals: meaningful && rule.weekdays.iter().any(|(ordinal, _)| *ordinal != 0),
        }
    }

    pub fn allows_month(&self, month: u32) -> bool {
        self.rule.months == 0 || self.rule.months >> month & 1 == 1
    }

    /// The days of a calendar year.
    pub fn year(&self, year: i32, days: &mut Vec<Day>) {
        if !self.rule.weeks.is_empty() {
            return self.weeks_of(year, days);
        }
        // BYMONTHDAY alone means DTSTART's month, as Google, Windows and libical have it; with BYDAY ("every Friday
        // the 13th") or BYSETPOS it ranges over the year.
        let ranges = !self.rule.weekdays.is_empty()
            || !self.rule.year_days.is_empty()
            || (!self.rule.month_days.is_empty() && !self.rule.positions.is_empty());
        let start_month = !ranges && self.rule.months == 0;
        if self.rule.skip != Skip::Omit && !self.rule.year_days.is_empty() {
            return self.skipped_year_days(year, days);
        }
        for month in 1..=12 {
            if if start_month { month == self.start.month() } else { self.allows_month(month) } {
                self.month(year, month, days);
            }
        }
    }

    /// The days of a month, whether or not BYMONTH allows it.
    pub fn month(&self, year: i32, month: u32, days: &mut Vec<Day>) {
        let first = first_of(year, month);
        if self.rule.skip != Skip::Omit && self.rule.year_days.is_empty() && self.has_day_of_month() {
            return self.skipped_month_days(year, month, days);
        }
        let mut mask = self.mask(year, month, first);
        while mask != 0 {
            days.push(first + mask.trailing_zeros() as i32);
            mask &= mask - 1;
        }
    }

    /// Whether days are picked by their number in the month, BYMONTHDAY's or that of DTSTART.
    fn has_day_of_month(&self) -> bool {
        !self.rule.month_days.is_empty() || (self.rule.weekdays.is_empty() && self.rule.year_days.is_empty())
    }

    fn mask(&self, year: i32, month: u32, first: Day) -> u32 {
        let length = month_length(year, month);
        let mut mask = u32::MAX >> (32 - length);
        if !self.rule.month_days.is_empty() {
            mask &= self.month_days | self.month_days_from_end.reverse_bits() >> (32 - length);
        }
        if !self.rule.year_days.is_empty() {
            mask &= self.year_day_mask(year, first);
        }
        if !self.rule.weekdays.is_empty() {
            mask &= match self.ordinals {
                true => self.ordinal_mask(year, month, first, length),
                false => weekday_mask(self.weekdays, first),
            };
        }
        if self.has_day_of_month() && self.rule.month_days.is_empty() {
            mask &= 1 << (self.start.day() - 1);
        }
        if !self.rule.weeks.is_empty() {
            mask &= (0..length).fold(0, |bits, n| bits | u32::from(self.in_weeks(first + n as i32)) << n);
        }
        mask
    }

    fn year_day_mask(&self, year: i32, first: Day) -> u32 {
        let (new_year, length) = (first_of(year, 1), year_length(year));
        let days = self.rule.year_days.iter().map(|n| i32::from(*n));
        let places = days.map(|n| if n > 0 { n - 1 } else { length + n } + new_year - first);
        places.filter(|place| (0..31).contains(place)).fold(0, |bits, place| bits | 1 << place)
    }

    /// BYDAY in which at least one has an ordinal: it counts in the month, or in the year of a yearly rule
    /// without BYMONTH.
    fn ordinal_mask(&self, year: i32, month: u32, first: Day, length: u32) -> u32 {
        let in_year = self.rule.frequency == Frequency::Yearly && self.rule.months == 0;
        let (from, days) = match in_year {
            true => (first_of(year, 1), year_length(year)),
            false => (first, month_length(year, month) as i32),
        };
        let mut mask = 0;
        for (ordinal, weekday) in &self.rule.weekdays {
            let weekday = weekday.num_days_from_monday();
            if *ordinal == 0 {
                mask |= weekday_mask(1 << weekday, first);
                continue;
            }
            let earliest = (weekday as i32 - weekday_of(from) as i32).rem_euclid(7);
            let place = match i32::from(*ordinal) {
                n if n > 0 => earliest + 7 * (n - 1),
                n => earliest + (days - 1 - earliest) / 7 * 7 + 7 * (n + 1),
            };
            let place = if (0..days).contains(&place) { place + from - first } else { -1 };
            if (0..length as i32).contains(&place) {
                mask |= 1 << place;
            }
        }
        mask
    }

    fn skipped_month_days(&self, year: i32, month: u32, days: &mut Vec<Day>) {
        let (first, length) = (first_of(year, month), month_length(year, month) as i32);
        let default = [self.start.day() as i16];
        let wanted = if self.rule.month_days.is_empty() { &default[..] } else { &self.rule.month_days };
        self.place(wanted, first, length, days);
    }

    fn skipped_year_days(&self, year: i32, days: &mut Vec<Day>) {
        self.place(&self.rule.year_days, first_of(year, 1), year_length(year), days);
        days.retain(|day| self.allows_month(date_of(*day).month()));
    }

    /// Day numbers of a stretch, those that it does not have moved to its edge or just beyond.
    fn place(&self, numbers: &[i16], first: Day, length: i32, days: &mut Vec<Day>) {
        let forward = i32::from(self.rule.skip == Skip::Forward);
        let begin = days.len();
        for number in numbers.iter().map(|n| i32::from(*n)) {
            let place = if number > 0 { number - 1 } else { length + number };
            let day = first + place.clamp(-1 + forward, length - 1 + forward);
            if let Err(place) = days[begin..].binary_search(&day) {
                days.insert(begin + place, day);
            }
        }
        days.dedup();
        if self.weekdays != 0 {
            days.retain(|day| self.weekdays >> weekday_of(*day) & 1 == 1);
        }
    }

    /// The days of the week that begins at `first`.
    pub fn week(&self, first: Day, days: &mut Vec<Day>) {
        let own = 1 << self.start.weekday().num_days_from_monday();
        let weekdays = if self.weekdays == 0 { own } else { self.weekdays };
        let week = (first..first + 7).filter(|day| weekdays >> weekday_of(*day) & 1 == 1);
        if self.has_limits() {
            days.extend(week.filter(|day| self.limits_allow(*day)));
        } else {
            days.extend(week);
        }
    }

    /// Whether a rule of DAILY or finer may have this day.
    pub fn allows(&self, day: Day) -> bool {
        (self.weekdays == 0 || self.weekdays >> weekday_of(day) & 1 == 1)
            && (!self.has_limits() || self.limits_allow(day))
    }

    /// The first day after this one that is not ruled out by its month.
    pub fn next_candidate(&self, day: Day) -> Day {
        if self.rule.months != 0 {
            let date = date_of(day);
            if !self.allows_month(date.month()) {
                return first_of(date.year(), date.month()) + month_length(date.year(), date.month()) as i32;
            }
        }
        day + 1
    }

    fn has_limits(&self) -> bool {
        let lists = [&self.rule.month_days, &self.rule.year_days, &self.rule.weeks];
        self.rule.months != 0 || lists.iter().any(|list| !list.is_empty())
    }

    /// Whether BYMONTH, BYMONTHDAY, BYYEARDAY and BYWEEKNO, read as limits, allow the day.
    fn limits_allow(&self, day: Day) -> bool {
        let date = date_of(day);
        let (year, month, number) = (date.year(), date.month(), date.day());
        let first = day - number as i32 + 1;
        let in_month = || {
            let length = month_length(year, month);
            let days = self.month_days | self.month_days_from_end.reverse_bits() >> (32 - length);
            days >> (number - 1) & 1 == 1
        };
        self.allows_month(month)
            && (self.rule.month_days.is_empty() || in_month())
            && (self.rule.year_days.is_empty() || self.year_day_mask(year, first) >> (number - 1) & 1 == 1)
            && (self.rule.weeks.is_empty() || self.in_weeks(day))
    }

    /// The first day of week 1 of a year: the first week with four days in it.
    pub fn first_week(&self, year: i32) -> Day {
        let fourth = first_of(year, 1) + 3;
        fourth - self.days_into_week(fourth)
    }

    /// How many days after the start of its week a day is.
    pub fn days_into_week(&self, day: Day) -> i32 {
        (weekday_of(day) as i32 - self.rule.week_start.num_days_from_monday() as i32).rem_euclid(7)
    }

    /// The year to which the week of a day belongs.
    pub fn week_year(&self, day: Day) -> i32 {
        let year = date_of(day).year();
        if day < self.first_week(year) {
            year - 1
        } else if day >= self.first_week(year + 1) {
            year + 1
        } else {
            year
        }
    }

    /// The year from which INTERVAL counts. With BYWEEKNO it is the year of DTSTART's week, if that has an instance
    /// at or after DTSTART, and else the calendar year.
    pub fn first_year(&self) -> i64 {
        let (day, mut days) = (day_of(self.start), Vec::new());
        if self.rule.weeks.is_empty() {
            return self.start.year().into();
        }
        let year = self.week_year(day);
        self.year(year, &mut days);
        let counts = days.last().is_some_and(|last| *last >= day);
        i64::from(if counts { year } else { self.start.year() })
    }

    fn in_weeks(&self, day: Day) -> bool {
        let year = self.week_year(day);
        let (first, next) = (self.first_week(year), self.first_week(year + 1));
        let (week, weeks) = ((day - first) / 7, (next - first) / 7);
        self.rule.weeks.iter().any(|n| week == if *n > 0 { i32::from(*n) - 1 } else { weeks + i32::from(*n) })
    }

    fn weeks_of(&self, year: i32, days: &mut Vec<Day>) {
        let first = self.first_week(year);
        let weeks = (self.first_week(year + 1) - first) / 7;
        let named = |week: &i32| {
            self.rule
                .weeks
                .iter()
                .any(|n| *week == if *n > 0 { i32::from(*n) - 1 } else { weeks + i32::from(*n) })
        };
        let unsaid = self.rule.month_days.is_empty() && self.rule.year_days.is_empty();
        let own = if unsaid { 1 << self.start.weekday().num_days_from_monday() } else { 0x7f };
        let weekdays = if self.weekdays == 0 { own } else { self.weekdays };
        for week in (0..weeks).filter(named) {
            let start = first + 7 * week;
            let all = (start..start + 7).filter(|day| weekdays >> weekday_of(*day) & 1 == 1);
            days.extend(all.filter(|day| self.limits_allow(*day)));
        }
    }
}

/// These weekdays in a month that begins at `first`; bits beyond its end are to be masked off.
fn weekday_mask(weekdays: u8, first: Day) -> u32 {
    const EVERY_SEVENTH: u32 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28;
    let shift = weekday_of(first);
    (0..7)
        .filter(|weekday| weekdays >> weekday & 1 == 1)
        .fold(0, |mask, weekday| mask | EVERY_SEVENTH << ((weekday + 7 - shift) % 7))
}
