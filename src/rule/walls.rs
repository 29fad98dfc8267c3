//! The generator: interval by interval, with a budget of steps and a jump over what lies before a window.

use super::days::{Day, LAST_DAY, Picker, date_of, day_of};
use super::{Frequency, Rule, Until};
use crate::time::Wall;
use chrono::{DateTime, Datelike, Timelike};

/// A rule that matches nothing is given up after so many steps, unless the caller says otherwise.
const STEPS: u64 = 1_000_000;

/// The wall times of a rule, in order, each once.
#[derive(Clone, Debug)]
pub struct Walls<'r> {
    rule: &'r Rule,
    picker: Picker<'r>,
    frequency: Frequency,
    /// The current interval: a year, a month since year 0, the first day of a week, a day, hour, minute or second.
    at: i64,
    begin: i64,
    /// What the current interval holds: the product of these, in order.
    days: Vec<Day>,
    hours: Vec<u8>,
    minutes: Vec<u8>,
    seconds: Vec<u8>,
    /// Which of the product are meant, by BYSETPOS; all where there is none.
    chosen: Option<Vec<i64>>,
    next: u64,
    end: u64,
    /// Nothing before this, nothing after that, in seconds on the wall since 1970.
    floor: i64,
    until: i64,
    remaining: u64,
    last: i64,
    steps: u64,
    /// Whether the interval at `at` has not been looked at yet.
    fresh: bool,
    done: bool,
    exhausted: bool,
}

impl<'r> Walls<'r> {
    pub(super) fn new(rule: &'r Rule, start: Wall, date_only: bool) -> Walls<'r> {
        let date = start.date();
        let picker = Picker::new(rule, date);
        let seconds = start.and_utc().timestamp();
        let frequency = if date_only { rule.frequency.max(Frequency::Daily) } else { rule.frequency };
        let day = day_of(date);
        let begin = match frequency {
            Frequency::Yearly => picker.first_year(),
            Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month0()),
            Frequency::Weekly => i64::from(day - picker.days_into_week(day)),
            Frequency::Daily => i64::from(day),
            Frequency::Hourly => seconds.div_euclid(3600),
            Frequency::Minutely => seconds.div_euclid(60),
            Frequency::Secondly => seconds,
        };
        let times = |bits: u64, own: u32| match bits {
            _ if date_only => vec![0],
            0 => vec![own as u8],
            bits => (0..60).filter(|n| bits >> n & 1 == 1).collect(),
        };
        let until = match rule.until {
            None => i64::MAX,
            Some(Until::Date(date)) => (i64::from(day_of(date)) + 1) * 86_400 - 1,
            Some(Until::Wall(wall)) => wall.and_utc().timestamp(),
            Some(Until::Instant(instant)) => instant.millis().div_euclid(1000),
        };
        Walls {
            rule,
            picker,
            frequency,
            at: begin,
            begin,
            days: Vec::new(),
            hours: times(rule.hours, start.hour()),
            minutes: times(rule.minutes, start.minute()),
            seconds: times(rule.seconds, start.second()),
            chosen: (!rule.positions.is_empty()).then(Vec::new),
            next: 0,
            end: 0,
            floor: if date_only { i64::from(day) * 86_400 } else { seconds },
            until,
            remaining: rule.count.unwrap_or(u64::MAX),
            last: i64::MIN,
            steps: STEPS,
            fresh: true,
            done: rule.reaches_no_position(frequency),
            exhausted: false,
        }
    }

    /// Replaces UNTIL by the last wall time that counts, or by none.
    pub fn until(mut self, last: Option<Wall>) -> Self {
        self.until = last.map_or(i64::MAX, |wall| wall.and_utc().timestamp());
        self
    }

    /// Gives up after so many steps; an interval looked at and a wall time given are a step each.
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// How many steps are left.
    pub fn steps_left(&self) -> u64 {
        self.steps
    }

    /// How many wall times COUNT still allows.
    pub(crate) fn remaining(&self) -> u64 {
        self.remaining
    }

    pub(crate) fn set_remaining(&mut self, remaining: u64) {
        self.remaining = remaining;
    }

    /// Whether it stopped for want of steps, so that more may follow.
    pub fn ran_out(&self) -> bool {
        self.exhausted
    }

    /// Jumps to the first wall time at or after this one. Where there is no COUNT this is arithmetic; with COUNT
    /// what lies before must be counted, save where each interval has exactly one.
    pub fn skip_to(&mut self, wall: Wall) {
        let target = wall.and_utc().timestamp();
        if self.rule.count.is_none() {
            return self.jump_to(target);
        }
        if target > self.floor && self.rule.is_plain() {
            // Each interval has one; the current one's may have been taken.
            let taken = u64::from(!self.fresh && self.next >= self.end);
            let passed = self.passed();
            self.go_near(target);
            let skipped = ((self.passed() - passed) as u64).saturating_sub(taken);
            self.remaining = self.remaining.saturating_sub(skipped);
        }
        while self.peek().is_some_and(|next| next < target) {
            self.advance();
        }
    }

    /// Jumps to the first wall time at or after this one, in seconds, without counting what lies before.
    pub(crate) fn jump_to(&mut self, target: i64) {
        if target > self.floor {
            self.go_near(target);
            self.floor = target;
            self.next = self.next.max(self.first_at_or_after(target));
        }
    }

    /// How many intervals lie between DTSTART's and the current one.
    fn passed(&self) -> i64 {
        (self.at - self.begin) / self.stride()
    }

    /// Goes on to an interval shortly before the target, by arithmetic.
    fn go_near(&mut self, target: i64) {
        let day = Day::try_from(target.div_euclid(86_400)).unwrap_or(LAST_DAY);
        let date = date_of(day);
        let unit = match self.frequency {
            Frequency::Yearly => i64::from(date.year()),
            Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month0()),
            Frequency::Weekly | Frequency::Daily => day.into(),
            Frequency::Hourly => target.div_euclid(3600),
            Frequency::Minutely => target.div_euclid(60),
            Frequency::Secondly => target,
        };
        // Two intervals early: SKIP and weeks reach over the edge of an interval.
        let whole = (unit - self.begin).div_euclid(self.stride()) - 2;
        if whole > self.passed() {
            self.at = self.begin + whole * self.stride();
            (self.fresh, self.next, self.end) = (true, 0, 0);
        }
    }

    fn stride(&self) -> i64 {
        let interval = i64::from(self.rule.interval);
        if self.frequency == Frequency::Weekly { interval * 7 } else { interval }
    }

    /// The next wall time in seconds, without taking it.
    fn peek(&mut self) -> Option<i64> {
        loop {
            if self.done {
                return None;
            }
            if self.next < self.end {
                let value = self.value(self.next);
                if value > self.last && value >= self.floor {
                    self.done = value > self.until || self.remaining == 0;
                    return (!self.done).then_some(value);
                }
                self.next += 1;
                continue;
            }
            if !std::mem::take(&mut self.fresh) {
                self.at += self.stride();
            }
            self.fill();
        }
    }

    /// Takes the next wall time, in seconds since 1970 on the wall.
    pub(crate) fn advance(&mut self) -> Option<i64> {
        let value = self.peek()?;
        if !self.spend() {
            return None;
        }
        self.last = value;
        self.next += 1;
        self.remaining -= 1;
        Some(value)
    }

    fn spend(&mut self) -> bool {
        match self.steps.checked_sub(1) {
            Some(left) => self.steps = left,
            None => (self.done, self.exhausted) = (true, true),
        }
        !self.done
    }

    /// Fills in what the interval at `at`, or the first later one that has anything, holds.
    fn fill(&mut self) {
        (self.next, self.end) = (0, 0);
        while !self.done {
            if self.begins_too_late() || !self.spend() {
                self.done = true;
                return;
            }
            self.days.clear();
            if let Some(jump) = self.pick() {
                self.at += jump;
                continue;
            }
            self.end = (self.days.len() * self.times()) as u64;
            self.choose();
            self.next = self.first_at_or_after(self.floor);
            if self.next < self.end {
                return;
            }
            self.at += self.stride();
        }
    }

    /// Whether all of the current interval lies behind UNTIL or the year 9999.
    fn begins_too_late(&self) -> bool {
        let first_day = match self.frequency {
            Frequency::Yearly => (self.at - 1970) * if self.at < 1970 { 366 } else { 365 },
            Frequency::Monthly => (self.at - 1970 * 12) * if self.at < 1970 * 12 { 31 } else { 30 },
            Frequency::Weekly | Frequency::Daily => self.at,
            Frequency::Hourly => self.at.div_euclid(24),
            Frequency::Minutely => self.at.div_euclid(1440),
            Frequency::Secondly => self.at.div_euclid(86_400),
        };
        let over = match self.frequency {
            Frequency::Yearly => self.at > 9999,
            Frequency::Monthly => self.at >= 10_000 * 12,
            _ => first_day > LAST_DAY.into(),
        };
        // Ten days early: SKIP=BACKWARD and week 1 reach before the interval.
        over || (first_day - 10).saturating_mul(86_400) > self.until
    }

    /// Picks the days of the current interval, and for fine rules its hour, minute and second; or says how far
    /// to go where it has none.
    fn pick(&mut self) -> Option<i64> {
        let stride = self.stride();
        match self.frequency {
            Frequency::Yearly => self.picker.year(self.at as i32, &mut self.days),
            Frequency::Monthly => {
                let (year, month) = (self.at.div_euclid(12) as i32, self.at.rem_euclid(12) as u32 + 1);
                if self.picker.allows_month(month) {
                    self.picker.month(year, month, &mut self.days);
                }
            }
            Frequency::Weekly => self.picker.week(self.at as Day, &mut self.days),
            Frequency::Daily => {
                let day = self.at as Day;
                if !self.picker.allows(day) {
                    return Some(aligned(i64::from(self.picker.next_candidate(day)) - self.at, stride));
                }
                self.days.push(day);
            }
            Frequency::Hourly => return self.pick_time(24, 1),
            Frequency::Minutely => return self.pick_time(24 * 60, 60),
            Frequency::Secondly => return self.pick_time(24 * 3600, 3600),
        }
        None
    }

    /// For an interval of which a day has so many, and an hour so many.
    fn pick_time(&mut self, in_day: i64, in_hour: i64) -> Option<i64> {
        let stride = self.stride();
        let day = self.at.div_euclid(in_day) as Day;
        if !self.picker.allows(day) {
            return Some(aligned(i64::from(self.picker.next_candidate(day)) * in_day - self.at, stride));
        }
        let within = self.at.rem_euclid(in_day);
        let hour = within / in_hour;
        if self.rule.hours != 0 && self.rule.hours >> hour & 1 == 0 {
            return Some(aligned((hour + 1) * in_hour - within, stride));
        }
        self.hours = only(std::mem::take(&mut self.hours), hour);
        if in_hour >= 60 {
            let in_minute = in_hour / 60;
            let minute = within % in_hour / in_minute;
            if self.rule.minutes != 0 && self.rule.minutes >> minute & 1 == 0 {
                return Some(aligned((within / in_minute + 1) * in_minute - within, stride));
            }
            self.minutes = only(std::mem::take(&mut self.minutes), minute);
        }
        if in_hour == 3600 {
            let second = within % 60;
            if self.rule.seconds != 0 && self.rule.seconds >> second & 1 == 0 {
                return Some(stride);
            }
            self.seconds = only(std::mem::take(&mut self.seconds), second);
        }
        self.days.push(day);
        None
    }

    /// Applies BYSETPOS to the whole interval.
    fn choose(&mut self) {
        let Some(chosen) = &mut self.chosen else { return };
        let total = self.end as i64;
        // Only those that can be there are looked at: there may be more than wall times.
        let positions = &self.rule.positions;
        let from = positions.partition_point(|p| *p < -total);
        let until = positions.partition_point(|p| *p <= total);
        let places = positions[from..until].iter().map(|p| if *p > 0 { p - 1 } else { total + *p });
        chosen.clear();
        chosen.extend(places);
        chosen.sort_unstable();
        chosen.dedup();
        self.end = chosen.len() as u64;
    }

    fn times(&self) -> usize {
        self.hours.len() * self.minutes.len() * self.seconds.len()
    }

    fn value(&self, index: u64) -> i64 {
        let index = self.chosen.as_ref().map_or(index, |chosen| chosen[index as usize] as u64) as usize;
        let (index, second) = (index / self.seconds.len(), index % self.seconds.len());
        let (index, minute) = (index / self.minutes.len(), index % self.minutes.len());
        let (day, hour) = (index / self.hours.len(), index % self.hours.len());
        let (hour, minute, second) = (self.hours[hour], self.minutes[minute], self.seconds[second]);
        i64::from(self.days[day]) * 86_400
            + i64::from(hour) * 3600
            + i64::from(minute) * 60
            + i64::from(second)
    }

    /// By halving: an interval can hold millions.
    fn first_at_or_after(&self, floor: i64) -> u64 {
        let (mut low, mut high) = (0, self.end);
        if low < high && self.value(0) >= floor {
            return 0;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.value(middle) < floor { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl Iterator for Walls<'_> {
    type Item = Wall;

    fn next(&mut self) -> Option<Wall> {
        self.advance().map(wall_at)
    }
}

/// The wall time so many seconds after 1970 on the wall.
pub(crate) fn wall_at(seconds: i64) -> Wall {
    DateTime::from_timestamp(seconds, 0).map_or(Wall::MAX, |time| time.naive_utc())
}

/// The smallest multiple of `stride` that is at least `distance`.
fn aligned(distance: i64, stride: i64) -> i64 {
    (distance.max(1) + stride - 1) / stride * stride
}

fn only(mut list: Vec<u8>, item: i64) -> Vec<u8> {
    list.clear();
    list.push(item as u8);
    list
}
