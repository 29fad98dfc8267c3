//! Instants as text for JavaScript: ISO with the offset of the zone that was asked for, dates for whole days.

use crate::time::Instant;
use crate::zone::{Period, Zone};
use chrono::{Datelike, Timelike};

/// Writes instants in one zone, fast while they stay in one period.
pub(super) struct Clock<'z> {
    zone: &'z Zone,
    period: Period,
    is_utc: bool,
}

impl<'z> Clock<'z> {
    pub fn new(zone: &'z Zone) -> Clock<'z> {
        let is_utc = zone.name() == "UTC";
        Clock { zone, period: Period { offset: 0, from: 0, until: 0 }, is_utc }
    }

    /// The zone in which it writes.
    pub fn zone(&self) -> &'z Zone {
        self.zone
    }

    /// Appends it to a text.
    pub fn push(&mut self, out: &mut String, instant: Instant, all_day: bool) {
        let seconds = instant.millis().div_euclid(1000);
        if !(self.period.from..self.period.until).contains(&seconds) {
            self.period = self.zone.period_at(seconds);
        }
        // Local mean time had seconds in its offset, which ISO 8601 cannot write; a date does not show it.
        let offset = if self.period.offset % 60 == 0 || all_day { self.period.offset } else { 0 };
        let wall = instant.plus_millis(i64::from(offset) * 1000).to_utc();
        let mut text = *b"0000-00-00T00:00:00";
        digits(&mut text[..4], wall.year().unsigned_abs());
        digits(&mut text[5..7], wall.month());
        digits(&mut text[8..10], wall.day());
        digits(&mut text[11..13], wall.hour());
        digits(&mut text[14..16], wall.minute());
        digits(&mut text[17..], wall.second());
        let length = if all_day { 10 } else { text.len() };
        out.push_str(std::str::from_utf8(&text[..length]).unwrap_or_default());
        if !all_day {
            let millis = instant.millis().rem_euclid(1000);
            if millis != 0 {
                let mut text = *b".000";
                digits(&mut text[1..], millis as u32);
                out.push_str(std::str::from_utf8(&text).unwrap_or_default());
            }
            if self.is_utc || offset != self.period.offset {
                out.push('Z');
            } else {
                let minutes = offset.unsigned_abs() / 60;
                let mut text = if offset < 0 { *b"-00:00" } else { *b"+00:00" };
                digits(&mut text[1..3], minutes / 60);
                digits(&mut text[4..], minutes % 60);
                out.push_str(std::str::from_utf8(&text).unwrap_or_default());
            }
        }
    }
}

fn digits(out: &mut [u8], mut number: u32) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_with_its_offset_and_a_date_without() {
        for (zone, instant, told, date) in [
            ("UTC", "2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z", "2026-11-21"),
            ("Europe/Berlin", "2026-07-31T22:30:00.050Z", "2026-08-01T00:30:00.050+02:00", "2026-08-01"),
            ("America/St_Johns", "2026-01-01T03:00:00Z", "2025-12-31T23:30:00-03:30", "2025-12-31"),
            ("Europe/London", "2026-01-01T03:00:00Z", "2026-01-01T03:00:00+00:00", "2026-01-01"),
            ("Europe/Berlin", "1850-01-01T00:00:00Z", "1850-01-01T00:00:00Z", "1850-01-01"),
        ] {
            let (zone, instant) = (Zone::named(zone).unwrap(), Instant::parse(instant).unwrap());
            let mut writer = Clock::new(&zone);
            let mut text = |all_day| {
                let mut text = String::new();
                writer.push(&mut text, instant, all_day);
                text
            };
            assert_eq!((text(false).as_str(), text(true).as_str()), (told, date));
            assert_eq!(Instant::parse(told).unwrap(), instant);
        }
    }
}
