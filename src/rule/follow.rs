//! A rule that follows the start of its series to another time: what it says of the start, it says of the new one.

use super::days::{Picker, day_of};
use super::{Frequency, Rule, RuleError};
use crate::time::{Date, Wall};
use chrono::{Datelike, Timelike};

/// Why a part cannot follow: its name.
type Unclear = &'static str;

impl Rule {
    /// The rule of a series whose DTSTART is moved from one wall time to another.
    ///
    /// What the rule leaves to DTSTART follows by itself. A part that names only what the start had (BYDAY=TU of a
    /// Tuesday, BYDAY=-1FR of a last Friday, BYMONTHDAY=15, BYHOUR=9) names what the new start has. A part that
    /// names several, such as BYDAY=MO,WE,FR, stays where the new start has the same (the same weekday a week
    /// later); else it is an error: to move Monday alone and to move all three are two wishes. So it is where the
    /// part does not name what the start had.
    ///
    /// ```
    /// # use kalends::{rule::Rule, time::Date};
    /// let on = |day| Date::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(9, 0, 0).unwrap();
    /// let moved = |rule| Rule::parse(rule).unwrap().following(on(3), on(4), false).map(|rule| rule.to_string());
    /// assert_eq!(moved("FREQ=WEEKLY;BYDAY=TU").unwrap(), "FREQ=WEEKLY;BYDAY=WE");
    /// assert_eq!(moved("FREQ=MONTHLY;BYDAY=1TU").unwrap(), "FREQ=MONTHLY;BYDAY=1WE");
    /// assert!(moved("FREQ=WEEKLY;BYDAY=TU,TH").unwrap_err().to_string().contains("BYDAY"));
    /// ```
    pub fn following(&self, from: Wall, to: Wall, date_only: bool) -> Result<Rule, RuleError> {
        let error = |part| RuleError::Follow { part, rule: self.to_string(), from, to };
        let mut rule = self.clone();
        let (day, new) = (from.date(), to.date());
        if !date_only {
            follow_bit(&mut rule.hours, from.hour(), to.hour()).ok_or("BYHOUR").map_err(error)?;
            follow_bit(&mut rule.minutes, from.minute(), to.minute()).ok_or("BYMINUTE").map_err(error)?;
            follow_bit(&mut rule.seconds, from.second(), to.second()).ok_or("BYSECOND").map_err(error)?;
        }
        if day != new {
            rule.follow_day(self, day, new).map_err(error)?;
            // What the parts say together may still not hold of the new start.
            let first = |rule: &Rule, start| rule.walls(start, date_only).steps(1000).next() == Some(start);
            if first(self, from) && !first(&rule, to) {
                return Err(error("a part"));
            }
        }
        Ok(rule)
    }

    fn follow_day(&mut self, old: &Rule, from: Date, to: Date) -> Result<(), Unclear> {
        if self.frequency == Frequency::Yearly {
            follow_bit(&mut self.months, from.month(), to.month()).ok_or("BYMONTH")?;
        } else if self.months != 0 && self.months >> to.month() & 1 == 0 {
            return Err("BYMONTH");
        }
        let same_month = (from.year(), from.month()) == (to.year(), to.month());
        follow_number(&mut self.month_days, days_in_month(from), days_in_month(to), same_month)
            .ok_or("BYMONTHDAY")?;
        let same_year = from.year() == to.year();
        follow_number(&mut self.year_days, days_in_year(from), days_in_year(to), same_year)
            .ok_or("BYYEARDAY")?;
        if !self.weeks.is_empty() {
            let week = |date| weeks_in_year(&Picker::new(old, date), date);
            follow_number(&mut self.weeks, week(from), week(to), same_year).ok_or("BYWEEKNO")?;
        }
        let spans_months = self.frequency >= Frequency::Monthly;
        let by_number = spans_months && self.weeks.is_empty();
        if by_number && self.weekdays.iter().any(|(ordinal, _)| *ordinal != 0) {
            return self.follow_ordinal(from, to);
        }
        if spans_months && !self.positions.is_empty() {
            return self.follow_position(from, to);
        }
        if from.weekday() != to.weekday() && !self.weekdays.is_empty() {
            if self.weekdays.len() > 1 || self.weekdays[0].1 != from.weekday() {
                return Err("BYDAY");
            }
            self.weekdays = vec![(0, to.weekday())];
        }
        Ok(())
    }

    /// BYDAY=2TU and its like.
    fn follow_ordinal(&mut self, from: Date, to: Date) -> Result<(), Unclear> {
        let number = |date: Date, ordinal: i16| {
            let (first, last) = self.weekday_in_interval(date);
            if ordinal > 0 { first } else { last }
        };
        let had = |(ordinal, weekday): &(i16, _)| {
            *weekday == from.weekday() && (*ordinal == 0 || *ordinal == number(from, *ordinal))
        };
        let Some((ordinal, _)) = self.weekdays.iter().copied().find(had) else { return Err("BYDAY") };
        let new = (number(to, ordinal), to.weekday());
        // The fifth of a month and the 53rd of a year are rare: the first or last was meant, or nothing so simple.
        let rare = if self.counts_in_year() { 53 } else { 5 };
        let same = if self.counts_in_year() { from.year() == to.year() } else { from.month() == to.month() };
        if self.weekdays.len() > 1 || ordinal == 0 || !same || (new.0.abs() == rare && ordinal.abs() != rare)
        {
            return Err("BYDAY");
        }
        self.weekdays = vec![new];
        Ok(())
    }

    /// BYDAY=TU;BYSETPOS=2, which is another way to say BYDAY=2TU.
    fn follow_position(&mut self, from: Date, to: Date) -> Result<(), Unclear> {
        let times = [self.hours, self.minutes, self.seconds].iter().all(|bits| bits.count_ones() <= 1);
        let several_months = self.frequency == Frequency::Yearly && self.months.count_ones() > 1;
        let ([(0, weekday)], [position], true, false) =
            (&self.weekdays[..], &self.positions[..], times, several_months)
        else {
            return Err("BYSETPOS");
        };
        let Ok(ordinal @ -53..=53) = i16::try_from(*position) else { return Err("BYSETPOS") };
        let mut as_ordinal =
            Rule { weekdays: vec![(ordinal, *weekday)], positions: Vec::new(), ..self.clone() };
        as_ordinal.follow_ordinal(from, to).map_err(|_| "BYSETPOS")?;
        let (ordinal, weekday) = as_ordinal.weekdays[0];
        (self.weekdays, self.positions) = (vec![(0, weekday)], vec![ordinal.into()]);
        Ok(())
    }

    /// Whether BYDAY with a number counts in the year, not in a month.
    fn counts_in_year(&self) -> bool {
        self.frequency == Frequency::Yearly && self.months == 0
    }

    /// Which of its weekday a date is in its month or year, counted from the beginning and from the end.
    fn weekday_in_interval(&self, date: Date) -> (i16, i16) {
        let (first, last) = if self.counts_in_year() { days_in_year(date) } else { days_in_month(date) };
        ((first - 1) / 7 + 1, (last + 1) / 7 - 1)
    }
}

/// A set that names only the old value names the new one; nothing where that is not clear.
fn follow_bit(bits: &mut u64, from: u32, to: u32) -> Option<()> {
    if from == to || *bits == 0 {
        return Some(());
    }
    (*bits == 1 << from).then(|| *bits = 1 << to)
}

/// The same for numbers that count from the beginning or, negative, from the end of a stretch.
fn follow_number(numbers: &mut Vec<i16>, from: (i16, i16), to: (i16, i16), same_stretch: bool) -> Option<()> {
    if from == to || numbers.is_empty() {
        return Some(());
    }
    let number = numbers.iter().copied().find(|n| *n == from.0 || *n == from.1)?;
    let new = if number > 0 { to.0 } else { to.1 };
    if new == number {
        return Some(());
    }
    (numbers.len() == 1 && (number > 0 || same_stretch)).then(|| *numbers = vec![new])
}

/// The number of a day in its month, from the beginning and from the end.
fn days_in_month(date: Date) -> (i16, i16) {
    let day = date.day() as i16;
    (day, day - 1 - super::days::month_length(date.year(), date.month()) as i16)
}

/// The same in its year.
fn days_in_year(date: Date) -> (i16, i16) {
    let day = date.ordinal() as i16;
    (day, day - 366 - i16::from(super::days::is_leap(date.year())))
}

/// The number of its week in the year to which that belongs, from the beginning and from the end.
fn weeks_in_year(picker: &Picker, date: Date) -> (i16, i16) {
    let day = day_of(date);
    let year = picker.week_year(day);
    let (first, next) = (picker.first_week(year), picker.first_week(year + 1));
    let week = (day - first).div_euclid(7);
    (week as i16 + 1, (week - (next - first) / 7) as i16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::{DateTime, parse_date_time};

    fn wall(text: &str) -> Wall {
        match parse_date_time(text) {
            Some(DateTime::Floating(wall)) => wall,
            other => panic!("{other:?}"),
        }
    }

    fn follows(rule: &str, from: &str, to: &str) -> String {
        let rule = Rule::parse(rule).unwrap();
        match rule.following(wall(from), wall(to), false) {
            Ok(rule) => rule.to_string().trim_start_matches("FREQ=").to_owned(),
            Err(RuleError::Follow { part, .. }) => part.to_owned(),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_part_that_names_what_the_start_had_names_what_the_new_start_has() {
        // 2026-11-03 is the first Tuesday, day 307, in week 45.
        for (rule, to, follows_as) in [
            ("DAILY", "20261104T100000", "DAILY"),
            ("DAILY;BYHOUR=9", "20261103T100000", "DAILY;BYHOUR=10"),
            ("DAILY;BYHOUR=9;BYMINUTE=0,30", "20261103T103000", "BYMINUTE"),
            ("DAILY;BYHOUR=9,15", "20261103T090500", "DAILY;BYHOUR=9,15"),
            ("DAILY;BYHOUR=9,15", "20261103T100000", "BYHOUR"),
            ("WEEKLY;BYDAY=TU", "20261105T090000", "WEEKLY;BYDAY=TH"),
            ("WEEKLY;BYDAY=TU,TH", "20261105T090000", "BYDAY"),
            ("WEEKLY;BYDAY=TU,TH", "20261103T120000", "WEEKLY;BYDAY=TU,TH"),
            ("WEEKLY;BYDAY=TU,TH", "20261110T090000", "WEEKLY;BYDAY=TU,TH"),
            ("WEEKLY;BYDAY=TU;BYMONTH=11", "20261104T090000", "WEEKLY;BYMONTH=11;BYDAY=WE"),
            ("WEEKLY;BYDAY=TU;BYMONTH=11", "20261201T090000", "BYMONTH"),
            ("MONTHLY", "20261130T090000", "MONTHLY"),
            ("MONTHLY;BYMONTHDAY=3", "20261130T090000", "MONTHLY;BYMONTHDAY=30"),
            ("MONTHLY;BYMONTHDAY=3", "20261201T090000", "MONTHLY;BYMONTHDAY=1"),
            ("MONTHLY;BYMONTHDAY=-28", "20261130T090000", "MONTHLY;BYMONTHDAY=-1"),
            ("MONTHLY;BYMONTHDAY=-28", "20261201T090000", "BYMONTHDAY"),
            ("MONTHLY;BYMONTHDAY=3,17", "20261104T090000", "BYMONTHDAY"),
            ("MONTHLY;BYMONTHDAY=3,17", "20261203T090000", "MONTHLY;BYMONTHDAY=3,17"),
            ("MONTHLY;BYDAY=1TU", "20261111T090000", "MONTHLY;BYDAY=2WE"),
            ("MONTHLY;BYDAY=1TU", "20261130T090000", "BYDAY"),
            ("MONTHLY;BYDAY=1TU", "20261201T090000", "BYDAY"),
            ("MONTHLY;BYDAY=-4TU", "20261126T090000", "MONTHLY;BYDAY=-1TH"),
            ("MONTHLY;BYDAY=1TU,3TU", "20261104T090000", "BYDAY"),
            ("MONTHLY;BYDAY=TU;BYSETPOS=1", "20261111T090000", "MONTHLY;BYDAY=WE;BYSETPOS=2"),
            ("MONTHLY;BYDAY=TU,WE;BYSETPOS=1", "20261104T090000", "BYSETPOS"),
            ("MONTHLY;BYDAY=TU;BYMONTHDAY=3", "20261104T090000", "MONTHLY;BYMONTHDAY=4;BYDAY=WE"),
            ("YEARLY;BYMONTH=11;BYDAY=1TU", "20261112T090000", "YEARLY;BYMONTH=11;BYDAY=2TH"),
            ("YEARLY;BYMONTH=11;BYMONTHDAY=3", "20261224T090000", "YEARLY;BYMONTH=12;BYMONTHDAY=24"),
            ("YEARLY;BYMONTH=5,11", "20261203T090000", "BYMONTH"),
            ("YEARLY;BYDAY=44TU", "20261112T090000", "YEARLY;BYDAY=46TH"),
            ("YEARLY;BYYEARDAY=307", "20261231T090000", "YEARLY;BYYEARDAY=365"),
            ("YEARLY;BYYEARDAY=-59", "20261231T090000", "YEARLY;BYYEARDAY=-1"),
            ("YEARLY;BYWEEKNO=45;BYDAY=TU", "20261111T090000", "YEARLY;BYWEEKNO=46;BYDAY=WE"),
            ("YEARLY;BYWEEKNO=20,45", "20261111T090000", "BYWEEKNO"),
        ] {
            assert_eq!(follows(&format!("FREQ={rule}"), "20261103T090000", to), follows_as, "{rule} to {to}");
        }
    }

    #[test]
    fn a_start_that_matched_its_rule_still_does() {
        let parts = [
            "",
            ";BYDAY=TU",
            ";BYMONTHDAY=3",
            ";BYDAY=1TU",
            ";BYMONTH=11",
            ";BYDAY=TU;BYSETPOS=1",
            ";BYHOUR=9",
        ];
        let from = wall("20261103T090000");
        for frequency in ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"] {
            for part in parts {
                let rule = Rule::parse(&format!("FREQ={frequency}{part}")).unwrap();
                if rule.walls(from, false).steps(1000).next() != Some(from) {
                    continue;
                }
                for minutes in (-60 * 24 * 40..60 * 24 * 40).step_by(1741) {
                    let to = from + chrono::TimeDelta::minutes(minutes);
                    if let Ok(moved) = rule.following(from, to, false) {
                        assert_eq!(moved.walls(to, false).next(), Some(to), "{rule} to {to}: {moved}");
                    }
                }
            }
        }
    }
}
