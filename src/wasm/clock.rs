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

    /// Appends it to a text.
    pub fn push(&mut self, out: &mut String, instant: Instant, all_day: bool) {
        let seconds = instant.millis().div_euclid(1000);
        if !(self.period.from..self.period.until).contains(&seconds) {
            self.period = self.zone.period_at(seconds);
        }
        // Local mean time had seconds in its offset, which ISO 8601 cannot write; a date does not show it.
        let offset = if self.period.offset % 60 == 0 || all_day { self.period.offset } else { 0 };
        let wall = instant.plus_millis(i64::from(offset) * 1000).to_utc();
        digits(out, wall.year().unsigned_abs(), 4);
        out.push('-');
        digits(out, wall.month(), 2);
        out.push('-');
        digits(out, wall.day(), 2);
        if !all_day {
            for (mark, number) in [('T', wall.hour()), (':', wall.minute()), (':', wall.second())] {
                out.push(mark);
                digits(out, number, 2);
            }
            let millis = instant.millis().rem_euclid(1000);
            if millis != 0 {
                out.push('.');
                digits(out, millis as u32, 3);
            }
            if self.is_utc || offset != self.period.offset {
                out.push('Z');
            } else {
                let minutes = offset.unsigned_abs() / 60;
                out.push(if offset < 0 { '-' } else { '+' });
                digits(out, minutes / 60, 2);
                out.push(':');
                digits(out, minutes % 60, 2);
            }
        }
    }
}

fn digits(out: &mut String, number: u32, count: u32) {
    if count > 1 {
        digits(out, number / 10, count - 1);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
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
