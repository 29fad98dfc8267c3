//! Somebody who takes bookings: when at all, with what around them, and how many a day.

use super::hours::WorkingHours;
use super::merged;
use crate::time::{Date, Instant, Span, sort_by_time};
use crate::zone::Zone;
use chrono::{NaiveTime, TimeDelta};
use std::collections::HashMap;

/// Somebody who takes bookings. Lengths are in milliseconds.
#[derive(Clone, Debug)]
pub struct Person {
    /// In which zone the working hours, and days, are meant.
    pub zone: Zone,
    /// When bookings may be; always, where there are none.
    pub working_hours: Option<WorkingHours>,
    /// What must be free before a booking; so between two bookings lies the longer of the two buffers.
    pub buffer_before: i64,
    /// What must be free after a booking.
    pub buffer_after: i64,
    /// No booking begins earlier: what minimum notice leaves.
    pub not_before: Option<Instant>,
    /// No more bookings than these begin on one day.
    pub maximum_per_day: Option<u32>,
    /// What is booked already; it counts towards the maximum, and is busy.
    pub bookings: Vec<Span>,
    /// What else takes time.
    pub busy: Vec<Span>,
}

impl Person {
    /// Somebody who is always there.
    pub fn new(zone: Zone) -> Person {
        Person {
            zone,
            working_hours: None,
            buffer_before: 0,
            buffer_after: 0,
            not_before: None,
            maximum_per_day: None,
            bookings: Vec::new(),
            busy: Vec::new(),
        }
    }

    /// On which of this person's days an instant is.
    pub(super) fn date(&self, at: Instant) -> Date {
        self.zone.to_wall(at).date()
    }

    /// The stretches of working time that touch the window, in order of their starts.
    pub(super) fn stretches(&self, window: Span) -> Vec<Span> {
        let mut day = self.date(window.start()).pred_opt();
        let last = self.date(window.end());
        let mut stretches = Vec::new();
        while let Some(date) = day.filter(|date| *date <= last) {
            let whole_day = [(0, 24 * 60)];
            let hours = self.working_hours.as_ref().map_or(&whole_day[..], |hours| hours.of(date));
            for (from, to) in hours {
                let (from, to) = (self.instant(date, *from), self.instant(date, *to));
                stretches.extend(Span::new(from, to).filter(|span| span.overlaps(window)));
            }
            day = date.succ_opt();
        }
        sort_by_time(&mut stretches, |stretch| stretch.key());
        stretches
    }

    fn instant(&self, date: Date, minutes: u16) -> Instant {
        let midnight = date.and_time(NaiveTime::MIN);
        let wall = midnight.checked_add_signed(TimeDelta::minutes(minutes.into())).unwrap_or(midnight);
        self.zone.to_instant(wall)
    }
}

/// A person's time in a window, looked up quickly.
pub(super) struct Diary<'p> {
    person: &'p Person,
    open: Vec<Span>,
    busy: Vec<Span>,
    bookings: Vec<Span>,
    booked: HashMap<Date, u32>,
}

impl<'p> Diary<'p> {
    pub fn of(person: &'p Person, stretches: &[Span]) -> Diary<'p> {
        let mut booked = HashMap::new();
        // Days are told apart only where they are counted.
        for booking in person.bookings.iter().filter(|_| person.maximum_per_day.is_some()) {
            *booked.entry(person.date(booking.start())).or_default() += 1;
        }
        Diary {
            person,
            open: merged(stretches.iter().copied()),
            busy: merged(person.busy.iter().copied()),
            bookings: merged(person.bookings.iter().copied()),
            booked,
        }
    }

    /// Whether a booking fits.
    pub fn takes(&self, slot: Span) -> bool {
        self.person.not_before.is_none_or(|first| slot.start() >= first)
            && self.is_open(slot)
            && self.is_free(slot)
            && self.person.maximum_per_day.is_none_or(|most| self.booked_on(slot.start()) < most)
    }

    /// How many bookings begin on the day of an instant.
    fn booked_on(&self, at: Instant) -> u32 {
        self.booked.get(&self.person.date(at)).copied().unwrap_or_default()
    }

    /// At how many of its two ends a slot leaves no free time between it and what is taken, or the end of the hours.
    pub fn touches(&self, slot: Span) -> usize {
        let ends_at = |spans: &[Span], at| spans.binary_search_by_key(&at, |span| span.end()).is_ok();
        let begins_at = |spans: &[Span], at| spans.binary_search_by_key(&at, |span| span.start()).is_ok();
        let (start, end, gap) = (slot.start(), slot.end(), self.gap());
        let before = begins_at(&self.open, start)
            || ends_at(&self.busy, start.plus_millis(-self.person.buffer_before))
            || ends_at(&self.bookings, start.plus_millis(-gap));
        let after = ends_at(&self.open, end)
            || begins_at(&self.busy, end.plus_millis(self.person.buffer_after))
            || begins_at(&self.bookings, end.plus_millis(gap));
        usize::from(before) + usize::from(after)
    }

    /// What lies between two bookings: what goes after the one and before the other.
    fn gap(&self) -> i64 {
        self.person.buffer_before.max(self.person.buffer_after)
    }

    fn is_open(&self, slot: Span) -> bool {
        let next = self.open.partition_point(|stretch| stretch.start() <= slot.start());
        next > 0 && slot.end() <= self.open[next - 1].end()
    }

    fn is_free(&self, slot: Span) -> bool {
        let gap = self.gap();
        is_free_of(&self.busy, slot, self.person.buffer_before, self.person.buffer_after)
            && is_free_of(&self.bookings, slot, gap, gap)
    }
}

fn is_free_of(taken: &[Span], slot: Span, before: i64, after: i64) -> bool {
    let (start, end) = (slot.start().plus_millis(-before), slot.end().plus_millis(after));
    let next = taken.partition_point(|span| span.end() <= start);
    taken.get(next).is_none_or(|span| span.start() >= end)
}
