//! Time zones: from the name that a calendar gives to the offset that holds at an instant.

mod contradiction;
mod custom;
mod database;
mod definition;
mod names;
mod posix;
mod windows;
mod zones;

use crate::time::{Instant, Wall};
use chrono::TimeDelta;
pub(crate) use contradiction::Doubts;
use custom::Custom;
pub(crate) use custom::utc_offset;
use database::History;
use std::fmt;
use std::sync::Arc;
pub use zones::Zones;
pub(crate) use zones::wall_of;

/// A time zone: turns wall times into instants and back.
///
/// A wall time that occurs twice means the first; one that the clocks skip is shifted forward by what they
/// skip (RFC 5545 §3.3.5).
///
/// ```
/// # use kalends::{Instant, Zone, time::Date};
/// let berlin = Zone::iana("europe/berlin").unwrap();
/// let skipped = Date::from_ymd_opt(2026, 3, 29).unwrap().and_hms_opt(2, 30, 0).unwrap();
/// assert_eq!(berlin.name(), "Europe/Berlin");
/// assert_eq!(berlin.to_instant(skipped), Instant::parse("2026-03-29T03:30:00+02:00").unwrap());
/// ```
#[derive(Clone)]
pub struct Zone {
    name: Arc<str>,
    rules: Rules,
}

#[derive(Clone)]
enum Rules {
    Fixed(i32),
    Iana(Arc<History>),
    Custom(Arc<Custom>),
}

/// The time during which one offset holds, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub offset: i32,
    pub from: i64,
    pub until: i64,
}

/// What IANA calls UTC, too.
const UTC: &[&str] =
    &["UTC", "Etc/UTC", "GMT", "Etc/GMT", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"];

/// A zone that cannot be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Neither a known name nor a definition that came with the calendar.
    #[error(
        "time zone \"{0}\" is unknown and the calendar does not define it; use an IANA name such as Europe/Berlin"
    )]
    Unknown(String),
    /// A definition that came with the calendar gives another time than the zone that its name means.
    #[error(
        "the calendar defines time zone \"{tzid}\" as {} at {at}, where {zone} is {}; the name was followed",
        Zone::fixed(defined * 60).name(),
        Zone::fixed(known * 60).name()
    )]
    Contradiction {
        /// The name as the calendar gives it.
        tzid: String,
        /// The zone that it means.
        zone: String,
        /// When the two first differ, as far as the calendar speaks of it.
        at: Instant,
        /// The offset that is defined, in minutes.
        defined: i32,
        /// The offset that was used, in minutes.
        known: i32,
    },
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone { name: "UTC".into(), rules: Rules::Fixed(0) }
    }

    /// A zone that is always so many seconds east of Greenwich, at most a day.
    pub fn fixed(seconds: i32) -> Zone {
        let seconds = seconds.clamp(-86_400, 86_400);
        if seconds == 0 {
            return Zone::utc();
        }
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        let name = format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        Zone { name: name.into(), rules: Rules::Fixed(seconds) }
    }

    /// The zone of that name in IANA's database, in any case of letters.
    pub fn iana(name: &str) -> Result<Zone, ZoneError> {
        if UTC.iter().any(|utc| name.eq_ignore_ascii_case(utc)) {
            return Ok(Zone::utc());
        }
        let unknown = || ZoneError::Unknown(name.chars().take(80).collect());
        let (name, history) = database::find(name).ok_or_else(unknown)?;
        Ok(Zone { name: name.into(), rules: Rules::Iana(Arc::new(history)) })
    }

    /// Its name: IANA's where it is IANA's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The instant at which the clocks of this zone show this wall time.
    pub fn to_instant(&self, wall: Wall) -> Instant {
        self.cursor().instant(wall)
    }

    /// What the clocks of this zone show at this instant.
    pub fn to_wall(&self, instant: Instant) -> Wall {
        let offset = self.period_at(instant.millis().div_euclid(1000)).offset;
        let utc = instant.to_utc();
        utc.checked_add_signed(TimeDelta::seconds(offset.into())).unwrap_or(utc)
    }

    /// A converter that remembers the last offset: for many wall times in a row.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor { zone: self, period: Period { offset: 0, from: 0, until: 0 } }
    }

    pub(crate) fn period_at(&self, seconds: i64) -> Period {
        match &self.rules {
            Rules::Fixed(offset) => Period { offset: *offset, from: i64::MIN, until: i64::MAX },
            Rules::Iana(history) => history.period_at(seconds),
            Rules::Custom(custom) => custom.period_at(seconds),
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

/// Converts wall times of one zone, fast while they stay in one period.
pub(crate) struct Cursor<'a> {
    zone: &'a Zone,
    period: Period,
}

/// Further from a change of the clocks than this, a wall time is neither skipped nor repeated: the largest
/// change ever made was 24 hours (Samoa 2011), and no offset is beyond a day.
const NEAR: i64 = 26 * 3600;

impl Cursor<'_> {
    pub fn instant(&mut self, wall: Wall) -> Instant {
        let millis = wall.and_utc().timestamp_millis();
        Instant::from_millis(millis - i64::from(self.offset(millis.div_euclid(1000))) * 1000)
    }

    /// The offset by which to read a wall time given in seconds since 1970 on the wall.
    pub fn offset(&mut self, wall: i64) -> i32 {
        let inside = |p: Period| wall.saturating_sub(NEAR) >= p.from && wall.saturating_add(NEAR) < p.until;
        if !inside(self.period) {
            self.period = self.zone.period_at(wall);
            if !inside(self.period) {
                return self.offset_near(wall);
            }
        }
        self.period.offset
    }

    /// The offset by which to read a wall time near a change: that of the first instant which shows it, or,
    /// where none does, the one before the gap, which shifts the time forward by the gap.
    fn offset_near(&self, wall: i64) -> i32 {
        let mut at = wall - NEAR;
        let mut before_gap = None;
        loop {
            let period = self.zone.period_at(at);
            let instant = wall - i64::from(period.offset);
            if instant < period.from {
                // Skipped between the period before and this one.
                return before_gap.unwrap_or(period.offset);
            }
            if instant < period.until || period.until > wall + NEAR {
                return period.offset;
            }
            before_gap = Some(period.offset);
            at = period.until;
        }
    }
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

    #[test]
    fn gaps_shift_forward_and_overlaps_mean_the_first() {
        for (zone, local, instant) in [
            ("Europe/Berlin", "20260329T023000", "2026-03-29T01:30:00Z"),
            ("Europe/Berlin", "20261025T023000", "2026-10-25T00:30:00Z"),
            ("America/Sao_Paulo", "20181104T000000", "2018-11-04T03:00:00Z"),
            ("Asia/Beirut", "20220327T003000", "2022-03-26T22:30:00Z"),
            ("America/Havana", "20241103T000000", "2024-11-03T04:00:00Z"),
            ("Pacific/Apia", "20111230T120000", "2011-12-30T22:00:00Z"),
            ("Australia/Lord_Howe", "20261004T021500", "2026-10-03T15:45:00Z"),
            ("Europe/Dublin", "20260701T120000", "2026-07-01T11:00:00Z"),
            ("Asia/Kolkata", "20260701T120000", "2026-07-01T06:30:00Z"),
            ("America/New_York", "20990701T120000", "2099-07-01T16:00:00Z"),
            ("Africa/Casablanca", "20260701T120000", "2026-07-01T11:00:00Z"),
        ] {
            let zone = Zone::iana(zone).unwrap();
            assert_eq!(zone.to_instant(wall(local)).to_string(), instant, "{zone:?} {local}");
        }
    }

    #[test]
    fn every_instant_survives_the_way_to_wall_time_and_back_save_the_second_of_an_overlap() {
        for name in database::available() {
            let zone = Zone::iana(name).unwrap();
            let mut cursor = zone.cursor();
            for step in 0..600 {
                let instant = Instant::from_millis(-4_000_000_000_000 + step * 13_333_333_000);
                let wall = zone.to_wall(instant);
                let back = cursor.instant(wall);
                assert_eq!(zone.to_wall(back), wall, "{name} {instant}");
                assert!(back <= instant, "{name} {instant}");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_an_error_and_never_utc() {
        assert!(Zone::iana("Europe/Nowhere").unwrap_err().to_string().contains("Europe/Nowhere"));
        assert!(Zone::iana("").is_err());
    }
}
