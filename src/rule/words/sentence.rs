//! What is said of a rule, and in which order.

use super::runs::{bit_runs, in_order, merged, numbers, own, runs};
use super::{Phrases, Weekdays};
use crate::rule::{Frequency, Rule, Skip, Until};
use crate::time::{Date, Wall, Weekday};
use chrono::{Datelike, NaiveTime, Timelike};

/// More times of day than this are not listed one by one.
const LISTED: usize = 12;

/// The moment that UNTIL names, where nobody knows the zone.
fn last_wall(until: Until) -> Wall {
    match until {
        Until::Date(date) => date.and_time(NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default()),
        Until::Wall(wall) => wall,
        Until::Instant(instant) => instant.to_utc(),
    }
}

/// A sentence in the making: a main part, and clauses behind commas.
pub(super) struct Said<'r> {
    rule: &'r Rule,
    frequency: Frequency,
    start: Wall,
    date_only: bool,
    phrases: &'static dyn Phrases,
    main: Vec<String>,
    clauses: Vec<String>,
}

impl<'r> Said<'r> {
    /// All but the end.
    pub fn of(rule: &'r Rule, phrases: &'static dyn Phrases, start: Wall, date_only: bool) -> Said<'r> {
        let frequency = if date_only { rule.frequency.max(Frequency::Daily) } else { rule.frequency };
        let (main, clauses) = (Vec::new(), Vec::new());
        let mut said = Said { rule, frequency, start, date_only, phrases, main, clauses };
        match frequency {
            Frequency::Yearly => said.year(),
            Frequency::Monthly => said.month(),
            Frequency::Weekly => said.week(),
            Frequency::Daily => said.day(),
            _ => said.within_day(),
        }
        said.positions();
        said.skip_and_week_start();
        said
    }

    fn every(&mut self) {
        self.main.push(self.phrases.every(self.frequency, self.rule.interval));
    }

    fn only(&mut self, phrase: String) {
        self.clauses.push(self.phrases.only(&phrase));
    }

    fn within_day(&mut self) {
        self.every();
        let (seconds, minutes) = (self.rule.seconds, self.rule.minutes);
        for (unit, bits) in [(Frequency::Secondly, seconds), (Frequency::Minutely, minutes)] {
            if bits != 0 {
                self.main.push(self.phrases.at_parts(unit, &bit_runs(bits)));
            }
        }
        if self.rule.hours != 0 {
            self.main.push(self.phrases.in_hours(&merged(&numbers(self.rule.hours))));
        }
        if !self.rule.weekdays.is_empty() {
            self.only(self.phrases.on_weekdays(self.weekdays()));
        }
        self.only_months();
        self.only_days();
    }

    fn day(&mut self) {
        match (self.rule.interval, self.rule.weekdays.is_empty()) {
            (1, false) => self.main.push(self.phrases.every_weekday(self.weekdays(), 1)),
            _ => self.every(),
        }
        self.in_months();
        self.times_of_day();
        if self.rule.interval > 1 && !self.rule.weekdays.is_empty() {
            self.only(self.phrases.on_weekdays(self.weekdays()));
        }
        self.only_days();
    }

    fn week(&mut self) {
        let days = if self.rule.weekdays.is_empty() { self.own_weekday() } else { self.weekdays() };
        match self.rule.interval {
            1 => self.main.push(self.phrases.every_weekday(days, 1)),
            2 if days.is_one() => self.main.push(self.phrases.every_weekday(days, 2)),
            _ => {
                self.every();
                self.main.push(self.phrases.on_weekdays(days));
            }
        }
        self.in_months();
        self.times_of_day();
        self.only_days();
    }

    fn month(&mut self) {
        self.every();
        if self.has_nth() {
            self.main.push(self.nth());
        } else if !self.rule.month_days.is_empty() {
            self.main.push(self.phrases.on_month_days(&runs(&self.rule.month_days)));
            self.if_weekdays();
            self.only_year_days();
        } else if !self.rule.year_days.is_empty() {
            self.main.push(self.phrases.on_year_days(&runs(&self.rule.year_days)));
            self.if_weekdays();
        } else if !self.rule.weekdays.is_empty() {
            self.weekdays_of_stretch();
        } else {
            self.main.push(self.phrases.on_month_days(&[own(self.start.day())]));
        }
        self.times_of_day();
        self.only_months();
        self.only_weeks();
    }

    fn year(&mut self) {
        self.every();
        let rule = self.rule;
        if !rule.weeks.is_empty() {
            self.main.push(self.phrases.in_weeks(&runs(&rule.weeks)));
            if !rule.weekdays.is_empty() {
                self.main.push(self.phrases.on_weekdays(self.weekdays()));
            } else if rule.month_days.is_empty() && rule.year_days.is_empty() {
                self.main.push(self.phrases.on_weekdays(self.own_weekday()));
            }
            self.times_of_day();
            self.only_months();
            self.only_month_days();
            self.only_year_days();
        } else if self.has_nth() && rule.months.count_ones() <= 1 {
            self.main.push(self.nth());
            self.in_months_or_year();
            self.times_of_day();
        } else if !rule.year_days.is_empty() {
            self.main.push(self.phrases.on_year_days(&runs(&rule.year_days)));
            self.if_weekdays();
            self.times_of_day();
            self.only_months();
            self.only_month_days();
        } else if !rule.month_days.is_empty() {
            self.dates();
            self.if_weekdays();
            self.times_of_day();
        } else if !rule.weekdays.is_empty() {
            self.weekdays_of_stretch();
            match self.ordinals() {
                Some(_) => self.in_months_or_year(),
                None => self.in_months(),
            }
            self.times_of_day();
        } else {
            let months = if rule.months == 0 { vec![self.start.month()] } else { self.months() };
            let day = self.start.day().into();
            self.main
                .push(self.phrases.on_dates(&months.iter().map(|month| (*month, day)).collect::<Vec<_>>()));
            self.times_of_day();
        }
    }

    /// BYMONTHDAY of a yearly rule.
    fn dates(&mut self) {
        let rule = self.rule;
        let months = match rule.months {
            // As the generator has it: alone it means DTSTART's month, else every month.
            0 if rule.weekdays.is_empty() && rule.positions.is_empty() => vec![self.start.month()],
            _ => self.months(),
        };
        let days = &rule.month_days;
        if !months.is_empty() && days.len() * months.len() <= 6 && days.iter().all(|day| *day > 0) {
            let of_month = |month: u32| days.iter().map(move |day| (month, i64::from(*day)));
            let dates: Vec<_> = months.iter().flat_map(|month| of_month(*month)).collect();
            return self.main.push(self.phrases.on_dates(&dates));
        }
        self.main.push(self.phrases.on_month_days(&runs(days)));
        self.main.push(match months.is_empty() {
            true => self.phrases.of_every_month().to_owned(),
            false => self.phrases.of_months(&months),
        });
    }

    fn weekdays(&self) -> Weekdays {
        Weekdays::of(self.rule.weekdays.iter().map(|(_, day)| *day))
    }

    fn own_weekday(&self) -> Weekdays {
        Weekdays::of([self.start.weekday()])
    }

    /// BYDAY with numbers, where these mean something: each weekday with its numbers.
    fn ordinals(&self) -> Option<Vec<(Vec<i64>, Weekday)>> {
        let meaningful = self.frequency >= Frequency::Monthly && self.rule.weeks.is_empty();
        if !meaningful || self.rule.weekdays.iter().all(|(ordinal, _)| *ordinal == 0) {
            return None;
        }
        let mut items: Vec<(Vec<i64>, Weekday)> = Vec::new();
        for (ordinal, day) in &self.rule.weekdays {
            // "Every Monday" and "the first Monday" are two phrases.
            let joins = |item: &&mut (Vec<i64>, Weekday)| item.1 == *day && *ordinal != 0 && item.0[0] != 0;
            match items.iter_mut().find(joins) {
                Some(item) => item.0.push((*ordinal).into()),
                None => items.push((vec![(*ordinal).into()], *day)),
            }
        }
        Some(items)
    }

    /// BYDAY of a month or year.
    fn weekdays_of_stretch(&mut self) {
        let days = self.weekdays();
        match self.ordinals() {
            Some(items) => self.main.push(self.phrases.on_ordinals(&items)),
            // "Every month on every Friday" is every Friday.
            None if self.rule.interval == 1 => self.main = vec![self.phrases.every_weekday(days, 1)],
            None => self.main.push(self.phrases.on_every(days)),
        }
    }

    fn if_weekdays(&mut self) {
        if !self.rule.weekdays.is_empty() {
            let clause = match self.ordinals() {
                Some(items) => self.phrases.if_ordinal(&items),
                None => self.phrases.if_weekday(self.weekdays()),
            };
            self.clauses.push(clause);
        }
    }

    /// Whether BYSETPOS picks from weekdays alone, as in "the last weekday".
    fn has_nth(&self) -> bool {
        let rule = self.rule;
        let once = [rule.hours, rule.minutes, rule.seconds].iter().all(|bits| bits.count_ones() <= 1);
        let lists = [&rule.month_days, &rule.year_days, &rule.weeks];
        !rule.positions.is_empty()
            && !rule.weekdays.is_empty()
            && rule.weekdays.iter().all(|(ordinal, _)| *ordinal == 0)
            && lists.iter().all(|list| list.is_empty())
            && (once || self.date_only)
            && (self.frequency == Frequency::Monthly || rule.months.count_ones() <= 1)
    }

    fn nth(&self) -> String {
        self.phrases.on_nth(&in_order(&self.rule.positions), self.weekdays())
    }

    fn positions(&mut self) {
        let nth = self.frequency >= Frequency::Monthly && self.has_nth();
        if !self.rule.positions.is_empty() && !nth {
            let positions = in_order(&self.rule.positions);
            self.clauses.push(self.phrases.only_positions(&positions, self.frequency));
        }
    }

    fn months(&self) -> Vec<u32> {
        (1..=12).filter(|month| self.rule.months >> month & 1 == 1).collect()
    }

    fn in_months(&mut self) {
        if self.rule.months != 0 {
            self.main.push(self.phrases.in_months(&self.months()));
        }
    }

    fn in_months_or_year(&mut self) {
        match self.rule.months {
            0 => self.main.push(self.phrases.of_the_year().to_owned()),
            _ => self.in_months(),
        }
    }

    fn only_months(&mut self) {
        if self.rule.months != 0 {
            self.only(self.phrases.in_months(&self.months()));
        }
    }

    fn only_days(&mut self) {
        self.only_month_days();
        self.only_year_days();
        self.only_weeks();
    }

    fn only_month_days(&mut self) {
        if !self.rule.month_days.is_empty() {
            let days = self.phrases.on_month_days(&runs(&self.rule.month_days));
            self.only(format!("{days} {}", self.phrases.of_the_month()));
        }
    }

    fn only_year_days(&mut self) {
        if !self.rule.year_days.is_empty() {
            self.only(self.phrases.on_year_days(&runs(&self.rule.year_days)));
        }
    }

    fn only_weeks(&mut self) {
        if !self.rule.weeks.is_empty() {
            self.only(self.phrases.in_weeks(&runs(&self.rule.weeks)));
        }
    }

    /// The times of day, sorted; nothing where they are too many to be listed.
    fn clock(&self) -> Option<Vec<NaiveTime>> {
        let rule = self.rule;
        let or = |bits: u64, own: u32| if bits == 0 { 1 << own } else { bits };
        let (hours, minutes) = (or(rule.hours, self.start.hour()), or(rule.minutes, self.start.minute()));
        let seconds = or(rule.seconds, self.start.second());
        let count = hours.count_ones() * minutes.count_ones() * seconds.count_ones();
        let each = |bits: u64| (0..60).filter(move |n| bits >> n & 1 == 1);
        (count as usize <= LISTED).then(|| {
            let walls = each(hours)
                .flat_map(|h| each(minutes).flat_map(move |m| each(seconds).map(move |s| (h, m, s))));
            walls.filter_map(|(h, m, s)| NaiveTime::from_hms_opt(h, m, s)).collect()
        })
    }

    fn times_of_day(&mut self) {
        let rule = self.rule;
        if self.date_only || rule.hours | rule.minutes | rule.seconds == 0 {
            return;
        }
        let Some(times) = self.clock() else {
            if rule.seconds != 0 {
                self.main.push(self.phrases.at_parts(Frequency::Secondly, &bit_runs(rule.seconds)));
            }
            let minutes =
                if rule.minutes == 0 { vec![own(self.start.minute())] } else { bit_runs(rule.minutes) };
            self.main.push(self.phrases.at_parts(Frequency::Minutely, &minutes));
            let hours =
                if rule.hours == 0 { vec![own(self.start.hour())] } else { merged(&numbers(rule.hours)) };
            return self.main.push(self.phrases.in_hours(&hours));
        };
        self.main.push(self.phrases.at(&times));
    }

    fn skip_and_week_start(&mut self) {
        let rule = self.rule;
        let numbered = !rule.month_days.is_empty() || !rule.year_days.is_empty() || rule.weekdays.is_empty();
        let placed = match self.frequency {
            Frequency::Yearly => rule.weeks.is_empty() && numbered,
            Frequency::Monthly => numbered,
            _ => false,
        };
        if placed && rule.skip != Skip::Omit {
            self.clauses.push(self.phrases.skip(rule.skip == Skip::Forward).to_owned());
        }
        let days = self.weekdays();
        let one = rule.weekdays.is_empty() || days == self.own_weekday();
        let counted = self.frequency == Frequency::Weekly && rule.interval > 1 && !one;
        let picked = self.frequency == Frequency::Weekly && !rule.positions.is_empty();
        if rule.week_start != Weekday::Mon && (counted || picked || !rule.weeks.is_empty()) {
            self.clauses.push(self.phrases.week_start(rule.week_start));
        }
    }

    /// The sentence, ended with UNTIL and COUNT. `last` is UNTIL on the wall of the series, where that is known.
    pub fn end(self, last: Option<Wall>) -> String {
        let mut said = self.main.join(" ");
        for clause in &self.clauses {
            said.push_str(", ");
            said.push_str(clause);
        }
        let until = self.rule.until.map(|until| last.unwrap_or_else(|| last_wall(until)));
        if let Some(last) = until {
            let (date, time) = self.last_day(last);
            let parted = !self.clauses.is_empty() || self.phrases.parts_until(&said);
            said.push_str(if parted { ", " } else { " " });
            said.push_str(&self.phrases.until(date, time));
        }
        if let Some(count) = self.rule.count {
            said.push_str(", ");
            said.push_str(&self.phrases.times(count, until.is_some()));
        }
        said
    }

    /// The last day on which the rule can hold, with a time where it holds for a part of that day only.
    fn last_day(&self, last: Wall) -> (Date, Option<NaiveTime>) {
        let (date, time) = (last.date(), last.time());
        if self.date_only {
            return (date, None);
        }
        let ends_day = time.hour() == 23 && time.minute() == 59;
        match self.clock().filter(|_| self.frequency >= Frequency::Daily).as_deref() {
            Some([first, ..]) if time < *first => (date.pred_opt().unwrap_or(date), None),
            Some([.., latest]) if time >= *latest => (date, None),
            _ => (date, Some(time).filter(|_| !ends_day)),
        }
    }
}
