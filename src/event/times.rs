//! When a VEVENT is: its start, its zone, and how long each of its occurrences lasts.

use super::{EventError, uid_of};
use crate::ics::{Component, DateTime, Duration};
use crate::time::{Date, Instant, Span, Wall};
use crate::zone::{Zone, Zones, wall_of};
use chrono::NaiveTime;

/// How long an occurrence lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Whole days: dates were given.
    Days(i64),
    /// The same exact time for each occurrence: DTEND was given (RFC 5545 §3.8.5.3).
    Exact(i64),
    /// DURATION was given: days are nominal, the rest is exact (§3.3.6).
    Nominal(Duration),
}

/// DTSTART with its zone, and the length.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub start: DateTime,
    pub zone: Zone,
    pub length: Length,
}

impl Times {
    pub fn of(event: &Component, zones: &Zones, floating: &Zone) -> Result<Times, EventError> {
        let no_start = || EventError::NoStart(uid_of(event).unwrap_or_default().into_owned());
        let start = DateTime::of(event.property("DTSTART").ok_or_else(no_start)?)?;
        let zone = zones.zone_of(&start, floating)?;
        let end = event.property("DTEND").map(DateTime::of).transpose()?;
        let duration = event.property("DURATION").map(Duration::of).transpose()?;
        let length = match (&start, end, duration) {
            (DateTime::Date(first), Some(end), _) => {
                Length::Days((last_date(&end) - *first).num_days().clamp(1, 4_000_000))
            }
            (DateTime::Date(_), None, Some(duration)) => {
                let days = duration.days() + (duration.seconds() + 86_399).div_euclid(86_400);
                Length::Days(days.max(1))
            }
            (DateTime::Date(_), None, None) => Length::Days(1),
            (_, Some(end), _) => {
                // A date that ends a timed event is a midnight where the event begins.
                let end = zones.instant_of(&end, if end.is_date() { &zone } else { floating })?;
                let begin = zone.to_instant(wall_of(&start));
                Length::Exact((end.millis() - begin.millis()).max(0))
            }
            (_, None, Some(duration)) => Length::Nominal(duration),
            (_, None, None) => Length::Exact(0),
        };
        Ok(Times { start, zone, length })
    }

    /// A moment by itself, as the clocks of `zone` show it.
    pub fn alone(start: &DateTime, zone: &Zone) -> Times {
        let start = match start {
            DateTime::Date(date) => DateTime::Date(*date),
            DateTime::Floating(wall) | DateTime::Zoned { wall, .. } => DateTime::Floating(*wall),
            DateTime::Utc(instant) => DateTime::Floating(zone.to_wall(*instant)),
        };
        Times { start, zone: zone.clone(), length: Length::Exact(0) }
    }

    /// The name of the zone that it is written in; none of dates and floating times.
    #[cfg(feature = "wasm")]
    pub fn zone_named(&self) -> Option<&str> {
        matches!(self.start, DateTime::Utc(_) | DateTime::Zoned { .. }).then(|| self.zone.name())
    }

    /// When the first occurrence is.
    pub fn span(&self) -> Span {
        let wall = wall_of(&self.start);
        self.length.span(wall, self.zone.to_instant(wall), &self.zone)
    }
}

impl Length {
    /// It never lasts longer than so many milliseconds.
    pub fn at_most(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            Length::Exact(millis) => millis,
            Length::Days(days) => (days + 1) * DAY,
            Length::Nominal(duration) => ((duration.days() + 1) * DAY + duration.seconds() * 1000).max(0),
        }
    }

    /// The occurrence that begins at this wall time, which is that instant.
    pub fn span(self, wall: Wall, start: Instant, zone: &Zone) -> Span {
        let end = match self {
            Length::Exact(millis) => start.plus_millis(millis),
            Length::Days(days) => zone.to_instant(Duration::new(days, 0).add_days(wall)),
            Length::Nominal(duration) if duration.days() == 0 => start.plus_millis(duration.seconds() * 1000),
            Length::Nominal(duration) => {
                zone.to_instant(duration.add_days(wall)).plus_millis(duration.seconds() * 1000)
            }
        };
        Span::new(start, end).unwrap_or(Span::lasting(start, 0))
    }
}

/// The first date after an all-day event whose end is given as this.
fn last_date(end: &DateTime) -> Date {
    let wall = wall_of(end);
    let next = if wall.time() == NaiveTime::MIN { None } else { wall.date().succ_opt() };
    next.unwrap_or(wall.date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    fn span(lines: &str) -> String {
        let text = format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT");
        let calendar = parse(&text).calendars.remove(0);
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        match Times::of(&calendar, &Zones::of(&calendar), &berlin) {
            Ok(times) => format!("{} {}", times.span().start(), times.span().end()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_way_to_give_an_end_means_what_the_rfc_says() {
        for (lines, meant) in [
            ("DTSTART;VALUE=DATE:20261121", "2026-11-20T23:00:00Z 2026-11-21T23:00:00Z"),
            (
                "DTSTART;VALUE=DATE:20261121\nDTEND;VALUE=DATE:20261123",
                "2026-11-20T23:00:00Z 2026-11-22T23:00:00Z",
            ),
            (
                "DTSTART;VALUE=DATE:20261121\nDTEND;VALUE=DATE:20261121",
                "2026-11-20T23:00:00Z 2026-11-21T23:00:00Z",
            ),
            ("DTSTART;VALUE=DATE:20261121\nDURATION:P2D", "2026-11-20T23:00:00Z 2026-11-22T23:00:00Z"),
            ("DTSTART:20261121T090000Z", "2026-11-21T09:00:00Z 2026-11-21T09:00:00Z"),
            ("DTSTART:20261121T090000", "2026-11-21T08:00:00Z 2026-11-21T08:00:00Z"),
            ("DTSTART:20261121T090000Z\nDTEND:20261121T080000Z", "2026-11-21T09:00:00Z 2026-11-21T09:00:00Z"),
            (
                "DTSTART;TZID=Europe/Berlin:20261121T090000\nDTEND;TZID=America/New_York:20261121T100000",
                "2026-11-21T08:00:00Z 2026-11-21T15:00:00Z",
            ),
            // The clocks go forward: a nominal day has 23 hours.
            ("DTSTART:20260328T120000\nDURATION:P1D", "2026-03-28T11:00:00Z 2026-03-29T10:00:00Z"),
            ("DTSTART:20260328T120000\nDURATION:PT24H", "2026-03-28T11:00:00Z 2026-03-29T11:00:00Z"),
        ] {
            assert_eq!(span(lines), meant, "{lines}");
        }
    }

    #[test]
    fn a_zone_that_nobody_knows_is_told() {
        assert!(span("DTSTART;TZID=Customized Time Zone:20261121T090000").contains("Customized Time Zone"));
    }
}
