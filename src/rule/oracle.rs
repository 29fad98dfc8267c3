//! The generator against the plainest reading of RFC 5545: every day is asked whether the rule means it.

use super::{Rule, wall_at};
use crate::time::{Date, Wall};
use chrono::{Datelike, TimeDelta, Timelike};

/// A small generator of numbers, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn list(&mut self, low: i64, high: i64, most: u64) -> Vec<i64> {
        let mut list: Vec<i64> = (0..=self.below(most))
            .map(|_| low + self.below((high - low + 1) as u64) as i64)
            .filter(|n| *n != 0 || low == 0)
            .collect();
        list.sort_unstable();
        list.dedup();
        list
    }
}

const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

#[derive(Debug, Default)]
struct Parts {
    frequency: &'static str,
    interval: i64,
    months: Vec<i64>,
    month_days: Vec<i64>,
    year_days: Vec<i64>,
    weeks: Vec<i64>,
    weekdays: Vec<(i64, usize)>,
    hours: Vec<i64>,
    positions: Vec<i64>,
    week_start: usize,
}

impl Parts {
    fn random(dice: &mut Dice) -> Parts {
        let frequency = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"][dice.below(5) as usize];
        let mut parts = Parts { frequency, interval: 1 + dice.below(4) as i64, ..Parts::default() };
        parts.week_start = dice.below(7) as usize;
        if dice.below(3) == 0 {
            parts.months = dice.list(1, 12, 4);
        }
        if frequency != "WEEKLY" && dice.below(3) == 0 {
            parts.month_days = dice.list(-31, 31, 4);
        }
        if matches!(frequency, "YEARLY" | "HOURLY") && dice.below(4) == 0 {
            parts.year_days = dice.list(-366, 366, 6);
        }
        if frequency == "YEARLY" && dice.below(3) == 0 {
            parts.weeks = dice.list(-53, 53, 5);
        }
        if dice.below(2) == 0 {
            let ordinals = match frequency {
                _ if !parts.weeks.is_empty() => 0,
                "MONTHLY" => 5,
                "YEARLY" if parts.months.is_empty() => 53,
                "YEARLY" => 5,
                _ => 0,
            };
            let plain = ordinals == 0 || dice.below(2) == 0;
            for weekday in dice.list(0, 6, 3) {
                let ordinal =
                    if plain { 0 } else { dice.list(-ordinals, ordinals, 1).first().copied().unwrap_or(0) };
                parts.weekdays.push((ordinal, weekday as usize));
            }
        }
        if dice.below(3) == 0 {
            parts.hours = dice.list(0, 23, 3);
        }
        if dice.below(3) == 0 {
            parts.positions = dice.list(-4, 4, 2);
        }
        parts
    }

    fn text(&self) -> String {
        let mut text =
            format!("FREQ={};INTERVAL={};WKST={}", self.frequency, self.interval, NAMES[self.week_start]);
        let lists = [
            ("BYMONTH", &self.months),
            ("BYMONTHDAY", &self.month_days),
            ("BYYEARDAY", &self.year_days),
            ("BYWEEKNO", &self.weeks),
            ("BYHOUR", &self.hours),
            ("BYSETPOS", &self.positions),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let items: Vec<String> = list.iter().map(i64::to_string).collect();
            text += &format!(";{name}={}", items.join(","));
        }
        let ordinal = |n: i64| if n == 0 { String::new() } else { n.to_string() };
        let days: Vec<String> = self.weekdays.iter().map(|(n, day)| ordinal(*n) + NAMES[*day]).collect();
        if days.is_empty() { text } else { text + ";BYDAY=" + &days.join(",") }
    }

    fn means_day(&self, date: Date, start: Date) -> bool {
        let (days, yearly) = (month_length(date), self.frequency == "YEARLY");
        let nth =
            |list: &[i64], place: i64, of: i64| list.iter().any(|n| *n == place || *n == place - of - 1);
        let weekly = self.frequency == "WEEKLY" || !self.weeks.is_empty();
        let picks = !self.month_days.is_empty() || !self.year_days.is_empty() || !self.weekdays.is_empty();
        let months = match self.months.is_empty() {
            // BYMONTHDAY alone, or nothing: DTSTART's month.
            true if yearly && !weekly && self.year_days.is_empty() && self.weekdays.is_empty() => {
                date.month() == start.month() || (!self.month_days.is_empty() && !self.positions.is_empty())
            }
            true => true,
            false => self.months.contains(&date.month().into()),
        };
        let day = match self.frequency {
            _ if weekly && !picks => date.weekday() == start.weekday(),
            "YEARLY" | "MONTHLY" if !picks => date.day() == start.day(),
            _ => true,
        };
        months
            && day
            && (self.month_days.is_empty() || nth(&self.month_days, date.day().into(), days))
            && (self.year_days.is_empty() || nth(&self.year_days, date.ordinal().into(), year_length(date)))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|day| self.means_weekday(date, *day)))
            && (self.weeks.is_empty()
                || nth(&self.weeks, self.week(date).1, self.weeks_in(self.week(date).0)))
    }

    /// The year that has most of a date's week, and the number of the week in it: the day in the middle tells.
    fn week(&self, date: Date) -> (i32, i64) {
        let back = (date.weekday().num_days_from_monday() + 7 - self.week_start as u32) % 7;
        let middle = date - TimeDelta::days(back.into()) + TimeDelta::days(3);
        (middle.year(), i64::from(middle.ordinal0()) / 7 + 1)
    }

    fn weeks_in(&self, year: i32) -> i64 {
        let days = (22..=31).map(|day| self.week(Date::from_ymd_opt(year, 12, day).unwrap()));
        days.filter(|(of, _)| *of == year).map(|(_, week)| week).max().unwrap()
    }

    /// The year from which INTERVAL counts. With week numbers it is that of DTSTART's week, unless nothing in it
    /// follows DTSTART.
    fn first_year(&self, start: Date) -> i32 {
        let year = self.week(start).0;
        let mut rest = start.iter_days().take(370).take_while(|date| self.week(*date).0 == year);
        let follows = self.weeks.is_empty() || rest.any(|date| self.means_day(date, start));
        if follows && !self.weeks.is_empty() { year } else { start.year() }
    }

    fn means_weekday(&self, date: Date, (ordinal, weekday): (i64, usize)) -> bool {
        let (place, length) = match self.frequency == "YEARLY" && self.months.is_empty() {
            true => (i64::from(date.ordinal0()), year_length(date)),
            false => (i64::from(date.day0()), month_length(date)),
        };
        date.weekday().num_days_from_monday() as usize == weekday
            && (ordinal == 0 || place / 7 + 1 == ordinal || (length - 1 - place) / 7 + 1 == -ordinal)
    }

    /// Which interval, counted from DTSTART's, an hour belongs to.
    fn interval_of(&self, wall: Wall, start: Wall, first_year: i32) -> i64 {
        let week = |date: Date| {
            let back = (date.weekday().num_days_from_monday() + 7 - self.week_start as u32) % 7;
            i64::from(date.num_days_from_ce()) - i64::from(back)
        };
        let (a, b) = (start.date(), wall.date());
        match self.frequency {
            "YEARLY" if self.weeks.is_empty() => i64::from(b.year() - first_year),
            "YEARLY" => i64::from(self.week(b).0 - first_year),
            "MONTHLY" => i64::from(b.year() - a.year()) * 12 + i64::from(b.month()) - i64::from(a.month()),
            "WEEKLY" => (week(b) - week(a)) / 7,
            "DAILY" => (b - a).num_days(),
            _ => wall.and_utc().timestamp().div_euclid(3600) - start.and_utc().timestamp().div_euclid(3600),
        }
    }

    /// Every wall time before `end`, by asking each hour; DTSTART's interval is taken from its beginning.
    fn all(&self, start: Wall, end: Wall) -> Vec<Wall> {
        let first_year = self.first_year(start.date());
        let mut hour = start.date().with_ordinal(1).unwrap() - TimeDelta::days(372);
        let mut sets: Vec<(i64, Vec<Wall>)> = Vec::new();
        while hour < end.date() + TimeDelta::days(370) {
            let interval = self.interval_of(hour.and_time(start.time()), start, first_year);
            let near = self.frequency == "HOURLY" || (interval >= 0 && interval % self.interval == 0);
            if near && self.means_day(hour, start.date()) {
                for time in 0..24 {
                    let wall = hour.and_hms_opt(time, start.minute(), start.second()).unwrap();
                    let interval = self.interval_of(wall, start, first_year);
                    let own = self.hours.is_empty() && (self.frequency == "HOURLY" || time == start.hour());
                    if interval < 0
                        || interval % self.interval != 0
                        || !(own || self.hours.contains(&time.into()))
                    {
                        continue;
                    }
                    match sets.last_mut() {
                        Some((last, set)) if *last == interval => set.push(wall),
                        _ => sets.push((interval, vec![wall])),
                    }
                }
            }
            hour = hour.succ_opt().unwrap();
        }
        let chosen = sets.into_iter().flat_map(|(_, set)| {
            let count = set.len() as i64;
            let wanted = move |place: i64| {
                self.positions.is_empty()
                    || self.positions.iter().any(|n| *n == place || *n == place - count - 1)
            };
            set.into_iter().enumerate().filter(move |(i, _)| wanted(*i as i64 + 1)).map(|(_, wall)| wall)
        });
        chosen.filter(|wall| start <= *wall && *wall < end).collect()
    }
}

fn month_length(date: Date) -> i64 {
    (28..=31).rev().find(|day| date.with_day(*day).is_some()).unwrap().into()
}

fn year_length(date: Date) -> i64 {
    if date.with_ordinal(366).is_some() { 366 } else { 365 }
}

#[test]
fn two_thousand_random_rules_mean_what_a_plain_reading_says() {
    let mut dice = Dice(20_261_121);
    let (mut instances, mut empty) = (0, 0);
    for round in 0..2000 {
        let parts = Parts::random(&mut dice);
        let mut start = wall_at(1_580_000_000 + dice.below(60_000_000) as i64);
        if !parts.weeks.is_empty() && dice.below(2) == 0 {
            // About New Year, where the week may belong to another year than the day.
            let year = Date::from_ymd_opt(2019 + dice.below(6) as i32, 1, 1).unwrap();
            start = year.and_time(start.time()) + TimeDelta::days(dice.below(9) as i64 - 4);
        }
        let years = if parts.frequency == "HOURLY" { 1 } else { 4 };
        let end = start + TimeDelta::days(365 * years);
        let text = parts.text();
        let rule = Rule::parse(&text).unwrap();
        let found: Vec<Wall> = rule.walls(start, false).until(Some(end - TimeDelta::seconds(1))).collect();
        let expected = parts.all(start, end);
        assert_eq!(found, expected, "round {round}: {text} from {start}");
        (instances, empty) = (instances + found.len(), empty + usize::from(found.is_empty()));
        let from = start + TimeDelta::days(dice.below(300) as i64);
        let mut later = rule.walls(start, false).until(Some(end - TimeDelta::seconds(1)));
        later.skip_to(from);
        let expected: Vec<Wall> = expected.into_iter().filter(|wall| *wall >= from).collect();
        assert_eq!(later.collect::<Vec<_>>(), expected, "round {round}: {text} from {start}, after {from}");
    }
    println!("{instances} instances; {empty} rules have none");
    assert!(empty < 600, "the rules are too narrow to prove anything: {empty} have no instance");
}
