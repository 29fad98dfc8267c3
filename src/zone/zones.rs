//! The zones that one calendar object speaks of.

use super::{Zone, ZoneError};
use crate::ics::{Component, DateTime};
use crate::time::{Instant, Wall};
use chrono::NaiveTime;

/// Resolves the TZIDs of a calendar object.
#[derive(Clone, Debug, Default)]
pub struct Zones {}

impl Zones {
    /// The zones of a VCALENDAR.
    pub fn of(_calendar: &Component) -> Zones {
        Zones {}
    }

    /// The zone that a TZID means; an unknown one is an error, never quietly UTC.
    pub fn resolve(&self, tzid: &str) -> Result<Zone, ZoneError> {
        Zone::iana(tzid.trim())
    }

    /// The zone in which a value is to be read; `floating` serves dates and times without one.
    pub fn zone_of(&self, value: &DateTime, floating: &Zone) -> Result<Zone, ZoneError> {
        match value {
            DateTime::Utc(_) => Ok(Zone::utc()),
            DateTime::Zoned { tzid, .. } => self.resolve(tzid),
            DateTime::Date(_) | DateTime::Floating(_) => Ok(floating.clone()),
        }
    }

    /// The instant that a value means; a date is its midnight in `floating`.
    pub fn instant_of(&self, value: &DateTime, floating: &Zone) -> Result<Instant, ZoneError> {
        Ok(self.zone_of(value, floating)?.to_instant(wall_of(value)))
    }
}

/// The wall time of a value in its own zone.
pub(crate) fn wall_of(value: &DateTime) -> Wall {
    match value {
        DateTime::Date(date) => date.and_time(NaiveTime::MIN),
        DateTime::Floating(wall) | DateTime::Zoned { wall, .. } => *wall,
        DateTime::Utc(instant) => instant.to_utc(),
    }
}
